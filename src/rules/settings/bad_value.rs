//! Parameters with a value that they cannot have.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// SETTINGS_ENABLE_PUSH value other than 0 or 1.
pub(in crate::rules) static SETTINGS_BAD_ENABLE_PUSH: Rule = Rule {
    code: "SET004",
    name: "settings-bad-enable-push",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5.2", Some(Level::Must)), rfc7540("6.5.2", Some(Level::Must))],
    summary: "SETTINGS_ENABLE_PUSH value other than 0 or 1",
    why: "ENABLE_PUSH is 0 or 1.",
    meaning: "Parameter 0x2 with value above 1 (also inside HTTP2-Settings).",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Needs the payload octets of the parameter (snaplen).",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Use 0 or 1."],
    symptoms: &["nghttp2: SETTINGS: invalid SETTINGS_ENBLE_PUSH"],
    refs: &[],
    h2spec: &["http2/6.5.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([settings(&[(Setting::ENABLE_PUSH, 2)])]),
    quiet: || Script::open().client([settings(&[(Setting::ENABLE_PUSH, 0)])]),
    judges: &[Judge::On(&[On::Settings], enable_push)],
};

/// SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1.
pub(in crate::rules) static SETTINGS_BAD_INITIAL_WINDOW_SIZE: Rule = Rule {
    code: "SET006",
    name: "settings-bad-initial-window-size",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5.2", Some(Level::Must)), rfc7540("6.5.2", Some(Level::Must))],
    summary: "SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1",
    why: "INITIAL_WINDOW_SIZE is at most 2^31-1.",
    meaning: "Parameter 0x4 with value above 2147483647.",
    harm: "The receiver ends the connection with FLOW_CONTROL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Limit the value to 2147483647."],
    symptoms: &["nghttp2: SETTINGS: too large SETTINGS_INITIAL_WINDOW_SIZE"],
    refs: &[],
    h2spec: &["http2/6.5.2/2", "http2/6.9.2/3", "client/6.5.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 0x8000_0000)])]),
    quiet: || Script::open().client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 0x7fff_ffff)])]),
    judges: &[Judge::On(&[On::Settings], initial_window_size)],
};

/// SETTINGS_MAX_FRAME_SIZE outside 16384..16777215.
pub(in crate::rules) static SETTINGS_BAD_MAX_FRAME_SIZE: Rule = Rule {
    code: "SET007",
    name: "settings-bad-max-frame-size",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5.2", Some(Level::Must)), rfc7540("6.5.2", Some(Level::Must))],
    summary: "SETTINGS_MAX_FRAME_SIZE outside 16384..16777215",
    why: "MAX_FRAME_SIZE lies between 16384 and 16777215.",
    meaning: "Parameter 0x5 below 16384 or above 16777215. A rejected value is not applied to the size limits \
        used by frame-too-large.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "A value is announced by its sender alone.",
    remedy: &["Advertise 16384 or more, at most 16777215."],
    symptoms: &["nghttp2: SETTINGS: invalid SETTINGS_MAX_FRAME_SIZE"],
    refs: &[],
    h2spec: &["http2/6.5.2/3", "http2/6.5.2/4", "client/6.5.2/2", "client/6.5.2/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([settings(&[(Setting::MAX_FRAME_SIZE, 16_383)])]),
    quiet: || Script::open().client([settings(&[(Setting::MAX_FRAME_SIZE, 16_777_215)])]),
    judges: &[Judge::On(&[On::Settings], max_frame_size)],
};

fn enable_push(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Setting::ENABLE_PUSH, "only 0 and 1 are allowed");
}

fn initial_window_size(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Setting::INITIAL_WINDOW_SIZE, "at most 2147483647 is allowed");
}

fn max_frame_size(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, Setting::MAX_FRAME_SIZE, "16384 to 16777215 is allowed");
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, setting: Setting, allowed: &str) {
    let Kind::Settings { announcement, .. } = event.fact.kind else { return };
    let Some((_, value)) = announcement.invalid.iter().find(|(name, _)| *name == setting) else { return };
    let who = event.side().word();
    let message = format!("The {who} announced {setting} = {value}; {allowed}.");
    let mut draft = Draft::against_sender(event, message).told_by(value.to_string());
    if announcement.upgrade {
        draft = draft.shows(EvidenceRole::Cause, event.side(), announcement.start, "HTTP2-Settings");
    }
    verdict.say(draft);
}
