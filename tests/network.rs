//! Whatever the network does to a legal conversation, nobody is accused: delay, loss, reordering, any place of the tap, any
//! segmentation, TLS or not.
//!
//! `PROPTEST_CASES` raises the number of cases.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod common;

use common::conversation::{moves, travel};
use common::ends::Manners;
use common::path::journeys;
use common::recut::{changes, in_segments_of, recut};
use common::{cases, lines, report, shown};
use h2lint::finding::{Finding, Severity};
use proptest::prelude::*;

fn manners() -> impl Strategy<Value = Manners> {
    prop_oneof![Just(Manners::Rude), Just(Manners::Polite), Just(Manners::Patient)]
}

fn segment() -> impl Strategy<Value = usize> {
    prop_oneof![Just(16_384), Just(1_448), Just(500), Just(100), Just(20)]
}

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn a_legal_conversation_over_any_path_has_no_error(
        moves in moves(),
        manners in manners(),
        journey in journeys(),
        most in segment(),
        changes in prop_oneof![Just(Vec::new()), changes()],
    ) {
        let script = travel(&moves, manners, &journey);
        let packets = recut(&in_segments_of(script.packets(), most), &changes);
        let report = report(&script.with_packets(packets.clone()).pcap());
        let wrong = |finding: &&Finding| finding.severity == Severity::Error;
        let wrong: Vec<_> = report.findings.iter().filter(wrong).map(common::line).collect();
        prop_assert!(
            wrong.is_empty(),
            "{wrong:#?}\n{journey:?}\n{}\n{}",
            lines(&report).join("\n"),
            shown(&packets)
        );
    }
}
