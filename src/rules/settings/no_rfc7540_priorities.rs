//! NO_RFC7540_PRIORITIES (RFC 9218) with a wrong value, late, or changed.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// SETTINGS_NO_RFC7540_PRIORITIES invalid, late or changed.
pub(in crate::rules) static SETTINGS_BAD_NO_RFC7540_PRIORITIES: Rule = Rule {
    code: "SET009",
    name: "settings-bad-no-rfc7540-priorities",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Own,
    rfc: &[rfc9113("5.3.2", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "SETTINGS_NO_RFC7540_PRIORITIES invalid, late or changed",
    why: "NO_RFC7540_PRIORITIES is 0 or 1, stands in the first SETTINGS or nowhere, and never changes.",
    meaning: "Parameter 0x9 above 1; or absent from the sender's first SETTINGS but present later with value \
        1; or changed after the first SETTINGS.",
    harm: "The peer may end the connection with PROTOCOL_ERROR.",
    doubt: "Own-stream fact; \"late\" and \"changed\" need the first SETTINGS of that sender.",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Send it once, in the first SETTINGS."],
    symptoms: &[
        "nghttp2: SETTINGS: invalid SETTINGS_NO_RFC7540_PRIORITIES",
        "nghttp2: SETTINGS: SETTINGS_NO_RFC7540_PRIORITIES cannot be changed",
    ],
    refs: &["RFC 9218 2.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([settings(&[(Setting::NO_RFC7540_PRIORITIES, 1)])]),
    quiet: || {
        Script::open_with(&[(Setting::NO_RFC7540_PRIORITIES, 1)], &[])
            .client([settings(&[(Setting::NO_RFC7540_PRIORITIES, 1)])])
    },
    judges: &[Judge::On(&[On::Settings], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Settings { announcement, .. } = event.fact.kind else { return };
    let Some(value) = announcement.values.get(Setting::NO_RFC7540_PRIORITIES) else { return };
    let ledger = &event.conn.sides[event.side()].settings;
    let first = ledger.first().and_then(|values| values.get(Setting::NO_RFC7540_PRIORITIES));
    let who = event.side().word();
    let message = match (value, first) {
        (2.., _) => format!("The {who} announced NO_RFC7540_PRIORITIES = {value}; only 0 and 1 are allowed."),
        (1, None) if ledger.sent() > 1 => {
            format!("The {who} announced NO_RFC7540_PRIORITIES only after its first SETTINGS.")
        }
        (now, Some(then)) if now != then => {
            format!("The {who} changed NO_RFC7540_PRIORITIES from {then} to {now}.")
        }
        _ => return,
    };
    verdict.say(Draft::against_sender(event, message));
}
