//! IP datagrams put together from their fragments, of both versions. The first octets seen for a place count; what contradicts
//! them is counted. A datagram is whole with the packet that brings its last missing octet; then only the hashes of its fragments
//! are kept, so that late copies begin no new datagram, while the next one of the same name does. Memory and time are bounded.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::num::NonZeroU16;

use super::{Datagram, Encapsulation, Fragment};
use crate::base::{PacketNumber, Place, Span, Time};
use crate::limits::{FRAGMENT_TIMEOUT_S, MAX_FRAGMENT_OCTETS, MAX_FRAGMENT_PACKETS, MAX_FRAGMENTED};

/// Datagrams that are not whole yet.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Where a datagram comes to stand no traffic can know.
    pending: HashMap<Key, Pending, foldhash::fast::RandomState>,
    /// In the order in which they began; some are gone.
    order: VecDeque<(Key, u64)>,
    /// Counts the datagrams.
    serial: u64,
    /// Octets kept in all.
    octets: usize,
    facts: FragmentFacts,
}

/// What is known about fragments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentFacts {
    /// Datagrams put together.
    pub whole: u64,
    /// Fragments that came again, the same as before.
    pub copies: u64,
    /// Datagrams of which a fragment is not in the capture, as far as they may hold TCP.
    pub incomplete: u64,
    /// The first packet of such a datagram.
    pub first_incomplete: Option<Place>,
    /// Those of them that were given up because there were too many at once.
    pub given_up: u64,
    /// Fragments that contradict octets that came before.
    pub conflicts: u64,
    /// The packet of the first of these.
    pub first_conflict: Option<Place>,
}

/// A datagram that is whole.
#[derive(Debug)]
pub(super) struct Whole {
    /// Its octets, as far as the capture has them from the beginning without a gap.
    pub(super) octets: Vec<u8>,
    /// The packets of its fragments, the one that completed it last.
    pub(super) packets: Vec<PacketNumber>,
    head: Head,
    length: usize,
}

/// What the fragments of a datagram have in common. Networks inside tunnels are kept apart by the headers around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// Of IPv4 only: in IPv6 only the first fragment's counts.
    protocol: Option<u8>,
    encapsulation: Encapsulation,
}

/// A datagram without its octets.
#[derive(Clone, Copy, Debug)]
struct Head {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    ttl: u8,
    identification: Option<NonZeroU16>,
    encapsulation: Encapsulation,
}

#[derive(Debug)]
struct Pending {
    serial: u64,
    began: Place,
    /// Hashes of the fragments that were seen.
    seen: Vec<u64>,
    /// None once it was whole.
    gathered: Option<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    octets: Vec<u8>,
    /// Ranges of octets that are there, in order and apart from each other.
    filled: Vec<(usize, usize)>,
    /// Where the snapshot length cut a fragment, the first octet that is missing.
    cut: Option<usize>,
    /// From the last fragment.
    length: Option<usize>,
    /// From the first fragment.
    head: Option<Head>,
    /// The protocol that some fragment named.
    protocol: u8,
    /// The packets of its fragments; bounded.
    packets: Vec<PacketNumber>,
}

impl Fragments {
    /// Takes a fragment; the datagram when it is whole with it.
    pub(super) fn push(&mut self, fragment: &Fragment<'_>, at: Place) -> Option<Whole> {
        self.push_of(fragment, at, &[at.pkt])
    }

    /// The same of a fragment that these packets make up: those of the tunnel around it.
    pub(super) fn push_of(
        &mut self,
        fragment: &Fragment<'_>,
        at: Place,
        packets: &[PacketNumber],
    ) -> Option<Whole> {
        self.retire(at.time);
        if fragment.offset.saturating_add(fragment.part.length) > LONGEST {
            return None;
        }
        let key = Key::of(fragment);
        let hash = hash(fragment);
        let known = self.pending.get(&key);
        if known.is_some_and(|pending| pending.seen.contains(&hash)) {
            self.facts.copies = self.facts.copies.saturating_add(1);
            return None;
        }
        if known.is_none_or(|pending| pending.gathered.is_none()) {
            self.begin(key, at);
        }
        let pending = self.pending.get_mut(&key)?;
        let gathered = pending.gathered.as_mut()?;
        if pending.seen.len() < MAX_HASHES {
            pending.seen.push(hash);
        }
        let before = gathered.octets.len();
        gathered.packets.truncate(MAX_FRAGMENT_PACKETS.saturating_sub(packets.len()));
        gathered.packets.extend(packets);
        if gathered.add(fragment) {
            self.facts.conflicts = self.facts.conflicts.saturating_add(1);
            self.facts.first_conflict.get_or_insert(at);
        }
        self.octets = self.octets.saturating_add(gathered.octets.len()).saturating_sub(before);
        let whole = gathered.whole()?;
        self.octets = self.octets.saturating_sub(gathered.octets.len());
        pending.gathered = None;
        self.facts.whole = self.facts.whole.saturating_add(1);
        Some(whole)
    }

