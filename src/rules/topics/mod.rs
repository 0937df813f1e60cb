//! Topics that are no rules: what a person has to know to capture well and to read a verdict. Each is a text file here:
//! `title:`, `words:` by which it is found, `rules:` it leads to, an empty line, then paragraphs.

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The word by which it is asked for.
    pub name: &'static str,
    /// One line: what it is about.
    pub title: &'static str,
    /// Further words by which it is found, separated by commas.
    words: &'static str,
    /// Codes of the rules it leads to, separated by blanks.
    rules: &'static str,
    /// The text.
    body: &'static str,
}

/// A piece of a topic's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage<'a> {
    /// An empty line.
    Gap,
    /// Text to wrap.
    Paragraph(&'a str),
    /// Something and what there is to say of it: `* label: text`.
    Item(&'a str, &'a str),
    /// A line to copy, as it is.
    Line(&'a str),
}

impl Topic {
    /// Further words by which it is found.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split(", ")
    }

    /// Codes of the rules it leads to.
    pub fn rules(&self) -> impl Iterator<Item = &'static str> {
        self.rules.split_whitespace()
    }

    /// The text, as it lies in its file.
    #[must_use]
    pub const fn body(&self) -> &'static str {
        self.body
    }

    /// The text, piece by piece.
    pub fn passages(&self) -> impl Iterator<Item = Passage<'static>> {
        self.body.lines().map(|line| match (line.strip_prefix("* "), line.strip_prefix("    ")) {
            (Some(item), _) => item
                .split_once(": ")
                .map_or(Passage::Paragraph(item), |(label, text)| Passage::Item(label, text)),
            (None, Some(verbatim)) => Passage::Line(verbatim),
            (None, None) if line.is_empty() => Passage::Gap,
            (None, None) => Passage::Paragraph(line),
        })
    }
}

/// The topic with this name.
#[must_use]
pub fn topic(word: &str) -> Option<Topic> {
    topics().into_iter().find(|topic| topic.name.eq_ignore_ascii_case(word))
}

/// Every topic, by name.
#[must_use]
pub fn topics() -> Vec<Topic> {
    FILES.iter().filter_map(|(name, text)| read(name, text)).collect()
}

/// Reads a file: three lines of head, an empty one, the text.
fn read(name: &'static str, text: &'static str) -> Option<Topic> {
    let (head, body) = text.split_once("\n\n")?;
    let mut lines = head.lines();
    Some(Topic {
        name,
        title: lines.next()?.strip_prefix("title: ")?,
        words: lines.next()?.strip_prefix("words: ")?,
        rules: lines.next()?.strip_prefix("rules:")?,
        body,
    })
}

/// The files, in the order of their names.
static FILES: &[(&str, &str)] = &[
    ("alpn", include_str!("alpn.txt")),
    ("blame", include_str!("blame.txt")),
    ("capture", include_str!("capture.txt")),
    ("cmux", include_str!("cmux.txt")),
    ("confidence", include_str!("confidence.txt")),
    ("exit-codes", include_str!("exit-codes.txt")),
    ("flow-control", include_str!("flow-control.txt")),
    ("goaway", include_str!("goaway.txt")),
    ("grpc", include_str!("grpc.txt")),
    ("h2c", include_str!("h2c.txt")),
    ("keepalive", include_str!("keepalive.txt")),
    ("keylog", include_str!("keylog.txt")),
    ("late-join", include_str!("late-join.txt")),
    ("max-streams", include_str!("max-streams.txt")),
    ("nlb-alpn", include_str!("nlb-alpn.txt")),
    ("npn", include_str!("npn.txt")),
    ("preface", include_str!("preface.txt")),
    ("proxies", include_str!("proxies.txt")),
    ("rfcs", include_str!("rfcs.txt")),
    ("vantage", include_str!("vantage.txt")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The table of all rules that were agreed, written or not.
    static AGREED: &str = include_str!("../../../testdata/catalogue.tsv");

    #[test]
    fn every_topic_is_read_and_stands_in_its_place() {
        let topics = topics();
        assert_eq!(topics.len(), FILES.len());
        assert!(topics.windows(2).all(|pair| pair[0].name < pair[1].name));
        for topic in topics {
            assert!(topic.words().all(|word| !word.trim().is_empty()), "{}", topic.name);
            assert!(topic.passages().count() > 3, "{}", topic.name);
        }
    }

    #[test]
    fn every_rule_that_a_topic_leads_to_was_agreed() {
        let agreed: BTreeSet<&str> = AGREED.lines().filter_map(|line| line.split('\t').next()).collect();
        for topic in topics() {
            assert!(topic.rules().all(|code| agreed.contains(code)), "{}: {}", topic.name, topic.rules);
        }
    }

    #[test]
    fn lines_to_copy_fit_eighty_columns() {
        for topic in topics() {
            for passage in topic.passages() {
                if let Passage::Line(line) = passage {
                    assert!(line.chars().count() <= 76, "{}: {line}", topic.name);
                }
            }
        }
    }

    #[test]
    fn a_file_for_each_topic_and_a_topic_for_each_file() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/topics");
        let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| format!("{name}.txt")).collect();
        let found: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".txt"))
            .collect();
        assert_eq!(listed, found);
    }
}
