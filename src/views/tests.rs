//! What the views say of small conversations, octet by octet.

use super::*;
use crate::base::{Origin, PerSide, Piece, Side, Signal, Time};
use crate::frame::{Decoder, Flags, FrameType, Header, StreamId};

/// A connection fed by hand; every call is a packet, a millisecond apart.
#[derive(Default)]
struct Wire {
    connection: Connection,
    decoders: PerSide<Decoder>,
    sent: PerSide<u64>,
    pkt: u64,
}

/// What the views said.
#[derive(Default)]
struct Said {
    frames: Vec<FrameLine>,
    streams: Vec<StreamLine>,
    settings: Vec<SettingLine>,
}

/// `GET http /`, literally.
const GET: &[u8] = &[0x82, 0x86, 0x84];
/// `:status 200`.
const OK: &[u8] = &[0x88];

impl Wire {
    fn run(talk: impl FnOnce(&mut Self, &mut dyn FnMut(&Connection, Fact<'_>))) -> Said {
        let (mut said, mut frames, mut streams) = (Said::default(), Frames::default(), Streams::default());
        let mut wire = Self::default();
        let calls = crate::grpc::Calls::default();
        let first = Place { pkt: 1.into(), ..Place::default() };
        talk(&mut wire, &mut |connection, fact| {
            let exchange = crate::http1::Exchange::default();
            let seen = Observed {
                conn: 0,
                first,
                ends: None,
                fact: &fact,
                connection,
                grpc: &calls,
                tls: None,
                http1: &exchange,
            };
            frames.push(&seen, &mut |line| said.frames.push(line.clone()));
            streams.push(&seen, &mut |line| said.streams.push(line));
            said.settings.extend(settings(&seen));
        });
        said
    }

    fn origin(&mut self, side: Side, length: usize) -> Origin {
        self.pkt += 1;
        self.sent[side] += u64::try_from(length).unwrap();
        let time = Time(i64::try_from(self.pkt).unwrap() * 1_000_000);
        let at = Place { pkt: self.pkt.into(), time, ..Place::default() };
        Origin { at, tcp_end: self.sent[side], peer_acked: self.sent[side.peer()] }
    }

    fn send(&mut self, side: Side, octets: &[u8], emit: &mut dyn FnMut(&Connection, Fact<'_>)) {
        let origin = self.origin(side, octets.len());
        let connection = &mut self.connection;
        let piece = Piece::Chunk { bytes: octets, origin };
        self.decoders[side].push(&piece, &mut |output| {
            connection
                .push(side, output, &mut |connection: &Connection, fact: Fact<'_>| emit(connection, fact));
        });
    }

    fn finish(&mut self, emit: &mut dyn FnMut(&Connection, Fact<'_>)) {
        let at = self.origin(Side::Client, 0);
        self.connection.finish(at, &mut |connection: &Connection, fact: Fact<'_>| emit(connection, fact));
    }
}

fn frame(kind: FrameType, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    let header = Header { length, kind, flags: Flags(flags), reserved: false, stream: StreamId(stream) };
    [&header.octets(), payload].concat()
}

fn notes(said: &Said) -> Vec<(&str, &str)> {
    said.frames.iter().map(|line| (line.kind.as_ref(), line.note.as_str())).collect()
}

#[test]
fn a_call_gives_a_line_for_each_frame_with_state_and_windows() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x4, 1, GET), emit);
        wire.send(Side::Client, &frame(FrameType::DATA, 0x1, 1, b"0123456789"), emit);
        wire.send(Side::Server, &frame(FrameType::WINDOW_UPDATE, 0, 0, &[0, 0, 0, 10]), emit);
        wire.send(Side::Server, &frame(FrameType::HEADERS, 0x5, 1, OK), emit);
        wire.finish(emit);
    });
    let expected = [("HEADERS", "GET /"), ("DATA", ""), ("WINDOW_UPDATE", "+10"), ("HEADERS", "status 200")];
    assert_eq!(notes(&said), expected);
    let states: Vec<_> = said.frames.iter().map(|line| line.state).collect();
    assert_eq!(states, [Some("open"), Some("half_closed_local"), None, Some("closed")]);
    assert_eq!(
        (said.frames[1].stream_window, said.frames[1].connection_window),
        (Some(65_525), Some(65_525))
    );
    assert_eq!(said.frames[2].connection_window, Some(65_535));
    assert_eq!(said.frames[3].flags.names(), ["END_STREAM", "END_HEADERS"]);
}

#[test]
fn what_is_odd_about_a_frame_stands_in_its_line() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::DATA, 0, 5, b"x"), emit);
        wire.send(Side::Client, &frame(FrameType::PING, 0xf0, 0, b"short"), emit);
        wire.send(Side::Server, &frame(FrameType(0x42), 0x81, 0, b"ab"), emit);
        wire.finish(emit);
    });
    assert_eq!(said.frames[0].state, Some("idle"));
    let expected = [
        ("DATA", "not allowed in this state (§5.1)"),
        ("PING", "malformed: 5 octets where the type takes 8"),
        ("0x42", "6162"),
    ];
    assert_eq!(notes(&said), expected);
    let flags = [1, 2].map(|at: usize| said.frames[at].flags.names());
    assert_eq!(flags, [["0xf0"], ["0x81"]]);
}

