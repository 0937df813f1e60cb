//! PINGs and what answers them (RFC 9113 §6.7). Equal payloads are matched in order.

use std::collections::VecDeque;

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use crate::base::{Origin, Span};
use crate::frame::Flags;
use crate::limits;

/// The PINGs of one side. Most sides send none, and acknowledge none.
#[derive(Debug, Default)]
pub struct Pings(Option<Box<Tracked>>);

/// What is known of them.
#[derive(Debug, Default)]
struct Tracked {
    /// Those that wait for their acknowledgement; bounded.
    waiting: VecDeque<Ping>,
    /// PINGs beyond the cap, whose acknowledgement cannot be told from one that nobody asked for.
    untracked: u64,
    /// How long acknowledgements took, of the first ones; bounded.
    round_trips: Vec<Span>,
    /// Octets of the last acknowledgements that this side sent; bounded.
    acknowledged: VecDeque<[u8; 8]>,
}

/// A PING frame.
#[derive(Clone, Copy, Debug)]
pub struct Ping {
    /// Its 8 octets.
    pub opaque: [u8; 8],
    /// Where it began.
    pub start: Origin,
    /// Where it was complete.
    pub end: Origin,
    /// Where the peer sent a PING with the same octets, and without ACK, since.
    pub echoed: Option<Origin>,
}

impl Pings {
    /// Those that wait for their acknowledgement, oldest first; bounded.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &Ping> {
        static NONE: VecDeque<Ping> = VecDeque::new();
        self.0.as_ref().map_or(&NONE, |pings| &pings.waiting).iter()
    }

    /// The median of the time from a PING to its acknowledgement, over the first ones of both sides.
    #[must_use]
    pub fn median(&self, other: &Self) -> Option<Span> {
        let both = [self, other].into_iter().filter_map(|pings| pings.0.as_ref());
        let mut all: Vec<Span> = both.flat_map(|pings| &pings.round_trips).copied().collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    }

    fn send(&mut self, ping: Ping) {
        let pings = self.0.get_or_insert_default();
        if pings.waiting.len() < limits::MAX_OUTSTANDING_PINGS {
            pings.waiting.push_back(ping);
        } else {
            pings.untracked = pings.untracked.saturating_add(1);
        }
    }

    /// The peer sent a PING with these octets: perhaps meant as the acknowledgement.
    fn echo(&mut self, opaque: [u8; 8], start: Origin) {
        let Some(pings) = &mut self.0 else { return };
        let waiting = pings.waiting.iter_mut().find(|ping| ping.opaque == opaque && ping.echoed.is_none());
        if let Some(ping) = waiting {
            ping.echoed = Some(start);
        }
    }

    /// The PING that an acknowledgement with these octets answers.
    fn answer(&mut self, opaque: [u8; 8], end: &Origin) -> Option<Ping> {
        let pings = self.0.as_mut()?;
        let at = pings.waiting.iter().position(|ping| ping.opaque == opaque)?;
        let ping = pings.waiting.remove(at)?;
        if pings.round_trips.len() < limits::MAX_LISTED_PER_CONNECTION {
            pings.round_trips.push(end.at.time.since(ping.end.at.time));
        }
        Some(ping)
    }

    /// True when an acknowledgement that fits none may belong to a PING beyond the cap.
    fn may_be_untracked(&mut self) -> bool {
        let Some(pings) = &mut self.0 else { return false };
        let may = pings.untracked > 0;
        pings.untracked = pings.untracked.saturating_sub(1);
        may
    }

    fn remember(&mut self, opaque: [u8; 8]) {
        let pings = self.0.get_or_insert_default();
        if pings.acknowledged.len() >= limits::MAX_OUTSTANDING_PINGS {
            pings.acknowledged.pop_front();
        }
        pings.acknowledged.push_back(opaque);
    }

    /// These octets are used anew. True when the last use of them was an acknowledgement by this side.
    fn forget(&mut self, opaque: [u8; 8]) -> bool {
        let Some(pings) = &mut self.0 else { return false };
        let before = pings.acknowledged.len();
        pings.acknowledged.retain(|known| *known != opaque);
        pings.acknowledged.len() < before
    }
}

impl Connection {
    /// PING, or its acknowledgement.
    pub(super) fn ping(&mut self, seen: &Seen<'_>, opaque: [u8; 8], emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let (side, peer) = (seen.side, seen.side.peer());
        let answers_ack = self.sides[peer].pings.forget(opaque);
        if !seen.header.flags.has(Flags::ACK) {
            self.sides[side].pings.forget(opaque);
            self.sides[peer].pings.echo(opaque, *seen.start);
            let ping = Ping { opaque, start: *seen.start, end: *seen.end, echoed: None };
            self.sides[side].pings.send(ping);
            self.time_keepalive(seen);
            emit(self, seen.fact(Kind::Pinged));
            return;
        }
        if let Some(ping) = self.sides[peer].pings.answer(opaque, seen.end) {
            self.sides[side].knowledge.prove_by_ping(ping.end.tcp_end, seen.start);
            self.sides[side].pings.remember(opaque);
            emit(self, seen.fact(Kind::PingAcked { sent: ping.end }));
        } else if !self.sides[peer].pings.may_be_untracked() {
            self.sides[side].pings.remember(opaque);
            emit(self, seen.fact(Kind::UnsolicitedPingAck { opaque, answers_ack }));
        }
    }
}
