//! What a capture is expected to show: `--expect`, and the sidecar files of captures that are kept as tests.

use serde_json::Value;
use toml::de::DeTable;

use super::spelling::suggestion;
use crate::error::Error;
use crate::finding::Finding;
use crate::rules::catalog;

/// What stands in a sidecar file.
#[derive(Clone, Debug, Default)]
pub struct Sidecar {
    /// What is expected.
    pub cases: Vec<Expectation>,
    /// A key log, named from the sidecar's folder.
    pub keylog: Option<String>,
}

/// Something that a report is expected to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A finding of `rule` or `rule@culprit`, or `count(rule) == N`.
    Expect(String),
    /// No finding of it.
    Forbid(String),
    /// The value at a path of the JSON report.
    Fact(String, Value),
    /// So many blind spots.
    BlindSpots(u64),
}

impl Sidecar {
    /// Reads the text of a file that is named `path` in complaints.
    ///
    /// # Errors
    /// When it is no TOML, or holds what no sidecar does: with file and line.
    pub fn read(path: &str, text: &str) -> Result<Self, Error> {
        let line =
            |at: usize| text.bytes().take(at).filter(|octet| *octet == b'\n').count().saturating_add(1);
        let fault = |at: usize, said: &str| Error::Usage(format!("{path}:{}: {said}", line(at)));
        let broken =
            |error: &toml::de::Error| fault(error.span().map_or(0, |span| span.start), error.message());
        let places = DeTable::parse(text).map_err(|error| broken(&error))?;
        let values: toml::Table = text.parse().map_err(|error| broken(&error))?;
        let mut sidecar = Self::default();
        for key in places.get_ref().keys() {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            let Some(value) = values.get(name) else { continue };
            sidecar.take(name, value).map_err(|said| fault(at, &said))?;
        }
        Ok(sidecar)
    }

    fn take(&mut self, key: &str, value: &toml::Value) -> Result<(), String> {
        match key {
            "expect" => self.cases.extend(rules(key, value)?.into_iter().map(Expectation::Expect)),
            "forbid" => self.cases.extend(rules(key, value)?.into_iter().map(Expectation::Forbid)),
            "facts" => {
                let facts = value.as_table().ok_or("`facts` is a table of paths")?;
                for (path, fact) in facts {
                    well_formed(path)?;
                    let fact = serde_json::to_value(fact).map_err(|error| error.to_string())?;
                    self.cases.push(Expectation::Fact(path.clone(), fact));
                }
            }
            "blind_spots" => {
                let count = value.as_integer().and_then(|count| u64::try_from(count).ok());
                self.cases.push(Expectation::BlindSpots(count.ok_or("`blind_spots` is a number")?));
            }
            "keylog" => self.keylog = Some(value.as_str().ok_or("`keylog` is a path in quotes")?.to_owned()),
            other => {
                let help = suggestion(other, KEYS.into_iter())
                    .unwrap_or_else(|| format!("there are {}", KEYS.join(", ")));
                return Err(format!("unknown key `{other}`; {help}"));
            }
        }
        Ok(())
    }
}

impl Expectation {
    /// In a few words.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Expect(word) => format!("expect {word}"),
            Self::Forbid(word) => format!("forbid {word}"),
            Self::Fact(path, value) => format!("{path} == {value}"),
            Self::BlindSpots(count) => format!("blind_spots == {count}"),
        }
    }

    /// Why it is not met by these findings and this report, if it is not.
    #[must_use]
    pub fn unmet(&self, findings: &[&Finding], report: &Value) -> Option<String> {
        match self {
            Self::Expect(word) => unmet(word, findings),
            Self::Forbid(word) => {
                let (pattern, _) = halves(word);
                if !is_known(pattern) {
                    return Some("no such rule".to_owned());
                }
                let found = findings.iter().find(|finding| names(word, finding));
                found.map(|finding| format!("found {}", line(finding)))
            }
            Self::Fact(path, expected) => {
                let Some(found) = at(report, path) else {
                    return Some("the report has nothing there".to_owned());
                };
                (found != expected).then(|| format!("it is {found}"))
            }
            Self::BlindSpots(count) => {
                let spots = at(report, "coverage.blind_spots").and_then(Value::as_array).map_or(0, Vec::len);
                let same = u64::try_from(spots).is_ok_and(|spots| spots == *count);
                (!same).then(|| format!("there are {spots}"))
            }
        }
    }
}

