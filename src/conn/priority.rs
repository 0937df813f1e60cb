//! Priorities: the fields of RFC 7540 §5.3, and PRIORITY_UPDATE of RFC 9218 §7.1.

use std::collections::BTreeSet;

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use crate::base::{Side, to_u32};
use crate::frame::{Priority, Setting, StreamId};
use crate::limits;

/// Streams that were given a priority before they were opened; bounded.
#[derive(Debug, Default)]
pub(super) struct Prioritized(BTreeSet<StreamId>);

impl Prioritized {
    /// Adds a stream, forgets those up to `highest`, which are idle no more, and says how many are left.
    fn add(&mut self, stream: StreamId, highest: StreamId) -> u32 {
        while self.0.first().is_some_and(|waiting| *waiting <= highest) {
            self.0.pop_first();
        }
        if stream > highest && stream.is_odd() && self.0.len() < limits::MAX_PRIORITIZED_IDLE {
            self.0.insert(stream);
        }
        to_u32(self.0.len())
    }
}

impl Connection {
    /// Priority fields, of PRIORITY or of HEADERS.
    pub(super) fn priority(
        &self,
        seen: &Seen<'_>,
        priority: Priority,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if priority.dependency == seen.header.stream && seen.header.stream != StreamId::CONNECTION {
            emit(self, seen.fact(Kind::SelfDependency));
        }
        let server = &self.sides.server.settings;
        if seen.side == Side::Client && server.acknowledged(Setting::NO_RFC7540_PRIORITIES) == 1 {
            emit(self, seen.fact(Kind::PriorityAfterOptOut));
        }
    }

    /// The client says in which order it wants a response, often before it asks for it.
    pub(super) fn priority_update(
        &mut self,
        seen: &Seen<'_>,
        prioritized: StreamId,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let highest = self.streams.highest(Side::Client);
        let idle = self.sides[seen.side].prioritized.get_or_insert_default().add(prioritized, highest);
        let push = !prioritized.is_odd() && prioritized != StreamId::CONNECTION;
        let known = prioritized <= self.streams.highest(Side::Server);
        let unpromised = push && !known && !self.streams.may_be_unseen(prioritized);
        let waiting = idle.saturating_add(self.streams.active(Side::Client));
        let limit = self.sides.client.limits.concurrent_streams;
        emit(self, seen.fact(Kind::PriorityUpdate { prioritized, unpromised, waiting, limit }));
    }
}
