//! A SETTINGS ACK that answers nothing.

use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings, settings_ack};

/// SETTINGS ACK without outstanding SETTINGS.
pub(in crate::rules) static UNEXPECTED_SETTINGS_ACK: Rule = Rule {
    code: "SET010",
    name: "unexpected-settings-ack",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["tolerable"],
    view: View::Permissive,
    rfc: &[rfc9113("6.5.3", None), rfc7540("6.5.3", None)],
    summary: "SETTINGS ACK without outstanding SETTINGS",
    why: "An acknowledgement answers one SETTINGS frame; there are never more of them than of those.",
    meaning: "Number of ACKs sent by X exceeds the number of non-ACK SETTINGS of the peer that passed the tap \
        before it. The SETTINGS conveyed by HTTP2-Settings in an upgrade is acknowledged by the 101 and \
        needs no ACK frame.",
    harm: "Go, nghttp2, Rust h2 and Traffic Server close the connection on it.",
    doubt: "Needs both directions from the start; with a mid-stream start or a gap in the peer's direction: \
        not judged. Go, nghttp2, Rust h2 and Traffic Server close the connection on it, hyper-h2 ignores \
        it.",
    not_blamed: "It had sent no further SETTINGS frame.",
    remedy: &["Send exactly one ACK per received SETTINGS frame."],
    symptoms: &["nghttp2: SETTINGS: unexpected ACK", "h2 (Rust): received unexpected settings ack"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([settings_ack()]),
    quiet: || Script::open().server([settings(&[])]).client([settings_ack()]),
    judges: &[Judge::On(&[On::SurplusAck], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let side = event.side();
    let sent = event.conn.sides[side.peer()].settings.sent();
    let message = format!(
        "The {} sent one SETTINGS ACK more than the {} SETTINGS frames of the {}.",
        side.word(),
        sent,
        side.peer().word()
    );
    verdict.say(Draft::against_sender(event, message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Side, Span};
    use crate::rules::tests::finding;
    use crate::script::preface;

    #[test]
    fn quiet_when_the_capture_shows_the_settings_behind_their_acknowledgement() {
        let script = Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .overtaken(Span::millis(1), |script| script.client([settings_ack()]).server([settings(&[])]));
        assert!(finding(&UNEXPECTED_SETTINGS_ACK, &script.close()).is_none());
        let surplus = Script::open().client([settings_ack()]).fin(Side::Client);
        assert!(finding(&UNEXPECTED_SETTINGS_ACK, &surplus).is_some());
    }
}
