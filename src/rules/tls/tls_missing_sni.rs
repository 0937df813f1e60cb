//! A hello that does not say which host is wanted.

use crate::base::Side;
use crate::conn::On;
use crate::conn::is_domain;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::{Ech, ServerName};

/// No server_name in the ClientHello.
pub(in crate::rules) static TLS_MISSING_SNI: Rule = Rule {
    code: "TLS007",
    name: "tls-missing-sni",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["security"],
    view: View::Handshake,
    rfc: &[rfc9113("9.2", Some(Level::Must)), rfc7540("9.2", Some(Level::Must))],
    summary: "No server_name in the ClientHello",
    why: "A client that knows the server by a domain name says that name in the hello (server_name).",
    meaning: "The ClientHello offers h2 and has no server_name. A warning when the first request, which was \
        decrypted, is for a domain name.",
    harm: "A server with several certificates picks one by chance, or refuses; proxies that route by name cannot.",
    doubt: "For a host given as an address there is no name to say: without decryption, and with an address in \
        :authority, it stays a fact. An encrypted ClientHello counts as one with a name.",
    not_blamed: "It only answers.",
    remedy: &["Set the name of the server in the TLS settings of the client."],
    symptoms: &["OpenSSL: tlsv1 unrecognized name"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]).server_name(None)),
    quiet: || Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"])),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(hello) = event.tls.and_then(|tls| tls.client_hello.as_ref()) else { return };
    let hidden = hello.ech != Ech::Absent || hello.hides_server_name();
    if hello.server_name != ServerName::Absent || hidden || !hello.alpn.has("h2") {
        return;
    }
    let first = event.conn.authorities().next().filter(|authority| is_domain(authority));
    let asked = first.map_or_else(String::new, |authority| {
        let shown: String = authority.chars().take(64).collect();
        format!("; its first request is for \"{}\"", shown.escape_default())
    });
    let message = format!("The client offers h2 and names no server in its ClientHello{asked}.");
    let draft = Draft::new(Culprit::Client, message, hello.at.start, hello.at.end);
    let draft =
        draft.shows(EvidenceRole::Cause, Side::Client, hello.at.start, "ClientHello without server_name");
    verdict.say(if first.is_some() { draft.severity(Severity::Warning) } else { draft });
}
