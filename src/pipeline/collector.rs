//! Adds up concluded connections to a report. Counts are never limited, lists are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::analyzer::Wishes;
use super::rows::frame_total;
use super::session::Concluded;
use crate::base::to_u64;
use crate::finding::{
    BlindSpot, ConnectionRow, Counts, Coverage, Finding, Input, Omitted, Report, Stats, Status, StreamRow,
    Tool, Totals, Verdict,
};
use crate::limits;
use crate::rules::{Ends, RULES_VERSION, Summary, catalog, judge_capture};
use crate::tcp::Flows;

/// What is kept of the connections that are over.
#[derive(Debug, Default)]
pub(super) struct Collector {
    rows: BTreeMap<u64, ConnectionRow>,
    streams: Vec<StreamRow>,
    findings: Vec<Finding>,
    blind_spots: Vec<BlindSpot>,
    summaries: Vec<Summary>,
    ends: BTreeMap<u64, Ends>,
    totals: Totals,
    omitted: Omitted,
    towards_http2: bool,
    judge_calls: u64,
}

impl Collector {
    /// A packet of a connection that is already reported.
    pub(super) const fn straggler(&mut self) {}

    /// Takes a concluded connection.
    pub(super) fn add(&mut self, concluded: Concluded, wishes: &Wishes) {
        let Concluded { row, streams, findings, blind_spots, summary, ends, calls, towards_http2 } =
            concluded;
        let totals = &mut self.totals;
        totals.http2_connections = totals.http2_connections.saturating_add(u64::from(row.http2));
        totals.streams = totals.streams.saturating_add(row.streams.opened);
        totals.frames = totals.frames.saturating_add(frame_total(&row.frames));
        self.judge_calls = self.judge_calls.saturating_add(calls);
        self.towards_http2 |= towards_http2;
        self.findings.extend(findings);
        self.blind_spots.extend(blind_spots);
        if summary.held_back.is_some() {
            self.ends.insert(summary.number, ends);
            self.summaries.push(summary);
        }
        self.streams.extend(streams);
        if self.streams.len() > wishes.limit_streams.saturating_mul(2) {
            self.trim_streams(wishes.limit_streams);
        }
        self.rows.insert(row.id, row);
        if self.rows.len() > wishes.limit_connections {
            self.rows.pop_last();
            self.omitted.connections = self.omitted.connections.saturating_add(1);
        }
    }

    /// Streams with findings first, then the slowest.
    fn trim_streams(&mut self, limit: usize) {
        let named = |row: &StreamRow| {
            self.findings
                .iter()
                .any(|finding| finding.conn == Some(row.conn) && finding.stream == Some(row.stream))
        };
        let mut keyed: Vec<_> = self.streams.drain(..).collect::<Vec<_>>();
        keyed.sort_by_cached_key(|row| (!named(row), Reverse(duration(row)), row.conn, row.stream));
        keyed.truncate(limit);
        self.streams = keyed;
    }

    /// The report. The verdict is left to policy.
    pub(super) fn report(mut self, wishes: &Wishes, flows: &Flows, input: Input) -> Report {
        let nobody = Ends {
            number: 0,
            client: String::new(),
            server: String::new(),
            server_key: String::new(),
            first: crate::base::Place::default(),
        };
        let ends = std::mem::take(&mut self.ends);
        let named = |number: u64| ends.get(&number).unwrap_or(&nobody).clone();
        self.findings.extend(judge_capture(&self.summaries, &wishes.options, &named));
        self.trim_streams(wishes.limit_streams);
        let totals =
            Totals { connections: flows.count(), packets: input.packets, bytes: input.bytes, ..self.totals };
        let listed = to_u64(self.streams.len());
        let omitted = Omitted { streams: totals.streams.saturating_sub(listed), ..self.omitted };
        self.streams.sort_by_key(|row| (row.conn, row.stream));
        Report {
            schema: "h2lint/report/1",
            tool: Tool { name: "h2lint", version: env!("CARGO_PKG_VERSION"), rules_version: RULES_VERSION },
            verdict: unjudged(self.towards_http2),
            totals,
            inputs: vec![input],
            coverage: Coverage {
                rules_run: to_u64(catalog().len()),
                rules_skipped: Vec::new(),
                blind_spots: merge(self.blind_spots),
            },
            connections: self.rows.into_values().collect(),
            streams: self.streams,
            findings: self.findings,
            notices: Vec::new(),
            omitted,
            stats: Stats::default(),
        }
    }
}

/// Nothing decided yet, but for whether there was anything to judge.
fn unjudged(towards_http2: bool) -> Verdict {
    Verdict {
        status: if towards_http2 { Status::Pass } else { Status::Nothing },
        exit_code: 0,
        headline: String::new(),
        culprit: None,
        confidence: None,
        top_finding: None,
        counts: Counts::default(),
    }
}

/// The same blind spot on several connections is listed once; where it begins is kept only when there is one.
fn merge(mut spots: Vec<BlindSpot>) -> Vec<BlindSpot> {
    spots.sort_by(|a, b| {
        (a.kind, &a.effect, a.dir.map(|dir| dir.arrow()), &a.conns).cmp(&(
            b.kind,
            &b.effect,
            b.dir.map(|dir| dir.arrow()),
            &b.conns,
        ))
    });
    let mut merged: Vec<BlindSpot> = Vec::new();
    for spot in spots {
        match merged
            .last_mut()
            .filter(|last| last.kind == spot.kind && last.dir == spot.dir && last.effect == spot.effect)
        {
            Some(last) => {
                last.from_pkt = None;
                if last.conns.len() < limits::MAX_CONNECTIONS_LISTED {
                    last.conns.extend(spot.conns);
                }
            }
            None => merged.push(spot),
        }
    }
    merged
}

fn duration(row: &StreamRow) -> i64 {
    let nanos = row.latency_ms.total.unwrap_or_default() * 1e3;
    // Microseconds to compare by; a double of this size rounds to an integer without loss.
    format!("{nanos:.0}").parse().unwrap_or_default()
}