    fn begin(&mut self, key: Key, began: Place) {
        self.serial = self.serial.saturating_add(1);
        let gathered = Some(Gathered::default());
        self.pending.insert(key, Pending { serial: self.serial, began, seen: Vec::new(), gathered });
        self.order.push_back((key, self.serial));
    }

    /// Everything that is not whole yet never will be.
    pub(super) fn finish(&mut self) -> FragmentFacts {
        while self.drop_oldest() {}
        self.facts
    }

    /// Forgets what began too long ago, and what began first when there is too much.
    fn retire(&mut self, now: Time) {
        let timeout = Span::seconds(FRAGMENT_TIMEOUT_S);
        while let Some((key, serial)) = self.order.front() {
            let pending = self.pending.get(key).filter(|pending| pending.serial == *serial);
            let old = pending.is_none_or(|pending| now.since(pending.began.time) > timeout);
            let much = self.octets > MAX_FRAGMENT_OCTETS || self.pending.len() > MAX_FRAGMENTED;
            if !old && !much {
                break;
            }
            let incomplete = self.facts.incomplete;
            self.drop_oldest();
            if !old {
                let lost = self.facts.incomplete.saturating_sub(incomplete);
                self.facts.given_up = self.facts.given_up.saturating_add(lost);
            }
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let Some((key, serial)) = self.order.pop_front() else { return false };
        if self.pending.get(&key).is_none_or(|pending| pending.serial != serial) {
            return true;
        }
        if let Some(Pending { gathered: Some(gathered), began, .. }) = self.pending.remove(&key) {
            self.octets = self.octets.saturating_sub(gathered.octets.len());
            if gathered.may_hold_tcp() {
                self.facts.incomplete = self.facts.incomplete.saturating_add(1);
                self.facts.first_incomplete.get_or_insert(began);
            }
        }
        true
    }
}

impl Whole {
    /// The datagram, of these octets.
    pub(super) fn datagram<'a>(&self, octets: &'a [u8]) -> Datagram<'a> {
        let Head { source, destination, protocol, ttl, identification, encapsulation } = self.head;
        let length = self.length;
        Datagram {
            source,
            destination,
            protocol,
            ttl,
            identification,
            payload: octets,
            length,
            encapsulation,
        }
    }
}

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        let Datagram { source, destination, protocol, encapsulation, .. } = fragment.part;
        let protocol = source.is_ipv4().then_some(protocol);
        Self { source, destination, id: fragment.id, protocol, encapsulation }
    }
}

impl Gathered {
    /// Takes the octets that are new; true when others differ from what was there.
    fn add(&mut self, fragment: &Fragment<'_>) -> bool {
        let Datagram { source, destination, protocol, ttl, identification, encapsulation, payload, length } =
            fragment.part;
        let (start, end) = (fragment.offset, fragment.offset.saturating_add(length));
        if start == 0 && self.head.is_none() {
            self.head = Some(Head { source, destination, protocol, ttl, identification, encapsulation });
        }
        if start == 0 || self.head.is_none() {
            self.protocol = protocol;
        }
        if !fragment.more && self.length.is_none() {
            self.length = Some(end);
        }
        let captured = start.saturating_add(payload.len()).min(end);
        if self.octets.len() < captured {
            self.octets.resize(captured, 0);
        }
        let differs = self.write(start, captured, payload);
        if captured < end {
            self.cut = Some(self.cut.map_or(captured, |cut| cut.min(captured)));
        }
        self.fill(start, end);
        differs
    }

    /// Writes the octets that stand in no range that is filled; true when one that does differs. Where fragments are cut, nobody
    /// knows.
    fn write(&mut self, start: usize, end: usize, payload: &[u8]) -> bool {
        let mut differs = false;
        let mut at = start;
        while at < end {
            let (from, to) = self.filled.iter().find(|(_, to)| *to > at).copied().unwrap_or((end, end));
            let is_filled = from <= at;
            let until = if is_filled { to } else { from }.min(end);
            let new = payload.get(at.saturating_sub(start)..until.saturating_sub(start)).unwrap_or_default();
            match self.octets.get_mut(at..until) {
                Some(there) if is_filled => differs |= there != new && self.cut.is_none(),
                Some(there) if there.len() == new.len() => there.copy_from_slice(new),
                _ => {}
            }
            at = until;
        }
        differs
    }

