//! Reassembly: what each segment makes pass, in which order, and what is told of what never came.

use std::net::{IpAddr, Ipv4Addr};

use super::{Connection, Direction, Endpoint, Flags, Flows, Output, PerDirection, Segment};
use crate::base::{Piece, Place, Signal, Span, to_u64};
use crate::limits;

use Direction::{Backward, Forward};

/// Initial sequence numbers; one wraps within the first octets.
const INITIAL: PerDirection<u32> = PerDirection { forward: u32::MAX - 20, backward: 5_000 };

pub(super) const SYN: Flags = Flags::SYN;
const ACK: Flags = Flags::ACK;
pub(super) const PUSH: Flags = Flags(0x18);
const FIN: Flags = Flags(0x11);
const RST: Flags = Flags(0x14);

/// A connection, and what it said in one line each.
pub(super) struct Tape {
    tcp: Connection,
    pub said: Vec<String>,
    pub at: Place,
}

impl Tape {
    fn empty() -> Self {
        Self { tcp: Connection::default(), said: Vec::new(), at: Place::default() }
    }

    /// Behind the handshake, whose signals are not kept.
    pub(super) fn open() -> Self {
        let mut tape = Self::empty();
        tape.raw(Forward, SYN, None, 0, b"").raw(Backward, SYN.with(ACK), None, 0, b"");
        tape.send(Forward, 0, 0, b"");
        tape.said.clear();
        tape
    }

    /// A segment with these octets at this offset, which acknowledges so many octets of the other direction.
    fn send(&mut self, direction: Direction, offset: u64, acked: u64, octets: &[u8]) -> &mut Self {
        self.raw(direction, ACK, Some(offset), acked, octets)
    }

    pub(super) fn raw(
        &mut self,
        direction: Direction,
        flags: Flags,
        offset: Option<u64>,
        acked: u64,
        octets: &[u8],
    ) -> &mut Self {
        self.long(direction, flags, offset, acked, octets, to_u64(octets.len()))
    }

    /// As `raw`, of which the capture kept only the first octets.
    fn long(
        &mut self,
        direction: Direction,
        flags: Flags,
        offset: Option<u64>,
        acked: u64,
        octets: &[u8],
        length: u64,
    ) -> &mut Self {
        self.at.pkt = (self.at.pkt.number() + 1).into();
        let segment = segment(direction, flags, offset, acked, octets, length, self.at);
        let said = &mut self.said;
        self.tcp.push(direction, &segment, &mut |direction, output| said.push(line(direction, output)));
        self
    }

    pub(super) fn wait(&mut self, span: Span) -> &mut Self {
        self.at.time = self.at.time.after(span);
        self
    }

    pub(super) fn finish(&mut self) -> &mut Self {
        let said = &mut self.said;
        self.tcp.finish(&mut |direction, output| said.push(line(direction, output)));
        self
    }

    /// What was said since the last time, acknowledgements, silences and what was sent again left out.
    fn heard(&mut self) -> Vec<String> {
        let aside = ["acked", "Resumed", "Resent", "Refilled"];
        self.said.drain(..).filter(|line| !aside.iter().any(|word| line.contains(word))).collect()
    }
}

pub(super) fn segment(
    direction: Direction,
    flags: Flags,
    offset: Option<u64>,
    acked: u64,
    payload: &[u8],
    length: u64,
    at: Place,
) -> Segment<'_> {
    let number = |initial: u32, offset: u64| initial.wrapping_add(1).wrapping_add(offset as u32);
    Segment {
        source_port: 1,
        destination_port: 2,
        sequence: offset.map_or(INITIAL[direction], |offset| number(INITIAL[direction], offset)),
        acknowledgement: if flags.has(ACK) { number(INITIAL[direction.reverse()], acked) } else { 0 },
        flags,
        window: 1000,
        payload,
        length,
        checksum: 0,
        ttl: 64,
        largest: None,
        identification: None,
        at,
    }
}

