//! Field lines and the tables that they come from, as lines.

use jiff::Timestamp;

use super::evidence::absolute;
use super::fold::fold;
use super::width::width;
use crate::report::look::Look;
use crate::views::{HeaderLine, TableLine};

/// The line above field lines.
#[must_use]
pub fn header_header(look: &Look) -> String {
    header_columns(["pkt", "t", "dir", "N:S", "written as", "saved", "field"], look)
}

/// A field in one line, however long: packet, moment, direction, stream, how it was written, octets saved, `name: value`.
#[must_use]
pub fn header_line(line: &HeaderLine, look: &Look) -> String {
    let how = match (line.representation, line.index) {
        ("indexed", index) => format!("indexed {index}"),
        ("incremental", index) => named("added", index),
        ("without_indexing", index) => named("literal", index),
        (_, index) => named("never", index),
    };
    let at = Timestamp::from_nanosecond(i128::from(line.time.0)).ok();
    let cells = [
        &line.pkt.to_string(),
        &absolute(look.clock, at).unwrap_or_else(|| format!("{:.6}", line.t)),
        line.dir.arrow(),
        &format!("{}:{}", line.conn, line.stream),
        &how,
        &line.saved.map_or_else(|| "?".to_owned(), |saved| saved.to_string()),
        &format!("{}: {}", line.name, line.value),
    ];
    header_columns(cells, look)
}

/// How a literal was written; the index of its name, where it has one.
fn named(how: &str, index: u32) -> String {
    if index == 0 { how.to_owned() } else { format!("{how}, name {index}") }
}

fn header_columns([pkt, t, dir, number, how, saved, field]: [&str; 7], look: &Look) -> String {
    let dir = pad(dir, width(&look.say("C→S")), look);
    let head = format!("{pkt:>5}  {t:>9}  {dir}  {number:>5}  {how:<16}  {saved:>5}  ");
    fold(&look.say(&head), &look.say(field), HANG, look)
}

/// The line above entries of dynamic tables.
#[must_use]
pub fn table_header(look: &Look) -> String {
    table_columns(["conn", "by", "index", "octets", "certainty", "field"], look)
}

/// An entry in one line, however long.
#[must_use]
pub fn table_line(line: &TableLine, look: &Look) -> String {
    let size = line.table_size.map_or_else(|| "?".to_owned(), |size| size.to_string());
    let (octets, field) = match line.index {
        Some(_) => (line.octets.to_string(), format!("{}: {}", line.name, line.value)),
        None => ("?".to_owned(), format!("{} in a table of {size} octets", line.name)),
    };
    let index = line.index.map_or_else(|| "-".to_owned(), |index| index.to_string());
    table_columns([&line.conn.to_string(), line.by.word(), &index, &octets, line.certainty, &field], look)
}

fn table_columns([conn, by, index, octets, certainty, field]: [&str; 6], look: &Look) -> String {
    let head = format!("{conn:>4}  {by:<6}  {index:>5}  {octets:>6}  {certainty:<9}  ");
    fold(&look.say(&head), &look.say(field), HANG, look)
}

/// Where a field goes on that has no room beside the other cells.
const HANG: usize = 23;

/// The text, filled up with blanks.
fn pad(text: &str, columns: usize, look: &Look) -> String {
    let taken = width(&look.say(text));
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
}
