//! Credit: what WINDOW_UPDATE and SETTINGS give, and what DATA takes (RFC 9113 §6.9). A window that is held against the sender of
//! DATA counts all credit that passed; one that is held against its giver counts as little as it may (see [`Overflow`]).

use std::collections::BTreeMap;

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::settings::Values;
use super::stream::Stream;
use crate::base::{Origin, Side, Span, Time};
use crate::frame::{FrameType, Header, Setting, StreamId};
use crate::limits;

/// The largest window there may be (RFC 9113 §6.9.1).
pub const MAX_WINDOW: i64 = 0x7fff_ffff;

/// The credit of one side's DATA, beside the windows themselves.
#[derive(Debug)]
pub struct Credit {
    /// The largest window of the connection, in octets.
    pub highest: i64,
    /// The last stream that was given credit, and where.
    pub credited: Option<Box<(StreamId, Origin)>>,
    discarded: Option<Box<Discarded>>,
    /// Windows that are used up, and since when there is any.
    stalls: Option<Box<UsedUp>>,
    blocked: Span,
    pub(super) overflows: Vec<Overflow>,
    debt: i64,
}

/// Windows that are used up.
#[derive(Debug)]
struct UsedUp {
    since: Time,
    windows: BTreeMap<StreamId, Stall>,
}

/// DATA that nobody reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discarded {
    /// Octets, padding included.
    pub octets: u64,
    /// When the last of them passed, or its stream was reset.
    pub last: Option<Time>,
}

/// A window that DATA used up, with more to come.
#[derive(Clone, Copy, Debug)]
pub struct Stall {
    /// Where the frame began that took the last credit.
    pub start: Origin,
    /// Where it was complete.
    pub end: Origin,
}

/// Credit that makes a window larger than it may be, as long as the DATA that was on its way can still make it smaller: that is
/// known when its receiver acknowledges the frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overflow {
    header: Header,
    start: Origin,
    end: Origin,
    /// The stream whose window it is, or the connection.
    window: StreamId,
    /// The least INITIAL_WINDOW_SIZE that was in force.
    initial: i64,
    /// Credit given since.
    later: i64,
}

impl Default for Credit {
    fn default() -> Self {
        Self {
            highest: 65_535,
            credited: None,
            discarded: None,
            stalls: None,
            blocked: Span::ZERO,
            overflows: Vec::new(),
            debt: 0,
        }
    }
}

impl Credit {
    /// Windows that are used up, the connection's first, as stream 0.
    pub fn stalls(&self) -> impl Iterator<Item = (StreamId, &Stall)> {
        let windows = self.stalls.iter().flat_map(|stalls| &stalls.windows);
        windows.map(|(window, stall)| (*window, stall))
    }

    /// DATA that nobody reads: on streams that were reset, and padding.
    #[must_use]
    pub fn discarded(&self) -> Discarded {
        self.discarded.as_deref().copied().unwrap_or_default()
    }

    fn discard(&mut self, octets: u64, last: Time) {
        let discarded = self.discarded.get_or_insert_default();
        discarded.octets = discarded.octets.saturating_add(octets);
        discarded.last = Some(last);
    }

    /// The stall of one window.
    #[must_use]
    pub fn stall(&self, window: StreamId) -> Option<&Stall> {
        self.stalls.as_ref()?.windows.get(&window)
    }

    /// How long, until `now`, at least one window was used up with more to come.
    #[must_use]
    pub fn blocked(&self, now: Time) -> Span {
        let running = self.stalls.as_ref().map_or(Span::ZERO, |stalls| now.since(stalls.since));
        self.blocked.plus(running.max(Span::ZERO))
    }

    /// True when a window is used up.
    #[must_use]
    #[inline]
    pub const fn stalled(&self) -> bool {
        self.stalls.is_some()
    }

    fn note(&mut self, stream: StreamId, at: &Origin) {
        match &mut self.credited {
            Some(last) => **last = (stream, *at),
            None => self.credited = Some(Box::new((stream, *at))),
        }
    }

    fn begin(&mut self, window: StreamId, stall: Stall) {
        let since = stall.start.at.time;
        let stalls = self.stalls.get_or_insert_with(|| Box::new(UsedUp { since, windows: BTreeMap::new() }));
        if stalls.windows.len() < limits::MAX_STALLED_WINDOWS {
            stalls.windows.entry(window).or_insert(stall);
        }
    }

    /// The stall of this window is over.
    fn over(&mut self, window: StreamId, now: Time) -> Option<Stall> {
        let stall = self.stalls.as_mut()?.windows.remove(&window)?;
        self.settle(now);
        Some(stall)
    }

    fn settle(&mut self, now: Time) {
        if let Some(over) = self.stalls.take_if(|stalls| stalls.windows.is_empty()) {
            self.blocked = self.blocked.plus(now.since(over.since).max(Span::ZERO));
        }
    }
}

