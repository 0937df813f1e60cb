//! Violations in calls of gRPC.

use h2lint::base::Side::{Client, Server};
use h2lint::script::{Wire, data, headers, message};

use crate::common::stage::After::Nothing;
use crate::common::stage::Before::Idle;
use crate::common::stage::{Plant, Stage, plant, request};

pub static PLANTS: &[Plant] = &[
    plant("grpc-missing-te", &[(Client, Idle)], Nothing, |s| call(s, Call { te: &[], ..LEGAL })),
    plant("grpc-bad-request-line", &[(Client, Idle)], Nothing, |s| call(s, Call { method: "PUT", ..LEGAL })),
    plant("grpc-bad-response-content-type", &[(Server, Idle)], Nothing, |s| {
        call(s, Call { head: &[(":status", "200"), ("content-type", "text/html")], ..LEGAL })
    }),
    plant("grpc-missing-status", &[(Server, Idle)], Nothing, |s| {
        call(s, Call { trailer: ("x-end", "1"), ..LEGAL })
    }),
    plant("grpc-invalid-status-value", &[(Server, Idle)], Nothing, |s| {
        call(s, Call { trailer: ("grpc-status", "OK"), ..LEGAL })
    }),
    plant("grpc-message-truncated", &[(Server, Idle)], Nothing, |s| {
        call(s, Call { answer: &message(b"hello")[..8], ..LEGAL })
    }),
    plant("grpc-message-truncated", &[(Client, Idle)], Nothing, |s| {
        call(s, Call { question: &message(b"hello")[..8], ..LEGAL })
    }),
    plant("grpc-invalid-compressed-flag", &[(Client, Idle)], Nothing, |s| {
        call(s, Call { question: &[2, 0, 0, 0, 0], ..LEGAL })
    }),
    plant("grpc-compressed-without-encoding", &[(Server, Idle)], Nothing, |s| {
        call(s, Call { answer: &[1, 0, 0, 0, 1, 7], ..LEGAL })
    }),
    plant("grpc-bad-timeout", &[(Client, Idle)], Nothing, |s| {
        call(s, Call { more: &[("grpc-timeout", "5")], ..LEGAL })
    }),
    plant("grpc-invalid-metadata-encoding", &[(Client, Idle)], Nothing, |s| {
        call(s, Call { more: &[("x-bin", "*")], ..LEGAL })
    }),
    plant("grpc-http-error-status", &[(Server, Idle)], Nothing, |s| {
        let head = &[(":status", "503"), ("content-type", "text/html")];
        call(s, Call { head, answer: b"busy", trailer: ("x-end", "1"), ..LEGAL })
    }),
    plant("grpc-status-misplaced", &[(Server, Idle)], Nothing, |s| {
        let head = &[LEGAL.head, &[("grpc-status", "0")]].concat();
        call(s, Call { head, ..LEGAL })
    }),
    plant("grpc-encoding-not-accepted", &[(Server, Idle)], Nothing, |s| {
        let head = &[LEGAL.head, &[("grpc-encoding", "snappy")]].concat();
        call(s, Call { head, ..LEGAL })
    }),
];

/// A call from its request to its trailers.
struct Call<'a> {
    method: &'a str,
    te: &'a [(&'a str, &'a str)],
    /// Fields behind those of every call.
    more: &'a [(&'a str, &'a str)],
    question: &'a [u8],
    head: &'a [(&'a str, &'a str)],
    answer: &'a [u8],
    trailer: (&'a str, &'a str),
}

const LEGAL: Call<'_> = Call {
    method: "POST",
    te: &[("te", "trailers")],
    more: &[],
    question: b"\0\0\0\0\x02hi",
    head: &[(":status", "200"), ("content-type", "application/grpc")],
    answer: b"\0\0\0\0\x05hello",
    trailer: ("grpc-status", "0"),
};

fn call(s: &mut Stage, call: Call<'_>) -> bool {
    let id = s.stream;
    let line = request(call.method, "/pkg.Greeter/Hello");
    let fields = [&line, call.te, &[("content-type", "application/grpc")], call.more].concat();
    let block = s.fields(Client, &fields);
    s.say(Client, [headers(id, &block), data(id, call.question).map(Wire::end_stream)]);
    let (head, trailers) = (s.reply(call.head), s.reply(&[call.trailer]).map(Wire::end_stream));
    s.say(Server, [head, data(id, call.answer), trailers])
}
