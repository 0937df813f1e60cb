//! The catalogue as data: JSON for programs, Markdown for pages.

use serde::Serialize;

use super::json;
use crate::finding::{Culprit, Reference, Severity};
use crate::rules::Rule;

/// A rule in the JSON list.
#[derive(Serialize)]
struct RuleLine {
    code: &'static str,
    name: &'static str,
    since: &'static str,
    area: &'static str,
    severity: Severity,
    severity_rfc7540: Severity,
    scope: &'static str,
    culprits: &'static [Culprit],
    tags: &'static [&'static str],
    rfc: &'static [Reference],
    summary: &'static str,
    meaning: &'static str,
    harm: &'static str,
    doubt: &'static str,
    remedy: &'static [&'static str],
    symptoms: &'static [&'static str],
    refs: &'static [&'static str],
    h2spec: &'static [&'static str],
    needs: Vec<&'static str>,
    /// True when the rule sees nothing without the plaintext of the connection.
    needs_decryption: bool,
}

impl From<&Rule> for RuleLine {
    fn from(rule: &Rule) -> Self {
        let needs: Vec<_> = rule.needs.iter().map(|need| need.word()).collect();
        Self {
            code: rule.code,
            name: rule.name,
            since: rule.since,
            area: rule.area.folder,
            severity: rule.severity,
            severity_rfc7540: rule.severity_rfc7540.unwrap_or(rule.severity),
            scope: rule.scope.word(),
            culprits: rule.culprits,
            tags: rule.tags,
            rfc: rule.rfc,
            summary: rule.summary,
            meaning: rule.meaning,
            harm: rule.harm,
            doubt: rule.doubt,
            remedy: rule.remedy,
            symptoms: rule.symptoms,
            refs: rule.refs,
            h2spec: rule.h2spec,
            needs_decryption: needs.contains(&"plaintext"),
            needs,
        }
    }
}

/// The rules as a JSON array.
#[must_use]
pub fn rules_as_json(rules: &[&Rule]) -> String {
    let lines: Vec<RuleLine> = rules.iter().map(|rule| RuleLine::from(*rule)).collect();
    let mut written = json::element(&lines);
    written.push('\n');
    written
}

/// The rules as a Markdown table.
#[must_use]
pub fn rules_as_markdown(rules: &[&Rule]) -> String {
    let mut page =
        "| Code | Name | Severity | Culprits | Sections | What it finds |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for rule in rules {
        let culprits: Vec<_> = rule.culprits.iter().map(|culprit| culprit.word()).collect();
        let cells = [
            rule.code.to_owned(),
            format!("`{}`", rule.name),
            rule.severity.word().to_owned(),
            culprits.join(", "),
            sections(rule.rfc),
            rule.summary.replace('|', "\\|"),
        ];
        page.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    page
}

/// Sections by document, with the strongest word of RFC 2119: `RFC 9113 §6.9.1, §5.2.1 MUST`.
#[must_use]
pub(super) fn sections(references: &[Reference]) -> String {
    let documents: Vec<String> = references
        .chunk_by(|a, b| a.doc == b.doc)
        .map(|same| {
            let numbers: Vec<String> =
                same.iter().map(|reference| format!("§{}", reference.section)).collect();
            let doc = same.first().map_or("", |reference| reference.doc);
            let level = same.iter().filter_map(|reference| reference.level).map(strength).max();
            let word = level.map_or(String::new(), |(_, word)| format!(" {word}"));
            format!("{doc} {}{word}", numbers.join(", "))
        })
        .collect();
    documents.join(", ")
}

/// How strongly a word of RFC 2119 speaks.
const fn strength(level: crate::finding::Level) -> (u8, &'static str) {
    let rank = match level {
        crate::finding::Level::May => 0,
        crate::finding::Level::Should => 1,
        crate::finding::Level::Must => 2,
    };
    (rank, level.word())
}
