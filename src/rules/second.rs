//! The second step: at the end of the capture a finding of one connection may become worse, surer, or another's, or be withdrawn, by
//! what other connections show. It is never made certain by counts alone.

use super::catalog;
use super::engine::Ends;
use super::fold::{endpoint, fingerprint};
use super::rule::{Judge, Rule};
use super::summary::CaptureView;
use crate::base::to_u64;
use crate::finding::{Confidence, Culprit, Evidence, EvidenceRole, Finding, Linked, Severity};
use crate::limits;

/// What other connections do to a finding.
#[derive(Clone, Debug, Default)]
pub struct Revision {
    /// It is this bad.
    pub severity: Option<Severity>,
    /// It is this certain.
    pub confidence: Option<Confidence>,
    /// This is the culprit, for this reason that the other side is not.
    pub culprit: Option<(Culprit, &'static str)>,
    /// A sentence that is added to the message.
    pub says: Option<String>,
    /// Connections beside its own that the finding now is about.
    pub beside: Vec<u64>,
    /// It does not hold.
    pub withdrawn: bool,
}

/// A finding of one connection at the end of the capture.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The connection.
    pub number: u64,
    /// The finding.
    pub finding: &'a Finding,
    /// All connections with a finding of the same rule, in order.
    pub alike: &'a [u64],
}

/// Holds every finding against the other connections.
pub fn revise(findings: &mut Vec<Finding>, capture: &CaptureView<'_>, ends: &dyn Fn(u64) -> Ends) {
    let all = catalog().iter().flat_map(|rule| rule.judges.iter().map(|judge| (rule.code, judge)));
    for (code, judge) in all {
        let Judge::Second(judge) = judge else { continue };
        let own = |finding: &&Finding| finding.rule == code;
        let alike: Vec<u64> = findings.iter().filter(own).filter_map(|finding| finding.conn).collect();
        findings.retain_mut(|finding| {
            let Some(number) = finding.conn.filter(|_| finding.rule == code) else { return true };
            let revision = judge(&Standing { number, finding, alike: &alike }, capture);
            let stays = !revision.withdrawn;
            if stays {
                apply(finding, revision, &ends(number));
            }
            stays
        });
        stand_together(findings, code);
    }
}

/// What the other connections of a finding did stands beside what its own did.
fn stand_together(findings: &mut [Finding], code: &str) {
    let of_rule = |finding: &&Finding| finding.rule == code;
    let others: Vec<(u64, Evidence)> = findings.iter().filter(of_rule).filter_map(last_effect).collect();
    for finding in findings.iter_mut().filter(|finding| finding.rule == code) {
        for (number, effect) in others.iter().filter(|(number, _)| finding.conn != Some(*number)) {
            let listed = finding.conns.contains(number);
            if listed && finding.evidence.len() < limits::MAX_EVIDENCE {
                let what = format!("conn {number}: {}", effect.what);
                finding.evidence.push(Evidence { role: EvidenceRole::Context, what, ..effect.clone() });
            }
        }
        finding.evidence_total = finding.evidence_total.max(to_u64(finding.evidence.len()));
    }
}

fn last_effect(finding: &Finding) -> Option<(u64, Evidence)> {
    let effect = finding.evidence.iter().rfind(|evidence| evidence.role == EvidenceRole::Effect)?;
    Some((finding.conn?, effect.clone()))
}

/// Findings of single connections that have the same root as one made at the end of the capture become part of it, as their rules say.
pub fn fold_late(findings: &mut Vec<Finding>, late: &mut [Finding]) {
    if late.is_empty() {
        return;
    }
    let folding: Vec<&'static Rule> =
        catalog().iter().copied().filter(|rule| !rule.folds_into.is_empty()).collect();
    findings.retain(|finding| {
        let Some(rule) = folding.iter().find(|rule| rule.code == finding.rule) else { return true };
        let target = late.iter_mut().find(|other| {
            let same =
                finding.conn.is_some_and(|conn| other.conn == Some(conn) || other.conns.contains(&conn));
            same && rule.folds_into.contains(&other.name)
        });
        let Some(target) = target else { return true };
        if !target.linked.iter().any(|linked| linked.rule == rule.code) {
            target.linked.push(Linked { rule: rule.code, why: "same evidence" });
        }
        false
    });
}

fn apply(finding: &mut Finding, revision: Revision, ends: &Ends) {
    finding.severity = revision.severity.unwrap_or(finding.severity);
    finding.confidence = revision.confidence.unwrap_or(finding.confidence);
    if let Some((culprit, innocent)) = revision.culprit {
        finding.culprit.role = culprit;
        finding.culprit.endpoint = endpoint(culprit, ends);
        finding.not_blamed =
            culprit.side().map(|side| (side.peer().word(), innocent.into())).into_iter().collect();
        finding.fingerprint = fingerprint(finding.rule, culprit, &ends.server_key(), "");
    }
    if let Some(says) = revision.says {
        finding.message = format!("{} {says}", finding.message);
    }
    if let (Some(own), false) = (finding.conn, revision.beside.is_empty()) {
        finding.conns = std::iter::once(own).chain(revision.beside).collect();
    }
}
