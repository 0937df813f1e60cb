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
use common::path::{Path, Wire, journeys};
use common::plants::plants;
use common::stage::{Planted, planted, which};
use common::{cases, line, lines, report, shown};
use h2lint::finding::{Confidence, Finding, Report, Severity};
use h2lint::script::Script;
use proptest::prelude::*;

/// Warnings and errors that are shown unless more is asked for, and what this rule says. A server that sent two SETTINGS before its first response and acknowledges once too
/// often is what two stacks look like.
fn accusations<'a>(plant: &Planted, report: &'a Report) -> Vec<&'a Finding> {
    let follows =
        |finding: &Finding| plant.rule == "unexpected-settings-ack" && finding.name == "two-http2-stacks";
    let counts = |finding: &&Finding| {
        let accuses = finding.severity >= Severity::Warning && finding.confidence >= Confidence::Likely;
        (accuses || finding.name == plant.rule) && !follows(finding)
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

fn speaks(plant: &Planted, script: &Script) -> Result<(), TestCaseError> {
    let report = report(&script.pcap());
    let complaint = complaint(plant, &report);
    prop_assert!(
        complaint.is_none(),
        "{}\n{}\n{}",
        complaint.unwrap(),
        lines(&report).join("\n"),
        shown(script.packets())
    );
    Ok(())
}

/// Both ends sit side by side.
fn short() -> Wire {
    Wire::Short(Box::new(Some(Script::connect())))
}

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn a_violation_in_a_legal_conversation_is_found_and_nothing_else(which in which(), moves in moves()) {
        let plants = plants();
        let plant = which.get(&plants);
        if let Some(script) = planted(plant, &moves, short()) {
            speaks(plant, &script)?;
        }
    }

    #[test]
    fn a_violation_over_any_path_is_found_and_nothing_else(
        which in which(),
        moves in moves(),
        journey in journeys(),
    ) {
        let plants = plants();
        let plant = which.get(&plants);
        let closed = journey.is_closed();
        let Some(script) = planted(plant, &moves, Wire::Long(Box::new(Path::new(journey)))) else {
            return Ok(());
        };
        if closed {
            let report = report(&script.pcap());
            prop_assert!(report.findings.iter().all(|finding| finding.name != plant.rule), "{:?}", lines(&report));
        } else {
            speaks(plant, &script)?;
        }
    }
}

#[test]
fn every_violation_is_found_in_the_shortest_conversation() {
    let mut wrong = Vec::new();
    for plant in plants() {
        let complaint = planted(&plant, &(Vec::new(), 0), short())
            .and_then(|script| complaint(&plant, &report(&script.pcap())));
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
