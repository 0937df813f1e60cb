//! Which connection a segment belongs to. Numbers count from 0 in the order of first packets, as Wireshark's `tcp.stream`:
//! a SYN with another sequence number on known addresses and ports opens a new connection.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};

use super::{Direction, Flags, Segment};
use crate::limits;

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub address: IpAddr,
    /// TCP port.
    pub port: u16,
}

impl Default for Endpoint {
    /// Nobody.
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

/// Both endpoints, in an order that does not depend on who sent: addresses and ports of the lower and the higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair<T> {
    addresses: [T; 2],
    ports: [u16; 2],
}

/// The key of a connection, by the version of its addresses, whose tables stand apart: the shorter the key, the more of them are at hand.
#[derive(Clone, Copy, Debug)]
enum FlowKey {
    /// Of IPv4.
    Short(Pair<u32>),
    /// Of IPv6.
    Long(Pair<[u64; 2]>),
}

impl FlowKey {
    /// The key of a segment, and whether its sender is the lower endpoint.
    fn of(source: &Endpoint, destination: &Endpoint) -> (Self, bool) {
        let ports = [source.port, destination.port];
        match (source.address, destination.address) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let (pair, from_low) = Pair::of([from.to_bits(), to.to_bits()], ports);
                (Self::Short(pair), from_low)
            }
            (from, to) => {
                let (pair, from_low) = Pair::of([words(from), words(to)], ports);
                (Self::Long(pair), from_low)
            }
        }
    }
}

impl<T: Ord + Copy> Pair<T> {
    /// The ends of a segment, and whether its sender is the lower one.
    fn of([from, to]: [T; 2], [source, destination]: [u16; 2]) -> (Self, bool) {
        let from_low = (from, source) <= (to, destination);
        let pair = if from_low {
            Self { addresses: [from, to], ports: [source, destination] }
        } else {
            Self { addresses: [to, from], ports: [destination, source] }
        };
        (pair, from_low)
    }
}

impl Hash for Pair<u32> {
    /// In two words: as arrays they would be taken octet by octet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ([low, high], [one, other]) = (self.addresses, self.ports);
        state.write_u64(u64::from(low) << 32 | u64::from(high));
        state.write_u32(u32::from(one) << 16 | u32::from(other));
    }
}

impl Hash for Pair<[u64; 2]> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ([[a, b], [c, d]], [one, other]) = (self.addresses, self.ports);
        [a, b, c, d].into_iter().for_each(|word| state.write_u64(word));
        state.write_u32(u32::from(one) << 16 | u32::from(other));
    }
}

/// An address of IPv6; one of IPv4 is kept apart from those that embed it.
fn words(address: IpAddr) -> [u64; 2] {
    match address {
        IpAddr::V4(address) => [1 << 63 | 1 << 26, u64::from(address.to_bits())],
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h, rest @ ..] = address.octets();
            [u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from_be_bytes(rest)]
        }
    }
}

/// What the table knows of a connection.
#[derive(Clone, Copy, Debug)]
struct Entry {
    number: u64,
    /// The first connection that had these addresses and ports.
    lane: u64,
    /// True when the first packet came from the lower endpoint.
    forward_is_low: bool,
    /// Sequence numbers that the SYN of the lower and the higher end had, or would have had, as far as they are known.
    known: [bool; 2],
    bases: [u32; 2],
}

/// Where a segment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The connection's number.
    pub number: u64,
    /// The same for all connections between the same addresses and ports, as long as the table knows them; else the numbers of lanes are
    /// spread as evenly as those of connections.
    pub lane: u64,
    /// Who sent.
    pub direction: Direction,
    /// True when this segment opens the connection.
    pub opens: bool,
    /// The connection that had the same addresses and ports until now.
    pub replaces: Option<u64>,
}

/// The table of connections.
#[derive(Debug, Default)]
pub struct Flows {
    short: Table<u32>,
    long: Table<[u64; 2]>,
    count: u64,
    concluded: VecDeque<(FlowKey, u64)>,
}

