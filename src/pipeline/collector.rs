//! Adds up concluded connections to a report. Counts are never limited, lists are.

use std::sync::Arc;

use super::conclusion::Concluded;
use super::decode;
use super::found::{Found, Unseen, limit};
use super::keyring::Keyring;
use super::listing::{Listed, Listing};
use super::wishes::Wishes;
use crate::base::{to_index, to_u64};
use crate::finding::{
    ConnectionRow, Coverage, Finding, Input, Notice, Omitted, Report, Stats, Status, TlsRow, Tool, Totals,
    Verdict,
};
use crate::limits;
use crate::rules::{
    Agreements, CaptureView, Ends, FileView, Protocol, RULES_VERSION, Summaries, catalog, fold_late,
    judge_capture, revise,
};
use crate::tls::KeyLog;

/// What is kept of the connections that are over.
#[derive(Debug, Default)]
pub(super) struct Collector {
    /// By number; those that are not concluded yet have their place.
    rows: Vec<Option<Box<ConnectionRow>>>,
    /// Octets that they hold.
    rows_octets: u64,
    /// What the latest one with TLS agreed on: mostly the next one agrees on the same.
    latest_tls: Option<Arc<TlsRow>>,
    listing: Listing,
    found: Found,
    unseen: Unseen,
    summaries: Summaries,
    agreements: Agreements,
    totals: Totals,
    omitted: Omitted,
    towards_http2: bool,
    /// Connections that gave way to others while they lived.
    aside: u64,
    /// Connections that nobody wants to be looked at.
    passed_by: u64,
    pub(super) keyring: Keyring,
    pub(super) judge_calls: u64,
}

impl Collector {
    /// A connection gave way because too much was held.
    pub(super) const fn put_aside(&mut self) {
        self.aside = self.aside.saturating_add(1);
    }

    /// So many connections are on ports that are not looked at.
    pub(super) const fn pass_by(&mut self, count: u64) {
        self.passed_by = count;
    }

    /// Takes streams that may be listed.
    pub(super) fn candidates(&mut self, streams: Vec<Listed>, wishes: &Wishes) {
        self.listing.add(streams, wishes.limit_slowest());
    }

    /// Takes a concluded connection.
    pub(super) fn add(&mut self, concluded: Box<Concluded>, wishes: &Wishes) {
        let Concluded { row, named, findings, blind_spots, summary, ends, .. } = *concluded;
        let totals = &mut self.totals;
        totals.http2_connections = totals.http2_connections.saturating_add(u64::from(concluded.http2));
        totals.streams = totals.streams.saturating_add(concluded.streams);
        totals.frames = totals.frames.saturating_add(concluded.frames);
        self.judge_calls = self.judge_calls.saturating_add(concluded.calls);
        self.towards_http2 |= concluded.towards_http2;
        self.found.add(findings, ends.as_ref().and_then(|ends| ends.server));
        blind_spots.into_iter().for_each(|spot| self.unseen.add(spot));
        self.listing.add(concluded.candidates, wishes.limit_slowest());
        let (streams, rows) = named;
        let limits = (wishes.limit_streams, wishes.limit_slowest());
        self.listing.name(summary.number, streams, rows, limits);
        self.list(row);
        if let Some((input, source)) = concluded.opened {
            self.keyring.count(input, source);
        }
        if let Some(ends) = ends.as_ref().filter(|_| concluded.agreement.is_compared()) {
            self.agreements.add(concluded.agreement, Arc::clone(ends));
        }
        if let Some(ends) = ends.filter(|_| summary.protocol != Protocol::Other) {
            self.summaries.add(summary, ends);
        }
    }

    /// Puts a connection in its place; numbers count from 0 without a gap, to the limit.
    fn list(&mut self, row: Option<Box<ConnectionRow>>) {
        let row = row.filter(|row| {
            let octets = self.rows_octets.saturating_add(weigh(row));
            let fits = octets <= limits::MAX_ROWS_OCTETS;
            self.rows_octets = if fits { octets } else { self.rows_octets };
            fits
        });
        let Some(mut row) = row else {
            self.omitted.connections = self.omitted.connections.saturating_add(1);
            return;
        };
        if let Some(own) = &mut row.negotiation.tls {
            match self.latest_tls.as_ref().filter(|latest| *latest == own) {
                Some(same) => *own = Arc::clone(same),
                None => self.latest_tls = Some(Arc::clone(own)),
            }
        }
        let at = to_index(row.id);
        if at >= self.rows.len() {
            self.rows.resize_with(at.saturating_add(1), || None);
        }
        if let Some(place) = self.rows.get_mut(at) {
            *place = Some(row);
        }
    }

    /// Among several files evidence says in which one it stands, and Wireshark's number of a connection has no meaning.
    fn name_inputs(&mut self, findings: &mut [Finding], inputs: usize) {
        let several = inputs > 1;
        for evidence in findings.iter_mut().flat_map(|finding| &mut finding.evidence) {
            evidence.input = evidence.input.filter(|_| several);
        }
        for row in self.rows.iter_mut().flatten() {
            row.tcp_stream = row.tcp_stream.filter(|_| !several);
        }
    }

