//! What a policy keeps, in which order, and what it says and returns.

use std::collections::BTreeMap;

use super::sample::{clean, connection, empty, finding, hang, no_settings, stream};
use super::*;
use crate::finding::{Culprit, Status};

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn selecting(select: &[&str], extend: &[&str], ignore: &[&str]) -> Policy {
    let selection = Selection::read(&words(select), &words(extend), &words(ignore)).unwrap();
    Policy { selection, ..Policy::default() }
}

/// The rules left of one finding for each of these.
fn left(policy: &Policy, rules: &[&'static str]) -> Vec<&'static str> {
    let mut report = hang();
    report.findings = rules.iter().map(|rule| finding(rule, "", "", Severity::Error, 0)).collect();
    policy.apply(&mut report);
    report.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn an_error_fails_the_run_and_gives_the_headline() {
    let mut report = hang();
    Policy::default().apply(&mut report);
    assert_eq!((report.verdict.status, report.verdict.exit_code), (Status::Fail, 1));
    assert_eq!(report.verdict.headline, report.findings[0].message);
    assert_eq!(report.verdict.top_finding.as_deref(), Some("f1"));
    assert_eq!(report.verdict.culprit, Some(Culprit::Server));
    assert_eq!(report.verdict.counts.error, 1);
    assert_eq!(report.connections[0].findings, ["f1"]);
}

#[test]
fn exit_zero_changes_the_code_of_the_program_and_not_the_verdict() {
    let mut report = hang();
    let policy = Policy { exit_zero: true, ..Policy::default() };
    policy.apply(&mut report);
    assert_eq!((report.verdict.exit_code, policy.exit_code(&report)), (1, 0));
}

#[test]
fn an_input_that_was_not_read_to_its_end_is_code_three_even_with_exit_zero() {
    let mut report = hang();
    report.inputs[0].error = Some("damaged from octet 700 on".to_owned());
    let policy = Policy { exit_zero: true, ..Policy::default() };
    policy.apply(&mut report);
    assert_eq!((report.verdict.status, policy.exit_code(&report)), (Status::Fail, 3));
}

#[test]
fn warnings_below_the_threshold_warn_and_at_it_they_fail() {
    for (fail_on, status, code) in [
        (Some(Severity::Error), Status::Warn, 0),
        (Some(Severity::Warning), Status::Fail, 1),
        (Some(Severity::Info), Status::Fail, 1),
        (None, Status::Warn, 0),
    ] {
        let mut report = clean();
        report.findings.push(finding("PRE004", "settings-deadlock", "preface", Severity::Warning, 0));
        Policy { fail_on, ..Policy::default() }.apply(&mut report);
        assert_eq!((report.verdict.status, report.verdict.exit_code), (status, code), "{fail_on:?}");
    }
}

#[test]
fn a_fact_is_a_pass_that_mentions_it() {
    let mut report = clean();
    report.findings.push(finding("PRE005", "", "preface", Severity::Info, 0));
    Policy::default().apply(&mut report);
    assert_eq!(report.verdict.status, Status::Pass);
    assert_eq!(report.verdict.headline, "2 gRPC calls on 1 HTTP/2 connection; nothing wrong found, 1 note.");
}

#[test]
fn nothing_wrong_is_not_said_when_calls_failed() {
    let mut report = clean();
    report.connections[0].calls.failed =
        BTreeMap::from([("RST CANCEL".to_owned(), 1), ("grpc-status 14".to_owned(), 2)]);
    report.connections[0].calls.total = 3;
    Policy::default().apply(&mut report);
    let said = "no fault of HTTP/2 found; 3 of 3 calls failed (grpc-status 14 ×2, RST CANCEL ×1).";
    assert_eq!((report.verdict.status, report.verdict.headline.as_str()), (Status::Pass, said));
}

#[test]
fn a_capture_without_http2_is_nothing_unless_that_is_allowed() {
    for (allow_empty, code) in [(false, 4), (true, 0)] {
        let mut report = empty("other.pcap");
        report.totals.packets = 7;
        report.totals.connections = 1;
        let mut row = connection(0);
        (row.http2, row.negotiation.via) = (false, "unknown");
        report.connections.push(row);
        Policy { allow_empty, ..Policy::default() }.apply(&mut report);
        assert_eq!((report.verdict.status, report.verdict.exit_code), (Status::Nothing, code));
        let said = "No HTTP/2 and no negotiation towards it was found on 1 TCP connection.";
        assert_eq!(report.verdict.headline, said);
    }
}

#[test]
fn connections_that_could_not_be_read_are_told_where_nothing_was_found() {
    let mut report = empty("tls.pcap");
    (report.totals.packets, report.totals.connections) = (9, 2);
    report.connections = (0..2).map(connection).collect();
    for row in &mut report.connections {
        (row.http2, row.negotiation.via) = (false, "unknown");
    }
    report.connections[1].negotiation.via = "tls_unknown";
    Policy::default().apply(&mut report);
    let said = "No HTTP/2 and no negotiation towards it was found on 2 TCP connections; 1 of them encrypted and not read.";
    assert_eq!(report.verdict.headline, said);
}

#[test]
fn what_is_less_certain_than_asked_neither_shows_nor_counts() {
    let mut report = clean();
    let unsure = finding("PRE001", "", "preface", Severity::Error, 0);
    report.findings.push(Finding { confidence: Confidence::Possible, ..unsure });
    let hidden = Policy::default().apply(&mut report);
    assert_eq!((report.findings.len(), report.verdict.exit_code), (0, 0));
    assert_eq!(hidden, Hidden { uncertain: 1, unselected: 0 });
}

#[test]
fn lenient_keeps_certain_errors_only() {
    let mut report = hang();
    report.findings.push(finding("PRE004", "", "preface", Severity::Warning, 0));
    let likely = finding("PRE002", "", "preface", Severity::Error, 0);
    report.findings.push(Finding { confidence: Confidence::Likely, ..likely });
    Policy { level: Strictness::Lenient, ..Policy::default() }.apply(&mut report);
    assert_eq!(report.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["PRE001"]);
}

#[test]
fn rules_are_selected_by_code_name_prefix_and_tag() {
    let all = ["PRE001", "PRE002", "STS001"];
    assert_eq!(left(&selecting(&["STS"], &[], &[]), &all), ["STS001"]);
    assert_eq!(left(&selecting(&["pre001"], &[], &[]), &all), ["PRE001"]);
    assert_eq!(left(&selecting(&["missing-server-settings"], &[], &[]), &all), ["PRE001"]);
    assert_eq!(left(&selecting(&["PRE00*"], &[], &["PRE002"]), &all), ["PRE001"]);
    assert_eq!(left(&selecting(&["@must"], &[], &["PRE"]), &all), ["STS001"]);
    assert_eq!(left(&selecting(&[], &[], &["STS"]), &all), ["PRE001", "PRE002"]);
}

#[test]
fn the_more_exact_word_wins_and_ignoring_wins_a_tie() {
    let all = ["PRE001", "PRE002"];
    assert_eq!(left(&selecting(&["PRE001"], &[], &["PRE"]), &all), ["PRE001"]);
    assert!(left(&selecting(&["PRE001"], &[], &["PRE001"]), &all).is_empty());
    assert_eq!(left(&selecting(&["STS"], &["PRE002"], &[]), &all), ["PRE002"]);
}

#[test]
fn rules_of_style_speak_when_asked_for() {
    let style = rules_of_style();
    let all = [style, "PRE001"];
    assert_eq!(left(&Policy::default(), &all), ["PRE001"]);
    let strict = Policy { level: Strictness::Strict, ..Policy::default() };
    assert_eq!(left(&strict, &all), ["PRE001", style]);
    assert_eq!(left(&selecting(&[], &["@style"], &[]), &all), ["PRE001", style]);
    assert_eq!(left(&selecting(&[style], &[], &[]), &all), [style]);
}

fn rules_of_style() -> &'static str {
    let style =
        crate::rules::catalog().iter().find(|rule| rule.tags.contains(&"style") && rule.code > "PRE001");
    style.expect("a rule of style").code
}

#[test]
fn rules_that_are_not_wanted_are_listed_by_area() {
    let mut report = clean();
    report.coverage.rules_run = u64::try_from(crate::rules::catalog().len()).unwrap();
    selecting(&["PRE001", "STS"], &[], &[]).apply(&mut report);
    let skipped: Vec<_> = report.coverage.rules_skipped.iter().map(|skipped| skipped.rule.as_str()).collect();
    assert!(skipped.contains(&"SET*") && skipped.contains(&"PRE002"), "{skipped:?}");
    assert!(!skipped.contains(&"PRE001") && !skipped.contains(&"PRE*"), "{skipped:?}");
    let sts = crate::rules::catalog()
        .iter()
        .filter(|rule| rule.code.starts_with("STS") && !rule.tags.contains(&"style"));
    assert_eq!(report.coverage.rules_run, u64::try_from(sts.count()).unwrap() + 1);
}

#[test]
fn a_word_that_names_nothing_is_answered_with_what_was_meant() {
    let error = Selection::read(&words(&["mising-server-settings"]), &[], &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown rule `mising-server-settings`; did you mean `missing-server-settings`?"
    );
    let error = Selection::read(&[], &[], &words(&["@stile"])).unwrap_err();
    assert_eq!(error.to_string(), "unknown tag `stile`; did you mean `style`?");
    let error = rule("xyzzy").unwrap_err();
    assert_eq!(error.to_string(), "unknown rule `xyzzy`; `h2lint rules` lists all");
}

#[test]
fn groups_are_printed_worst_first_and_stay_together() {
    let mut report = hang();
    report.connections = (0..9).map(connection).collect();
    report.findings = vec![
        finding("STS001", "", "stream_state", Severity::Error, 8),
        finding("PRE004", "", "preface", Severity::Warning, 1),
        no_settings(7),
        Finding { confidence: Confidence::Likely, ..no_settings(2) },
        no_settings(3),
    ];
    Policy::default().apply(&mut report);
    let order: Vec<_> = report.findings.iter().map(|finding| (finding.rule, finding.conn)).collect();
    let expected = [("PRE001", 3), ("PRE001", 7), ("PRE001", 2), ("STS001", 8), ("PRE004", 1)];
    assert_eq!(order, expected.map(|(rule, conn)| (rule, Some(conn))));
    assert_eq!(
        groups(&report, GroupBy::Rule).iter().map(|group| group.findings.len()).collect::<Vec<_>>(),
        [3, 1, 1]
    );
}

#[test]
fn the_order_does_not_depend_on_the_order_of_the_input() {
    let said = |report: &Report| -> Vec<String> {
        report
            .findings
            .iter()
            .map(|finding| format!("{} {} {:?}", finding.id, finding.rule, finding.conn))
            .collect()
    };
    let mut report = hang();
    report.connections = (0..4).map(connection).collect();
    report.findings = (0..4)
        .flat_map(|conn| {
            let about_streams = finding("FRM001", "", "", Severity::Error, conn);
            let stream = (conn > 0).then_some(5);
            let whole = finding("STS001", "", "", Severity::Error, conn);
            [no_settings(conn), Finding { stream, ..about_streams }, whole]
        })
        .collect();
    let mut reversed = report.clone();
    reversed.findings.reverse();
    Policy::default().apply(&mut report);
    Policy::default().apply(&mut reversed);
    assert_eq!(said(&report), said(&reversed));
    let rules = said(&report).into_iter().map(|said| said.split(' ').nth(1).map(str::to_owned).unwrap());
    let turns: Vec<_> = rules.collect();
    // What is about whole connections comes before what is about streams.
    assert_eq!([&turns[0], &turns[4], &turns[8]], ["PRE001", "STS001", "FRM001"]);
}

#[test]
fn findings_are_listed_by_the_connections_and_streams_they_are_about() {
    let mut report = hang();
    report.connections = (0..3).map(connection).collect();
    report.streams = vec![stream(1, 5, "/a")];
    let about = finding("STS001", "", "", Severity::Error, 1);
    report.findings = vec![Finding { stream: Some(5), conns: vec![1, 2], ..about }];
    Policy::default().apply(&mut report);
    let listed: Vec<_> = report.connections.iter().map(|row| row.findings.len()).collect();
    assert_eq!(
        (listed.as_slice(), report.streams[0].findings.as_slice()),
        (&[0, 1, 1][..], &["f1".to_owned()][..])
    );
}

#[test]
fn more_findings_than_the_cap_are_counted_but_not_listed() {
    let mut report = hang();
    report.findings = vec![no_settings(0); limits::MAX_FINDINGS + 7];
    Policy::default().apply(&mut report);
    assert_eq!((report.findings.len(), report.omitted.findings), (limits::MAX_FINDINGS, 7));
    assert_eq!(report.verdict.counts.error, u64::try_from(limits::MAX_FINDINGS).unwrap() + 7);
}
