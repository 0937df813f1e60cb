//! The server shares no protocol with the client, and says so.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Reference, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, alert};
use crate::tls::AlertDescription;

use super::words::offers;

/// Handshake refused with no_application_protocol.
pub(in crate::rules) static NO_APPLICATION_PROTOCOL: Rule = Rule {
    code: "NEG009",
    name: "no-application-protocol",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", Some(Level::Must)),
        rfc7540("3.3", Some(Level::Must)),
        Reference { doc: "RFC 7301", section: "3.2", level: Some(Level::Must) },
    ],
    summary: "Handshake refused with no_application_protocol",
    why: "A server that shares no protocol with the client's ALPN list refuses the handshake with no_application_protocol.",
    meaning: "After a ClientHello with ALPN the server sends the fatal alert 120, no_application_protocol. An error when no application data followed, for the connection could not work and the alert says why; else info.",
    harm: "The connection fails. The client's error often names TLS and not the protocol that was missing.",
    doubt: "The alert is in clear as long as there are no keys of the handshake; in TLS 1.3 it may come encrypted, and is not judged without a key log. Whether the offer or the server's configuration is the one to change, the capture does not show: the server is named because it refused.",
    not_blamed: "It named what it speaks; the server takes none of that.",
    remedy: &[
        "Client and server share no protocol: compare the offered list with the listener's configuration; often an http/1.1-only client on an h2-only port or the reverse.",
    ],
    symptoms: &[
        "Go: remote error: tls: no application protocol",
        "Go: tls: client requested unsupported application protocols",
        "OpenSSL: tlsv1 alert no application protocol",
        "Java: Received fatal alert: no_application_protocol",
        "Chrome: ERR_SSL_PROTOCOL_ERROR",
    ],
    refs: &["RFC 7301 3.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([Handshake::tls12().offers(&["h2"]).client_hello()])
            .server([alert(120)])
            .fin(Side::Server)
            .close()
    },
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let refusal = |description| description == AlertDescription::NO_APPLICATION_PROTOCOL;
    let refused = tls.alerts.iter().find(|seen| seen.by == Side::Server && refusal(seen.alert.description));
    let (Some(refused), Some(hello)) = (refused, tls.offer().filter(|hello| !hello.alpn.is_absent())) else {
        return;
    };
    let message =
        format!("The server refused the handshake: the client {}, and it takes none of that.", offers(tls));
    let draft = Draft::new(Culprit::Server, message, refused.at.start, refused.at.end)
        .without(Need::Handshake)
        .shows(EvidenceRole::Cause, Side::Client, hello.at.end, offers(tls))
        .shows(EvidenceRole::Effect, Side::Server, refused.at.end, "alert 120, no_application_protocol");
    let went_on = Side::BOTH.into_iter().any(|side| tls.application_data[side].is_some());
    verdict.say(if went_on { draft.severity(Severity::Info) } else { draft });
}
