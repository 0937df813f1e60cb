//! A suite on the list of RFC 9113 Appendix A.

use super::speaks_http2;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::{CipherSuite, ClientHello, Version};

/// Prohibited TLS 1.2 cipher suite negotiated for HTTP/2.
pub(in crate::rules) static TLS_PROHIBITED_CIPHER: Rule = Rule {
    code: "TLS002",
    name: "tls-prohibited-cipher",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "INADEQUATE_SECURITY",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should", "security"],
    view: View::Handshake,
    rfc: &[
        rfc9113("9.2.2", Some(Level::Should)),
        rfc9113("A", None),
        rfc7540("9.2.2", Some(Level::Should)),
        rfc7540("A", None),
    ],
    summary: "Prohibited TLS 1.2 cipher suite negotiated for HTTP/2",
    why: "The suites of Appendix A are not to be used with HTTP/2; the peer may end the connection over them.",
    meaning: "The ServerHello selects TLS 1.2 and a suite of the list, and ALPN selects h2 or frames of HTTP/2 \
        follow. The server is named when the client offered a suite that is not on the list, else the client.",
    harm: "Peers that check (Go, browsers) end the connection with INADEQUATE_SECURITY; others work, which makes the \
        failure depend on the client.",
    doubt: "None: the ServerHello travels in clear. The suites of TLS 1.3 are never on the list.",
    not_blamed: "The suite was not its choice.",
    remedy: &[
        "Prefer ECDHE with AES-GCM or ChaCha20-Poly1305; enable at least TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (0xc02f).",
    ],
    symptoms: &[
        "Go: Prohibited TLS 1.2 Cipher Suite: …",
        "Chrome: ERR_HTTP2_INADEQUATE_TRANSPORT_SECURITY",
        "Firefox: NS_ERROR_NET_INADEQUATE_SECURITY",
        "nghttp2: INADEQUATE_SECURITY",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().suites(&[0xc013, 0xc02f]).offers(&["h2"]).answers(&["h2"])),
    quiet: || Script::tls(&Handshake::tls12().suites(&[0xc02f, 0xc013]).offers(&["h2"]).answers(&["h2"])),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let Some(hello) = tls.server_hello.as_ref().filter(|hello| hello.version == Version::TLS12) else {
        return;
    };
    if !hello.suite.is_prohibited() || !speaks_http2(event) {
        return;
    }
    let better = tls.offer().and_then(better);
    let (side, offered) = match better {
        Some(suite) => (Side::Server, format!("the client offers {suite} too")),
        None => (Side::Client, "the client offers none that is allowed".to_owned()),
    };
    let message =
        format!("HTTP/2 runs over {}, which RFC 9113 Appendix A prohibits; {offered}.", hello.suite);
    let mut draft = Draft::new(Culprit::of(side), message, hello.at.start, hello.at.end);
    if let Some(offer) = tls.offer() {
        let what = format!("ClientHello: {offered}");
        draft = draft.shows(EvidenceRole::Context, Side::Client, offer.at.start, what);
    }
    let chosen = format!("ServerHello: {}", hello.suite);
    verdict.say(
        draft
            .shows(EvidenceRole::Cause, Side::Server, hello.at.start, chosen)
            .told_by(hello.suite.to_string()),
    );
}

/// A suite for TLS 1.2 that is not on the list.
fn better(offer: &ClientHello) -> Option<CipherSuite> {
    let known = offer.suites.iter().copied().filter(|suite| suite.name().is_some());
    known.filter(|suite| !suite.is_tls13() && !suite.is_signal()).find(|suite| !suite.is_prohibited())
}
