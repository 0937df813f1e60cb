//! The messages of a random conversation: requests, calls of gRPC, tunnels, answers, content within the credit, and trailers.

use h2lint::base::Side;
use h2lint::script::{Octets, Wire, continuation, data, headers, message};

use super::ends::{Call, End, Message, Sent, View};

/// The client opens a stream.
pub fn request(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    if end.going || end.active() >= end.allowed.streams {
        return Vec::new();
    }
    let stream = end.next;
    end.next += 2 + 4 * u32::from(b.is_multiple_of(5));
    let call = match a / 64 % 8 {
        0 => Call::Grpc,
        1 => Call::Tunnel,
        _ => Call::Plain,
    };
    let ends = a & 1 != 0 && call == Call::Plain;
    let block = end.table.block(&fields(call, ends, a, b));
    let credit = end.allowed.window;
    end.streams
        .insert(stream, View { own: true, sent: Sent::Head, ended: ends, credit, call, ..View::default() });
    head(stream, &block, (ends, call), a)
}

fn fields(call: Call, ends: bool, a: u16, b: u16) -> Vec<(&'static str, &'static str)> {
    match call {
        Call::Plain => plain(ends, a, b),
        Call::Tunnel => vec![(":method", "CONNECT"), (":authority", "b.example:443")],
        Call::Grpc => vec![
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/pkg.Greeter/Hello"),
            (":authority", "a.example"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ],
    }
}

fn plain(ends: bool, a: u16, b: u16) -> Vec<(&'static str, &'static str)> {
    let method = if ends { "GET" } else { "POST" };
    let number = ["0", "1", "2", "3", "4", "5", "6"][usize::from(a) % 7];
    let mut fields = vec![
        (":method", method),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "a.example"),
        ("x-number", number),
        ("x-kind", number),
    ];
    for (fits, field) in [
        (a.is_multiple_of(3), ("te", "trailers")),
        (b.is_multiple_of(3), ("host", "A.example:80")),
        (ends && b.is_multiple_of(2), ("content-length", "0")),
    ] {
        fields.extend(fits.then_some(field));
    }
    fields
}

/// The server answers a request, or sends the response that it promised.
pub fn answer(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let room = end.active() < end.allowed.streams;
    let open =
        |_: u32, view: &View| view.alive() && !view.ended && view.sent != Sent::Head && (!view.own || room);
    end.pick(b, open).map(|stream| answer_on(end, stream, a, b)).unwrap_or_default()
}

fn answer_on(end: &mut End, stream: u32, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let View { own, call, peer_ended, .. } = end.streams[&stream];
    let interim = a % 8 == 7 && !own && call == Call::Plain;
    let may_end = match call {
        Call::Plain => true,
        Call::Grpc => peer_ended,
        Call::Tunnel => false,
    };
    let ends = a & 1 != 0 && !interim && may_end;
    let number = (a % 5).to_string();
    let mut fields = vec![(":status", if interim { "103" } else { "200" }), ("x-answer", &*number)];
    if call == Call::Grpc {
        fields.push(("content-type", "application/grpc"));
        fields.extend(ends.then_some(("grpc-status", "0")));
    }
    fields.extend((ends && call == Call::Plain && b.is_multiple_of(2)).then_some(("content-length", "0")));
    let block = end.table.block(&fields);
    end.change(stream, |view| {
        view.sent = if interim { Sent::Interim } else { Sent::Head };
        view.ended |= ends;
    });
    head(stream, &block, (ends, call), a)
}

/// HEADERS, plain or with padding, priority, CONTINUATION.
pub fn head(stream: u32, block: &[u8], (ends, call): (bool, Call), a: u16) -> Vec<(Octets, Option<Message>)> {
    let cut = if a & 8 != 0 { usize::from(a / 16) % (block.len() + 1) } else { block.len() };
    let mut first = headers(stream, &block[..cut]);
    if a & 16 != 0 && stream % 2 == 1 {
        let weighted = [&[0, 0, 0, 0, 9], &block[..cut]].concat();
        first = first.map(|frame| frame.payload(&weighted).flag(0x20));
    }
    if a & 32 != 0 {
        first = first.map(|frame| frame.padded(u8::try_from(a % 50).unwrap(), 0));
    }
    if ends {
        first = first.map(Wire::end_stream);
    }
    let message = Some(Message::Headers { stream, ends, call });
    if a & 8 == 0 {
        return vec![(first, message)];
    }
    let middle = cut + (block.len() - cut) / 2;
    let rest = continuation(stream, &block[cut..middle]).map(Wire::unfinished);
    vec![(first.map(Wire::unfinished), None), (rest, None), (continuation(stream, &block[middle..]), message)]
}

/// DATA within the credit.
pub fn content(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let Some(stream) = end.pick(b, |_, view| view.may_send_data()) else { return Vec::new() };
    let room = end.credit.min(end.streams[&stream].credit).min(i64::from(end.allowed.frame)).max(0);
    let wanted = [0, 1, 17, 500, 1_500, 9_000, 16_384, 40_000][usize::from(a) % 8];
    let padding = i64::from(a & 0x100 != 0) * 6;
    let length = wanted.min(room - padding);
    let call = end.streams[&stream].call;
    if length < if call == Call::Grpc { 5 } else { 0 } {
        return Vec::new();
    }
    end.credit -= length + padding;
    end.change(stream, |view| view.credit -= length + padding);
    let octets = u32::try_from(length + padding).unwrap();
    let filler = u8::try_from(a % 251).unwrap();
    let length = usize::try_from(length).unwrap();
    let content = if call == Call::Grpc { message(&vec![filler; length - 5]) } else { vec![filler; length] };
    let mut frame = data(stream, &content);
    if padding > 0 {
        frame = frame.map(|frame| frame.padded(5, 0));
    }
    vec![(frame, Some(Message::Data { stream, ends: false, octets }))]
}

/// END_STREAM on trailers or on empty DATA.
pub fn finish(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let server = end.side == Side::Server;
    let may = |_: u32, view: &View| {
        view.may_send_data() && !(view.call == Call::Grpc && server && !view.peer_ended)
    };
    end.pick(b, may).map(|stream| finish_on(end, stream, a)).unwrap_or_default()
}

fn finish_on(end: &mut End, stream: u32, a: u16) -> Vec<(Octets, Option<Message>)> {
    end.change(stream, |view| view.ended = true);
    let call = end.streams[&stream].call;
    let status = call == Call::Grpc && end.side == Side::Server;
    if !status && (a & 1 == 0 || call != Call::Plain) {
        let message = Message::Data { stream, ends: true, octets: 0 };
        return vec![(data(stream, b"").map(Wire::end_stream), Some(message))];
    }
    let fields =
        if status { [("grpc-status", "0"), ("x-end", "1")] } else { [("x-checksum", "0"), ("x-end", "1")] };
    let block = end.table.block(&fields);
    head(stream, &block, (true, call), a & !16)
}

/// What this end still has to say on a stream.
pub fn conclusion(end: &mut End, stream: u32) -> Vec<(Octets, Option<Message>)> {
    let view = end.streams[&stream];
    let room = !view.own || end.active() < end.allowed.streams;
    let waits = end.side == Side::Server && view.call == Call::Grpc && !view.peer_ended;
    match view.sent {
        _ if !view.alive() || view.ended || waits => Vec::new(),
        Sent::Head => finish_on(end, stream, 0),
        _ if room => answer_on(end, stream, 1, 0),
        _ => Vec::new(),
    }
}
