//! One violation in a legal conversation: its rule speaks, against who committed it, and no other.
//!
//! `PROPTEST_CASES` raises the number of cases.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::collections::BTreeSet;

use common::conversation::moves;
use common::plants::plants;
use common::stage::{Planted, planted, which};
use common::{cases, line, lines, report_on, shown};
use h2lint::finding::{Confidence, Finding, Report, Severity};
use h2lint::script::Packet;
use proptest::prelude::*;

/// Warnings and errors, and what this rule says. A server that sent two SETTINGS before its first response and acknowledges once too
/// often is what two stacks look like.
fn accusations<'a>(plant: &Planted, report: &'a Report) -> Vec<&'a Finding> {
    let follows =
        |finding: &Finding| plant.rule == "unexpected-settings-ack" && finding.name == "two-http2-stacks";
    let counts = |finding: &&Finding| {
        (finding.severity >= Severity::Warning || finding.name == plant.rule) && !follows(finding)
    };
    report.findings.iter().filter(counts).collect()
}

/// What is wrong with this report, if anything.
fn complaint(plant: &Planted, report: &Report) -> Option<String> {
    let accusations = accusations(plant, report);
    let fits = |finding: &&Finding| {
        finding.name == plant.rule
            && finding.culprit.role.word() == plant.culprit.word()
            && finding.confidence == Confidence::Certain
    };
    let wanted = format!("{}@{}", plant.rule, plant.culprit.word());
    match accusations.as_slice() {
        [only] if fits(only) => None,
        others => Some(format!(
            "wanted {wanted}, found {:#?}",
            others.iter().map(|one| line(one)).collect::<Vec<_>>()
        )),
    }
}

fn speaks(plant: &Planted, packets: &[Packet]) -> Result<(), TestCaseError> {
    let report = report_on(packets);
    let complaint = complaint(plant, &report);
    prop_assert!(
        complaint.is_none(),
        "{}\n{}\n{}",
        complaint.unwrap(),
        lines(&report).join("\n"),
        shown(packets)
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn a_violation_in_a_legal_conversation_is_found_and_nothing_else(which in which(), moves in moves()) {
        let plants = plants();
        let plant = which.get(&plants);
        if let Some(packets) = planted(plant, &moves) {
            speaks(plant, &packets)?;
        }
    }
}

#[test]
fn every_violation_is_found_in_the_shortest_conversation() {
    let mut wrong = Vec::new();
    for plant in plants() {
        let complaint =
            planted(&plant, &(Vec::new(), 0)).and_then(|packets| complaint(&plant, &report_on(&packets)));
        wrong.extend(complaint);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn violations_of_many_rules_are_planted() {
    let plants = plants();
    let rules: BTreeSet<&str> = plants.iter().map(|plant| plant.rule).collect();
    assert!(rules.len() >= 100, "{}", rules.len());
    assert!(rules.iter().all(|rule| h2lint::rules::find(rule).is_some()));
}