fn line(direction: Direction, output: Output<'_>) -> String {
    let arrow = if direction == Forward { ">" } else { "<" };
    match output {
        Output::Piece(Piece::Chunk { bytes, origin }) => {
            let text = String::from_utf8_lossy(bytes);
            format!("{arrow} {text} #{} to {} knowing {}", origin.at.pkt, origin.tcp_end, origin.peer_acked)
        }
        Output::Piece(Piece::Gap { length, loss, origin }) => {
            format!("{arrow} gap of {length} to {} {loss:?}", origin.tcp_end)
        }
        Output::Signal(Signal::Acked, origin) => format!("{arrow} acked {}", origin.peer_acked),
        Output::Signal(Signal::Fin { complete }, origin) => {
            format!("{arrow} fin at {} {}", origin.tcp_end, if complete { "complete" } else { "holed" })
        }
        Output::Signal(Signal::Rst { acknowledges, .. }, origin) => {
            format!("{arrow} rst at {} {}", origin.tcp_end, if acknowledges { "with ack" } else { "bare" })
        }
        Output::Signal(signal, _) => format!("{arrow} {signal:?}"),
    }
}

#[test]
fn octets_in_order_pass_at_once_over_the_wrap_of_the_sequence_numbers() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"the first fifteen").send(Forward, 17, 0, b"and more");
    assert_eq!(tape.heard(), ["> the first fifteen #4 to 17 knowing 0", "> and more #5 to 25 knowing 0"]);
}

#[test]
fn a_handshake_opens_both_directions_once() {
    let mut tape = Tape::empty();
    tape.raw(Forward, SYN, None, 0, b"").raw(Forward, SYN, None, 0, b"");
    tape.raw(Backward, SYN.with(ACK), None, 0, b"").raw(Backward, SYN.with(ACK), None, 0, b"");
    tape.send(Forward, 0, 0, b"");
    assert_eq!(tape.said, ["> Opened", "< Opened", "< acked 0", "> acked 0"]);
}

#[test]
fn silence_and_what_is_sent_again_are_told() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").wait(Span::seconds(40)).send(Forward, 0, 0, b"abc");
    tape.send(Forward, 6, 0, b"ghi").wait(Span::millis(300)).send(Forward, 3, 0, b"def");
    let told: Vec<&String> = tape.said.iter().filter(|line| line.contains(" Re")).collect();
    let silent = format!("> {:?}", Signal::Resumed { silent: Span::seconds(40), asks: true });
    let waited = format!("> {:?}", Signal::Refilled { waited: Span::millis(300) });
    assert_eq!(told, [silent.as_str(), "> Resent", waited.as_str()]);
}

#[test]
fn early_octets_wait_for_those_before_them() {
    let mut tape = Tape::open();
    tape.send(Forward, 3, 0, b"def").send(Forward, 6, 0, b"ghi");
    assert!(tape.heard().is_empty());
    tape.send(Forward, 0, 0, b"abc");
    let heard = ["> abc #6 to 3 knowing 0", "> def #4 to 6 knowing 0", "> ghi #5 to 9 knowing 0"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn retransmissions_whole_and_partial_add_nothing_but_what_is_new() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abcdef").send(Forward, 0, 0, b"abcdef").send(Forward, 2, 0, b"cd");
    tape.send(Forward, 4, 0, b"efgh").send(Forward, 4, 0, b"ef");
    assert_eq!(tape.heard(), ["> abcdef #4 to 6 knowing 0", "> gh #7 to 8 knowing 0"]);
    let (stats, again) = (tape.tcp.stream(Forward).stats, tape.tcp.stream(Forward).again());
    assert_eq!((stats.octets, again.repeated, again.differing), (8, 12, 0));
}

#[test]
fn a_repetition_with_other_octets_is_counted_and_changes_nothing() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abcdef").send(Forward, 0, 0, b"ABCDEF");
    assert_eq!(tape.heard(), ["> abcdef #4 to 6 knowing 0"]);
    assert_eq!(tape.tcp.stream(Forward).again().differing, 1);
}

