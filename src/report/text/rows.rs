//! The rows of `show`, as lines.

use jiff::Timestamp;

use super::connections;
use super::evidence::absolute;
use super::fold::{fold, ink_of_end, ink_of_frame, tinted};
use super::page::Ink;
use super::table::{Column, table};
use super::width::width;
use crate::base::{Digits, PacketNumber, Side, Span, Time};
use crate::report::look::{Charset, Clock, Lines, Look, Paint};
use crate::report::numbers::millis;
use crate::views::{ConnectionLine, FrameLine, SettingLine, StateMark, StreamLine};

/// The line above frames.
#[must_use]
pub fn frame_header(look: &Look) -> String {
    frame_columns(["pkt", "t", "dir", "N:S", "frame", "after it", ""], look)
}

/// Writes a frame in one line, however long: `pkt, t, dir, N:S, TYPE flags length, effect, note`. There may be millions of them: a
/// line that needs neither colours nor to be folded takes no detour.
pub fn frame_line(line: &FrameLine, look: &Look, into: &mut Vec<u8>) {
    let begin = into.len();
    if look.paint == Paint::Plain || ink_of_frame(&line.kind) == Ink::Plain {
        plain_frame_line(line, look, into);
        let written = || into.get(begin..).map(String::from_utf8_lossy).unwrap_or_default();
        if look.lines == Lines::Whole || width(&written()) <= look.width {
            return;
        }
        into.truncate(begin);
    }
    into.extend_from_slice(folded_frame_line(line, look).as_bytes());
}

/// The line without colours, as long as it is. All but the arrow and the note is ASCII.
fn plain_frame_line(line: &FrameLine, look: &Look, into: &mut Vec<u8>) {
    match line.pkt.input() {
        0 => right(Digits::of(line.pkt.number()).as_bytes(), 5, into),
        _ => right(line.pkt.to_string().as_bytes(), 5, into),
    }
    into.extend_from_slice(b"  ");
    match seconds(line.since).filter(|_| look.clock == Clock::Relative) {
        Some([whole, fraction]) => {
            let fraction = fraction.as_bytes().get(1..).unwrap_or_default();
            right(whole.as_bytes(), 2, into);
            into.push(b'.');
            into.extend_from_slice(fraction);
        }
        None => right(moment(look, line.time, line.t).as_bytes(), 9, into),
    }
    into.extend_from_slice(b"  ");
    match look.charset {
        Charset::Unicode => into.extend_from_slice(line.dir.arrow().as_bytes()),
        Charset::Ascii => into.extend_from_slice(look.say(line.dir.arrow()).as_bytes()),
    }
    let (conn, stream) = (Digits::of(line.conn), Digits::of(u64::from(line.stream)));
    into.extend_from_slice(b"  ");
    right(conn.as_bytes(), 4_usize.saturating_sub(stream.as_bytes().len()), into);
    into.push(b':');
    into.extend_from_slice(stream.as_bytes());
    into.extend_from_slice(b"  ");
    let begin = into.len();
    say_frame(line, into);
    fill(begin, 22, into);
    into.extend_from_slice(b"  ");
    let begin = into.len();
    say_effect(line, into);
    fill(begin, 15, into);
    into.extend_from_slice(b"  ");
    into.extend_from_slice(look.say(&line.note).trim_end().as_bytes());
    while into.last() == Some(&b' ') {
        into.pop();
    }
}

/// Type, flags, length.
fn say_frame(line: &FrameLine, into: &mut Vec<u8>) {
    into.extend_from_slice(line.kind.as_bytes());
    if matches!(&*line.kind, "preface" | "lost" | "cut") {
        return;
    }
    for (place, flag) in line.flags.iter().enumerate() {
        into.push(if place == 0 { b' ' } else { b',' });
        into.extend_from_slice(short(flag).as_bytes());
    }
    into.push(b' ');
    into.extend_from_slice(Digits::of(u64::from(line.length)).as_bytes());
}

