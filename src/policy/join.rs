//! Several reports as one: what a scan says of all its captures, and what shards of a scan say together. Joining is associative: in
//! whatever groups captures are joined, the same report comes out, so that shards and threads leave no trace.

use std::cmp::{Ordering, Reverse};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{known, verdict};
use crate::base::{to_index, to_u64};
use crate::finding::{
    BlindSpot, BlindSpotKind, Counts, Coverage, Finding, Input, Keys, Notice, Omitted, Report, Scanned,
    Skipped, Stats, Status, StreamRow, SuppressionRow, Tool, Totals, Verdict,
};
use crate::limits;
use crate::rules::RULES_VERSION;

/// How long the lists of a joined report may be.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    /// Connections.
    pub connections: usize,
    /// Streams.
    pub streams: usize,
}

impl Default for Lists {
    fn default() -> Self {
        Self { connections: limits::MAX_CONNECTIONS_LISTED, streams: limits::MAX_STREAMS_LISTED }
    }
}

/// The report on captures that could not be judged.
#[must_use]
pub fn unread(paths: &[String], error: &str) -> Report {
    let reason = |path: &String| error.strip_prefix(&format!("{path}: ")).unwrap_or(error).to_owned();
    let input = |path: &String| Input {
        path: path.clone(),
        format: None,
        compression: None,
        linktypes: Vec::new(),
        packets: 0,
        bytes: 0,
        first: None,
        last: None,
        truncated_tail: false,
        sha256: None,
        error: Some(reason(path)),
        keys: Keys::default(),
        scan: None,
    };
    let mut report = nothing();
    report.inputs = paths.iter().map(input).collect();
    report
}

/// A report on one capture, its policy applied, as a part of a scan. What is a part already stays as it is.
#[must_use]
pub fn part(mut report: Report) -> Report {
    if report.inputs.iter().all(|input| input.scan.is_some()) {
        return report;
    }
    let judged = report.inputs.iter().any(|input| input.format.is_some());
    let first = report.inputs.first().map(|input| input.path.clone()).unwrap_or_default();
    let whole = Scanned {
        status: judged.then_some(report.verdict.status),
        headline: report.verdict.headline.clone(),
        connections: report.totals.connections,
        http2_connections: report.totals.http2_connections,
        counts: report.verdict.counts,
        continues: None,
    };
    let further = Scanned {
        status: None,
        headline: String::new(),
        connections: 0,
        http2_connections: 0,
        counts: Counts::default(),
        continues: Some(first.clone()),
    };
    for (number, input) in report.inputs.iter_mut().enumerate() {
        input.scan = Some(if number == 0 { whole.clone() } else { further.clone() });
    }
    for notice in report.notices.iter_mut().filter(|notice| notice.kind == "limit_reached") {
        notice.text = format!("{first}: {}", notice.text);
    }
    report.streams.iter_mut().for_each(|row| row.input = Some(0));
    // What blind spots mute follows from them: said for each capture it would be longer than all else.
    report.coverage.rules_skipped.retain(|skipped| skipped.why == "not_selected");
    report.coverage.blind_spots.iter_mut().for_each(|spot| spot.input = Some(0));
    for finding in &mut report.findings {
        finding.input = Some(0);
        for evidence in &mut finding.evidence {
            evidence.input = Some(evidence.input.unwrap_or(0));
            evidence.pkt = evidence.pkt.number().into();
        }
    }
    report
}

/// Joins parts of a scan, in the order of the captures' names, whatever the order of the parts.
#[must_use]
pub fn join(parts: Vec<Report>, lists: Lists) -> Report {
    let mut whole = nothing();
    let codes: Vec<u8> = parts.iter().map(|part| part.verdict.exit_code).collect();
    let places = arrange(&parts);
    let mut inputs: Vec<Option<Input>> = Vec::new();
    for (mut part, places) in parts.into_iter().zip(places) {
        add_counts(&mut whole, &part);
        for (input, place) in std::mem::take(&mut part.inputs).into_iter().zip(&places) {
            let place = to_index(*place);
            if inputs.len() <= place {
                inputs.resize_with(place.saturating_add(1), || None);
            }
            if let Some(seat) = inputs.get_mut(place) {
                *seat = Some(input);
            }
        }
        add_lists(&mut whole, part, &places);
    }
    whole.inputs = inputs.into_iter().flatten().collect();
    order_lists(&mut whole);
    whole.verdict = verdict(&whole, codes.into_iter().max().unwrap_or_default());
    shorten(&mut whole, lists);
    link(&mut whole);
    whole
}

