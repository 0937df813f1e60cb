//! An upgrade that has no place there: h2c inside TLS, or h2 anywhere.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, http1};

use super::words::{OK, PLAIN, UPGRADE};

/// h2c (or h2) token in Upgrade on a TLS connection.
pub(in crate::rules) static UPGRADE_OVER_TLS: Rule = Rule {
    code: "NEG013",
    name: "upgrade-over-tls",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["security", "smuggling"],
    view: View::Wire,
    rfc: &[rfc9113("3.1", None), rfc9113("8.6", None), rfc7540("3.2", None), rfc7540("3.3", None)],
    summary: "h2c (or h2) token in Upgrade on a TLS connection",
    why: "h2c is for cleartext only and h2 is negotiated by ALPN: neither is asked for by Upgrade inside TLS.",
    meaning: "A request inside TLS asks for an upgrade to \"h2c\", or any request asks for one to \"h2\". An error when the connection then speaks HTTP/2.",
    harm: "A reverse proxy that forwards the field opens a tunnel to the server behind it, past its own access control: h2c smuggling.",
    doubt: "Needs the keys, where there is TLS. Whether an attacker or a careless client wrote it does not show.",
    not_blamed: "It did not write the request.",
    remedy: &["Negotiate h2 with ALPN. Proxies: drop Upgrade: h2c from forwarded requests."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["http/1.1"]).answers(&["http/1.1"]))
            .client([http1(UPGRADE)])
            .server([http1(OK)])
            .close()
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["http/1.1"]).answers(&["http/1.1"]))
            .client([http1(PLAIN)])
            .server([http1(OK)])
            .close()
    },
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((head, at)) = event.http1.request.as_deref() else { return };
    let inside = event.tls.is_some();
    let token = match (head.upgrade_h2, head.upgrade_h2c && inside) {
        (true, _) => "h2",
        (false, true) => "h2c",
        (false, false) => return,
    };
    let place = if inside { "inside TLS" } else { "in clear" };
    let message = format!("The client asks for an upgrade to {token} {place}.");
    let draft = Draft::new(Culprit::Client, message, *at, *at).shows(
        EvidenceRole::Cause,
        Side::Client,
        *at,
        format!("{} request with Upgrade: {token}", head.method),
    );
    let switched = event.conn.sides.server.first_frame.map(|(_, first)| first);
    verdict.say(match switched {
        Some(first) => draft.severity(Severity::Error).shows(
            EvidenceRole::Effect,
            Side::Server,
            first,
            "the server goes over to HTTP/2",
        ),
        None => draft,
    });
}
