//! Compression inside TLS, which gives secrets away by length.

use super::speaks_http2;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};

/// TLS compression negotiated.
pub(in crate::rules) static TLS_COMPRESSION: Rule = Rule {
    code: "TLS004",
    name: "tls-compression",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "INADEQUATE_SECURITY",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security"],
    view: View::Handshake,
    rfc: &[rfc9113("9.2.1", Some(Level::Must)), rfc7540("9.2.1", Some(Level::Must))],
    summary: "TLS compression negotiated",
    why: "HTTP/2 over TLS needs compression to be off.",
    meaning: "The ServerHello selects a compression method other than null (0), and ALPN selects h2 or frames of \
        HTTP/2 follow. The server chose it; the client is named as well, since it offered it.",
    harm: "What an attacker adds to a request shows in its length how much of it repeats a secret (CRIME).",
    doubt: "None: the ServerHello travels in clear.",
    not_blamed: "It had no say.",
    remedy: &["Disable TLS compression on both ends."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().compression(1).offers(&["h2"]).answers(&["h2"])),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let Some(hello) = tls.server_hello.as_ref().filter(|hello| !hello.version.is_tls13()) else { return };
    if hello.compression == 0 || !speaks_http2(event) {
        return;
    }
    let (at, method) = (hello.at, hello.compression);
    let draft = |side: Side, did: &str| {
        let message = format!(
            "The {} {did} TLS compression (method {method}) on a connection for HTTP/2.",
            side.word()
        );
        let draft = Draft::new(Culprit::of(side), message, at.start, at.end);
        draft.shows(
            EvidenceRole::Cause,
            Side::Server,
            at.start,
            format!("ServerHello: compression method {method}"),
        )
    };
    verdict.say(draft(Side::Server, "chose"));
    if let Some(offer) = tls.offer().filter(|offer| offer.compressions.contains(&method)) {
        let what = format!("ClientHello offers compression method {method}");
        verdict.say(draft(Side::Client, "offered").shows(
            EvidenceRole::Context,
            Side::Client,
            offer.at.start,
            what,
        ));
    }
}
