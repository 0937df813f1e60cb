//! What could not be seen, and what was looked at: the end of every report.

use jiff::Timestamp;

use crate::base::{Span, to_u64};
use crate::finding::{BlindSpot, BlindSpotKind, Counts, Direction, Input, Report, Stats, Status};
use crate::policy::unusable;
use crate::report::look::Detail;
use crate::report::numbers::{plural, ranges, seconds};

use super::page::{Ink, Page, Part};

/// Writes blind spots, notices and totals.
pub(super) fn write(page: &mut Page, report: &Report) {
    blind_spots(page, report);
    if page.look().detail == Detail::Full {
        skipped(page, report);
    }
    for notice in &report.notices {
        labelled(page, "notice", &notice.text);
    }
    omitted(page, report);
    totals(page, report);
}

fn blind_spots(page: &mut Page, report: &Report) {
    let spots = &report.coverage.blind_spots;
    let shown = if page.look().lists_all() { spots.len() } else { SPOTS.min(spots.len()) };
    for (number, spot) in spots.iter().take(shown).enumerate() {
        labelled(page, if number == 0 { "blind spots" } else { "" }, &blind_spot(spot));
    }
    let more = spots.len().saturating_sub(shown);
    if more > 0 {
        labelled(page, "", &format!("+{} (--all shows them)", plural(to_u64(more), "more blind spot")));
    }
}

fn blind_spot(spot: &BlindSpot) -> String {
    let conns = match spot.conns.as_slice() {
        [] => String::new(),
        some => format!("conn {}: ", ranges(some, "–", CONNS)),
    };
    let from = spot.from_pkt.map_or_else(String::new, |pkt| format!(" from pkt {pkt}"));
    let dir = spot.dir.map_or_else(String::new, |dir: Direction| format!(" {}", dir.arrow()));
    format!("{conns}{}{dir}{from} — {}", kind(spot.kind), spot.effect)
}

const fn kind(kind: BlindSpotKind) -> &'static str {
    match kind {
        BlindSpotKind::NoKeys => "encrypted",
        BlindSpotKind::Midstream => "beginning not captured",
        BlindSpotKind::Gap => "packets missing",
        BlindSpotKind::OneDirection => "only one direction captured",
        BlindSpotKind::Snaplen => "packets cut by the capture",
        BlindSpotKind::HpackUnknown => "HPACK table not known",
        BlindSpotKind::LimitReached => "a cap was reached",
        BlindSpotKind::UnknownProtocol => "protocol not known",
    }
}

fn skipped(page: &mut Page, report: &Report) {
    for (number, skipped) in report.coverage.rules_skipped.iter().enumerate() {
        let conns = match skipped.conns.as_slice() {
            [] => String::new(),
            some => format!(" on conn {}", ranges(some, "–", CONNS)),
        };
        let said = format!("{}{conns}: {}", skipped.rule, skipped.why.replace('_', " "));
        labelled(page, if number == 0 { "not judged" } else { "" }, &said);
    }
}

fn omitted(page: &mut Page, report: &Report) {
    let omitted = &report.omitted;
    let said: Vec<String> = [(omitted.connections, "connection"), (omitted.findings, "finding")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| plural(count, noun))
        .collect();
    if !said.is_empty() {
        labelled(page, "not listed", &format!("{}; counts and verdict include them", said.join(", ")));
    }
}

/// The last line.
fn totals(page: &mut Page, report: &Report) {
    let totals = &report.totals;
    let calls = report.connections.iter().fold(0_u64, |sum, row| sum.saturating_add(row.calls.total));
    let asked = if report.omitted.connections > 0 {
        plural(totals.streams, "stream")
    } else {
        plural(calls, "request")
    };
    let mut parts = Vec::new();
    if report.verdict.status != Status::Pass {
        parts.push(format!("{}, {asked}", plural(totals.connections, "connection")));
    }
    parts.extend(several(&report.verdict.counts));
    let suppressed = report.verdict.counts.suppressed;
    parts.extend((suppressed > 0).then(|| format!("{suppressed} suppressed")));
    let spots = match report.coverage.blind_spots.len() {
        0 => "no blind spots".to_owned(),
        some => plural(to_u64(some), "blind spot"),
    };
    let rules = plural(report.coverage.rules_run, "rule");
    parts.push(match unusable(report) {
        0 => format!("{rules} checked, {spots}"),
        unusable => {
            let usable = report.coverage.rules_run.saturating_sub(unusable);
            format!("{rules}, {usable} of them usable here, {spots}")
        }
    });
    let lasted = lasted(&report.inputs).map_or_else(String::new, |lasted| format!(", {}", seconds(lasted)));
    let cut =
        if report.inputs.iter().any(|input| input.truncated_tail) { ", cut off at the end" } else { "" };
    parts.push(format!("{}{lasted}{cut}", plural(totals.packets, "packet")));
    parts.extend(took(&report.stats).map(|took| format!("judged {took}")));
    page.paragraph(&[], 0, Part(Ink::Faint, &parts.join(" · ")));
}

/// `in 0.35 s with 24 MiB`, when that was asked for.
pub(super) fn took(stats: &Stats) -> Option<String> {
    let elapsed = match stats.elapsed_ms? {
        short @ 0..1000 => format!("{short} ms"),
        long => Span::millis(i64::try_from(long).unwrap_or(i64::MAX)).to_string(),
    };
    let memory = stats.peak_memory.map(|octets| format!(" with {} MiB", octets >> 20));
    Some(format!("in {elapsed}{}", memory.unwrap_or_default()))
}

/// The findings by severity, where there are several.
fn several(counts: &Counts) -> Option<String> {
    let each = [(counts.error, "error"), (counts.warning, "warning"), (counts.info, "note")];
    let all = each.iter().fold(0_u64, |sum, (count, _)| sum.saturating_add(*count));
    let said: Vec<String> =
        each.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
    (all > 1).then(|| said.join(", "))
}

/// Seconds from the first packet of all inputs to the last.
fn lasted(inputs: &[Input]) -> Option<f64> {
    let read = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    let first = inputs.iter().filter_map(|input| read(&input.first)).min()?;
    let last = inputs.iter().filter_map(|input| read(&input.last)).max()?;
    Some(last.duration_since(first).as_secs_f64())
}

fn labelled(page: &mut Page, label: &str, text: &str) {
    let lead = format!("{label:<LABEL$}  ");
    page.paragraph(&[Part(Ink::Warning, &lead)], lead.len(), Part(Ink::Plain, text));
}

/// Columns of a label.
const LABEL: usize = 11;

/// Blind spots that are listed unless all are asked for. They are merged over connections already.
const SPOTS: usize = 10;

/// Connections, or runs of them, that one line names.
const CONNS: usize = 8;
