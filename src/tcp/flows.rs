//! Which connection a segment belongs to. Numbers count from 0 in the order of first packets, as Wireshark's `tcp.stream`:
//! a SYN with another sequence number on known addresses and ports opens a new connection.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

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
enum FlowKey {
    /// Of IPv4.
    Short([u32; 2], [u16; 2]),
    /// Of IPv6.
    Long([[u64; 2]; 2], [u16; 2]),
}

impl FlowKey {
    /// The key of a segment, and whether its sender is the lower endpoint.
    fn of(source: &Endpoint, destination: &Endpoint) -> (Self, bool) {
        let ports = [source.port, destination.port];
        match (source.address, destination.address) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let addresses = [from.to_bits(), to.to_bits()];
                let (ports, from_low) = in_order(addresses, ports);
                (Self::Short(if from_low { addresses } else { swapped(addresses) }, ports), from_low)
            }
            (from, to) => {
                let addresses = [words(from), words(to)];
                let (ports, from_low) = in_order(addresses, ports);
                (Self::Long(if from_low { addresses } else { swapped(addresses) }, ports), from_low)
            }
        }
    }
}

impl Hash for FlowKey {
    /// Word by word: as arrays they would be taken octet by octet.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let ports = |[low, high]: [u16; 2]| u32::from(low) << 16 | u32::from(high);
        match *self {
            Self::Short([low, high], both) => {
                state.write_u64(u64::from(low) << 32 | u64::from(high));
                state.write_u32(ports(both));
            }
            Self::Long([[a, b], [c, d]], both) => {
                [a, b, c, d].into_iter().for_each(|word| state.write_u64(word));
                state.write_u32(ports(both));
            }
        }
    }
}

/// The ports in the order of the endpoints, and whether the first one is the lower endpoint.
fn in_order<T: Ord>([from, to]: [T; 2], [source, destination]: [u16; 2]) -> ([u16; 2], bool) {
    let from_low = (from, source) <= (to, destination);
    (if from_low { [source, destination] } else { [destination, source] }, from_low)
}

fn swapped<T>([one, other]: [T; 2]) -> [T; 2] {
    [other, one]
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
    /// Sequence numbers that the SYN of each end had, or would have had.
    bases: [Option<u32>; 2],
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
    /// Nobody knows beforehand where a connection comes to stand, so that no traffic can make all of them neighbours.
    entries: HashMap<FlowKey, Entry, foldhash::fast::RandomState>,
    count: u64,
    concluded: VecDeque<(FlowKey, u64)>,
}

impl Flows {
    /// Connections seen so far.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Finds the connection of a segment, or opens it.
    pub fn seat(&mut self, (source, destination): &(Endpoint, Endpoint), segment: &Segment<'_>) -> Seat {
        let (key, from_low) = FlowKey::of(source, destination);
        let known = self.entries.get_mut(&key);
        if let Some(entry) = known
            && !entry.reused_by(from_low, segment)
        {
            entry.note(from_low, segment);
            let direction =
                if entry.forward_is_low == from_low { Direction::Forward } else { Direction::Backward };
            return Seat { number: entry.number, lane: entry.lane, direction, opens: false, replaces: None };
        }
        let number = self.count;
        self.count = self.count.saturating_add(1);
        let lane = self.entries.get(&key).map_or(number, |old| old.lane);
        let mut entry = Entry { number, lane, forward_is_low: from_low, bases: [None; 2] };
        entry.note(from_low, segment);
        let replaces = self.entries.insert(key, entry).map(|old| old.number);
        Seat { number, lane, direction: Direction::Forward, opens: true, replaces }
    }

    /// A connection between these ends is over and reported. Its addresses stay known for a while, so that a straggler opens no
    /// new connection.
    pub fn conclude(&mut self, (source, destination): (Endpoint, Endpoint), number: u64) {
        let (key, _) = FlowKey::of(&source, &destination);
        if self.concluded.len() >= limits::MAX_CONCLUDED
            && let Some((old, number)) = self.concluded.pop_front()
            && self.entries.get(&old).is_some_and(|entry| entry.number == number)
        {
            self.entries.remove(&old);
        }
        self.concluded.push_back((key, number));
    }
}

impl Entry {
    fn note(&mut self, from_low: bool, segment: &Segment<'_>) {
        let [low, high] = &mut self.bases;
        if low.is_some() && high.is_some() {
            return;
        }
        let (own, peer) = if from_low { (low, high) } else { (high, low) };
        let syn = segment.flags.has(Flags::SYN);
        own.get_or_insert(if syn { segment.sequence } else { segment.sequence.wrapping_sub(1) });
        if segment.flags.has(Flags::ACK) {
            peer.get_or_insert(segment.acknowledgement.wrapping_sub(1));
        }
    }

    fn reused_by(&self, from_low: bool, segment: &Segment<'_>) -> bool {
        if !segment.flags.has(Flags::SYN) || segment.flags.has(Flags::ACK) {
            return false;
        }
        let [low, high] = self.bases;
        let base = if from_low { low } else { high };
        base.is_some_and(|base| base != segment.sequence)
    }
}
