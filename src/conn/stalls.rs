//! When a sender waited for credit: after DATA that left less credit than a frame like it needs, it sent no more until WINDOW_UPDATE
//! passed, and went on at once. Only frames that use a window up come here.

use super::connection::Connection;
use super::frames::Seen;
use super::stream::Stream;
use crate::base::{Origin, Place, Span, Time};
use crate::frame::StreamId;
use crate::limits;

/// How long a side waited for credit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stalls {
    /// Waits of any length, together.
    pub blocked: Span,
    /// Waits that were long, together, and how many.
    pub stalled: Span,
    /// How many.
    pub count: u32,
    /// The longest.
    pub longest: Option<CreditWait>,
}

/// One wait.
#[derive(Clone, Copy, Debug)]
pub struct CreditWait {
    /// The stream that waited; 0 when it was for the connection's window.
    pub stream: StreamId,
    /// The DATA that used the credit up.
    pub since: Origin,
    /// The WINDOW_UPDATE that ended the wait.
    pub credit: Origin,
    /// How long the sender surely was without credit.
    pub span: Span,
}

/// A sender that may be waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    stream: StreamId,
    since: Origin,
    credit: Option<Origin>,
}

/// The waits of one side.
#[derive(Debug, Default)]
pub(super) struct Waits {
    pub open: Vec<Wait>,
    pub stalls: Stalls,
}

/// A sender that goes on within this time after credit passed had waited for it.
const AT_ONCE: Span = Span::millis(5);

impl Connection {
    /// DATA was counted against `window`, which is the connection's for stream 0: is a wait over, does one begin?
    #[inline]
    pub(super) fn time_waits(&mut self, seen: &Seen<'_>, stream: StreamId, window: i64) {
        let uses_up = window < i64::from(seen.header.length);
        if uses_up || self.waits[seen.side].is_some() {
            self.time_wait(seen, stream, window);
        }
    }

    #[cold]
    fn time_wait(&mut self, seen: &Seen<'_>, stream: StreamId, window: i64) {
        let uses_up = window < i64::from(seen.header.length);
        let round_trip = self.transport.round_trip().unwrap_or(Span::ZERO);
        let least = self.thresholds().stall;
        let waits = self.waits[seen.side].get_or_insert_default();
        let over = waits.open.iter().position(|wait| wait.stream == stream);
        let over = over.map(|at| waits.open.swap_remove(at));
        let ends = stream != StreamId::CONNECTION && seen.header.ends_stream();
        if uses_up && !ends && waits.open.len() < limits::MAX_TIMED_WAITS {
            waits.open.push(Wait { stream, since: *seen.start, credit: None });
        }
        let now = seen.start.at.time;
        let waited = over.and_then(|wait| {
            let credit = wait.credit?;
            let at_once = now.since(credit.at.time) <= AT_ONCE.plus(round_trip);
            at_once.then(|| (wait, credit, now.since(wait.since.at.time)))
        });
        let Some((wait, credit, blocked)) = waited else { return };
        let stalls = &mut waits.stalls;
        stalls.blocked = stalls.blocked.plus(blocked);
        let span = blocked.plus(round_trip.times(-1));
        if span >= least {
            stalls.stalled = stalls.stalled.plus(span);
            stalls.count = stalls.count.saturating_add(1);
            if stalls.longest.is_none_or(|longest| longest.span < span) {
                stalls.longest = Some(CreditWait { stream, since: wait.since, credit, span });
            }
        }
        if let Some(stream) = self.streams.get_mut(seen.header.stream) {
            stream.blocked = stream.blocked.plus(blocked);
        }
    }

    /// Credit for the peer of its sender passes.
    pub(super) fn note_credit(&mut self, seen: &Seen<'_>) {
        let Some(waits) = &mut self.waits[seen.side.peer()] else { return };
        let wait = waits.open.iter_mut().find(|wait| wait.stream == seen.header.stream);
        if let Some(wait) = wait {
            wait.credit.get_or_insert(*seen.start);
        }
    }