#[test]
fn a_field_block_in_parts_is_told_where_it_is_complete() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x1, 1, &GET[..1]), emit);
        wire.send(Side::Client, &frame(FrameType::CONTINUATION, 0x4, 1, &GET[1..]), emit);
    });
    let expected = [("HEADERS", "field block begins, 1 octet"), ("CONTINUATION", "GET /")];
    assert_eq!(notes(&said), expected);
}

#[test]
fn a_frame_that_is_cut_by_the_end_has_a_line_all_the_same() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x4, 1, GET), emit);
        wire.send(Side::Client, &frame(FrameType::DATA, 0, 1, b"0123456789")[..12], emit);
        wire.finish(emit);
    });
    assert_eq!(notes(&said)[1], ("cut", "a frame of this side began and cannot be seen whole"));
}

#[test]
fn debug_data_of_goaway_is_passed_on_as_it_was() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Server, &frame(FrameType::GOAWAY, 0, 0, b"\0\0\0\x05\0\0\0\x0bcalm \x1b[31m"), emit);
    });
    assert_eq!(notes(&said), [("GOAWAY", "ENHANCE_YOUR_CALM, last stream 5: calm \u{1b}[31m")]);
}

#[test]
fn a_stream_is_told_from_opening_to_end() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x5, 1, GET), emit);
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x5, 3, GET), emit);
        wire.send(Side::Server, &frame(FrameType::HEADERS, 0x4, 1, OK), emit);
        wire.send(Side::Server, &frame(FrameType::DATA, 0x1, 1, b"body"), emit);
        wire.send(Side::Client, &frame(FrameType::RST_STREAM, 0, 3, &[0, 0, 0, 8]), emit);
        wire.finish(emit);
    });
    let [one, three] = said.streams.as_slice() else { panic!("{} streams", said.streams.len()) };
    let states: Vec<_> = one.states.iter().map(|mark| (mark.pkt.number(), mark.state)).collect();
    assert_eq!(states, [(1, "open"), (1, "half_closed_local"), (4, "closed")]);
    assert_eq!((one.request.as_str(), one.status, one.end), ("GET /", Some(200), "closed"));
    assert_eq!((one.end_stream_pkt.client, one.end_stream_pkt.server), (Some(1.into()), Some(4.into())));
    assert_eq!(
        (one.frames.client, one.frames.server, one.first_pkt.number(), one.last_pkt.number()),
        (1, 2, 1, 4)
    );
    assert_eq!((three.end, three.error_code.as_deref()), ("reset_client", Some("CANCEL")));
}

#[test]
fn a_stream_left_open_by_a_connection_that_ended_is_lost() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x5, 1, GET), emit);
        let origin = wire.origin(Side::Server, 0);
        wire.connection.signal(
            Side::Server,
            Signal::Rst { acknowledges: true, foreign: false },
            origin,
            &mut |connection: &Connection, fact: Fact<'_>| {
                emit(connection, fact);
            },
        );
        wire.finish(emit);
    });
    assert_eq!(said.streams.iter().map(|line| line.end).collect::<Vec<_>>(), ["connection_lost"]);
}

#[test]
fn no_more_streams_are_held_than_the_cap_and_every_one_is_told() {
    let count = u32::try_from(crate::limits::MAX_CLOSED_STREAMS).unwrap() + 10;
    let said = Wire::run(|wire, emit| {
        for number in 0..count {
            wire.send(Side::Client, &frame(FrameType::HEADERS, 0x5, number * 2 + 1, GET), emit);
            wire.send(Side::Server, &frame(FrameType::HEADERS, 0x5, number * 2 + 1, OK), emit);
        }
        wire.finish(emit);
    });
    let ids: Vec<_> = said.streams.iter().map(|line| line.stream).collect();
    assert_eq!(ids, (0..count).map(|number| number * 2 + 1).collect::<Vec<_>>());
}

