//! Violations in frames, field blocks and the states of streams.

use h2lint::base::Side::{Client, Server};
use h2lint::frame::ErrorCode;
use h2lint::script::{
    Wire, continuation, data, headers, ping, priority, rst_stream, settings, settings_ack, unknown,
    window_update,
};

use crate::common::stage::After::{self, Connection, Nothing, Stream};
use crate::common::stage::Before::{Answered, Done, Get, Idle, Post};
use crate::common::stage::{Plant, Stage, plant};

const PROTOCOL: After = Connection(ErrorCode::PROTOCOL_ERROR);
const FRAME_SIZE: After = Connection(ErrorCode::FRAME_SIZE_ERROR);
const CANCEL: ErrorCode = ErrorCode::CANCEL;

pub static PLANTS: &[Plant] = &[
    plant("frame-too-large", &[(Client, Idle), (Server, Idle)], FRAME_SIZE, |s| {
        let most = s.world.ends[s.side].allowed.frame as usize;
        s.sin([unknown(0xfa, 0, &vec![0; most + 1])])
    }),
    plant("data-on-stream-zero", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| s.sin([data(0, b"x")])),
    plant("headers-on-stream-zero", &[(Client, Idle)], PROTOCOL, |s| {
        let head = s.ask("GET", &[]);
        s.sin([head.map(|frame| frame.on(0).end_stream())])
    }),
    plant("rst-stream-on-stream-zero", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([rst_stream(0, CANCEL)])
    }),
    plant("data-bad-padding", &[(Client, Post), (Server, Answered)], PROTOCOL, |s| {
        s.sin_on(|id| [data(id, &[200, 1, 2]).map(|frame| frame.flag(8))])
    }),
    plant("header-frame-bad-padding", &[(Client, Idle)], PROTOCOL, |s| {
        s.sin_on(|id| [headers(id, &[200, 0x82]).map(|frame| frame.flag(9))])
    }),
    plant("frame-too-short", &[(Client, Idle)], FRAME_SIZE, |s| {
        s.sin_on(|id| [headers(id, &[0, 0]).map(|frame| frame.flag(0x21))])
    }),
    plant("rst-stream-bad-length", &[(Client, Post)], FRAME_SIZE, |s| {
        s.sin_on(|id| [rst_stream(id, CANCEL).map(|frame| frame.payload(&[0; 3]))])
    }),
    plant("rst-stream-bad-length", &[(Server, Post)], FRAME_SIZE, |s| {
        s.sin_on(|id| [rst_stream(id, CANCEL).map(|frame| frame.payload(&[0; 5]))])
    }),
    plant("undefined-flag-set", &[(Client, Idle)], Nothing, |s| {
        s.sin([priority(1, 0).map(|frame| frame.flag(0x40))])
    }),
    plant("reserved-bit-set", &[(Client, Idle)], Nothing, |s| s.sin([priority(1, 0).map(Wire::reserved)])),
    plant("nonzero-padding", &[(Client, Post)], Stream(ErrorCode::PROTOCOL_ERROR), |s| {
        s.sin_on(|id| [data(id, b"x").map(|frame| frame.padded(4, 7))])
    }),
    plant("field-block-interrupted", &[(Client, Idle)], PROTOCOL, |s| {
        let head = s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished());
        s.sin([head, ping([9; 8])])
    }),
    plant("continuation-on-wrong-stream", &[(Client, Idle)], PROTOCOL, |s| {
        let (id, head) = (s.stream, s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished()));
        s.sin([head, continuation(id + 2, b"")])
    }),
    plant("unexpected-continuation", &[(Client, Post), (Server, Answered)], PROTOCOL, |s| {
        s.sin_on(|id| [continuation(id, b"")])
    }),
    plant("continuation-on-stream-zero", &[(Client, Idle)], PROTOCOL, |s| s.sin([continuation(0, b"")])),
    plant("extension-frame-in-field-block", &[(Client, Idle)], PROTOCOL, |s| {
        let head = s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished());
        s.sin([head, unknown(0xfa, 0, b"x")])
    }),
    plant("data-on-idle-stream", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin_on(|id| [data(id, b"x")])
    }),
    plant("rst-stream-on-idle-stream", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin_on(|id| [rst_stream(id, CANCEL)])
    }),
    plant("window-update-on-idle-stream", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin_on(|id| [window_update(id, 10)])
    }),
    plant("server-headers-on-idle-stream", &[(Server, Idle)], PROTOCOL, |s| {
        let head = s.reply(&[(":status", "200")]);
        s.sin([head])
    }),
    plant("data-after-end-stream", &[(Client, Get)], Stream(ErrorCode::STREAM_CLOSED), |s| {
        s.sin_on(|id| [data(id, b"x")])
    }),
    plant("headers-after-end-stream", &[(Client, Get)], Stream(ErrorCode::STREAM_CLOSED), |s| {
        s.sin_fields(&[("x-more", "1")])
    }),
    plant("frame-after-rst-stream-sent", &[(Client, Post)], Nothing, |s| {
        s.sin_on(|id| [rst_stream(id, CANCEL), data(id, b"x")])
    }),
    plant("frame-after-rst-stream-received", &[(Client, Post)], Nothing, |s| {
        let id = s.stream;
        s.say(Server, [rst_stream(id, ErrorCode::INTERNAL_ERROR), settings(&[])]);
        s.say(Client, [settings_ack()]);
        s.sin([data(id, b"x")])
    }),
    plant("repeated-rst-stream", &[(Client, Post), (Server, Post)], Nothing, |s| {
        s.sin_on(|id| [rst_stream(id, CANCEL), rst_stream(id, CANCEL)])
    }),
    plant("client-even-stream-id", &[(Client, Idle)], PROTOCOL, |s| {
        let id = s.stream + 101;
        let head = s.ask("GET", &[]);
        s.sin([head.map(|frame| frame.on(id).end_stream())])
    }),
    plant("stream-id-not-increasing", &[(Client, Idle)], PROTOCOL, |s| {
        let id = s.stream;
        s.stream = id + 4;
        let first = s.ask("GET", &[]).map(Wire::end_stream);
        let second = s.ask("GET", &[]).map(|frame| frame.on(id + 2).end_stream());
        s.sin([first, second])
    }),
    plant("stream-id-reused", &[(Client, Done)], PROTOCOL, |s| s.sin_get(&[])),
    plant("max-concurrent-streams-exceeded", &[(Client, Idle)], Stream(ErrorCode::REFUSED_STREAM), many),
];

/// One stream more than the server allows, when it allows few.
fn many(s: &mut Stage) -> bool {
    let allowed = s.world.ends[Client].allowed.streams;
    if allowed > 5 {
        return false;
    }
    s.world.conclude();
    let mut heads = Vec::new();
    for _ in 0..=allowed {
        s.stream += 2;
        heads.push(s.ask("GET", &[]).map(Wire::end_stream));
    }
    let last = s.stream;
    s.sin(heads);
    for id in (last - 2 * allowed..last).step_by(2) {
        s.stream = id;
        let reply = s.reply(&[(":status", "200")]).map(Wire::end_stream);
        s.say(Server, [reply]);
    }
    s.stream = last;
    s.world.ends[Client].next = last + 2;
    true
}