    /// How long `side` has waited for credit.
    #[must_use]
    pub fn stalls(&self, side: crate::base::Side) -> Stalls {
        self.waits[side].as_deref().map(|waits| waits.stalls).unwrap_or_default()
    }
}

impl Connection {
    /// The server's first frame on a stream: how long that took it.
    pub(super) fn time_answer(&mut self, seen: &Seen<'_>) {
        let round_trip = self.transport.round_trip().unwrap_or(Span::ZERO);
        let Some(stream) = self.streams.get_mut(seen.header.stream) else { return };
        let Some(ended) = stream.sent.client.ended.filter(|_| stream.served.is_none()) else { return };
        let now = seen.start.at;
        let header = ended.tcp_end.saturating_add(9);
        let whole_request =
            if stream.opened_end == u64::MAX { header } else { header.max(stream.opened_end) };
        let arrived = self.sides.server.knowledge.covered_since(whole_request);
        let own = arrived.filter(|at| at.pkt < now.pkt).map(|at| now.time.since(at.time));
        let whole = now.time.since(ended.at.time).plus(round_trip.times(-1));
        stream.served = Some(own.unwrap_or(whole).max(Span::ZERO));
    }

    /// Octets of a side were lost and sent again: every open stream waited.
    pub(super) fn spread_loss(&mut self, waited: Span) {
        for stream in self.streams.iter_mut().filter(|stream| !stream.is_closed()) {
            stream.lost = stream.lost.plus(waited);
        }
    }
}

/// How long a client had as many streams open as it may.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowding {
    /// In all, the present time at the limit not counted.
    pub total: Span,
    /// Since when it has been at the limit, if it is.
    pub since: Option<Place>,
    /// When it first was.
    pub first: Option<Origin>,
    /// The limit.
    pub limit: u32,
    /// How often it reached the limit.
    pub reached: u32,
    /// How often that followed within a millisecond after another stream closed.
    pub followed: u32,
    freed: Option<Time>,
}

/// A stream that opens within this time after another one closed had waited for it.
const FOLLOWS: Span = Span::millis(1);

impl Crowding {
    /// A stream opened, and the limit is reached or passed.
    fn full(&mut self, at: &Origin, limit: u32) {
        if self.since.is_some() {
            return;
        }
        self.since = Some(at.at);
        self.first.get_or_insert(*at);
        self.limit = limit;
        self.reached = self.reached.saturating_add(1);
        let follows = self.freed.is_some_and(|freed| at.at.time.since(freed) <= FOLLOWS);
        self.followed = self.followed.saturating_add(u32::from(follows));
    }

    /// Fewer streams are open than may be.
    fn room(&mut self, time: Time) {
        if let Some(since) = self.since.take() {
            self.total = self.total.plus(time.since(since.time).max(Span::ZERO));
            self.freed = Some(time);
        }
    }

    /// The time at the limit until `now`.
    #[must_use]
    pub fn until(&self, now: Place) -> Span {
        let present = self.since.map_or(Span::ZERO, |since| now.time.since(since.time).max(Span::ZERO));
        self.total.plus(present)
    }
}

impl Connection {
    /// The number of streams that the client has open may have changed.
    #[inline]
    pub(super) fn time_crowding(&mut self, seen: &Seen<'_>) {
        let side = crate::base::Side::Client;
        let (open, limit) = (self.streams.active(side), self.sides[side].limits.concurrent_streams);
        let began = |stream: &&mut Stream| {
            !stream.had_room && stream.opened.tcp_end == seen.start.tcp_end && stream.opened == *seen.start
        };
        if open < limit
            && let Some(stream) = self.streams.get_mut(seen.header.stream).filter(began)
        {
            stream.had_room = true;
        }
        if open >= limit && limit > 0 {
            self.crowding.get_or_insert_default().full(seen.end, limit);
        } else if let Some(crowding) = &mut self.crowding {
            crowding.room(seen.end.at.time);
        }
    }
}
