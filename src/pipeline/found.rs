//! What was found on all connections, bounded: when there is too much, what says the same of the same server is only counted.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::finding::{BlindSpot, BlindSpotKind, Confidence, Finding, Severity};
use crate::limits;
use crate::tcp::Endpoint;

/// Findings in the order in which their connections ended.
#[derive(Debug, Default)]
pub(super) struct Found {
    findings: Vec<Finding>,
    /// Where those stand that others are counted with; ten thousand servers' addresses are no way to make them neighbours.
    alike: HashMap<Alike, usize, foldhash::fast::RandomState>,
    /// Findings that are not even counted by severity: too many that differ.
    dropped: u64,
}

/// What findings that are counted together have in common: all that decides whether they count.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Alike {
    fingerprint: String,
    severity: Severity,
    confidence: Confidence,
    server: Option<Endpoint>,
}

impl Found {
    /// Takes what was found on a connection to this server.
    pub(super) fn add(&mut self, findings: Vec<Finding>, server: Option<Endpoint>) {
        self.add_within(findings, server, limits::MAX_FINDINGS);
    }

    fn add_within(&mut self, findings: Vec<Finding>, server: Option<Endpoint>, most: usize) {
        for finding in findings {
            if self.findings.len() < most {
                self.make_room(most);
                self.findings.push(finding);
                continue;
            }
            let (severity, confidence) = (finding.severity, finding.confidence);
            let alike = Alike { fingerprint: finding.fingerprint.clone(), severity, confidence, server };
            if let Some(first) = self.alike.get(&alike).and_then(|at| self.findings.get_mut(*at)) {
                first.alike = first.alike.saturating_add(finding.weight());
            } else if self.alike.len() < most {
                self.alike.insert(alike, self.findings.len());
                self.findings.push(finding);
            } else {
                self.dropped = self.dropped.saturating_add(1);
            }
        }
    }

    /// Where there are not only a few, there is room for all that are kept: memory that is not written to is only a promise, and to move
    /// findings costs more.
    fn make_room(&mut self, most: usize) {
        if self.findings.len() == self.findings.capacity() && self.findings.len() >= A_FEW {
            self.findings.reserve_exact(most.saturating_sub(self.findings.len()));
        }
    }

    /// The findings, and how many are not among them and not counted with any.
    pub(super) fn finish(self) -> (Vec<Finding>, u64) {
        (self.findings, self.dropped)
    }
}

/// Findings for which room is made step by step: as many as most captures have.
const A_FEW: usize = 64;

/// Blind spots of all connections: the same one on several is listed once, with as many of them as a report lists.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    spots: BTreeMap<Same, BlindSpot>,
    /// Those that differ from all that are listed.
    further: u64,
}

/// What makes blind spots the same, in the order in which they are listed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Same(BlindSpotKind, String, Option<&'static str>);

impl Unseen {
    /// Takes a blind spot. Where it begins is kept only as long as it is the only one.
    pub(super) fn add(&mut self, spot: BlindSpot) {
        let full = self.spots.len() >= limits::MAX_FINDINGS;
        match self.spots.entry(Same(spot.kind, spot.effect.clone(), spot.dir.map(|dir| dir.arrow()))) {
            Entry::Vacant(_) if full => self.further = self.further.saturating_add(1),
            Entry::Vacant(place) => _ = place.insert(spot),
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.from_pkt = None;
                if known.conns.len() < limits::MAX_CONNECTIONS_LISTED {
                    known.conns.extend(spot.conns);
                }
            }
        }
    }

    /// All of them, with what a cap on all connections of the capture left out.
    pub(super) fn finish(mut self) -> Vec<BlindSpot> {
        if self.further > 0 {
            let spot = limit(format!("{} further blind spots are not listed", self.further));
            self.spots.insert(Same(spot.kind, spot.effect.clone(), None), spot);
        }
        let mut spots: Vec<BlindSpot> = self.spots.into_values().collect();
        spots.iter_mut().for_each(|spot| spot.conns.sort_unstable());
        spots
    }
}

/// What a cap on all connections of the capture left out.
pub(super) const fn limit(effect: String) -> BlindSpot {
    let kind = BlindSpotKind::LimitReached;
    BlindSpot { kind, input: None, conns: Vec::new(), dir: None, from_pkt: None, effect }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sample::hang;

    #[test]
    fn beyond_the_cap_what_is_alike_is_counted_with_the_first_one() {
        let finding = hang().findings.remove(0);
        let other = Finding { fingerprint: "another".to_owned(), ..finding.clone() };
        let third = Finding { fingerprint: "a third".to_owned(), ..finding.clone() };
        let mut found = Found::default();
        for finding in [&finding, &finding, &finding, &other, &finding, &other, &third] {
            found.add_within(vec![finding.clone()], None, 2);
        }
        let (findings, dropped) = found.finish();
        let weights: Vec<(&str, u64)> =
            findings.iter().map(|finding| (finding.fingerprint.as_str(), finding.weight())).collect();
        let first = finding.fingerprint.as_str();
        assert_eq!(weights, [(first, 1), (first, 1), (first, 2), ("another", 2)]);
        assert_eq!(dropped, 1);
    }

    #[test]
    fn the_same_blind_spot_is_listed_once_with_its_connections_in_order() {
        let mut unseen = Unseen::default();
        for conn in [3, 1, 2] {
            let spot = limit("too much".to_owned());
            unseen.add(BlindSpot { conns: vec![conn], from_pkt: Some(7.into()), ..spot });
        }
        let spots = unseen.finish();
        assert_eq!((spots.len(), spots[0].conns.as_slice(), spots[0].from_pkt), (1, &[1, 2, 3][..], None));
    }
}
