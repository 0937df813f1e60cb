//! All streams of a connection: the open ones whole, the last closed ones by ring, every identifier ever opened exactly.

use std::collections::VecDeque;

use super::message::{Head, Role};
use super::places::Places;
use super::ranges::Ranges;
use super::{Closed, Stream, StreamState};
use crate::base::{Origin, PacketNumber, PerSide, Side, to_index, to_u64};
use crate::frame::StreamId;
use crate::hpack::Traits;
use crate::limits;

/// The streams of a connection, in slots that are used again.
#[derive(Debug, Default)]
pub struct Streams {
    slots: Vec<Stream>,
    places: Places,
    /// The stream that was asked for last, and its slot: frames of one stream follow each other.
    recent: (StreamId, u32),
    closed: VecDeque<StreamId>,
    opened: PerSide<Ranges>,
    highest: PerSide<StreamId>,
    /// Sides of which frames are missing: streams that they opened may exist unseen.
    holed: PerSide<bool>,
    /// How often frames of a side were missing.
    losses: PerSide<u32>,
    /// What showed the last of them.
    lost: Option<Box<PerSide<Lost>>>,
    /// No request of the client was recognised since frames of it were missing.
    unsettled: bool,
    active: PerSide<u32>,
    /// Most streams counted at once, both sides' together.
    peak: u32,
    count: u64,
    /// Where a stream was opened first for which there was no room.
    full_at: Option<Box<Origin>>,
}

/// Frames of a side are missing.
#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    /// The packet that shows it.
    at: PacketNumber,
    /// What that side had acknowledged by then.
    knowing: u64,
}

impl Lost {
    /// True when frames on this stream may be among those that are missing.
    fn may_concern(&self, stream: &Stream) -> bool {
        stream.opened.tcp_end < self.knowing || stream.opened.at.pkt < self.at
    }
}

/// What is known of an identifier.
#[derive(Debug)]
pub enum Known<'a> {
    /// The stream is open, or its details are still remembered.
    Here(&'a mut Stream),
    /// Never used, and higher than every used one of its side.
    Idle,
    /// Never used, but a higher one was: closed by that (RFC 9113 §5.1.1).
    Skipped,
    /// Used and closed so long ago that nobody remembers how.
    Forgotten,
}

impl Known<'_> {
    /// The state, where one is known.
    #[must_use]
    pub const fn state(&self) -> Option<StreamState> {
        match self {
            Known::Here(stream) => Some(stream.state),
            Known::Idle => Some(StreamState::Idle),
            Known::Skipped => Some(StreamState::Closed(Closed {
                ended: super::Sides::Neither,
                reset: super::Sides::Neither,
            })),
            Known::Forgotten => None,
        }
    }
}

/// Which side may open streams with this identifier.
#[must_use]
pub const fn opener(id: StreamId) -> Side {
    if id.is_odd() { Side::Client } else { Side::Server }
}

impl Streams {
    /// Streams whose details are kept: the open ones, and the last closed ones.
    #[must_use]
    pub const fn kept(&self) -> usize {
        self.slots.len()
    }

    /// Octets that they hold in memory, long texts of requests left out.
    pub(super) fn octets(&self) -> u64 {
        let details = to_u64(self.kept()).saturating_mul(limits::STREAM_OCTETS);
        let ranges = self.opened.client.weight().saturating_add(self.opened.server.weight());
        details.saturating_add(to_u64(ranges))
    }

