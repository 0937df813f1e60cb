//! Violations in frames, field blocks and the states of streams.

use h2lint::base::Side;
use h2lint::frame::ErrorCode;
use h2lint::script::{
    Wire, continuation, data, headers, ping, priority, rst_stream, settings, settings_ack, unknown,
    window_update,
};

use crate::common::stage::{After, Before, Plant, Stage, plant};

pub static PLANTS: &[Plant] = &[
    plant(
        "frame-too-large",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let most = s.world.ends[Side::Client].allowed.frame as usize;
            s.sin([unknown(0xfa, 0, &vec![0; most + 1])])
        },
    ),
    plant(
        "frame-too-large",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let most = s.world.ends[Side::Server].allowed.frame as usize;
            s.sin([unknown(0xfa, 0, &vec![0; most + 1])])
        },
    ),
    plant(
        "data-on-stream-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([data(0, b"x")]),
    ),
    plant(
        "data-on-stream-zero",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([data(0, b"x")]),
    ),
    plant(
        "headers-on-stream-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[]);
            s.sin([head.map(|frame| frame.on(0).end_stream())])
        },
    ),
    plant(
        "rst-stream-on-stream-zero",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([rst_stream(0, ErrorCode::CANCEL)]),
    ),
    plant(
        "rst-stream-on-stream-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([rst_stream(0, ErrorCode::CANCEL)]),
    ),
    plant(
        "data-bad-padding",
        Side::Client,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([data(id, &[200, 1, 2]).map(|frame| frame.flag(8))])
        },
    ),
    plant(
        "data-bad-padding",
        Side::Server,
        (Before::Answered, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([data(id, &[200, 1, 2]).map(|frame| frame.flag(8))])
        },
    ),
    plant(
        "header-frame-bad-padding",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([headers(id, &[200, 0x82]).map(|frame| frame.flag(9))])
        },
    ),
    plant(
        "frame-too-short",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([headers(id, &[0, 0]).map(|frame| frame.flag(0x21))])
        },
    ),
    plant(
        "rst-stream-bad-length",
        Side::Client,
        (Before::Post, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([rst_stream(id, ErrorCode::CANCEL).map(|frame| frame.payload(&[0; 3]))])
        },
    ),
    plant(
        "rst-stream-bad-length",
        Side::Server,
        (Before::Post, After::Connection(ErrorCode::FRAME_SIZE_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([rst_stream(id, ErrorCode::CANCEL).map(|frame| frame.payload(&[0; 5]))])
        },
    ),
    plant("undefined-flag-set", Side::Client, (Before::Idle, After::Nothing), |s| {
        s.sin([priority(1, 0).map(|frame| frame.flag(0x40))])
    }),
    plant("reserved-bit-set", Side::Client, (Before::Idle, After::Nothing), |s| {
        s.sin([priority(1, 0).map(Wire::reserved)])
    }),
    plant("nonzero-padding", Side::Client, (Before::Post, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let id = s.stream;
        s.sin([data(id, b"x").map(|frame| frame.padded(4, 7))])
    }),
    plant(
        "field-block-interrupted",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished());
            s.sin([head, ping([9; 8])])
        },
    ),
    plant(
        "continuation-on-wrong-stream",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, head) = (s.stream, s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished()));
            s.sin([head, continuation(id + 2, b"")])
        },
    ),
    plant(
        "unexpected-continuation",
        Side::Client,
        (Before::Post, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([continuation(id, b"")])
        },
    ),
    plant(
        "unexpected-continuation",
        Side::Server,
        (Before::Answered, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([continuation(id, b"")])
        },
    ),
    plant(
        "continuation-on-stream-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| s.sin([continuation(0, b"")]),
    ),
    plant(
        "extension-frame-in-field-block",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[]).map(|frame| frame.end_stream().unfinished());
            s.sin([head, unknown(0xfa, 0, b"x")])
        },
    ),
    plant(
        "data-on-idle-stream",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([data(id, b"x")])
        },
    ),
    plant(
        "data-on-idle-stream",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([data(id, b"x")])
        },
    ),
    plant(
        "rst-stream-on-idle-stream",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([rst_stream(id, ErrorCode::CANCEL)])
        },
    ),
    plant(
        "rst-stream-on-idle-stream",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([rst_stream(id, ErrorCode::CANCEL)])
        },
    ),
    plant(
        "window-update-on-idle-stream",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 10)])
        },
    ),
    plant(
        "window-update-on-idle-stream",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([window_update(id, 10)])
        },
    ),
    plant(
        "server-headers-on-idle-stream",
        Side::Server,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200")]);
            s.sin([head])
        },
    ),
    plant(
        "data-after-end-stream",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::STREAM_CLOSED)),
        |s| {
            let id = s.stream;
            s.sin([data(id, b"x")])
        },
    ),
    plant(
        "headers-after-end-stream",
        Side::Client,
        (Before::Get, After::Stream(ErrorCode::STREAM_CLOSED)),
        |s| {
            let (id, block) = (s.stream, s.fields(Side::Client, &[("x-more", "1")]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant("frame-after-rst-stream-sent", Side::Client, (Before::Post, After::Nothing), |s| {
        let id = s.stream;
        s.sin([rst_stream(id, ErrorCode::CANCEL), data(id, b"x")])
    }),
    plant("frame-after-rst-stream-received", Side::Client, (Before::Post, After::Nothing), |s| {
        let id = s.stream;
        s.say(Side::Server, [rst_stream(id, ErrorCode::INTERNAL_ERROR), settings(&[])]);
        s.say(Side::Client, [settings_ack()]);
        s.sin([data(id, b"x")])
    }),
    plant("repeated-rst-stream", Side::Client, (Before::Post, After::Nothing), |s| {
        let id = s.stream;
        s.sin([rst_stream(id, ErrorCode::CANCEL), rst_stream(id, ErrorCode::CANCEL)])
    }),
    plant("repeated-rst-stream", Side::Server, (Before::Post, After::Nothing), |s| {
        let id = s.stream;
        s.sin([rst_stream(id, ErrorCode::CANCEL), rst_stream(id, ErrorCode::CANCEL)])
    }),
    plant(
        "client-even-stream-id",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream + 101;
            let head = s.ask("GET", &[]);
            s.sin([head.map(|frame| frame.on(id).end_stream())])
        },
    ),
    plant(
        "stream-id-not-increasing",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.stream = id + 4;
            let first = s.ask("GET", &[]).map(Wire::end_stream);
            let second = s.ask("GET", &[]).map(|frame| frame.on(id + 2).end_stream());
            s.sin([first, second])
        },
    ),
    plant(
        "stream-id-reused",
        Side::Client,
        (Before::Done, After::Connection(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "max-concurrent-streams-exceeded",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::REFUSED_STREAM)),
        many,
    ),
];

/// One stream more than the server allows, when it allows few.
fn many(s: &mut Stage) -> bool {
    let allowed = s.world.ends[Side::Client].allowed.streams;
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
        s.say(Side::Server, [reply]);
    }
    s.stream = last;
    s.world.ends[Side::Client].next = last + 2;
    true
}
