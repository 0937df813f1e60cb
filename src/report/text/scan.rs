//! The page of a scan: verdict, equal findings of all captures in a line with their count, the captures, the totals.

use std::collections::BTreeMap;

use super::coverage::took;
use super::page::{Ink, Page, Part};
use super::{Look, known, status};
use crate::base::{to_index, to_u64};
use crate::finding::{Finding, Input, Report, Scanned, Severity, Status};
use crate::policy::{Gathered, GroupBy, gather};
use crate::report::captures::{path, thing};
use crate::report::look::Detail;
use crate::report::numbers::{grouped, plural};

/// What a scan says.
pub(super) fn report(report: &Report, look: &Look) -> String {
    let mut page = Page::new(look);
    let (word, ink) = status(report.verdict.status);
    let lead = [Part(ink, word), Part(Ink::Plain, "  ")];
    page.paragraph(&lead, word.len().saturating_add(2), Part(Ink::Strong, &report.verdict.headline));
    if look.detail == Detail::Verdict {
        return page.finish();
    }
    groups(&mut page, report, look);
    if look.detail == Detail::Full {
        known::write(&mut page, report);
    }
    if look.detail > Detail::Brief {
        captures(&mut page, report, look);
    }
    page.gap();
    totals(&mut page, report);
    page.finish()
}

fn groups(page: &mut Page, report: &Report, look: &Look) {
    let groups = gather(report, look.group_by);
    let shown = if look.lists_all() { groups.len() } else { GROUPS };
    page.gap();
    for group in groups.iter().take(shown) {
        if let Some(first) = group.first() {
            line(page, report, look, group, first);
        }
    }
    let rest = groups.len().saturating_sub(shown);
    if rest > 0 {
        let said = format!("+{} more (--all shows them)", grouped(to_u64(rest)));
        page.paragraph(&[], 2, Part(Ink::Plain, &said));
    }
}

/// ` 37×  PRE001 missing-server-settings  server=greeter  error`, and where it was seen first.
fn line(page: &mut Page, report: &Report, look: &Look, group: &Gathered<'_>, first: &Finding) {
    let ink = match first.severity {
        Severity::Error => Ink::Error,
        Severity::Warning => Ink::Warning,
        Severity::Info => Ink::Info,
    };
    let count = format!("{:>4}×  ", grouped(group.count()));
    let who = match (look.group_by, group.server.as_str()) {
        (GroupBy::Culprit, _) | (_, "") => group.blamed.clone(),
        (_, server) => format!("server={server}"),
    };
    let rule = format!("{} {}", first.rule, first.name);
    page.spread(
        &[Part(Ink::Plain, &count), Part(Ink::Strong, &rule), Part(Ink::Plain, &format!("  {who}"))],
        Part(ink, first.severity.word()),
    );
    let thing = thing(first).map_or_else(String::new, |thing| format!(" {thing}"));
    let packet = first.evidence.first().map_or_else(String::new, |shown| format!(" pkt {}", shown.pkt));
    let more = match group.count().saturating_sub(1) {
        0 => String::new(),
        more => format!(" … (+{})", grouped(more)),
    };
    page.line(&[Part(Ink::Plain, &format!("       {}{thing}{packet}{more}", path(report, first)))]);
}

/// A line a capture: those with problems, or all.
fn captures(page: &mut Page, report: &Report, look: &Look) {
    let told = |input: &&Input| {
        input.scan.as_ref().is_some_and(|scan| look.lists_all() || is_odd(scan) || input.error.is_some())
    };
    let mut odd: Vec<&Input> = report.inputs.iter().filter(told).collect();
    let shown = if look.lists_all() { odd.len() } else { CAPTURES };
    let rest = odd.len().saturating_sub(shown);
    odd.truncate(shown);
    let unseen = unseen(report);
    page.gap();
    for input in odd {
        capture(page, input);
        for said in unseen.get(input.path.as_str()).into_iter().flatten().filter(|_| look.lists_all()) {
            page.paragraph(&[Part(Ink::Warning, "      unseen  ")], 14, Part(Ink::Plain, said));
        }
    }
    if rest > 0 {
        page.line(&[Part(
            Ink::Plain,
            &format!("+{} more captures (--all shows them)", grouped(to_u64(rest))),
        )]);
    }
}

fn is_odd(scan: &Scanned) -> bool {
    matches!(scan.status, Some(Status::Fail | Status::Warn))
}

fn capture(page: &mut Page, input: &Input) {
    let Some(scan) = &input.scan else { return };
    let (word, ink) = scan.status.map_or(("UNREAD", Ink::Error), status);
    let (word, said) = match (&input.error, &scan.continues) {
        (Some(error), _) if scan.status.is_none() => (word, error.clone()),
        (Some(error), _) => (word, format!("{} Not read in full: {error}", scan.headline)),
        (None, Some(first)) => ("…", format!("goes on from {first}")),
        (None, None) => (word, scan.headline.clone()),
    };
    let lead =
        [Part(ink, word), Part(Ink::Plain, "  "), Part(Ink::Plain, &input.path), Part(Ink::Plain, "  ")];
    page.paragraph(&lead, 6, Part(Ink::Plain, &said));
}

/// What of a capture as such was not seen, whatever became of its connections: packets that could not be looked into, damage.
fn unseen(report: &Report) -> BTreeMap<&str, Vec<&str>> {
    let mut unseen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for input in report.inputs.iter().filter(|input| input.truncated_tail) {
        unseen.entry(&input.path).or_default().push("the file ends inside a packet");
    }
    for spot in report.coverage.blind_spots.iter().filter(|spot| spot.conns.is_empty()) {
        let input = spot.input.and_then(|input| report.inputs.get(to_index(input)));
        if let Some(input) = input {
            unseen.entry(&input.path).or_default().push(&spot.effect);
        }
    }
    unseen
}

fn totals(page: &mut Page, report: &Report) {
    let captures =
        report.inputs.iter().filter_map(|input| input.scan.as_ref()).filter(|scan| scan.continues.is_none());
    let unreadable = report.inputs.iter().filter(|input| input.error.is_some()).count();
    let partly = unseen(report).len();
    let unread = [(unreadable, "not read in full"), (partly, "seen in part")];
    let unread: Vec<String> = unread
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(to_u64(count))))
        .collect();
    let unread = if unread.is_empty() { String::new() } else { format!(" ({})", unread.join(", ")) };
    let totals = &report.totals;
    let known = match report.verdict.counts.suppressed {
        0 => String::new(),
        some => format!(" · {} suppressed", plural(some, "finding")),
    };
    let took = took(&report.stats).map_or_else(String::new, |took| format!(" {took}"));
    let said = format!(
        "captures {}{unread} · connections {} ({} HTTP/2) · {} packets, {}{took}{known}",
        grouped(to_u64(captures.count())),
        grouped(totals.connections),
        grouped(totals.http2_connections),
        grouped(totals.packets),
        octets(totals.bytes),
    );
    page.paragraph(&[], 2, Part(Ink::Plain, &said));
}

/// `61 GB`.
fn octets(octets: u64) -> String {
    let steps = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let step = steps.into_iter().find(|(size, _)| octets >= *size);
    step.map_or_else(
        || format!("{octets} octets"),
        |(size, unit)| format!("{} {unit}", octets.checked_div(size).unwrap_or(0)),
    )
}

/// Groups that are printed unless all are asked for.
const GROUPS: usize = 20;

/// Captures that are named unless all are asked for.
const CAPTURES: usize = 20;
