//! The answer that TLS 1.3 seals shows in the length of its record.

use crate::conn::On;
use crate::finding::{Confidence, Culprit, Reference, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::AlpnSource;

use super::words::hellos;

/// ALPN answer of a TLS 1.3 handshake inferred from the record length.
pub(in crate::rules) static ALPN_INFERRED: Rule = Rule {
    code: "NEG019",
    name: "alpn-inferred",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", None),
        rfc7540("3.3", None),
        Reference { doc: "RFC 8446", section: "4.3.1", level: None },
    ],
    summary: "ALPN answer of a TLS 1.3 handshake inferred from the record length",
    why: "In TLS 1.3 the server's answer to ALPN is encrypted; the length of its record gives it away where the record holds nothing else.",
    meaning: "TLS 1.3 without keys, and the first sealed record of the server has the length of EncryptedExtensions alone with one possible answer: 23 octets for none, 32 for \"h2\", 38 for \"http/1.1\", and 4 more where the server name is acknowledged.",
    harm: "None; it says how the protocol of this connection is known.",
    doubt: "An inference, likely at best. Servers that put several messages into one record, pad records, or answer further extensions give other lengths; then nothing is said. A request for another ClientHello looks like a first ServerHello: the last one counts.",
    not_blamed: "It is a fact about what is encrypted, and nobody's fault.",
    remedy: &["Give a key log to be sure: h2lint explain keylog."],
    symptoms: &[],
    refs: &["RFC 8446 4.3.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().without_keys().offers(&["h2", "http/1.1"]).answers(&["h2"])).close()
    },
    quiet: || Script::tls(&Handshake::tls13().offers(&["h2", "http/1.1"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let answer = tls.alpn();
    let known = (answer.source == AlpnSource::InferredRecordLength).then_some(tls.first_sealed).flatten();
    let (Some(length), Some(at)) = (known, tls.answered_at()) else { return };
    let what = answer.selected.map_or_else(|| "no protocol".to_owned(), |name| name.to_string());
    let message = format!(
        "The server selected {what}, as the length of its first encrypted record tells ({length} octets)."
    );
    let draft = Draft::new(Culprit::Server, message, at.start, at.end).at_most(Confidence::Likely);
    verdict.say(hellos(draft, tls, format!("first encrypted record: {length} octets, which is {what}")));
}
