//! Violations in field blocks and messages.

use h2lint::base::Side;
use h2lint::frame::ErrorCode;
use h2lint::script::{Wire, data, headers};

use crate::common::stage::{After, Before, Plant, plant};

pub static PLANTS: &[Plant] = &[
    plant(
        "hpack-index-zero",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0x80]),
    ),
    plant(
        "hpack-index-out-of-range",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0xff, 0xa3, 0x02]),
    ),
    plant(
        "hpack-integer-overflow",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    ),
    plant(
        "hpack-huffman-padding-too-long",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0, 1, b'x', 0x82, 0x07, 0xff]),
    ),
    plant(
        "hpack-huffman-padding-not-eos",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0, 1, b'x', 0x81, 0]),
    ),
    plant(
        "hpack-huffman-eos",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff]),
    ),
    plant(
        "hpack-truncated-block",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0, 5, b'x']),
    ),
    plant(
        "hpack-size-update-misplaced",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| s.coded(&[0x20]),
    ),
    plant(
        "hpack-index-zero",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.raw(Side::Server, &[0x88, 0x80]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "hpack-huffman-eos",
        Side::Server,
        (Before::Get, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| {
            let (id, block) =
                (s.stream, s.raw(Side::Server, &[0x88, 0, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "hpack-size-update-too-large",
        Side::Client,
        (Before::Idle, After::Connection(ErrorCode::COMPRESSION_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.raw(Side::Client, &[0x3f, 0xe1, 0xff, 0x7f, 0x82, 0x86, 0x84]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "uppercase-field-name",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("X-Upper", "1")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "invalid-field-name",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("bad name", "1")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "invalid-field-value",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("x-bad", "a\nb")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "field-value-surrounding-whitespace",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("x-bad", " a")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "connection-specific-field",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("connection", "close")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "connection-specific-field",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("transfer-encoding", "chunked")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant("invalid-te", Side::Client, (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let head = s.ask("GET", &[("te", "gzip")]);
        s.sin([head.map(Wire::end_stream)])
    }),
    plant(
        "invalid-content-length",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("content-length", "x")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "content-length-mismatch",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("content-length", "5")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "authority-host-mismatch",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[("host", "b.example")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "duplicate-pseudo-header",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[(":path", "/b")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "unknown-pseudo-header",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[(":foo", "1")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "pseudo-header-wrong-direction",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.ask("GET", &[(":status", "200")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "pseudo-header-after-regular",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[
                        (":method", "GET"),
                        (":scheme", "http"),
                        (":authority", "a.example"),
                        ("x-a", "1"),
                        (":path", "/"),
                    ],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "missing-request-pseudo-header",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[(":method", "GET"), (":scheme", "http"), (":authority", "a.example")],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant("invalid-path", Side::Client, (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let (id, block) = (
            s.stream,
            s.fields(
                Side::Client,
                &[(":method", "GET"), (":scheme", "http"), (":path", "x"), (":authority", "a.example")],
            ),
        );
        s.sin([headers(id, &block).map(Wire::end_stream)])
    }),
    plant(
        "invalid-method-or-scheme",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[(":method", "G T"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "userinfo-in-authority",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "u@a.example")],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant("missing-authority", Side::Client, (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let (id, block) =
            (s.stream, s.fields(Side::Client, &[(":method", "GET"), (":scheme", "http"), (":path", "/")]));
        s.sin([headers(id, &block).map(Wire::end_stream)])
    }),
    plant(
        "bad-connect-request",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[(":method", "CONNECT"), (":path", "/"), (":authority", "a.example:443")],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "extended-connect-not-negotiated",
        Side::Client,
        (Before::Idle, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (
                s.stream,
                s.fields(
                    Side::Client,
                    &[
                        (":method", "CONNECT"),
                        (":protocol", "websocket"),
                        (":scheme", "http"),
                        (":path", "/"),
                        (":authority", "a.example"),
                    ],
                ),
            );
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "pseudo-header-in-trailers",
        Side::Client,
        (Before::Post, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.fields(Side::Client, &[(":path", "/")]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "forbidden-trailer-field",
        Side::Client,
        (Before::Post, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.fields(Side::Client, &[("content-length", "0")]));
            s.sin([headers(id, &block).map(Wire::end_stream)])
        },
    ),
    plant(
        "second-headers-without-end-stream",
        Side::Client,
        (Before::Post, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, block) = (s.stream, s.fields(Side::Client, &[("x-a", "0")]));
            s.sin([headers(id, &block)])
        },
    ),
    plant("invalid-status", Side::Server, (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let head = s.reply(&[(":status", "99")]);
        s.sin([head.map(Wire::end_stream)])
    }),
    plant("status-101", Side::Server, (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let head = s.reply(&[(":status", "101")]);
        s.sin([head])
    }),
    plant(
        "informational-with-end-stream",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "103")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "uppercase-field-name",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200"), ("X-A", "1")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "pseudo-header-wrong-direction",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200"), (":path", "/")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "connection-specific-field",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200"), ("keep-alive", "5")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "duplicate-pseudo-header",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200"), (":status", "200")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant(
        "content-length-mismatch",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "200"), ("content-length", "7")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
    plant("invalid-field-name", Side::Server, (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)), |s| {
        let head = s.reply(&[(":status", "200"), ("", "1")]);
        s.sin([head.map(Wire::end_stream)])
    }),
    plant(
        "data-before-final-headers",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let id = s.stream;
            s.sin([data(id, b"x")])
        },
    ),
    plant(
        "content-in-bodyless-response",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let (id, head) = (s.stream, s.reply(&[(":status", "204")]));
            s.sin([head, data(id, b"x").map(Wire::end_stream)])
        },
    ),
    plant(
        "forbidden-content-length",
        Side::Server,
        (Before::Get, After::Stream(ErrorCode::PROTOCOL_ERROR)),
        |s| {
            let head = s.reply(&[(":status", "204"), ("content-length", "3")]);
            s.sin([head.map(Wire::end_stream)])
        },
    ),
];
