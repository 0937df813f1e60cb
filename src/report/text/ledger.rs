//! The ledger of requirements for people: totals first, then section by section who checks what.

use crate::report::coverage::totals;
use crate::report::look::Look;
use crate::rules::{Requirement, requirements};

use super::page::{Ink, Page, Part};
use super::table::{Column, table};

/// Every requirement, with the rules that check it or why no capture shows it.
#[must_use]
pub fn coverage_table(look: &Look) -> String {
    let all = requirements();
    let mut page = Page::new(look);
    sums(&mut page, &all, look);
    let mut section = "";
    for one in &all {
        if one.section != section {
            section = one.section;
            page.gap();
            page.line(&[Part(Ink::Strong, &format!("{} §{section}", one.doc))]);
        }
        let lead = format!("  {:<LEVEL$} ", one.level);
        page.paragraph(&[Part(Ink::Faint, &lead)], lead.len(), Part(Ink::Plain, one.words));
        let margin = " ".repeat(lead.len());
        if one.is_judged() {
            page.paragraph(&[Part(Ink::Plain, &margin)], lead.len(), Part(Ink::Info, &one.rules.join(" ")));
        }
        if !one.hidden.is_empty() {
            let said = format!("not seen: {}", one.hidden);
            page.paragraph(&[Part(Ink::Plain, &margin)], lead.len(), Part(Ink::Faint, &said));
        }
    }
    page.finish()
}

/// The totals, and how they are counted.
fn sums(page: &mut Page, all: &[Requirement], look: &Look) {
    let columns = [
        Column::left("document"),
        Column::right("MUST (NOT)"),
        Column::right("SHOULD (NOT)"),
        Column::right("judged"),
        Column::right("a capture cannot show"),
    ];
    let rows: Vec<Vec<String>> = totals(all)
        .iter()
        .map(|total| {
            let counts = [total.must, total.should, total.judged, total.hidden];
            let mut row = vec![total.doc.to_owned()];
            row.extend(counts.iter().map(u64::to_string));
            row
        })
        .collect();
    page.lines(table(&columns, &rows, look));
    let said = "RFC 9113 and RFC 7541 are complete; RFC 7540: what RFC 9113 says differently or no more; others: what rules check. \
        Where a receiver is obliged, the rule about \
        the fault stands with the one about the answer (REA).";
    page.gap();
    page.paragraph(&[], 0, Part(Ink::Faint, said));
}

/// Columns of `SHOULD NOT`.
const LEVEL: usize = 10;
