//! A server that allows few streams, or none for long.

use crate::base::{Side, Span};
use crate::conn::{FEW_STREAMS, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// MAX_CONCURRENT_STREAMS of 0 for long, or below 100.
pub(in crate::rules) static LOW_MAX_CONCURRENT_STREAMS: Rule = Rule {
    code: "SET013",
    name: "low-max-concurrent-streams",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should", "performance", "predict", "style"],
    view: View::Own,
    rfc: &[rfc9113("6.5.2", Some(Level::Should)), rfc7540("6.5.2", Some(Level::Should))],
    summary: "MAX_CONCURRENT_STREAMS of 0 for long, or below 100",
    why: "MAX_CONCURRENT_STREAMS should not be below 100, and 0 only for short times.",
    meaning: "Parameter 0x3 from the server is 0 for more than 10 s (a warning then) or below 100.",
    harm: "Requests queue in the client; with 0 none can be sent at all.",
    doubt: "Value is certain; \"for long\" needs timestamps to the next SETTINGS. Clients that disable push \
        legitimately send 0, and behind a GOAWAY of the server it refuses nothing more.",
    not_blamed: "It can only send what the server allows.",
    remedy: &["To refuse work close the connection with GOAWAY instead of announcing 0; raise the limit if \
        requests queue (see max-concurrent-saturated)."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Time],
    folds_into: &[],
    fires: || Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 10)]),
    quiet: || Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 100)]),
    judges: &[Judge::On(&[On::Settings], judge), Judge::Given(Given::Trouble, &[On::End], zero_for_long)],
};

/// Longer than this is not "a short duration".
const LONG: Span = Span::seconds(10);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Settings { announcement, .. } = event.fact.kind else { return };
    let value = announcement.values.get(Setting::MAX_CONCURRENT_STREAMS);
    if let Some(value) = value.filter(|value| event.side() == Side::Server && *value < FEW_STREAMS) {
        let message = format!("The server allows {value} concurrent streams; at least 100 are recommended.");
        verdict.say(Draft::against_sender(event, message));
    }
}

fn zero_for_long(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let server = &event.conn.sides.server.settings;
    let zero =
        server.listed().filter(|sent| sent.values.get(Setting::MAX_CONCURRENT_STREAMS) == Some(0)).last();
    let Some(sent) = zero.filter(|_| server.announced(Setting::MAX_CONCURRENT_STREAMS) == 0) else { return };
    let parted = event.conn.sides.server.goaways.first().map(|goaway| goaway.end.at);
    let over = parted.unwrap_or(event.now).time.since(sent.start.at.time);
    if over > LONG {
        let message = format!("The server allowed no streams for {over}.");
        let draft = Draft::new(Culprit::Server, message, sent.start, sent.end)
            .severity(Severity::Warning)
            .over(over)
            .shows(EvidenceRole::Cause, Side::Server, sent.start, "SETTINGS with MAX_CONCURRENT_STREAMS = 0");
        verdict.say(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::ErrorCode;
    use crate::rules::tests::report;
    use crate::script::{goaway, settings};

    #[test]
    fn quiet_while_a_server_that_said_goaway_drains() {
        let closed = || Script::open().server([settings(&[(Setting::MAX_CONCURRENT_STREAMS, 0)])]);
        let warns = |script: Script| {
            let script = script.wait(Span::seconds(30)).close();
            report(&script).findings.iter().any(|one| one.rule == "SET013" && one.severity > Severity::Info)
        };
        assert!(warns(closed()));
        assert!(!warns(closed().server([goaway(0, ErrorCode::NO_ERROR)])));
    }
}
