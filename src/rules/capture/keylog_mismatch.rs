//! A key log that is for other sessions.

use crate::base::{Origin, Place, Side};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::Secrecy;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Handshake, Script, preface};

/// A key log was given but holds no line for this session.
pub(in crate::rules) static KEYLOG_MISMATCH: Rule = Rule {
    code: "CAP010",
    name: "keylog-mismatch",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Handshake,
    rfc: &[],
    summary: "A key log was given but holds no line for this session",
    why: "A key log opens the sessions whose client randoms it holds.",
    meaning: "There are lines of a key log, the random of the ClientHello was captured, and no line carries it; or \
        one does, but the secret that is needed is missing or does not open the records.",
    harm: "Everything above TLS stays hidden.",
    doubt: "Fact. It says which: no line for this session, a label that is missing, or a secret that does not open \
        it. Nothing of the secrets is shown.",
    not_blamed: "",
    remedy: &[
        "Use the key log of the same run and process; a restart may have overwritten it. Write it on the end that holds the \
        session of TLS: behind a proxy that is the proxy.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]).with_other_keys())
            .client([preface()])
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]).without_keys()).client([preface()])
    },
    judges: &[Judge::On(&[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((pkt, secrecy)) = event.coverage.no_keys else { return };
    let why = match secrecy {
        Secrecy::LineMissing => "holds no line with the client random of this session".to_owned(),
        Secrecy::LabelMissing(label) => format!("holds this session, but not its {label}"),
        Secrecy::WrongSecret => "holds a secret for this session that does not open it".to_owned(),
        Secrecy::NoKeys | Secrecy::Unsupported(..) | Secrecy::HandshakeNotSeen => return,
    };
    let message = format!("The key log {why}.");
    let hello = event.tls.and_then(|tls| tls.client_hello.as_ref());
    let sealed = Origin { at: Place { pkt, ..Place::default() }, ..Origin::default() };
    let at = hello.map_or(sealed, |hello| hello.at.start);
    let draft = Draft::new(Culprit::Capture, message, at, at);
    verdict.say(draft.shows(
        EvidenceRole::Cause,
        Side::Client,
        at,
        "ClientHello of a session that stays closed",
    ));
}
