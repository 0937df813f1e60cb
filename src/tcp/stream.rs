//! One direction of a connection: what is delivered, what waits, what its sender acknowledged.

use std::hash::BuildHasher;

use super::held::{Held, Overlap, slice};
use super::{Flags, Segment, sequence};
use crate::base::{LossKind, Origin, Piece, Place, Span, to_index, to_u32, to_u64};
use crate::limits;

/// How the first octet of a direction became known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Nothing of this direction was seen yet.
    #[default]
    Unseen,
    /// Its SYN was captured: offset 0 is the first octet.
    Syn,
    /// The capture began later: offset 0 is the first octet seen.
    Midstream,
}

/// Counts of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Segments.
    pub packets: u64,
    /// Payload octets delivered, each counted once.
    pub octets: u64,
    /// Payload octets of the longest segment.
    pub longest: u64,
    /// Octets that the receiver acknowledged or that later ones prove, but that the capture lacks.
    pub missing: u64,
    /// First packet of this direction.
    pub first: Option<Place>,
    /// Last packet of this direction.
    pub last: Option<Place>,
    /// Smallest and largest time to live, those of RST segments left out.
    pub ttl: Option<(u8, u8)>,
}

/// What of one direction passed more than once: few connections have any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Segments that the capture had twice, and that went no further.
    pub copies: u64,
    /// The first of them.
    pub copied_at: Option<Place>,
    /// Payload octets seen again.
    pub repeated: u64,
    /// Payload octets that came into a hole, too late to have changed places on the way: sent again.
    pub resent: u64,
    /// Segments that repeated octets with other contents.
    pub differing: u64,
    /// The first of them.
    pub differing_at: Option<Place>,
}

/// One direction's byte stream.
#[derive(Debug, Default)]
pub struct Stream {
    /// How its first octet became known.
    pub start: Start,
    /// Counts.
    pub stats: Stats,
    /// What passed more than once, if anything did.
    pub again: Option<Box<Again>>,
    /// The longest segment that this side takes, as its SYN says (RFC 9293 §3.7.1).
    pub largest_segment: Option<u16>,
    /// Offset of the peer's stream that this side acknowledged.
    pub acked: u64,
    /// Where this side's SYN was seen.
    pub syn: Option<Place>,
    /// The RST that answered the peer's SYN and nothing else: it has no number of its own (RFC 9293 §3.10.7.1).
    pub refused: Option<Box<Origin>>,
    /// How often its SYN was sent.
    pub tries: u32,
    /// Where its SYN was last, when that was not the first time.
    retried: Option<Box<Place>>,
    /// Offset of the orderly end, once seen, whether or not all octets before it came.
    pub fin: Option<u64>,
    /// True once this side acknowledged anything, its peer's SYN included.
    pub acknowledges: bool,
    pub(super) window_closed: bool,
    /// The receiver acknowledged the end.
    pub(super) fin_acknowledged: bool,
    /// Where the end was, as long as octets before it may still come.
    pub(super) late_fin: Option<Box<Origin>>,
    zero: Option<u32>,
    next: u64,
    /// What the sender had acknowledged when it sent the octets delivered last.
    told: u64,
    /// Offset that the sender had reached by its own numbers, whether or not the octets before it came.
    pub(super) reached: u64,
    /// The first segment without payload whose number lies behind octets that have not come: they were sent before it.
    shown: Option<Box<Origin>>,
    held: Held,
    recent: Recent,
}

impl Stream {
    /// Offset behind the last octet that was delivered.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// What passed more than once.
    #[must_use]
    pub fn again(&self) -> Again {
        self.again.as_deref().copied().unwrap_or_default()
    }

    /// Where its SYN was last.
    #[must_use]
    pub fn last_try(&self) -> Place {
        self.retried.as_deref().copied().or(self.syn).unwrap_or_default()
    }

