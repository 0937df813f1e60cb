//! GOAWAY (RFC 9113 §6.8): what a side leaves of its peer's streams, and what either does against it.

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::half::{Goaway, Half};
use super::streams::opener;
use crate::base::Side;
use crate::frame::{ErrorCode, StreamId};
use crate::limits;

impl Half {
    /// True when this GOAWAY is the last word: nothing but NO_ERROR was said.
    #[must_use]
    pub fn leaves_in_peace(&self) -> bool {
        !self.goaways.is_empty() && self.goaways.iter().all(|goaway| goaway.code == ErrorCode::NO_ERROR)
    }
}

impl Connection {
    /// True when `side` said GOAWAY, or ended its direction, without having received what its peer had completed at `offset`.
    #[must_use]
    pub fn left_unasked(&self, side: Side, offset: u64) -> bool {
        let goaway = self.sides[side].goaways.first().is_some_and(|goaway| goaway.end.peer_acked < offset);
        goaway || self.transport.fin(side).is_some_and(|(fin, _)| fin.peer_acked < offset)
    }

    pub(super) fn goaway(
        &mut self,
        seen: &Seen<'_>,
        last_stream_id: StreamId,
        code: ErrorCode,
        debug: &[u8],
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if let Some(stream) = self.streams.get(last_stream_id)
            && stream.opened_by != seen.side
            && stream.opened_end != u64::MAX
        {
            let opened = stream.opened_end;
            self.sides[seen.side].knowledge.prove_by_ending(opened, seen.start);
        }
        let debug = debug.get(..limits::MAX_DEBUG_DATA).unwrap_or(debug).into();
        let unheard = self.transport.has_left(seen.side.peer());
        let half = &mut self.sides[seen.side];
        half.note_goaway(Goaway { end: *seen.end, last_stream_id, code, debug, unheard });
        let before = half.accepts;
        half.accepts = before.min(last_stream_id);
        emit(self, seen.fact(Kind::Goaway { last_stream_id, code, before }));
    }

    /// A stream was opened: after a GOAWAY of the peer?
    #[inline]
    pub(super) fn held_against_goaway(
        &self,
        seen: &Seen<'_>,
        opened: StreamId,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if let Some(goaway) = self.sides[seen.side.peer()].goaways.first() {
            emit(self, seen.fact(Kind::OpenedAfterGoaway { opened, goaway }));
        }
    }

    /// A response, or DATA, on a stream of the peer: on one that the sender's GOAWAY denied?
    #[inline]
    pub(super) fn answered(&self, seen: &Seen<'_>, id: StreamId, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if id > self.sides[seen.side].accepts && opener(id) != seen.side {
            emit(self, seen.fact(Kind::AnsweredAfterGoaway { stream: id }));
        }
    }
}
