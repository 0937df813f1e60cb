//! What a server may not answer to ALPN.

use crate::conn::On;
use crate::finding::{Culprit, Level, Reference, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::{Alpn, Negotiation};

use super::words::hellos;

/// Server ALPN answer is not exactly one protocol from the offered list.
pub(in crate::rules) static ALPN_INVALID_SELECTION: Rule = Rule {
    code: "NEG003",
    name: "alpn-invalid-selection",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", Some(Level::Must)),
        rfc7540("3.3", Some(Level::Must)),
        Reference { doc: "RFC 7301", section: "3.1", level: Some(Level::Must) },
        Reference { doc: "RFC 7301", section: "3.2", level: Some(Level::Must) },
    ],
    summary: "Server ALPN answer is not exactly one protocol from the offered list",
    why: "The server's answer to ALPN is exactly one protocol, and one that the client offered.",
    meaning: "The server's ALPN extension lists no protocol or more than one, cannot be read, names a protocol that the client did not offer, or answers a client that sent no ALPN.",
    harm: "Clients end the handshake with illegal_parameter or unsupported_extension, or the two ends speak different protocols.",
    doubt: "Both hellos show it. When the ClientHello was asked for again, the second one counts. RFC 7301 words the choice from the offer without a MUST in capitals (section 3.2).",
    not_blamed: "It offered what it speaks; the answer is not of its making.",
    remedy: &[
        "Fix the TLS terminator's ALPN callback: it must pick one entry of the client's list or send no_application_protocol (120).",
    ],
    symptoms: &[],
    refs: &["RFC 7301 3.1", "RFC 7301 3.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2", "http/1.1"])).close(),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"]).answers(&["http/1.1"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let (Some(fault), Some(at)) = (fault(tls), tls.answered_at()) else { return };
    let message = format!("The server's answer to ALPN {fault}.");
    let draft = Draft::new(Culprit::Server, message, at.start, at.end);
    verdict.say(hellos(draft, tls, format!("answer {fault}")));
}

/// What is wrong with the answer.
fn fault(tls: &Negotiation) -> Option<String> {
    let offer = tls.offer()?;
    let names = match tls.alpn_extension()? {
        Alpn::Absent => return None,
        Alpn::Empty => return Some("lists no protocol".to_owned()),
        Alpn::Malformed => return Some("cannot be read".to_owned()),
        Alpn::Names(names) => names,
    };
    match names.as_slice() {
        _ if offer.alpn.is_absent() => Some("was not asked for".to_owned()),
        [name] if offer.alpn.names().contains(name) => None,
        [name] => Some(format!("is {name}, which the client did not offer")),
        several => Some(format!("lists {} protocols", several.len())),
    }
}
