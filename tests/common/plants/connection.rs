//! Violations of pushes, windows, SETTINGS, PING, GOAWAY and priorities.

use h2lint::base::Side::{Client, Server};
use h2lint::frame::ErrorCode;
use h2lint::script::{
    data, goaway, ping, preface, priority, push_promise, settings, settings_ack, unknown, window_update,
};

use crate::common::stage::After::{self, Connection, Nothing, Stream};
use crate::common::stage::Before::{Answered, Done, Get, Idle, Post};
use crate::common::stage::{Plant, Stage, one, plant, request};

const PROTOCOL: After = Connection(ErrorCode::PROTOCOL_ERROR);
const FRAME_SIZE: After = Connection(ErrorCode::FRAME_SIZE_ERROR);
const FLOW_CONTROL: After = Connection(ErrorCode::FLOW_CONTROL_ERROR);
const NO_ERROR: ErrorCode = ErrorCode::NO_ERROR;

pub static PLANTS: &[Plant] = &[
    plant("push-promise-from-client", &[(Client, Post)], PROTOCOL, |s| promises(s, s.stream, 2)),
    plant("push-promise-on-stream-zero", &[(Server, Post)], PROTOCOL, |s| {
        let own = s.world.ends[Server].next;
        s.world.ends[Server].allowed.push && promises(s, 0, own)
    }),
    plant("push-promise-bad-parent", &[(Server, Idle)], PROTOCOL, |s| {
        let own = s.world.ends[Server].next;
        s.world.ends[Server].allowed.push && promises(s, s.stream, own)
    }),
    plant("push-bad-promised-id", &[(Server, Post)], PROTOCOL, |s| {
        let own = s.world.ends[Server].next;
        s.world.ends[Server].allowed.push && promises(s, s.stream, own + 1)
    }),
    plant("push-while-disabled", &[(Server, Post)], PROTOCOL, |s| {
        let own = s.world.ends[Server].next;
        !s.world.ends[Server].allowed.push && promises(s, s.stream, own)
    }),
    plant(
        "zero-window-update-on-stream",
        &[(Client, Get), (Server, Post)],
        Stream(ErrorCode::PROTOCOL_ERROR),
        |s| s.sin_on(|id| [window_update(id, 0)]),
    ),
    plant("zero-window-update-on-connection", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([window_update(0, 0)])
    }),
    plant(
        "stream-window-overflow",
        &[(Client, Get), (Server, Post)],
        Stream(ErrorCode::FLOW_CONTROL_ERROR),
        |s| s.sin_on(|id| [window_update(id, 0x7fff_ffff)]),
    ),
    plant("connection-window-overflow", &[(Client, Idle), (Server, Idle)], FLOW_CONTROL, |s| {
        s.sin([window_update(0, 0x7fff_ffff)])
    }),
    plant("window-update-bad-length", &[(Client, Idle)], FRAME_SIZE, |s| {
        s.sin([window_update(0, 1).map(|frame| frame.payload(&[0; 5]))])
    }),
    plant("window-update-bad-length", &[(Server, Idle)], FRAME_SIZE, |s| {
        s.sin([window_update(0, 1).map(|frame| frame.payload(&[0; 3]))])
    }),
    plant(
        "stream-window-exceeded",
        &[(Client, Post), (Server, Answered)],
        Stream(ErrorCode::FLOW_CONTROL_ERROR),
        |s| flood(s, Flooded::Stream),
    ),
    plant("connection-window-exceeded", &[(Client, Post), (Server, Answered)], FLOW_CONTROL, |s| {
        flood(s, Flooded::Connection)
    }),
    plant("settings-bad-enable-push", &[(Client, Idle)], PROTOCOL, |s| s.sin([one(2, 2)])),
    plant("settings-bad-initial-window-size", &[(Client, Idle), (Server, Idle)], FLOW_CONTROL, |s| {
        s.sin([one(4, 0x8000_0000)])
    }),
    plant("settings-bad-max-frame-size", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([one(5, 100)])
    }),
    plant("settings-bad-enable-connect-protocol", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([one(8, 2)])
    }),
    plant("settings-bad-no-rfc7540-priorities", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([one(9, 7)])
    }),
    plant("server-enables-push", &[(Server, Idle)], PROTOCOL, |s| s.sin([one(2, 1)])),
    plant("settings-ack-with-payload", &[(Client, Idle), (Server, Idle)], FRAME_SIZE, |s| {
        s.sin([one(4, 65_535).map(|frame| frame.flag(1))])
    }),
    plant("settings-on-stream", &[(Client, Get), (Server, Get)], PROTOCOL, |s| {
        let id = s.stream;
        s.sin([settings(&[]).map(|frame| frame.on(id))])
    }),
    plant("settings-bad-length", &[(Client, Idle), (Server, Idle)], FRAME_SIZE, |s| {
        s.sin([settings(&[]).map(|frame| frame.payload(&[0; 5]))])
    }),
    plant("unexpected-settings-ack", &[(Client, Idle), (Server, Done)], PROTOCOL, |s| {
        s.sin([settings_ack()])
    }),
    plant("ping-on-stream", &[(Client, Get), (Server, Get)], PROTOCOL, |s| {
        let id = s.stream;
        s.sin([ping([9; 8]).map(|frame| frame.on(id))])
    }),
    plant("ping-bad-length", &[(Client, Idle), (Server, Idle)], FRAME_SIZE, |s| {
        s.sin([ping([9; 8]).map(|frame| frame.payload(&[9; 7]))])
    }),
    plant("unsolicited-ping-ack", &[(Client, Idle), (Server, Idle)], Nothing, |s| {
        s.sin([ping([0xee; 8]).map(|frame| frame.flag(1))])
    }),
    plant("goaway-on-stream", &[(Client, Get), (Server, Get)], PROTOCOL, |s| {
        let id = s.stream;
        s.sin([goaway(0, NO_ERROR).map(|frame| frame.on(id))])
    }),
    plant("goaway-too-short", &[(Client, Idle), (Server, Idle)], FRAME_SIZE, |s| {
        s.sin([goaway(0, NO_ERROR).map(|frame| frame.payload(&[0; 7]))])
    }),
    plant("priority-on-stream-zero", &[(Client, Idle), (Server, Idle)], PROTOCOL, |s| {
        s.sin([priority(0, 3)])
    }),
    plant("misplaced-preface", &[(Client, Idle)], PROTOCOL, |s| s.sin([preface()])),
    plant("priority-bad-length", &[(Client, Get)], Stream(ErrorCode::FRAME_SIZE_ERROR), |s| {
        s.sin_on(|id| [priority(id, 0).map(|frame| frame.payload(&[0; 4]))])
    }),
    plant("priority-self-dependency", &[(Client, Get)], Stream(ErrorCode::PROTOCOL_ERROR), |s| {
        s.sin_on(|id| [priority(id, id)])
    }),
    plant("priority-update-from-server", &[(Server, Get)], PROTOCOL, |s| {
        s.sin_on(|id| [unknown(0x10, 0, &urgent(id))])
    }),
    plant("bad-priority-update", &[(Client, Get)], PROTOCOL, |s| {
        s.sin_on(|id| [unknown(0x10, id, &urgent(id))])
    }),
    plant("goaway-last-stream-id-increased", &[(Server, Get)], PROTOCOL, |s| {
        s.sin_on(|id| [goaway(id, NO_ERROR), goaway(id + 2, NO_ERROR)])
    }),
];

/// The culprit promises a request on this stream.
fn promises(s: &mut Stage, parent: u32, promised: u32) -> bool {
    let block = s.fields(s.side, &request("GET", "/p"));
    let payload = [&promised.to_be_bytes()[..], &block].concat();
    s.sin([push_promise(parent, promised).map(|frame| frame.payload(&payload))])
}

/// The payload of PRIORITY_UPDATE for this stream.
fn urgent(stream: u32) -> Vec<u8> {
    [&stream.to_be_bytes()[..], b"u=1"].concat()
}

enum Flooded {
    Stream,
    Connection,
}

/// DATA beyond the credit of the stream, or of the connection.
fn flood(s: &mut Stage, flooded: Flooded) -> bool {
    let end = &s.world.ends[s.side];
    let (stream, connection, most) = (end.allowed.window, end.credit, i64::from(end.allowed.frame));
    let mut left = match flooded {
        Flooded::Stream if stream < connection => stream + 1,
        Flooded::Connection if connection < stream => connection + 1,
        _ => return false,
    };
    let mut frames = Vec::new();
    while left > 0 {
        let length = left.min(most);
        frames.push(data(s.stream, &vec![7; usize::try_from(length).unwrap()]));
        left -= length;
    }
    s.sin(frames)
}