#[test]
fn each_value_is_told_with_its_acknowledgement_and_its_successor() {
    let said = Wire::run(|wire, emit| {
        wire.send(Side::Client, &frame(FrameType::SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 100]), emit);
        wire.send(Side::Server, &frame(FrameType::SETTINGS, 1, 0, &[]), emit);
        wire.send(
            Side::Client,
            &frame(FrameType::SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 200, 0x0a, 0x0a, 0, 0, 0, 1]),
            emit,
        );
        wire.send(Side::Server, &frame(FrameType::SETTINGS, 0, 0, &[]), emit);
        wire.finish(emit);
    });
    let told: Vec<_> = said
        .settings
        .iter()
        .map(|line| (line.by, line.parameter.as_deref(), line.value, line.acked_pkt, line.replaced_pkt))
        .collect();
    let expected = [
        (Side::Client, Some("INITIAL_WINDOW_SIZE"), Some(100), Some(2.into()), Some(3.into())),
        (Side::Client, Some("INITIAL_WINDOW_SIZE"), Some(200), None, None),
        (Side::Client, Some("0xa0a"), Some(1), None, None),
        (Side::Server, None, None, None, None),
    ];
    assert_eq!(told, expected);
    assert_eq!(said.settings[0].ack_ms.map(|ms| ms.round()), Some(1.0));
}

#[test]
fn a_request_is_matched_over_both_connections_of_a_proxy() {
    let address = |last: u8, port: u16| (std::net::IpAddr::from([10, 0, 0, last]), port);
    let ends = [
        PerSide { client: address(1, 40_000), server: address(2, 443) },
        PerSide { client: address(2, 50_000), server: address(3, 8080) },
        PerSide { client: address(9, 50_000), server: address(3, 8080) },
    ];
    let (mut legs, mut lines) = (Legs::default(), Vec::new());
    let (calls, mut wires) =
        (crate::grpc::Calls::default(), [Wire::default(), Wire::default(), Wire::default()]);
    let mut now = 0;
    let mut say = |conn: usize, side: Side, octets: &[u8]| {
        now += 1;
        wires[conn].pkt = now;
        wires[conn].send(side, octets, &mut |connection, fact| {
            let exchange = crate::http1::Exchange::default();
            let conn_number = u64::try_from(conn).unwrap();
            let seen = Observed {
                conn: conn_number,
                first: Place::default(),
                ends: Some(&ends[conn]),
                fact: &fact,
                connection,
                grpc: &calls,
                tls: None,
                http1: &exchange,
            };
            legs.push(&seen, &mut |line| lines.push(line));
        });
    };
    // The third connection asks the same of the same server, from elsewhere.
    say(0, Side::Client, &frame(FrameType::HEADERS, 0x5, 1, GET));
    say(2, Side::Client, &frame(FrameType::HEADERS, 0x5, 7, GET));
    say(1, Side::Client, &frame(FrameType::HEADERS, 0x5, 3, GET));
    say(1, Side::Server, &frame(FrameType::HEADERS, 0x5, 3, OK));
    say(2, Side::Server, &frame(FrameType::HEADERS, 0x5, 7, OK));
    say(0, Side::Server, &frame(FrameType::HEADERS, 0x5, 1, OK));
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let place = |leg: Leg| (leg.conn, leg.stream, leg.pkt.number(), leg.status);
    assert_eq!((place(line.front), place(line.back)), ((0, 1, 2, Some(200)), (1, 3, 4, Some(200))));
    assert_eq!((line.ended_first, line.request.as_str()), (Some("server"), "GET /"));
    let times = [Some(line.inward_ms), line.back_ms, line.outward_ms].map(|ms| ms.map(f64::round));
    assert_eq!(times, [Some(2.0), Some(1.0), Some(2.0)]);
}

#[test]
fn secrets_are_masked_unless_they_are_asked_for() {
    // authorization: Basic, without indexing, twice by another name that is not secret.
    let block = [&[0x82, 0x0f, 0x08, 5][..], b"Basic", &[0x0f, 0x23, 3], b"abc"].concat();
    let lines = |secrets| {
        let (mut wire, mut lines) = (Wire::default(), Vec::new());
        let calls = crate::grpc::Calls::default();
        wire.send(Side::Client, &frame(FrameType::HEADERS, 0x5, 1, &block), &mut |connection, fact| {
            let first = Place::default();
            let exchange = crate::http1::Exchange::default();
            let (tls, http1) = (None, &exchange);
            let seen =
                Observed { conn: 0, first, ends: None, fact: &fact, connection, grpc: &calls, tls, http1 };
            headers(&seen, secrets, &mut |line| lines.push((line.name, line.value, line.masked, line.saved)));
        });
        lines
    };
    let said =
        |name: &str, value: &str, masked, saved| (name.to_owned(), value.to_owned(), masked, Some(saved));
    let open = [
        said(":method", "GET", false, 9),
        said("authorization", "Basic", false, 10),
        said("range", "abc", false, 2),
    ];
    assert_eq!(lines(Secrets::Shown), open);
    let [method, _, range] = open;
    assert_eq!(
        lines(Secrets::Masked),
        [method, said("authorization", "<masked, 5 octets>", true, 10), range]
    );
}