/// Why `word` (`PRE001`, `PRE001@server`, `count(PRE001) == 1`) is not met, if it is not.
pub(super) fn unmet(word: &str, findings: &[&Finding]) -> Option<String> {
    let among = || match findings {
        [] => "nothing was found".to_owned(),
        some => {
            let lines: Vec<String> = some.iter().take(SHOWN).map(|finding| line(finding)).collect();
            let more = some.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("found were {}{more}", lines.join("; "))
        }
    };
    let (rule, wanted) = counted(word).map_or((halves(word).0, None), |(rule, count)| (rule, Some(count)));
    if !is_known(halves(rule).0) {
        return Some("no such rule".to_owned());
    }
    let meaning = if wanted.is_some() { rule } else { word };
    let weights = findings.iter().filter(|finding| names(meaning, finding)).map(|finding| finding.weight());
    let found = weights.fold(0, u64::saturating_add);
    match wanted {
        Some(count) if count != found => Some(format!("counted {found}; {}", among())),
        None if found == 0 => Some(among()),
        Some(_) | None => None,
    }
}

/// Checks a word of `--expect`.
///
/// # Errors
/// When it names no rule.
pub fn expectation(word: &str) -> Result<String, Error> {
    let pattern = counted(word).map_or(word, |(rule, _)| rule);
    if pattern.contains('(') {
        return Err(Error::Usage(format!("`{word}`: write count(RULE) == N")));
    }
    let (pattern, culprit) = halves(pattern);
    if let Some(who) = culprit.filter(|who| !CULPRITS.contains(who)) {
        let help = suggestion(who, CULPRITS.into_iter())
            .unwrap_or_else(|| format!("there are {}", CULPRITS.join(", ")));
        return Err(Error::Usage(format!("`{word}`: unknown culprit `{who}`; {help}")));
    }
    if is_known(pattern) {
        return Ok(word.to_owned());
    }
    super::rule(pattern).map(|rule| word.replacen(pattern, rule.code, 1))
}

/// True when `word`, a code, a name or a pattern with or without a culprit, means this finding.
pub(super) fn names(word: &str, finding: &Finding) -> bool {
    let word = counted(word).map_or(word, |(rule, _)| rule);
    let (pattern, culprit) = halves(word);
    let rule = is_pattern_of(pattern, finding.rule) || is_pattern_of(pattern, finding.name);
    rule && culprit.is_none_or(|who| who == finding.culprit.role.word())
}

/// `rule@culprit` in parts.
fn halves(word: &str) -> (&str, Option<&str>) {
    word.split_once('@').map_or((word, None), |(rule, who)| (rule, Some(who)))
}

/// `count(X) == N` in parts.
fn counted(word: &str) -> Option<(&str, u64)> {
    let (rule, count) = word.strip_prefix("count(")?.split_once(')')?;
    Some((rule, count.trim().strip_prefix("==")?.trim().parse().ok()?))
}

fn is_pattern_of(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

fn is_known(pattern: &str) -> bool {
    catalog().iter().any(|rule| is_pattern_of(pattern, rule.code) || is_pattern_of(pattern, rule.name))
}

fn line(finding: &Finding) -> String {
    let place = finding.conn.map_or_else(String::new, |conn| format!(" conn {conn}"));
    format!("{} {}@{}{place}", finding.rule, finding.name, finding.culprit.role.word())
}

/// Words that name rules.
fn rules(key: &str, value: &toml::Value) -> Result<Vec<String>, String> {
    let words = words(key, value)?;
    words.iter().map(|word| expectation(word).map_err(|error| error.to_string())).collect()
}

fn words(key: &str, value: &toml::Value) -> Result<Vec<String>, String> {
    let wrong = || format!("`{key}` is a list of texts");
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The value at a path such as `connections[0].streams.opened`.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).try_fold(json, |value, part| match part.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(part),
    })
}