/// For each part, where its inputs stand in the whole: captures by the name of their first file.
fn arrange(parts: &[Report]) -> Vec<Vec<u64>> {
    let mut captures: Vec<(&str, usize, Range<usize>)> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        for (at, input) in part.inputs.iter().enumerate() {
            let further = input.scan.as_ref().is_some_and(|scan| scan.continues.is_some());
            match captures.last_mut().filter(|(_, of, _)| further && *of == number) {
                Some((_, _, range)) => range.end = at.saturating_add(1),
                None => captures.push((&input.path, number, at..at.saturating_add(1))),
            }
        }
    }
    captures.sort_by(|a, b| (a.0, a.1, a.2.start).cmp(&(b.0, b.1, b.2.start)));
    let mut places: Vec<Vec<u64>> = parts.iter().map(|part| vec![0; part.inputs.len()]).collect();
    let mut next = 0_u64;
    for (_, part, range) in captures {
        for seat in places.get_mut(part).and_then(|places| places.get_mut(range)).into_iter().flatten() {
            *seat = next;
            next = next.saturating_add(1);
        }
    }
    places
}

fn add_counts(whole: &mut Report, part: &Report) {
    let (sum, more) = (&mut whole.totals, &part.totals);
    for (sum, more) in [
        (&mut sum.connections, more.connections),
        (&mut sum.http2_connections, more.http2_connections),
        (&mut sum.streams, more.streams),
        (&mut sum.frames, more.frames),
        (&mut sum.packets, more.packets),
        (&mut sum.bytes, more.bytes),
        (&mut whole.omitted.connections, part.omitted.connections),
        (&mut whole.omitted.streams, part.omitted.streams),
        (&mut whole.omitted.findings, part.omitted.findings),
    ] {
        *sum = sum.saturating_add(more);
    }
    whole.coverage.rules_run = whole.coverage.rules_run.max(part.coverage.rules_run);
}

/// Takes the lists of a part, its inputs at their places in the whole.
fn add_lists(whole: &mut Report, part: Report, places: &[u64]) {
    let moved = |input: u64| places.get(to_index(input)).copied().unwrap_or(input);
    let Report { mut connections, mut streams, mut findings, mut coverage, notices, suppressions, .. } = part;
    connections.iter_mut().for_each(|row| row.input = moved(row.input));
    streams.iter_mut().for_each(|row| row.input = row.input.map(moved));
    coverage.blind_spots.iter_mut().for_each(|spot| spot.input = spot.input.map(moved));
    for finding in &mut findings {
        finding.input = finding.input.map(moved);
        finding.evidence.iter_mut().for_each(|evidence| evidence.input = evidence.input.map(moved));
    }
    whole.connections.extend(connections);
    whole.streams.extend(streams);
    whole.findings.extend(findings);
    whole.notices.extend(notices);
    whole.suppressions.extend(suppressions);
    // Captures of one scan leave out the same rules: a short list, which is searched faster than a long one is sorted.
    for skipped in coverage.rules_skipped {
        if !whole.coverage.rules_skipped.contains(&skipped) {
            whole.coverage.rules_skipped.push(skipped);
        }
    }
    whole.coverage.blind_spots.extend(coverage.blind_spots);
}

/// Every list in an order that depends on nothing but what is in it.
fn order_lists(whole: &mut Report) {
    let first = firsts(&whole.inputs);
    let capture = |input: u64| first.get(to_index(input)).copied().unwrap_or(input);
    whole.connections.sort_by_key(|row| (capture(row.input), row.id));
    whole.findings.sort_by(worst);
    add_up(&mut whole.suppressions);
    known::tell(whole);
    note(whole, Vec::new());
    whole.coverage.rules_skipped.sort_by(|a, b| skipped(a).cmp(&skipped(b)));
    whole.coverage.blind_spots.sort_by(|a, b| spot(a).cmp(&spot(b)));
}

fn skipped(skipped: &Skipped) -> (&str, &str, &[u64]) {
    (&skipped.rule, skipped.why, &skipped.conns)
}

fn spot(spot: &BlindSpot) -> (Option<u64>, BlindSpotKind, &str, &[u64]) {
    (spot.input, spot.kind, &spot.effect, &spot.conns)
}

/// Each entry once, with what it did in all captures.
fn add_up(rows: &mut Vec<SuppressionRow>) {
    let mut sums: BTreeMap<_, SuppressionRow> = BTreeMap::new();
    for row in std::mem::take(rows) {
        let key = (row.by, row.source.clone(), row.rule.clone(), row.server.clone());
        match sums.entry(key) {
            Entry::Vacant(seat) => drop(seat.insert(row)),
            Entry::Occupied(mut sum) => known::add(sum.get_mut(), &row),
        }
    }
    rows.extend(sums.into_values());
}

