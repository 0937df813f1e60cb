//! Markdown: a report to paste into an issue. Verdict, at most six lines of evidence, implementations, blind spots.

use std::fmt::Write;

use super::captures::{captures, is_scan, path, thing};
use super::numbers::{grouped, plural};
use super::sanitize::markdown;
use crate::finding::{BlindSpot, Finding, Report, Status};
use crate::policy::grouped_findings;
use crate::report::rules::sections;

/// The report.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    let mut page = String::new();
    let word = match report.verdict.status {
        Status::Fail => "FAIL",
        Status::Warn => "WARN",
        Status::Pass => "PASS",
        Status::Nothing => "NOTHING",
    };
    put(&mut page, &format!("## h2lint: {word}\n\n{}\n", markdown(&report.verdict.headline)));
    if is_scan(report) {
        table(&mut page, report)
    } else {
        findings(&mut page, report)
    }
    unreadable(&mut page, report);
    blind_spots(&mut page, report);
    foot(&mut page, report);
    page
}

fn put(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

/// Groups of equal findings over the captures.
fn table(page: &mut String, report: &Report) {
    let groups = grouped_findings(report);
    if groups.is_empty() {
        return;
    }
    put(page, "| count | severity | rule | server | first seen |\n|---:|---|---|---|---|");
    for group in groups.iter().take(ROWS) {
        let Some(first) = group.first() else { continue };
        let place = thing(first).map_or_else(String::new, |thing| format!(" {thing}"));
        let packet = first.evidence.first().map_or_else(String::new, |shown| format!(" pkt {}", shown.pkt));
        put(
            page,
            &format!(
                "| {} | {} | {} {} | {} | {}{place}{packet} |",
                grouped(group.count()),
                first.severity.word(),
                first.rule,
                first.name,
                markdown(&group.server),
                markdown(path(report, first)),
            ),
        );
    }
    page.push('\n');
    more(page, groups.len().saturating_sub(ROWS), "groups of findings");
    let bad =
        captures(report).into_iter().filter(|capture| capture.counting().next().is_some()).take(CAPTURES);
    for capture in bad {
        let name = capture.inputs.first().map_or("", |input| input.path.as_str());
        put(page, &format!("- {}: {}", markdown(name), markdown(&capture.verdict.headline)));
    }
    page.push('\n');
}

fn findings(page: &mut String, report: &Report) {
    let mut lines = EVIDENCE;
    let mut seen = std::collections::BTreeSet::new();
    for finding in report.counting().filter(|finding| seen.insert(finding.rule)).take(GROUPS) {
        let title = format!("{} {} {}", finding.severity.word(), finding.rule, finding.name);
        put(page, &format!("### {title}\n\n{}\n", markdown(&finding.message)));
        let role = finding.culprit.role.word();
        let endpoint =
            finding.culprit.endpoint.as_deref().map_or_else(String::new, |end| format!(" {}", markdown(end)));
        put(page, &format!("- blame: **{role}**{endpoint} ({})", finding.confidence.word()));
        let sections = Some(sections(&finding.rfc)).filter(|sections| !sections.is_empty());
        sections.into_iter().for_each(|sections| put(page, &format!("- {sections}")));
        evidence(page, finding, &mut lines);
        put(page, &format!("- why: {}", markdown(finding.why)));
        if let Some(next) = finding.remedy.first() {
            put(page, &format!("- next: {}", markdown(next)));
        }
        page.push('\n');
    }
    implementations(page, report);
}

fn evidence(page: &mut String, finding: &Finding, lines: &mut usize) {
    for shown in finding.evidence.iter().take(*lines) {
        let t = shown.t.map_or_else(String::new, |t| format!(" {t:.3} s"));
        put(page, &format!("- pkt {}{t} {}: {}", shown.pkt, shown.dir.arrow(), markdown(&shown.what)));
    }
    *lines = lines.saturating_sub(finding.evidence.len());
}

fn implementations(page: &mut String, report: &Report) {
    let mut known = std::collections::BTreeSet::new();
    for row in &report.connections {
        for (side, peer) in [("client", &row.client), ("server", &row.server)] {
            if let Some(guess) = &peer.implementation {
                known.insert(format!("{side} {} ({})", markdown(&guess.guess), guess.confidence.word()));
            }
        }
    }
    if !known.is_empty() {
        put(page, &format!("Implementations: {}\n", known.into_iter().collect::<Vec<_>>().join(", ")));
    }
}

fn unreadable(page: &mut String, report: &Report) {
    let bad: Vec<_> =
        report.inputs.iter().filter_map(|input| Some((&input.path, input.error.as_ref()?))).collect();
    for (path, error) in bad.iter().take(CAPTURES) {
        put(page, &format!("- not read in full: {}: {}", markdown(path), markdown(error)));
    }
    more(page, bad.len().saturating_sub(CAPTURES), "not read in full");
    if !bad.is_empty() {
        page.push('\n');
    }
}

fn blind_spots(page: &mut String, report: &Report) {
    let mut known: std::collections::BTreeMap<(&str, &str), u64> = std::collections::BTreeMap::new();
    for BlindSpot { kind, effect, conns, .. } in &report.coverage.blind_spots {
        let count = known.entry((kind.word(), effect)).or_default();
        *count = count.saturating_add(crate::base::to_u64(conns.len()));
    }
    for ((kind, effect), conns) in known.iter().take(CAPTURES) {
        let on = if *conns == 0 { String::new() } else { format!(" ({})", plural(*conns, "connection")) };
        put(page, &format!("- blind spot {}: {}{on}", kind.replace('_', " "), markdown(effect)));
    }
    more(page, known.len().saturating_sub(CAPTURES), "blind spots");
    if !known.is_empty() {
        page.push('\n');
    }
}

/// A line for what is left out: pages that take Markdown take 64 KiB of it.
fn more(page: &mut String, count: usize, what: &str) {
    if count > 0 {
        put(page, &format!("- +{count} more {what}"));
    }
}

fn foot(page: &mut String, report: &Report) {
    let totals = &report.totals;
    let version = report.tool.version;
    let suppressed = match report.verdict.counts.suppressed {
        0 => String::new(),
        some => format!(", {} suppressed", plural(some, "finding")),
    };
    let mut foot = String::new();
    let written = write!(
        foot,
        "{}, {} packets, {} rules checked{suppressed} · h2lint {version}",
        plural(totals.connections, "connection"),
        grouped(totals.packets),
        report.coverage.rules_run,
    );
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    put(page, &foot);
}

/// Lines of evidence in all: what an issue needs.
const EVIDENCE: usize = 6;

/// Findings of different rules that are told in full.
const GROUPS: usize = 5;

/// Groups of findings over several captures that have a row.
const ROWS: usize = 100;

/// Captures, and blind spots, that are named one by one.
const CAPTURES: usize = 20;
