//! Violations of pushes, windows, SETTINGS, PING, GOAWAY and priorities.

use h2lint::base::Side;
use h2lint::frame::ErrorCode;
use h2lint::script::{
    Octets, data, goaway, ping, preface, priority, push_promise, settings, settings_ack, unknown,
    window_update,
};

use crate::common::stage::{After, Before, Plant, Stage, one, plant};

pub static PLANTS: &[Plant] = &[
    plant(
        "push-promise-from-client",
        Side::Client,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.fields(Side::Client, &GET));
            s.sin([promise(id, 2, &block)])
        },
    ),
    plant(
        "push-promise-on-stream-zero",
        Side::Server,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            pushes(s, |s, own| {
                let block = s.fields(Side::Server, &GET);
                s.sin([promise(0, own, &block)])
            })
        },
    ),
    plant(
        "push-promise-bad-parent",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            pushes(s, |s, own| {
                let (id, block) = (s.stream, s.fields(Side::Server, &GET));
                s.sin([promise(id, own, &block)])
            })
        },
    ),
    plant(
        "push-bad-promised-id",
        Side::Server,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            pushes(s, |s, own| {
                let (id, block) = (s.stream, s.fields(Side::Server, &GET));
                s.sin([promise(id, own + 1, &block)])
            })
        },
    ),
    plant(
        "push-while-disabled",
        Side::Server,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let own = s.world.ends[Side::Server].next;
            !s.world.ends[Side::Server].allowed.push && {
                let (id, block) = (s.stream, s.fields(Side::Server, &GET));
                s.sin([promise(id, own, &block)])
            }
        },
    ),
    plant(
        "zero-window-update-on-stream",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 0)])
        },
    ),
    plant(
        "zero-window-update-on-stream",
        Side::Server,
        (Before::Post, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 0)])
        },
    ),
    plant(
        "zero-window-update-on-connection",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([window_update(0, 0)]),
    ),
    plant(
        "zero-window-update-on-connection",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([window_update(0, 0)]),
    ),
    plant(
        "stream-window-overflow",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 0x7fff_ffff)])
        },
    ),
    plant(
        "stream-window-overflow",
        Side::Server,
        (Before::Post, After::Stream(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 0x7fff_ffff)])
        },
    ),
    plant(
        "connection-window-overflow",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| s.sin([window_update(0, 0x7fff_ffff)]),
    ),
    plant(
        "connection-window-overflow",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| s.sin([window_update(0, 0x7fff_ffff)]),
    ),
    plant(
        "window-update-bad-length",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([window_update(0, 1).map(|frame| frame.payload(&[0; 5]))]),
    ),
    plant(
        "window-update-bad-length",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([window_update(0, 1).map(|frame| frame.payload(&[0; 3]))]),
    ),
    plant(
        "stream-window-exceeded",
        Side::Client,
        (Before::Post, After::Stream(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| flood(s, Flooded::Stream),
    ),
    plant(
        "connection-window-exceeded",
        Side::Client,
        (Before::Post, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| flood(s, Flooded::Connection),
    ),
    plant(
        "stream-window-exceeded",
        Side::Server,
        (Before::Answered, After::Stream(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| flood(s, Flooded::Stream),
    ),
    plant(
        "connection-window-exceeded",
        Side::Server,
        (Before::Answered, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| flood(s, Flooded::Connection),
    ),
    plant(
        "settings-bad-enable-push",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(2, 2)]),
    ),
    plant(
        "settings-bad-initial-window-size",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| s.sin([one(4, 0x8000_0000)]),
    ),
    plant(
        "settings-bad-initial-window-size",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FLOW_CONTROL_ERROR)),
        |s| s.sin([one(4, 0x8000_0000)]),
    ),
    plant(
        "settings-bad-max-frame-size",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(5, 100)]),
    ),
    plant(
        "settings-bad-max-frame-size",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(5, 100)]),
    ),
    plant(
        "settings-bad-enable-connect-protocol",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(8, 2)]),
    ),
    plant(
        "settings-bad-enable-connect-protocol",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(8, 2)]),
    ),
    plant(
        "settings-bad-no-rfc7540-priorities",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(9, 7)]),
    ),
    plant(
        "settings-bad-no-rfc7540-priorities",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(9, 7)]),
    ),
    plant(
        "server-enables-push",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([one(2, 1)]),
    ),
    plant(
        "settings-ack-with-payload",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([one(4, 65_535).map(|frame| frame.flag(1))]),
    ),
    plant(
        "settings-on-stream",
        Side::Client,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([settings(&[]).map(|frame| frame.on(id))])
        },
    ),
    plant(
        "settings-bad-length",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([settings(&[]).map(|frame| frame.payload(&[0; 5]))]),
    ),
    plant(
        "unexpected-settings-ack",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([settings_ack()]),
    ),
    plant("ping-on-stream", Side::Client, (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)), |s| {
        let id = s.stream;
        s.sin([ping([9; 8]).map(|frame| frame.on(id))])
    }),
    plant(
        "ping-bad-length",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([ping([9; 8]).map(|frame| frame.payload(&[9; 7]))]),
    ),
    plant("unsolicited-ping-ack", Side::Client, (Before::Idle, After::Nothing), |s| {
        s.sin([ping([0xee; 8]).map(|frame| frame.flag(1))])
    }),
    plant(
        "goaway-on-stream",
        Side::Client,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.on(id))])
        },
    ),
    plant(
        "goaway-too-short",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.payload(&[0; 7]))]),
    ),
    plant(
        "priority-on-stream-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([priority(0, 3)]),
    ),
    plant(
        "settings-ack-with-payload",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([one(4, 65_535).map(|frame| frame.flag(1))]),
    ),
    plant(
        "settings-on-stream",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([settings(&[]).map(|frame| frame.on(id))])
        },
    ),
    plant(
        "settings-bad-length",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([settings(&[]).map(|frame| frame.payload(&[0; 5]))]),
    ),
    plant(
        "unexpected-settings-ack",
        Side::Server,
        (Before::Done, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([settings_ack()]),
    ),
    plant("ping-on-stream", Side::Server, (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)), |s| {
        let id = s.stream;
        s.sin([ping([9; 8]).map(|frame| frame.on(id))])
    }),
    plant(
        "ping-bad-length",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([ping([9; 8]).map(|frame| frame.payload(&[9; 7]))]),
    ),
    plant("unsolicited-ping-ack", Side::Server, (Before::Idle, After::Nothing), |s| {
        s.sin([ping([0xee; 8]).map(|frame| frame.flag(1))])
    }),
    plant(
        "goaway-on-stream",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.on(id))])
        },
    ),
    plant(
        "goaway-too-short",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| s.sin([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.payload(&[0; 7]))]),
    ),
    plant(
        "priority-on-stream-zero",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([priority(0, 3)]),
    ),
    plant(
        "misplaced-preface",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([preface()]),
    ),
    plant(
        "priority-bad-length",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([priority(id, 0).map(|frame| frame.payload(&[0; 4]))])
        },
    ),
    plant(
        "priority-self-dependency",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([priority(id, id)])
        },
    ),
    plant(
        "priority-update-from-server",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let payload = [&s.stream.to_be_bytes()[..], b"u=1"].concat();
            s.sin([unknown(0x10, 0, &payload)])
        },
    ),
    plant(
        "bad-priority-update",
        Side::Client,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, payload) = (s.stream, [&s.stream.to_be_bytes()[..], b"u=1"].concat());
            s.sin([unknown(0x10, id, &payload)])
        },
    ),
    plant(
        "goaway-last-stream-id-increased",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([goaway(id, ErrorCode::NO_ERROR), goaway(id + 2, ErrorCode::NO_ERROR)])
        },
    ),
];

const GET: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":path", "/p"), (":authority", "a.example")];

fn promise(parent: u32, promised: u32, block: &[u8]) -> Octets {
    let payload = [&promised.to_be_bytes()[..], block].concat();
    push_promise(parent, promised).map(|frame| frame.payload(&payload))
}

/// The server promises this, when it may promise anything.
fn pushes(s: &mut Stage, act: impl FnOnce(&mut Stage, u32) -> bool) -> bool {
    let server = &s.world.ends[Side::Server];
    let own = server.next;
    server.allowed.push && act(s, own)
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
