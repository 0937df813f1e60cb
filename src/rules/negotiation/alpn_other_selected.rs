//! ALPN chose something else than HTTP/2, which the client would have taken.

use crate::conn::On;
use crate::finding::{Confidence, Culprit, Reference, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::AlpnSource;

use super::words::{hellos, offers};

/// Client offered h2 but the server selected another protocol.
pub(in crate::rules) static ALPN_OTHER_SELECTED: Rule = Rule {
    code: "NEG001",
    name: "alpn-other-selected",
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
        Reference { doc: "RFC 7301", section: "3.2", level: None },
    ],
    summary: "Client offered h2 but the server selected another protocol",
    why: "Over TLS, HTTP/2 is spoken when the server selects \"h2\" by ALPN; here it selected another protocol.",
    meaning: "The client's ALPN list contains \"h2\", and the server's answer (ServerHello up to TLS 1.2, EncryptedExtensions in TLS 1.3) names another protocol of that list.",
    harm: "The connection speaks HTTP/1.1. A client that accepts nothing else than HTTP/2, as gRPC does, gives up.",
    doubt: "The choice is the server's right, so this is a fact and no error. In TLS 1.3 the answer is encrypted: without keys it is read off the length of a record, and is likely at most, or it is not judged. The answer to a ClientHello that was asked for again counts.",
    not_blamed: "It offered HTTP/2.",
    remedy: &[
        "If HTTP/2 was expected, enable h2 on the listener (certificate/virtual-host block, load balancer ALPN policy) and check the server's own preference order.",
    ],
    symptoms: &[
        "Go: http2: unexpected ALPN protocol \"http/1.1\"; want \"h2\"",
        "curl: ALPN: server accepted http/1.1",
        "grpc-java: Failed ALPN negotiation: Unable to find compatible protocol",
        ".NET: Requesting HTTP version 2.0 with version policy RequestVersionExact while unable to establish HTTP/2 connection.",
    ],
    refs: &["RFC 7301 3.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"]).answers(&["http/1.1"])).close(),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|tls| tls.offers("h2")) else { return };
    let answer = tls.alpn();
    let Some(selected) = answer.selected.filter(|name| !name.is("h2")) else { return };
    let offered = tls.offered().any(|name| *name == selected);
    let (Some(at), true) = (tls.answered_at(), offered) else { return };
    let inferred = answer.source == AlpnSource::InferredRecordLength;
    let message = format!("The server selected {selected} by ALPN, though the client {}.", offers(tls));
    let how = if inferred { " (inferred from the length of the record)" } else { "" };
    let draft = Draft::new(Culprit::Server, message, at.start, at.end).told_by(selected.to_string());
    let draft = hellos(draft, tls, format!("selects {selected}{how}"));
    verdict.say(if inferred { draft.at_most(Confidence::Likely) } else { draft });
}
