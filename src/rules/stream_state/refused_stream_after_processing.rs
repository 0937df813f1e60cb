//! A refusal of something that was processed.

use crate::base::Side;
use crate::conn::{Kind, MessageState, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, response, rst_stream};

/// REFUSED_STREAM although the request was processed.
pub(in crate::rules) static REFUSED_STREAM_AFTER_PROCESSING: Rule = Rule {
    code: "STS015",
    name: "refused-stream-after-processing",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.7", Some(Level::Must)), rfc7540("8.1.4", Some(Level::Must))],
    summary: "REFUSED_STREAM although the request was processed",
    why: "REFUSED_STREAM says that nothing was processed; it is not sent after a response began.",
    meaning: "Server sends RST_STREAM with REFUSED_STREAM on a stream on which it already sent a final \
        response HEADERS or DATA (an interim response: likely).",
    harm: "The client may send the request again, although it was processed.",
    doubt: "Own-stream fact. The client may retry a non-idempotent request because of it.",
    not_blamed: "It may retry what was refused.",
    remedy: &["Use CANCEL or INTERNAL_ERROR once the application has seen the request."],
    symptoms: &["any: REFUSED_STREAM"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1)])
            .server([rst_stream(1, ErrorCode::REFUSED_STREAM)])
    },
    quiet: || Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::REFUSED_STREAM)]),
    judges: &[Judge::On(&[On::Reset], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Reset { code: ErrorCode::REFUSED_STREAM, stream } = event.fact.kind else { return };
    let sent = &stream.sent.server;
    let (Some(first), Side::Server) = (stream.answered, event.side()) else { return };
    let confidence = match sent.message {
        MessageState::Nothing if sent.content == 0 => return,
        MessageState::Interim => Confidence::Likely,
        MessageState::Nothing | MessageState::Head | MessageState::Trailers => Confidence::Certain,
    };
    let message = format!("The server refused stream {} although it had begun to answer it.", stream.id);
    let draft = Draft::against_sender(event, message).at_most(confidence);
    verdict.say(draft.shows(EvidenceRole::Proof, Side::Server, first, "its answer began here"));
}
