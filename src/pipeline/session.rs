//! One TCP connection from its first segment to its last: TCP, and above it what the octets turn out to be.

use std::sync::Arc;

use super::conclusion::Concluded;
use super::desk::Desk;
use super::early::Waiting;
use super::layers::Layers;
use super::listing::{Listed, Rank};
use crate::base::{Piece, Place, Side, to_u64};
use crate::conn::Interest;
use crate::limits;
use crate::link::Encapsulation;
use crate::tcp::{Connection as Tcp, Direction, Endpoint, Flags, Output, Segment};
use crate::views::Observed;

/// A connection on its way through the floors.
#[derive(Default)]
pub(super) struct Session {
    tcp: Tcp,
    /// Who sends as the client, once that is known.
    client: Option<Direction>,
    /// What came before that was known.
    early: Option<Box<Waiting>>,
    layers: Layers,
}

impl Session {
    #[inline]
    pub(super) fn open(
        number: u64,
        ends: (Endpoint, Endpoint),
        segment: &Segment<'_>,
        encapsulation: Encapsulation,
        desk: &Desk,
        interest: Interest,
    ) -> Box<Self> {
        let syn = segment.flags.has(Flags::SYN);
        let client = match (syn, segment.flags.has(Flags::ACK)) {
            (true, false) => Some(Direction::Forward),
            (true, true) => Some(Direction::Backward),
            (false, _) => None,
        };
        // What is large is made in its place: moving it would cost more than making it.
        let mut session = Box::<Self>::default();
        session.client = client;
        let upper = &mut session.layers.upper;
        upper.begin(number, segment.at, ends, encapsulation);
        upper.conn.interest = interest;
        upper.conn.thresholds = Some(Arc::clone(&desk.thresholds));
        upper.told = desk.wishes.told(ends);
        if let Some(client) = client {
            upper.ears.seat(client);
        }
        session
    }

    pub(super) fn push(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let Self { tcp, client, early, layers } = self;
        let back =
            layers.upper.ears.now.time.since(segment.at.time).max(tcp.stream(direction).late_by(segment));
        if back > layers.upper.ears.coverage.ran_back && !tcp.last().pkt.is_none() {
            layers.upper.ears.coverage.ran_back = back;
        }
        layers.upper.ears.now = segment.at;
        if let Some(client) = *client {
            layers.upper.ears.coverage.sides[side(client, direction)].absent = false;
        }
        tcp.push(direction, segment, &mut |direction, output| {
            route(client, early, layers, direction, output, desk, observe);
        });
    }

    /// True when nothing can follow but repetitions.
    pub(super) fn is_closed(&self) -> bool {
        self.tcp.is_closed()
    }

    /// Octets that it holds in memory, as far as traffic decides that.
    pub(super) fn octets(&self) -> u64 {
        limits::CONNECTION_OCTETS
            .saturating_add(self.tcp.weight())
            // Once as octets, once more as outputs.
            .saturating_add(to_u64(self.early.as_ref().map_or(0, |early| early.weight())).saturating_mul(2))
            .saturating_add(self.layers.octets())
    }

    /// What came, and what makes a connection heavy: where that has hardly changed, neither has [`Self::octets`].
    #[inline]
    pub(super) fn bulk(&self) -> u64 {
        let sent = |direction| self.tcp.stream(direction).stats.octets;
        sent(Direction::Forward)
            .saturating_add(sent(Direction::Backward))
            .saturating_add(self.tcp.weight())
            .saturating_add(self.layers.upper.bulk())
    }

    /// Its last packet so far.
    pub(super) const fn last(&self) -> Place {
        self.tcp.last()
    }

    /// The first packet that the capture had already, and how many there are.
    pub(super) fn copies(&self) -> Option<(Place, u64)> {
        let both = [Direction::Forward, Direction::Backward].map(|way| self.tcp.stream(way).again());
        let first = both.iter().filter_map(|again| again.copied_at).min_by_key(|place| place.pkt)?;
        Some((first, both.iter().fold(0, |sum: u64, again| sum.saturating_add(again.copies))))
    }

    /// The sender of the first packet, and the other end.
    pub(super) const fn ends(&self) -> (Endpoint, Endpoint) {
        self.layers.upper.ears.ends
    }

    /// True when streams stood above the bar since it was told last; and the bar from here on.
    #[inline]
    pub(super) const fn has_candidates(&mut self, bar: Option<Rank>) -> bool {
        self.layers.upper.ears.calls.has_candidates(bar)
    }

    /// Takes them.
    pub(super) fn candidates(&mut self) -> Vec<Listed> {
        self.layers.upper.ears.calls.candidates()
    }

    /// True when TLS has begun.
    pub(super) const fn is_secured(&self) -> bool {
        self.layers.is_secured()
    }

    /// True when both ends have closed, or one has reset.
    pub(super) fn is_over(&self) -> bool {
        self.layers.upper.conn.transport.is_over()
    }

    /// The connection, or the capture, is over; `capture` is the capture's last packet.
    pub(super) fn finish(
        &mut self,
        capture: Place,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> Box<Concluded> {
        let Self { tcp, client, early, layers } = self;
        tcp.finish(&mut |direction, output| route(client, early, layers, direction, output, desk, observe));
        let client = client.unwrap_or_else(|| {
            let found = layers.upper.lower_port_serves();
            layers.upper.ears.coverage.roles_guessed = true;
            layers.upper.ears.seat(found);
            if let Some(early) = early.take() {
                early.replay(found, layers, desk, observe);
            }
            found
        });
        for direction in [Direction::Forward, Direction::Backward] {
            let absent = self.tcp.stream(direction).stats.packets == 0;
            let seen = &mut self.layers.upper.ears.coverage.sides[side(client, direction)];
            seen.absent = absent;
            if let Some(at) = self.tcp.stream(direction).again().differing_at {
                seen.lost_mut().differs = Some(at);
            }
        }
        let over = self.is_over();
        self.layers.finish(&self.tcp, client, capture, over, desk, observe)
    }
}

/// The side that sends in a direction.
pub(super) fn side(client: Direction, direction: Direction) -> Side {
    if client == direction { Side::Client } else { Side::Server }
}

/// Hands what TCP says to the floors above, once it is known who is the client.
fn route(
    client: &mut Option<Direction>,
    early: &mut Option<Box<Waiting>>,
    layers: &mut Layers,
    direction: Direction,
    output: Output<'_>,
    desk: &Desk,
    observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
) {
    if let Some(client) = *client {
        layers.take(side(client, direction), output, desk, observe);
        return;
    }
    let waiting = early.get_or_insert_default();
    waiting.push(direction, output);
    let Output::Piece(Piece::Chunk { bytes, .. }) = output else { return };
    let found = waiting.who_is_client(direction, bytes);
    let Some((found, certain)) =
        found.or_else(|| waiting.is_full().then(|| (layers.upper.lower_port_serves(), false)))
    else {
        return;
    };
    layers.upper.ears.coverage.roles_guessed = !certain;
    *client = Some(found);
    layers.upper.ears.seat(found);
    if let Some(early) = early.take() {
        early.replay(found, layers, desk, observe);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_fits_a_piece_that_allocators_cut() {
        assert!(size_of::<Session>() <= 1536, "{}", size_of::<Session>());
    }
}
