//! A client certificate asked for while HTTP/2 is spoken.

use super::speaks_http2;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc9113};
use crate::script::{Handshake, Script, preface};

/// CertificateRequest after the TLS 1.3 handshake.
pub(in crate::rules) static TLS_POST_HANDSHAKE_AUTH: Rule = Rule {
    code: "TLS006",
    name: "tls-post-handshake-auth",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must", "security"],
    view: View::Wire,
    rfc: &[rfc9113("9.2.3", Some(Level::Must))],
    summary: "CertificateRequest after the TLS 1.3 handshake",
    why: "With TLS 1.3 a server asks for a client certificate in the handshake or not at all: behind it the request \
        belongs to no stream.",
    meaning: "A CertificateRequest that was decrypted, behind the Finished of the server, on a connection that speaks \
        HTTP/2.",
    harm: "The client has to end the connection with PROTOCOL_ERROR; requests under way are lost.",
    doubt: "It takes keys to see it. NewSessionTicket and KeyUpdate are allowed there. That the client offered \
        post_handshake_auth is no excuse: that may have been for HTTP/1.1.",
    not_blamed: "It was only asked.",
    remedy: &[
        "Ask for client certificates in the first handshake, or serve what needs them from another host.",
    ],
    symptoms: &[],
    refs: &["RFC 8740 3"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"])).client([preface()]).message(
            Side::Server,
            13,
            &[0, 0, 0],
        )
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"])).client([preface()]).message(
            Side::Server,
            24,
            &[0],
        )
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(at) = event.tls.and_then(|tls| tls.late_certificate_request) else { return };
    if !speaks_http2(event) {
        return;
    }
    let message =
        "The server asked for a client certificate behind the TLS 1.3 handshake, on a connection for HTTP/2.";
    let draft = Draft::new(Culprit::Server, message.to_owned(), at.start, at.end);
    verdict.say(draft.shows(
        EvidenceRole::Cause,
        Side::Server,
        at.start,
        "CertificateRequest behind Finished",
    ));
}
