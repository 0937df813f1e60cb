//! Packets that the capture saw twice: on two interfaces of a router, on both sides of a mirror, twice on loopback. A copy has
//! everything in common with the first packet, also the identification of its IP packet, which a segment that is sent again has
//! not; only the time to live may have shrunk. Ordinary segments go further than those before them and cost no search.

use std::num::NonZeroU16;

use super::{Direction, Flags, PerDirection, Segment};
use crate::base::{Span, Time};
use crate::limits;

/// The segments of a connection that came last.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    ring: Vec<Print>,
    turn: usize,
    reached: PerDirection<Option<Reached>>,
}

/// How far one direction went, by its numbers.
#[derive(Clone, Copy, Debug)]
struct Reached {
    sequence: u32,
    acknowledgement: u32,
}

/// What copies of a segment have in common, and what tells them from segments that are sent again.
#[derive(Clone, Copy, Debug)]
struct Print {
    time: Time,
    words: Words,
    checksum: u16,
    ttl: u8,
    identification: Option<NonZeroU16>,
}

/// The fields that every copy has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Words {
    direction: Direction,
    sequence: u32,
    acknowledgement: u32,
    length: u32,
    flags: Flags,
    window: u16,
}

impl Duplicates {
    /// True when the segment is a copy of one that came shortly before; else it is remembered.
    #[inline]
    pub(super) fn has(&mut self, direction: Direction, segment: &Segment<'_>) -> bool {
        let known = !self.goes_further(direction, segment) && self.knows(direction, segment);
        if !known {
            self.remember(Print::of(direction, segment));
        }
        known
    }

    #[cold]
    fn knows(&self, direction: Direction, segment: &Segment<'_>) -> bool {
        let print = Print::of(direction, segment);
        self.ring.iter().any(|old| print.is_copy_of(old))
    }

    /// Notes how far a direction went; true when that is further than before.
    #[inline]
    fn goes_further(&mut self, direction: Direction, segment: &Segment<'_>) -> bool {
        let (sequence, acknowledgement) = (segment.end(), segment.acknowledgement);
        let Some(reached) = &mut self.reached[direction] else {
            self.reached[direction] = Some(Reached { sequence, acknowledgement });
            return true;
        };
        let further = is_behind(reached.sequence, sequence);
        let tells_more = is_behind(reached.acknowledgement, acknowledgement);
        if further {
            reached.sequence = sequence;
        }
        if tells_more {
            reached.acknowledgement = acknowledgement;
        }
        further || tells_more
    }

    fn remember(&mut self, print: Print) {
        match self.ring.get_mut(self.turn) {
            Some(old) => *old = print,
            None => {
                if self.ring.is_empty() {
                    self.ring.reserve_exact(FIRST_SEGMENTS);
                }
                self.ring.push(print);
            }
        }
        self.turn = self.turn.wrapping_add(1) % limits::MAX_REMEMBERED_SEGMENTS;
    }
}

impl Print {
    fn of(direction: Direction, segment: &Segment<'_>) -> Self {
        let Segment { sequence, acknowledgement, flags, window, checksum, ttl, identification, .. } =
            *segment;
        let length = u32::try_from(segment.length).unwrap_or(u32::MAX);
        let words = Words { direction, sequence, acknowledgement, length, flags, window };
        Self { time: segment.at.time, words, checksum, ttl, identification }
    }

    /// Without identification the checksum, which covers time stamps, must be the same, and a router must have passed, or hardly any
    /// time: acknowledgements may be repeated at once, word for word.
    fn is_copy_of(&self, first: &Self) -> bool {
        if self.words != first.words {
            return false;
        }
        let waited = Span(self.time.since(first.time).0.abs());
        if waited > Span::millis(limits::DUPLICATE_WINDOW_MS) {
            return false;
        }
        if self.identification.is_some() || first.identification.is_some() {
            return self.identification == first.identification;
        }
        let at_once = waited <= Span(limits::SAME_COPY_WINDOW_US.saturating_mul(1_000));
        let same = self.checksum == first.checksum && self.checksum != 0;
        same && (self.ttl < first.ttl || (at_once && self.words.takes_numbers()))
    }
}

