//! The catalogue as a whole: every rule has its words, its place, and examples that do what they say; none is lost or renamed. A
//! rule without its line in `testdata/rules.tsv` gets one with `UPDATE_GOLDENS=1`; lines there never change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Rule, areas, catalog, interest};
use crate::conn::{Interest, On};
use crate::finding::{Culprit, Finding, Report, Severity};
use crate::pipeline::{Wishes, analyze_octets};
use crate::script::Script;

#[test]
fn codes_and_names_are_unique_and_follow_the_pattern() {
    let mut seen = BTreeSet::new();
    for rule in catalog() {
        assert!(seen.insert(rule.code), "{} twice", rule.code);
        assert!(seen.insert(rule.name), "{} twice", rule.name);
        let (letters, number) = rule.code.split_at(3);
        assert_eq!(letters, rule.area.code, "{}", rule.name);
        let digits = number.len() == 3 && number.bytes().all(|sign| sign.is_ascii_digit());
        assert!(digits, "{}: a code is three letters and three digits", rule.code);
        let words = rule.name.split('-').all(|word| {
            let plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit();
            !word.is_empty() && word.bytes().all(plain)
        });
        assert!(words, "{}: a name is kebab-case", rule.name);
    }
}

#[test]
fn the_catalogue_stands_in_the_order_of_areas_and_codes() {
    let place = |rule: &Rule| areas::ALL.iter().position(|area| *area == rule.area);
    for pair in catalog().windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let order = (place(first), first.code) < (place(second), second.code);
        assert!(order, "{} stands before {}", first.code, second.code);
    }
    for rule in catalog() {
        assert!(place(rule).is_some(), "{} is in no area", rule.code);
    }
}

#[test]
fn no_rule_asks_for_what_is_made_for_views() {
    let woken = interest(Interest::NONE);
    assert!([On::Frame, On::FieldBlock, On::Head].iter().all(|on| !woken.wants(*on)));
}

