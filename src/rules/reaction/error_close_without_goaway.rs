//! A connection that was closed for an error without a word.

use super::showing::owed;
use crate::base::{Origin, Side};
use crate::conn::{Knew, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, Setting};
use crate::rules::ledger::{Due, Outcome, Reach, Reaction};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, settings, settings_ack};

/// Connection error without GOAWAY.
pub(in crate::rules) static ERROR_CLOSE_WITHOUT_GOAWAY: Rule = Rule {
    code: "REA004",
    name: "error-close-without-goaway",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should"],
    view: View::Reaction,
    rfc: &[rfc9113("5.4.1", Some(Level::Should)), rfc7540("5.4.1", Some(Level::Should))],
    summary: "Connection error without GOAWAY",
    why: "An endpoint that meets a connection error should send GOAWAY before it closes.",
    meaning: "X closed the TCP connection after a certain connection error of its peer had reached it, and sent no GOAWAY.",
    harm: "The peer sees a closed connection and no reason; it cannot tell which of its requests were acted on.",
    doubt: "Behind an invalid connection preface GOAWAY may be left out: exempt. X's octets must be complete up to its \
        FIN. Behind a RST, GOAWAY may have been lost on its way to the capture: not judged. Certain when a frame of X \
        shows that it had read the fault; else likely, and of a client only when it closes two round trips and 50 ms \
        after its TCP acknowledged the fault, since clients that are done close at any moment.",
    not_blamed: "Its fault is a finding of its own; saying why the connection ends is the receiver's part.",
    remedy: &[
        "Flush GOAWAY with the error code before closing; drain the socket so that a RST does not overtake it.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/5.4.1/2", "client/5.4.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 7)])])
            .fin(Side::Server)
            .fin(Side::Client)
            .ack(Side::Server)
    },
    quiet: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 1)])])
            .server([settings_ack(), goaway(0, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
            .fin(Side::Client)
            .ack(Side::Server)
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for due in event.ledger.dues().filter(|due| due.ends == Reach::Connection) {
        if let Outcome::Done(Reaction::Close(end)) = due.outcome(event)
            && !due.cause.rule.is_about_preface()
            && event.conn.transport.fin(due.debtor).is_some_and(|(fin, complete)| complete && fin == end)
            && event.conn.sides[due.debtor].goaways.is_empty()
        {
            verdict.drafts.extend(draft(event, due, end));
        }
    }
}

/// Certain when it surely had read the fault. A client that closes while the fault arrives was done anyway.
fn draft(event: &Event<'_>, due: &Due, end: Origin) -> Option<Draft> {
    let side = due.debtor;
    let confidence = match event.conn.knew(side, due.cause.end.tcp_end, &end) {
        Knew::Processed { .. } => Confidence::Certain,
        Knew::Covered { since } if side == Side::Server || end.at.time.since(since.time) >= event.grace() => {
            Confidence::Likely
        }
        Knew::Covered { .. } | Knew::No => return None,
    };
    let message = format!(
        "The {} closed the connection in pkt {} without GOAWAY, although it owed {}.",
        side.word(),
        end.at.pkt,
        owed(due)
    );
    let draft = Draft::new(Culprit::of(side), message, end, end).told_by(due.cause.rule.name);
    let draft = draft.at_most(confidence).caused_by(&due.cause);
    Some(draft.shows(EvidenceRole::Effect, side, end, "FIN, no GOAWAY before it"))
}