#[test]
fn keep_alives_are_signs_of_life_and_no_octets() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").send(Backward, 0, 3, b"").heard();
    tape.send(Forward, 2, 0, b"").send(Forward, 2, 0, b"\0").send(Forward, 3, 0, b"def");
    assert_eq!(tape.heard(), ["> KeepAlive", "> KeepAlive", "> def #8 to 6 knowing 0"]);
}

#[test]
fn whatever_comes_back_after_a_silence_is_a_sign_of_life_once() {
    let quiet = || {
        let mut tape = Tape::open();
        tape.send(Forward, 0, 0, b"abc").send(Backward, 0, 3, b"def").send(Forward, 3, 3, b"");
        tape.said.clear();
        tape.wait(Span::seconds(40));
        tape
    };
    let lives = |tape: &Tape| tape.said.iter().filter(|line| line.contains("KeepAlive")).count();
    let mut tape = quiet();
    tape.send(Forward, 2, 3, b"").send(Backward, 3, 3, b"").send(Backward, 3, 3, b"");
    assert_eq!(tape.heard(), ["> KeepAlive", "< KeepAlive"]);
    // Octets that do not acknowledge what broke the silence.
    let mut tape = quiet();
    tape.send(Forward, 3, 3, b"ghi").send(Backward, 3, 3, b"jkl");
    assert_eq!(lives(&tape), 1);
    // RST, what the same end says, and what a silence without a question is followed by.
    let mut tape = quiet();
    tape.send(Forward, 3, 3, b"ghi").send(Forward, 6, 3, b"").raw(Backward, RST, Some(3), 0, b"");
    assert_eq!(lives(&tape), 0);
    let mut tape = quiet();
    tape.send(Forward, 3, 3, b"").send(Backward, 3, 3, b"");
    assert_eq!(lives(&tape), 0);
}

#[test]
fn the_octet_of_a_keep_alive_is_never_taken_for_data_of_a_hole() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").send(Forward, 5, 0, b"\0").send(Forward, 3, 0, b"def");
    assert_eq!(tape.heard(), ["> abc #4 to 3 knowing 0", "> KeepAlive", "> def #6 to 6 knowing 0"]);
    assert_eq!(tape.tcp.stream(Forward).again().differing, 0);
}

#[test]
fn a_connection_joined_at_a_keep_alive_misses_nothing() {
    for octet in [&b""[..], b"\0"] {
        let mut tape = Tape::empty();
        tape.send(Forward, 99, 50, octet).send(Backward, 50, 100, b"").send(Forward, 100, 50, b"abc");
        tape.send(Backward, 50, 103, b"xyz").finish();
        let heard: Vec<_> = tape.heard().into_iter().filter(|line| !line.contains("KeepAlive")).collect();
        assert_eq!(heard, ["> abc #3 to 3 knowing 0", "< xyz #4 to 3 knowing 3"], "{octet:?}");
    }
}

#[test]
fn a_keep_alive_before_any_octet_is_one_too() {
    let mut tape = Tape::open();
    tape.raw(Forward, ACK, Some(u64::MAX), 0, b"");
    assert_eq!(tape.heard(), ["> KeepAlive"]);
}

#[test]
fn a_hole_that_the_receiver_acknowledged_is_final_after_the_grace() {
    let mut tape = Tape::open();
    tape.send(Forward, 3, 0, b"def").send(Backward, 0, 6, b"answer");
    assert!(tape.heard().is_empty(), "the hole may still be filled");
    tape.wait(Span::millis(limits::HOLE_GRACE_MS + 1)).send(Forward, 6, 6, b"more");
    let heard = [
        "> gap of 3 to 3 Captured",
        "> def #4 to 6 knowing 0",
        "< answer #5 to 6 knowing 6",
        "> more #6 to 10 knowing 6",
    ];
    assert_eq!(tape.heard(), heard);
    assert_eq!(tape.tcp.stream(Forward).stats.missing, 3);
}