#[test]
fn every_rule_has_its_words() {
    let mut missing = Vec::new();
    for rule in catalog() {
        let mut need = |there: bool, what: &str| {
            if !there {
                missing.push(format!("{} {}: {what}", rule.code, rule.name));
            }
        };
        need(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "summary, without a full stop");
        for (word, text) in
            [("why", rule.why), ("meaning", rule.meaning), ("harm", rule.harm), ("doubt", rule.doubt)]
        {
            need(!text.is_empty(), word);
        }
        need(rule.why.ends_with('.'), "why, a sentence");
        let sided = rule.culprits.first().is_some_and(|usual| usual.side().is_some());
        need(!sided || rule.not_blamed.ends_with('.'), "not_blamed, a sentence for the other side");
        need(!rule.remedy.is_empty() && rule.remedy.iter().all(|step| !step.is_empty()), "remedy");
        need(!rule.culprits.is_empty(), "culprits");
        need(!rule.judges.is_empty(), "judges");
        need(rule.symptoms.iter().all(|symptom| symptom.contains(": ")), "symptoms, as `who: text`");
        need(rule.rfc.iter().all(|reference| !reference.section.is_empty()), "sections");
        let doubled = [rule.summary, rule.why, rule.meaning, rule.harm, rule.doubt, rule.not_blamed]
            .iter()
            .chain(rule.remedy)
            .any(|text| text.contains("  ") || text.contains('\n'));
        need(!doubled, "words without line breaks or double spaces");
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn rules_fold_into_rules_that_exist_or_are_to_come() {
    for rule in catalog() {
        for name in rule.folds_into {
            let known = catalog().iter().any(|other| other.name == *name);
            assert!(known, "{} folds into {name}", rule.name);
            assert_ne!(*name, rule.name);
        }
    }
}

#[test]
fn every_rule_in_a_folder_is_in_the_catalogue_under_the_area_of_that_folder() {
    let folder = source("src/rules");
    let listed: Vec<(String, String, String)> = fs::read_to_string(folder.join("catalog.rs"))
        .expect("the catalogue")
        .lines()
        .filter_map(|line| {
            let mut path = line.trim().strip_prefix('&')?.strip_suffix(',')?.split("::").map(str::to_owned);
            Some((path.next()?, path.next()?, path.next()?))
        })
        .collect();
    assert_eq!(listed.len(), catalog().len(), "a line of the catalogue is not read");
    for ((area, file, name), rule) in listed.iter().zip(catalog()) {
        assert_eq!(area, rule.area.folder, "{file}::{name}");
    }
    for area in areas::ALL {
        for path in files(&folder.join(area.folder)) {
            let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a rule");
            for name in text.lines().filter_map(rule_name) {
                let line = (area.folder.to_owned(), file.clone(), name.to_owned());
                assert!(listed.contains(&line), "{}: {name} is not in the catalogue", path.display());
            }
        }
    }
}

/// The name of the rule that a line of code defines.
fn rule_name(line: &str) -> Option<&str> {
    let (before, kind) = line.split_once(": ")?;
    let name = before.rsplit_once("static ")?.1;
    kind.starts_with("Rule ").then_some(name)
}

#[test]
fn fires_fires_and_blames_whom_it_may() {
    let mut silent = Vec::new();
    for rule in catalog() {
        let report = report(&(rule.fires)());
        let spoke = report.findings.iter().any(|finding| {
            let may = rule.culprits.contains(&finding.culprit.role);
            (finding.rule == rule.code && may) || folded(rule, finding)
        });
        if !spoke {
            silent.push(format!("{} {}: {:?}", rule.code, rule.name, names(&report)));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn quiet_is_quiet_and_nobody_is_accused() {
    let mut loud = Vec::new();
    for rule in catalog() {
        let report = report(&(rule.quiet)());
        let wrong = report.findings.iter().any(|finding| {
            finding.rule == rule.code || folded(rule, finding) || finding.severity == Severity::Error
        });
        if wrong {
            loud.push(format!("{} {}: {:?}", rule.code, rule.name, names(&report)));
        }
    }
    assert!(loud.is_empty(), "{}", loud.join("\n"));
}

#[test]
fn a_finding_names_an_end_and_says_why_the_other_one_is_not_at_fault() {
    for rule in catalog() {
        for finding in report(&(rule.fires)()).findings {
            let sided = matches!(finding.culprit.role, Culprit::Client | Culprit::Server);
            assert_eq!(finding.culprit.endpoint.is_some(), sided, "{} of {}", finding.name, rule.name);
            assert_eq!(!finding.not_blamed.is_empty(), sided, "{} of {}", finding.name, rule.name);
            assert!(finding.message.ends_with('.'), "{}: {}", finding.name, finding.message);
        }
    }
}

#[test]
fn no_rule_is_ever_lost_or_renamed_and_no_code_used_again() {
    let path = source("testdata/rules.tsv");
    let mut ledger = fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeSet<String> = ledger.lines().map(str::to_owned).collect();
    let new: Vec<String> =
        catalog().iter().map(|rule| line(rule)).filter(|line| !known.contains(line)).collect();
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        new.iter().for_each(|line| ledger.extend([line.as_str(), "\n"]));
        fs::write(&path, &ledger).expect("the ledger can be written");
    }
    let lines: Vec<&str> = ledger.lines().collect();
    let now: BTreeMap<&str, String> = catalog().iter().map(|rule| (rule.code, line(rule))).collect();
    let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
    for line in &lines {
        let words: Vec<&str> = line.split('\t').collect();
        assert_eq!(words.len(), 3, "{line:?}: code, name, since");
        assert!(codes.insert(words[0]) && names.insert(words[1]), "{line:?}: code or name used again");
        assert_eq!(now.get(words[0]).map(String::as_str), Some(*line), "lost, renamed, or used again");
    }
    let missing: Vec<_> = now.values().filter(|line| !lines.contains(&line.as_str())).collect();
    assert!(missing.is_empty(), "not in testdata/rules.tsv: {missing:?}");
}

/// A rule's line in the ledger.
fn line(rule: &Rule) -> String {
    format!("{}\t{}\t{}", rule.code, rule.name, rule.since)
}

fn folded(rule: &Rule, finding: &Finding) -> bool {
    finding.linked.iter().any(|linked| linked.rule == rule.code)
}

fn names(report: &Report) -> Vec<String> {
    let name = |finding: &Finding| format!("{}@{}", finding.name, finding.culprit.role.word());
    report.findings.iter().map(name).collect()
}

/// What is reported on this conversation.
pub(super) fn report(script: &Script) -> Report {
    report_on(&script.pcap())
}

/// What this rule finds first in this conversation.
pub(super) fn finding(rule: &Rule, script: &Script) -> Option<Finding> {
    report(script).findings.into_iter().find(|finding| finding.rule == rule.code)
}

/// What is reported on this capture.
pub(super) fn report_on(capture: &[u8]) -> Report {
    analyze_octets("test", capture, &Wishes::default(), &mut |_| {}).expect("a capture")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is an area's folder", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
