//! Credit: what WINDOW_UPDATE and SETTINGS give, and what DATA takes (RFC 9113 §6.9).

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use crate::frame::StreamId;

impl Connection {
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
        let peer = seen.side.peer();
        let increment = i64::from(increment);
        if seen.header.stream == StreamId::CONNECTION {
            self.sides[peer].window = self.sides[peer].window.saturating_add(increment);
        } else if let Some(stream) = self.streams.get_mut(seen.header.stream) {
            stream.sent[peer].window = stream.sent[peer].window.saturating_add(increment);
        }
    }
}
