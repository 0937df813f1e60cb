//! From a pasted log line to rules and topics: which of them know this text, and how sure that is.
//!
//! A text of the catalogue's symptoms that stands in the line word for word is the surest; words in common, weighed by how rare they
//! are, come next. Hexadecimal dumps and telling numbers are read first: `485454502f` is `HTTP/`.

mod decode;
mod words;

use crate::rules::{Rule, Topic, catalog, topics};

pub use decode::Decoded;
use words::{Corpus, Words, in_order};

/// What a text may be about.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A rule.
    Rule(&'static Rule),
    /// A topic.
    Topic(Topic),
}

/// A rule or topic that knows a text.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub subject: Subject,
    /// From 0, nothing in common, to 1.
    pub score: f64,
    /// True when a symptom stands in the text word for word.
    pub exact: bool,
    /// The symptom that fits best, as the catalogue has it.
    pub symptom: Option<&'static str>,
}

/// What was found for a text.
#[derive(Clone, Debug)]
pub struct Found {
    /// What dumps and numbers in the text mean.
    pub decoded: Vec<Decoded>,
    /// Who knows it, the best first.
    pub candidates: Vec<Candidate>,
}

impl Candidate {
    /// Code of the rule, or name of the topic.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match &self.subject {
            Subject::Rule(rule) => rule.code,
            Subject::Topic(topic) => topic.name,
        }
    }

    /// How sure it is, in words.
    #[must_use]
    pub fn sureness(&self) -> String {
        if self.exact { "word for word".to_owned() } else { format!("{:.0} % alike", self.score * 100.0) }
    }
}

/// Everything that a text may be about, with its words.
#[derive(Debug)]
pub struct Library {
    corpus: Corpus,
    rules: Vec<Shelf>,
    topics: Vec<(Topic, Words, Vec<Words>)>,
}

/// A rule and its words.
#[derive(Debug)]
struct Shelf {
    rule: &'static Rule,
    own: Words,
    symptoms: Vec<Symptom>,
}

/// A symptom and its words.
#[derive(Debug)]
struct Symptom {
    whole: &'static str,
    text: &'static str,
    who: Words,
    words: Words,
}

impl Library {
    /// All rules and topics.
    #[must_use]
    pub fn new() -> Self {
        let symptoms = catalog().iter().flat_map(|rule| rule.symptoms.iter().map(|symptom| said(symptom).1));
        let topics = topics();
        let named = topics.iter().flat_map(|topic| topic.words().chain([topic.name]));
        let corpus = Corpus::new(symptoms.chain(catalog().iter().map(|rule| rule.summary)).chain(named));
        let symptom = |whole: &&'static str| {
            let (who, text) = said(whole);
            Symptom { whole, text, who: corpus.words(who), words: corpus.words(text) }
        };
        let shelf = |rule: &&'static Rule| Shelf {
            rule,
            own: corpus.words(&format!("{} {}", rule.name, rule.summary)),
            symptoms: rule.symptoms.iter().map(symptom).collect(),
        };
        let rules = catalog().iter().map(shelf).collect();
        let topic = |topic: &Topic| {
            let names = topic.words().chain([topic.name]).map(|name| corpus.words(name)).collect();
            (*topic, corpus.words(topic.title), names)
        };
        let topics = topics.iter().map(topic).collect();
        Self { rules, topics, corpus }
    }

    /// Who knows this text. What has too little in common with it is not listed.
    #[must_use]
    pub fn search(&self, text: &str) -> Found {
        let text: String = text.chars().take(LONGEST).collect();
        let decoded = decode::decode(&text);
        let hints: Vec<&str> = decoded.iter().flat_map(|one| [one.means.as_str(), one.hint]).collect();
        let line = self.corpus.words(&format!("{text} {}", hints.join(" ")));
        let mut candidates: Vec<Candidate> = self.rules.iter().map(|shelf| shelf.fit(&text, &line)).collect();
        candidates
            .extend(self.topics.iter().map(|(topic, title, names)| topic_fit(*topic, title, names, &line)));
        candidates.retain(|candidate| candidate.score >= LEAST);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key().cmp(b.key())));
        Found { decoded, candidates }
    }
}

impl Default for Library {
    fn default() -> Self {
        Self::new()
    }
}

impl Shelf {
    fn fit(&self, text: &str, line: &Words) -> Candidate {
        let subject = Subject::Rule(self.rule);
        let mut best = Candidate { subject, score: 0.0, exact: false, symptom: None };
        for symptom in &self.symptoms {
            let (score, exact) = symptom.fit(text, line);
            if score > best.score {
                best = Candidate { score, exact, symptom: Some(symptom.whole), ..best };
            }
        }
        let alike = line.shared(&self.own) * OWN_WORDS;
        if best.score > alike {
            return Candidate { score: (best.score + alike * TIE).min(1.0), ..best };
        }
        Candidate { subject, score: alike, exact: false, symptom: None }
    }
}