/// Adds notices: each once, in an order of their own.
pub fn note(whole: &mut Report, notices: Vec<Notice>) {
    whole.notices.extend(notices);
    whole.notices.sort_by(|a, b| (a.kind, &a.text).cmp(&(b.kind, &b.text)));
    whole.notices.dedup();
}

/// The worse finding first, those that are known behind the others: a total order that needs nothing but the two findings.
#[must_use]
pub fn worst(a: &Finding, b: &Finding) -> Ordering {
    let grave = |finding: &Finding| (Reverse(finding.severity), Reverse(finding.confidence));
    let packet = |finding: &Finding| finding.evidence.first().map(|shown| (shown.input, shown.pkt));
    let place =
        |finding: &Finding| (finding.rule, finding.input, finding.conn, packet(finding), finding.stream);
    let known = |finding: &Finding| finding.suppressed.is_some();
    (known(a), grave(a), place(a), &a.message, &a.fingerprint).cmp(&(
        known(b),
        grave(b),
        place(b),
        &b.message,
        &b.fingerprint,
    ))
}

/// Cuts the lists to their lengths, and counts what is left out.
fn shorten(whole: &mut Report, lists: Lists) {
    let Omitted { connections, streams, findings } = &mut whole.omitted;
    cut(&mut whole.connections, lists.connections, connections);
    whole.streams.sort_by_cached_key(|row| {
        (row.findings.is_empty(), Reverse(micros(row)), row.input, row.conn, row.stream)
    });
    cut(&mut whole.streams, lists.streams, streams);
    whole.streams.sort_by_key(|row| (row.input, row.conn, row.stream));
    cut(&mut whole.findings, limits::MAX_FINDINGS, findings);
}

fn cut<T>(list: &mut Vec<T>, limit: usize, omitted: &mut u64) {
    *omitted = omitted.saturating_add(to_u64(list.len().saturating_sub(limit)));
    list.truncate(limit);
}

/// How long a stream took, in microseconds; open ones took longest.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a float to an integer saturates"
)]
fn micros(row: &StreamRow) -> u64 {
    row.ended_t.map_or(u64::MAX, |ended| ((ended - row.opened_t) * 1e6).max(0.0) as u64)
}

/// Numbers the findings, and writes the numbers to connections and streams.
fn link(whole: &mut Report) {
    let first = firsts(&whole.inputs);
    let mut of_connection: BTreeMap<(u64, u64), Vec<String>> = BTreeMap::new();
    let mut of_stream: BTreeMap<(u64, u64, u32), Vec<String>> = BTreeMap::new();
    for (finding, number) in whole.findings.iter_mut().zip(1_u64..) {
        finding.id = format!("f{number}");
        let Some(input) = finding.input else { continue };
        let conns: BTreeSet<u64> = finding.conn.into_iter().chain(finding.conns.iter().copied()).collect();
        for conn in conns {
            of_connection.entry((input, conn)).or_default().push(finding.id.clone());
        }
        if let (Some(conn), Some(stream)) = (finding.conn, finding.stream) {
            of_stream.entry((input, conn, stream)).or_default().push(finding.id.clone());
        }
    }
    for row in &mut whole.connections {
        let input = first.get(to_index(row.input)).copied().unwrap_or(row.input);
        row.findings = of_connection.remove(&(input, row.id)).unwrap_or_default();
    }
    for row in &mut whole.streams {
        let key = row.input.map(|input| (input, row.conn, row.stream));
        row.findings = key.and_then(|key| of_stream.remove(&key)).unwrap_or_default();
    }
    whole.verdict.top_finding = top(whole).map(|finding| finding.id.clone());
}

/// For each input the first input of its capture.
fn firsts(inputs: &[Input]) -> Vec<u64> {
    let mut first = 0;
    let of = |(number, input): (u64, &Input)| {
        if input.scan.as_ref().is_none_or(|scan| scan.continues.is_none()) {
            first = number;
        }
        first
    };
    (0..).zip(inputs).map(of).collect()
}

/// The worst finding that counts.
fn top(whole: &Report) -> Option<&Finding> {
    whole.findings.first().filter(|top| top.suppressed.is_none())
}

