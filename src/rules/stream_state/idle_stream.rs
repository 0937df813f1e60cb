//! Frames on a stream that nobody opened.

use crate::conn::{Input, Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post, rst_stream, window_update};

/// DATA on an idle stream.
pub(in crate::rules) static DATA_ON_IDLE_STREAM: Rule = Rule {
    code: "STS001",
    name: "data-on-idle-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("6.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("6.1", Some(Level::Must)),
    ],
    summary: "DATA on an idle stream",
    why: "DATA is sent only on a stream that was opened by HEADERS.",
    meaning: "DATA on a stream that X never opened and (for a server) the client never opened: client DATA on \
        an odd stream above its highest HEADERS; server DATA on an odd stream for which no client \
        HEADERS passed, or on an even stream never promised. An identifier below the highest one that \
        was never opened is implicitly closed rather than idle: same finding, STREAM_CLOSED accepted as \
        code.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR, or ignores the frame and both disagree \
        about the stream.",
    doubt: "Client side: own-stream fact. Server side: client HEADERS must pass the tap first (causality). \
        Mid-stream start: streams older than the capture are not known: judge only identifiers above the \
        highest seen and skip the first RTT.",
    not_blamed: "It never opened that stream.",
    remedy: &["Send HEADERS first; check stream bookkeeping after resets."],
    symptoms: &[
        "nghttp2: DATA: stream in idle",
        "h2 (Rust): unexpected DATA frame; stream=…",
        "Netty: Stream … does not exist",
    ],
    refs: &[],
    h2spec: &["http2/5.1/1", "client/5.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([data(5, b"x")]),
    quiet: || Script::open().client([post(5)]).client([data(5, b"x")]),
    judges: &[Judge::On(&[On::IllegalStep], data_frame)],
};

/// RST_STREAM on an idle stream.
pub(in crate::rules) static RST_STREAM_ON_IDLE_STREAM: Rule = Rule {
    code: "STS002",
    name: "rst-stream-on-idle-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("6.4", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("6.4", Some(Level::Must)),
    ],
    summary: "RST_STREAM on an idle stream",
    why: "RST_STREAM is never sent for an idle stream.",
    meaning: "RST_STREAM for a stream that neither side has opened or promised so far. For a server resetting \
        an odd stream: no HEADERS of the client for it passed the tap. Streams closed implicitly by a \
        higher identifier are not idle.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR, or ignores the frame and both disagree \
        about the stream.",
    doubt: "As data-on-idle-stream. hyper-h2 and Go's client silently accept it.",
    not_blamed: "It never opened that stream.",
    remedy: &["Do not reset streams that were only planned locally."],
    symptoms: &[
        "nghttp2: RST_STREAM: stream in idle",
        "h2 (Rust): recv_reset: received frame on idle stream …",
    ],
    refs: &[],
    h2spec: &["http2/5.1/2", "http2/6.4/2", "client/5.1/2", "client/6.4/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([rst_stream(5, ErrorCode::CANCEL)]),
    quiet: || Script::open().client([post(5)]).client([rst_stream(3, ErrorCode::CANCEL)]),
    judges: &[Judge::On(&[On::IllegalStep], rst)],
};

/// WINDOW_UPDATE on an idle stream.
pub(in crate::rules) static WINDOW_UPDATE_ON_IDLE_STREAM: Rule = Rule {
    code: "STS003",
    name: "window-update-on-idle-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.1", Some(Level::Must)), rfc7540("5.1", Some(Level::Must))],
    summary: "WINDOW_UPDATE on an idle stream",
    why: "WINDOW_UPDATE is sent only for a stream that exists.",
    meaning: "WINDOW_UPDATE for a stream that is idle in the sender's own view (client: never sent HEADERS on \
        it; server: no client HEADERS passed, or even stream never promised).",
    harm: "The receiver ends the connection with PROTOCOL_ERROR, or ignores the frame and both disagree \
        about the stream.",
    doubt: "As data-on-idle-stream. WINDOW_UPDATE right behind HEADERS is fine even without an answer.",
    not_blamed: "It never opened that stream.",
    remedy: &["Send stream credit only after the stream exists."],
    symptoms: &[
        "nghttp2: WINDOW_UPDATE to idle stream",
        "h2 (Rust): recv_window_update: received frame on idle stream …",
    ],
    refs: &[],
    h2spec: &["http2/5.1/3", "client/5.1/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([window_update(5, 1)]),
    quiet: || Script::open().client([post(5)]).client([window_update(5, 1)]),
    judges: &[Judge::On(&[On::IllegalStep], update)],
};

fn data_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Input::Data);
}

fn rst(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Input::RstStream);
}

fn update(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Input::WindowUpdate);
}

/// DATA on an identifier that was skipped is the same fault: it was never opened either.
fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, which: Input) {
    let Kind::IllegalStep { input, stream: None, skipped, .. } = event.fact.kind else { return };
    let counts = input == which && (input == Input::Data || !skipped);
    let Some(header) = event.header().filter(|_| counts) else { return };
    let state =
        if skipped { "which was never opened and is closed by a higher one" } else { "which is idle" };
    let message =
        format!("The {} sent {} on stream {}, {state}.", event.side().word(), header.kind, header.stream);
    verdict.say(Draft::against_sender(event, message));
}
