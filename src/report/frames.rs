//! Frames in JSON, of which there may be millions: octet for octet what [`super::element`] writes, without the detour.

use super::json;
use crate::base::{Digits, PacketNumber, Span, Time};
use crate::finding::Direction;
use crate::views::FrameLine;

/// Writes frames as elements of JSON.
#[derive(Debug, Default)]
pub struct FrameElements {
    place: PlaceCells,
}

impl FrameElements {
    /// Writes a frame.
    pub fn write(&mut self, line: &FrameLine, into: &mut Vec<u8>) {
        into.extend_from_slice(b"{\n  \"conn\": ");
        Digits::append(line.conn, into);
        into.extend_from_slice(b",\n  \"stream\": ");
        Digits::append(u64::from(line.stream), into);
        into.extend_from_slice(self.place.of(line, |cells| say_place(line, cells)));
        word(&line.kind, into);
        into.extend_from_slice(b",\n  \"flags\": [");
        let mut before: &[u8] = b"\n    ";
        line.flags.each(|name, _| {
            into.extend_from_slice(before);
            word(name, into);
            before = b",\n    ";
        });
        into.extend_from_slice(if line.flags.is_empty() { b"]" } else { b"\n  ]" });
        into.extend_from_slice(b",\n  \"length\": ");
        Digits::append(u64::from(line.length), into);
        into.extend_from_slice(b",\n  \"state\": ");
        match line.state {
            Some(state) => word(state, into),
            None => into.extend_from_slice(b"null"),
        }
        into.extend_from_slice(b",\n  \"stream_window\": ");
        credit(line.stream_window, into);
        into.extend_from_slice(b",\n  \"connection_window\": ");
        credit(line.connection_window, into);
        into.extend_from_slice(b",\n  \"note\": ");
        text(&line.note, into);
        into.extend_from_slice(b"\n}");
    }
}

/// What frames of one packet have in common, written once.
#[derive(Debug, Default)]
pub(super) struct PlaceCells {
    place: Option<(PacketNumber, Time, Span, Direction)>,
    cells: Vec<u8>,
}

impl PlaceCells {
    /// Packet, moment and direction of this line, as they are written by `write`.
    pub(super) fn of(&mut self, line: &FrameLine, write: impl FnOnce(&mut Vec<u8>)) -> &[u8] {
        let place = Some((line.pkt, line.time, line.since, line.dir));
        if self.place != place {
            self.place = place;
            self.cells.clear();
            write(&mut self.cells);
        }
        &self.cells
    }
}

fn say_place(line: &FrameLine, into: &mut Vec<u8>) {
    into.extend_from_slice(b",\n  \"pkt\": ");
    json::write_element(&line.pkt, into);
    into.extend_from_slice(b",\n  \"t\": ");
    json::write_element(&line.t, into);
    into.extend_from_slice(b",\n  \"dir\": ");
    json::write_element(&line.dir, into);
    into.extend_from_slice(b",\n  \"type\": ");
}

/// A word of this program.
fn word(word: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    into.extend_from_slice(word.as_bytes());
    into.push(b'"');
}

/// Text that may stem from the traffic.
fn text(text: &str, into: &mut Vec<u8>) {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'\\')) {
        word(text, into);
    } else {
        json::write_element(&text, into);
    }
}

fn credit(window: Option<i64>, into: &mut Vec<u8>) {
    match window {
        Some(window) => {
            if window < 0 {
                into.push(b'-');
            }
            Digits::append(window.unsigned_abs(), into);
        }
        None => into.extend_from_slice(b"null"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::frame::FrameType;
    use crate::views::FlagNames;

    /// Frames as they may be, some of one packet: whatever traffic says, and whatever its clock does.
    pub(in crate::report) fn any_lines() -> impl Strategy<Value = Vec<FrameLine>> {
        let places =
            (0..3_u32, 1..200_000_u64, prop_oneof![0..2_000_000_000_000_i64, any::<i64>()], any::<bool>());
        let names = prop_oneof![
            any::<u8>().prop_map(|kind| match FrameType(kind).name() {
                Some(name) => Cow::Borrowed(name),
                None => format!("0x{kind:02x}").into(),
            }),
            prop::sample::select(vec!["preface", "lost", "cut"]).prop_map(Cow::Borrowed),
        ];
        let flags = (any::<u8>(), any::<u8>()).prop_map(|(kind, flags)| FlagNames::new(kind, flags));
        let numbers = (prop_oneof![0..100_u64, any::<u64>()], any::<u32>(), 0..1_u32 << 24);
        let states =
            prop::option::of(prop::sample::select(vec!["open", "half_closed_local", "reserved_local"]));
        let windows = (prop::option::of(any::<i64>()), prop::option::of(any::<i64>()));
        let notes = prop_oneof![
            "[ -~]{0,60}",
            prop::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter),
        ];
        let cells = ((names, flags), numbers, states, windows, notes, any::<bool>());
        (places, prop::collection::vec(cells, 1..4)).prop_map(|(place, cells)| {
            let mut place = place;
            let told = cells.into_iter().map(|(named, numbers, state, windows, note, moves)| {
                if moves {
                    place = (place.0, place.1 + 1, place.2.wrapping_add(1_499), !place.3);
                }
                let (input, number, nanoseconds, client) = place;
                FrameLine {
                    conn: numbers.0,
                    stream: numbers.1,
                    pkt: PacketNumber::new(input, number),
                    t: Span(nanoseconds).as_seconds(),
                    dir: if client { Direction::C2s } else { Direction::S2c },
                    kind: named.0,
                    flags: named.1,
                    length: numbers.2,
                    state,
                    stream_window: windows.0,
                    connection_window: windows.1,
                    note,
                    time: Time(nanoseconds),
                    since: Span(nanoseconds),
                }
            });
            told.collect()
        })
    }

    proptest! {
        #[test]
        fn whatever_traffic_says_it_is_the_json_of_any_other_element(lines in any_lines()) {
            let mut elements = FrameElements::default();
            for line in lines {
                let mut written = Vec::new();
                elements.write(&line, &mut written);
                prop_assert_eq!(String::from_utf8(written).unwrap(), json::element(&line));
            }
        }
    }

    fn line(kind: &'static str, flags: FlagNames, note: &str) -> FrameLine {
        FrameLine {
            conn: 0,
            stream: 4_294_967_295,
            pkt: 11.into(),
            t: 0.000_552_1,
            dir: Direction::C2s,
            kind: kind.into(),
            flags,
            length: 1085,
            state: None,
            stream_window: None,
            connection_window: Some(-65_536),
            note: note.to_owned(),
            time: Time(5),
            since: Span(552_100),
        }
    }

    #[test]
    fn frames_are_written_as_any_other_element_is() {
        let plain = line("HEADERS", FlagNames::new(1, 0x25), "GET /");
        let lines = [
            plain.clone(),
            FrameLine { pkt: 12.into(), t: 1e-9, time: Time(7), dir: Direction::S2c, ..plain.clone() },
            FrameLine { state: Some("open"), stream_window: Some(i64::MIN), ..plain },
            line("preface", FlagNames::NONE, ""),
            line("PING", FlagNames::new(6, 0xf0), "a \"quoted\" \\ \u{1}\n\u{7f}\u{202e} é"),
        ];
        let mut elements = FrameElements::default();
        for line in lines {
            let mut written = Vec::new();
            elements.write(&line, &mut written);
            assert_eq!(String::from_utf8(written).unwrap(), json::element(&line));
        }
    }
}
