//! A report on several captures, taken apart: one report a capture, with its own numbers, for formats that speak of one at a time.

use crate::base::{to_index, to_u64};
use crate::finding::{Coverage, Finding, Input, Omitted, Report, Severity, Totals, Verdict};
use crate::policy::note_muted;

/// One report a capture, in order; the report itself when it is about one.
pub(super) fn captures(report: &Report) -> Vec<Report> {
    if !is_scan(report) {
        return vec![report.clone()];
    }
    let starts: Vec<usize> =
        report.inputs.iter().enumerate().filter(|(_, input)| begins(input)).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([report.inputs.len()]);
    starts.iter().zip(ends).map(|(start, end)| capture(report, *start, end)).collect()
}

/// True for what a scan says.
pub(super) fn is_scan(report: &Report) -> bool {
    report.inputs.iter().any(|input| input.scan.is_some())
}

fn begins(input: &Input) -> bool {
    input.scan.as_ref().is_none_or(|scan| scan.continues.is_none())
}

/// What is said about the inputs from `start` to `end`.
fn capture(report: &Report, start: usize, end: usize) -> Report {
    let (first, beyond) = (to_u64(start), to_u64(end));
    let own = |input: Option<u64>| input.is_some_and(|input| (first..beyond).contains(&input));
    let inputs = report.inputs.get(start..end).unwrap_or_default().to_vec();
    let mut findings: Vec<Finding> =
        report.findings.iter().filter(|finding| own(finding.input)).cloned().collect();
    for finding in &mut findings {
        finding.input = None;
        for evidence in &mut finding.evidence {
            let moved = evidence.input.map(|input| input.saturating_sub(first));
            evidence.input = moved.filter(|_| inputs.len() > 1);
        }
    }
    let mut connections: Vec<_> =
        report.connections.iter().filter(|row| own(Some(row.input))).cloned().collect();
    connections.iter_mut().for_each(|row| row.input = row.input.saturating_sub(first));
    let mut streams: Vec<_> = report.streams.iter().filter(|row| own(row.input)).cloned().collect();
    streams.iter_mut().for_each(|row| row.input = None);
    let spots = report.coverage.blind_spots.iter().filter(|spot| own(spot.input)).cloned();
    let mut coverage = Coverage { blind_spots: spots.collect(), ..report.coverage.clone() };
    note_muted(&mut coverage);
    Report {
        verdict: verdict(report, &inputs, &findings),
        totals: totals(&inputs),
        inputs,
        coverage,
        connections,
        streams,
        findings,
        suppressions: Vec::new(),
        notices: Vec::new(),
        comments: Vec::new(),
        fragments: Vec::new(),
        omitted: Omitted::default(),
        schema: report.schema,
        tool: report.tool,
        stats: report.stats,
    }
}

fn verdict(report: &Report, inputs: &[Input], findings: &[Finding]) -> Verdict {
    let scan = inputs.first().and_then(|input| input.scan.clone());
    let top = findings.first().filter(|top| top.suppressed.is_none());
    let error = inputs.iter().find_map(|input| input.error.clone());
    let headline = scan.as_ref().map(|scan| scan.headline.clone()).filter(|headline| !headline.is_empty());
    Verdict {
        status: scan.as_ref().and_then(|scan| scan.status).unwrap_or(crate::finding::Status::Nothing),
        exit_code: report.verdict.exit_code,
        headline: headline.or(error).unwrap_or_default(),
        culprit: top.map(|finding| finding.culprit.role),
        confidence: top.map(|finding| finding.confidence),
        top_finding: top.map(|finding| finding.id.clone()),
        counts: scan.map(|scan| scan.counts).unwrap_or_default(),
        symptom: None,
    }
}

fn totals(inputs: &[Input]) -> Totals {
    let sum = |count: fn(&Input) -> u64| inputs.iter().map(count).fold(0, u64::saturating_add);
    Totals {
        connections: sum(|input| input.scan.as_ref().map_or(0, |scan| scan.connections)),
        http2_connections: sum(|input| input.scan.as_ref().map_or(0, |scan| scan.http2_connections)),
        packets: sum(|input| input.packets),
        bytes: sum(|input| input.bytes),
        ..Totals::default()
    }
}

/// The file that a finding is about: that of its first evidence, else that of its connection.
pub(super) fn path<'a>(report: &'a Report, finding: &Finding) -> &'a str {
    let shown = finding.evidence.first().and_then(|evidence| evidence.input);
    let connection = || {
        let conn = finding.conn.filter(|_| finding.input.is_none())?;
        report.connection(conn).map(|row| row.input)
    };
    let input = shown.or(finding.input).or_else(connection).unwrap_or(0);
    report.inputs.get(to_index(input)).map_or("-", |input| input.path.as_str())
}

/// The packet that stands for a finding, from 1; 1 where there is none.
pub(super) fn packet(finding: &Finding) -> u64 {
    finding.evidence.first().map_or(1, |evidence| evidence.pkt.number().max(1))
}

/// Connection or stream, where it is about one: `conn 3`, `stream 3:1`.
pub(super) fn thing(finding: &Finding) -> Option<String> {
    match (finding.conn, finding.stream) {
        (Some(conn), Some(stream)) => Some(format!("stream {conn}:{stream}")),
        (Some(conn), None) => Some(format!("conn {conn}")),
        (None, _) => None,
    }
}

/// True when a finding fails the run.
pub(super) fn fails(finding: &Finding, fail_on: Option<Severity>) -> bool {
    finding.suppressed.is_none() && fail_on.is_some_and(|least| finding.severity >= least)
}
