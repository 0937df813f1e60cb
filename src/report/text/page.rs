//! A page of text: lines that fit the width, in the signs and colours allowed. All text passes through here, so nothing of the
//! traffic reaches the terminal as it was.

use anstyle::{AnsiColor, Style};

use super::width::{cut, width};
use crate::report::look::{Look, Paint};

/// Text under construction.
pub(super) struct Page {
    look: Look,
    text: String,
}

/// What a piece of text is, by which it gets its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// No colour.
    Plain,
    /// What is most important.
    Strong,
    /// What is least important.
    Faint,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A fact.
    Info,
    /// All is well.
    Good,
}

/// A piece of a line.
#[derive(Clone, Copy)]
pub(super) struct Part<'a>(pub(super) Ink, pub(super) &'a str);

impl Page {
    pub(super) const fn new(look: &Look) -> Self {
        Self { look: *look, text: String::new() }
    }

    pub(super) const fn look(&self) -> &Look {
        &self.look
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// An empty line, unless the page begins or the last line is empty.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line as it is, however long.
    pub(super) fn line(&mut self, parts: &[Part<'_>]) {
        for part in parts {
            self.put(*part);
        }
        self.text.push('\n');
    }

    /// A line with something at its right end; on a line of its own where there is no room.
    pub(super) fn spread(&mut self, left: &[Part<'_>], right: Part<'_>) {
        let taken = left.iter().map(|part| width(&self.look.say(part.1))).fold(0, usize::saturating_add);
        let wanted = width(&self.look.say(right.1));
        let room = self.look.width.saturating_sub(taken);
        if wanted == 0 {
            return self.line(left);
        }
        if room > wanted {
            let filler = " ".repeat(room.saturating_sub(wanted));
            let mut parts = left.to_vec();
            parts.extend([Part(Ink::Plain, &filler), right]);
            return self.line(&parts);
        }
        self.line(left);
        self.paragraph(&[Part(Ink::Plain, HANG)], HANG.len(), right);
    }

    /// Text behind a lead, wrapped at spaces; further lines begin at column `hang`.
    pub(super) fn paragraph(&mut self, lead: &[Part<'_>], hang: usize, body: Part<'_>) {
        let said = self.look.say(body.1).into_owned();
        let taken = lead.iter().map(|part| width(&self.look.say(part.1))).fold(0, usize::saturating_add);
        let lines = wrap(&said, self.look.width.saturating_sub(taken), self.look.width.saturating_sub(hang));
        for part in lead {
            self.put(*part);
        }
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(hang));
            }
            self.put(Part(body.0, line));
        }
        self.trim();
        self.text.push('\n');
    }

    /// Lines made elsewhere, each cleaned.
    pub(super) fn lines(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.line(&[Part(Ink::Plain, line.trim_end())]);
        }
    }

    fn put(&mut self, Part(ink, text): Part<'_>) {
        let said = self.look.say(text);
        let style = ink.style();
        if self.look.paint == Paint::Colour && style != Style::new() && !said.trim().is_empty() {
            self.text.push_str(&format!("{style}{said}{style:#}"));
        } else {
            self.text.push_str(&said);
        }
    }

    fn trim(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
    }
}

impl Ink {
    pub(super) const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Error => AnsiColor::Red.on_default().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Info => AnsiColor::Cyan.on_default().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
        }
    }
}

/// The words between spaces; a number and its unit are one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let (word, behind) =
            whole.split_once(' ').map_or((whole, None), |(word, behind)| (word, Some(behind)));
        let next = behind.map_or("", |behind| behind.split(' ').next().unwrap_or(behind));
        let united = word.ends_with(|char: char| char.is_ascii_digit())
            && UNITS.contains(&next.trim_end_matches([',', '.', ';', ')']));
        let length =
            if united { word.len().saturating_add(1).saturating_add(next.len()) } else { word.len() };
        let (taken, left) = whole.split_at_checked(length).unwrap_or((whole, ""));
        rest = left.strip_prefix(' ');
        Some(taken)
    })
}

/// Units that stay on the line of their number.
const UNITS: [&str; 4] = ["s", "ms", "µs", "%"];

/// Breaks text at spaces; a word that no line can hold is cut.
pub(super) fn wrap(text: &str, first: usize, further: usize) -> Vec<String> {
    let (first, further) = (first.max(NARROWEST), further.max(NARROWEST));
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut taken) = (String::new(), 0_usize);
    for word in words(text) {
        let mut word = word;
        loop {
            let room = if lines.is_empty() { first } else { further };
            let space = usize::from(!line.is_empty());
            let needed = taken.saturating_add(space).saturating_add(width(word));
            if needed <= room {
                line.push_str(if space == 1 { " " } else { "" });
                line.push_str(word);
                taken = needed;
                break;
            }
            if line.is_empty() {
                let (head, tail) = cut(word, room);
                lines.push(head.to_owned());
                word = tail;
            } else {
                lines.push(std::mem::take(&mut line));
                taken = 0;
            }
        }
    }
    lines.push(line);
    lines
}

/// However narrow the page, a line holds this much.
const NARROWEST: usize = 8;

/// Where a line goes on that did not fit.
const HANG: &str = "      ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three four", 9, 12), ["one two", "three four"]);
        assert_eq!(wrap("abcdefghijklmnop qr", 10, 10), ["abcdefghij", "klmnop qr"]);
        assert_eq!(wrap("", 10, 10), [""]);
    }

    #[test]
    fn a_number_keeps_its_unit() {
        assert_eq!(wrap("waited 6.0 s, then", 10, 10), ["waited", "6.0 s,", "then"]);
        assert_eq!(wrap("a 6 s", 10, 10), ["a 6 s"]);
    }

    #[test]
    fn columns_of_spaces_inside_a_line_survive() {
        assert_eq!(wrap("a  b", 10, 10), ["a  b"]);
    }

    #[test]
    fn a_piece_with_an_escape_sequence_is_shown_and_not_obeyed() {
        let mut page = Page::new(&Look { paint: Paint::Colour, ..Look::default() });
        page.line(&[Part(Ink::Error, "bad \x1b[0m")]);
        let text = page.finish();
        assert!(text.contains("bad \\x1b[0m"), "{text:?}");
        assert!(text.starts_with("\x1b[1m\x1b[31m"), "{text:?}");
    }

    #[test]
    fn without_colour_there_is_no_escape_character() {
        let mut page = Page::new(&Look::default());
        page.spread(
            &[Part(Ink::Error, "error"), Part(Ink::Strong, " PRE001")],
            Part(Ink::Faint, "RFC 9113 §3.4"),
        );
        let text = page.finish();
        assert_eq!((text.contains('\x1b'), width(text.trim_end())), (false, 80));
    }
}
