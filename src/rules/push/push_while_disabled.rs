//! Push that the client had turned off.

use crate::base::Side;
use crate::conn::{BadPromise, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, preface, push_promise, settings, settings_ack};

/// PUSH_PROMISE although the client disabled push.
pub(in crate::rules) static PUSH_WHILE_DISABLED: Rule = Rule {
    code: "PUS002",
    name: "push-while-disabled",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[
        rfc9113("6.5.2", Some(Level::Must)),
        rfc9113("6.6", Some(Level::Must)),
        rfc9113("8.4", Some(Level::Must)),
        rfc7540("6.5.2", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
        rfc7540("8.2", Some(Level::Must)),
    ],
    summary: "PUSH_PROMISE although the client disabled push",
    why: "A server does not push once it acknowledged SETTINGS with ENABLE_PUSH = 0.",
    meaning: "PUSH_PROMISE after the server's acknowledgement of SETTINGS with ENABLE_PUSH = 0, or after the 101 that \
        accepted HTTP2-Settings with it, and no later SETTINGS that had passed enabled push again.",
    harm: "The client ends the connection with PROTOCOL_ERROR, and every stream on it is lost.",
    doubt: "Acknowledgement and promise are both the server's own, so their order is exact. Before the \
        acknowledgement the server is innocent. The client's SETTINGS must have been seen.",
    not_blamed: "It had disabled push, and the server had acknowledged that.",
    remedy: &["Look at the setting that is in force before every push."],
    symptoms: &["nghttp2: PUSH_PROMISE: push disabled", "h2 (Rust): recv_push_promise: push is disabled"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || no_push().server([settings_ack()]).server([push_promise(1, 2)]),
    quiet: || no_push().server([push_promise(1, 2), settings_ack()]),
    judges: &[Judge::On(&[On::BadPromise], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BadPromise { fault: BadPromise::Disabled, promised } = event.fact.kind else { return };
    let message =
        format!("The server promised stream {promised}, although it had acknowledged that push is disabled.");
    let mut draft = Draft::against_block(event, message);
    let settings = &event.conn.sides.client.settings;
    let disabling = settings.listed().filter(|sent| sent.values.get(Setting::ENABLE_PUSH) == Some(0));
    if let Some((sent, acked)) = disabling.filter_map(|sent| Some((sent, sent.acked?))).last() {
        let (frame, answer) =
            if sent.upgrade { ("HTTP2-Settings", "101") } else { ("SETTINGS", "SETTINGS ACK") };
        draft = draft
            .knowing("the server applied ENABLE_PUSH 0", format!("pkt {}: its {answer}", acked.at.pkt))
            .shows(EvidenceRole::Context, Side::Client, sent.start, format!("{frame} with ENABLE_PUSH 0"))
            .shows(EvidenceRole::Proof, Side::Server, acked, answer);
    }
    verdict.say(draft);
}

/// A client that disables push and asks; its SETTINGS are not acknowledged yet.
fn no_push() -> Script {
    Script::connect()
        .client([preface(), settings(&[(Setting::ENABLE_PUSH, 0)])])
        .server([settings(&[])])
        .client([settings_ack(), get(1)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;

    fn accused(script: &Script) -> bool {
        finding(&PUSH_WHILE_DISABLED, script).is_some()
    }

    #[test]
    fn push_that_is_enabled_again_counts_from_the_moment_it_passes() {
        let again = no_push().server([settings_ack()]).client([settings(&[(Setting::ENABLE_PUSH, 1)])]);
        assert!(!accused(&again.server([push_promise(1, 2)])));
    }

    #[test]
    fn settings_of_the_client_that_are_lost_mute() {
        let script = no_push().server([settings_ack()]).client([settings(&[(Setting::ENABLE_PUSH, 1)])]);
        let lost = script.packets().len() - 1;
        assert!(!accused(&script.server([push_promise(1, 2)]).lose(lost)));
    }
}
