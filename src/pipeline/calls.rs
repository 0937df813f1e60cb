//! Requests of one connection: how many, how many failed and why, how long they took, and the slowest ones for the list.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::rows::stream_row;
use crate::base::{Place, Side};
use crate::conn::{Fact, Kind, Stream};
use crate::finding::{Calls, StreamRow};
use crate::frame::ErrorCode;

/// Durations kept for the median; beyond it every second one is kept, and so on.
const SAMPLES: usize = 4096;

/// The calls of one connection.
#[derive(Debug, Default)]
pub(super) struct CallStats {
    total: u64,
    failed: BTreeMap<String, u64>,
    grpc: bool,
    samples: Vec<i64>,
    stride: u64,
    turn: u64,
    /// The slowest streams, the fastest of them on top.
    slowest: BinaryHeap<Reverse<Listed>>,
    /// Streams with findings.
    named: Vec<StreamRow>,
}

/// A stream that may be listed: its time, its identifier, and the row.
#[derive(Debug)]
struct Listed {
    key: (i64, Reverse<u32>),
    row: StreamRow,
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Listed {}

impl PartialOrd for Listed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Listed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl CallStats {
    /// Hears a fact. `named` says whether a finding names a stream.
    pub(super) fn hear(
        &mut self,
        conn: u64,
        first: Place,
        fact: &Fact<'_>,
        limit: usize,
        named: impl Fn(u32) -> bool,
    ) {
        match fact.kind {
            Kind::Opened(stream) if stream.opened_by == Side::Client => {
                self.total = self.total.saturating_add(1)
            }
            Kind::Closed(stream) => self.close(conn, first, stream, limit, &named),
            _ => {}
        }
    }

    /// The connection is over while this stream was open.
    pub(super) fn left_open(
        &mut self,
        conn: u64,
        first: Place,
        stream: &Stream,
        lost: bool,
        limit: usize,
        named: &impl Fn(u32) -> bool,
    ) {
        if lost && stream.opened_by == Side::Client && !stream.irregular {
            self.fail("connection lost".to_owned());
        }
        self.list(conn, first, stream, limit, named, lost);
    }

    fn close(
        &mut self,
        conn: u64,
        first: Place,
        stream: &Stream,
        limit: usize,
        named: &impl Fn(u32) -> bool,
    ) {
        if stream.opened_by == Side::Client {
            if let Some(cause) = failure(stream) {
                self.fail(cause);
            }
            self.grpc |= stream.grpc_status.is_some();
            self.sample(time(stream));
        }
        self.list(conn, first, stream, limit, named, false);
    }

    fn list(
        &mut self,
        conn: u64,
        first: Place,
        stream: &Stream,
        limit: usize,
        named: &impl Fn(u32) -> bool,
        lost: bool,
    ) {
        if limit == 0 || stream.irregular {
            return;
        }
        if named(stream.id.0) {
            if self.named.len() < limit {
                self.named.push(stream_row(conn, first, stream, lost));
            }
            return;
        }
        let key = (time(stream), Reverse(stream.id.0));
        if self.slowest.len() >= limit {
            if self.slowest.peek().is_some_and(|Reverse(least)| least.key >= key) {
                return;
            }
            self.slowest.pop();
        }
        self.slowest.push(Reverse(Listed { key, row: stream_row(conn, first, stream, lost) }));
    }

    fn fail(&mut self, cause: String) {
        let count = self.failed.entry(cause).or_default();
        *count = count.saturating_add(1);
    }

    fn sample(&mut self, time: i64) {
        self.turn = self.turn.saturating_add(1);
        if self.turn <= self.stride {
            return;
        }
        self.turn = 0;
        self.samples.push(time);
        if self.samples.len() >= SAMPLES {
            let mut keep = false;
            self.samples.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride = self.stride.saturating_mul(2).saturating_add(1);
        }
    }

    /// The calls in numbers, and the streams to be listed.
    pub(super) fn finish(mut self) -> (Calls, Vec<StreamRow>) {
        self.samples.sort_unstable();
        let middle = self.samples.get(self.samples.len() / 2);
        let median_ms = middle.map(|time| crate::base::Span(*time).as_millis());
        let calls = Calls { total: self.total, failed: self.failed, grpc: self.grpc, median_ms };
        let mut rows = self.named;
        rows.extend(self.slowest.into_iter().map(|Reverse(listed)| listed.row));
        (calls, rows)
    }
}

/// Why a call failed, in the words that the report counts by.
fn failure(stream: &Stream) -> Option<String> {
    let reset = Side::BOTH.iter().find_map(|side| stream.sent[*side].reset);
    match (stream.grpc_status, stream.status, reset) {
        (Some(status), _, _) if status != 0 => Some(format!("grpc-status {status}")),
        (Some(_), _, _) => None,
        (None, _, Some((_, code))) if code != ErrorCode::NO_ERROR => Some(format!("RST {code}")),
        (None, Some(status @ 500..), _) => Some(format!("status {status}")),
        _ => None,
    }
}

/// Time from the first frame to the end, in nanoseconds.
fn time(stream: &Stream) -> i64 {
    let last = stream.sent.server.last.map(|last| last.time);
    let end = stream.closed.map(|closed| closed.at.time).or(last).unwrap_or(stream.opened.at.time);
    end.since(stream.opened.at.time).0
}
