//! What the pages draw beside the report: it hears the facts of a capture as views do, keeps little of each connection, and when the
//! page is written shows the connections with findings first.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::climb;
use super::sheet::Sheet;
use super::weight;
use crate::finding::Report;
use crate::views::{Interest, Ladder, Observed, Room, Secrets, Streams, has_headers, headers, pings};

/// Drawings of the connections of a capture, or of those of a scan.
#[derive(Debug, Default)]
pub struct Drawings {
    secrets: Secrets,
    ladder: Ladder,
    streams: Streams,
    windows: Room,
    /// By capture and connection.
    sheets: HashMap<(usize, u64), Sheet, foldhash::fast::FixedState>,
    /// The captures of a scan, by their first file.
    captures: Vec<String>,
    held: usize,
    fields: usize,
}

impl Drawings {
    /// The facts that drawings need.
    pub const INTEREST: Interest = Interest::ALL;

    /// Nothing yet; values of secret fields are masked, or not.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, ..Self::default() }
    }

    /// Takes a fact.
    pub fn see(&mut self, seen: &Observed<'_>) {
        let Self { secrets, ladder, streams, windows, sheets, held, fields, .. } = self;
        if sheets.len() >= MOST_SHEETS && !sheets.contains_key(&(0, seen.conn)) {
            return;
        }
        let sheet = sheets.entry((0, seen.conn)).or_default();
        let before = sheet.climb.held();
        ladder.push(seen, &mut |line| sheet.climb.push(line, climb::Room::beside(*held)));
        *held = held.saturating_add(sheet.climb.held().saturating_sub(before));
        if has_headers(seen) {
            if sheet.wants_fields() && *fields < MOST_FIELDS {
                headers(seen, *secrets, &mut |line| {
                    *fields = fields.saturating_add(1);
                    sheet.field(&line);
                });
            } else {
                sheet.leave_block();
            }
        }
        streams.push(seen, &mut |line| sheet.stream(&line));
        windows.windows(seen, &mut |line| sheet.window(line));
        windows.concurrency(seen, &mut |line| sheet.open(&line));
        pings(seen).iter().for_each(|line| sheet.ping(line));
    }

    /// Keeps what a scan shows of one of its captures: few connections, those with findings first.
    pub fn keep_few(&mut self, report: &Report) {
        let kept = order(report).into_iter().take(SHEETS_OF_A_PART);
        let sheets = kept.filter_map(|(_, conn)| self.sheets.remove_entry(&(0, conn)));
        self.sheets = sheets.collect();
        self.sheets.values_mut().for_each(|sheet| sheet.climb.trim(climb::Room::FEW));
    }

    /// Takes the drawings of a capture of a scan.
    pub fn add(&mut self, report: &Report, part: Self) {
        let Some(input) =
            report.inputs.first().filter(|_| self.held < HELD_OF_A_SCAN && !part.sheets.is_empty())
        else {
            return;
        };
        let capture = self.captures.len();
        self.captures.push(input.path.clone());
        for ((_, conn), sheet) in part.sheets {
            self.held = self.held.saturating_add(sheet.climb.held());
            self.sheets.insert((capture, conn), sheet);
        }
    }

    /// The drawings of as many connections as weigh no more than `octets`, by the names that the page's script has for them.
    pub(super) fn value(&self, report: &Report, octets: usize) -> Value {
        let scan = report.inputs.iter().any(|input| input.scan.is_some());
        let captures: HashMap<&str, usize> =
            self.captures.iter().enumerate().map(|(at, path)| (path.as_str(), at)).collect();
        let listed: BTreeSet<(u64, u64, u32)> =
            report.streams.iter().map(|row| (row.input.unwrap_or(0), row.conn, row.stream)).collect();
        let (mut drawn, mut left) = (Map::new(), octets);
        // Part of the room is for those of which only the charts still fit.
        let charts = octets >> 2;
        for (input, conn) in order(report) {
            let path = usize::try_from(input).ok().and_then(|input| report.inputs.get(input));
            let capture = path.and_then(|input| captures.get(input.path.as_str())).copied();
            let key = if scan { capture.map(|capture| (capture, conn)) } else { Some((0, conn)) };
            let Some(sheet) = key.and_then(|key| self.sheets.get(&key)) else { continue };
            let own = if scan { input } else { 0 };
            let mut value = sheet.value(|stream| listed.contains(&(own, conn, stream)));
            let mut weighs = weight(&value);
            if weighs > left.saturating_sub(charts)
                && let Value::Object(parts) = &mut value
            {
                parts.retain(|part, _| !matches!(part.as_str(), "rungs" | "blocks"));
                weighs = weight(&value);
            }
            if weighs <= left {
                left = left.saturating_sub(weighs);
                drawn.insert(if scan { format!("{input}/{conn}") } else { conn.to_string() }, value);
            }
        }
        Value::Object(drawn)
    }
}

/// Connections by input and number: those with findings first, worst first.
fn order(report: &Report) -> Vec<(u64, u64)> {
    let mut seen = BTreeSet::new();
    let first_of = |input: u64| {
        let at = usize::try_from(input).unwrap_or(usize::MAX);
        let inputs = report.inputs.get(..=at).unwrap_or_default();
        let begins =
            inputs.iter().rposition(|input| input.scan.as_ref().is_some_and(|scan| scan.continues.is_none()));
        begins.and_then(|at| u64::try_from(at).ok()).unwrap_or(0)
    };
    let named = report.findings.iter().flat_map(|finding| {
        let input = finding.input.unwrap_or(0);
        finding.conn.into_iter().chain(finding.conns.iter().copied()).map(move |conn| (input, conn))
    });
    let listed = report.connections.iter().filter(|row| row.http2).map(|row| (first_of(row.input), row.id));
    let others = report.connections.iter().filter(|row| !row.http2).map(|row| (first_of(row.input), row.id));
    named.chain(listed).chain(others).filter(|key| seen.insert(*key)).collect()
}

/// Connections that drawings are kept of: many more than a page has room for, since those with findings go first.
const MOST_SHEETS: usize = 5_000;
/// Field lines that are held of all connections.
const MOST_FIELDS: usize = 40_000;
/// Connections drawn of a capture of a scan.
const SHEETS_OF_A_PART: usize = 5;
/// Rungs held of a scan.
const HELD_OF_A_SCAN: usize = 60_000;
