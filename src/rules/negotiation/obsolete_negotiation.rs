//! NPN and the names of drafts.

use std::borrow::Cow;

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Reference, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script};
use crate::tls::{Negotiation, ProtocolName};

/// NPN or a draft protocol identifier used to negotiate HTTP/2.
pub(in crate::rules) static OBSOLETE_NEGOTIATION: Rule = Rule {
    code: "NEG008",
    name: "obsolete-negotiation",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", None),
        rfc7540("3.3", None),
        Reference { doc: "RFC 7301", section: "3", level: None },
    ],
    summary: "NPN or a draft protocol identifier used to negotiate HTTP/2",
    why: "HTTP/2 over TLS is negotiated by ALPN, under the name \"h2\".",
    meaning: "One of the hellos carries NPN (extension 13172), or a name from the drafts of HTTP/2 or SPDY (h2-14 to h2-17, spdy/3.1) is offered or selected. One finding for each side that does it.",
    harm: "Current peers do not know NPN and the drafts' names: without ALPN \"h2\" beside them the connection speaks HTTP/1.1.",
    doubt: "That the extension is there is certain; what NPN chose is encrypted. NPN or an old name offered beside ALPN \"h2\" does no harm: info then.",
    not_blamed: "The other side brought up what is obsolete.",
    remedy: &["Upgrade the TLS stack and negotiate through ALPN (RFC 7301); drop draft identifiers."],
    symptoms: &[],
    refs: &["RFC 7301"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().offers_npn().lists_by_npn(&["h2"])).close(),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let Some(hello) = tls.offer() else { return };
    if let Some(what) = used(if hello.npn { NPN } else { "" }, tls.offered().filter(|name| is_old(name))) {
        let message = format!("The client offers {what}, which is obsolete.");
        let draft = Draft::new(Culprit::Client, message, hello.at.start, hello.at.end);
        let draft = draft.shows(EvidenceRole::Cause, Side::Client, hello.at.end, format!("offers {what}"));
        verdict.say(if tls.offers("h2") { draft.severity(Severity::Info) } else { draft });
    }
    let (npn, selected) = answered(tls);
    let agreed = tls.alpn().selected.filter(|name| !is_old(name));
    if let (Some(what), Some(at)) = (used(npn, &selected), tls.answered_at()) {
        let message = format!("The server answers with {what}, which is obsolete.");
        let draft = Draft::new(Culprit::Server, message, at.start, at.end);
        let draft = draft.shows(EvidenceRole::Cause, Side::Server, at.end, format!("answers with {what}"));
        verdict.say(if agreed.is_some() { draft.severity(Severity::Info) } else { draft });
    }
}

const NPN: &str = "NPN";

/// NPN, where the server answered with it, and an old name that it selected by ALPN.
fn answered(tls: &Negotiation) -> (&'static str, Option<ProtocolName>) {
    let npn = tls.server_hello.as_ref().is_some_and(|hello| hello.npn.is_some());
    (if npn { NPN } else { "" }, tls.alpn().selected.filter(is_old))
}

/// NPN and old names, in words.
fn used<'a>(npn: &'static str, old: impl IntoIterator<Item = &'a ProtocolName>) -> Option<Cow<'static, str>> {
    let mut words = Cow::Borrowed(npn);
    for name in old {
        if let Cow::Borrowed(npn) = words {
            words = Cow::Owned(String::with_capacity(USUAL_WORDS));
            words.to_mut().push_str(npn);
        }
        let comma = if words.is_empty() { "" } else { ", " };
        words.to_mut().push_str(comma);
        words.to_mut().push_str(&name.text());
    }
    (!words.is_empty()).then_some(words)
}

/// Octets that the words mostly take.
const USUAL_WORDS: usize = 32;

/// True for the names of drafts of HTTP/2, and of SPDY.
fn is_old(name: &ProtocolName) -> bool {
    let draft = name.0.strip_prefix(b"h2-").is_some_and(|number| number.iter().all(u8::is_ascii_digit));
    draft || name.0.starts_with(b"spdy/")
}
