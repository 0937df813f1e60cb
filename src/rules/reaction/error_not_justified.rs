//! An error that nothing deserved.

use super::showing::error_words;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::ledger::{Complaint, Reason, accuses};
use crate::rules::verdict::header_words;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, rst_stream};

/// RST_STREAM or GOAWAY with an error code that nothing deserved.
pub(in crate::rules) static ERROR_NOT_JUSTIFIED: Rule = Rule {
    code: "REA009",
    name: "error-not-justified",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Reaction,
    rfc: &[rfc9113("5.4", None), rfc7540("5.4", None)],
    summary: "RST_STREAM or GOAWAY with an error code that nothing deserved",
    why: "An error code that accuses the peer needs a fault of the peer.",
    meaning: "X sent GOAWAY or RST_STREAM with PROTOCOL_ERROR, FRAME_SIZE_ERROR, STREAM_CLOSED, FLOW_CONTROL_ERROR or \
        COMPRESSION_ERROR, and no rule accuses its peer. The finding names the last frame of the peer that \
        had reached X, and how long it had been quiet: a round time points to a timeout that is disguised as an error.",
    harm: "The peer's operators look for a fault of theirs that is not there.",
    doubt: "That no fault was found is only as good as these rules and the capture: likely at best; possible when a \
        finding against the peer was muted, or its field blocks could not all be read. With a frame at hand that must be \
        tolerated it is legal-behaviour-rejected; where two stacks answer, two-http2-stacks. RST_STREAM \
        STREAM_CLOSED on a stream that both sides had ended, a habit of curl, accuses nobody.",
    not_blamed: "No rule finds fault with what it sent.",
    remedy: &[
        "Ask the sender for its reason (debug data, logs); compare the quiet time with the idle timeouts on the path.",
    ],
    symptoms: &[
        "curl: (92) HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)",
        "Chrome: ERR_HTTP2_PROTOCOL_ERROR",
        "Node: Session closed with error code NGHTTP2_PROTOCOL_ERROR",
        "Envoy: http2.protocol_error",
        "Go: stream error: stream ID …; PROTOCOL_ERROR; received from peer",
        "Chrome: ERR_SPDY_PROTOCOL_ERROR",
        "h2 (Rust): stream error detected: unspecific protocol error detected",
        "OkHttp: stream was reset: PROTOCOL_ERROR",
    ],
    refs: &["soheilhy/cmux#96", "akka/akka-grpc#1784", "envoyproxy/envoy#11774"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start, Need::Hpack],
    folds_into: &["legal-behaviour-rejected", "two-http2-stacks"],
    fires: || Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::PROTOCOL_ERROR)]).close(),
    quiet: || Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::REFUSED_STREAM)]).close(),
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for complaint in event.ledger.complaints().filter(|complaint| accuses(complaint.code)) {
        let (confidence, found) = match event.ledger.reason(complaint) {
            Reason::None if complaint.belated => continue,
            Reason::None if complaint.fields_known && complaint.tolerated.is_some() => continue,
            Reason::None if complaint.fields_known => (Confidence::Likely, "no rule finds fault with"),
            Reason::None => (Confidence::Possible, "no rule finds fault with"),
            Reason::Muted | Reason::Unclear => {
                (Confidence::Possible, "it cannot be seen whether it answers a fault in")
            }
            Reason::Fault(_) | Reason::OtherCode(_) => continue,
        };
        verdict.say(draft(complaint, found).at_most(confidence));
    }
}

fn draft(complaint: &Complaint, found: &str) -> Draft {
    let (side, peer): (Side, Side) = (complaint.side, complaint.side.peer());
    let last = complaint.last.map_or_else(String::new, |(header, start)| {
        format!(", the last of which was {} in pkt {}", header_words(&header), start.at.pkt)
    });
    let quiet =
        complaint.idle.map_or_else(String::new, |idle| format!(", {idle} after the last frame before it"));
    let message = format!(
        "The {} sent {} in pkt {}{quiet}; {found} the frames of the {}{last}.",
        side.word(),
        error_words(complaint.stream, complaint.code),
        complaint.start.at.pkt,
        peer.word(),
    );
    let mut draft = Draft::new(Culprit::of(side), message, complaint.start, complaint.end).told_by(format!(
        "{} {}",
        if complaint.stream.is_some() { "RST_STREAM" } else { "GOAWAY" },
        complaint.code
    ));
    draft.stream = complaint.stream;
    if let Some((header, start)) = complaint.last {
        draft = draft.shows(EvidenceRole::Context, peer, start, header_words(&header));
    }
    draft.error(complaint)
}
