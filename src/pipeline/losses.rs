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
                let lost = seen.lost_mut();
                lost.unsynchronised.get_or_insert(fact.end.at.pkt);
                lost.resynchronised = None;
            }
            Kind::BlockFault(_) if !conn.sides[fact.side].hpack_exact() => {
                seen.lost_mut().hpack_unknown.get_or_insert(fact.start.at.pkt);
            }
            Kind::Resynchronised { .. } => {
                seen.lost_mut().resynchronised = Some(conn.sides[fact.side].total());
            }
            _ => {}
        }
    }

    /// A side's SYN was seen, or the client's preface: nothing of it is missing before.
    pub(super) fn begins(&mut self, side: Side) {
        self.coverage.sides[side].start_missing = false;
    }

    pub(super) fn gap(&mut self, side: Side, length: u64, loss: LossKind, origin: &Origin) {
        let lost = self.coverage.sides[side].lost_mut();
        if loss == LossKind::Captured {
            lost.missing = lost.missing.saturating_add(length);
            lost.gap_at.get_or_insert(*origin);
        }
        let place = if loss == LossKind::Snaplen { &mut lost.snaplen } else { &mut lost.gap };
        place.get_or_insert(origin.at.pkt);
    }
}
