//! The name of cleartext HTTP/2 inside TLS.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};

use super::words::offers;

/// "h2c" used as ALPN identifier in TLS.
pub(in crate::rules) static H2C_IN_ALPN: Rule = Rule {
    code: "NEG007",
    name: "h2c-in-alpn",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Handshake,
    rfc: &[rfc9113("3.2", Some(Level::Must)), rfc7540("3.3", Some(Level::Must))],
    summary: "\"h2c\" used as ALPN identifier in TLS",
    why: "\"h2c\" names HTTP/2 over cleartext TCP and is neither offered nor selected in TLS.",
    meaning: "The client's ALPN list contains \"h2c\", or the server selects it.",
    harm: "No server selects it, so that the connection speaks HTTP/1.1 or fails with no_application_protocol although both sides speak HTTP/2.",
    doubt: "The ClientHello is in clear, the server's answer up to TLS 1.2 as well; an encrypted ClientHello hides it.",
    not_blamed: "The name is the other side's choice.",
    remedy: &["Offer \"h2\" for TLS; h2c names cleartext HTTP/2 only."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().offers(&["h2c", "http/1.1"]).answers(&["http/1.1"])).close(),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"]).answers(&["http/1.1"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    if let Some(hello) = tls.offer().filter(|_| tls.offers("h2c")) {
        let message = "The client offers \"h2c\" by ALPN, which names cleartext HTTP/2.".to_owned();
        let draft = Draft::new(Culprit::Client, message, hello.at.start, hello.at.end);
        verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, hello.at.end, offers(tls)));
    }
    let selected = tls.alpn().selected.is_some_and(|name| name.is("h2c"));
    if let Some(at) = tls.answered_at().filter(|_| selected) {
        let message = "The server selects \"h2c\" by ALPN, which names cleartext HTTP/2.".to_owned();
        let draft = Draft::new(Culprit::Server, message, at.start, at.end);
        verdict.say(draft.shows(EvidenceRole::Cause, Side::Server, at.end, "selects h2c"));
    }
}
