//! The report for people: verdict first, blame second, evidence third, next step fourth. Eighty columns are enough.

mod block;
mod calls;
mod connections;
mod coverage;
mod evidence;
mod fields;
mod fold;
mod frames;
mod handshake;
mod keys;
mod known;
mod ladder;
mod ledger;
mod legs;
mod page;
mod room;
mod rows;
mod rule;
mod scan;
mod scenarios;
mod shell;
mod symptom;
mod table;
mod topic;
mod width;

use crate::finding::{Blame, Culprit, Finding, Report, Status};
use crate::policy::{Group, groups};

use super::look::{Detail, Look, Paint};
use page::{Ink, Page, Part};

pub use calls::call_lines;
pub use fields::{header_header, header_line, table_header, table_line};
pub use fold::headed;
pub use frames::{FrameLines, frame_header};
pub use handshake::{handshake_header, handshake_line};
pub use keys::key_lines;
pub use ladder::{ladder_header, ladder_line};
pub use ledger::coverage_table;
pub use legs::{leg_header, leg_line};
pub use room::{
    concurrency_header, concurrency_line, latency_header, latency_line, ping_header, ping_line,
    window_header, window_line,
};
pub use rows::{connection_lines, setting_lines, stream_header, stream_line};
pub use rule::{rule_page, rule_table};
pub use scenarios::scenario_table;
pub use topic::{found_page, topic_page, topic_table};

/// A report as text.
#[must_use]
pub fn report(report: &Report, look: &Look) -> String {
    if super::captures::is_scan(report) {
        return scan::report(report, look);
    }
    let mut page = Page::new(look);
    verdict(&mut page, report);
    if look.detail == Detail::Verdict {
        return page.finish();
    }
    findings(&mut page, report);
    if look.detail == Detail::Full {
        known::write(&mut page, report);
    }
    let listed = matches!(report.verdict.status, Status::Pass | Status::Nothing);
    if (listed && look.detail > Detail::Brief) || look.detail == Detail::Full {
        page.gap();
        connections::write(&mut page, report);
    }
    page.gap();
    coverage::write(&mut page, report);
    page.finish()
}

/// The block of one finding.
#[must_use]
pub(super) fn finding(report: &Report, finding: &Finding, look: &Look) -> String {
    let mut page = Page::new(&Look { paint: Paint::Plain, ..*look });
    block::write(&mut page, report, &Group { findings: std::slice::from_ref(finding) }, 1);
    page.finish()
}

/// What a rule prints on its example: verdict, blame and evidence, without next steps, since there is no file.
#[must_use]
pub fn example(report: &Report, look: &Look) -> String {
    let mut page = Page::new(look);
    verdict(&mut page, report);
    for group in groups(report, look.group_by) {
        page.gap();
        block::evidence_only(&mut page, report, &group);
    }
    page.finish()
}

/// The first lines: the word, the headline, the blame.
fn verdict(page: &mut Page, report: &Report) {
    let (word, ink) = status(report.verdict.status);
    let hang = word.len().saturating_add(2);
    if page.look().detail == Detail::Verdict {
        return page.line(&[
            Part(ink, word),
            Part(Ink::Plain, "  "),
            Part(Ink::Strong, &report.verdict.headline),
        ]);
    }
    page.paragraph(
        &[Part(ink, word), Part(Ink::Plain, "  ")],
        hang,
        Part(Ink::Strong, &report.verdict.headline),
    );
    let blamed = matches!(report.verdict.status, Status::Fail | Status::Warn);
    if let (true, Some(top)) = (blamed, report.counting().next()) {
        let indent = " ".repeat(hang);
        page.paragraph(&[Part(Ink::Plain, &indent)], hang, Part(Ink::Plain, &blame(top, report)));
    }
    symptom::write(page, report, hang);
    for input in &report.inputs {
        if let Some(error) = &input.error {
            let said = format!("{} was not read in full: {error}", input.path);
            page.paragraph(&[Part(Ink::Plain, &" ".repeat(hang))], hang, Part(Ink::Warning, &said));
        }
    }
}

/// The first word, and its colour.
const fn status(status: Status) -> (&'static str, Ink) {
    match status {
        Status::Fail => ("FAIL", Ink::Error),
        Status::Warn => ("WARN", Ink::Warning),
        Status::Pass => ("PASS", Ink::Good),
        Status::Nothing => ("NOTHING", Ink::Warning),
    }
}

fn blame(finding: &Finding, report: &Report) -> String {
    let Blame { role, endpoint, maybe } = &finding.culprit;
    let row = report.connections.iter().find(|row| Some(row.id) == finding.conn);
    let alias = row.and_then(|row| row.server.alias.as_ref()).filter(|_| *role == Culprit::Server);
    let endpoint = alias.or(endpoint.as_ref());
    let confidence = finding.confidence.word();
    let who = match (role, endpoint) {
        (Culprit::Client, Some(endpoint)) => format!("CLIENT {endpoint}"),
        (Culprit::Server, Some(endpoint)) => format!("SERVER {endpoint}"),
        (Culprit::Client, None) => "CLIENT".to_owned(),
        (Culprit::Server, None) => "SERVER".to_owned(),
        (Culprit::Between, _) => "something BETWEEN client and server".to_owned(),
        (Culprit::Capture, _) => "the CAPTURE itself".to_owned(),
        (Culprit::Unknown, _) => "UNKNOWN: the capture does not show whose fault it is".to_owned(),
    };
    let looks =
        maybe.as_ref().map_or_else(String::new, |maybe| format!(" — looks like {}", with_article(maybe)));
    format!("Blame: {who} ({confidence}){looks}")
}

/// `a protocol multiplexer`; a proper name or a phrase with an article stays as it is.
fn with_article(noun: &str) -> String {
    let determined = ["a ", "an ", "the ", "what ", "something "].iter().any(|word| noun.starts_with(word));
    match noun.chars().next() {
        _ if determined => noun.to_owned(),
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {noun}"),
        Some(letter) if letter.is_lowercase() => format!("a {noun}"),
        _ => noun.to_owned(),
    }
}

fn findings(page: &mut Page, report: &Report) {
    let groups = groups(report, page.look().group_by);
    let shown = if page.look().lists_all() { groups.len() } else { GROUPS.min(groups.len()) };
    for (number, group) in groups.iter().take(shown).enumerate() {
        if number == 0 || page.look().detail > Detail::Brief {
            page.gap();
        }
        block::write(page, report, group, number);
    }
    let rest: Vec<String> = groups
        .iter()
        .skip(shown)
        .filter_map(|group| group.first().map(|first| format!("{} ×{}", first.rule, group.findings.len())))
        .collect();
    if !rest.is_empty() {
        page.gap();
        let said = format!("+{} more groups of findings (--all shows them): {}", rest.len(), rest.join(", "));
        page.paragraph(&[], 2, Part(Ink::Plain, &said));
    }
}

/// Groups of findings that are printed unless all are asked for: what one reads before acting on the first.
const GROUPS: usize = 5;
