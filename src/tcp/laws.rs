//! What holds of reassembly whatever comes: octets in order, each with a packet that has it, and cause before effect.

use proptest::prelude::*;

use super::tests::{PUSH, SYN, Tape, segment};
use super::{Connection, Direction, Flags, Output, PerDirection, Segment};
use crate::base::{Piece, Place, Span, Time, to_u64};

use Direction::{Backward, Forward};

/// Control bits that a segment may have: ordinary ones, FIN, RST, SYN, and none at all.
const FLAGS: [Flags; 6] = [PUSH, Flags(0x10), Flags(0x11), Flags(0x14), Flags(0x02), Flags(0)];

/// A segment of one direction: where it begins, and how long it is.
fn parts(length: usize, cuts: &[usize]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % length).chain([0, length]).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn octets(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).expect("small")).collect()
}

proptest! {
    #[test]
    fn however_segments_come_the_octets_pass_in_order_each_with_a_packet_that_has_it(
        length in 1_usize..300,
        cuts in prop::collection::vec(any::<usize>(), 0..20),
        again in prop::collection::vec((any::<usize>(), any::<usize>()), 0..12),
        order in any::<u64>(),
    ) {
        let data = octets(length);
        let mut parts = parts(length, &cuts);
        parts.extend(again.iter().map(|(from, to)| {
            let (from, to) = (from % length, to % length);
            (from.min(to), from.max(to) + 1)
        }));
        // A fixed shuffle: any order at all is borne.
        parts.sort_by_key(|(from, to)| (to_u64(from * 31 + to * 17) ^ order).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut tcp = Connection::default();
        let mut passed: Vec<u8> = Vec::new();
        let mut wrong = Vec::new();
        let mut place = Place { pkt: 1.into(), time: Time(0), record: 0 };
        tcp.push(Forward, &segment(Forward, SYN, None, 0, b"", 0, place), &mut |_, _| {});
        for (from, to) in &parts {
            place.pkt = (place.pkt.number() + 1).into();
            let bytes = &data[*from..*to];
            let segment = segment(Forward, PUSH, Some(to_u64(*from)), 0, bytes, to_u64(bytes.len()), place);
            tcp.push(Forward, &segment, &mut |_, output| match output {
                Output::Piece(Piece::Chunk { bytes, origin }) => {
                    let (from, to) = parts[usize::try_from(origin.at.pkt.number()).expect("small") - 2];
                    let inside = from <= passed.len() && passed.len() + bytes.len() <= to;
                    if !inside || origin.tcp_end != to_u64(passed.len() + bytes.len()) {
                        wrong.push(format!("{origin:?} does not hold {} and more", passed.len()));
                    }
                    passed.extend_from_slice(bytes);
                }
                Output::Piece(Piece::Gap { .. }) => wrong.push("a gap".to_owned()),
                Output::Signal(..) => {}
            });
        }
        prop_assert!(wrong.is_empty(), "{wrong:?}");
        prop_assert_eq!(passed, data);
        prop_assert_eq!(tcp.stream(Forward).stats.missing, 0);
    }

    /// Most segments come next and acknowledge what was sent, the others do anything; the capture begins before the handshake or behind it.
    #[test]
    fn the_short_way_of_ordinary_segments_comes_to_the_same_as_the_long_one(
        begins in any::<bool>(),
        turns in prop::collection::vec(
            (any::<bool>(), 0_u8..12, 0_u64..24, 0_u64..24, 0_usize..5, prop::sample::select(&FLAGS[..])), 1..40,
        ),
    ) {
        let (mut short, mut long) = (Connection::default(), Connection::default());
        let mut said: [Vec<String>; 2] = Default::default();
        let mut sent = PerDirection { forward: 0_u64, backward: 0_u64 };
        let mut at = Place::default();
        let opening = [(Forward, SYN), (Backward, SYN.with(PUSH))].map(|(way, flags)| (way, flags, None, 0, 0, 1000));
        let turns = turns.into_iter().map(|(forward, odd, offset, acked, length, flags)| {
            let way = if forward { Forward } else { Backward };
            let (offset, acked, flags) = match odd {
                0 => (offset, acked, flags),
                1 => (offset, sent[way.reverse()], PUSH),
                2 => (sent[way], acked, PUSH),
                _ => (sent[way], sent[way.reverse()], PUSH),
            };
            sent[way] = sent[way].max(offset + to_u64(length));
            (way, flags, Some(offset), acked, length, if odd == 3 { 0 } else { 1000 })
        });
        let turns: Vec<_> = turns.collect();
        for (way, flags, offset, acked, length, window) in opening.into_iter().filter(|_| begins).chain(turns) {
            at.pkt = (at.pkt.number() + 1).into();
            at.time = at.time.after(Span::millis(if length == 4 { 60 } else { 1 }));
            let octets = &b"abcdef"[..length];
            let plain = segment(way, flags, offset, acked, octets, to_u64(length) + u64::from(window == 0), at);
            let segment = Segment { window, ..plain };
            let [heard, reference] = &mut said;
            short.push(way, &segment, &mut |way, output| heard.push(format!("{way:?} {output:?}")));
            if long.note(way, &segment) {
                long.accept_any(way, &segment, &mut |way, output| reference.push(format!("{way:?} {output:?}")));
            }
            prop_assert_eq!(heard, reference);
        }
        prop_assert_eq!(format!("{short:?}"), format!("{long:?}"));
    }

    #[test]
    fn of_two_capture_queues_cause_passes_before_effect_and_nothing_is_missing(
        turns in prop::collection::vec((any::<bool>(), 0_usize..9), 1..30),
        merge in prop::collection::vec(any::<bool>(), 60),
    ) {
        let said = queues(&turns, &merge, |_| true);
        prop_assert!(!said.holes && said.acausal.is_empty(), "{:?}", said.acausal);
        prop_assert_eq!([said.passed.forward, said.passed.backward], sent(&turns));
    }

    #[test]
    fn whatever_is_lost_every_octet_is_passed_or_told_missing_and_cause_passes_before_effect(
        turns in prop::collection::vec((any::<bool>(), 0_usize..9), 1..30),
        lost in prop::collection::vec(any::<bool>(), 30),
    ) {
        let said = queues(&turns, &[], |turn| !lost[turn]);
        prop_assert!(said.acausal.is_empty(), "{:?}", said.acausal);
        for direction in [Forward, Backward] {
            let mut last = 0;
            let mut end = 0;
            for (turn, (forward, length)) in turns.iter().enumerate() {
                if *forward == (direction == Forward) {
                    end += length;
                    last = if lost[turn] || *length == 0 { last } else { end };
                }
            }
            prop_assert!(said.passed[direction] >= last, "{} of {last} octets", said.passed[direction]);
        }
    }
}

/// What a conversation seen through two queues came to.
#[derive(Default)]
struct Queues {
    /// Octets passed or told missing.
    passed: PerDirection<usize>,
    /// What each packet acknowledged.
    acked: Vec<(u64, usize)>,
    holes: bool,
    acausal: Vec<String>,
}

fn sent(turns: &[(bool, usize)]) -> [usize; 2] {
    [true, false]
        .map(|side| turns.iter().filter(|(forward, _)| *forward == side).map(|(_, length)| length).sum())
}

/// A conversation in which every segment acknowledges everything sent before it. The packets of each direction keep their order;
/// `merge` says which direction is read next, and when it ends they come as they were sent.
fn queues(turns: &[(bool, usize)], merge: &[bool], kept: impl Fn(usize) -> bool) -> Queues {
    let mut sent = PerDirection { forward: 0, backward: 0 };
    #[expect(clippy::type_complexity, reason = "a row: turn, direction, offset, acknowledged, length")]
    let mut lines: PerDirection<Vec<(usize, Direction, usize, usize, usize)>> = PerDirection::default();
    for (turn, (forward, length)) in turns.iter().enumerate() {
        let direction = if *forward { Forward } else { Backward };
        lines[direction].push((turn, direction, sent[direction], sent[direction.reverse()], *length));
        sent[direction] += length;
    }
    for direction in [Forward, Backward] {
        lines[direction].reverse();
    }
    let mut merge = merge.iter();
    let mut said = Queues::default();
    let mut tape = Tape::open();
    loop {
        let first = |direction: Direction| lines[direction].last().map_or(usize::MAX, |line| line.0);
        let forward = merge.next().map_or(first(Forward) < first(Backward), |forward| *forward);
        let direction = if forward { Forward } else { Backward };
        let next = lines[direction].pop().or_else(|| lines[direction.reverse()].pop());
        let Some((turn, direction, offset, acked, length)) = next else { break };
        if kept(turn) {
            let wait = if merge.len() == 0 { Span::millis(1) } else { Span::ZERO };
            let octets = vec![b'.'; length];
            tape.wait(wait).raw(direction, PUSH, Some(to_u64(offset)), to_u64(acked), &octets);
            said.acked.push((tape.at.pkt.number(), acked));
        }
        said.hear(&mut tape);
    }
    tape.finish();
    said.hear(&mut tape);
    said
}

impl Queues {
    fn hear(&mut self, tape: &mut Tape) {
        for line in tape.said.drain(..) {
            let direction = if line.starts_with('>') { Forward } else { Backward };
            let words: Vec<&str> = line.split(' ').collect();
            let after = |word: &str| {
                let at = words.iter().position(|other| *other == word)?;
                words.get(at + 1)?.parse::<usize>().ok()
            };
            self.holes |= line.contains("gap");
            let pkt = words.iter().find_map(|word| word.strip_prefix('#')?.parse::<u64>().ok());
            let known = self.acked.iter().find(|(number, _)| Some(*number) == pkt);
            if known.is_some_and(|(_, known)| *known > self.passed[direction.reverse()]) {
                self.acausal.push(line.clone());
            }
            if let Some(end) = after("to") {
                self.passed[direction] = end;
            }
        }
    }
}
