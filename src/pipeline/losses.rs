//! What facts and gaps say about what can be seen of a connection: the coverage that findings are held against.

use super::ears::Ears;
use crate::base::{LossKind, Origin, Side};
use crate::conn::{Connection, Fact, Kind};

impl Ears {
    /// What a fact says about what can be seen.
    #[inline]
    pub(super) fn cover(&mut self, fact: &Fact<'_>, conn: &Connection) {
        let seen = &mut self.coverage.sides[fact.side];
        match fact.kind {
            Kind::Unsynchronised => {
                seen.unsynchronised.get_or_insert(fact.end.at.pkt);
                seen.resynchronised = None;
            }
            Kind::BlockFault(_) if !conn.sides[fact.side].hpack_exact() => {
                seen.hpack_unknown.get_or_insert(fact.start.at.pkt);
            }
            Kind::Resynchronised { .. } => seen.resynchronised = Some(conn.sides[fact.side].total()),
            _ => {}
        }
    }

    /// A side's SYN was seen, or the client's preface: nothing of it is missing before.
    pub(super) fn begins(&mut self, side: Side) {
        self.coverage.sides[side].start_missing = false;
    }

    pub(super) fn gap(&mut self, side: Side, length: u64, loss: LossKind, origin: &Origin) {
        let seen = &mut self.coverage.sides[side];
        if loss == LossKind::Captured {
            seen.missing = seen.missing.saturating_add(length);
            seen.gap_at.get_or_insert(*origin);
        }
        let place = if loss == LossKind::Snaplen { &mut seen.snaplen } else { &mut seen.gap };
        place.get_or_insert(origin.at.pkt);
    }
}
