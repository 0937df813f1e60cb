//! An orderly end in the middle of a frame.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, data, post};

/// Connection closed in the middle of a frame.
pub(in crate::rules) static TRUNCATED_FRAME_AT_CLOSE: Rule = Rule {
    code: "FRM012",
    name: "truncated-frame-at-close",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server, Culprit::Between],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("5.4.1", None), rfc9113("6.8", None), rfc7540("5.4.1", None), rfc7540("6.8", None)],
    summary: "Connection closed in the middle of a frame",
    why: "A connection ends between frames, not inside one.",
    meaning: "X sends FIN (or TLS close_notify) and the octets before it end inside a frame header or payload.",
    harm: "The receiver cannot tell how much of the message is missing.",
    doubt: "FIN sequence number must match the reassembled end: proves that nothing is missing. After RST \
        nothing is concluded.",
    not_blamed: "It received every octet that was sent.",
    remedy: &["Flush the write buffer before closing; for streaming responses reset the stream first."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::End],
    folds_into: &["http1-answer-to-preface", "plaintext-to-tls-port"],
    fires: || {
        Script::open().client([post(1)]).client([data(1, b"half").map(|frame| frame.claiming(100))]).close()
    },
    quiet: || Script::open().client([post(1)]).client([data(1, b"whole").map(Wire::end_stream)]).close(),
    judges: &[Judge::On(&[On::Unfinished], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Unfinished { left } = event.fact.kind else { return };
    let side = event.side();
    let within = event.header().map_or_else(|| "a frame header".to_owned(), |header| header.kind.to_string());
    let message = format!("The {} closed inside {within}: {left} octets never came.", side.word());
    let mut draft = Draft::against_sender(event, message);
    if event.header().is_none() {
        draft = draft.shows(EvidenceRole::Cause, side, event.fact.start, "beginning of a frame header");
    }
    verdict.say(draft.shows(EvidenceRole::Proof, side, event.fact.end, "FIN"));
}
