//! A server that announces ENABLE_PUSH.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// Server sends SETTINGS_ENABLE_PUSH with a value other than 0.
pub(in crate::rules) static SERVER_ENABLES_PUSH: Rule = Rule {
    code: "SET005",
    name: "server-enables-push",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5.2", Some(Level::Must)), rfc7540("8.2", Some(Level::Must))],
    summary: "Server sends SETTINGS_ENABLE_PUSH with a value other than 0",
    why: "Only a client may enable push; a server must not send ENABLE_PUSH with any value but 0.",
    meaning: "Server SETTINGS carries parameter 0x2 with value 1.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact. In RFC 7540 the duty is written for the client, which must reject it (8.2); \
        RFC 9113 forbids the server to send it.",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Omit ENABLE_PUSH in server SETTINGS or send 0."],
    symptoms: &["nghttp2: SETTINGS: server attempted to enable push"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().server([settings(&[(Setting::ENABLE_PUSH, 1)])]),
    quiet: || Script::open().server([settings(&[(Setting::ENABLE_PUSH, 0)])]),
    judges: &[Judge::On(&[On::Settings], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Settings { announcement, .. } = event.fact.kind else { return };
    if event.side() == Side::Server && announcement.values.get(Setting::ENABLE_PUSH) == Some(1) {
        let message = "The server announced ENABLE_PUSH = 1, which only a client may.".to_owned();
        verdict.say(Draft::against_sender(event, message));
    }
}
