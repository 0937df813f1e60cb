//! Words that were meant: the nearest known ones to a word that is not known.

/// The known words that `word` may have been meant for, the nearest first; none when nothing is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_ascii_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .map(|candidate| (distance(&word, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(candidate))
        .collect();
    near.sort_unstable();
    near.dedup();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance <= best.saturating_add(1));
    near.into_iter().take(SUGGESTIONS).map(|(_, candidate)| candidate).collect()
}

/// `did you mean …?`, when something is near.
#[must_use]
pub fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let near: Vec<_> = nearest(word, known).into_iter().map(|near| format!("`{near}`")).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

/// How far a word may be off: a letter or two in a short one, a third of a long one.
fn tolerance(candidate: &str) -> usize {
    (candidate.len() / 3).max(1)
}

/// Letters to insert, remove or replace (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), i.saturating_add(1));
        let mut left = i.saturating_add(1);
        for (cell, b) in row.iter_mut().skip(1).zip(to.chars()) {
            let replaced = diagonal.saturating_add(usize::from(a != b));
            diagonal = *cell;
            left = replaced.min(left.saturating_add(1)).min(diagonal.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// More would not be read.
const SUGGESTIONS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        let told = [("kitten", "sitting"), ("", "abc"), ("abc", ""), ("flaw", "lawn"), ("same", "same")];
        assert_eq!(told.map(|(a, b)| distance(a, b)), [3, 3, 3, 2, 0]);
    }

    #[test]
    fn a_word_with_a_slip_finds_the_one_that_was_meant() {
        let known = ["missing-server-settings", "settings-deadlock", "PRE001"];
        assert_eq!(nearest("mising-server-setings", known.into_iter()), ["missing-server-settings"]);
        assert_eq!(nearest("pre01", known.into_iter()), ["PRE001"]);
        assert!(nearest("quite-something-else", known.into_iter()).is_empty());
    }
}