    /// Joins a range to those that are filled.
    fn fill(&mut self, start: usize, end: usize) {
        let (mut start, mut end) = (start, end);
        self.filled.retain(|(from, to)| {
            let apart = *to < start || *from > end;
            if !apart {
                start = start.min(*from);
                end = end.max(*to);
            }
            apart
        });
        let place = self.filled.partition_point(|(from, _)| *from < start);
        self.filled.insert(place, (start, end));
    }

    fn whole(&mut self) -> Option<Whole> {
        let (length, head) = (self.length?, self.head?);
        let filled = self.filled.first().is_some_and(|(from, to)| *from == 0 && *to >= length);
        if !filled {
            return None;
        }
        let captured = self.cut.unwrap_or(length).min(length);
        let octets = self.octets.get(..captured).unwrap_or_default().to_vec();
        Some(Whole { octets, packets: std::mem::take(&mut self.packets), head, length })
    }

    /// Not ICMP and the like, nor UDP on a port that belongs to no tunnel, as far as the first fragment tells.
    fn may_hold_tcp(&self) -> bool {
        match self.protocol {
            TCP => true,
            UDP => self.head.is_some() && super::udp::is_tunnel(&self.octets),
            other => super::inner::is_tunnel(other),
        }
    }
}

/// What tells a fragment from another one of the same datagram.
fn hash(fragment: &Fragment<'_>) -> u64 {
    let state = foldhash::fast::FixedState::default();
    state.hash_one((fragment.offset, fragment.more, fragment.part.length, fragment.part.payload))
}

/// Hashes kept for a datagram: as many fragments as the longest one has on Ethernet.
const MAX_HASHES: usize = 48;

/// Longest payload of an IP header that can be split.
const LONGEST: usize = 65_535;

const TCP: u8 = 6;