/// A path begins with a part of the report, and closes its brackets.
fn well_formed(path: &str) -> Result<(), String> {
    let part = |part: &str| match part.strip_suffix(']') {
        Some(index) => index.parse::<usize>().is_ok(),
        None => !part.is_empty() && !part.contains(']'),
    };
    let closed = path.matches('[').count() == path.matches(']').count();
    if !closed || !path.split(['.', '[']).all(part) {
        return Err(format!("`{path}` is no path; write one such as connections[0].streams.opened"));
    }
    let first = path.split(['.', '[']).next().unwrap_or_default();
    if PARTS.contains(&first) {
        return Ok(());
    }
    let help =
        suggestion(first, PARTS.into_iter()).unwrap_or_else(|| format!("there are {}", PARTS.join(", ")));
    Err(format!("`{path}`: a report has no `{first}`; {help}"))
}

/// What a report consists of.
const PARTS: [&str; 13] = [
    "schema",
    "tool",
    "verdict",
    "totals",
    "inputs",
    "coverage",
    "connections",
    "streams",
    "findings",
    "suppressions",
    "notices",
    "omitted",
    "stats",
];

/// Who may be blamed.
const CULPRITS: [&str; 5] = ["client", "server", "between", "capture", "unknown"];

const KEYS: [&str; 5] = ["expect", "forbid", "facts", "blind_spots", "keylog"];

/// Findings that a complaint names.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sample::hang;

    #[test]
    fn paths_patterns_and_counts_are_read() {
        let json: Value = serde_json::from_str(r#"{"a": [{"b": {"c": 7}}]}"#).unwrap();
        assert_eq!(at(&json, "a[0].b.c"), Some(&Value::from(7)));
        assert_eq!(at(&json, "a[1].b.c"), None);
        assert_eq!(counted("count(PRE001) == 2"), Some(("PRE001", 2)));
        assert_eq!(counted("PRE001@server"), None);
        assert!(is_pattern_of("SET00*", "SET007") && !is_pattern_of("SET00*", "SET010"));
        assert!(is_known("SET0*") && is_known("settings-not-acked") && !is_known("no-such-rule"));
    }

    #[test]
    fn expectations_are_met_or_say_why_not() {
        let report = hang();
        let findings: Vec<&Finding> = report.findings.iter().collect();
        let unmet = |word: &str| unmet(word, &findings);
        for met in ["PRE001", "PRE001@server", "missing-server-settings", "PRE*", "count(PRE001) == 1"] {
            assert_eq!(unmet(met), None, "{met}");
        }
        assert_eq!(unmet("NOPE001").as_deref(), Some("no such rule"));
        assert!(unmet("count(PRE001) == 2").unwrap().starts_with("counted 1; "));
        assert!(unmet("PRE001@client").unwrap().starts_with("found were PRE001"));
    }

    #[test]
    fn a_sidecar_says_where_it_is_wrong() {
        let wrong = |text: &str| Sidecar::read("a.toml", text).unwrap_err().to_string();
        for (path, said) in [
            ("connections[0", "write one such as connections[0].streams.opened"),
            ("connections[x].id", "is no path"),
            ("connections[0]..id", "is no path"),
            ("connection[0].id", "a report has no `connection`; did you mean `connections`?"),
        ] {
            let found = wrong(&format!("\nfacts = {{ \"{path}\" = 1 }}"));
            assert!(found.starts_with("a.toml:2: ") && found.contains(said), "{found}");
        }
        let parts: Vec<String> =
            serde_json::to_value(hang()).unwrap().as_object().unwrap().keys().cloned().collect();
        let mut known = PARTS.to_vec();
        known.sort_unstable();
        assert_eq!(parts, known);
        assert_eq!(
            wrong("blind_spots = 0\nexpct = []\n"),
            "a.toml:2: unknown key `expct`; did you mean `expect`?"
        );
        assert!(wrong("expect = [\n").starts_with("a.toml:"));
        assert_eq!(wrong("forbid = 3"), "a.toml:1: `forbid` is a list of texts");
        let culprit = "a.toml:2: `PRE001@sever`: unknown culprit `sever`; did you mean `server`?";
        assert_eq!(wrong("\nexpect = ['PRE001@sever']"), culprit);
        assert_eq!(
            wrong("expect = ['count(PRE001) > 1']"),
            "a.toml:1: `count(PRE001) > 1`: write count(RULE) == N"
        );
        assert!(
            wrong("forbid = ['STS05']").contains("did you mean `STS005`"),
            "{}",
            wrong("forbid = ['STS05']")
        );
    }
}
