//! SETTINGS that are acknowledged late.

use crate::base::{Origin, Side, Span};
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, preface, settings, settings_ack};

/// SETTINGS acknowledged late.
pub(in crate::rules) static SLOW_SETTINGS_ACK: Rule = Rule {
    code: "SET012",
    name: "slow-settings-ack",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance", "style"],
    view: View::Timer,
    rfc: &[rfc9113("6.5.3", Some(Level::Must)), rfc7540("6.5.3", Some(Level::Must))],
    summary: "SETTINGS acknowledged late",
    why: "SETTINGS are acknowledged immediately.",
    meaning: "Time from the segment acknowledging the SETTINGS to the SETTINGS ACK exceeds max(1 s, 10 x RTT).",
    harm: "Until then the peer must assume the old limits; window sizes and frame sizes stay unconfirmed.",
    doubt: "Measured between X's own TCP ACK and X's own frame, so the network is out of the account; needs \
        reliable timestamps. A capture near the peer adds at most one RTT, which is taken off. Where TCP of that side had to send octets again, \
        the ACK may have been among them: likely.",
    not_blamed: "It can only wait for the acknowledgement.",
    remedy: &[
        "Acknowledge from the read path; limits such as window size stay unconfirmed for the peer until \
        then.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::Time],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .ack(Side::Client)
            .wait(Span::seconds(3))
            .client([settings_ack()])
    },
    quiet: || Script::open(),
    judges: &[Judge::On(&[On::SettingsAcked], judge)],
};

/// An acknowledgement faster than this is never slow.
const SLOW: Span = Span::seconds(1);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::SettingsAcked { announcement, covered, delay } = event.fact.kind else { return };
    let round_trip = event.conn.transport.round_trip().unwrap_or(Span::ZERO);
    if delay <= SLOW.max(round_trip.times(10)) {
        return;
    }
    let side = event.side();
    let message = format!(
        "The {} took {delay} to acknowledge the SETTINGS of the {}.",
        side.word(),
        side.peer().word()
    );
    let arrived = Origin { at: covered, tcp_end: 0, peer_acked: announcement.end.tcp_end };
    let draft = Draft::against_sender(event, message)
        .over(delay)
        .shows(EvidenceRole::Context, side.peer(), announcement.start, "SETTINGS")
        .shows(EvidenceRole::Proof, side, arrived, "TCP ACK: the SETTINGS arrived");
    let resent = event.conn.transport.loss(side).longest.times(10) >= delay;
    verdict.say(if resent { draft.at_most(Confidence::Likely) } else { draft });
}