const UDP: u8 = 17;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::to_u64;

    /// A fragment of a datagram from 10.0.0.1 to 10.0.0.2.
    fn fragment(id: u32, offset: usize, more: bool, payload: &[u8]) -> Fragment<'_> {
        let [source, destination] = [1, 2].map(|last| IpAddr::from([10, 0, 0, last]));
        let encapsulation = Encapsulation::default();
        let length = payload.len();
        let identification = None;
        let part = Datagram {
            source,
            destination,
            protocol: TCP,
            ttl: 64,
            identification,
            payload,
            length,
            encapsulation,
        };
        Fragment { part, id, offset, more }
    }

    fn at(pkt: u64) -> Place {
        Place { pkt: pkt.into(), time: Time(0).after(Span::millis(i64::try_from(pkt).unwrap())), record: 0 }
    }

    /// The octets of the datagrams that come out, with the packets that complete them.
    fn gather(fragments: &[Fragment<'_>]) -> (Vec<(u64, Vec<u8>)>, FragmentFacts) {
        let mut all = Fragments::default();
        let mut whole = Vec::new();
        for (number, fragment) in (1..).zip(fragments) {
            if let Some(datagram) = all.push(fragment, at(number)) {
                whole.push((number, datagram.octets));
            }
        }
        (whole, all.finish())
    }

    #[test]
    fn a_datagram_is_whole_with_its_last_missing_fragment_in_any_order() {
        let parts = [
            fragment(7, 0, true, b"8 octets"),
            fragment(7, 8, true, b"8 others"),
            fragment(7, 16, false, b"end"),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let (whole, facts) = gather(&order.map(|place| parts[place]));
            assert_eq!(whole, [(3, b"8 octets8 othersend".to_vec())]);
            assert_eq!((facts.whole, facts.incomplete, facts.conflicts), (1, 0, 0));
        }
    }

    #[test]
    fn copies_change_nothing_before_and_after_the_end() {
        let [a, b] = [fragment(7, 0, true, b"8 octets"), fragment(7, 8, false, b"end")];
        let (whole, facts) = gather(&[a, a, b, b, a]);
        assert_eq!(whole, [(3, b"8 octetsend".to_vec())]);
        assert_eq!((facts.copies, facts.incomplete), (3, 0));
    }

    #[test]
    fn the_next_datagram_of_the_same_name_is_a_new_one() {
        let [a, b] = [fragment(7, 0, true, b"8 octets"), fragment(7, 8, false, b"end")];
        let [c, d] = [fragment(7, 0, true, b"8 others"), fragment(7, 8, false, b"END")];
        let (whole, facts) = gather(&[a, b, c, d]);
        assert_eq!(whole, [(2, b"8 octetsend".to_vec()), (4, b"8 othersEND".to_vec())]);
        assert_eq!(facts.conflicts, 0);
    }

    #[test]
    fn the_first_octets_win_and_others_are_counted() {
        let first = fragment(7, 8, true, b"bbbbbbbbcccccccc");
        let overlapping = fragment(7, 0, true, b"aaaaaaaaXXXXXXXX");
        let agreeing = fragment(7, 16, true, b"ccccccccdddddddd");
        let (whole, facts) = gather(&[first, overlapping, agreeing, fragment(7, 32, false, b"e")]);
        assert_eq!(whole, [(4, b"aaaaaaaabbbbbbbbccccccccdddddddde".to_vec())]);
        assert_eq!((facts.conflicts, facts.first_conflict.map(|place| place.pkt.number())), (1, Some(2)));
    }

    #[test]
    fn datagrams_of_other_names_headers_and_ends_are_kept_apart() {
        let a = fragment(7, 0, true, b"8 octets");
        let mut others = [fragment(7, 8, false, b"end"); 4];
        others[0].id = 8;
        others[1].part.destination = [10, 0, 0, 3].into();
        others[2].part.protocol = UDP;
        others[3].part.encapsulation = Encapsulation::default().within(super::super::Layer::Vlan).unwrap();
        let fragments: Vec<_> = std::iter::once(a).chain(others).collect();
        assert!(gather(&fragments).0.is_empty());
    }

    #[test]
    fn what_the_snapshot_length_cut_is_missing_from_there_on() {
        let mut first = fragment(7, 0, true, b"begin");
        first.part.length = 1_480;
        let last = fragment(7, 1_480, false, b"end");
        let mut all = Fragments::default();
        assert!(all.push(&last, at(1)).is_none());
        let whole = all.push(&first, at(2)).unwrap();
        let datagram = whole.datagram(&whole.octets);
        assert_eq!((datagram.payload, datagram.length), (&b"begin"[..], 1_483));
    }

    #[test]
    fn what_never_comes_is_counted_when_it_may_hold_tcp() {
        let mut icmp = fragment(8, 0, true, b"8 octets");
        icmp.part.protocol = 1;
        let mut dns = fragment(9, 0, true, &[0, 53, 0xab, 0xcd, 9, 9, 0, 0]);
        dns.part.protocol = UDP;
        let mut overlay = fragment(10, 0, true, &[0xab, 0xcd, 0x12, 0xb5, 9, 9, 0, 0]);
        overlay.part.protocol = UDP;
        let (_, facts) = gather(&[icmp, dns, overlay, fragment(7, 8, false, b"end")]);
        assert_eq!((facts.incomplete, facts.first_incomplete.map(|place| place.pkt.number())), (2, Some(3)));
    }

    #[test]
    fn time_and_number_are_bounded() {
        let mut all = Fragments::default();
        assert!(all.push(&fragment(7, 0, true, b"8 octets"), at(1)).is_none());
        let late =
            Place { pkt: 2.into(), time: Time(0).after(Span::seconds(FRAGMENT_TIMEOUT_S + 1)), record: 0 };
        assert!(all.push(&fragment(7, 8, false, b"end"), late).is_none());
        let octets = vec![1; 60_000];
        for id in 100..100 + 2 * u32::try_from(MAX_FRAGMENTED).unwrap() {
            assert!(all.push(&fragment(id, 0, true, &octets), late).is_none());
            assert!(all.octets <= MAX_FRAGMENT_OCTETS + LONGEST && all.pending.len() <= MAX_FRAGMENTED + 1);
        }
        let facts = all.finish();
        assert_eq!(facts.incomplete, 2 + 2 * to_u64(MAX_FRAGMENTED));
        assert!(facts.given_up > to_u64(MAX_FRAGMENTED) && all.octets == 0 && all.pending.is_empty());
    }

    #[test]
    fn a_datagram_longer_than_any_is_none() {
        assert!(gather(&[fragment(7, 0, true, &[1; 8]), fragment(7, 65_528, false, &[1; 8])]).0.is_empty());
    }

    proptest! {
        #[test]
        fn any_cutting_in_any_order_with_overlaps_and_copies_gives_the_octets(
            octets in proptest::collection::vec(any::<u8>(), 1..300),
            cuts in proptest::collection::vec((0_usize..40, 1_usize..20), 0..12),
            order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
        ) {
            // All eighths one by one, and besides them any number of overlapping parts.
            let part = |start: usize, end: usize| {
                let (start, end) = (start.min(octets.len()), end.min(octets.len()));
                fragment(7, start, end < octets.len(), &octets[start..end])
            };
            let mut parts: Vec<_> = (0..octets.len().div_ceil(8)).map(|n| part(8 * n, 8 * n + 8)).collect();
            parts.extend(cuts.iter().map(|(n, count)| part(8 * n, 8 * (n + count))).filter(|part| part.part.length > 0));
            for (place, index) in order.iter().enumerate() {
                let (a, b) = (place % parts.len(), index.index(parts.len()));
                parts.swap(a, b);
            }
            let (whole, facts) = gather(&parts);
            prop_assert_eq!(whole.first().map(|(_, whole)| whole), Some(&octets));
            prop_assert_eq!(facts.conflicts, 0);
        }
    }
}
