//! What in a report explains a log line: findings by their rules and by the addresses and streams that the line names, then the
//! connections they are about.

use std::collections::BTreeMap;

use super::search::{Library, Subject};
use crate::finding::{ConnectionFit, Explained, Finding, FindingFit, Known, Peer, Report};

/// Ranks the findings and connections of a report, once its policy was applied, by how well they explain `text`, and writes that to
/// the verdict.
pub fn explain(report: &mut Report, text: &str) {
    let found = Library::new().search(text);
    let known: Vec<Known> = found
        .candidates
        .iter()
        .filter_map(|candidate| match candidate.subject {
            Subject::Rule(rule) => {
                let score = rounded(candidate.score);
                Some(Known { rule: rule.code, name: rule.name, score, exact: candidate.exact })
            }
            Subject::Topic(_) => None,
        })
        .collect();
    let named = Named::read(text, report);
    let mut fits: Vec<(&Finding, f64)> = report
        .findings
        .iter()
        .filter_map(|finding| Some((finding, named.lift(finding, by_rule(finding, &known)?))))
        .collect();
    fits.sort_by(|a, b| b.1.total_cmp(&a.1));
    let connections = connections(&fits, &named);
    let findings = fits
        .iter()
        .take(MOST)
        .map(|(finding, score)| FindingFit { id: finding.id.clone(), score: rounded(*score) });
    report.verdict.symptom = Some(Explained {
        text: text.chars().take(SHOWN).collect(),
        findings: findings.collect(),
        connections,
        rules: known.into_iter().take(MOST).collect(),
    });
}

/// How well the rule of a finding, or one folded into it, knows the text.
fn by_rule(finding: &Finding, known: &[Known]) -> Option<f64> {
    let own = known.iter().find(|one| one.rule == finding.rule).map(|one| one.score);
    let linked = finding
        .linked
        .iter()
        .filter_map(|linked| known.iter().find(|one| one.rule == linked.rule).map(|one| one.score * FOLDED));
    linked.chain(own).max_by(f64::total_cmp)
}

/// Connections of the findings, and those whose addresses the text names, the best first.
fn connections(fits: &[(&Finding, f64)], named: &Named) -> Vec<ConnectionFit> {
    let mut best: BTreeMap<u64, f64> = named.conns.iter().map(|conn| (*conn, ADDRESS)).collect();
    for (finding, score) in fits {
        for conn in finding.conns.iter().chain(&finding.conn) {
            let known = best.entry(*conn).or_default();
            *known = known.max(*score);
        }
    }
    let mut all: Vec<ConnectionFit> =
        best.into_iter().map(|(conn, score)| ConnectionFit { conn, score: rounded(score) }).collect();
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.conn.cmp(&b.conn)));
    all.truncate(MOST);
    all
}

/// Connections and streams that a text names.
struct Named {
    conns: Vec<u64>,
    streams: Vec<u32>,
}

impl Named {
    fn read(text: &str, report: &Report) -> Self {
        let words: Vec<&str> = text
            .split(|char: char| !(char.is_alphanumeric() || matches!(char, '.' | ':' | '[' | ']')))
            .collect();
        let names = |peer: &Peer| {
            let address = format!("{}:{}", peer.addr, peer.port);
            let bracketed = format!("[{}]:{}", peer.addr, peer.port);
            words.iter().any(|word| word.trim_matches([':', '.']) == address || *word == bracketed)
        };
        let rows = report.connections.iter().filter(|row| names(&row.client) || names(&row.server));
        let parts: Vec<&str> =
            text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let stream = |pair: &[&str]| match pair {
            [word, number] if word.eq_ignore_ascii_case("stream") || word.eq_ignore_ascii_case("id") => {
                number.parse().ok()
            }
            _ => None,
        };
        Self {
            conns: rows.map(|row| row.id).collect(),
            streams: parts.windows(2).filter_map(stream).collect(),
        }
    }

    /// A finding on a connection or stream that the text names explains it better.
    fn lift(&self, finding: &Finding, score: f64) -> f64 {
        let conn = finding.conn.is_some_and(|conn| self.conns.contains(&conn));
        let stream = finding.stream.is_some_and(|stream| self.streams.contains(&stream));
        let part = match (conn, stream) {
            (true, true) => 0.7,
            (true, false) | (false, true) => 0.5,
            (false, false) => 0.0,
        };
        score + (1.0 - score) * part
    }
}

/// Three digits are more than this is worth.
fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

/// How much a finding folded into another one speaks for it.
const FOLDED: f64 = 0.9;

/// What the mere address of a connection says.
const ADDRESS: f64 = 0.2;

/// Entries of each list.
const MOST: usize = 10;

/// Characters of the text that are repeated.
const SHOWN: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Policy, sample};

    fn explained(mut report: Report, text: &str) -> Explained {
        Policy::default().apply(&mut report);
        explain(&mut report, text);
        report.verdict.symptom.expect("explained")
    }

    #[test]
    fn the_finding_whose_rule_knows_the_line_explains_it() {
        let told = explained(sample::hang(), "desc = failed to receive server preface within timeout");
        assert_eq!((told.findings[0].id.as_str(), told.connections[0].conn), ("f1", 0));
        assert_eq!((told.rules[0].rule, told.rules[0].exact), ("PRE001", true));
    }

    #[test]
    fn an_address_in_the_line_lifts_its_connection() {
        let with =
            explained(sample::hang(), "10.0.0.2:31050: failed to receive server preface within timeout");
        let without =
            explained(sample::hang(), "10.0.0.9:31050: failed to receive server preface within timeout");
        assert!(with.findings[0].score > without.findings[0].score, "{with:?} {without:?}");
    }

    #[test]
    fn a_capture_without_it_says_only_which_rules_know_it() {
        let told = explained(sample::clean(), "failed to receive server preface within timeout");
        assert!(told.findings.is_empty() && !told.rules.is_empty());
        let told = explained(sample::clean(), "xyzzy");
        assert!(told.rules.is_empty());
    }
}