impl Connection {
    /// True when every frame of both sides was seen so far, so that the windows are exact.
    #[must_use]
    pub const fn windows_known(&self) -> bool {
        self.from_start.client && self.from_start.server
    }

    /// DATA takes credit, whatever becomes of it (RFC 9113 §6.9.1).
    #[inline]
    pub(super) fn spend(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let octets = seen.header.length;
        if octets == 0 {
            return;
        }
        let connection = self.sides[seen.side].spend(octets);
        let (mut window, mut closed) = (i64::MAX, false);
        if let Some(stream) = self.streams.get_mut(seen.header.stream) {
            let sent = &mut stream.sent[seen.side];
            sent.window = sent.window.saturating_sub(i64::from(octets));
            (window, closed) = (sent.window, stream.is_closed());
        }
        self.time_waits(seen, StreamId::CONNECTION, connection);
        self.time_waits(seen, seen.header.stream, window);
        if closed {
            self.sides[seen.side].credit.discard(u64::from(octets), seen.start.at.time);
        }
        if window.min(connection) <= 0 && self.windows_known() {
            self.used_up(seen, window, connection, emit);
        }
    }

    /// A window is used up, or overrun: what follows from the first overrun is not told again.
    #[cold]
    fn used_up(
        &mut self,
        seen: &Seen<'_>,
        window: i64,
        connection: i64,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let (side, id) = (seen.side, seen.header.stream);
        let ends = seen.header.ends_stream();
        let stall = Stall { start: *seen.start, end: *seen.start };
        let others = self.streams.active(Side::Client).saturating_add(self.streams.active(Side::Server));
        if window <= 0 && !ends {
            self.sides[side].credit.begin(id, stall);
        }
        if connection <= 0 && others > u32::from(ends) {
            self.sides[side].credit.begin(StreamId::CONNECTION, stall);
        }
        if window < 0 && self.streams.get_mut(id).is_some_and(|stream| overdrawn(stream, side)) {
            emit(self, seen.fact(Kind::WindowExceeded { window, connection: false }));
        }
        let credit = &mut self.sides[side].credit;
        if connection.saturating_add(credit.debt) < 0 {
            credit.debt = connection.saturating_neg();
            emit(self, seen.fact(Kind::WindowExceeded { window: connection, connection: true }));
        }
    }

    /// A DATA frame is complete: where it took the last credit, that is known now; padding is credit that nobody reads.
    #[cold]
    pub(super) fn note_data(&mut self, seen: &Seen<'_>, padding: u32) {
        let credit = &mut self.sides[seen.side].credit;
        if padding > 0 {
            credit.discard(u64::from(padding), seen.end.at.time);
        }
        for window in [StreamId::CONNECTION, seen.header.stream] {
            let stall = credit.stalls.as_mut().and_then(|stalls| stalls.windows.get_mut(&window));
            if let Some(stall) = stall.filter(|stall| stall.start == *seen.start) {
                stall.end = *seen.end;
            }
        }
    }

    /// The sender of this END_STREAM needs no more credit on the stream.
    #[cold]
    pub(super) fn needs_no_credit(&mut self, seen: &Seen<'_>) {
        self.sides[seen.side].credit.over(seen.header.stream, seen.end.at.time);
    }

    /// A stream was reset: what waited for credit on it waits no more, and what was sent on it may be credited to nobody.
    pub(super) fn give_up(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let id = seen.header.stream;
        if self.streams.get(id).is_none_or(Stream::is_closed) {
            return;
        }
        let initial = self.initial_windows();
        for side in Side::BOTH {
            let uncredited =
                self.streams.get(id).map(|stream| initial[side].saturating_sub(stream.sent[side].window));
            let octets = uncredited.and_then(|octets| u64::try_from(octets).ok()).unwrap_or_default();
            let credit = &mut self.sides[side].credit;
            if octets > 0 {
                credit.discard(octets, seen.end.at.time);
            }
            if let Some(stall) = credit.over(id, seen.end.at.time)
                && let Some(stream) = self.streams.get(id)
            {
                emit(self, seen.fact(Kind::Starved { sender: side, stall: &stall, stream }));
            }
        }
    }

