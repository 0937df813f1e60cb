//! A second SETTINGS of the server that reads like a first one: the mark of a multiplexer.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, preface, response, settings, settings_ack};

/// Server sends a second SETTINGS that reads like a first one.
pub(in crate::rules) static SECOND_INITIAL_SETTINGS: Rule = Rule {
    code: "PRE009",
    name: "second-initial-settings",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["predict"],
    view: View::Own,
    rfc: &[rfc9113("6.5", None), rfc7540("6.5", None)],
    summary: "Server sends a second SETTINGS that reads like a first one",
    why: "A server may send SETTINGS more than once; the client acknowledges each.",
    meaning: "Server's first SETTINGS is followed, before its first response frame, by another non-ACK \
        SETTINGS that lists initial parameters anew (or by an empty one before or after a full one).",
    harm: "Harmless by itself; it shows that something writes SETTINGS on behalf of the server behind it.",
    doubt: "Several SETTINGS are legal: fact, never more. It is the mark of a multiplexer that writes \
        SETTINGS for the server behind it (cmux with a SendSettings matcher). See two-http2-stacks for \
        the case where it breaks.",
    not_blamed: "It acknowledges whatever SETTINGS it gets.",
    remedy: &["Harmless with servers that ignore a surplus ACK (grpc-go); see two-http2-stacks."],
    symptoms: &[],
    refs: &["soheilhy/cmux#96"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[])])
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]), settings_ack()])
            .client([settings_ack(), settings_ack()])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)])])
            .client([settings_ack()])
    },
    judges: &[Judge::On(&[On::Settings], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Settings { announcement, .. } = event.fact.kind else { return };
    let server = &event.conn.sides.server;
    let Some(first) = server.settings.first().filter(|_| event.side() == Side::Server) else { return };
    let nothing_missing = event.coverage.sides.server.whole();
    let second = nothing_missing && server.settings.sent() == 2 && server.first_headers.is_none();
    let (before, now) = (first.iter().count(), announcement.values.iter().count());
    let anew = before > 0 && first.iter().all(|(setting, _)| announcement.values.get(setting).is_some());
    if second && (anew || (before == 0) != (now == 0)) {
        let message =
            "The server sent a second SETTINGS frame that reads like a first one, before any response."
                .to_owned();
        verdict.say(Draft::against_sender(event, message));
    }
}
