//! More than one RST_STREAM of the same side.

use crate::base::Span;
use crate::conn::{Input, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post, response, rst_stream};

/// More than one RST_STREAM by the same endpoint on a stream.
pub(in crate::rules) static REPEATED_RST_STREAM: Rule = Rule {
    code: "STS010",
    name: "repeated-rst-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should"],
    view: View::Own,
    rfc: &[rfc9113("5.4.2", Some(Level::Should)), rfc7540("5.4.2", Some(Level::Should))],
    summary: "More than one RST_STREAM by the same endpoint on a stream",
    why: "An endpoint does not send more than one RST_STREAM for a stream.",
    meaning: "X sends a second RST_STREAM on a stream.",
    harm: "None by itself; in numbers it is a flood.",
    doubt: "Allowed when the peer's frames on the closed stream passed after the first reset plus one RTT: \
        then silent. Needs timestamps.",
    not_blamed: "It sent nothing on the stream that would need a further reset.",
    remedy: &["Remember reset streams long enough to ignore late frames."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1)])
            .client([rst_stream(1, ErrorCode::CANCEL)])
            .client([rst_stream(1, ErrorCode::CANCEL)])
    },
    quiet: || {
        Script::open()
            .client([post(1)])
            .client([rst_stream(1, ErrorCode::CANCEL)])
            .wait(Span::seconds(1))
            .server([response(1), data(1, b"late")])
            .client([rst_stream(1, ErrorCode::STREAM_CLOSED)])
    },
    judges: &[Judge::On(&[On::IllegalStep], judge)],
};

/// Allowed again when frames of the peer came longer after the first reset than a round trip takes (RFC 9113 §5.4.2).
fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::IllegalStep { input: Input::RstStream, stream: Some(stream), .. } = event.fact.kind else {
        return;
    };
    let side = event.side();
    let Some((reset, code)) = stream.sent[side].reset() else { return };
    let round_trip = event.conn.transport.round_trip().unwrap_or(Span::ZERO);
    let late = stream.sent[side.peer()].last.is_some_and(|last| last.time > reset.at.time.after(round_trip));
    if late {
        return;
    }
    let message = format!("The {} reset stream {} a second time.", side.word(), stream.id);
    let what = format!("first RST_STREAM {code}");
    verdict.say(Draft::against_sender(event, message).shows(EvidenceRole::Proof, side, reset, what));
}
