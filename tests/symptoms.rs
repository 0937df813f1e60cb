//! Lines from logs, pasted as they are: the page that explains them comes first.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::process::Command;

use assert_cmd::cargo::cargo_bin;

/// A line, and the codes of which one must be named first.
const LINES: &[(&str, &str)] = &[
    ("connection error: desc = \"error reading server preface: http2: frame too large\"", "NEG018"),
    ("dial tcp 10.0.0.1:443: connect: connection refused", "NEG030"),
    ("received prior goaway: code: ENHANCE_YOUR_CALM, debug data: \"too_many_pings\"", "GRP015"),
    ("http2: Transport received Server's graceful shutdown GOAWAY", "GOA008"),
    ("stream error: stream ID 7; INTERNAL_ERROR; received from peer", "GRP012"),
    ("http2: client connection lost", "PNG003 HLT005"),
    ("http2: timeout awaiting response headers", "HLT011"),
    ("http: server gave HTTP response to HTTPS client", "NEG026"),
    (
        "malformed HTTP response \"\\x00\\x00\\x1e\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00\"",
        "NEG024",
    ),
    ("grpc: received message larger than max (5242880 vs. 4194304)", "GRP019"),
    ("First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f", "NEG006 NEG018"),
    ("HTTP/2 client preface string missing or corrupt. Hex dump for received bytes: 16030100", "PRE006"),
    ("not an SSL/TLS record: 485454502f312e31", "NEG026 NEG025"),
    ("Cannot create stream 201 greater than Last-Stream-ID 199 from GOAWAY.", "GOA005"),
    ("Abrupt GOAWAY closed unsent stream. HTTP/2 error code: NO_ERROR, debug data:", "GOA008"),
    ("UNAVAILABLE: io exception", "HLT003 NEG030"),
    ("okhttp3.internal.http2.StreamResetException: stream was reset: CANCEL", "GRP012"),
    ("okhttp3.internal.http2.ConnectionShutdownException", "GOA008"),
    ("java.io.IOException: HTTP/1.1 header parser received no bytes", "GOA007"),
    ("java.io.IOException: too many concurrent streams", "HLT001"),
    ("curl: (16) Error in the HTTP2 framing layer", "FRM001"),
    ("curl: (92) HTTP/2 stream 0 was not closed cleanly: PROTOCOL_ERROR (err 1)", "REA009"),
    ("nghttp: Some requests were not processed. total=1, processed=0", "HLT010"),
    ("upstream sent invalid http2 table index: 62", "HPK002"),
    ("upstream sent frame for closed stream 1 while reading response header", "STS005"),
    ("upstream connect error or disconnect/reset before headers. reset reason: protocol error", "REA008"),
    ("upstream request timeout", "HLT011"),
    ("net::ERR_HTTP2_PING_FAILED", "PNG003"),
    ("net::ERR_HTTP2_SERVER_REFUSED_STREAM", "ABU015"),
    ("net::ERR_HTTP2_INADEQUATE_TRANSPORT_SECURITY", "TLS001 TLS002"),
    ("NS_ERROR_NET_HTTP2_SENT_GOAWAY", "GOA009"),
    ("Stream closed with error code NGHTTP2_REFUSED_STREAM", "ABU015"),
    ("Session closed with error code NGHTTP2_FLOW_CONTROL_ERROR", "FLW002"),
    ("Error: 14 UNAVAILABLE: No connection established", "NEG030"),
    ("hyper::Error(Http2, Error { kind: GoAway(b\"\", NO_ERROR, Remote) })", "GOA010"),
    ("stream error detected: unspecific protocol error detected", "REA009"),
    ("httpx.RemoteProtocolError: Server disconnected", "HLT010"),
    ("StatusCode.DEADLINE_EXCEEDED details = \"Deadline Exceeded\"", "GRP014"),
    ("Cannot check peer: missing selected ALPN property.", "NEG002"),
    ("505249202a20485454502f322e30", "NEG018"),
];

#[test]
fn a_line_of_a_log_is_explained_by_the_page_that_knows_it() {
    let mut wrong = Vec::new();
    for (line, codes) in LINES {
        let run = Command::new(cargo_bin("h2lint")).args(["explain", line]).env_clear().output().unwrap();
        let said = String::from_utf8(run.stdout).unwrap();
        let first = said.lines().find_map(|line| line.strip_prefix("1  ")).unwrap_or_default().to_owned();
        if !codes.split(' ').any(|code| first.starts_with(code)) {
            wrong.push(format!("{line}\n  wanted {codes}, found {first}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
