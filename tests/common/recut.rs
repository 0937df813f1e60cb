//! The same conversation as other paths and mirror ports would have shown it: cut and joined anew, with repetitions, duplicates,
//! keep-alives, and packets that changed places.
//!
//! Causality stays. A packet overtakes another one of its own side only when nothing of the peer came between them, and one of the
//! peer only when its acknowledgement covers what it overtook, as happens when a capture reads two queues; each time by a
//! few microseconds. What nothing on the wire ties together keeps its order: that order is what "passed" means. SYN and RST keep
//! their places, and nothing is added behind a RST, nor a word of an end that was asked after a silence and has not answered.

use h2lint::base::{Side, Span};
use h2lint::limits;
use h2lint::script::Packet;
use proptest::prelude::*;

/// A change to a list of packets.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    kind: u8,
    at: u16,
    a: u16,
    b: u16,
}

/// Changes, any number of them.
pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = (any::<u8>(), any::<u16>(), any::<u16>(), any::<u16>());
    prop::collection::vec(one.prop_map(|(kind, at, a, b)| Change { kind, at, a, b }), 0..40)
}

/// The packets, with nothing but a microsecond where no time was said to pass: what changes places then changes no length of time
/// that a rule looks at.
pub fn hastened(packets: &[Packet]) -> Vec<Packet> {
    let mut hastened: Vec<Packet> = packets.to_vec();
    for at in 1..packets.len() {
        let passed = packets[at].time.since(packets[at - 1].time);
        let passed = if passed <= STEP { Span(1_000) } else { passed };
        hastened[at].time = hastened[at - 1].time.after(passed);
    }
    hastened
}

/// The packets with these changes.
pub fn recut(packets: &[Packet], changes: &[Change]) -> Vec<Packet> {
    let mut cut = Recut { packets: packets.to_vec(), rank: (0..packets.len()).collect() };
    for change in changes {
        cut.apply(*change);
    }
    cut.packets
}

/// One packet that its path lost on the way to the tap, and its retransmission, a quarter of a second after the last packet that can
/// have passed without it; `choice` says which packet.
pub fn lost_on_the_way(packets: &[Packet], choice: usize) -> Vec<Packet> {
    let mut left = packets.to_vec();
    let mut lost = left.remove(choice % packets.len());
    let at = choice % packets.len();
    let answers = |packet: &Packet| packet.side != lost.side && packet.acknowledged > lost.offset;
    let ends = |packet: &Packet| packet.flags & (FIN | RST) != 0;
    let until =
        (at..left.len()).find(|place| answers(&left[*place]) || ends(&left[*place])).unwrap_or(left.len());
    if lost.payload.is_empty() || lost.flags & (SYN | FIN | RST) != 0 || until == 0 {
        return packets.to_vec();
    }
    let wait = Span::millis(250);
    lost.time = left[until - 1].time.after(wait);
    let before = left[..until].iter().filter(|packet| packet.side == lost.side);
    lost.acknowledged =
        before.map(|packet| packet.acknowledged).max().unwrap_or_default().max(lost.acknowledged);
    left[until..].iter_mut().for_each(|packet| packet.time = packet.time.after(wait));
    left.insert(until, lost);
    left
}

/// Every packet cut into segments of at most this many octets.
pub fn in_segments_of(packets: &[Packet], most: usize) -> Vec<Packet> {
    let mut all = Vec::new();
    for packet in packets {
        let parts = packet.payload.len().div_ceil(most).max(1);
        for part in 0..parts {
            let from = part * most;
            let to = packet.payload.len().min(from + most);
            let flags = if part + 1 < parts { packet.flags & !FIN } else { packet.flags };
            let payload = packet.payload[from.min(to)..to].to_vec();
            all.push(Packet { offset: packet.offset + from as u64, payload, flags, ..packet.clone() });
        }
    }
    all
}

/// Nobody sends again after this what was acknowledged long ago.
const PATIENCE: Span = Span::seconds(2);

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// What a script lets pass between two packets when nothing is said.
const STEP: Span = Span(100_000);

/// The furthest that a packet is moved in time: over what a hastened script lets pass when nothing is said.
const MOVED: Span = Span(50_000);

struct Recut {
    packets: Vec<Packet>,
    /// Place of each packet in the conversation as it was.
    rank: Vec<usize>,
}