    /// Says what was left out on purpose.
    fn tell_limits(&mut self, wishes: &Wishes) -> Vec<Notice> {
        let connections =
            |count| if count == 1 { "1 connection".to_owned() } else { format!("{count} connections") };
        if self.passed_by > 0 {
            let spot = decode::passed_by(&connections(self.passed_by), self.passed_by, wishes);
            self.unseen.add(spot);
        }
        if self.aside == 0 {
            return Vec::new();
        }
        let aside = connections(self.aside);
        let effect = format!("{aside} gave way to others; what followed is not judged");
        self.unseen.add(limit(effect));
        let text = format!(
            "{aside} gave way to others: more than {} MiB would be held at once (--max-memory)",
            wishes.max_memory >> 20
        );
        vec![Notice { kind: "limit_reached", text }]
    }

    /// The report. The verdict is left to policy.
    pub(super) fn report(
        mut self,
        (wishes, keys): (&Wishes, &KeyLog),
        connections: u64,
        mut inputs: Vec<Input>,
        file: &FileView,
    ) -> Report {
        self.keyring.tell(&mut inputs, keys);
        let nobody = Ends::default();
        let (kept, mut agreements) =
            (std::mem::take(&mut self.summaries), std::mem::take(&mut self.agreements));
        agreements.settle();
        let lost = kept.forgotten().max(agreements.forgotten());
        if lost > 0 {
            self.unseen.add(limit(format!("{lost} connections were not compared with others")));
        }
        let notices = self.tell_limits(wishes);
        let (summaries, ends) = kept.into_sorted();
        let named = |number: u64| {
            let known = ends.get(&number).map(|ends| &**ends).or_else(|| agreements.ends(number));
            known.unwrap_or(&nobody).clone()
        };
        let view =
            CaptureView { summaries: &summaries, agreements: &agreements, file, options: &wishes.options };
        let (mut findings, dropped) = std::mem::take(&mut self.found).finish();
        if dropped > 0 {
            self.unseen
                .add(limit(format!("{dropped} findings, of too many kinds, are neither listed nor counted")));
        }
        revise(&mut findings, &view, &named);
        let mut late = judge_capture(&view, &named);
        fold_late(&mut findings, &mut late);
        findings.extend(late);
        self.name_inputs(&mut findings, inputs.len());
        let streams = self.listing.finish(wishes.limit_streams);
        let add = |sum: u64, more: u64| sum.saturating_add(more);
        let packets = inputs.iter().map(|input| input.packets).fold(0, add);
        let bytes = inputs.iter().map(|input| input.bytes).fold(0, add);
        let totals = Totals { connections, packets, bytes, ..self.totals };
        let listed = to_u64(streams.len());
        let omitted = Omitted { streams: totals.streams.saturating_sub(listed), ..self.omitted };
        Report {
            schema: "h2lint/report/1",
            tool: Tool { name: "h2lint", version: env!("CARGO_PKG_VERSION"), rules_version: RULES_VERSION },
            verdict: Verdict::unjudged(if self.towards_http2 { Status::Pass } else { Status::Nothing }),
            totals,
            inputs,
            coverage: Coverage {
                rules_run: to_u64(catalog().len()),
                rules_skipped: Vec::new(),
                blind_spots: self.unseen.finish(),
            },
            connections: self.rows.into_iter().flatten().collect(),
            streams,
            findings,
            suppressions: Vec::new(),
            notices,
            comments: Vec::new(),
            fragments: Vec::new(),
            omitted,
            stats: Stats::default(),
        }
    }
}

/// Octets that a listed connection holds, about: what traffic can make long.
fn weigh(row: &ConnectionRow) -> u64 {
    let settings = row.settings.iter().map(|one| one.unknown.len().saturating_mul(UNKNOWN_SETTING));
    let goaways = row.goaway.iter().map(|one| one.debug.as_ref().map_or(0, String::len));
    let debug = goaways.chain(settings).fold(0, usize::saturating_add);
    let lists = row.settings.len().saturating_add(row.goaway.len()).saturating_mul(LISTED_FRAME);
    let named = row.server.name.as_ref().map_or(0, String::len);
    let alternatives = row.negotiation.alt_svc.iter().map(|one| one.host.len().saturating_add(LISTED_FRAME));
    let offered =
        row.negotiation.tls.as_ref().map_or(0, |tls| tls.alpn_offered.len().saturating_mul(UNKNOWN_SETTING));
    let rest = alternatives.fold(named, usize::saturating_add).saturating_add(offered);
    to_u64(ROW.saturating_add(lists).saturating_add(debug).saturating_add(rest))
}

/// Octets of a usual row, of a SETTINGS or GOAWAY frame in it, and of a parameter without a name or a short text.
const ROW: usize = 3 << 9;
const LISTED_FRAME: usize = 1 << 8;
const UNKNOWN_SETTING: usize = 100;
