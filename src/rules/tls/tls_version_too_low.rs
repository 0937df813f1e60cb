//! A version of TLS that HTTP/2 must not be spoken over.

use super::speaks_http2;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, preface};
use crate::tls::Version;

/// HTTP/2 over TLS older than 1.2.
pub(in crate::rules) static TLS_VERSION_TOO_LOW: Rule = Rule {
    code: "TLS001",
    name: "tls-version-too-low",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "INADEQUATE_SECURITY",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security"],
    view: View::Handshake,
    rfc: &[rfc9113("9.2", Some(Level::Must)), rfc7540("9.2", Some(Level::Must))],
    summary: "HTTP/2 over TLS older than 1.2",
    why: "HTTP/2 over TLS needs TLS 1.2 or newer.",
    meaning: "The ServerHello selects TLS 1.1 or older (supported_versions considered), and ALPN selects h2 or frames \
        of HTTP/2 follow. The server chose the version; the client is named as well when it went on with it.",
    harm: "Peers that check refuse the connection with INADEQUATE_SECURITY; the old versions have known attacks.",
    doubt: "None: the ServerHello travels in clear.",
    not_blamed: "It offered newer versions as well, or had no say.",
    remedy: &["Disable TLS below 1.2 on both ends."],
    symptoms: &[
        "Go: TLS version too low",
        "Chrome: ERR_HTTP2_INADEQUATE_TRANSPORT_SECURITY",
        "any: INADEQUATE_SECURITY",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls12().version(0x0302).suites(&[0xc013]).offers(&["h2"]).answers(&["h2"]))
            .client([preface()])
    },
    quiet: || {
        Script::tls(
            &Handshake::tls12()
                .version(0x0302)
                .suites(&[0xc013])
                .offers(&["http/1.1"])
                .answers(&["http/1.1"]),
        )
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(hello) = event.tls.and_then(|tls| tls.server_hello.as_ref()) else { return };
    if hello.version >= Version::TLS12 || !speaks_http2(event) {
        return;
    }
    let message = |who: &str, did: &str| {
        format!("The {who} {did} {} for a connection that speaks HTTP/2.", hello.version)
    };
    let at = hello.at;
    let shown = format!("ServerHello: {}", hello.version);
    let draft = |side: Side, did| {
        let draft = Draft::new(Culprit::of(side), message(side.word(), did), at.start, at.end);
        draft.shows(EvidenceRole::Cause, Side::Server, at.start, shown.clone())
    };
    verdict.say(draft(Side::Server, "chose"));
    let went_on = event.tls.and_then(|tls| tls.application_data.client);
    if let Some(data) = went_on {
        let draft = draft(Side::Client, "accepted");
        verdict.say(draft.shows(
            EvidenceRole::Proof,
            Side::Client,
            data.start,
            "application data all the same",
        ));
    }
}