impl Recut {
    fn apply(&mut self, change: Change) {
        let Change { kind, at, a, b } = change;
        let at = usize::from(at) % self.packets.len();
        match kind % 10 {
            0 | 1 => self.split(at, usize::from(a)),
            2 => self.join(at),
            3 => self.retransmit(at, usize::from(a), usize::from(b)),
            4 => self.duplicate(at),
            5 | 6 => self.swap_within_side(at),
            7 | 8 => self.swap_with_acknowledgement(at),
            _ if a % 2 == 0 => self.keep_alive(at, b),
            _ => self.repeat_acknowledgement(at, b),
        }
    }

    /// A packet more, which says of the receive window what its side said last.
    fn insert(&mut self, at: usize, mut packet: Packet, rank: usize) {
        let said = self.packets[..at].iter().rfind(|earlier| earlier.side == packet.side);
        packet.window = said.map_or(packet.window, |said| said.window);
        self.packets.insert(at, packet);
        self.rank.insert(at, rank);
    }

    fn split(&mut self, at: usize, choice: usize) {
        let length = self.packets[at].payload.len();
        if length < 2 {
            return;
        }
        let cut = 1 + choice % (length - 1);
        let first = &mut self.packets[at];
        let mut second = first.clone();
        second.payload = first.payload.split_off(cut);
        second.offset += cut as u64;
        first.flags &= !FIN;
        self.insert(at + 1, second, self.rank[at]);
    }

    /// Two segments that acknowledge the same and follow each other at once come as one.
    fn join(&mut self, at: usize) {
        let [first, second] = &self.packets[at..(at + 2).min(self.packets.len())] else { return };
        let adjoining = first.offset + first.payload.len() as u64 == second.offset;
        let plain = (first.flags | second.flags) & (SYN | RST) == 0 && first.flags & FIN == 0;
        let same = first.side == second.side && first.acknowledged == second.acknowledged;
        let short = first.payload.len() + second.payload.len() < 60_000;
        let filled = !first.payload.is_empty() && !second.payload.is_empty();
        if adjoining && plain && same && short && filled && second.time.since(first.time) < MOVED {
            let second = self.packets.remove(at + 1);
            self.rank.remove(at + 1);
            let first = &mut self.packets[at];
            first.payload.extend(second.payload);
            first.flags |= second.flags;
            first.time = second.time;
        }
    }

    /// Some octets of a segment again, at a later place.
    fn retransmit(&mut self, at: usize, from: usize, later: usize) {
        let original = &self.packets[at];
        let length = original.payload.len();
        let place = at + 1 + later % (self.packets.len() - at);
        let late = self.packets[place - 1].time.since(original.time) > PATIENCE;
        let side = original.side;
        if length == 0 || late || self.is_reset_before(place) || self.is_asked(side, place) {
            return;
        }
        let start = from % length;
        let end = if later.is_multiple_of(3) { length } else { start + 1 + later % (length - start) };
        let packet = Packet {
            time: self.packets[place - 1].time,
            flags: original.flags & !FIN,
            offset: original.offset + start as u64,
            acknowledged: self.acknowledged(original.side, place),
            payload: original.payload[start..end].to_vec(),
            ..original.clone()
        };
        self.insert(place, packet, self.rank[place - 1]);
    }

    fn duplicate(&mut self, at: usize) {
        self.insert(at + 1, self.packets[at].clone(), self.rank[at]);
    }

    fn swap_within_side(&mut self, at: usize) {
        let Some((first, second)) = self.pair(at) else { return };
        let (low, high) = (self.rank[at].min(self.rank[at + 1]), self.rank[at].max(self.rank[at + 1]));
        let peer = first.side.peer();
        let between = (0..self.packets.len())
            .any(|other| self.packets[other].side == peer && (low..=high).contains(&self.rank[other]));
        if first.side == second.side && !between {
            self.swap(at);
        }
    }

    /// The second packet acknowledges the first one, and yet is seen before it.
    fn swap_with_acknowledgement(&mut self, at: usize) {
        let Some((first, second)) = self.pair(at) else { return };
        let end = first.offset + first.payload.len() as u64;
        let bare = first.payload.is_empty() && first.flags & FIN == 0;
        let ties = !bare && second.flags & ACK != 0 && second.acknowledged >= end;
        if first.side != second.side && ties {
            self.swap(at);
        }
    }

