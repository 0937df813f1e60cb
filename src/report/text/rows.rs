//! The rows of `show`, as lines.

use jiff::Timestamp;

use super::connections;
use super::evidence::absolute;
use super::fold::{fold, ink_of_end, tinted};
use super::table::{Column, table};
use super::width::width;
use crate::base::{PacketNumber, Side, Time};
use crate::report::look::{Lines, Look};
use crate::report::numbers::millis;
use crate::views::{ConnectionLine, SettingLine, StateMark, StreamLine};

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
pub(super) fn pad(text: &str, columns: usize, look: &Look) -> String {
    let taken = width(&look.say(text));
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
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