    /// Looks an identifier up.
    pub fn find(&mut self, id: StreamId) -> Known<'_> {
        if let Some(at) = self.place(id)
            && let Some(stream) = self.slots.get_mut(index(at))
        {
            return Known::Here(stream);
        }
        let side = opener(id);
        if id > self.highest[side] {
            return Known::Idle;
        }
        match self.opened[side].contains(id.0) {
            Some(false) => Known::Skipped,
            Some(true) | None => Known::Forgotten,
        }
    }

    /// The stream, when it is open or remembered.
    #[must_use]
    pub fn get(&self, id: StreamId) -> Option<&Stream> {
        let at = if self.recent.0 == id { self.recent.1 } else { self.places.get(id)? };
        self.slots.get(index(at))
    }

    /// The stream, to change it.
    pub(super) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        let at = self.place(id)?;
        self.slots.get_mut(index(at))
    }

    /// Forgets every stream; the counts stay.
    pub(super) fn clear(&mut self) {
        let (count, peak, losses) = (self.count, self.peak, self.losses);
        let (lost, full_at) = (self.lost.take(), self.full_at.take());
        *self = Self { count, peak, losses, lost, full_at, ..Self::default() };
    }

    /// Frames of this side are missing, as this packet shows: it may have opened streams that nobody saw.
    /// What it had received by then, it may have answered there.
    pub(super) fn lose(&mut self, side: Side, at: &Origin) {
        self.holed[side] = true;
        let lost = &mut self.lost.get_or_insert_default()[side];
        *lost = Lost { at: lost.at.max(at.at.pkt), knowing: lost.knowing.max(at.peer_acked) };
        self.losses[side] = self.losses[side].wrapping_add(1);
        self.unsettled |= side == Side::Client;
    }

    /// True when all that this side sent on the stream was seen, from its first frame on.
    #[must_use]
    pub fn is_whole(&self, stream: &Stream, side: Side) -> bool {
        stream.sent[side].losses == self.losses[side] && !stream.irregular
    }

    /// How often frames of a side were missing.
    pub(super) fn losses(&self, side: Side) -> u32 {
        self.losses[side]
    }

    /// True while no request of the client was recognised since frames of it were missing.
    pub(super) const fn is_unsettled(&self) -> bool {
        self.unsettled
    }

    /// A field block of this side on the stream is lost: how far the message has come is unknown.
    pub(super) fn doubt(&mut self, id: StreamId, side: Side) {
        let other = self.losses[side].wrapping_sub(1);
        if let Some(stream) = self.get_mut(id) {
            stream.sent[side].losses = other;
        }
    }

    /// A head of this side came on the stream: does it leave in doubt what it is, or end such a doubt?
    pub(super) fn recognise(&mut self, id: StreamId, side: Side, head: &Head) {
        let unread = head.block.unknown > 0 || !head.block.complete;
        if unread && head.role == Role::Response && head.status.is_none() {
            self.doubt(id, side);
        }
        let request = head.role == Role::Request && head.block.traits.contains(Traits::METHOD);
        if self.unsettled && request && side == Side::Client && id == self.highest.client {
            self.unsettled = false;
            let (losses, lost) = (self.losses, self.lost.as_ref().map(|lost| lost.server));
            if let Some(stream) = self.get_mut(id) {
                stream.sent.client.losses = losses.client;
                if lost.is_none_or(|lost| !lost.may_concern(stream)) {
                    stream.sent.server.losses = losses.server;
                }
            }
        }
    }

    /// True when a stream with this identifier may exist unseen.
    #[must_use]
    pub fn may_be_unseen(&self, id: StreamId) -> bool {
        self.holed[opener(id)]
    }

    /// Every stream that is open or remembered, in no order; free slots too, which nobody asks for.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.slots.iter_mut()
    }

    /// Every stream that is open or remembered, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.places.taken().filter_map(|at| self.slots.get(at))
    }

    /// Highest identifier opened by a side; 0 when there is none.
    #[must_use]
    pub fn highest(&self, side: Side) -> StreamId {
        self.highest[side]
    }

    /// Streams opened by a side that count towards MAX_CONCURRENT_STREAMS now.
    #[must_use]
    pub fn active(&self, side: Side) -> u32 {
        self.active[side]
    }

    /// Most streams that were open at once.
    #[must_use]
    pub const fn peak(&self) -> u32 {
        self.peak
    }

    /// Streams opened by HEADERS or PUSH_PROMISE, or by an upgrade.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// True when a new stream can still be tracked.
    #[must_use]
    pub fn room(&self) -> bool {
        self.places.len() < limits::MAX_OPEN_STREAMS
    }

    /// A stream opens for which there is no room: its identifier is used, and nothing more is known of it.
    pub(super) fn pass_over(&mut self, id: StreamId, at: Origin) {
        let side = opener(id);
        self.opened[side].insert(id.0);
        self.highest[side] = self.highest[side].max(id);
        self.count = self.count.saturating_add(1);
        self.full_at.get_or_insert_with(|| Box::new(at));
    }

    /// Where a stream was opened first for which there was no room, and which is not followed.
    #[must_use]
    pub fn full_at(&self) -> Option<Origin> {
        self.full_at.as_deref().copied()
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, stream: Stream) {
        let (id, side) = (stream.id, opener(stream.id));
        self.opened[side].insert(id.0);
        self.highest[side] = self.highest[side].max(id);
        self.count = self.count.saturating_add(u64::from(!stream.irregular));
        if stream.counts() {
            self.enter(stream.opened_by);
        }
        self.note(stream);
    }

    /// A frame that no state allows named a stream: remembered, but not opened.
    #[inline(always)]
    pub(super) fn note(&mut self, stream: Stream) {
        let id = stream.id;
        let at = self.places.seat(id);
        match self.slots.get_mut(index(at)) {
            Some(slot) => *slot = stream,
            None => {
                self.make_room();
                self.slots.push(stream);
            }
        }
        self.recent = (id, at);
        let Some(stream) = self.slots.get_mut(index(at)) else { return };
        for side in Side::BOTH {
            stream.sent[side].losses = self.losses[side];
        }
        // Frames that were held until it was clear where frames begin may open a stream that was there when the peer's were lost.
        let peer = stream.opened_by.peer();
        let lost = self.lost.as_ref().map(|lost| lost[peer]);
        if lost.is_some_and(|lost| lost.may_concern(stream)) {
            stream.sent[peer].losses = self.losses[peer].wrapping_sub(1);
        }
        // What shows the stream may be the end of a message whose beginning is missing, and which was answered before.
        if self.unsettled && id.is_odd() {
            for side in Side::BOTH {
                stream.sent[side].losses = self.losses[side].wrapping_sub(1);
            }
        }
    }

    /// Makes room for one more stream. A connection that has many is given room for all that will be remembered at once: memory that is not
    /// written to is only a promise, and to move streams costs more.
    #[inline]
    fn make_room(&mut self) {
        let used = self.slots.len();
        if used == self.slots.capacity() {
            let more = match used {
                0 => FIRST_SLOTS,
                MANY_SLOTS..ALL_SLOTS => ALL_SLOTS.saturating_sub(used),
                _ => used,
            };
            self.slots.reserve_exact(more);
        }
    }

    /// Moves a stream to a state, and keeps the counts. True when it was closed by that.
    pub(super) fn shift(&mut self, id: StreamId, state: StreamState) -> bool {
        let Some(stream) = self.get_mut(id) else { return false };
        let (before, was_closed, opener) = (stream.counts(), stream.is_closed(), stream.opened_by);
        stream.state = state;
        let (after, closed) = (stream.counts(), stream.is_closed());
        match (before, after) {
            (false, true) => self.enter(opener),
            (true, false) => self.active[opener] = self.active[opener].saturating_sub(1),
            _ => {}
        }
        if closed && !was_closed {
            if self.closed.capacity() == 0 {
                self.closed = VecDeque::with_capacity(FIRST_CLOSED);
            }
            self.closed.push_back(id);
        }
        closed && !was_closed
    }

    /// Forgets the details of the streams that closed longest ago, beyond the cap.
    pub(super) fn forget(&mut self) {
        while self.closed.len() > limits::MAX_CLOSED_STREAMS {
            if let Some(id) = self.closed.pop_front() {
                self.places.leave(id);
                if self.recent.0 == id {
                    self.recent.0 = NOBODY;
                }
            }
        }
    }

    fn place(&mut self, id: StreamId) -> Option<u32> {
        if self.recent.0 != id {
            self.recent = (id, self.places.get(id)?);
        }
        Some(self.recent.1)
    }

    fn enter(&mut self, side: Side) {
        self.active[side] = self.active[side].saturating_add(1);
        self.peak = self.peak.max(self.active.client.saturating_add(self.active.server));
    }
}

/// No stream has this identifier, which takes 32 bits.
const NOBODY: StreamId = StreamId(u32::MAX);

/// Streams for which there is room from the beginning: they are large, and many connections have one.
const FIRST_SLOTS: usize = 1;

/// Closed streams for which there is room from the first one on.
const FIRST_CLOSED: usize = 4;

/// Streams of a connection that will probably have a great many.
const MANY_SLOTS: usize = 128;

/// The streams of most of those: the closed ones that are remembered, and some that are open.
const ALL_SLOTS: usize = limits::MAX_CLOSED_STREAMS.saturating_add(128);

/// A slot's number, kept short because there are many, as an index.
fn index(at: u32) -> usize {
    to_index(u64::from(at))
}
