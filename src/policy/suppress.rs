//! Findings that somebody knows about and does not want reported: entries of the configuration, and comments in the capture. Each
//! has a reason, and may have a day on which it ends.

use std::fmt;

use jiff::civil::Date;

use super::dates;
use super::selection::{Term, term};
use crate::base::PacketNumber;
use crate::error::Error;
use crate::finding::{Comment, Finding, Suppression, SuppressionRow};
use crate::rules::find;

/// What is not to be reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppress {
    /// A code, name, prefix or tag.
    pub rule: String,
    /// Only where this is the server.
    pub endpoint: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Only findings that name this packet.
    pub packet: Option<PacketNumber>,
    /// Where it stands: `h2lint.toml:7`, `a.pcap: comment at pkt 4`.
    pub source: String,
    /// Who says so: `config`, `comment`.
    pub by: &'static str,
}

impl Suppress {
    /// What a comment of the capture asks for: `h2lint: ignore=PRE001,SET reason="known" expires=2027-03-01`. A comment that does not
    /// begin so is none of ours.
    ///
    /// # Errors
    /// When it begins so and goes on with what cannot be read.
    pub fn of_comment(comment: &Comment, path: &str) -> Result<Vec<Self>, Error> {
        let Some(words) = comment.text.trim().strip_prefix(LEAD) else { return Ok(Vec::new()) };
        let source = match comment.pkt {
            Some(pkt) => format!("{path}: comment at pkt {}", pkt.number()),
            None => format!("{path}: comment of the capture"),
        };
        let mut entry = Self { by: "comment", packet: comment.pkt, source, ..Self::default() };
        let mut rules: Vec<String> = Vec::new();
        let mut rest = words.trim_start();
        while let Some((name, value, further)) = assignment(rest) {
            match name {
                "ignore" => rules.extend(value.split(',').map(|word| word.trim().to_owned())),
                "reason" => entry.reason = Some(value.to_owned()),
                "expires" => entry.expires = Some(dates::read(value)?),
                other => {
                    let said = format!("`{other}`; there are ignore=, reason=\"…\" and expires=");
                    return Err(Error::Usage(format!("unknown word {said}")));
                }
            }
            rest = further.trim_start();
        }
        if rules.is_empty() || !rest.is_empty() {
            return Err(Error::Usage("write `h2lint: ignore=PRE001 reason=\"known\"`".to_owned()));
        }
        rules.iter().try_for_each(|rule| term(rule).map(|_| ()))?;
        Ok(rules.into_iter().map(|rule| Self { rule, ..entry.clone() }).collect())
    }

    /// True when it means this finding, whose server has these names.
    pub(super) fn means(&self, finding: &Finding, server: &[String]) -> bool {
        let rule = term(&self.rule).ok().zip(find(finding.rule));
        let ruled = rule.is_some_and(|(term, rule): (Term, _)| term.weigh(rule).is_some());
        let named = self.endpoint.as_ref().is_none_or(|endpoint| server.contains(endpoint));
        let at = |pkt| finding.evidence.iter().any(|evidence| evidence.pkt == pkt);
        ruled && named && self.packet.is_none_or(at)
    }

    /// True when its last day is over.
    pub(super) fn is_over(&self, today: Option<Date>) -> bool {
        self.expires.zip(today).is_some_and(|(last, today)| last < today)
    }

    /// As a finding carries it.
    pub(super) fn suppression(&self) -> Suppression {
        let expires = self.expires.map(|date| date.to_string());
        Suppression { by: self.by, reason: self.reason.clone(), expires }
    }

    /// As a report lists it, before anything was seen.
    pub(super) fn row(&self, today: Option<Date>) -> SuppressionRow {
        SuppressionRow {
            by: self.by,
            source: self.source.clone(),
            rule: self.rule.clone(),
            server: self.endpoint.clone(),
            owner: None,
            expires: self.expires.map(|date| date.to_string()),
            expired: self.is_over(today),
            seen: 0,
            suppressed: 0,
            age_days: None,
        }
    }
}

impl fmt::Display for Suppress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ rule = {:?}", self.rule)?;
        if let Some(endpoint) = &self.endpoint {
            write!(f, ", endpoint = {endpoint:?}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ", reason = {reason:?}")?;
        }
        if let Some(expires) = self.expires {
            write!(f, ", expires = {expires}")?;
        }
        write!(f, " }}")
    }
}

/// `name=value` or `name="some words"` at the start, and what follows.
fn assignment(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('=')?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let (value, further) = quoted.split_once('"')?;
        return Some((name.trim(), value, further));
    }
    let (value, further) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((name.trim(), value, further))
}

/// With this a comment speaks to this program.
const LEAD: &str = "h2lint:";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Suppress>, Error> {
        Suppress::of_comment(&Comment { text: text.to_owned(), pkt: Some(4.into()) }, "a.pcap")
    }

    #[test]
    fn a_comment_names_rules_reason_and_end() {
        let read = read("h2lint: ignore=PRE001,SET reason=\"known, for years\" expires=2027-03-01").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].rule.as_str(), read[1].rule.as_str()), ("PRE001", "SET"));
        assert_eq!(read[1].reason.as_deref(), Some("known, for years"));
        assert!(read[0].is_over(Some(dates::read("2027-03-02").unwrap())));
        assert!(!read[0].is_over(Some(dates::read("2027-03-01").unwrap())) && !read[0].is_over(None));
    }

    #[test]
    fn other_comments_are_left_alone_and_broken_ones_told() {
        assert_eq!(read("look at this").unwrap(), []);
        for broken in ["h2lint: hello", "h2lint: ignore=NOPE1", "h2lint: ignore=PRE001 why=x", "h2lint:"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
