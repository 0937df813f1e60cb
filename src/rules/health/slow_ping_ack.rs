//! PING takes much longer than the path does.

use crate::base::Span;
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping};

/// PING answered much later than TCP.
pub(in crate::rules) static SLOW_PING_ACK: Rule = Rule {
    code: "HLT006",
    name: "slow-ping-ack",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server, Culprit::Between],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("6.7", None), rfc7540("6.7", None)],
    summary: "PING answered much later than TCP",
    why: "PING is to be answered before anything else.",
    meaning: "The acknowledgement of a PING comes later than max(200 ms, 10 x the round trip of TCP).",
    harm: "What delays PING delays every frame on the connection.",
    doubt: "Both times are taken at the same tap. Near the side that answers only its own delay shows; near \
        the other one the path counts too, in both.",
    not_blamed: "It asked, and waited.",
    remedy: &[
        "The peer is busy or reads late: look for large writes in front of the answer, and for a blocked \
        event loop.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([7; 8])])
            .wait(Span::seconds(1))
            .server([ping([7; 8]).map(|frame| frame.flag(1))])
    },
    quiet: || {
        Script::open()
            .client([ping([7; 8])])
            .wait(Span::millis(150))
            .server([ping([7; 8]).map(|frame| frame.flag(1))])
    },
    judges: &[Judge::On(&[On::PingAcked], judge)],
};

/// An answer faster than this is never slow.
const SLOW: Span = Span::millis(200);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::PingAcked { sent } = event.fact.kind else { return };
    let took = event.fact.end.at.time.since(sent.at.time);
    let Some(round_trip) = event.conn.transport.round_trip() else { return };
    if took <= SLOW.max(round_trip.times(10)) {
        return;
    }
    let side = event.side();
    let message =
        format!("The {} answered a PING after {took}; TCP's round trip is {round_trip}.", side.word());
    let draft = Draft::against_sender(event, message).at_most(Confidence::Likely).over(took).shows(
        EvidenceRole::Context,
        side.peer(),
        sent,
        "PING",
    );
    verdict.say(draft);
}
