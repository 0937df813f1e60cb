//! Packets that the capture saw twice: on two interfaces of a router, on both sides of a mirror, twice on loopback. A copy has
//! everything in common with the first packet, also the identification of its IP packet, which a segment that is sent again has
//! not; only the time to live may have shrunk. Ordinary segments go further than those before them and cost no search.

use std::num::NonZeroU16;

use super::sequence::low;
use super::{Direction, Flags, PerDirection, Segment};
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
    /// When it passed, in microseconds; the lower half, for nothing before a silence is remembered.
    micros: u32,
    sequence: u32,
    acknowledgement: u32,
    /// At most 65,535: longer ones are those of jumbograms.
    length: u16,
    window: u16,
    checksum: u16,
    identification: Option<NonZeroU16>,
    direction: Direction,
    flags: Flags,
    ttl: u8,
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

    /// Nobody had sent anything for long: what comes now is no copy of what came before.
    pub(super) fn forget(&mut self) {
        self.ring.clear();
        self.turn = 0;
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
        let length = u16::try_from(segment.length).unwrap_or(u16::MAX);
        let micros = low(segment.at.time.0.div_euclid(1_000).cast_unsigned());
        Self {
            micros,
            sequence,
            acknowledgement,
            length,
            window,
            checksum,
            identification,
            direction,
            flags,
            ttl,
        }
    }

    /// The fields that every copy has in common.
    fn words(&self) -> impl PartialEq {
        (self.sequence, self.acknowledgement, self.length, self.window, self.direction, self.flags)
    }

    /// Without identification the checksum, which covers time stamps, must be the same, and a router must have passed, or hardly any
    /// time: acknowledgements may be repeated at once, word for word.
    fn is_copy_of(&self, first: &Self) -> bool {
        if self.words() != first.words() {
            return false;
        }
        let later = self.micros.wrapping_sub(first.micros);
        let waited = later.min(later.wrapping_neg());
        if waited > limits::DUPLICATE_WINDOW_MS.saturating_mul(1_000) {
            return false;
        }
        if self.identification.is_some() || first.identification.is_some() {
            return self.identification == first.identification;
        }
        let at_once = waited <= limits::SAME_COPY_WINDOW_US;
        let same = self.checksum == first.checksum && self.checksum != 0;
        same && (self.ttl < first.ttl || (at_once && self.takes_numbers()))
    }

    const fn takes_numbers(&self) -> bool {
        self.length > 0 || self.flags.has(Flags::SYN) || self.flags.has(Flags::FIN)
    }
}

/// Segments for which there is room from the beginning: most connections have no more, and growing step by step costs more than one.
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
    use crate::base::{Place, Time, to_u64};

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
        let late = i64::from(limits::DUPLICATE_WINDOW_MS) * 1_000 + 1;
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
