//! Rows of `show` on a page: what does not fit goes on in the next line, and colours help to find one's way. Where nobody said how wide
//! the page is, as in a pipe, a row is one line.

use super::page::{Ink, wrap};
use super::width::width;
use crate::report::look::{Lines, Look, Paint};

/// A row of cells that stand in their columns, and a last one that may be long: it goes on below itself, or, where there is no room beside
/// the others, below them, in column `hang`. Both are clean.
pub(super) fn fold(head: &str, tail: &str, hang: usize, look: &Look) -> String {
    let line = format!("{head}{tail}");
    if look.lines == Lines::Whole || width(line.trim_end()) <= look.width || tail.is_empty() {
        return line.trim_end().to_owned();
    }
    let beside = look.width.saturating_sub(width(head));
    let longest = tail.split(' ').map(width).max().unwrap_or_default();
    let needed = ROOM.max(longest.min(look.width.saturating_sub(hang)));
    let (first, hang) =
        if beside >= needed { (head.to_owned(), width(head)) } else { (below(head, hang), hang) };
    let room = look.width.saturating_sub(hang);
    let indent = format!("\n{}", " ".repeat(hang));
    format!("{first}{}", wrap(tail, room, room).join(&indent))
}

/// A line that goes on below itself.
fn below(head: &str, hang: usize) -> String {
    format!("{}\n{}", head.trim_end(), " ".repeat(hang))
}

/// Text in a colour, where colours may be used: each line by itself.
pub(super) fn tinted(ink: Ink, text: String, look: &Look) -> String {
    if look.paint == Paint::Plain || ink == Ink::Plain {
        return text;
    }
    let style = ink.style();
    let lines: Vec<String> =
        text.split('\n').map(|line| tint(line, &format!("{style}"), &format!("{style:#}"))).collect();
    lines.join("\n")
}

fn tint(line: &str, on: &str, off: &str) -> String {
    if line.trim().is_empty() { line.to_owned() } else { format!("{on}{line}{off}") }
}

/// The line with the titles of columns.
fn heading(line: &str, look: &Look) -> String {
    tinted(Ink::Strong, line.to_owned(), look)
}

/// A table whose first line has the titles of columns.
#[must_use]
pub fn headed(table: &str, look: &Look) -> String {
    match table.split_once('\n') {
        Some((titles, rows)) => format!("{}\n{rows}", heading(titles, look)),
        None => table.to_owned(),
    }
}

/// The colour of a frame's row: what ends something, and where frames are missing.
pub(super) fn ink_of_frame(kind: &str) -> Ink {
    match kind {
        "RST_STREAM" | "GOAWAY" => Ink::Error,
        "lost" | "cut" => Ink::Warning,
        _ => Ink::Plain,
    }
}

/// The colour of a stream's row, by how it ended.
pub(super) fn ink_of_end(end: &str) -> Ink {
    match end {
        "reset_client" | "reset_server" => Ink::Error,
        "connection_lost" => Ink::Warning,
        _ => Ink::Plain,
    }
}

/// Columns beside the others in which a text can be read.
const ROOM: usize = 28;

#[cfg(test)]
mod tests {
    use super::*;

    fn look(width: usize) -> Look {
        Look { lines: Lines::Folded, width, ..Look::default() }
    }

    #[test]
    fn what_fits_is_one_line_and_what_does_not_goes_on_below() {
        let (head, tail) = ("  1  open  ", "one two three four five six seven eight nine ten");
        assert_eq!(fold(head, tail, 2, &Look::default()), format!("{head}{tail}"));
        assert_eq!(fold(head, tail, 2, &look(80)), format!("{head}{tail}"));
        let beside = fold(head, tail, 2, &look(40));
        assert_eq!(beside, "  1  open  one two three four five six\n           seven eight nine ten");
        let below = fold("  1  open                   ", tail, 4, &look(40));
        assert_eq!(below, "  1  open\n    one two three four five six seven\n    eight nine ten");
        assert!(fold(head, &"x".repeat(200), 2, &look(40)).lines().all(|line| line.len() <= 40));
        assert_eq!(fold("  1  ", "", 2, &look(3)), "  1");
    }

    #[test]
    fn colours_end_with_each_line() {
        let look = Look { paint: Paint::Colour, ..Look::default() };
        assert_eq!(heading("a", &Look::default()), "a");
        assert_eq!(headed("a\nb\n", &look), "\u{1b}[1ma\u{1b}[0m\nb\n");
        assert_eq!(tinted(Ink::Strong, "a\n b".to_owned(), &look).matches("\u{1b}[0m").count(), 2);
    }
}
