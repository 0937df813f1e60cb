//! Violations in calls of gRPC.

use h2lint::base::Side;
use h2lint::script::{Wire, data, headers, message};

use crate::common::stage::{After, Before, Plant, Stage, plant};

pub static PLANTS: &[Plant] = &[
    plant("grpc-missing-te", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-bad-request-line", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "PUT"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-bad-response-content-type", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "text/html")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-missing-status", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("x-end", "1")],
        )
    }),
    plant("grpc-invalid-status-value", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "OK")],
        )
    }),
    plant("grpc-message-truncated", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello")[..8],
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-message-truncated", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hello")[..8],
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-invalid-compressed-flag", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &[2, 0, 0, 0, 0],
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-compressed-without-encoding", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &[1, 0, 0, 0, 1, 7],
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-bad-timeout", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
                ("grpc-timeout", "5"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-invalid-metadata-encoding", Side::Client, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
                ("x-bin", "*"),
            ],
            &message(b"hi"),
            &[(":status", "200"), ("content-type", "application/grpc")],
            &message(b"hello"),
            &[("grpc-status", "0")],
        )
    }),
    plant("grpc-http-error-status", Side::Server, (Before::Idle, After::Nothing), |s| {
        call(
            s,
            &[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/pkg.Greeter/Hello"),
                (":authority", "a.example"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ],
            &message(b"hi"),
            &[(":status", "503"), ("content-type", "text/html")],
            b"busy",
            &[("x-end", "1")],
        )
    }),
];

/// A call from its request to its trailers.
fn call(
    s: &mut Stage,
    request: &[(&str, &str)],
    content: &[u8],
    head: &[(&str, &str)],
    back: &[u8],
    trailers: &[(&str, &str)],
) -> bool {
    let id = s.stream;
    let block = s.fields(Side::Client, request);
    s.say(Side::Client, [headers(id, &block), data(id, content).map(Wire::end_stream)]);
    let (head, trailers) = (s.reply(head), s.reply(trailers).map(Wire::end_stream));
    s.say(Side::Server, [head, data(id, back), trailers])
}
