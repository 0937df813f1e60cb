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

/// Letters to insert, remove or replace, or neighbours to exchange (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let (mut above, mut row): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=to.len()).collect());
    let mut before = None;
    for (i, a) in from.chars().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        let exchanged = |j: usize| {
            let pair = before == to.get(j).copied() && j.checked_sub(1).and_then(|j| to.get(j)) == Some(&a);
            above.get(j.checked_sub(1)?).filter(|_| pair).map(|known| known.saturating_add(1))
        };
        let corners = row.iter().zip(row.iter().skip(1));
        for (j, (b, (diagonal, upper))) in to.iter().zip(corners).enumerate() {
            let left = next.last().copied().unwrap_or_default();
            let replaced = diagonal.saturating_add(usize::from(a != *b));
            let least = replaced.min(left.saturating_add(1)).min(upper.saturating_add(1));
            next.push(exchanged(j).map_or(least, |exchanged| exchanged.min(least)));
        }
        above = std::mem::replace(&mut row, next);
        before = Some(a);
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
        let exchanged =
            [("lveel", "level"), ("ab", "ba"), ("abcd", "badc"), ("ca", "abc"), ("iffno", "info")];
        assert_eq!(exchanged.map(|(a, b)| distance(a, b)), [1, 1, 2, 3, 2]);
    }

    #[test]
    fn a_word_with_a_slip_finds_the_one_that_was_meant() {
        let known = ["missing-server-settings", "settings-deadlock", "PRE001"];
        assert_eq!(nearest("mising-server-setings", known.into_iter()), ["missing-server-settings"]);
        assert_eq!(nearest("pre01", known.into_iter()), ["PRE001"]);
        assert!(nearest("quite-something-else", known.into_iter()).is_empty());
    }
}
