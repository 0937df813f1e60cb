//! INADEQUATE_SECURITY where all is adequate.

use super::{LEAST_CURVE, LEAST_FIELD};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, goaway, preface, settings};
use crate::tls::{EphemeralKey, Negotiation, Version};

/// INADEQUATE_SECURITY without reason.
pub(in crate::rules) static INADEQUATE_SECURITY_UNJUSTIFIED: Rule = Rule {
    code: "TLS008",
    name: "inadequate-security-unjustified",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security"],
    view: View::Own,
    rfc: &[rfc9113("9.2.2", Some(Level::Must)), rfc7540("9.2.2", Some(Level::Must))],
    summary: "INADEQUATE_SECURITY without reason",
    why: "INADEQUATE_SECURITY is for the suites of Appendix A and what section 9.2 demands, not for others.",
    meaning: "GOAWAY or RST_STREAM with INADEQUATE_SECURITY although the version is TLS 1.2 or newer, the suite is \
        not on the list, nothing is compressed, and the ephemeral key has at least 2048 bits in a finite field or \
        224 on a curve.",
    harm: "Peers that did all that is asked of them cannot connect.",
    doubt: "All four must be seen; a resumed session of TLS 1.2 shows no key. Likely at most: the sender may have a \
        policy of its own, for example about certificates.",
    not_blamed: "Version, suite, compression and key are as RFC 9113 section 9.2 asks.",
    remedy: &["Restrict the check to the prohibited list."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || refused(Handshake::tls13()),
    quiet: || {
        let handshake = Handshake::tls13().offers(&["h2"]).answers(&["h2"]);
        Script::tls(&handshake)
            .client([preface(), settings(&[])])
            .server([settings(&[]), goaway(0, ErrorCode::NO_ERROR)])
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let unjust = |code| code == ErrorCode::INADEQUATE_SECURITY;
    for complaint in event.ledger.complaints().filter(|complaint| unjust(complaint.code)) {
        let Some(words) = event.tls.and_then(adequate) else { return };
        let side = complaint.side;
        let message = format!("The {} finds the security inadequate, and it is {words}.", side.word());
        let mut draft = Draft::new(Culprit::of(side), message, complaint.start, complaint.end);
        if let Some(stream) = complaint.stream {
            draft = draft.stream(stream);
        }
        let frame = if complaint.stream.is_some() { "RST_STREAM" } else { "GOAWAY" };
        let what = format!("{frame} with INADEQUATE_SECURITY");
        verdict
            .say(draft.shows(EvidenceRole::Cause, side, complaint.start, what).at_most(Confidence::Likely));
    }
}

/// What was agreed, when all of it is seen and nothing is wrong with it.
fn adequate(tls: &Negotiation) -> Option<String> {
    let hello = tls.server_hello.as_ref()?;
    let bits = match (hello.version.is_tls13(), tls.ephemeral_key) {
        (true, _) => hello.group.and_then(|group| EphemeralKey::Curve(group).bits())?,
        (false, key) => key?.bits()?,
    };
    let field = matches!(tls.ephemeral_key, Some(EphemeralKey::FiniteField { .. }));
    let least = if field { LEAST_FIELD } else { LEAST_CURVE };
    let fine = hello.version >= Version::TLS12 && !hello.suite.is_prohibited() && hello.compression == 0;
    (fine && bits >= least)
        .then(|| format!("{} with {} and a key of {bits} bits", hello.version, hello.suite))
}

/// A connection that the server refuses.
fn refused(handshake: Handshake) -> Script {
    let handshake = handshake.offers(&["h2"]).answers(&["h2"]);
    let refusal = [settings(&[]), goaway(0, ErrorCode::INADEQUATE_SECURITY)];
    Script::tls(&handshake).client([preface(), settings(&[])]).server(refusal).close()
}
