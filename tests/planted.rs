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
use h2lint::finding::{Confidence, Culprit, Finding, Report, Severity};
use h2lint::script::Script;
use proptest::prelude::*;
use proptest::sample::Index;

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

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn what_is_lost_of_a_violation_makes_nothing_else_certain(
        which in which(),
        moves in moves(),
        lost in prop::collection::vec((any::<Index>(), 1..4_usize), 1..5),
    ) {
        let plants = plants();
        let plant = which.get(&plants);
        let Some(script) = planted(plant, &moves, short()) else { return Ok(()) };
        let mut left = script.packets().to_vec();
        for (at, run) in &lost {
            let at = at.index(left.len().max(1));
            left.drain(at..(at + run).min(left.len()));
        }
        let whole = accusers(&report(&script.pcap()));
        let lossy = report(&script.with_packets(left.clone()).pcap());
        let new: Vec<_> = certain(&lossy).filter(|finding| !whole.contains(finding.name)).map(line).collect();
        prop_assert!(new.is_empty(), "{}: {new:#?}\n{}\n{}", plant.rule, lines(&lossy).join("\n"), shown(&left));
    }
}

/// Certain warnings and errors against an end.
fn certain(report: &Report) -> impl Iterator<Item = &Finding> {
    let counts = |finding: &&Finding| {
        finding.severity >= Severity::Warning
            && finding.confidence == Confidence::Certain
            && finding.culprit.role != Culprit::Capture
    };
    report.findings.iter().filter(counts)
}

/// The rules that speak, also inside the findings of others.
fn accusers(report: &Report) -> BTreeSet<&'static str> {
    let linked = report.findings.iter().flat_map(|finding| &finding.linked);
    let folded = linked.filter_map(|linked| h2lint::rules::find(linked.rule)).map(|rule| rule.name);
    report.findings.iter().map(|finding| finding.name).chain(folded).collect()
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
    assert!(rules.len() >= 120, "{}", rules.len());
    assert!(rules.iter().all(|rule| h2lint::rules::find(rule).is_some()));
}
