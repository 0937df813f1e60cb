//! A key for the exchange that is too short.

use super::{LEAST_CURVE, LEAST_FIELD, speaks_http2};
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::EphemeralKey;

/// Small ephemeral key in TLS 1.2.
pub(in crate::rules) static TLS_WEAK_EPHEMERAL_KEY: Rule = Rule {
    code: "TLS009",
    name: "tls-weak-ephemeral-key",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "INADEQUATE_SECURITY",
    culprits: &[Culprit::Server],
    tags: &["security"],
    view: View::Handshake,
    rfc: &[rfc9113("9.2.1", Some(Level::Must)), rfc7540("9.2.1", Some(Level::Must))],
    summary: "Small ephemeral key in TLS 1.2",
    why: "Ephemeral keys of 2048 bits in finite fields and 224 bits on curves are what every peer has to take; \
        smaller ones may be refused.",
    meaning: "ServerKeyExchange with a prime below 2048 bits or a curve below 224 bits, on a connection for HTTP/2.",
    harm: "Peers may refuse with INADEQUATE_SECURITY; short keys can be broken.",
    doubt: "None: up to TLS 1.2 the message travels in clear.",
    not_blamed: "The size is the choice of the server.",
    remedy: &["Use groups of 2048 bits or more, or X25519 and P-256."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls12().suites(&[0x009e]).finite_field(128).offers(&["h2"]).answers(&["h2"]))
    },
    quiet: || {
        Script::tls(&Handshake::tls12().suites(&[0x009e]).finite_field(256).offers(&["h2"]).answers(&["h2"]))
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|_| speaks_http2(event)) else { return };
    let (Some(key), Some(hello)) = (tls.ephemeral_key, &tls.server_hello) else { return };
    let (least, words) = match key {
        EphemeralKey::Curve(group) => (LEAST_CURVE, format!("the curve {group}")),
        EphemeralKey::FiniteField { bits } => (LEAST_FIELD, format!("a prime of {bits} bits")),
    };
    if key.bits().is_none_or(|bits| bits >= least) {
        return;
    }
    let message = format!(
        "The ephemeral key of the server is on {words}; {least} bits are the least that is safe to use."
    );
    let at = hello.at;
    let draft = Draft::new(Culprit::Server, message, at.start, at.end);
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Server, at.start, format!("its flight has {words}")));
}
