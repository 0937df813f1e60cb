//! All streams of a connection: the open ones whole, the last closed ones by ring, every identifier ever opened exactly.

use std::collections::{HashMap, VecDeque};

use super::ranges::Ranges;
use super::{Closed, Stream, StreamState};
use crate::base::{PerSide, Side};
use crate::frame::StreamId;
use crate::limits;

/// The streams of a connection.
#[derive(Debug, Default)]
pub struct Streams {
    known: HashMap<StreamId, Stream, foldhash::fast::FixedState>,
    closed: VecDeque<StreamId>,
    opened: PerSide<Ranges>,
    highest: PerSide<StreamId>,
    active: PerSide<u32>,
    /// Most streams counted at once, both sides' together.
    peak: u32,
    count: u64,
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
    /// Looks an identifier up.
    pub fn find(&mut self, id: StreamId) -> Known<'_> {
        let side = opener(id);
        let above = id > self.highest[side];
        let used = if above { Some(false) } else { self.opened[side].contains(id.0) };
        match self.known.get_mut(&id) {
            Some(stream) => Known::Here(stream),
            None if above => Known::Idle,
            None if used == Some(false) => Known::Skipped,
            None => Known::Forgotten,
        }
    }

    /// The stream, when it is open or remembered.
    #[must_use]
    pub fn get(&self, id: StreamId) -> Option<&Stream> {
        self.known.get(&id)
    }

    /// The stream, to change it.
    pub(super) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.known.get_mut(&id)
    }

    /// Every stream that is open or remembered, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.known.values_mut()
    }

    /// Every stream that is open or remembered, by identifier.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Stream> {
        let mut all: Vec<_> = self.known.values().collect();
        all.sort_unstable_by_key(|stream| stream.id);
        all
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
        self.known.len() < limits::MAX_OPEN_STREAMS
    }

    pub(super) fn insert(&mut self, stream: Stream) {
        let (id, side) = (stream.id, opener(stream.id));
        self.opened[side].insert(id.0);
        self.highest[side] = self.highest[side].max(id);
        if !stream.irregular {
            self.count = self.count.saturating_add(1);
        }
        if stream.counts() {
            self.enter(stream.opened_by);
        }
        self.known.insert(id, stream);
    }

    /// A frame that no state allows named a stream: remembered, but not opened.
    pub(super) fn note(&mut self, stream: Stream) {
        self.known.insert(stream.id, stream);
    }

    /// Moves a stream to a state, and keeps the counts. True when it was closed by that.
    pub(super) fn shift(&mut self, id: StreamId, state: StreamState) -> bool {
        let Some(stream) = self.known.get_mut(&id) else { return false };
        let (before, was_closed, opener) = (stream.counts(), stream.is_closed(), stream.opened_by);
        stream.state = state;
        let (after, closed) = (stream.counts(), stream.is_closed());
        match (before, after) {
            (false, true) => self.enter(opener),
            (true, false) => self.active[opener] = self.active[opener].saturating_sub(1),
            _ => {}
        }
        if closed && !was_closed {
            self.closed.push_back(id);
        }
        closed && !was_closed
    }

    /// Forgets the details of the streams that closed longest ago, beyond the cap.
    pub(super) fn forget(&mut self) {
        while self.closed.len() > limits::MAX_CLOSED_STREAMS {
            if let Some(id) = self.closed.pop_front() {
                self.known.remove(&id);
            }
        }
    }

    fn enter(&mut self, side: Side) {
        self.active[side] = self.active[side].saturating_add(1);
        self.peak = self.peak.max(self.active.client.saturating_add(self.active.server));
    }
}
