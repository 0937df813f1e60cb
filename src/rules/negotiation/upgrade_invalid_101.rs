//! A 101 that switches to h2c though it may not, or not so.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Reference, Severity};
use crate::http1::{ResponseHead, SettingsFault};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

use super::words::{SWITCH, UPGRADE, upgraded};

/// 101 response that does not lawfully switch to h2c.
pub(in crate::rules) static UPGRADE_INVALID_101: Rule = Rule {
    code: "NEG015",
    name: "upgrade-invalid-101",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc7540("3.2", Some(Level::Must)),
        rfc7540("3.2.1", Some(Level::Must)),
        rfc9113("3.1", None),
        Reference { doc: "RFC 9110", section: "7.8", level: None },
    ],
    summary: "101 response that does not lawfully switch to h2c",
    why: "A server switches to h2c only when the client offered it with one valid HTTP2-Settings field, and says so in Upgrade.",
    meaning: "The response is 101, h2c was offered or HTTP/2 follows, and one of these holds: its Upgrade field is missing or names no h2c; the client had not offered h2c; the offer lacked a single valid HTTP2-Settings; the field names \"h2\"; the response carries HTTP2-Settings itself.",
    harm: "Client and server go on with different protocols, or with different settings.",
    doubt: "Request and response of the connection show it. Upgrades to other protocols, such as WebSocket, are left alone.",
    not_blamed: "The switch is the server's decision, whatever the request looked like.",
    remedy: &[
        "Answer 101 with \"Upgrade: h2c\" only after validating exactly one HTTP2-Settings; otherwise process the request as plain HTTP/1.1.",
    ],
    symptoms: &[],
    refs: &["RFC 9110 7.8"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || upgraded(UPGRADE, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n").close(),
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((response, at)) = event.http1.response.as_deref().filter(|(head, _)| head.status == 101) else {
        return;
    };
    if event.http1.request.is_none() {
        return;
    }
    if let Some(fault) = fault(event, response) {
        let message = format!("The server switches to h2c with a 101 that {fault}.");
        let mut draft = Draft::new(Culprit::Server, message, *at, *at);
        if let Some((head, requested)) = event.http1.request.as_deref() {
            draft = draft.shows(
                EvidenceRole::Cause,
                Side::Client,
                *requested,
                format!("{} request", head.method),
            );
        }
        verdict.say(draft.shows(EvidenceRole::Effect, Side::Server, *at, response.line.to_string()));
    }
}

/// What is wrong with the switch.
fn fault(event: &Event<'_>, response: &ResponseHead) -> Option<&'static str> {
    let switches = response.upgrade_h2c || event.conn.sides.server.total() > 0;
    let offer = event.http1.upgrade.as_ref().map(|upgrade| &upgrade.request);
    let valid = offer.is_some_and(|offer| {
        let readable = matches!(offer.settings_fault(), None | Some(SettingsFault::Padding));
        offer.http2_settings.len() == 1 && readable
    });
    if response.upgrade_h2 && (switches || offer.is_some()) {
        Some("names h2, which is for TLS")
    } else if !switches {
        None
    } else if !response.upgrade_h2c {
        Some("does not name h2c in Upgrade")
    } else if offer.is_none() {
        Some("the client did not ask for")
    } else if !valid {
        Some("answers a request without one valid HTTP2-Settings field")
    } else {
        response.http2_settings.then_some("carries HTTP2-Settings itself")
    }
}
