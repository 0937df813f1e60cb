//! The order in which findings are printed: groups of equal findings, the worst group first, and the worst finding of each first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::GroupBy;
use crate::finding::{Confidence, ConnectionRow, Culprit, Finding, Peer, Report, Severity};

/// Findings that say the same: one rule, one culprit, one server, or what else is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// At least one, the worst first.
    pub findings: &'a [Finding],
}

/// What findings of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    /// The file or the connection, where that is asked for.
    place: Option<u64>,
    rule: &'static str,
    culprit: Culprit,
    /// The server or the culprit, where it is known.
    end: Option<&'a str>,
}

/// How bad a group is, how large, and whether all of it is about whole connections: the greatest is printed first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(Severity, Confidence, usize, bool);

impl<'a> Group<'a> {
    /// The worst finding.
    #[must_use]
    pub const fn first(&self) -> Option<&'a Finding> {
        self.findings.first()
    }
}

/// The groups of a report whose findings are in order; what is suppressed is in none.
#[must_use]
pub fn groups(report: &Report, by: GroupBy) -> Vec<Group<'_>> {
    let servers = servers(report);
    let same = |a: &Finding, b: &Finding| key(a, &servers, by) == key(b, &servers, by);
    let counting = report.findings.iter().position(|finding| finding.suppressed.is_some());
    let (shown, _) = report.findings.split_at(counting.unwrap_or(report.findings.len()));
    shown.chunk_by(same).map(|findings| Group { findings }).collect()
}

/// Sorts the findings of a report: a total order, so that equal input gives equal output.
pub(super) fn sort(report: &mut Report, by: GroupBy) {
    let servers = servers(report);
    let places = places(&report.findings, &servers, by);
    arrange(&mut report.findings, &places);
}

/// Puts into each place what stood at the one that `from` gives for it; a finding is large, so each moves once, in a circle.
fn arrange<T>(items: &mut [T], from: &[usize]) {
    let mut done = vec![false; from.len()];
    for start in 0..from.len() {
        let mut at = start;
        while let (Some(false), Some(next)) = (done.get(at), from.get(at).copied()) {
            if let Some(done) = done.get_mut(at) {
                *done = true;
            }
            if next == start || next >= items.len() || at >= items.len() {
                break;
            }
            items.swap(at, next);
            at = next;
        }
    }
}

/// Where the findings stand, in the order of printing.
fn places(findings: &[Finding], servers: &[(u64, Arc<str>)], by: GroupBy) -> Vec<usize> {
    let turns = turns(findings, servers, by);
    let placed = findings.iter().zip(turns).enumerate().map(|(at, (finding, turn))| {
        let own = (Reverse(finding.severity), Reverse(finding.confidence));
        let place = (finding.conn, finding.evidence.first().map(|evidence| evidence.pkt), finding.stream);
        ((finding.suppressed.is_some(), turn, own, place), at)
    });
    let mut places: Vec<_> = placed.collect();
    let words = |at: usize| findings.get(at).map(|finding| (&finding.message, &finding.fingerprint));
    places.sort_by(|(a, at), (b, other)| a.cmp(b).then_with(|| words(*at).cmp(&words(*other))));
    places.into_iter().map(|(_, at)| at).collect()
}

/// When the group of each finding is printed: groups are few, and compared once.
fn turns(findings: &[Finding], servers: &[(u64, Arc<str>)], by: GroupBy) -> Vec<Option<usize>> {
    let mut numbers: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    let mut ranks: Vec<Option<Rank>> = Vec::new();
    let mut groups = Vec::with_capacity(findings.len());
    for finding in findings {
        let group = *numbers.entry(key(finding, servers, by)).or_insert(ranks.len());
        if group == ranks.len() {
            ranks.push(None);
        }
        groups.push(group);
        if let Some(rank) = ranks.get_mut(group).filter(|_| finding.suppressed.is_none()) {
            let none = Rank(Severity::Info, Confidence::Possible, 0, true);
            let rank = rank.get_or_insert(none);
            (rank.0, rank.1) = (rank.0, rank.1).max((finding.severity, finding.confidence));
            rank.2 = rank.2.saturating_add(1);
            rank.3 &= finding.stream.is_none();
        }
    }
    let mut order: Vec<_> = numbers.into_iter().collect();
    order.sort_by_key(|(key, group)| (Reverse(ranks.get(*group)), *key));
    let mut turns = vec![None; order.len()];
    for (turn, (_, group)) in order.into_iter().enumerate() {
        if let Some(place) = turns.get_mut(group) {
            *place = Some(turn);
        }
    }
    groups.into_iter().map(|group| turns.get(group).copied().flatten()).collect()
}

fn key<'a>(finding: &'a Finding, servers: &'a [(u64, Arc<str>)], by: GroupBy) -> Key<'a> {
    let Finding { rule, conn, .. } = finding;
    let culprit = finding.culprit.role;
    let blamed = finding.culprit.endpoint.as_deref();
    let named = blamed.filter(|_| culprit == Culprit::Server);
    let own_server = || named.or_else(|| conn.and_then(|conn| server(servers, conn)));
    let file = || finding.evidence.first().and_then(|shown| shown.input);
    let (place, end) = match by {
        GroupBy::Rule => (None, own_server()),
        GroupBy::Culprit => (None, blamed),
        GroupBy::Connection => (*conn, None),
        GroupBy::File => (file(), None),
    };
    Key { place, rule, culprit, end }
}

/// The servers of the connections that findings are about, which are few among many, and mostly the same; in the order of numbers.
fn servers(report: &Report) -> Vec<(u64, Arc<str>)> {
    let mut named: Vec<u64> = report.findings.iter().filter_map(|finding| finding.conn).collect();
    named.sort_unstable();
    named.dedup();
    let mut last: Option<(&Peer, Arc<str>)> = None;
    let mut servers = Vec::with_capacity(named.len());
    let is_named = |row: &&ConnectionRow| named.binary_search(&row.id).is_ok();
    for ConnectionRow { id, server, .. } in report.connections.iter().map(|row| &**row).filter(is_named) {
        let known = last.as_ref().filter(|(peer, _)| (peer.port, &peer.addr) == (server.port, &server.addr));
        let words = match known {
            Some((_, words)) => Arc::clone(words),
            None => format!("{}:{}", server.addr, server.port).into(),
        };
        last = Some((server, Arc::clone(&words)));
        servers.push((*id, words));
    }
    servers.sort_by_key(|(id, _)| *id);
    servers
}

/// The server of a connection.
fn server(servers: &[(u64, Arc<str>)], conn: u64) -> Option<&str> {
    let (until, _) = servers.split_at(servers.partition_point(|(id, _)| *id <= conn));
    until.last().filter(|(id, _)| *id == conn).map(|(_, words)| &**words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_comes_to_the_place_that_asks_for_it() {
        let mut items = ["a", "b", "c", "d", "e", "f"];
        arrange(&mut items, &[2, 1, 0, 4, 5, 3]);
        assert_eq!(items, ["c", "b", "a", "e", "f", "d"]);
    }
}