impl Words {
    const fn takes_numbers(&self) -> bool {
        self.length > 0 || self.flags.has(Flags::SYN) || self.flags.has(Flags::FIN)
    }
}

/// Segments for which there is room from the beginning: those of two requests; growing step by step costs more.
const FIRST_SEGMENTS: usize = 16;

/// True when `number` comes after `reached`, as sequence numbers go.
const fn is_behind(reached: u32, number: u32) -> bool {
    let ahead = number.wrapping_sub(reached);
    ahead != 0 && ahead < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PUSH, segment};
    use super::*;
    use crate::base::{Place, to_u64};

    use Direction::{Backward, Forward};

    /// A segment at this many microseconds with this identification.
    fn at(micros: i64, identification: u16, offset: u64, octets: &[u8]) -> Segment<'_> {
        let place = Place { pkt: 1.into(), time: Time(micros * 1_000), record: 0 };
        let plain = segment(Forward, PUSH, Some(offset), 0, octets, to_u64(octets.len()), place);
        Segment { checksum: 7, identification: NonZeroU16::new(identification), ..plain }
    }

    fn heard(segments: &[Segment<'_>]) -> Vec<bool> {
        let mut duplicates = Duplicates::default();
        segments.iter().map(|segment| duplicates.has(Forward, segment)).collect()
    }

    #[test]
    fn a_copy_has_the_identification_of_the_first_packet_and_perhaps_a_smaller_time_to_live() {
        let first = at(0, 9, 0, b"one");
        let routed = Segment { ttl: 63, checksum: 8, ..at(900, 9, 0, b"one") };
        assert_eq!(heard(&[first, at(400, 9, 0, b"one"), routed]), [false, true, true]);
        assert_eq!(heard(&[first, at(400, 10, 3, b"two"), routed]), [false, false, true]);
    }

    #[test]
    fn a_retransmission_is_no_copy() {
        let first = at(0, 9, 0, b"one");
        assert_eq!(heard(&[first, at(400, 10, 0, b"one")]), [false, false], "another identification");
        let late = limits::DUPLICATE_WINDOW_MS * 1_000 + 1;
        assert_eq!(heard(&[first, at(late, 9, 0, b"one")]), [false, false], "too late");
        assert_eq!(heard(&[first, at(400, 9, 0, b"on")]), [false, false], "other octets");
    }

    #[test]
    fn without_identification_the_checksum_must_agree_and_no_time_have_passed() {
        let first = at(0, 0, 0, b"one");
        assert_eq!(heard(&[first, at(900, 0, 0, b"one")]), [false, true]);
        assert_eq!(heard(&[first, at(1_100, 0, 0, b"one")]), [false, false]);
        assert_eq!(heard(&[first, Segment { ttl: 63, ..at(1_100, 0, 0, b"one") }]), [false, true]);
        assert_eq!(heard(&[first, Segment { checksum: 8, ..at(900, 0, 0, b"one") }]), [false, false]);
        let unknown = |micros| Segment { checksum: 0, ..at(micros, 0, 0, b"one") };
        assert_eq!(heard(&[unknown(0), unknown(1)]), [false, false], "nothing tells them apart");
    }

    #[test]
    fn an_acknowledgement_repeated_at_once_is_no_copy() {
        let bare = |micros, identification| at(micros, identification, 3, b"");
        assert_eq!(heard(&[bare(0, 0), bare(1, 0), bare(2, 0)]), [false; 3]);
        assert_eq!(heard(&[bare(0, 5), bare(1, 6), bare(2, 6)]), [false, false, true]);
    }

    #[test]
    fn the_other_direction_is_another_matter_and_little_is_remembered() {
        let mut duplicates = Duplicates::default();
        assert!(
            !duplicates.has(Forward, &at(0, 9, 0, b"one")) && !duplicates.has(Backward, &at(0, 9, 0, b"one"))
        );
        for part in 0..1_000 {
            duplicates.has(Forward, &at(1, 10, 3 * (part + 1), b"two"));
        }
        assert_eq!(duplicates.ring.len(), limits::MAX_REMEMBERED_SEGMENTS);
        assert!(!duplicates.has(Forward, &at(2, 9, 0, b"one")), "forgotten");
    }
}
