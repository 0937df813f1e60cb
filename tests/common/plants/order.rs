//! Violations of what was said before: of promises, farewells, resets, refusals, tunnels and tables.

use h2lint::base::Side::{Client, Server};
use h2lint::frame::ErrorCode;
use h2lint::script::{
    Wire, data, goaway, headers, ping, push_promise, rst_stream, settings, settings_ack, unknown,
    window_update,
};

use crate::common::stage::After::{self, Connection, Nothing, Stream};
use crate::common::stage::Before::{Answered, Done, Get, Idle, Post};
use crate::common::stage::{Plant, Stage, one, plant, request};

const PROTOCOL: After = Connection(ErrorCode::PROTOCOL_ERROR);
const NO_ERROR: ErrorCode = ErrorCode::NO_ERROR;
const CANCEL: ErrorCode = ErrorCode::CANCEL;

pub static PLANTS: &[Plant] = &[
    plant("client-frame-on-pushed-stream", &[(Client, Post)], PROTOCOL, |s| {
        promised(s).is_some_and(|own| s.sin([data(own, b"x")]))
    }),
    plant("server-frame-on-reserved-stream", &[(Server, Post)], PROTOCOL, |s| {
        promised(s).is_some_and(|own| s.sin([data(own, b"x")]))
    }),
    plant("push-unsafe-request", &[(Server, Post)], STREAM, |s| promises(s, &request("POST", "/p"))),
    plant("push-incomplete-request", &[(Server, Post)], STREAM, |s| promises(s, &request("GET", "/p")[..3])),
    plant("rst-stream-answered-with-rst-stream", &[(Client, Post), (Server, Post)], Nothing, |s| {
        known_reset(s);
        s.sin_on(|id| [rst_stream(id, CANCEL)])
    }),
    plant("refused-stream-after-processing", &[(Server, Answered)], Nothing, |s| {
        s.sin_on(|id| [rst_stream(id, ErrorCode::REFUSED_STREAM)])
    }),
    plant("new-stream-after-goaway", &[(Client, Idle)], Nothing, |s| {
        let last = s.world.ends[Server].highest_read();
        farewell(s, last);
        s.say(Client, [settings_ack()]);
        let head = s.ask("GET", &[]);
        s.sin([head.map(Wire::end_stream)])
    }),
    plant("goaway-last-stream-id-contradicted", &[(Server, Get)], Nothing, |s| {
        let last = s.stream.saturating_sub(2);
        farewell(s, last);
        s.say(Client, [settings_ack()]);
        let reply = s.reply(&[(":status", "200")]).map(Wire::end_stream);
        s.sin([reply])
    }),
    plant("goaway-last-stream-id-parity", &[(Server, Done)], Nothing, |s| {
        let last = s.stream + 1;
        s.world.ends[Server].last_served = s.stream;
        s.sin([goaway(last, NO_ERROR)])
    }),
    plant("ping-ack-answered", &[(Client, Idle), (Server, Idle)], Nothing, |s| {
        let ack = || ping([0xee; 8]).map(|frame| frame.flag(1));
        s.say(s.side, [ping([0xee; 8])]);
        s.say(s.side.peer(), [ack()]);
        s.sin([ack()])
    }),
    plant("invalid-altsvc-or-origin", &[(Server, Idle)], Nothing, |s| {
        s.sin([unknown(0x0a, 0, &[0, 0, b'h', b'2'])])
    }),
    plant("settings-window-overflow", &[(Client, Get)], Connection(ErrorCode::FLOW_CONTROL_ERROR), |s| {
        s.sin_on(|id| [window_update(id, 0x7ff0_0000), one(4, 0x7ff0_0000)])
    }),
    plant("frame-on-connect-tunnel", &[(Server, Idle)], PROTOCOL, |s| {
        let fields = [(":method", "CONNECT"), (":authority", "b.example:443")];
        let asked = headers(s.stream, &s.fields(Client, &fields));
        s.say(Client, [asked]);
        let reply = s.reply(&[(":status", "200")]);
        s.say(Server, [reply]);
        let trailers = s.reply(&[("x-end", "1")]).map(Wire::end_stream);
        s.sin([trailers])
    }),
    plant(
        "hpack-size-update-missing",
        &[(Client, Idle), (Server, Get)],
        Connection(ErrorCode::COMPRESSION_ERROR),
        |s| {
            let large = s.table(s.side).may_shrink();
            s.say(s.side.peer(), [one(1, 0)]);
            s.say(s.side, [settings_ack()]);
            let fields =
                if s.side == Client { request("GET", "/").to_vec() } else { vec![(":status", "200")] };
            let block = h2lint::script::block(&fields);
            large && s.sin([headers(s.stream, &block).map(Wire::end_stream)])
        },
    ),
];

const STREAM: After = Stream(ErrorCode::PROTOCOL_ERROR);

/// The server promises a stream on that of the scene, where it may.
fn promised(s: &mut Stage) -> Option<u32> {
    let own = s.world.ends[Server].next;
    let room = s.world.ends[Server].allowed.push;
    room.then(|| {
        s.world.ends[Server].next += 2;
        let block = s.fields(Server, &request("GET", "/p"));
        let payload = [&own.to_be_bytes()[..], &block].concat();
        let frame = push_promise(s.stream, own).map(|frame| frame.payload(&payload));
        s.say(Server, [frame]);
        own
    })
}

/// The server promises this request on the stream of the scene, where it may.
fn promises(s: &mut Stage, fields: &[(&str, &str)]) -> bool {
    let own = s.world.ends[Server].next;
    s.world.ends[Server].next += 2;
    let block = s.fields(Server, fields);
    let payload = [&own.to_be_bytes()[..], &block].concat();
    s.world.ends[Server].allowed.push
        && s.sin([push_promise(s.stream, own).map(|frame| frame.payload(&payload))])
        && s.say(Client, [rst_stream(own, ErrorCode::PROTOCOL_ERROR)])
}

/// The other end resets the stream of the scene, and the culprit reads that.
fn known_reset(s: &mut Stage) {
    let (side, peer) = (s.side, s.side.peer());
    s.say(peer, [rst_stream(s.stream, CANCEL), settings(&[])]);
    s.say(side, [settings_ack()]);
}

/// The server says that it takes no stream behind this one; SETTINGS follow, to be acknowledged.
fn farewell(s: &mut Stage, last: u32) {
    s.world.ends[Server].last_served = last;
    s.world.ends[Server].going = true;
    s.say(Server, [goaway(last, NO_ERROR), settings(&[])]);
}
