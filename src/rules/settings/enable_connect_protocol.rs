//! ENABLE_CONNECT_PROTOCOL (RFC 8441) with a wrong value, or withdrawn.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// SETTINGS_ENABLE_CONNECT_PROTOCOL invalid or withdrawn.
pub(in crate::rules) static SETTINGS_BAD_ENABLE_CONNECT_PROTOCOL: Rule = Rule {
    code: "SET008",
    name: "settings-bad-enable-connect-protocol",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Own,
    rfc: &[rfc9113("5.5", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "SETTINGS_ENABLE_CONNECT_PROTOCOL invalid or withdrawn",
    why: "ENABLE_CONNECT_PROTOCOL is 0 or 1, and is never withdrawn.",
    meaning: "Parameter 0x8 above 1, or value 0 after the same sender had sent 1. RFC 8441 names no error code \
        for the value; implementations use PROTOCOL_ERROR.",
    harm: "Clients that opened extended CONNECT streams lose them, or the connection ends with \
        PROTOCOL_ERROR.",
    doubt: "Value: single-frame fact. Withdrawal: own-stream fact, needs all SETTINGS of the sender since \
        the start.",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Send 1 in the first SETTINGS or not at all; never withdraw."],
    symptoms: &[
        "nghttp2: SETTINGS: invalid SETTINGS_ENABLE_CONNECT_PROTOCOL",
        "nghttp2: SETTINGS: server attempted to disable SETTINGS_ENABLE_CONNECT_PROTOCOL",
    ],
    refs: &["RFC 8441 3"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || {
        Script::open_with(&[], &[(Setting::ENABLE_CONNECT_PROTOCOL, 1)])
            .server([settings(&[(Setting::ENABLE_CONNECT_PROTOCOL, 0)])])
    },
    quiet: || {
        Script::open_with(&[], &[(Setting::ENABLE_CONNECT_PROTOCOL, 1)])
            .server([settings(&[(Setting::ENABLE_CONNECT_PROTOCOL, 1)])])
    },
    judges: &[Judge::On(&[On::Settings], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Settings { announcement, before } = event.fact.kind else { return };
    let Some(value) = announcement.values.get(Setting::ENABLE_CONNECT_PROTOCOL) else { return };
    let withdrawn = value == 0 && before.get(Setting::ENABLE_CONNECT_PROTOCOL) == Some(1);
    let who = event.side().word();
    let message = match value {
        0 if withdrawn => format!("The {who} withdrew ENABLE_CONNECT_PROTOCOL after it had announced 1."),
        2.. => format!("The {who} announced ENABLE_CONNECT_PROTOCOL = {value}; only 0 and 1 are allowed."),
        _ => return,
    };
    verdict.say(Draft::against_sender(event, message).told_by(value.to_string()));
}
