//! Which rules are wanted: lists of codes, names, prefixes, and tags, the more exact word winning.

use std::collections::BTreeSet;

use super::Strictness;
use super::spelling::{nearest, suggestion};
use crate::error::Error;
use crate::finding::{Coverage, Skipped};
use crate::rules::{Rule, catalog, find, topics};

/// The rules that are wanted. By default all but those tagged `style`.
///
/// A word that names one rule weighs more than a prefix or a tag, and these more than `ALL`; where words weigh the same,
/// ignoring wins.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    select: Vec<Term>,
    ignore: Vec<Term>,
}

/// A word of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    All,
    /// `@tag`.
    Tag(String),
    /// The first letters of a code.
    Prefix(String),
    /// A code or a name.
    Rule(&'static str),
}

/// How exactly a term means a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    All,
    Group,
    Exact,
}

impl Selection {
    /// Reads the lists of `--select`, `--extend-select` and `--ignore`. An empty `select` means all rules.
    ///
    /// # Errors
    /// When a word names no rule, prefix or tag; the error says what may have been meant.
    pub fn read(select: &[String], extend: &[String], ignore: &[String]) -> Result<Self, Error> {
        let terms = |words: &[String]| words.iter().map(|word| term(word)).collect::<Result<Vec<_>, _>>();
        let mut selected = terms(select)?;
        if selected.is_empty() {
            selected.push(Term::All);
        }
        selected.extend(terms(extend)?);
        Ok(Self { select: selected, ignore: terms(ignore)? })
    }

    /// Codes of the rules that are not wanted.
    pub(super) fn off(&self, level: Strictness) -> BTreeSet<&'static str> {
        let unwanted = catalog().iter().filter(|rule| !self.wants(rule, level));
        unwanted.map(|rule| rule.code).collect()
    }

    /// Lists what was not wanted under coverage: whole areas by their letters.
    pub(super) fn note(&self, level: Strictness, coverage: &mut Coverage) {
        let off = self.off(level);
        let counted = u64::try_from(off.len()).unwrap_or(u64::MAX);
        coverage.rules_run = coverage.rules_run.saturating_sub(counted);
        for area in catalog().chunk_by(|a, b| a.area.code == b.area.code) {
            let unwanted: Vec<_> = area.iter().filter(|rule| off.contains(rule.code)).collect();
            match area.first() {
                Some(rule) if unwanted.len() == area.len() => {
                    coverage.rules_skipped.push(not_selected(format!("{}*", rule.area.code)));
                }
                _ => coverage
                    .rules_skipped
                    .extend(unwanted.iter().map(|rule| not_selected(rule.code.to_owned()))),
            }
        }
    }

    fn wants(&self, rule: &Rule, level: Strictness) -> bool {
        let all = [Term::All];
        let select = if self.select.is_empty() { all.as_slice() } else { self.select.as_slice() };
        let wanted = select.iter().filter_map(|term| term.weigh(rule)).max();
        let unwanted = self.ignore.iter().filter_map(|term| term.weigh(rule)).max();
        let by_style = select.iter().any(|term| term.means_style(rule));
        let style = rule.tags.contains(&STYLE) && level != Strictness::Strict && !by_style;
        wanted > unwanted && !style
    }
}

impl Term {
    /// How exactly it means a rule, if it does.
    pub(super) fn weigh(&self, rule: &Rule) -> Option<Weight> {
        match self {
            Self::All => Some(Weight::All),
            Self::Tag(tag) => rule.tags.contains(&tag.as_str()).then_some(Weight::Group),
            Self::Prefix(letters) => rule.code.starts_with(letters).then_some(Weight::Group),
            Self::Rule(code) => (rule.code == *code).then_some(Weight::Exact),
        }
    }

    /// True when the term asks for a rule of style in so many words.
    fn means_style(&self, rule: &Rule) -> bool {
        match self {
            Self::Rule(code) => rule.code == *code,
            Self::Tag(tag) => tag == STYLE,
            Self::All | Self::Prefix(_) => false,
        }
    }
}

/// The rule with this code or name.
///
/// # Errors
/// When there is none; the error says which may have been meant.
pub fn rule(word: &str) -> Result<&'static Rule, Error> {
    let upper = word.to_ascii_uppercase();
    find(word).or_else(|| find(&upper)).ok_or_else(|| unknown("rule", word, words()))
}

/// True when the text reads like the name of a rule or topic with a slip in it.
#[must_use]
pub fn is_slip(text: &str) -> bool {
    !text.contains(char::is_whitespace) && text.len() <= SHOWN && !nearest(text, subjects()).is_empty()
}

/// Codes, names, letters of areas, and topics.
fn subjects() -> impl Iterator<Item = &'static str> {
    words().chain(topics().into_iter().map(|topic| topic.name))
}

/// Nothing is known about this text; the error names what may have been meant.
#[must_use]
pub fn meant(text: &str) -> Error {
    let short: String = text.chars().take(SHOWN).collect();
    let near: Vec<_> = nearest(&short, subjects()).into_iter().map(|near| format!("`{near}`")).collect();
    let help = match near.as_slice() {
        [] => "`h2lint rules` lists the rules, `h2lint explain topics` the topics".to_owned(),
        some => format!("did you mean {}?", some.join(" or ")),
    };
    Error::Usage(format!("nothing is known about `{short}`; {help}"))
}

pub(super) fn term(word: &str) -> Result<Term, Error> {
    let upper = word.to_ascii_uppercase();
    let letters = upper.trim_end_matches('*');
    if upper == "ALL" {
        return Ok(Term::All);
    }
    if let Some(tag) = word.strip_prefix('@') {
        let known = || catalog().iter().flat_map(|rule| rule.tags.iter().copied());
        let read = known().any(|name| name == tag).then(|| Term::Tag(tag.to_owned()));
        return read.ok_or_else(|| unknown("tag", tag, known()));
    }
    let is_prefix = !letters.is_empty() && catalog().iter().any(|rule| rule.code.starts_with(letters));
    match rule(word) {
        Ok(rule) => Ok(Term::Rule(rule.code)),
        Err(_) if is_prefix => Ok(Term::Prefix(letters.to_owned())),
        Err(error) => Err(error),
    }
}

/// Codes, names and letters of areas.
fn words() -> impl Iterator<Item = &'static str> {
    catalog().iter().flat_map(|rule| [rule.code, rule.name, rule.area.code])
}

fn unknown<'a>(what: &str, word: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let help = suggestion(word, known).unwrap_or_else(|| "`h2lint rules` lists all".to_owned());
    Error::Usage(format!("unknown {what} `{word}`; {help}"))
}

fn not_selected(rule: String) -> Skipped {
    Skipped { rule, why: "not_selected", conns: Vec::new() }
}

/// Characters of a text that an error repeats.
const SHOWN: usize = 60;

/// Rules with this tag speak only when they are asked for.
const STYLE: &str = "style";
