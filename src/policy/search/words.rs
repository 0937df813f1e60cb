//! Words and how much they tell: rare ones tell more.

use std::collections::{BTreeMap, BTreeSet};

/// How often words occur in the texts of the catalogue.
#[derive(Debug)]
pub(super) struct Corpus {
    texts: f64,
    found_in: BTreeMap<String, u64>,
}

/// The different words of a text in their order, with what each tells.
#[derive(Debug)]
pub(super) struct Words {
    told: Vec<(String, f64)>,
    /// What all of them tell.
    pub(super) weight: f64,
}

impl Corpus {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut found_in: BTreeMap<String, u64> = BTreeMap::new();
        let mut count = 0_u64;
        for text in texts {
            count = count.saturating_add(1);
            for word in tokens(text) {
                let known = found_in.entry(word).or_default();
                *known = known.saturating_add(1);
            }
        }
        Self { texts: number(count), found_in }
    }

    /// The words of a text.
    pub(super) fn words(&self, text: &str) -> Words {
        let told: Vec<(String, f64)> = tokens(text)
            .into_iter()
            .map(|word| (self.tells(&word), word))
            .map(|(tells, word)| (word, tells))
            .collect();
        let weight = told.iter().map(|(_, tells)| tells).sum();
        Words { told, weight }
    }

    /// The rarer the more; a word that no text has tells little, since it may be a name, a date or a path of somebody's log.
    fn tells(&self, word: &str) -> f64 {
        let found = self.found_in.get(word).map_or(0.0, |count| number(*count));
        if found > 0.0 { (1.0 + self.texts / found).ln() } else { STRANGE }
    }
}

impl Words {
    /// Which part of these words, by what they tell, is among `others`: 0 to 1.
    pub(super) fn shared(&self, others: &Self) -> f64 {
        let among = |word: &str| others.told.binary_search_by(|(other, _)| other.as_str().cmp(word)).is_ok();
        let both: f64 = self.told.iter().filter(|(word, _)| among(word)).map(|(_, tells)| tells).sum();
        if self.weight > 0.0 { both / self.weight } else { 0.0 }
    }

    /// True when all of these words, and there are some, are among `others`.
    pub(super) fn all_in(&self, others: &Self) -> bool {
        self.weight > 0.0 && self.shared(others) > 0.999
    }
}

/// The different words of a text: letters, digits and `_`, in lower case, and the parts of words with `_`. Numbers alone, single
/// letters, and words that every sentence has are none.
fn tokens(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for word in text.split(|char: char| !(char.is_alphanumeric() || char == '_')) {
        let word = word.to_lowercase();
        if word.contains('_') {
            all.extend(word.split('_').filter(|part| tells(part)).map(str::to_owned));
        }
        if tells(&word) {
            all.insert(word);
        }
    }
    all
}

fn tells(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().any(char::is_alphabetic) && !EVERYWHERE.contains(&word)
}

/// True when the fixed parts of a symptom, between its `…`, stand in the text in their order, as whole words.
pub(super) fn in_order(symptom: &str, text: &str) -> bool {
    let text = plain(text);
    let mut rest = text.as_str();
    let mut any = false;
    for part in symptom.split('…').map(plain).filter(|part| part.chars().any(char::is_alphanumeric)) {
        let Some(behind) = word_in(rest, &part) else { return false };
        rest = behind;
        any = true;
    }
    any
}

/// What stands behind `part` in `text`, where it begins and ends as words do.
fn word_in<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    text.match_indices(part).find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let behind = text.get(at.saturating_add(part.len())..)?;
        let inside = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
        let starts = part.starts_with(char::is_alphanumeric) && inside(before);
        let ends = part.ends_with(char::is_alphanumeric) && inside(behind.chars().next());
        (!starts && !ends).then_some(behind)
    })
}

/// Lower case, one blank between words, none around, without the full stop at the end.
fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches('.').trim().to_owned()
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Words of every sentence.
const EVERYWHERE: &[&str] = &[
    "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "get", "how", "in", "is",
    "it", "its", "my", "of", "on", "or", "that", "the", "this", "to", "use", "was", "what", "when", "where",
    "which", "who", "why", "with",
];

/// What a word tells that the catalogue does not know.
const STRANGE: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_symptom_stand_in_their_order_as_words() {
        assert!(in_order(
            "dial tcp …: connect: connection refused",
            "dial tcp 10.0.0.1:80: connect: connection refused"
        ));
        assert!(in_order("too_many_pings", "debug data \"TOO_MANY_PINGS\""));
        assert!(!in_order("frame too large", "large frame too"));
        assert!(!in_order("read: EOF", "thread: EOF"));
        assert!(!in_order("…", "anything"));
    }

    #[test]
    fn rare_words_tell_more() {
        let corpus = Corpus::new(["server failed", "server left", "server preface"].into_iter());
        assert!(corpus.tells("preface") > corpus.tells("server"));
        let both = corpus.words("server preface");
        assert!(both.shared(&corpus.words("preface")) > both.shared(&corpus.words("server")));
        assert!(corpus.words("Server").all_in(&both) && !corpus.words("").all_in(&both));
    }
}
