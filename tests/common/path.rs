//! The way between two ends: either none, or a path that takes time and loses packets, with a tap anywhere on it.

use std::collections::VecDeque;

use h2lint::base::{PerSide, Side, Span};
use h2lint::script::{Handshake, Octets, Packet, Script};
use proptest::prelude::*;

/// How long a path is, where its tap stands, what it loses, and whether TLS is spoken on it.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Microseconds from one end to the other.
    delay: i64,
    /// Thousandths of the way between the client and the tap.
    tap: i64,
    /// What becomes of each write, in turn: 0 is lost before the tap, 1 behind it.
    fates: Vec<u8>,
    secured: Secured,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secured {
    No,
    Opened,
    Closed,
}

/// Any journey.
pub fn journeys() -> impl Strategy<Value = Journey> {
    let delay = prop_oneof![Just(0), Just(40), Just(900), Just(15_000), Just(60_000), Just(150_000)];
    let tap = prop_oneof![Just(0), Just(1000), 0..=1000_i64];
    let fates = prop_oneof![Just(Vec::new()), prop::collection::vec(0..24_u8, 1..40)];
    let secured = prop_oneof![4 => Just(Secured::No), 4 => Just(Secured::Opened), 1 => Just(Secured::Closed)];
    (delay, tap, fates, secured).prop_map(|(delay, tap, fates, secured)| Journey {
        delay,
        tap,
        fates,
        secured,
    })
}

impl Journey {
    /// True when nobody can read what passes.
    pub fn is_closed(&self) -> bool {
        self.secured == Secured::Closed
    }
}

/// What carries the words of both ends.
pub enum Wire {
    /// Everything arrives at once, unless a side is blind.
    Short(Box<Option<Script>>),
    Long(Box<Path>),
}

/// A path, and what was sent over it.
pub struct Path {
    journey: Journey,
    sent: Vec<Sent>,
    /// What is on its way to each side: when it arrives, and how many messages it brings.
    flights: PerSide<VecDeque<(i64, usize)>>,
    /// When the last write of each side arrives.
    last: PerSide<i64>,
    /// When each side sends again what was lost, for the last time that it noticed.
    resends: PerSide<i64>,
    writes: usize,
}

struct Sent {
    side: Side,
    at: i64,
    arrives: i64,
    /// When the tap sees it, each time with the time at which it was sent.
    seen: Vec<(i64, i64)>,
    what: What,
}

/// What an end does on its connection.
#[derive(Clone)]
pub enum What {
    Write(Vec<Octets>),
    Ack,
    Fin,
    Rst,
}

impl What {
    /// It is done in a script.
    pub fn on(self, script: Script, side: Side) -> Script {
        match self {
            Self::Write(octets) => script.send(side, octets),
            Self::Ack => script.ack(side),
            Self::Fin => script.fin(side),
            Self::Rst => script.rst(side),
        }
    }
}

/// Microseconds after which what was not acknowledged is sent again, besides a round trip.
const AGAIN: i64 = 200_000;

impl Path {
    pub fn new(journey: Journey) -> Self {
        let flights = PerSide { client: VecDeque::new(), server: VecDeque::new() };
        Self {
            journey,
            sent: Vec::new(),
            flights,
            last: PerSide::default(),
            resends: PerSide::default(),
            writes: 0,
        }
    }

    /// When the ends may begin, in microseconds.
    pub fn begins(&self) -> i64 {
        self.journey.delay * 6 + 1_000
    }

    pub fn send(&mut self, side: Side, at: i64, what: What, messages: usize) {
        let before = self.before(side);
        let Journey { delay, fates, .. } = &self.journey;
        let fate = match what {
            What::Write(_) => fates.get(self.writes % fates.len().max(1)).copied(),
            _ => None,
        };
        self.writes += usize::from(matches!(what, What::Write(_)));
        // What is lost behind something lost is sent again when that is acknowledged.
        let again =
            if at < self.resends[side] { self.resends[side] + 2 * delay } else { at + AGAIN + 2 * delay };
        if matches!(fate, Some(0 | 1)) && at >= self.resends[side] {
            self.resends[side] = again;
        }
        let (first, second) = ((at + before, at), (again + before, again));
        let (seen, arrives) = match fate {
            Some(0) => (vec![second], again + delay),
            Some(1) => (vec![first, second], again + delay),
            _ => (vec![first], at + delay),
        };
        let arrives = arrives.max(self.last[side]);
        self.last[side] = arrives;
        self.flights[side.peer()].push_back((arrives, messages));
        self.sent.push(Sent { side, at, arrives, seen, what });
    }

    /// Messages that have arrived at a side since it was asked last.
    pub fn arrived(&mut self, side: Side, now: i64) -> usize {
        let flights = &mut self.flights[side];
        let landed = flights.iter().take_while(|(arrives, _)| *arrives <= now).count();
        flights.drain(..landed).map(|(_, messages)| messages).sum()
    }

    /// When nothing is on its way any more.
    pub fn quiet_from(&self) -> i64 {
        self.last.client.max(self.last.server)
    }

    /// What the tap saw.
    pub fn script(self) -> Script {
        let handshake = Handshake::tls13().offers(&["h2"]).answers(&["h2"]);
        let mut script = match self.journey.secured {
            Secured::No => Script::connect(),
            Secured::Opened => Script::tls(&handshake),
            Secured::Closed => Script::tls(&handshake.without_keys()),
        };
        let start = script.packets()[0].time;
        let mut packets: Vec<(i64, Packet)> = Vec::new();
        for (turn, packet) in (0..).zip(script.packets()) {
            // SYN, SYN/ACK, then ACK and what follows it at once.
            let sent = self.journey.delay * if turn < 2 { turn } else { (turn - 1_i64).max(2) };
            packets.push((sent + self.before(packet.side), packet.clone()));
        }
        let mut ends: PerSide<Vec<(i64, u64)>> = PerSide::default();
        for packet in script.packets() {
            ends[packet.side].push((i64::MIN, end(packet)));
        }
        let mut spans = Vec::new();
        for sent in &self.sent {
            let from = script.packets().len();
            script = sent.what.clone().on(script, sent.side);
            ends[sent.side].extend(script.packets()[from..].iter().map(|packet| (sent.arrives, end(packet))));
            spans.push(from..script.packets().len());
        }
        for (sent, span) in self.sent.iter().zip(spans) {
            for packet in &script.packets()[span] {
                for (seen, at) in &sent.seen {
                    // What is sent again is sent before anything that answers it arrives.
                    let upto = if *at > sent.at { *at - 1 } else { *at };
                    let known = ends[sent.side.peer()].iter().filter(|(arrives, _)| *arrives <= upto);
                    let acknowledged = known.map(|(_, end)| *end).max().unwrap_or_default();
                    packets.push((*seen, Packet { acknowledged, ..packet.clone() }));
                }
            }
        }
        packets.sort_by_key(|(seen, _)| *seen);
        let at = |(seen, packet)| Packet { time: start.after(Span(seen * 1000)), ..packet };
        let packets = packets.into_iter().map(at).collect();
        script.with_packets(packets)
    }

    fn before(&self, side: Side) -> i64 {
        let Journey { delay, tap, .. } = self.journey;
        delay * if side == Side::Client { tap } else { 1000 - tap } / 1000
    }
}

/// The offset behind a packet.
fn end(packet: &Packet) -> u64 {
    const SYN_OR_FIN: u8 = 0x03;
    packet.offset + packet.payload.len() as u64 + u64::from(packet.flags & SYN_OR_FIN != 0)
}
