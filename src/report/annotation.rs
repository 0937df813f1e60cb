//! What a finding says on a packet that proves it, as a comment in the capture: found by `frame.comment contains "h2lint"`. It does not
//! begin with `h2lint:`, by which a person speaks to this program in a comment.

use std::collections::BTreeMap;

use super::look::Detail;
use super::sanitize::clean;
use crate::base::PacketNumber;
use crate::finding::{Evidence, EvidenceRole, Finding, Report};
use crate::rules::find;

/// The comments of the findings that count, by packet.
#[must_use]
pub fn annotations(report: &Report, detail: Detail) -> BTreeMap<PacketNumber, Vec<String>> {
    let mut comments: BTreeMap<PacketNumber, Vec<String>> = BTreeMap::new();
    for finding in report.counting() {
        let mut evidence: Vec<&Evidence> = finding.evidence.iter().collect();
        evidence.sort_by_key(|evidence| evidence.pkt);
        for same in evidence.chunk_by(|a, b| a.pkt == b.pkt) {
            let Some(pkt) = same.first().map(|evidence| evidence.pkt).filter(|pkt| !pkt.is_none()) else {
                continue;
            };
            let on_it = comments.entry(pkt).or_default();
            if on_it.len() < MOST {
                on_it.push(comment(finding, same, detail));
            }
        }
    }
    comments
}

/// True for a comment that this program made of a finding.
#[must_use]
pub fn is_annotation(comment: &str) -> bool {
    let code = comment.strip_prefix(LEAD).and_then(|rest| rest.split(' ').next());
    code.is_some_and(|code| find(code).is_some_and(|rule| rule.code == code))
}

fn comment(finding: &Finding, evidence: &[&Evidence], detail: Detail) -> String {
    let blame = &finding.culprit;
    let mut who = blame.role.word().to_uppercase();
    if let Some(endpoint) = &blame.endpoint {
        who.push_str(&format!(" {endpoint}"));
    }
    let (severity, confidence) = (finding.severity.word(), finding.confidence.word());
    let mut parts = vec![format!("{LEAD}{} {severity} {confidence} {who}", finding.rule)];
    parts.extend(evidence.iter().map(|evidence| format!("{}: {}", role(evidence.role), evidence.what)));
    if detail >= Detail::Normal {
        parts.push(finding.message.clone());
        parts.push(finding.name.to_owned());
    }
    if detail == Detail::Full {
        parts.push(format!("why: {}", finding.why));
        parts.extend(finding.remedy.iter().map(|remedy| format!("next: {remedy}")));
    }
    clean(&parts.join(" | ")).chars().take(LONGEST).collect()
}

const fn role(role: EvidenceRole) -> &'static str {
    match role {
        EvidenceRole::Cause => "cause",
        EvidenceRole::Proof => "proof",
        EvidenceRole::Effect => "effect",
        EvidenceRole::Context => "context",
    }
}

/// What a comment begins with; the rule's code follows.
const LEAD: &str = "h2lint ";

/// Comments on one packet: more than that nobody reads, and a block has to stay one.
const MOST: usize = 64;

/// Characters of a comment: the octets of an option have to fit 16 bits.
const LONGEST: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::policy::sample::hang;

    fn said(detail: Detail) -> BTreeMap<PacketNumber, Vec<String>> {
        let mut report = hang();
        Policy::default().apply(&mut report);
        annotations(&report, detail)
    }

    #[test]
    fn a_comment_names_rule_blame_role_and_message() {
        let all = said(Detail::Normal);
        let first = all.values().flatten().next().unwrap();
        assert!(first.starts_with("h2lint PRE001 error certain SERVER 10.0.0.2:31050 | "), "{first}");
        assert!(first.ends_with(" | missing-server-settings"), "{first}");
        let brief = said(Detail::Brief);
        assert!(brief.values().flatten().all(|comment| comment.matches(" | ").count() == 1), "{brief:?}");
        assert!(said(Detail::Full).values().flatten().all(|comment| comment.contains(" | why: ")));
    }

    #[test]
    fn own_comments_are_known_again_and_those_of_people_are_not() {
        assert!(said(Detail::Normal).values().flatten().all(|comment| is_annotation(comment)));
        for other in
            ["h2lint: ignore=PRE001 reason=\"known\"", "h2lint said nothing", "look", "h2lint PRE999 x"]
        {
            assert!(!is_annotation(other), "{other}");
        }
    }
}
