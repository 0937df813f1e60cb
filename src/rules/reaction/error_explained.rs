//! An error, and the fault of the other side that deserved it.

use super::showing::error_words;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, Severity};
use crate::frame::{ErrorCode, Setting};
use crate::rules::ledger::{Cause, Complaint, Reason};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, settings, settings_ack};

/// RST_STREAM or GOAWAY with an error code, and the frame that deserved it.
pub(in crate::rules) static ERROR_EXPLAINED: Rule = Rule {
    code: "REA008",
    name: "error-explained",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Reaction,
    rfc: &[rfc9113("5.4", None), rfc7540("5.4", None)],
    summary: "RST_STREAM or GOAWAY with an error code, and the frame that deserved it",
    why: "An error code answers a fault of the side that receives it: the log line stands with the other end.",
    meaning: "GOAWAY or RST_STREAM carries an error code, and a fault of the other side that fits it had reached its \
        sender before. The culprit is who caused it.",
    harm: "The error is logged by the end that suffered it; the cause lies with the other one.",
    doubt: "Only faults that are certain or likely explain an error, and the weaker of both counts. A reset answers \
        faults on its stream or on the connection, GOAWAY any. CANCEL, REFUSED_STREAM, INTERNAL_ERROR, NO_ERROR and \
        ENHANCE_YOUR_CALM say nothing of the peer's frames and are not explained.",
    not_blamed: "Its error answers a fault, with a code that fits.",
    remedy: &["Follow the finding that is named: it is the cause."],
    symptoms: &[
        "curl: (92) HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)",
        "Chrome: ERR_HTTP2_PROTOCOL_ERROR",
        "Node: Stream closed with error code NGHTTP2_PROTOCOL_ERROR",
        ".NET: The HTTP/2 server reset the stream. HTTP/2 error code 'PROTOCOL_ERROR' (0x1).",
        "Envoy: upstream connect error or disconnect/reset before headers. reset reason: protocol error",
        "Go: stream error: stream ID 1; PROTOCOL_ERROR",
    ],
    refs: &["envoyproxy/envoy#11774", "golang/go#18639"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 7)])])
            .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .fin(Side::Server)
    },
    quiet: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 1)])])
            .server([settings_ack(), goaway(0, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for complaint in event.ledger.complaints() {
        if let Reason::Fault(cause) = event.ledger.reason(complaint) {
            verdict.say(draft(complaint, cause));
        }
    }
}

fn draft(complaint: &Complaint, cause: &Cause) -> Draft {
    let message = format!(
        "{} of the {} in pkt {} answers {} of the {} in pkt {}.",
        error_words(complaint.stream, complaint.code),
        complaint.side.word(),
        complaint.start.at.pkt,
        cause.rule.name,
        cause.culprit.word(),
        cause.start.at.pkt
    );
    let mut draft = Draft::new(Culprit::of(cause.culprit), message, cause.start, complaint.end)
        .told_by(cause.rule.name)
        .at_most(cause.confidence.unwrap_or(Confidence::Possible))
        .caused_by(cause)
        .error(complaint);
    draft.stream = complaint.stream.or(cause.stream);
    draft
}