    /// Credit for the DATA that the peer of the sender sends.
    pub(super) fn window_update(
        &mut self,
        seen: &Seen<'_>,
        increment: u32,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if increment == 0 {
            emit(self, seen.fact(Kind::ZeroIncrement));
            return;
        }
        let (peer, id, now) = (seen.side.peer(), seen.header.stream, seen.end.at.time);
        let given = i64::from(increment);
        let (mut initial, mut window) = (0, 0);
        if id == StreamId::CONNECTION {
            let half = &mut self.sides[peer];
            half.window = half.window.saturating_add(given);
            half.credit.highest = half.credit.highest.max(half.window);
            window = half.window;
        } else if let Some(stream) = self.streams.get_mut(id) {
            let sent = &mut stream.sent[peer];
            sent.window = sent.window.saturating_add(given);
            (window, initial) =
                (sent.window, i64::from(self.sides[seen.side].settings.least(Setting::INITIAL_WINDOW_SIZE)));
            self.sides[peer].credit.note(id, seen.end);
        }
        let credit = &mut self.sides[peer].credit;
        if window > 0 && credit.stalled() {
            credit.over(id, now);
        }
        for known in credit.overflows.iter_mut().filter(|known| known.window == id) {
            known.later = known.later.saturating_add(given);
        }
        if window > MAX_WINDOW {
            self.note_overflow(seen, id, initial);
        }
    }

    fn note_overflow(&mut self, seen: &Seen<'_>, window: StreamId, initial: i64) {
        let overflows = &mut self.sides[seen.side.peer()].credit.overflows;
        if overflows.len() < limits::MAX_LISTED_PER_CONNECTION {
            let (header, start, end) = (*seen.header, *seen.start, *seen.end);
            overflows.push(Overflow { header, start, end, window, initial, later: 0 });
        }
    }

    /// The sender announced another INITIAL_WINDOW_SIZE: windows that are open again stall no more, and one for which credit was
    /// given before may be too large now.
    pub(super) fn windows_moved(&mut self, seen: &Seen<'_>, values: &Values, before: &Values) {
        let peer = seen.side.peer();
        self.reopen(peer, seen.end.at.time);
        let Some(initial) = values.get(Setting::INITIAL_WINDOW_SIZE) else { return };
        if before.get(Setting::INITIAL_WINDOW_SIZE).is_none_or(|before| initial > before) {
            self.raise_windows(seen, i64::from(initial));
        }
    }

    fn raise_windows(&mut self, seen: &Seen<'_>, initial: i64) {
        let peer = seen.side.peer();
        let permitted = i64::from(self.sides[peer].limits.initial_window);
        let open = |stream: &&Stream| !stream.is_closed() && stream.sent[peer].ended.is_none();
        let over = |stream: &&Stream| {
            stream.sent[peer].window.saturating_sub(permitted).saturating_add(initial) > MAX_WINDOW
        };
        let streams = self.streams.iter().filter(open).filter(over);
        if let Some(first) = streams.map(|stream| stream.id).min() {
            self.note_overflow(seen, first, initial);
        }
    }

    /// `side` acknowledged more: of the credit that reached it by now it is known whether it made a window too large.
    pub(super) fn judge_overflows(&mut self, side: Side, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let covered = self.sides[side].knowledge.covered();
        while let Some(at) =
            self.sides[side].credit.overflows.iter().position(|known| known.end.tcp_end <= covered)
        {
            let known = self.sides[side].credit.overflows.remove(at);
            let Some(window) = self.least_window(side, &known).filter(|window| *window > MAX_WINDOW) else {
                continue;
            };
            let kind = Kind::WindowOverflow { window, stream: known.window };
            let (header, start, end) = (Some(known.header), known.start, known.end);
            emit(self, Fact { side: side.peer(), header, start, end, kind });
        }
    }

    /// The least that a window was after this credit, all DATA deducted that was sent until now.
    fn least_window(&self, side: Side, known: &Overflow) -> Option<i64> {
        if known.window == StreamId::CONNECTION {
            return Some(self.sides[side].window.saturating_sub(known.later));
        }
        let stream = self.streams.get(known.window)?;
        // SETTINGS move the windows of those streams only on which there is still something to send.
        let settings = known.header.kind == FrameType::SETTINGS;
        if settings && (stream.sent[side].ended.is_some() || stream.is_closed()) {
            return None;
        }
        let permitted = i64::from(self.sides[side].limits.initial_window);
        let granted = stream.sent[side].window.saturating_sub(permitted).saturating_sub(known.later);
        Some(granted.saturating_add(known.initial))
    }

    /// INITIAL_WINDOW_SIZE moved the windows of `side`: those that are open again stall no more.
    fn reopen(&mut self, side: Side, now: Time) {
        let streams = &self.streams;
        let credit = &mut self.sides[side].credit;
        let Some(stalls) = &mut credit.stalls else { return };
        stalls.windows.retain(|window, _| {
            *window == StreamId::CONNECTION
                || streams.get(*window).is_some_and(|stream| stream.sent[side].window <= 0)
        });
        credit.settle(now);
    }
}

/// True when the stream's window is overdrawn by more than it was before.
fn overdrawn(stream: &mut Stream, side: Side) -> bool {
    let sent = &mut stream.sent[side];
    let deeper = sent.window.saturating_add(i64::from(sent.debt)) < 0 && !stream.irregular;
    if deeper {
        sent.debt = u32::try_from(sent.window.saturating_neg()).unwrap_or(u32::MAX);
    }
    deeper
}