    /// Counts a SYN; true for the first one.
    pub(super) fn knock(&mut self, at: Place) -> bool {
        self.tries = self.tries.saturating_add(1);
        if self.syn.is_some() {
            self.retried = Some(Box::new(at));
            return false;
        }
        self.syn = Some(at);
        true
    }

    /// Counts a packet that the capture had already.
    pub(super) fn count_copy(&mut self, at: Place) {
        self.stats.packets = self.stats.packets.saturating_add(1);
        self.stats.last = Some(at);
        let again = self.again.get_or_insert_default();
        again.copies = again.copies.saturating_add(1);
        again.copied_at.get_or_insert(at);
    }

    /// Octets that late segments hold in memory.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.held.weight()
    }

    /// True when this direction has nothing but its SYN, once or more often.
    #[must_use]
    pub fn only_knocked(&self) -> bool {
        let alone = self.stats.packets == u64::from(self.tries) && self.stats.missing == 0;
        self.tries > 0 && self.next == 0 && alone
    }

    /// True when no octet of this direction is missing so far, from its SYN on.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.start == Start::Syn && self.stats.missing == 0
    }

    /// True when it has closed in order, and everything before that has come, or is known to be missing.
    pub(super) const fn has_ended(&self) -> bool {
        self.fin.is_some() && self.late_fin.is_none()
    }

    /// The number that a FIN takes is not an octet: an acknowledgement of it, which may pass before the FIN, counts less by one.
    pub(super) fn octets(&self, upto: u64) -> u64 {
        self.fin.map_or(upto, |fin| if upto == fin.saturating_add(1) { fin } else { upto })
    }

    pub(super) fn known(&self) -> bool {
        self.zero.is_some()
    }

    pub(super) fn begin(&mut self, zero: u32, start: Start) {
        if self.zero.is_none() || (start == Start::Syn && self.start != Start::Syn && self.untouched()) {
            self.zero = Some(zero);
            self.start = start;
        }
    }

    /// The receiver acknowledged up to `number`: without a SYN, and without octets or an end so far, the direction begins there at the earliest.
    pub(super) fn joined_at(&mut self, number: u32) {
        let begun = self.fin.is_some() || !self.untouched();
        if self.start == Start::Midstream && !begun && self.offset(number).is_ok() {
            self.zero = Some(number);
            self.reached = 0;
        }
    }

    /// Notes where a segment says that its sender stands. A RST may carry any number.
    pub(super) fn reach(&mut self, segment: &Segment<'_>, peer_acked: u64) {
        if let Ok(start) = self.offset(segment.payload_sequence())
            && !segment.flags.has(Flags::RST)
        {
            self.reached = self.reached.max(start.saturating_add(segment.length));
            if segment.length == 0 && start > self.next && self.shown().is_none() {
                self.shown = Some(Box::new(Origin { at: segment.at, tcp_end: start, peer_acked }));
            }
        }
    }

    /// Offset that the sender of a RST had reached, where that is further than what was seen: its number is the sender's own next one, or
    /// the one that its peer acknowledged (RFC 9293 §3.10.7), and octets before it are not in the capture.
    pub(super) fn sent_before(&self, reset: &Segment<'_>) -> Option<u64> {
        let reached = self.offset(reset.sequence).ok()?;
        let upto = self.fin.map_or(reached, |fin| reached.min(fin));
        let missing = upto.checked_sub(self.next)?;
        (self.known() && missing > 0 && missing <= limits::MAX_BRIDGED_GAP).then_some(upto)
    }

    /// Offset of a sequence number, and how many octets before offset 0 it lies when there is none.
    pub(super) fn offset(&self, number: u32) -> Result<u64, u64> {
        let Some(zero) = self.zero else { return Ok(0) };
        sequence::offset(number, zero, self.next).ok_or_else(|| u64::from(zero.wrapping_sub(number)))
    }

    /// True when nothing of this direction is late or over, and a segment with this number comes next.
    #[inline]
    pub(super) fn is_at(&self, number: u32) -> bool {
        self.fin.is_none()
            && self.held.is_empty()
            && self.zero.is_some_and(|zero| zero.wrapping_add(sequence::low(self.next)) == number)
    }

    /// Offset of a number up to which everything was delivered; none also where more may follow from it than that it was acknowledged.
    #[inline]
    pub(super) fn offset_before(&self, number: u32) -> Option<u64> {
        let begun = self.start != Start::Midstream || self.next > 0;
        if !begun || self.fin.is_some() || !self.held.is_empty() {
            return None;
        }
        let behind = self.zero?.wrapping_add(sequence::low(self.next)).wrapping_sub(number);
        if behind < 1 << 31 { self.next.checked_sub(behind.into()) } else { None }
    }

    /// Takes a segment whose octets are next, where none are late: [`Self::reach`] and [`Self::deliver`] in one.
    #[inline]
    pub(super) fn continue_with(
        &mut self,
        segment: &Segment<'_>,
        peer_acked: u64,
        emit: &mut impl FnMut(Piece<'_>),
    ) {
        let (start, length) = (self.next, segment.length);
        let end = start.saturating_add(length);
        self.reached = self.reached.max(end);
        if length > 0 {
            let cut = length.saturating_sub(to_u64(segment.payload.len()));
            self.pass(start, segment.payload, cut, Origin { at: segment.at, tcp_end: end, peer_acked }, emit);
        }
    }

    pub(super) fn count(&mut self, segment: &Segment<'_>) {
        let stats = &mut self.stats;
        stats.packets = stats.packets.saturating_add(1);
        stats.first.get_or_insert(segment.at);
        stats.last = Some(segment.at);
        if !segment.flags.has(Flags::RST) {
            let (low, high) = stats.ttl.unwrap_or((segment.ttl, segment.ttl));
            stats.ttl = Some((low.min(segment.ttl), high.max(segment.ttl)));
        }
        stats.longest = stats.longest.max(segment.length);
        self.largest_segment = self.largest_segment.or(segment.largest);
    }

    /// Takes the payload of a segment: hands on what is next, stores what is early, counts what is old.
    pub(super) fn deliver(
        &mut self,
        segment: &Segment<'_>,
        peer_acked: u64,
        emit: &mut impl FnMut(Piece<'_>),
    ) {
        let number = segment.payload_sequence();
        if self.start == Start::Midstream && self.untouched() && self.offset(number).is_err() {
            self.zero = Some(number);
        }
        let (start, skipped) = match self.offset(number) {
            Ok(start) => (start, 0),
            Err(before) if before < segment.length => (0, before),
            Err(_) => return self.repeat(segment.length, false),
        };
        let bytes = segment.payload.get(to_index(skipped)..).unwrap_or_default();
        let length = segment.length.saturating_sub(skipped);
        let end = start.saturating_add(length);
        let cut = length.saturating_sub(to_u64(bytes.len()));
        let origin = Origin { at: segment.at, tcp_end: end, peer_acked };
        if end <= self.next {
            let differs = cut == 0 && self.recent.differs(start, bytes);
            self.repeat(length, differs);
        } else if start <= self.next {
            self.repeat(self.next.saturating_sub(start), false);
            if self.held.first_origin().is_some_and(|later| !prompt(&origin, later)) {
                let again = self.again.get_or_insert_default();
                again.resent = again.resent.saturating_add(end.saturating_sub(self.next));
            }
            self.pass(start, bytes, cut, origin, emit);
        } else {
            let Overlap { repeated, differs } = self.held.store(start, bytes, cut, origin);
            self.repeat(repeated, differs);
            if self.held.full() {
                let upto = self.held.first().unwrap_or(end);
                self.close_gap(upto, LossKind::Captured, segment.at, emit);
            }
        }
    }

    /// True when the segment's octets have all passed before.
    pub(super) fn has_passed(&self, segment: &Segment<'_>) -> bool {
        let end = self.offset(segment.payload_sequence()).map(|start| start.saturating_add(segment.length));
        self.known() && segment.length > 0 && end.is_ok_and(|end| end <= self.next)
    }

    /// True when no other segment of this side travelled as far.
    pub(super) fn is_foreign(&self, segment: &Segment<'_>) -> bool {
        self.stats.ttl.is_some_and(|(low, high)| segment.ttl < low || segment.ttl > high)
    }

    /// True for a segment with the next octets.
    pub(super) fn is_continued_by(&self, segment: &Segment<'_>) -> bool {
        let start = self.offset(segment.payload_sequence());
        start.is_ok_and(|start| start <= self.next && start.saturating_add(segment.length) > self.next)
    }

    /// How long after octets behind them the octets of a segment come that fill a hole in front of those: they may have been sent
    /// before, and this is a repetition.
    #[must_use]
    pub fn late_by(&self, segment: &Segment<'_>) -> Span {
        let later = self.held.first_origin().filter(|_| self.is_continued_by(segment));
        later.map_or(Span::ZERO, |later| segment.at.time.since(later.at.time))
    }

    /// True for a segment that has other octets than one that was delivered before at the same place.
    pub(super) fn is_contradicted_by(&self, segment: &Segment<'_>) -> bool {
        let start = self.offset(segment.payload_sequence());
        start.is_ok_and(|start| self.recent.differs(start, segment.payload))
    }

    /// True for a segment with the next octets when later ones are there already.
    pub(super) fn is_filled_by(&self, segment: &Segment<'_>) -> bool {
        !self.held.is_empty() && self.is_continued_by(segment)
    }

    /// Declares every hole up to `upto` final, and delivers what waits in front of it.
    pub(super) fn close_gap(
        &mut self,
        upto: u64,
        loss: LossKind,
        at: Place,
        emit: &mut impl FnMut(Piece<'_>),
    ) {
        while self.next < upto {
            if self.may_release() {
                self.release(emit);
                continue;
            }
            let stop = self.held.first().map_or(upto, |first| first.min(upto));
            let length = stop.saturating_sub(self.next);
            self.stats.missing = self.stats.missing.saturating_add(length);
            self.next = stop;
            emit(Piece::Gap { length, loss, origin: Origin { at, tcp_end: stop, peer_acked: 0 } });
        }
    }

    /// Declares the first hole final.
    pub(super) fn skip(&mut self, loss: LossKind, at: Place, emit: &mut impl FnMut(Piece<'_>)) {
        if let Some(first) = self.held.first() {
            self.close_gap(first, loss, at, emit);
        }
    }

    /// True when octets wait for others in front of them.
    pub(super) fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// The packet of the first octets that wait.
    pub(super) fn holds_since(&self) -> Option<Place> {
        self.held.first_origin().map(|origin| origin.at)
    }

    /// True when octets that waited are next.
    pub(super) fn may_release(&self) -> bool {
        self.held.first().is_some_and(|first| first <= self.next)
    }

    /// Delivers the first octets that waited, when they are next.
    pub(super) fn release(&mut self, emit: &mut impl FnMut(Piece<'_>)) {
        if let Some((start, part)) = self.held.take_up_to(self.next)
            && part.origin.tcp_end > self.next
        {
            self.pass(start, &part.bytes, part.cut, part.origin, emit);
        }
    }

    fn untouched(&self) -> bool {
        self.next == 0 && self.held.is_empty()
    }

    /// Hands on what of `bytes` and of the `cut` octets behind them lies at or behind `next`.
    fn pass(
        &mut self,
        start: u64,
        bytes: &[u8],
        cut: u64,
        mut origin: Origin,
        emit: &mut impl FnMut(Piece<'_>),
    ) {
        let end = origin.tcp_end;
        let there = end.saturating_sub(cut);
        origin.peer_acked = self.known_then(&origin);
        let fresh = slice(bytes, start, self.next, there);
        if !fresh.is_empty() {
            self.stats.octets = self.stats.octets.saturating_add(to_u64(fresh.len()));
            self.recent.note(start, bytes);
            emit(Piece::Chunk { bytes: fresh, origin: Origin { tcp_end: there, ..origin } });
        }
        let behind = end.saturating_sub(there.max(self.next));
        self.next = end;
        self.told = self.told.max(origin.peer_acked);
        if behind > 0 {
            self.stats.missing = self.stats.missing.saturating_add(behind);
            emit(Piece::Gap { length: behind, loss: LossKind::Snaplen, origin });
        }
    }

    /// What the sender had acknowledged when it first sent octets that now arrive with `origin`. Later ones were seen before them: either
    /// both changed places on the way, or these were lost and are sent again, who knows how much later.
    fn known_then(&self, origin: &Origin) -> u64 {
        self.held.first_origin().into_iter().chain(self.shown()).fold(origin.peer_acked, |known, later| {
            let bound =
                if prompt(origin, later) { later.peer_acked } else { later.peer_acked.min(self.told) };
            known.min(bound)
        })
    }

    /// The segment without payload that lies behind octets which have not come yet.
    fn shown(&self) -> Option<&Origin> {
        self.shown.as_deref().filter(|shown| shown.tcp_end > self.next)
    }

    fn repeat(&mut self, octets: u64, differs: bool) {
        if octets == 0 && !differs {
            return;
        }
        let again = self.again.get_or_insert_default();
        again.repeated = again.repeated.saturating_add(octets);
        again.differing = again.differing.saturating_add(u64::from(differs));
        if differs && again.differing_at.is_none() {
            again.differing_at = self.stats.last;
        }
    }
}

/// True when octets came so soon after later ones that both changed places on the way.
fn prompt(origin: &Origin, later: &Origin) -> bool {
    origin.at.time.since(later.at.time) <= Span::millis(limits::HOLE_GRACE_MS)
}

/// Digests of the segments delivered last, so that a repetition with other octets is noticed without keeping any octets.
#[derive(Debug, Default)]
struct Recent {
    ring: Vec<Digest>,
    turn: usize,
}

/// A segment by its offset and its length; where there is another one with the same digest, a difference is not noticed.
#[derive(Clone, Copy, Debug)]
struct Digest {
    start: u64,
    length: u32,
    octets: u32,
}

impl Recent {
    /// Segments remembered: what a sender has in flight on an ordinary path.
    const DEPTH: usize = 32;

    /// Segments for which there is room from the beginning: those of a preface and a request.
    const FIRST: usize = 4;

    /// Octets digested of each segment: enough for every control frame, and the cost stays one per segment.
    const SAMPLE: usize = 256;

    fn note(&mut self, start: u64, bytes: &[u8]) {
        let entry = Digest { start, length: to_u32(bytes.len()), octets: Self::digest(bytes) };
        match self.ring.get_mut(self.turn) {
            Some(old) => *old = entry,
            None => {
                if self.ring.is_empty() {
                    self.ring.reserve_exact(Self::FIRST);
                }
                self.ring.push(entry);
            }
        }
        self.turn = self.turn.wrapping_add(1) % Self::DEPTH;
    }

    fn differs(&self, start: u64, bytes: &[u8]) -> bool {
        let length = to_u32(bytes.len());
        let before = self.ring.iter().rev().find(|known| known.start == start && known.length == length);
        before.is_some_and(|known| known.octets != Self::digest(bytes))
    }

    /// The lower half of a hash.
    fn digest(bytes: &[u8]) -> u32 {
        let state = foldhash::fast::FixedState::default();
        sequence::low(state.hash_one(bytes.get(..Self::SAMPLE).unwrap_or(bytes)))
    }
}
