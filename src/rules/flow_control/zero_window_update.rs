//! WINDOW_UPDATE that gives nothing.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::StreamId;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, window_update};

/// WINDOW_UPDATE with increment 0 on a stream.
pub(in crate::rules) static ZERO_WINDOW_UPDATE_ON_STREAM: Rule = Rule {
    code: "FLW003",
    name: "zero-window-update-on-stream",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.9", Some(Level::Must)), rfc7540("6.9", Some(Level::Must))],
    summary: "WINDOW_UPDATE with increment 0 on a stream",
    why: "The increment of WINDOW_UPDATE is at least 1.",
    meaning: "A WINDOW_UPDATE frame on a stream has the increment 0, its reserved bit not counted.",
    harm: "The receiver resets the stream with PROTOCOL_ERROR. Sent on purpose it makes servers reset \
        requests that they go on working for (MadeYouReset, CVE-2025-8671).",
    doubt: "None: the frame alone shows it.",
    not_blamed: "The increment is its sender's to choose.",
    remedy: &["Send WINDOW_UPDATE only where there is credit to give."],
    symptoms: &[
        "nghttp2: WINDOW_UPDATE: window_size_increment == 0",
        "Netty: Received WINDOW_UPDATE with delta 0 for stream: …",
    ],
    refs: &[],
    h2spec: &["http2/6.9/2", "client/6.9/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([window_update(1, 0)]),
    quiet: || Script::open().client([get(1)]).client([window_update(1, 1)]),
    judges: &[Judge::On(&[On::ZeroIncrement], on_stream)],
};

/// WINDOW_UPDATE with increment 0 on the connection.
pub(in crate::rules) static ZERO_WINDOW_UPDATE_ON_CONNECTION: Rule = Rule {
    code: "FLW004",
    name: "zero-window-update-on-connection",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.9", Some(Level::Must)), rfc7540("6.9", Some(Level::Must))],
    summary: "WINDOW_UPDATE with increment 0 on the connection",
    why: "The increment of WINDOW_UPDATE is at least 1.",
    meaning: "A WINDOW_UPDATE frame on stream 0 has the increment 0, its reserved bit not counted.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "None: the frame alone shows it.",
    not_blamed: "The increment is its sender's to choose.",
    remedy: &["Send WINDOW_UPDATE only where there is credit to give."],
    symptoms: &[
        "nghttp2: WINDOW_UPDATE: window_size_increment == 0",
        "Netty: Received WINDOW_UPDATE with delta 0 for stream: 0",
        "Go: illegal window increment value",
    ],
    refs: &[],
    h2spec: &["http2/6.9/1", "client/6.9/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([window_update(0, 0)]),
    quiet: || Script::open().client([get(1)]).client([window_update(0, 1)]),
    judges: &[Judge::On(&[On::ZeroIncrement], on_connection)],
};

fn on_stream(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.stream != StreamId::CONNECTION) {
        let (who, stream) = (event.side().word(), header.stream);
        let message = format!("The {who} sent WINDOW_UPDATE with increment 0 on stream {stream}.");
        verdict.say(Draft::against_sender(event, message));
    }
}

fn on_connection(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.header().is_some_and(|header| header.stream == StreamId::CONNECTION) {
        let who = event.side().word();
        let message = format!("The {who} sent WINDOW_UPDATE with increment 0 on the connection.");
        verdict.say(Draft::against_sender(event, message));
    }
}
