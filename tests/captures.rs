//! Every capture with a sidecar says what its sidecar says (`expect`, `forbid`, `facts`, `blind_spots`). As on the command line,
//! what is only possible is not shown, and neither are rules of the tag `style`.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use common::{captures, sidecars};
use h2lint::finding::{Confidence, Finding};
use h2lint::pipeline::{KeyLog, Wishes, analyze};
use h2lint::rules::{catalog, find};
use serde_json::Value;

#[test]
fn every_capture_says_what_its_sidecar_says() {
    let cases = sidecars(&captures());
    assert!(cases.len() > 50, "only {} captures", cases.len());
    let mut failures = Vec::new();
    for (capture, sidecar) in &cases {
        let expected: toml::Table = std::fs::read_to_string(sidecar).unwrap().parse().unwrap();
        let report = analyze(&[capture.to_owned()], &Wishes::default(), KeyLog::new(), &mut |_| {}).unwrap();
        let shown: Vec<&Finding> = report.findings.iter().filter(|finding| counts(finding)).collect();
        let json = serde_json::to_value(&report).unwrap();
        let case = capture.parent().unwrap().strip_prefix(captures()).unwrap().display();
        let wrong = check(&expected, &shown, &json);
        failures.extend(wrong.into_iter().map(|wrong| format!("{case}: {wrong}")));
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

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

/// What the report does not say as the sidecar has it.
fn check(expected: &toml::Table, findings: &[&Finding], json: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let shown = || findings.iter().map(|finding| common::line(finding)).collect::<Vec<_>>().join("; ");
    for (key, value) in expected {
        match key.as_str() {
            "expect" => {
                for word in words(value) {
                    if let Some(said) = unmet(word, findings) {
                        wrong.push(format!("{word}: {said}, there is [{}]", shown()));
                    }
                }
            }
            "forbid" => {
                for word in words(value) {
                    let found = findings.iter().filter(|finding| names(word, finding));
                    wrong.extend(found.map(|finding| format!("forbidden {word}: {}", common::line(finding))));
                }
            }
            "facts" => {
                for (path, fact) in value.as_table().unwrap() {
                    let fact = serde_json::to_value(fact).unwrap();
                    let found = at(json, path).unwrap_or(&Value::Null);
                    if *found != fact {
                        wrong.push(format!("{path} is {found}, not {fact}"));
                    }
                }
            }
            "blind_spots" => {
                let spots = at(json, "coverage.blind_spots").and_then(Value::as_array).unwrap();
                if value.as_integer() != i64::try_from(spots.len()).ok() {
                    wrong.push(format!("{} blind spots, not {value}: {spots:?}", spots.len()));
                }
            }
            "keylog" => {}
            _ => wrong.push(format!("{key} is no word of a sidecar")),
        }
    }
    wrong
}

/// Why an expectation is not met, if it is not.
fn unmet(word: &str, findings: &[&Finding]) -> Option<String> {
    if let Some((rule, count)) = counted(word) {
        let found = findings.iter().filter(|finding| names(rule, finding)).count();
        return (!is_known(rule) || found != count).then(|| format!("counted {found}"));
    }
    let rule = word.split('@').next().unwrap_or(word);
    if !is_known(rule) {
        return Some("no such rule".to_owned());
    }
    let found = findings.iter().any(|finding| names(word, finding));
    (!found).then(|| "not found".to_owned())
}

/// `count(X) == N` in parts.
fn counted(word: &str) -> Option<(&str, usize)> {
    let (rule, count) = word.strip_prefix("count(")?.split_once(')')?;
    Some((rule, count.trim().strip_prefix("==")?.trim().parse().ok()?))
}

/// True when `word`, a code, a name or a pattern with or without a culprit, means this finding.
fn names(word: &str, finding: &Finding) -> bool {
    let (pattern, culprit) = word.split_once('@').map_or((word, None), |(rule, who)| (rule, Some(who)));
    let rule = is_pattern_of(pattern, finding.rule) || is_pattern_of(pattern, finding.name);
    rule && culprit.is_none_or(|who| who == finding.culprit.role.word())
}

fn is_pattern_of(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

fn is_known(pattern: &str) -> bool {
    catalog().iter().any(|rule| is_pattern_of(pattern, rule.code) || is_pattern_of(pattern, rule.name))
}

fn counts(finding: &Finding) -> bool {
    let style = find(finding.rule).is_some_and(|rule| rule.tags.contains(&"style"));
    finding.confidence >= Confidence::Likely && !style
}

fn words(list: &toml::Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap())
}

/// The value at a path such as `connections[0].streams.opened`.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    path.split(['.', '[']).try_fold(json, |value, part| match part.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(part),
    })
}
