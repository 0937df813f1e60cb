//! The one place where captured text is made fit for a terminal. What could move the cursor, turn the reading order, or hide is
//! shown as an escape. Text output cleans everything; JSON escapes C0 by its own rules and keeps the rest as it is.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every character that a terminal would act on, or not show, as a visible escape: `\x1b`, `\u{202e}`.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) || !text.chars().any(is_unfit) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len().saturating_add(16));
    for char in text.chars() {
        if is_unfit(char) { escape(char, &mut cleaned) } else { cleaned.push(char) }
    }
    Cow::Owned(cleaned)
}

/// The text in ASCII: signs that this program uses are spelled, everything else beyond ASCII becomes an escape.
#[must_use]
pub fn ascii(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    if cleaned.is_ascii() {
        return cleaned;
    }
    let mut spelled = String::with_capacity(cleaned.len());
    for char in cleaned.chars() {
        match SPELLED.iter().find(|(sign, _)| *sign == char) {
            Some((_, spelling)) => spelled.push_str(spelling),
            None if char.is_ascii() => spelled.push(char),
            None => escape(char, &mut spelled),
        }
    }
    Cow::Owned(spelled)
}

/// Text for a message or a property of a GitHub workflow command.
#[cfg(feature = "cli")]
#[must_use]
pub(super) fn workflow(text: &str) -> String {
    clean(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text for Markdown: nothing in it is markup, a link, or calls a person.
#[cfg(feature = "cli")]
#[must_use]
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len().saturating_add(8));
    for char in clean(text).chars() {
        match char {
            '@' => escaped.push_str("@<!-- -->"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => escaped.extend(['\\', char]),
            other => escaped.push(other),
        }
    }
    escaped.replace("://", ":&#47;/")
}

/// Text for a cell of CSV: no program takes it for a formula.
#[cfg(feature = "cli")]
#[must_use]
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    let formula =
        cleaned.starts_with(['=', '+', '@']) || (cleaned.starts_with('-') && cleaned.parse::<f64>().is_err());
    if formula { Cow::Owned(format!("'{cleaned}")) } else { cleaned }
}

/// Controls (C0, DEL, C1), line and paragraph separators, marks that turn the reading order (bidirectional overrides and
/// isolates), and characters without any shape: zero-width ones, tags, variation selectors beyond the emoji one.
const fn is_unfit(char: char) -> bool {
    matches!(char,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn escape(char: char, into: &mut String) {
    let written = match char {
        '\n' => into.write_str("\\n"),
        '\r' => into.write_str("\\r"),
        '\t' => into.write_str("\\t"),
        '\0' => into.write_str("\\0"),
        char if u32::from(char) < 0x80 => write!(into, "\\x{:02x}", u32::from(char)),
        char => write!(into, "\\u{{{:x}}}", u32::from(char)),
    };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

/// The signs that the text report itself uses, and how a reader without them is served.
const SPELLED: &[(char, &str)] = &[
    ('→', "->"),
    ('←', "<-"),
    ('…', "..."),
    ('–', "-"),
    ('—', "-"),
    ('−', "-"),
    ('·', "|"),
    ('×', "x"),
    ('∥', "||"),
    ('§', "section "),
    ('µ', "u"),
    ('≥', ">="),
    ('≤', "<="),
    ('³', "^3"),
    ('²', "^2"),
    ('\u{a0}', " "),
    ('“', "\""),
    ('”', "\""),
    ('’', "'"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_or_turns_the_reading_order_becomes_visible() {
        let hostile = "a\x1b[31mb\u{9b}2J\u{202e}c\0d\r\n\u{2066}e\u{200b}f\x7f";
        let said = r"a\x1b[31mb\u{9b}2J\u{202e}c\0d\r\n\u{2066}e\u{200b}f\x7f";
        assert_eq!(clean(hostile), said);
    }

    #[test]
    fn fit_text_is_borrowed_and_keeps_other_scripts() {
        assert!(matches!(clean("grüße/日本語 → ok 👍"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_control_character_survives_at_all() {
        let all: String = (0..0x3000_u32).filter_map(char::from_u32).collect();
        assert!(!clean(&all).chars().any(|char| char.is_control() || is_unfit(char)));
    }

    #[test]
    fn ascii_spells_the_own_signs_and_escapes_the_rest() {
        assert_eq!(ascii("C→S  RFC 9113 §3.4 ··· 3× grün"), r"C->S  RFC 9113 section 3.4 ||| 3x gr\u{fc}n");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn captured_text_gives_no_commands_to_workflows_markdown_and_spreadsheets() {
        assert_eq!(workflow("50%\n::error::x"), r"50%25\n::error::x");
        let hostile = "<img src=x> @all [a](http://b) |`c`|";
        assert_eq!(markdown(hostile), r"&lt;img src=x&gt; @<!-- -->all \[a\](http:&#47;/b) \|\`c\`\|");
        let cells = ["=1+1", "@x", "-x", "-5", "a"].map(|text| cell(text).into_owned());
        assert_eq!(cells, ["'=1+1", "'@x", "'-x", "-5", "a"]);
    }
}
