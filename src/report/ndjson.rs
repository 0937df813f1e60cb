//! NDJSON: one object a line. For each capture its inputs, then its connections by their last packet, each followed by its streams
//! and findings, then the findings about the capture; the summary last. Captures can be written as they are done.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::captures::{captures, is_scan};
use crate::base::to_u64;
use crate::finding::{ConnectionRow, Coverage, Finding, Omitted, Report, StreamRow, Totals, Verdict};

/// Writes captures one after another; knows how many inputs and findings it has written.
#[derive(Debug, Default)]
pub struct Ndjson {
    inputs: u64,
    findings: u64,
}

#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    row: &'a T,
}

/// The report without its lists.
#[derive(Serialize)]
struct Summary<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'a str,
    tool: &'a crate::finding::Tool,
    verdict: Verdict,
    totals: &'a Totals,
    coverage: &'a Coverage,
    suppressions: &'a [crate::finding::SuppressionRow],
    notices: &'a [crate::finding::Notice],
    omitted: &'a Omitted,
    stats: &'a crate::finding::Stats,
}

/// The whole report.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    let mut writer = Ndjson::default();
    let mut written: String =
        captures(report).iter().map(|capture| writer.capture(capture, is_scan(report))).collect();
    written.push_str(&Ndjson::summary(report));
    written
}

impl Ndjson {
    /// The lines of one capture; as a part of a scan its inputs count on from those before.
    #[must_use]
    pub fn capture(&mut self, report: &Report, scanned: bool) -> String {
        let first = self.inputs;
        self.inputs = first.saturating_add(to_u64(report.inputs.len()));
        let mut written: String = report.inputs.iter().map(|input| line("input", input)).collect();
        let mut rows: Vec<&ConnectionRow> = report.connections.iter().map(|row| &**row).collect();
        rows.sort_by_key(|row| (last_packet(row), row.id));
        let mut left: Vec<&Finding> = report.findings.iter().collect();
        for row in rows {
            let streams = report.streams.iter().filter(|stream| stream.conn == row.id);
            let (own, others) = left.into_iter().partition(|finding| finding.conn == Some(row.id));
            left = others;
            written.push_str(&self.connection(row, streams, own, (first, scanned)));
        }
        for finding in left {
            written.push_str(&self.finding(finding, (first, scanned)).1);
        }
        written
    }

    /// The last line.
    #[must_use]
    pub fn summary(report: &Report) -> String {
        let verdict = Verdict { top_finding: None, ..report.verdict.clone() };
        let Report { schema, tool, totals, coverage, suppressions, notices, omitted, stats, .. } = report;
        let summary = Summary {
            kind: "summary",
            schema,
            tool,
            verdict,
            totals,
            coverage,
            suppressions,
            notices,
            omitted,
            stats,
        };
        text(&summary)
    }

    fn connection<'a>(
        &mut self,
        row: &ConnectionRow,
        streams: impl Iterator<Item = &'a StreamRow>,
        findings: Vec<&Finding>,
        place: (u64, bool),
    ) -> String {
        let numbered: Vec<_> = findings.iter().map(|finding| self.finding(finding, place)).collect();
        let ids = |stream: Option<u32>| {
            let own = findings
                .iter()
                .zip(&numbered)
                .filter(move |(finding, _)| stream.is_none() || finding.stream == stream);
            own.map(|(_, (id, _))| id.clone()).collect::<Vec<_>>()
        };
        let row =
            ConnectionRow { input: row.input.saturating_add(place.0), findings: ids(None), ..row.clone() };
        let mut written = line("connection", &row);
        for stream in streams {
            let input = place.1.then_some(place.0);
            let stream = StreamRow { input, findings: ids(Some(stream.stream)), ..stream.clone() };
            written.push_str(&line("stream", &stream));
        }
        written.extend(numbered.into_iter().map(|(_, line)| line));
        written
    }

    /// A finding with its number here, and the line.
    fn finding(&mut self, finding: &Finding, (first, scanned): (u64, bool)) -> (String, String) {
        self.findings = self.findings.saturating_add(1);
        let mut finding = Finding { id: format!("f{}", self.findings), ..finding.clone() };
        if scanned {
            finding.input = Some(first);
            for evidence in &mut finding.evidence {
                evidence.input = Some(evidence.input.unwrap_or(0).saturating_add(first));
            }
        }
        (finding.id.clone(), line("finding", &finding))
    }
}

fn last_packet(row: &ConnectionRow) -> Option<Timestamp> {
    row.start.timestamp()?.checked_add(SignedDuration::try_from_secs_f64(row.duration_s).ok()?).ok()
}

fn line<T: Serialize>(kind: &'static str, row: &T) -> String {
    text(&Line { kind, row })
}

fn text(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_else(|error| {
        serde_json::json!({ "type": "error", "error": error.to_string() }).to_string()
    });
    text.push('\n');
    text
}
