//! Frames after the sender ended the stream.

use crate::conn::{Input, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, block, data, get, headers, post, trailers, window_update};

/// DATA after the sender already ended the stream.
pub(in crate::rules) static DATA_AFTER_END_STREAM: Rule = Rule {
    code: "STS005",
    name: "data-after-end-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "STREAM_CLOSED",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("6.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("6.1", Some(Level::Must)),
    ],
    summary: "DATA after the sender already ended the stream",
    why: "After END_STREAM the sender sends no more DATA on the stream.",
    meaning: "X sent END_STREAM on the stream (DATA or HEADERS) and later sends DATA on it. Connection error \
        STREAM_CLOSED in RFC 7540 when the stream is closed both ways; RFC 9113 relaxed that to MAY.",
    harm: "The receiver resets the stream or ends the connection with STREAM_CLOSED; the octets are lost.",
    doubt: "Own-stream fact, no race: X knows what it sent.",
    not_blamed: "The stream was ended by its sender, not by it.",
    remedy: &["Stop writing after END_STREAM; look for double-close in the body writer."],
    symptoms: &[
        "nghttp2: DATA: stream in half-closed(remote)",
        "nghttp2: DATA: stream closed",
        "any: STREAM_CLOSED",
        "nginx: upstream sent frame for closed stream …",
    ],
    refs: &[],
    h2spec: &["http2/5.1/5", "http2/5.1/11", "http2/6.1/2", "client/5.1/8", "client/6.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([data(1, b"late")]),
    quiet: || Script::open().client([get(1)]).client([window_update(1, 100)]),
    judges: &[Judge::On(&[On::IllegalStep], data_frame)],
};

/// HEADERS after the sender already ended the stream.
pub(in crate::rules) static HEADERS_AFTER_END_STREAM: Rule = Rule {
    code: "STS006",
    name: "headers-after-end-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "STREAM_CLOSED",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.1", Some(Level::Must)), rfc7540("5.1", Some(Level::Must))],
    summary: "HEADERS after the sender already ended the stream",
    why: "After END_STREAM the sender sends no more HEADERS on the stream.",
    meaning: "X sent END_STREAM on the stream and later sends HEADERS on it. If the block carries request \
        pseudo-headers it folds into stream-id-reused.",
    harm: "The receiver resets the stream or ends the connection with STREAM_CLOSED.",
    doubt: "Own-stream fact.",
    not_blamed: "The stream was ended by its sender, not by it.",
    remedy: &["Send trailers in the HEADERS that carries END_STREAM."],
    symptoms: &["nghttp2: HEADERS: stream closed", "any: STREAM_CLOSED"],
    refs: &[],
    h2spec: &["http2/5.1/6", "client/5.1/9"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &["stream-id-reused"],
    fires: || Script::open().client([get(1)]).client([headers(1, &block(&[("x", "y")]))]),
    quiet: || Script::open().client([post(1)]).client([trailers(1)]),
    judges: &[Judge::On(&[On::IllegalStep], headers_frame)],
};

fn data_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Input::Data);
}

fn headers_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Input::Headers);
}

/// What a client does on a pushed stream, and what comes after its own reset, are other rules.
fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, which: Input) {
    let Kind::IllegalStep { input, stream: Some(stream), .. } = event.fact.kind else { return };
    let side = event.side();
    let sent = &stream.sent[side];
    let (Some(ended), None) = (sent.ended, sent.reset()) else { return };
    let Some(header) = event.header().filter(|_| input == which) else { return };
    let message = format!(
        "The {} sent {} on stream {} after it had ended the stream itself.",
        side.word(),
        header.kind,
        header.stream
    );
    verdict.say(Draft::against_sender(event, message).shows(
        EvidenceRole::Proof,
        side,
        ended,
        "END_STREAM of the same side",
    ));
}
