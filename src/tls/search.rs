//! Finds the next record behind a gap: a header that looks like one, and behind its body another one, or the end of a packet.

use super::names::ContentType;
use super::records::{HEADER_OCTETS, Header, Replay};
use crate::base::{Origin, to_u64};
use crate::limits::MAX_RECORD_CANDIDATES;

/// Octets held since the first place at which a record may begin.
#[derive(Debug, Default)]
pub(super) struct Search {
    held: Replay,
    /// Places that may be the begin of a record, in order.
    candidates: Vec<usize>,
    /// Up to here every place was looked at.
    scanned: usize,
    /// Octets let go of.
    skipped: u64,
}

impl Search {
    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        self.held.weight()
    }

    /// Takes the next octets. When a record is found: what to read again, and how many octets stand before it.
    pub(super) fn push(&mut self, bytes: &[u8], origin: &Origin) -> Option<(Replay, u64)> {
        if !bytes.is_empty() {
            self.held.octets.extend_from_slice(bytes);
            self.held.chunks.push((self.held.octets.len(), *origin));
        }
        let found = self.confirmed().or_else(|| self.scan());
        if let Some(at) = found {
            let skipped = self.skipped.saturating_add(to_u64(at));
            let mut replay = std::mem::take(&mut self.held);
            replay.at = at;
            *self = Self::default();
            return Some((replay, skipped));
        }
        self.let_go();
        None
    }

    /// The octets that are held do not belong to what follows.
    pub(super) fn restart(&mut self) {
        *self =
            Self { skipped: self.skipped.saturating_add(to_u64(self.held.octets.len())), ..Self::default() };
    }

    /// Octets that come before those that will be pushed.
    pub(super) fn begin_with(&mut self, replay: Replay) {
        let at = replay.at;
        self.held = replay;
        self.scanned = at;
        self.let_go();
    }

    /// The first candidate that is a record, by what has come since.
    fn confirmed(&mut self) -> Option<usize> {
        let (octets, mut found) = (&self.held.octets, None);
        self.candidates.retain(|at| match verdict(octets, *at) {
            Verdict::Is => {
                found = found.or(Some(*at));
                true
            }
            Verdict::IsNot => false,
            Verdict::NotYet => true,
        });
        found
    }

    /// The first record from the first place on that was not looked at; what may become one is a candidate.
    fn scan(&mut self) -> Option<usize> {
        let octets = &self.held.octets;
        while octets.len() >= self.scanned.saturating_add(HEADER_OCTETS) {
            let at = self.scanned;
            self.scanned = at.saturating_add(1);
            if self.candidates.len() < MAX_RECORD_CANDIDATES {
                match verdict(octets, at) {
                    Verdict::Is => return Some(at),
                    Verdict::IsNot => {}
                    Verdict::NotYet => self.candidates.push(at),
                }
            }
        }
        None
    }

    /// Lets go of what stands before the first candidate.
    fn let_go(&mut self) {
        let cut = self.candidates.first().copied().unwrap_or(self.scanned);
        if cut == 0 {
            return;
        }
        self.held.octets.drain(..cut);
        self.held.chunks.retain_mut(|(end, _)| {
            *end = end.saturating_sub(cut);
            *end > 0
        });
        for at in &mut self.candidates {
            *at = at.saturating_sub(cut);
        }
        self.scanned = self.scanned.saturating_sub(cut);
        self.skipped = self.skipped.saturating_add(to_u64(cut));
    }
}

enum Verdict {
    Is,
    IsNot,
    NotYet,
}

/// Does a record begin here? Its body must be followed by another header, or end where a packet ends.
fn verdict(octets: &[u8], at: usize) -> Verdict {
    let Some(head) = octets.get(at..).and_then(|rest| rest.first_chunk()) else { return Verdict::NotYet };
    let Some(header) = plausible(*head) else { return Verdict::IsNot };
    let behind = at.saturating_add(HEADER_OCTETS).saturating_add(header.length);
    match octets.get(behind..) {
        None => Verdict::NotYet,
        Some([]) => Verdict::Is,
        Some(rest) => match rest.first_chunk() {
            None => Verdict::NotYet,
            Some(next) if plausible(*next).is_some() => Verdict::Is,
            Some(_) => Verdict::IsNot,
        },
    }
}

/// A header as records have it behind the hellos.
fn plausible(octets: [u8; HEADER_OCTETS]) -> Option<Header> {
    let header = Header::read(octets)?;
    let minor = octets.get(2).copied().unwrap_or(0);
    let length = match header.kind {
        ContentType::CHANGE_CIPHER_SPEC => header.length >= 1 && header.length <= 64,
        ContentType::ALERT => header.length >= 2 && header.length <= 512,
        ContentType::HANDSHAKE => header.length >= 4,
        _ => header.length >= 1,
    };
    (length && (1..=3).contains(&minor) && header.kind != ContentType::HEARTBEAT).then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(length: u8) -> Vec<u8> {
        let mut octets = vec![23, 3, 3, 0, length];
        octets.extend((0..length).map(|octet| octet | 0x80));
        octets
    }

    fn at(end: usize) -> Origin {
        Origin { tcp_end: to_u64(end), ..Origin::default() }
    }

    #[test]
    fn a_record_is_found_by_what_follows_it() {
        let mut octets = vec![0xaa; 100];
        octets.extend(record(30));
        octets.extend(record(40));
        let mut search = Search::default();
        assert!(search.push(&octets[..137], &at(137)).is_none());
        let (replay, skipped) = search.push(&octets[137..150], &at(150)).expect("found");
        assert_eq!((skipped, &replay.octets[replay.at..]), (100, &octets[100..150]));
    }

    #[test]
    fn a_record_is_found_by_the_end_of_a_packet() {
        let mut octets = vec![0x17; 50];
        octets.extend(record(30));
        let mut search = Search::default();
        assert_eq!(search.push(&octets, &at(85)).expect("found").1, 50);
    }

    #[test]
    fn octets_without_records_are_let_go_of() {
        let mut search = Search::default();
        for step in 1..1000 {
            assert!(search.push(&[0x55; 100], &at(100 * step)).is_none());
        }
        assert!(search.held.octets.len() < 8 && search.held.chunks.len() < 3);
    }

    #[test]
    fn what_looks_like_headers_everywhere_costs_no_more_than_a_record() {
        let mut search = Search::default();
        for step in 1..2000 {
            let _ = search.push(&[23, 3, 3].repeat(20), &at(60 * step));
            assert!(search.held.octets.len() < 20_000 && search.candidates.len() <= MAX_RECORD_CANDIDATES);
        }
    }
}