impl Symptom {
    /// How well it fits, and whether it stands in the text.
    fn fit(&self, text: &str, line: &Words) -> (f64, bool) {
        let (covered, of_line, speaker) =
            (self.words.shared(line), line.shared(&self.words), self.who.shared(line));
        if covered > 0.999 && in_order(self.text, text) {
            let length = (self.words.weight / LONG).min(1.0);
            return (EXACT + (1.0 - EXACT) * (0.5 * length + 0.4 * of_line + 0.05 * speaker), true);
        }
        let telling = (self.words.weight / SHORT).min(1.0);
        (EXACT * (0.7 * covered + 0.25 * of_line + 0.05 * speaker) * telling, false)
    }
}

fn topic_fit(topic: Topic, title: &Words, names: &[Words], line: &Words) -> Candidate {
    let named = names.iter().filter(|name| name.all_in(line)).map(|name| line.shared(name));
    let score = (named.fold(0.0, f64::max) * EXACT).max(line.shared(title) * OWN_WORDS);
    Candidate { subject: Subject::Topic(topic), score, exact: false, symptom: None }
}

/// Who prints a symptom, and the text. A symptom without a speaker is all text.
fn said(symptom: &'static str) -> (&'static str, &'static str) {
    match symptom.split_once(": ") {
        Some((who, text)) if who.len() < 32 && !who.contains('_') => (who, text),
        _ => ("", symptom),
    }
}

/// Characters of a text that are read: more than any line of a log that says one thing.
const LONGEST: usize = 8192;

/// Below this nothing is said.
const LEAST: f64 = 0.3;

/// The score of a symptom that stands in the text; how much of the text it explains counts beyond that.
const EXACT: f64 = 0.8;

/// The weight of words above which a symptom is as telling as it can be, and below which it tells little.
const LONG: f64 = 40.0;
const SHORT: f64 = 5.0;

/// How much the words of a rule's own name and summary count.
const OWN_WORDS: f64 = 0.75;

/// How much they add where a symptom fits better.
const TIE: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::find;

    fn first(text: &str) -> Option<&'static str> {
        Library::new().search(text).candidates.first().map(Candidate::key)
    }

    #[test]
    fn the_first_symptom_of_every_rule_leads_to_it() {
        let (library, mut lost) = (Library::new(), Vec::new());
        for rule in catalog() {
            for symptom in rule.symptoms {
                let found = library.search(symptom);
                let place = found.candidates.iter().position(|one| one.key() == rule.code);
                let best = found.candidates.first().map_or(0.0, |one| one.score);
                let own = place.and_then(|place| found.candidates.get(place)).map_or(0.0, |one| one.score);
                if best - own > 0.1 {
                    lost.push(format!("{} {symptom}: place {place:?}, {own:.2} of {best:.2}", rule.code));
                }
            }
        }
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }

    #[test]
    fn an_answer_in_http1_is_decoded_and_known() {
        let text = "First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f";
        let found = Library::new().search(text);
        assert_eq!(found.decoded.iter().map(|one| one.means.as_str()).collect::<Vec<_>>(), ["HTTP/"]);
        let expected = find("NEG018").map_or("PRE002", |rule| rule.code);
        assert_eq!(
            first(text),
            Some(expected),
            "{:?}",
            found.candidates.iter().map(Candidate::key).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_line_of_a_log_with_its_noise_still_leads_there() {
        let text = "2026-01-05T10:00:01Z WARN [client] rpc error: code = Unavailable desc = connection error: desc = \
            \"transport: failed to receive server preface within timeout\" addr=10.1.4.7:8081";
        assert_eq!(first(text), Some("PRE001"));
        let text = "rpc error: code = Unavailable desc = closing transport due to: connection error: desc = \"error reading \
            from server: EOF\", received prior goaway: code: ENHANCE_YOUR_CALM, debug data: \"too_many_pings\"";
        assert_eq!(first(text), Some("GRP015"));
    }

    #[test]
    fn topics_are_found_by_their_words() {
        assert_eq!(first("SSLKEYLOGFILE"), Some("keylog"));
        assert_eq!(first("how do I use cmux"), Some("cmux"));
    }

    #[test]
    fn nonsense_leads_nowhere() {
        assert!(Library::new().search("xyzzy plugh").candidates.is_empty());
        assert!(Library::new().search("").candidates.is_empty());
        assert!(Library::new().search("\u{1b}[2J … \u{202e} \0").candidates.is_empty());
    }
}