/// The connections between addresses of one version. Nobody knows beforehand where one of them comes to stand, so that no traffic can make
/// all of them neighbours.
#[derive(Debug, Default)]
struct Table<T>(HashMap<Pair<T>, Entry, foldhash::fast::RandomState>);

impl Flows {
    /// Connections seen so far.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Finds the connection of a segment, or opens it.
    pub fn seat(&mut self, (source, destination): &(Endpoint, Endpoint), segment: &Segment<'_>) -> Seat {
        let (key, from_low) = FlowKey::of(source, destination);
        let seat = match key {
            FlowKey::Short(pair) => self.short.seat(pair, from_low, segment, self.count),
            FlowKey::Long(pair) => self.long.seat(pair, from_low, segment, self.count),
        };
        self.count = self.count.saturating_add(u64::from(seat.opens));
        seat
    }

    /// A connection between these ends is over and reported. Its addresses stay known for a while, so that a straggler opens no
    /// new connection.
    pub fn conclude(&mut self, (source, destination): (Endpoint, Endpoint), number: u64) {
        let (key, _) = FlowKey::of(&source, &destination);
        if self.concluded.len() >= limits::MAX_CONCLUDED
            && let Some((old, number)) = self.concluded.pop_front()
        {
            match old {
                FlowKey::Short(pair) => self.short.forget(&pair, number),
                FlowKey::Long(pair) => self.long.forget(&pair, number),
            }
        }
        self.concluded.push_back((key, number));
    }
}

impl<T: Eq> Table<T>
where
    Pair<T>: Hash,
{
    /// Finds a connection, or opens it under the `next` number.
    #[inline]
    fn seat(&mut self, pair: Pair<T>, from_low: bool, segment: &Segment<'_>, next: u64) -> Seat {
        let mut lane = next;
        if let Some(entry) = self.0.get_mut(&pair) {
            if !entry.reused_by(from_low, segment) {
                return entry.seat(from_low, segment);
            }
            lane = entry.lane;
        }
        let mut entry =
            Entry { number: next, lane, forward_is_low: from_low, known: [false; 2], bases: [0; 2] };
        entry.note(from_low, segment);
        let replaces = self.0.insert(pair, entry).map(|old| old.number);
        Seat { number: next, lane, direction: Direction::Forward, opens: true, replaces }
    }

    /// Forgets a connection, unless another one has taken its place.
    fn forget(&mut self, pair: &Pair<T>, number: u64) {
        if self.0.get(pair).is_some_and(|entry| entry.number == number) {
            self.0.remove(pair);
        }
    }
}

impl Entry {
    /// Where a segment belongs that opens nothing.
    #[inline]
    fn seat(&mut self, from_low: bool, segment: &Segment<'_>) -> Seat {
        self.note(from_low, segment);
        let direction =
            if self.forward_is_low == from_low { Direction::Forward } else { Direction::Backward };
        Seat { number: self.number, lane: self.lane, direction, opens: false, replaces: None }
    }

    #[inline]
    fn note(&mut self, from_low: bool, segment: &Segment<'_>) {
        if self.known == [true; 2] {
            return;
        }
        let syn = segment.flags.has(Flags::SYN);
        self.begin(from_low, if syn { segment.sequence } else { segment.sequence.wrapping_sub(1) });
        if segment.flags.has(Flags::ACK) {
            self.begin(!from_low, segment.acknowledgement.wrapping_sub(1));
        }
    }

    /// The SYN of an end had this number, unless another one is known.
    fn begin(&mut self, low: bool, number: u32) {
        let ([low_known, high_known], [low_base, high_base]) = (&mut self.known, &mut self.bases);
        let (known, base) = if low { (low_known, low_base) } else { (high_known, high_base) };
        if !*known {
            (*known, *base) = (true, number);
        }
    }

    #[inline]
    fn reused_by(&self, from_low: bool, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::ACK) {
            return false;
        }
        let ([low_known, high_known], [low, high]) = (self.known, self.bases);
        let (known, base) = if from_low { (low_known, low) } else { (high_known, high) };
        known && base != segment.sequence
    }
}
