//! Requests of one connection: how many, how many failed and why, how long they took, and the slowest ones for the list.

use std::collections::BTreeMap;

use super::listing::{Listed, Rank, time};
use super::wishes::{StreamsListed, Wishes};
use crate::base::{Place, Side};
use crate::conn::{Fact, Kind, Stream, Streams};
use crate::finding::{Calls, Finding};
use crate::frame::{ErrorCode, StreamId};
use crate::grpc::{self, Call};

/// Durations kept for the median; beyond it every second one is kept, and so on.
const SAMPLES: usize = 4096;

/// Durations for which there is room from the first one on.
const FIRST_SAMPLES: usize = 4;

/// The calls of one connection.
#[derive(Debug, Default)]
pub(super) struct CallStats {
    total: u64,
    /// What few connections have.
    rare: Option<Box<Rare>>,
    grpc: bool,
    samples: Vec<i64>,
    stride: u32,
    turn: u32,
    /// What a stream must stand above to be listed; `None` as long as there is room.
    bar: Option<Rank>,
    /// Streams that do, since they were last taken.
    candidates: Vec<Listed>,
}

/// What few connections have.
#[derive(Debug, Default)]
struct Rare {
    /// How many calls failed, by why.
    failed: BTreeMap<String, u64>,
    /// Streams that findings name.
    named: Vec<Listed>,
}

/// The connection that requests are counted of, and how many streams are listed.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    conn: u64,
    first: Place,
    grpc: &'a grpc::Calls,
    limit: usize,
    which: StreamsListed,
}

impl<'a> Counted<'a> {
    /// The connection with this number that began at `first`.
    pub(super) const fn of(conn: u64, first: Place, grpc: &'a grpc::Calls, wishes: &Wishes) -> Self {
        Self { conn, first, grpc, limit: wishes.limit_streams, which: wishes.streams }
    }
}

impl CallStats {
    /// Hears a fact. `named` says whether a finding names a stream.
    #[inline]
    pub(super) fn hear(&mut self, counted: Counted<'_>, fact: &Fact<'_>, named: impl Fn(u32) -> bool) {
        match fact.kind {
            Kind::Opened(stream) if stream.opened_by == Side::Client => {
                self.total = self.total.saturating_add(1)
            }
            Kind::Closed(stream) => self.close(counted, stream, &named),
            _ => {}
        }
    }

    /// The connection is over while this stream was open.
    pub(super) fn left_open(
        &mut self,
        counted: Counted<'_>,
        stream: &Stream,
        lost: bool,
        named: &impl Fn(u32) -> bool,
    ) {
        if lost && stream.opened_by == Side::Client && !stream.irregular {
            self.fail("connection lost".to_owned());
        }
        self.grpc |= stream.call;
        self.list(counted, stream, named, lost);
    }

    fn close(&mut self, counted: Counted<'_>, stream: &Stream, named: &impl Fn(u32) -> bool) {
        if stream.opened_by == Side::Client {
            let call = if stream.call { counted.grpc.get(stream.id.0) } else { None };
            let without_grpc = call.is_none() && stream.grpc_status.is_none();
            let fine = without_grpc && stream.is_unreset() && matches!(stream.status, Some(..500));
            if !fine && let Some(cause) = failure(stream, call) {
                self.fail(cause);
            }
            self.grpc |= stream.call || stream.grpc_status.is_some();
            self.sample(time(stream));
        }
        self.list(counted, stream, named, false);
    }

    fn list(&mut self, counted: Counted<'_>, stream: &Stream, named: &impl Fn(u32) -> bool, lost: bool) {
        let Counted { conn, first, grpc, limit, which } = counted;
        if limit == 0 || stream.irregular {
            return;
        }
        if named(stream.id.0) {
            let named = &mut self.rare.get_or_insert_default().named;
            if named.len() < limit {
                named.push(Listed::new(conn, first, stream, lost).of(grpc));
            }
        } else if which == StreamsListed::Slowest && self.bar.is_none_or(|bar| Rank::of(conn, stream) > bar) {
            self.candidates.push(Listed::new(conn, first, stream, lost).of(grpc));
        }
    }

    /// Tells what a stream must stand above from here on; true when some stood above it until now.
    #[inline]
    pub(super) const fn has_candidates(&mut self, bar: Option<Rank>) -> bool {
        self.bar = bar;
        !self.candidates.is_empty()
    }

    /// Takes those that did.
    pub(super) fn candidates(&mut self) -> Vec<Listed> {
        std::mem::take(&mut self.candidates)
    }

    fn fail(&mut self, cause: String) {
        let count = self.rare.get_or_insert_default().failed.entry(cause).or_default();
        *count = count.saturating_add(1);
    }

    fn sample(&mut self, time: i64) {
        self.turn = self.turn.saturating_add(1);
        if self.turn <= self.stride {
            return;
        }
        self.turn = 0;
        if self.samples.capacity() == 0 {
            self.samples = Vec::with_capacity(FIRST_SAMPLES);
        }
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

    /// The streams that `findings` name, each once, and what is remembered of them.
    pub(super) fn named(
        &mut self,
        counted: Counted<'_>,
        findings: &[Finding],
        streams: &Streams,
    ) -> (Vec<u32>, Vec<Listed>) {
        let mut named: Vec<u32> = findings.iter().filter_map(|finding| finding.stream).collect();
        named.sort_unstable();
        named.dedup();
        let mut listed = self.rare.as_mut().map(|rare| std::mem::take(&mut rare.named)).unwrap_or_default();
        for stream in &named {
            if let Some(stream) = streams.get(StreamId(*stream))
                && !listed.iter().any(|listed| listed.stream() == stream.id.0)
            {
                let Counted { conn, first, grpc, .. } = counted;
                listed.push(Listed::new(conn, first, stream, false).of(grpc));
            }
        }
        (named, listed)
    }

    /// The calls in numbers.
    pub(super) fn finish(mut self) -> Calls {
        let middle = self.samples.len() / 2;
        let median = (middle < self.samples.len()).then(|| *self.samples.select_nth_unstable(middle).1);
        let median_ms = median.map(|time| crate::base::Span(time).as_millis());
        let failed = self.rare.map(|rare| rare.failed).unwrap_or_default();
        Calls { total: self.total, failed, grpc: self.grpc, median_ms }
    }
}

/// Why a call failed, in the words that the report counts by.
fn failure(stream: &Stream, call: Option<&Call>) -> Option<String> {
    let reset = stream.sent.client.reset().or_else(|| stream.sent.server.reset());
    let status = call.and_then(Call::code).or(stream.grpc_status);
    match (status, stream.status, reset) {
        (Some(status), _, _) if status != 0 => Some(format!("grpc-status {status}")),
        (Some(_), _, _) => None,
        (None, _, Some((_, code))) if code != ErrorCode::NO_ERROR => Some(format!("RST {code}")),
        (None, Some(status @ 500..), _) => Some(format!("status {status}")),
        (None, Some(status), _) if call.is_some() && status != 200 => Some(format!("status {status}")),
        (None, Some(_), _) if call.is_some_and(Call::is_without_status) => Some("no grpc-status".to_owned()),
        _ => None,
    }
}