#[test]
fn a_hole_that_the_receiver_acknowledged_is_final_after_some_packets() {
    let mut tape = Tape::open();
    tape.send(Forward, 3, 0, b"def").send(Backward, 0, 6, b"");
    for _ in 0..limits::HOLE_GRACE_PACKETS {
        tape.send(Backward, 0, 6, b"");
        assert!(tape.heard().is_empty());
    }
    tape.send(Backward, 0, 6, b"");
    assert_eq!(tape.heard(), ["> gap of 3 to 3 Captured", "> def #4 to 6 knowing 0"]);
}

#[test]
fn a_hole_that_nobody_acknowledged_stays_open_to_the_end() {
    let mut tape = Tape::open();
    tape.send(Forward, 3, 0, b"def").wait(Span::seconds(60)).send(Backward, 0, 0, b"");
    assert!(tape.heard().is_empty());
    tape.finish();
    assert_eq!(tape.heard(), ["> gap of 3 to 3 Unfinished", "> def #4 to 6 knowing 0"]);
}

#[test]
fn an_acknowledgement_that_passes_before_the_octets_makes_no_hole_and_its_answer_waits() {
    let mut tape = Tape::open();
    tape.send(Backward, 0, 3, b"answer").send(Forward, 0, 0, b"ask").send(Forward, 3, 6, b"next");
    let heard = ["> ask #5 to 3 knowing 0", "< answer #4 to 6 knowing 3", "> next #6 to 7 knowing 6"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn what_answers_an_answer_that_waits_waits_behind_it() {
    let mut tape = Tape::open();
    // The client's first octets come last; its second ones, which answer the server's, are there already.
    tape.send(Backward, 0, 3, b"two").send(Forward, 3, 3, b"three").send(Backward, 3, 8, b"four");
    assert!(tape.heard().is_empty());
    tape.send(Forward, 0, 0, b"one");
    let heard = [
        "> one #7 to 3 knowing 0",
        "< two #4 to 3 knowing 3",
        "> three #5 to 8 knowing 3",
        "< four #6 to 7 knowing 8",
    ];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn behind_a_hole_on_each_side_cause_passes_before_effect() {
    let mut tape = Tape::open();
    // Lost: the client's octets 3 to 5, and the server's 0 to 1.
    tape.send(Forward, 0, 0, b"one").send(Backward, 2, 6, b"two").send(Forward, 6, 5, b"three");
    tape.wait(Span::millis(20)).send(Backward, 5, 11, b"");
    let heard = [
        "> one #4 to 3 knowing 0",
        "> gap of 3 to 6 Captured",
        "< gap of 2 to 2 Captured",
        "< two #5 to 5 knowing 6",
        "> three #6 to 11 knowing 5",
    ];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn octets_sent_again_are_taken_as_sent_before_those_that_were_seen_behind_them() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"one").send(Backward, 0, 3, b"reset").send(Forward, 6, 5, b"ack").heard();
    // Lost before the tap, sent again much later with an acknowledgement of that time.
    tape.wait(Span::millis(300)).send(Forward, 3, 5, b"two");
    assert_eq!(tape.heard(), ["> two #7 to 6 knowing 0", "> ack #6 to 9 knowing 5"]);
}

#[test]
fn octets_sent_again_are_taken_as_sent_before_a_segment_without_octets_that_stood_behind_them() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"one").send(Backward, 0, 3, b"reset").send(Forward, 6, 5, b"").heard();
    tape.wait(Span::millis(300)).send(Forward, 3, 5, b"two").send(Forward, 6, 5, b"three");
    assert_eq!(tape.heard(), ["> two #7 to 6 knowing 0", "> three #8 to 11 knowing 5"]);
}

#[test]
fn behind_a_hole_what_waits_on_both_sides_goes_on_in_the_order_in_which_it_passed() {
    let mut tape = Tape::open();
    // Lost: the server's first octets, which the client acknowledges with segments that changed places.
    tape.send(Backward, 0, 0, b"a").send(Forward, 0, 3, b"one").send(Forward, 6, 3, b"three");
    tape.send(Forward, 3, 3, b"two").send(Backward, 3, 11, b"four");
    tape.wait(Span::millis(20)).send(Forward, 11, 7, b"");
    let heard = [
        "< a #4 to 1 knowing 0",
        "< gap of 2 to 3 Captured",
        "> one #5 to 3 knowing 3",
        "> two #7 to 6 knowing 3",
        "> three #6 to 11 knowing 3",
        "< four #8 to 7 knowing 11",
    ];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn octets_that_changed_places_keep_what_their_sender_knew() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"one").send(Backward, 0, 3, b"answer").heard();
    tape.send(Forward, 6, 6, b"three").send(Forward, 3, 6, b"two");
    assert_eq!(tape.heard(), ["> two #7 to 6 knowing 6", "> three #6 to 11 knowing 6"]);
}

