//! The suite that every implementation of HTTP/2 over TLS 1.2 has.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::{CipherSuite, ClientHello, Group, Version};

/// Client offers h2 but not the mandatory TLS 1.2 suite.
pub(in crate::rules) static TLS_MANDATORY_CIPHER_NOT_OFFERED: Rule = Rule {
    code: "TLS003",
    name: "tls-mandatory-cipher-not-offered",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["security", "style"],
    view: View::Handshake,
    rfc: &[rfc9113("9.2.2", Some(Level::Must)), rfc7540("9.2.2", Some(Level::Must))],
    summary: "Client offers h2 but not the mandatory TLS 1.2 suite",
    why: "Over TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 with P-256 is the suite that both ends are sure to \
        have.",
    meaning: "The ClientHello takes TLS 1.2 and offers h2, and lacks suite 0xc02f or, among the groups it lists, \
        secp256r1. A warning when every suite that it offers for TLS 1.2 is a prohibited one.",
    harm: "A server that has nothing else cannot agree on HTTP/2 with it.",
    doubt: "What is not offered may still be supported: a matter of configuration. A hello without a list of groups \
        takes any.",
    not_blamed: "It only answers offers.",
    remedy: &["Offer TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (0xc02f) and secp256r1."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().suites(&[0xc02b]).offers(&["h2"]).answers(&["h2"])),
    quiet: || Script::tls(&Handshake::tls12().suites(&[0xc02b, 0xc02f]).offers(&["h2"]).answers(&["h2"])),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(hello) = event.tls.and_then(|tls| tls.offer()) else { return };
    let suites = || of_tls12(hello);
    if !hello.alpn.has("h2") || !hello.offers(Version::TLS12) || suites().next().is_none() {
        return;
    }
    let suite = suites().any(|suite| suite == CipherSuite::ECDHE_RSA_AES_128_GCM_SHA256);
    let group = hello.groups.is_empty() || hello.groups.contains(&Group::SECP256R1);
    let lacking = match (suite, group) {
        (true, true) => return,
        (false, true) => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        (true, false) => "the group secp256r1",
        (false, false) => "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, nor the group secp256r1",
    };
    let message = format!("The client offers h2 over TLS 1.2 and does not offer {lacking}.");
    let mut draft = Draft::new(Culprit::Client, message, hello.at.start, hello.at.end);
    if suites().all(CipherSuite::is_prohibited) {
        draft = draft.severity(Severity::Warning);
    }
    let what = format!("ClientHello without {lacking}");
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, hello.at.start, what));
}

/// The suites that it offers for TLS 1.2.
fn of_tls12(hello: &ClientHello) -> impl Iterator<Item = CipherSuite> + '_ {
    let real = |suite: &CipherSuite| !suite.is_tls13() && !suite.is_signal() && !suite.is_grease();
    hello.suites.iter().copied().filter(real)
}
