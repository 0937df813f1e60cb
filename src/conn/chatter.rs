//! Small talk: DATA in small pieces, PING that nothing else goes between, field blocks that come again as they were.

use super::connection::Connection;
use super::frames::Seen;
use super::idle::Resumed;
use crate::base::{Origin, Span};
use crate::hpack::{Block, Traits};
use crate::limits;

/// DATA frames, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pieces {
    /// How many.
    pub frames: u64,
    /// Octets of content in them.
    pub octets: u64,
}

impl Pieces {
    pub(super) const fn add(&mut self, octets: u32) {
        self.frames = self.frames.saturating_add(1);
        #[expect(clippy::as_conversions, reason = "a wider number, in a function that must be constant")]
        let octets = octets as u64;
        self.octets = self.octets.saturating_add(octets);
    }
}

/// PINGs that keep a connection alive: nothing but their acknowledgements passed between them.
#[derive(Clone, Copy, Debug)]
pub struct Keepalive {
    /// The last PING.
    pub last: Origin,
    /// The least time between two of them, and the second of those.
    pub interval: Option<(Span, Origin)>,
    /// How often one followed another.
    pub count: u32,
}

impl Connection {
    /// PING, no acknowledgement: the first thing after a silence that began with the PING before?
    pub(super) fn time_keepalive(&mut self, seen: &Seen<'_>) {
        let before = self.sides[seen.side].recent.newest_first().nth(1).map(|(_, start)| start);
        let silent = self.transport.resumed().filter(|resumed| begins_with(seen, before, resumed));
        let known = &mut self.keepalive[seen.side];
        let Some(known) = known else {
            *known = Some(Box::new(Keepalive { last: *seen.start, interval: None, count: 0 }));
            return;
        };
        let interval = seen.start.at.time.since(known.last.at.time);
        known.last = *seen.start;
        // What is left of the interval is the round trip of the acknowledgement.
        let alone = silent.is_some_and(|resumed| resumed.silent.times(10) >= interval.times(9));
        if alone {
            known.count = known.count.saturating_add(1);
            if known.interval.is_none_or(|(least, _)| interval < least) {
                known.interval = Some((interval, *seen.start));
            }
        }
    }
}

/// True when the frame is the first thing behind the silence: no frame of its side began since, `before` being the last one. Its
/// segments may have changed places, or a record of TLS may have needed several: then the one that was seen first is another.
fn begins_with(seen: &Seen<'_>, before: Option<Origin>, resumed: &Resumed) -> bool {
    let (start, first) = (seen.start, &resumed.at);
    let late = start.at.time.since(first.at.time) > Span::millis(limits::HOLE_GRACE_MS);
    let alone = before.is_none_or(|before| before.at.pkt < first.at.pkt);
    resumed.by == seen.side && alone && start.at.pkt >= first.at.pkt && !late
}

/// Field blocks that come again as they were, without any use of the dynamic table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Repeats {
    /// Fields inserted into the table so far.
    pub inserted: u64,
    /// Blocks in a row that are as long, have as many fields and expand to as much as the one before.
    pub blocks: u64,
    /// Octets that these took.
    pub octets: u64,
    last: (u32, u32, u64, Traits),
}

/// A block of at most this many octets to a field may consist of indices alone.
const INDEX: u32 = 3;

/// Octets of a field line that are worth an entry of the table.
const WORTH: u32 = 20;

impl Repeats {
    /// A block was decoded. As long as nothing is inserted, two blocks of the same length, number of fields, decoded size and traits are
    /// taken for the same; blocks with secrets, which are best never indexed, are left out.
    pub(super) fn add(&mut self, block: &Block) {
        self.inserted = self.inserted.saturating_add(u64::from(block.inserted));
        if self.inserted > 0 || block.traits.intersects(Traits::SECRET.or(Traits::TOKEN)) {
            return;
        }
        let look = (block.octets, block.fields, block.size, block.traits);
        let literal = block.octets > block.fields.saturating_mul(INDEX).saturating_add(WORTH);
        if look == self.last && literal {
            self.blocks = self.blocks.saturating_add(1);
            self.octets = self.octets.saturating_add(u64::from(block.octets));
        }
        self.last = look;
    }
}
