//! Violations in field blocks and messages.

use h2lint::base::Side::{Client, Server};
use h2lint::frame::ErrorCode;
use h2lint::script::{Wire, data, headers};

use crate::common::stage::After::{self, Stream};
use crate::common::stage::Before::{Get, Idle, Post};
use crate::common::stage::{Plant, plant, request};

const UNREADABLE: After = After::Connection(ErrorCode::COMPRESSION_ERROR);
const MALFORMED: After = Stream(ErrorCode::PROTOCOL_ERROR);

pub static PLANTS: &[Plant] = &[
    plant("hpack-index-zero", &[(Client, Idle)], UNREADABLE, |s| s.sin_get_block(&[0x80])),
    plant("hpack-index-zero", &[(Server, Get)], UNREADABLE, |s| s.sin_block(&[0x88, 0x80])),
    plant("hpack-index-out-of-range", &[(Client, Idle)], UNREADABLE, |s| {
        s.sin_get_block(&[0xff, 0xa3, 0x02])
    }),
    plant("hpack-integer-overflow", &[(Client, Idle)], UNREADABLE, |s| {
        s.sin_get_block(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
    }),
    plant("hpack-huffman-padding-too-long", &[(Client, Idle)], UNREADABLE, |s| {
        s.sin_get_block(&[0, 1, b'x', 0x82, 0x07, 0xff])
    }),
    plant("hpack-huffman-padding-not-eos", &[(Client, Idle)], UNREADABLE, |s| {
        s.sin_get_block(&[0, 1, b'x', 0x81, 0])
    }),
    plant("hpack-huffman-eos", &[(Client, Idle)], UNREADABLE, |s| {
        s.sin_get_block(&[0, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff])
    }),
    plant("hpack-huffman-eos", &[(Server, Get)], UNREADABLE, |s| {
        s.sin_block(&[0x88, 0, 1, b'x', 0x84, 0xff, 0xff, 0xff, 0xff])
    }),
    plant("hpack-truncated-block", &[(Client, Idle)], UNREADABLE, |s| s.sin_get_block(&[0, 5, b'x'])),
    plant("hpack-size-update-misplaced", &[(Client, Idle)], UNREADABLE, |s| s.sin_get_block(&[0x20])),
    plant("hpack-size-update-too-large", &[(Client, Idle)], UNREADABLE, |s| {
        // Two updates are enough, and the coder may owe two.
        s.table(s.side).may_shrink() && s.sin_block(&[0x3f, 0xe1, 0xff, 0x7f, 0x82, 0x86, 0x84, 1, 1, b'a'])
    }),
    plant("uppercase-field-name", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("X-Upper", "1")])),
    plant("invalid-field-name", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("bad name", "1")])),
    plant("invalid-field-value", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("x-bad", "a\nb")])),
    plant("field-value-surrounding-whitespace", &[(Client, Idle)], MALFORMED, |s| {
        s.sin_get(&[("x-bad", " a")])
    }),
    plant("connection-specific-field", &[(Client, Idle)], MALFORMED, |s| {
        s.sin_get(&[("connection", "close")])
    }),
    plant("connection-specific-field", &[(Client, Idle)], MALFORMED, |s| {
        s.sin_get(&[("transfer-encoding", "chunked")])
    }),
    plant("invalid-te", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("te", "gzip")])),
    plant("invalid-content-length", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("content-length", "x")])),
    plant("content-length-mismatch", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("content-length", "5")])),
    plant("authority-host-mismatch", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[("host", "b.example")])),
    plant("duplicate-pseudo-header", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[(":path", "/b")])),
    plant("unknown-pseudo-header", &[(Client, Idle)], MALFORMED, |s| s.sin_get(&[(":foo", "1")])),
    plant("pseudo-header-wrong-direction", &[(Client, Idle)], MALFORMED, |s| {
        s.sin_get(&[(":status", "200")])
    }),
    plant("pseudo-header-after-regular", &[(Client, Idle)], MALFORMED, |s| {
        let [method, scheme, path, authority] = request("GET", "/");
        s.sin_fields(&[method, scheme, authority, ("x-a", "1"), path])
    }),
    plant("missing-request-pseudo-header", &[(Client, Idle)], MALFORMED, |s| {
        let [method, scheme, _, authority] = request("GET", "/");
        s.sin_fields(&[method, scheme, authority])
    }),
    plant("invalid-path", &[(Client, Idle)], MALFORMED, |s| s.sin_fields(&request("GET", "x"))),
    plant("invalid-method-or-scheme", &[(Client, Idle)], MALFORMED, |s| s.sin_fields(&request("G T", "/"))),
    plant("userinfo-in-authority", &[(Client, Idle)], MALFORMED, |s| {
        let [method, scheme, path, _] = request("GET", "/");
        s.sin_fields(&[method, scheme, path, (":authority", "u@a.example")])
    }),
    plant("missing-authority", &[(Client, Idle)], MALFORMED, |s| s.sin_fields(&request("GET", "/")[..3])),
    plant("bad-connect-request", &[(Client, Idle)], MALFORMED, |s| {
        s.sin_fields(&[(":method", "CONNECT"), (":path", "/"), (":authority", "a.example:443")])
    }),
    plant("extended-connect-not-negotiated", &[(Client, Idle)], MALFORMED, |s| {
        let [method, scheme, path, authority] = request("CONNECT", "/");
        s.sin_fields(&[method, (":protocol", "websocket"), scheme, path, authority])
    }),
    plant("pseudo-header-in-trailers", &[(Client, Post)], MALFORMED, |s| s.sin_fields(&[(":path", "/")])),
    plant("forbidden-trailer-field", &[(Client, Post)], MALFORMED, |s| {
        s.sin_fields(&[("content-length", "0")])
    }),
    plant("second-headers-without-end-stream", &[(Client, Post)], MALFORMED, |s| {
        let block = s.fields(Client, &[("x-a", "0")]);
        s.sin([headers(s.stream, &block)])
    }),
    plant("invalid-status", &[(Server, Get)], MALFORMED, |s| s.sin_fields(&[(":status", "99")])),
    plant("status-101", &[(Server, Get)], MALFORMED, |s| {
        let head = s.reply(&[(":status", "101")]);
        s.sin([head])
    }),
    plant("informational-with-end-stream", &[(Server, Get)], MALFORMED, |s| {
        s.sin_fields(&[(":status", "103")])
    }),
    plant("uppercase-field-name", &[(Server, Get)], MALFORMED, |s| s.sin_fields(&[OK, ("X-A", "1")])),
    plant("pseudo-header-wrong-direction", &[(Server, Get)], MALFORMED, |s| {
        s.sin_fields(&[OK, (":path", "/")])
    }),
    plant("connection-specific-field", &[(Server, Get)], MALFORMED, |s| {
        s.sin_fields(&[OK, ("keep-alive", "5")])
    }),
    plant("duplicate-pseudo-header", &[(Server, Get)], MALFORMED, |s| s.sin_fields(&[OK, OK])),
    plant("content-length-mismatch", &[(Server, Get)], MALFORMED, |s| {
        s.sin_fields(&[OK, ("content-length", "7")])
    }),
    plant("invalid-field-name", &[(Server, Get)], MALFORMED, |s| s.sin_fields(&[OK, ("", "1")])),
    plant("data-before-final-headers", &[(Server, Get)], MALFORMED, |s| s.sin_on(|id| [data(id, b"x")])),
    plant("content-in-bodyless-response", &[(Server, Get)], MALFORMED, |s| {
        let (id, head) = (s.stream, s.reply(&[(":status", "204")]));
        s.sin([head, data(id, b"x").map(Wire::end_stream)])
    }),
    plant("forbidden-content-length", &[(Server, Get)], MALFORMED, |s| {
        s.sin_fields(&[(":status", "204"), ("content-length", "3")])
    }),
];

const OK: (&str, &str) = (":status", "200");
