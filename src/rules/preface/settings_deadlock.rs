//! Both sides wait for each other: what a missing or late SETTINGS does to a client that waits.

use crate::base::{Side, Span};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Offence, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, preface, settings, settings_ack};

/// Both sides wait: client for SETTINGS, server for HEADERS.
pub(in crate::rules) static SETTINGS_DEADLOCK: Rule = Rule {
    code: "PRE004",
    name: "settings-deadlock",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Timer,
    rfc: &[rfc9113("3.4", None), rfc7540("3.5", None)],
    summary: "Both sides wait: client for SETTINGS, server for HEADERS",
    why: "A client may wait for the server's SETTINGS, so a server must not wait for a request first.",
    meaning: "missing-server-settings or server-settings-only-after-headers holds and the client sent preface \
        and SETTINGS (and optionally WINDOW_UPDATE) but no HEADERS during the quiet interval.",
    harm: "Neither side ever speaks again; the call fails with a connect timeout.",
    doubt: "Derived finding: shares the evidence and confidence of the rule it builds on. The client is not \
        at fault: waiting is allowed.",
    not_blamed: "Waiting for the server's SETTINGS is allowed.",
    remedy: &["Fix the server (see missing-server-settings). Work-around on the client side: send HEADERS \
        without waiting for the server preface, which RFC 9113 3.4 permits."],
    symptoms: &[
        "grpc-go: failed to receive server preface within timeout",
        "grpc-go (old): timed out waiting for server handshake",
        "grpc-core: connection attempt timed out before receiving SETTINGS frame",
        "grpc-java: DEADLINE_EXCEEDED: … waiting_for_connection",
    ],
    refs: &["soheilhy/cmux README limitations"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::PeerFrames, Need::Acks, Need::Time],
    folds_into: &["missing-server-settings", "server-settings-only-after-headers"],
    fires: || {
        Script::connect().client([preface(), settings(&[])]).ack(Side::Server).wait(Span::seconds(20)).close()
    },
    quiet: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .wait(Span::seconds(20))
            .close()
    },
    judges: &[Judge::Offence(judge)],
};

fn judge(offence: &Offence, event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let waiting = match offence.rule.code {
        "PRE001" => offence.severity == Severity::Error && event.conn.sides.client.first_headers.is_none(),
        "PRE003" => true,
        _ => false,
    };
    let Some(confidence) = offence.confidence.filter(|_| waiting) else { return };
    let message = "The client waited for the server's SETTINGS, the server for a request.".to_owned();
    let draft = Draft::new(Culprit::Server, message, offence.start, offence.end).at_most(confidence).shows(
        EvidenceRole::Cause,
        Side::Client,
        event.conn.preface.unwrap_or_default(),
        "preface, no HEADERS",
    );
    verdict.say(draft);
}
