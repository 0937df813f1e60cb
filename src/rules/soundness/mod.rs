//! The principles of judging fairly, each as conversations that are innocent and neighbours that are not: what an end knew, what the
//! tap sees, what is owed and answered.

mod answers;
mod knowledge;
mod sight;

use crate::finding::{Confidence, Severity};
use crate::frame::ErrorCode;
use crate::rules::tests::report;
use crate::script::{Octets, Script, ping, post, rst_stream};

/// How certain a finding of this name is, if there is one.
fn certainty(name: &str, script: &Script) -> Option<Confidence> {
    let report = report(script);
    report.findings.into_iter().find(|finding| finding.name == name).map(|finding| finding.confidence)
}

/// The worst that is said against an end.
fn severity(script: &Script) -> Option<Severity> {
    report(script).findings.into_iter().map(|finding| finding.severity).max()
}

fn acknowledged(opaque: u8) -> Octets {
    ping([opaque; 8]).map(|frame| frame.flag(1))
}

/// A request whose content goes on, and the server's reset of it.
fn reset(behind: impl IntoIterator<Item = Octets>) -> Script {
    let uploading = Script::open().client([post(1)]);
    uploading.server([rst_stream(1, ErrorCode::CANCEL)].into_iter().chain(behind))
}

/// Each principle, and its tests.
const PRINCIPLES: &[(u8, &str, &[&str])] = &[
    (1, "own order is exact", &["own_order_is_exact"]),
    (
        2,
        "not covered, not guilty",
        &["not_covered_is_not_guilty", "what_comes_behind_octets_sent_again_may_have_been_said_before"],
    ),
    (
        3,
        "guilty only with proof",
        &["guilty_only_with_proof", "an_answer_behind_a_promise_proves_that_the_promise_was_read"],
    ),
    (
        4,
        "increase at once, decrease after the ACK",
        &["an_increase_counts_at_once_and_a_decrease_after_the_acknowledgement"],
    ),
    (
        5,
        "credit is counted most generously",
        &[
            "credit_is_counted_most_generously_and_the_debt_stays",
            "a_window_overflows_only_behind_what_the_peer_may_have_sent",
            "padding_takes_credit_and_empty_data_needs_none",
        ],
    ),
    (6, "GOAWAY races are normal", &["a_crossing_goaway_is_a_race"]),
    (7, "half-closed is per sender", &["half_closed_is_per_sender"]),
    (8, "closed is remembered, idle must be proven", &["closed_is_remembered_and_idle_is_proven"]),
    (9, "PRIORITY and unknown frames move nothing", &["priority_and_unknown_frames_move_nothing"]),
    (
        10,
        "PUSH_PROMISE on a stream that was reset",
        &["a_promise_on_a_stream_in_flight_to_its_reset_is_legal"],
    ),
    (11, "before the first SETTINGS only defaults bind", &["before_the_first_settings_only_defaults_bind"]),
    (
        12,
        "the tap's place changes proof and timing, not order",
        &[
            "the_verdict_is_the_same_wherever_the_tap_stands",
            "what_two_interfaces_show_in_the_wrong_order_has_passed",
            "a_clock_that_runs_back_lowers_short_intervals_only",
        ],
    ),
    (13, "mid-connection start", &["of_a_connection_joined_late_the_wire_and_own_order_stay_judged"]),
    (
        14,
        "gaps",
        &[
            "a_hole_inside_data_keeps_the_boundary_and_others_lower",
            "a_continuation_behind_a_hole_is_not_judged",
        ],
    ),
    (15, "HPACK table unknown", &["behind_a_lost_field_block_only_literals_stay_judged"]),
    (16, "short snaplen", &["a_short_snaplen_keeps_frame_headers_judged"]),
    (17, "one direction only", &["of_one_direction_only_the_wire_and_own_order_stay_judged"]),
    (18, "no keys", &["without_keys_an_answer_is_never_called_refused"]),
    (19, "silence must be measurable", &["silence_is_judged_as_far_as_it_was_measured"]),
    (
        20,
        "a reaction is owed only for a certain, covered offence",
        &["a_reaction_is_owed_for_what_arrived_and_was_passed_over"],
    ),
    (21, "one root, one finding", &["one_root_has_one_finding"]),
    (22, "only this hop", &["a_reset_from_another_distance_belongs_to_neither_end"]),
    (23, "late SETTINGS prove nothing by themselves", &["late_settings_prove_nothing_by_themselves"]),
    (
        24,
        "two acknowledgements for two SETTINGS are right",
        &["two_acknowledgements_for_two_settings_are_right"],
    ),
    (25, "deadlines have no clock", &["deadlines_have_no_clock"]),
];

#[test]
fn every_principle_has_its_tests() {
    let sources =
        [include_str!("answers.rs"), include_str!("knowledge.rs"), include_str!("sight.rs")].concat();
    let written: Vec<&str> =
        sources.split("#[test]\nfn ").skip(1).filter_map(|test| test.split('(').next()).collect();
    let named: Vec<&str> = PRINCIPLES.iter().flat_map(|(_, _, tests)| tests.iter().copied()).collect();
    assert!(PRINCIPLES.iter().map(|(number, ..)| *number).eq(1..=25));
    assert!(PRINCIPLES.iter().all(|(_, words, tests)| !words.is_empty() && !tests.is_empty()));
    for name in &named {
        assert!(written.contains(name), "{name} is not written");
    }
    for name in &written {
        assert!(named.contains(name), "{name} is of no principle");
    }
}