    /// The packet and the next one, when they may change places at all.
    fn pair(&self, at: usize) -> Option<(&Packet, &Packet)> {
        let [first, second] = self.packets.get(at..at + 2)? else { return None };
        let fixed = (first.flags | second.flags) & (SYN | RST) != 0;
        (!fixed && second.time.since(first.time) < MOVED).then_some((first, second))
    }

    fn swap(&mut self, at: usize) {
        let times = (self.packets[at].time, self.packets[at + 1].time);
        self.packets.swap(at, at + 1);
        self.rank.swap(at, at + 1);
        (self.packets[at].time, self.packets[at + 1].time) = times;
    }

    /// The octet before the next one again, or none, and the answer to it.
    fn keep_alive(&mut self, at: usize, choice: u16) {
        let side = self.packets[at].side;
        let place = at + 1;
        let (sent, peer_acked) = (self.sent(side, place), self.acknowledged(side.peer(), place));
        if sent < 2 || peer_acked < sent || self.is_reset_before(place) || self.is_over(side, sent) {
            return;
        }
        if Side::BOTH.into_iter().any(|side| self.is_asked(side, place)) {
            return;
        }
        let answered = self.sent(side.peer(), place);
        let probe = self.bare(at, side, sent - 1, vec![0; usize::from(choice % 2)]);
        let answer = self.bare(at, side.peer(), answered, Vec::new());
        self.insert(place, probe, self.rank[at]);
        self.insert(place + 1, answer, self.rank[at]);
    }

    fn repeat_acknowledgement(&mut self, at: usize, choice: u16) {
        let side = if choice.is_multiple_of(2) { Side::Client } else { Side::Server };
        let place = at + 1;
        let offset = self.sent(side, place);
        let silent = offset == 0 || self.acknowledged(side, place) == 0;
        if silent || self.is_reset_before(place) || self.is_asked(side, place) {
            return;
        }
        self.insert(place, self.bare(at, side, offset, Vec::new()), self.rank[at]);
    }

    /// A segment behind the packet `at`, at its time, which acknowledges what its sender had acknowledged.
    fn bare(&self, at: usize, side: Side, offset: u64, payload: Vec<u8>) -> Packet {
        let acknowledged = self.acknowledged(side, at + 1);
        Packet { side, flags: ACK, offset, acknowledged, payload, ..self.packets[at].clone() }
    }

    /// The furthest that a side acknowledged before `place`.
    fn acknowledged(&self, side: Side, place: usize) -> u64 {
        self.of(side, place).map(|packet| packet.acknowledged).max().unwrap_or_default()
    }

    /// The next sequence number of a side at `place`.
    fn sent(&self, side: Side, place: usize) -> u64 {
        let end = |packet: &Packet| {
            packet.offset + packet.payload.len() as u64 + u64::from(packet.flags & (SYN | FIN) != 0)
        };
        self.of(side, place).map(end).max().unwrap_or_default()
    }

    /// True when the number before `sent` is that of the side's FIN, wherever that is by now.
    fn is_over(&self, side: Side, sent: u64) -> bool {
        let ends =
            |packet: &Packet| packet.flags & FIN != 0 && packet.offset + (packet.payload.len() as u64) < sent;
        self.of(side, self.packets.len()).any(ends)
    }

    /// True when the peer of a side broke a silence, and the side has said nothing since: whatever it says then, even what it said
    /// before, shows that it lives and that the path knows the connection, and the same conversation does not show that.
    fn is_asked(&self, side: Side, place: usize) -> bool {
        let last = self.packets[..place].iter().rposition(|packet| packet.side == side).unwrap_or_default();
        let silence = Span::millis(limits::SILENCE_MS);
        self.packets[last..place].windows(2).any(|pair| pair[1].time.since(pair[0].time) >= silence)
    }

    fn is_reset_before(&self, place: usize) -> bool {
        self.packets[..place].iter().any(|packet| packet.flags & RST != 0)
    }

    fn of(&self, side: Side, place: usize) -> impl Iterator<Item = &Packet> {
        self.packets[..place].iter().filter(move |packet| packet.side == side)
    }
}
