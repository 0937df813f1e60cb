//! The ledger of requirements as data: JSON for programs, Markdown for pages; and its totals.

use serde::Serialize;

use super::json;
use crate::rules::{Requirement, requirements};

/// A requirement in the JSON list.
#[derive(Serialize)]
struct Line {
    doc: &'static str,
    section: &'static str,
    level: &'static str,
    requirement: &'static str,
    rules: Vec<&'static str>,
    hidden: Option<&'static str>,
}

/// The ledger in JSON.
#[derive(Serialize)]
struct Ledger {
    totals: Vec<Total>,
    requirements: Vec<Line>,
}

/// Counts over the requirements of one document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Total {
    pub(super) doc: &'static str,
    /// MUST and MUST NOT.
    pub(super) must: u64,
    /// SHOULD and SHOULD NOT.
    pub(super) should: u64,
    /// Those that a rule checks.
    pub(super) judged: u64,
    /// Those that no capture shows.
    pub(super) hidden: u64,
}

/// Counts for each document, in the order of the ledger.
pub(super) fn totals(all: &[Requirement]) -> Vec<Total> {
    all.chunk_by(|a, b| a.doc == b.doc)
        .map(|same| {
            let mut total = Total { doc: same.first().map_or("", |one| one.doc), ..Total::default() };
            for one in same {
                let count = if one.level.starts_with("MUST") { &mut total.must } else { &mut total.should };
                *count = count.saturating_add(1);
                let count = if one.is_judged() { &mut total.judged } else { &mut total.hidden };
                *count = count.saturating_add(1);
            }
            total
        })
        .collect()
}

/// The ledger as a JSON object: totals, requirements.
#[must_use]
pub fn coverage_as_json() -> String {
    let all = requirements();
    let totals = totals(&all);
    let line = |one: Requirement| Line {
        doc: one.doc,
        section: one.section,
        level: one.level,
        requirement: one.words,
        rules: one.rules,
        hidden: Some(one.hidden).filter(|why| !why.is_empty()),
    };
    let mut written = json::element(&Ledger { totals, requirements: all.into_iter().map(line).collect() });
    written.push('\n');
    written
}

/// The ledger as Markdown tables.
#[must_use]
pub fn coverage_as_markdown() -> String {
    let all = requirements();
    let mut page = "| Document | MUST (NOT) | SHOULD (NOT) | Judged | A capture cannot show |\n\
        |---|---:|---:|---:|---:|\n"
        .to_owned();
    for Total { doc, must, should, judged, hidden } in totals(&all) {
        page.push_str(&format!("| {doc} | {must} | {should} | {judged} | {hidden} |\n"));
    }
    page.push_str(
        "\n| Section | Level | Requirement | Rules | What a capture cannot show |\n|---|---|---|---|---|\n",
    );
    for one in all {
        let section = format!("{} §{}", one.doc, one.section);
        let cells = [section.as_str(), one.level, one.words, &one.rules.join(", "), one.hidden];
        page.push_str(&format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_count_every_requirement_once() {
        let all = requirements();
        let counted = |total: &Total| (total.must + total.should, total.judged + total.hidden);
        let sums: Vec<_> = totals(&all).iter().map(counted).collect();
        assert!(sums.iter().all(|(by_level, by_rule)| by_level == by_rule), "{sums:?}");
        let sum: u64 = sums.iter().map(|(count, _)| count).sum();
        assert_eq!(usize::try_from(sum).unwrap(), all.len());
    }
}