fn verdict(whole: &Report, worst_code: u8) -> Verdict {
    let scanned = || whole.inputs.iter().filter_map(|input| input.scan.as_ref());
    let statuses: Vec<Status> = scanned().filter_map(|scan| scan.status).collect();
    let ladder = [Status::Fail, Status::Warn, Status::Pass];
    let status = ladder.into_iter().find(|status| statuses.contains(status)).unwrap_or(Status::Nothing);
    let counts = scanned().fold(Counts::default(), |sum, scan| add(sum, scan.counts));
    let unreadable = whole.inputs.iter().any(|input| input.error.is_some());
    let exit_code = match (unreadable, status) {
        (true, _) => verdict::UNREADABLE,
        (false, Status::Fail) => verdict::FAILED,
        (false, Status::Nothing) => worst_code,
        (false, Status::Warn | Status::Pass) => 0,
    };
    let top = top(whole);
    Verdict {
        status,
        exit_code,
        headline: headline(whole, status, counts),
        culprit: top.map(|finding| finding.culprit.role),
        confidence: top.map(|finding| finding.confidence),
        top_finding: None,
        counts,
        symptom: None,
    }
}

fn add(sum: Counts, more: Counts) -> Counts {
    Counts {
        error: sum.error.saturating_add(more.error),
        warning: sum.warning.saturating_add(more.warning),
        info: sum.info.saturating_add(more.info),
        suppressed: sum.suppressed.saturating_add(more.suppressed),
    }
}

fn headline(whole: &Report, status: Status, counts: Counts) -> String {
    let captures = || {
        whole.inputs.iter().filter_map(|input| input.scan.as_ref()).filter(|scan| scan.continues.is_none())
    };
    let (all, bad) = (
        captures().count(),
        captures().filter(|scan| scan.counts.error > 0 || scan.counts.warning > 0).count(),
    );
    let baseline = whole.suppressions.iter().filter(|row| row.by == known::BASELINE);
    let by_baseline = baseline.clone().fold(0_u64, |sum, row| sum.saturating_add(row.suppressed));
    let new = if baseline.count() > 0 { "new " } else { "" };
    let are = if counts.suppressed == 1 { "is" } else { "are" };
    let known = match counts.suppressed {
        0 => String::new(),
        some if some == by_baseline => format!("; {some} known {are} in the baseline"),
        some => format!("; {some} known {are} suppressed"),
    };
    let several = verdict::plural(to_u64(all), "capture");
    match status {
        Status::Fail | Status::Warn => {
            let have = if bad == 1 { "has" } else { "have" };
            let graded = [(counts.error, "error"), (counts.warning, "warning")];
            let said: Vec<_> = graded
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| verdict::plural(*count, noun))
                .collect();
            if said.is_empty() {
                return failed(whole, &several);
            }
            format!("{bad} of {several} {have} {new}problems ({}){known}.", said.join(", "))
        }
        Status::Pass => {
            let connections = verdict::plural(whole.totals.http2_connections, "HTTP/2 connection");
            format!(
                "{several} with {connections}; nothing {}found{known}.",
                if new.is_empty() { "wrong " } else { new }
            )
        }
        Status::Nothing if whole.inputs.is_empty() => "No capture was found.".to_owned(),
        Status::Nothing => format!("No HTTP/2 and no negotiation towards it was found in {several}."),
    }
}

/// The headline when no error and no warning is the reason: a note that fails the run, or an expectation that is not met.
fn failed(whole: &Report, several: &str) -> String {
    let failed = whole.inputs.iter().filter_map(|input| input.scan.as_ref().map(|scan| (&input.path, scan)));
    let failed: Vec<_> = failed.filter(|(_, scan)| scan.status == Some(Status::Fail)).collect();
    let first = failed.first().map_or_else(String::new, |(path, scan)| format!("{path}: {}", scan.headline));
    let fail = if failed.len() == 1 { "fails" } else { "fail" };
    format!("{} of {several} {fail}. {first}", failed.len())
}

/// A report of no capture.
fn nothing() -> Report {
    Report {
        schema: "h2lint/report/1",
        tool: Tool { name: "h2lint", version: env!("CARGO_PKG_VERSION"), rules_version: RULES_VERSION },
        verdict: Verdict::unjudged(Status::Nothing),
        totals: Totals::default(),
        inputs: Vec::new(),
        coverage: Coverage::default(),
        connections: Vec::new(),
        streams: Vec::new(),
        findings: Vec::new(),
        suppressions: Vec::new(),
        notices: Vec::<Notice>::new(),
        comments: Vec::new(),
        fragments: Vec::new(),
        omitted: Omitted::default(),
        stats: Stats::default(),
    }
}