#[test]
fn at_the_cap_of_what_is_held_the_hole_is_final() {
    let mut tape = Tape::open();
    for part in 0..=to_u64(limits::MAX_HELD_SEGMENTS) {
        assert!(tape.heard().is_empty());
        tape.send(Forward, 10 + 3 * part, 0, b"xy");
    }
    let heard = tape.heard();
    assert_eq!(heard[..2], ["> gap of 10 to 10 Captured", "> xy #4 to 12 knowing 0"]);
    let octets = usize::try_from(limits::MAX_HELD_OCTETS).expect("small") / 4;
    let mut tape = Tape::open();
    for part in 0..=4 {
        assert!(tape.heard().is_empty());
        tape.send(Forward, 10 + to_u64(part * octets), 0, &vec![b'x'; octets]);
    }
    assert_eq!(tape.heard().first().map(String::as_str), Some("> gap of 10 to 10 Captured"));
}

#[test]
fn a_fin_behind_a_hole_waits_for_it() {
    let mut tape = Tape::open();
    tape.raw(Forward, FIN, Some(3), 0, b"def");
    assert!(tape.heard().is_empty());
    tape.send(Forward, 0, 0, b"abc");
    let heard = ["> abc #5 to 3 knowing 0", "> def #4 to 6 knowing 0", "> fin at 6 complete"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn a_fin_behind_octets_that_never_came_is_not_complete() {
    let mut tape = Tape::open();
    tape.raw(Forward, FIN, Some(3), 0, b"def").raw(Backward, FIN, Some(0), 7, b"").finish();
    let heard =
        ["> gap of 3 to 3 Captured", "> def #4 to 6 knowing 0", "> fin at 6 holed", "< fin at 0 complete"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn a_sender_that_stands_behind_octets_that_nobody_saw_has_sent_them() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").raw(Forward, FIN, Some(9), 0, b"").finish();
    assert_eq!(tape.heard(), ["> abc #4 to 3 knowing 0", "> gap of 6 to 9 Unfinished", "> fin at 9 holed"]);
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").send(Forward, 5, 0, b"").finish();
    assert_eq!(tape.heard(), ["> abc #4 to 3 knowing 0", "> gap of 2 to 5 Unfinished"]);
}

#[test]
fn a_connection_is_closed_once_each_end_has_acknowledged_the_other_ones_end() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").raw(Forward, FIN, Some(3), 0, b"");
    assert!(!tape.tcp.is_closed());
    tape.raw(Backward, FIN, Some(0), 4, b"");
    assert!(!tape.tcp.is_closed());
    tape.send(Forward, 4, 1, b"");
    assert!(tape.tcp.is_closed());
    // The last acknowledgement is there, but octets of the other end never came.
    let mut holed = Tape::open();
    holed.raw(Forward, FIN, Some(9), 0, b"").raw(Backward, FIN, Some(0), 0, b"").send(Forward, 10, 1, b"");
    assert!(!holed.tcp.is_closed());
}

#[test]
fn the_number_that_a_fin_takes_is_no_octet_whatever_passes_first() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").raw(Forward, FIN, Some(3), 0, b"").raw(Backward, FIN, Some(0), 4, b"");
    tape.send(Forward, 4, 1, b"").finish();
    assert_eq!(tape.said.iter().filter(|line| line.contains("gap")).count(), 0, "{:?}", tape.said);
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc")
        .raw(Backward, FIN, Some(0), 4, b"")
        .raw(Forward, FIN, Some(3), 0, b"")
        .finish();
    let heard = ["> abc #4 to 3 knowing 0", "> fin at 3 complete", "< fin at 0 complete"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn a_reset_makes_holes_final_and_says_where_it_stands() {
    let mut tape = Tape::open();
    tape.send(Forward, 3, 0, b"def").send(Backward, 0, 6, b"answer").raw(Backward, RST, Some(6), 6, b"");
    let heard = [
        "> gap of 3 to 3 Captured",
        "> def #4 to 6 knowing 0",
        "< answer #5 to 6 knowing 6",
        "< rst at 6 with ack",
    ];
    assert_eq!(tape.heard(), heard);
    tape.raw(Forward, Flags::RST, Some(9), 0, b"");
    assert_eq!(tape.heard(), ["> gap of 3 to 9 Unfinished", "> rst at 9 bare"]);
    let mut tape = Tape::open();
    tape.raw(Backward, RST, Some(0), 6, b"");
    assert_eq!(
        tape.heard(),
        ["> gap of 6 to 6 Captured", "< rst at 0 with ack"],
        "acknowledged and never seen"
    );
}

#[test]
fn a_reset_shows_octets_that_nobody_saw() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").raw(Forward, RST, Some(9), 0, b"");
    assert_eq!(
        tape.heard(),
        ["> abc #4 to 3 knowing 0", "> gap of 6 to 9 Unfinished", "> rst at 9 with ack"]
    );
    let mut tape = Tape::open();
    tape.send(Forward, 0, 0, b"abc").raw(Forward, RST, Some(3 + (2 << 20)), 0, b"");
    assert_eq!(tape.heard().len(), 2, "a number from elsewhere");
}

#[test]
fn octets_on_a_syn_are_the_first_ones() {
    let mut tape = Tape::empty();
    tape.raw(Forward, SYN, None, 0, b"early").raw(Backward, SYN.with(ACK), None, 5, b"");
    tape.send(Forward, 5, 0, b" and late");
    let heard = ["> Opened", "> early #1 to 5 knowing 0", "< Opened", ">  and late #3 to 14 knowing 0"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn octets_on_a_syn_that_the_server_did_not_take_are_sent_again() {
    let mut tape = Tape::empty();
    tape.raw(Forward, SYN, None, 0, b"early").raw(Backward, SYN.with(ACK), None, 0, b"");
    tape.send(Forward, 0, 0, b"early").send(Forward, 5, 0, b"!");
    let heard = ["> Opened", "> early #1 to 5 knowing 0", "< Opened", "> ! #4 to 6 knowing 0"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn in_the_middle_of_a_connection_the_first_octets_seen_are_the_first() {
    let mut tape = Tape::empty();
    tape.send(Forward, 1000, 500, b"abc").send(Backward, 500, 1003, b"xyz").send(Forward, 1003, 503, b"def");
    let heard = ["> abc #1 to 3 knowing 0", "< xyz #2 to 3 knowing 3", "> def #3 to 6 knowing 3"];
    assert_eq!(tape.heard(), heard);
    assert!(!tape.tcp.stream(Forward).whole());
}

#[test]
fn of_one_direction_alone_every_octet_passes() {
    let mut tape = Tape::empty();
    tape.raw(Forward, SYN, None, 0, b"")
        .send(Forward, 0, 700, b"abc")
        .send(Forward, 3, 1400, b"def")
        .finish();
    assert_eq!(tape.heard(), ["> Opened", "> abc #2 to 3 knowing 0", "> def #3 to 6 knowing 0"]);
}

#[test]
fn what_the_capture_cut_off_a_packet_is_a_gap_of_known_length() {
    let mut tape = Tape::open();
    tape.long(Forward, ACK, Some(0), 0, b"ab", 10).send(Forward, 10, 0, b"k");
    let heard = ["> ab #4 to 2 knowing 0", "> gap of 8 to 10 Snaplen", "> k #5 to 11 knowing 0"];
    assert_eq!(tape.heard(), heard);
}

#[test]
fn a_window_that_closes_and_opens_is_told() {
    let mut tape = Tape::open();
    for window in [0, 0, 10] {
        tape.at.pkt = (tape.at.pkt.number() + 1).into();
        let closed = Segment { window, ..segment(Backward, ACK, Some(0), 0, b"", 0, tape.at) };
        let said = &mut tape.said;
        tape.tcp.push(Backward, &closed, &mut |direction, output| said.push(line(direction, output)));
    }
    assert_eq!(tape.heard(), ["< Window { open: false }", "< Window { open: true }"]);
}

#[test]
fn connections_are_numbered_by_their_first_packets_and_ports_may_be_used_again() {
    let mut flows = Flows::default();
    let end = |last: u8, port| Endpoint { address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), port };
    let (client, server) = (end(1, 40_000), end(2, 443));
    let syn = |sequence| Segment { sequence, ..segment(Forward, SYN, None, 0, b"", 0, Place::default()) };
    let seat = |flows: &mut Flows, from, to, segment: &Segment<'_>| {
        let seat = flows.seat(&(from, to), segment);
        (seat.number, seat.direction, seat.opens, seat.replaces)
    };
    assert_eq!(seat(&mut flows, client, server, &syn(7)), (0, Forward, true, None));
    assert_eq!(seat(&mut flows, client, server, &syn(7)), (0, Forward, false, None));
    let answer = segment(Backward, SYN.with(ACK), None, 0, b"", 0, Place::default());
    assert_eq!(seat(&mut flows, server, client, &answer), (0, Backward, false, None));
    assert_eq!(seat(&mut flows, end(3, 1), server, &syn(1)), (1, Forward, true, None));
    assert_eq!(seat(&mut flows, client, server, &syn(9)), (2, Forward, true, Some(0)));
    // A duplicate of the SYN, however late, opens nothing.
    let fin = Segment { sequence: 10, ..segment(Forward, FIN, None, 0, b"", 0, Place::default()) };
    assert_eq!(seat(&mut flows, client, server, &fin), (2, Forward, false, None));
    assert_eq!(seat(&mut flows, client, server, &syn(9)), (2, Forward, false, None));
}

#[test]
fn octets_that_wait_in_a_connection_joined_late_were_seen() {
    let mut tape = Tape::empty();
    // Lost: the client's octets 3 to 5, and the server's 0 to 1 and 4 to 5, which the client acknowledges with what waits.
    tape.send(Forward, 0, 0, b"").send(Backward, 2, 0, b"ab").send(Forward, 0, 4, b"one");
    tape.send(Forward, 6, 6, b"two").send(Backward, 6, 9, b"").send(Backward, 6, 9, b"cd");
    tape.finish();
    let said: Vec<_> = tape.said.iter().filter(|line| !line.contains("acked")).cloned().collect();
    let heard = [
        "< gap of 2 to 2 Captured",
        "< ab #2 to 4 knowing 0",
        "> one #3 to 3 knowing 4",
        "< gap of 2 to 6 Captured",
        "> gap of 3 to 6 Captured",
        "> two #4 to 9 knowing 6",
        "< cd #6 to 8 knowing 9",
    ];
    assert_eq!(said, heard);
    for acked in [9, 3] {
        let mut tape = Tape::empty();
        tape.send(Forward, 0, 0, b"").send(Forward, 0, 0, b"one").raw(Backward, FIN, Some(6), acked, b"");
        let heard = tape.send(Forward, acked, 7, b"").finish().heard();
        assert!(heard.iter().any(|line| line.starts_with("< gap of 6 to 6 ")), "{acked}: {heard:?}");
    }
}

#[test]
fn a_segment_that_holds_octets_of_two_times_lets_what_was_said_between_them_pass_between_them() {
    let mut tape = Tape::open();
    tape.send(Forward, 0, 4, b"question").send(Backward, 0, 0, b"helloanswer");
    let said: Vec<&str> = tape.said.iter().map(String::as_str).collect();
    let order = |word: &str| said.iter().position(|line| line.contains(word));
    let (hello, question, answer) = (order("hell"), order("question"), order("oanswer"));
    assert!(hello.is_some() && hello < question && question < answer, "{said:?}");
}
