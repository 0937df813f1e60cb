//! Upgrades to h2c are a thing of the past.

use crate::base::Side;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{CaptureView, Draft, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, http1};

use super::words::{OK, PLAIN, SWITCH, UPGRADE, upgraded};

/// h2c Upgrade is used, which RFC 9113 withdrew.
pub(in crate::rules) static UPGRADE_DEPRECATED: Rule = Rule {
    code: "NEG023",
    name: "upgrade-deprecated",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc7540("3.2", None), rfc9113("3.1", None)],
    summary: "h2c Upgrade is used, which RFC 9113 withdrew",
    why: "RFC 9113 has withdrawn the upgrade from HTTP/1.1 to HTTP/2.",
    meaning: "A request asks for an upgrade to h2c. Told once for a capture.",
    harm: "None where both ends know the mechanism; newer servers pass it over, and the connection stays HTTP/1.1.",
    doubt: "A fact, and no fault.",
    not_blamed: "It did not ask.",
    remedy: &["Use ALPN with TLS, prior knowledge without."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext],
    folds_into: &[],
    fires: || upgraded(UPGRADE, SWITCH).close(),
    quiet: || Script::connect().client([http1(PLAIN)]).server([http1(OK)]).close(),
    judges: &[Judge::Capture(judge)],
};

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let all = capture.agreements.connections();
    let asked = |own: &&crate::rules::Agreement| {
        own.asked.filter(|asked| asked.upgrade).map(|asked| (own.number, asked.at))
    };
    let mut upgrades = all.iter().filter_map(asked);
    let Some((number, at)) = upgrades.next() else { return };
    let more = upgrades.count();
    let message = match more {
        0 => "The client asks for an upgrade to h2c, which RFC 9113 withdrew.".to_owned(),
        _ => format!(
            "Clients ask for upgrades to h2c, which RFC 9113 withdrew, on {} connections.",
            more.saturating_add(1)
        ),
    };
    let draft = Draft::new(Culprit::Client, message, at, at).on(vec![number]);
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, at, "Upgrade: h2c"));
}
