//! The rows of `show --as frames`, of which there may be millions: a line that needs neither colours nor to be folded takes no detour.

use super::fold::{fold, ink_of_frame, tinted};
use super::page::Ink;
use super::rows::{moment, pad};
use super::width::width;
use crate::base::{Digits, Span};
use crate::report::frames::PlaceCells;
use crate::report::look::{Charset, Clock, Lines, Look, Paint};
use crate::views::FrameLine;

/// The line above frames.
#[must_use]
pub fn frame_header(look: &Look) -> String {
    frame_columns(["pkt", "t", "dir", "N:S", "frame", "after it", ""], look)
}

/// Writes frames in one line each, however long: `pkt, t, dir, N:S, TYPE flags length, effect, note`.
#[derive(Debug)]
pub struct FrameLines {
    look: Look,
    place: PlaceCells,
}

impl FrameLines {
    /// Lines that look like this.
    #[must_use]
    pub fn new(look: Look) -> Self {
        Self { look, place: PlaceCells::default() }
    }

    /// Writes a line, without a line feed.
    pub fn write(&mut self, line: &FrameLine, into: &mut Vec<u8>) {
        let begin = into.len();
        if self.look.paint == Paint::Plain || ink_of_frame(&line.kind) == Ink::Plain {
            self.write_plain(line, into);
            let written = || into.get(begin..).map(String::from_utf8_lossy).unwrap_or_default();
            if self.look.lines == Lines::Whole || width(&written()) <= self.look.width {
                return;
            }
            into.truncate(begin);
        }
        into.extend_from_slice(folded(line, &self.look).as_bytes());
    }

    /// The line without colours, as long as it is. All but the arrow and the note is ASCII.
    fn write_plain(&mut self, line: &FrameLine, into: &mut Vec<u8>) {
        let Self { look, place } = self;
        into.extend_from_slice(place.of(line, |cells| say_place(line, look, cells)));
        let (conn, stream) = (Digits::of(line.conn), Digits::of(u64::from(line.stream)));
        right(&conn, 4_usize.saturating_sub(stream.count()), into);
        into.push(b':');
        stream.append_to(into);
        into.extend_from_slice(GAP);
        let begin = into.len();
        say_frame(line, into);
        fill(begin.saturating_add(22), into);
        let begin = into.len();
        say_effect(line, into);
        if !line.note.is_empty() {
            fill(begin.saturating_add(15), into);
            into.extend_from_slice(look.say(&line.note).trim_end().as_bytes());
        }
        while into.last() == Some(&b' ') {
            into.pop();
        }
    }
}

/// Packet, moment and direction.
fn say_place(line: &FrameLine, look: &Look, into: &mut Vec<u8>) {
    match line.pkt.input() {
        0 => right(&Digits::of(line.pkt.number()), 5, into),
        _ => into.extend_from_slice(format!("{:>5}", line.pkt.to_string()).as_bytes()),
    }
    into.extend_from_slice(GAP);
    match seconds(line.since).filter(|_| look.clock == Clock::Relative) {
        Some([whole, fraction]) => {
            right(&whole, 2, into);
            into.push(b'.');
            into.extend_from_slice(fraction.as_bytes().get(1..).unwrap_or_default());
        }
        None => into.extend_from_slice(format!("{:>9}", moment(look, line.time, line.t)).as_bytes()),
    }
    into.extend_from_slice(GAP);
    match look.charset {
        Charset::Unicode => into.extend_from_slice(line.dir.arrow().as_bytes()),
        Charset::Ascii => into.extend_from_slice(look.say(line.dir.arrow()).as_bytes()),
    }
    into.extend_from_slice(GAP);
}

/// Type, flags, length.
fn say_frame(line: &FrameLine, into: &mut Vec<u8>) {
    into.extend_from_slice(line.kind.as_bytes());
    if matches!(&*line.kind, "preface" | "lost" | "cut") {
        return;
    }
    let mut before = b' ';
    line.flags.each(|_, short| {
        into.push(before);
        into.extend_from_slice(short.as_bytes());
        before = b',';
    });
    into.push(b' ');
    Digits::append(u64::from(line.length), into);
}

/// The same, in colours or on several lines of a page.
fn folded(line: &FrameLine, look: &Look) -> String {
    let frame = match line.kind.as_ref() {
        "preface" | "lost" | "cut" => line.kind.to_string(),
        kind => {
            let parts = [kind, &line.flags.short().join(","), &line.length.to_string()];
            parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
        }
    };
    let cells = [
        &line.pkt.to_string(),
        &moment(look, line.time, line.t),
        line.dir.arrow(),
        &format!("{}:{}", line.conn, line.stream),
        &frame,
        &effect(line),
        &line.note,
    ];
    tinted(ink_of_frame(&line.kind), frame_columns(cells, look), look)
}