/// The same, in colours or on several lines of a page.
fn folded_frame_line(line: &FrameLine, look: &Look) -> String {
    let flags: Vec<&str> = line.flags.iter().map(|flag| short(flag)).collect();
    let frame = match line.kind.as_ref() {
        "preface" | "lost" | "cut" => line.kind.to_string(),
        kind => {
            let parts = [kind, &flags.join(","), &line.length.to_string()];
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

/// The line above streams.
#[must_use]
pub fn stream_header(look: &Look) -> String {
    let way = if is_narrow(look) { "states" } else { "states over time" };
    stream_columns(["N:S", way, "pkts", "END_STREAM", "ended", "request"], look)
}

/// A stream in one line, however long: number, its way through the states, packets, the packets with END_STREAM of client and
/// server, how it ended, request.
#[must_use]
pub fn stream_line(line: &StreamLine, look: &Look) -> String {
    let ended = [
        Some(line.end.replace('_', " ")),
        line.error_code.clone(),
        line.status.map(|status| status.to_string()),
        line.grpc_status.filter(|status| *status > 0).map(|status| format!("grpc-status {status}")),
    ];
    let marks = Side::BOTH
        .map(|side| line.end_stream_pkt[side].map_or_else(|| "-".to_owned(), |pkt| pkt.to_string()));
    let cells = [
        &format!("{}:{}", line.conn, line.stream),
        &waterfall(&line.states, line.connection_s, steps(look)),
        &packets(line.first_pkt, line.last_pkt),
        &marks.join("/"),
        &ended.into_iter().flatten().collect::<Vec<_>>().join(" "),
        &line.request,
    ];
    tinted(ink_of_end(line.end), stream_columns(cells.map(String::as_str), look), look)
}

fn packets(first: PacketNumber, last: PacketNumber) -> String {
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// The values of SETTINGS as a table.
#[must_use]
pub fn setting_lines(lines: &[SettingLine], look: &Look) -> String {
    let columns = [
        Column::left("conn"),
        Column::left("by"),
        Column::left("parameter"),
        Column::right("value"),
        Column::right("sent"),
        Column::right("acked"),
        Column::right("after"),
        Column::left("replaced"),
    ];
    let rows: Vec<Vec<String>> = lines.iter().map(|line| setting_cells(line, look)).collect();
    joined(&table(&columns, &rows, look))
}

/// The connections as a table.
#[must_use]
pub fn connection_lines(lines: &[ConnectionLine], look: &Look) -> String {
    joined(&connections::lines(lines, look))
}

fn setting_cells(line: &SettingLine, look: &Look) -> Vec<String> {
    let packet = |pkt: Option<PacketNumber>| pkt.map_or_else(|| "-".to_owned(), |pkt| format!("pkt {pkt}"));
    let acked = match (line.acked_pkt, line.upgrade) {
        (None, true) => "by 101".to_owned(),
        (pkt, _) => packet(pkt),
    };
    let replaced = line.replaced_pkt.map_or_else(String::new, |pkt| format!("pkt {pkt}"));
    let sent = match absolute(look.clock, Timestamp::from_nanosecond(i128::from(line.time.0)).ok()) {
        Some(moment) => format!("pkt {} {moment}", line.pkt),
        None => format!("pkt {}", line.pkt),
    };
    vec![
        line.conn.to_string(),
        line.by.word().to_owned(),
        line.parameter.clone().unwrap_or_else(|| "(none)".to_owned()),
        line.value.map_or_else(|| "-".to_owned(), |value| value.to_string()),
        sent,
        acked,
        line.ack_ms.map_or_else(|| "-".to_owned(), millis),
        replaced,
    ]
}

fn stream_columns([number, way, pkts, marks, ended, request]: [&str; 6], look: &Look) -> String {
    let cells = [(number, 6), (way, steps(look)), (pkts, 7), (marks, 10), (ended, 24)];
    // On a narrow page the request is worth more than the packets with END_STREAM, which stand in the frames.
    let shown = cells.iter().enumerate().filter(|(place, _)| *place != MARKS || !is_narrow(look));
    let head: String = shown.map(|(_, (text, columns))| format!("{}  ", pad(text, *columns, look))).collect();
    fold(&look.say(&head), &look.say(request), STREAM_HANG, look)
}

/// The place of the packets with END_STREAM among the cells of a stream.
const MARKS: usize = 3;

/// Where a request goes on that has no room beside the other cells.
const STREAM_HANG: usize = 8;

/// True where rows are folded and a stream's request would hardly ever fit.
fn is_narrow(look: &Look) -> bool {
    look.lines == Lines::Folded && look.width < 100
}

/// Columns of a stream's way: half as many on a narrow page.
fn steps(look: &Look) -> usize {
    if is_narrow(look) { WATERFALL / 2 } else { WATERFALL }
}

/// The text, filled up with blanks.
fn pad(text: &str, columns: usize, look: &Look) -> String {
    let taken = width(&look.say(text));
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
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
    into.extend_from_slice(Digits::of(window.unsigned_abs()).as_bytes());
}

/// ASCII at the right of its column.
fn right(text: &[u8], columns: usize, into: &mut Vec<u8>) {
    into.resize(into.len().saturating_add(columns.saturating_sub(text.len())), b' ');
    into.extend_from_slice(text);
}

/// Blanks to the end of a column that began at `begin`.
fn fill(begin: usize, columns: usize, into: &mut Vec<u8>) {
    into.resize(into.len().max(begin.saturating_add(columns)), b' ');
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

/// Flags as short as they are said.
pub(super) fn short(flag: &str) -> &str {
    match flag {
        "END_STREAM" => "ES",
        "END_HEADERS" => "EH",
        "PADDED" => "PAD",
        "PRIORITY" => "PRI",
        other => other,
    }
}

/// A stream's way over the time of its connection: `  oohhhc`. Each state has at least one column.
fn waterfall(states: &[StateMark], connection_s: f64, steps: usize) -> String {
    let mut columns: Vec<char> = Vec::new();
    let mut letter = ' ';
    for mark in states {
        let column = column(mark.t, connection_s, steps).max(columns.len());
        columns.resize(column, letter);
        letter = match mark.state {
            "idle" => 'i',
            "reserved_local" | "reserved_remote" => 'r',
            "open" => 'o',
            "half_closed_local" | "half_closed_remote" => 'h',
            _ => 'c',
        };
        columns.push(letter);
    }
    // A stream that comes last moves to the left rather than lose its last states.
    columns.drain(..columns.len().saturating_sub(steps));
    columns.resize(steps, if letter == 'c' { ' ' } else { letter });
    columns.into_iter().collect()
}

/// The column in which a moment lies.
fn column(t: f64, whole: f64, steps: usize) -> usize {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let lies_before = |column: &usize| number(*column) / number(steps) * whole <= t;
    (1..steps).take_while(lies_before).count()
}

pub(super) fn moment(look: &Look, at: Time, t: f64) -> String {
    let at = Timestamp::from_nanosecond(i128::from(at.0)).ok();
    absolute(look.clock, at).unwrap_or_else(|| format!("{t:.6}"))
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Columns of a stream's way.
const WATERFALL: usize = 20;
