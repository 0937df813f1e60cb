//! How many columns a text takes on a terminal.

/// Columns that cleaned text takes: wide characters of East Asia and emoji two, combining marks none.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).fold(0, usize::saturating_add)
}

/// Cuts text in two, the first part at most `room` columns wide, but at least a character.
pub(super) fn cut(text: &str, room: usize) -> (&str, &str) {
    let mut taken = 0_usize;
    for (at, char) in text.char_indices() {
        taken = taken.saturating_add(columns(char));
        if taken > room && at > 0 {
            return text.split_at_checked(at).unwrap_or((text, ""));
        }
    }
    (text, "")
}

/// The text, its middle left out, a sign for it in its place, when it is wider than `room`.
pub(super) fn shorten(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room || room == 0 {
        return text.to_owned();
    }
    let kept = room.saturating_sub(width(ellipsis));
    let (head, _) = cut(text, kept.div_ceil(2));
    let tail: Vec<char> = {
        let mut taken = 0_usize;
        let fits = |char: &char| {
            taken = taken.saturating_add(columns(*char));
            taken <= kept / 2
        };
        text.chars().rev().take_while(fits).collect()
    };
    format!("{head}{ellipsis}{}", tail.into_iter().rev().collect::<String>())
}

const fn columns(char: char) -> usize {
    match char {
        '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        assert_eq!([width("abc"), width("日本"), width("e\u{301}"), width("C→S")], [3, 4, 1, 3]);
    }

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(shorten("[2001:db8:85a3::8a2e:370:7334]:50051", 20, "…"), "[2001:db8:…34]:50051");
        assert_eq!(shorten("short", 20, "…"), "short");
        assert!(width(&shorten("日本日本日本日本", 7, "…")) <= 7);
    }

    #[test]
    fn a_cut_never_splits_a_character_and_always_advances() {
        assert_eq!(cut("日本語", 3), ("日", "本語"));
        assert_eq!(cut("日本語", 1), ("日", "本語"));
    }
}