/// The cells of a frame's line: all but the last two are as wide as common values need, and grow with others.
fn frame_columns([pkt, t, dir, number, frame, effect, note]: [&str; 7], look: &Look) -> String {
    let arrow = width(&look.say("C→S"));
    let [dir, frame, padded] =
        [(dir, arrow), (frame, 22), (effect, 15)].map(|(text, columns)| pad(text, columns, look));
    let head = format!("{pkt:>5}  {t:>9}  {dir}  {number:>5}  {frame}  ");
    let (head, note) = (look.say(&head), look.say(note));
    let line = fold(&format!("{head}{}  ", look.say(&padded)), &note, HANG, look);
    if look.lines == Lines::Whole || (!line.contains('\n') && width(&line) <= look.width) {
        return line;
    }
    // Rather out of its column than in a line of its own.
    let gap = if effect.is_empty() { "" } else { "  " };
    let behind = format!("{}{gap}{note}", look.say(effect));
    let fits = width(&head).saturating_add(width(effect)) <= look.width;
    match width(&head).saturating_add(width(&behind)) <= look.width {
        true => format!("{head}{behind}"),
        false if fits && width(&note) > SHORT => line,
        false => fold(&head, behind.trim_end(), HANG, look),
    }
}

/// Columns of a note that looks lost in a line of its own.
const SHORT: usize = 12;

/// Where a note goes on that has no room beside the other cells: below the frame.
const HANG: usize = 30;

fn effect(line: &FrameLine) -> String {
    let mut said = Vec::new();
    say_effect(line, &mut said);
    String::from_utf8(said).unwrap_or_default()
}

/// The state after a frame, and the windows after DATA and WINDOW_UPDATE: of the stream, of the connection.
fn say_effect(line: &FrameLine, into: &mut Vec<u8>) {
    match line.state {
        None => {}
        Some("half_closed_local") => into.extend_from_slice(b"half-closed C"),
        Some("half_closed_remote") => into.extend_from_slice(b"half-closed S"),
        Some("reserved_remote") => into.extend_from_slice(b"reserved"),
        Some(other) if other.contains('_') => into.extend_from_slice(other.replace('_', " ").as_bytes()),
        Some(other) => into.extend_from_slice(other.as_bytes()),
    }
    let windows = (line.stream_window, line.connection_window);
    if windows == (None, None) {
        return;
    }
    into.extend_from_slice(if line.state.is_some() { b", window " } else { b"window " });
    match windows {
        (Some(stream), Some(connection)) => {
            credit(stream, into);
            into.push(b'/');
            credit(connection, into);
        }
        (Some(stream), None) => {
            credit(stream, into);
            into.extend_from_slice(b"/?");
        }
        (None, connection) => credit(connection.unwrap_or_default(), into),
    }
}

fn credit(window: i64, into: &mut Vec<u8>) {
    if window < 0 {
        into.push(b'-');
    }
    Digits::append(window.unsigned_abs(), into);
}

/// A number at the right of its column.
fn right(number: &Digits, columns: usize, into: &mut Vec<u8>) {
    for _ in number.count()..columns {
        into.push(b' ');
    }
    number.append_to(into);
}

/// Blanks up to the end of a column, and the gap behind it; the column is at most as wide as `BLANKS`.
fn fill(end: usize, into: &mut Vec<u8>) {
    let end = into.len().max(end).saturating_add(GAP.len());
    into.extend_from_slice(&BLANKS);
    into.truncate(end);
}

/// Whole seconds, and behind a 1 six digits of their fraction; `None` where rounding is better left to floating point.
fn seconds(since: Span) -> Option<[Digits; 2]> {
    let nanoseconds =
        u64::try_from(since.0).ok().filter(|nanoseconds| *nanoseconds < 1_000_000_000_000_000)?;
    let (micros, rest) = (nanoseconds / 1000, nanoseconds % 1000);
    let micros = micros.saturating_add(u64::from(rest > 500));
    let fraction = (micros % 1_000_000).saturating_add(1_000_000);
    (rest != 500).then(|| [micros / 1_000_000, fraction].map(Digits::of))
}

/// What stands between two cells.
const GAP: &[u8; 2] = b"  ";

/// Blanks for the widest column that is filled, and a gap.
const BLANKS: [u8; 24] = [b' '; 24];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::frames::tests::any_lines;

    fn looks() -> impl Strategy<Value = Look> {
        let choices = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 20..200_usize);
        choices.prop_map(|(ascii, coloured, folded, absolute, width)| Look {
            charset: if ascii { Charset::Ascii } else { Charset::Unicode },
            paint: if coloured { Paint::Colour } else { Paint::Plain },
            lines: if folded { Lines::Folded } else { Lines::Whole },
            clock: if absolute { Clock::Utc } else { Clock::Relative },
            width,
            ..Look::default()
        })
    }

    proptest! {
        #[test]
        fn the_short_way_writes_what_the_long_one_does(lines in any_lines(), look in looks()) {
            let mut quick = FrameLines::new(look);
            for line in lines {
                let mut written = Vec::new();
                quick.write(&line, &mut written);
                let written = String::from_utf8(written).unwrap();
                prop_assert_eq!(&written, &folded(&line, &look));
                let controls = written.chars().filter(|char| char.is_control() && *char != '\n').collect::<String>();
                prop_assert!(look.paint == Paint::Colour || controls.is_empty(), "{:?}", controls);
            }
        }
    }
}
