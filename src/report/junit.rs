//! JUnit XML: a suite a capture, a case an area of rules. An area fails when it has a finding that fails the run; the text of the
//! failure is the block of the text report.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::captures::{captures, fails};
use super::look::Look;
use super::sanitize::clean;
use super::text;
use crate::finding::{Finding, Report, Severity, Skipped, Status};
use crate::rules::{Rule, catalog};

/// The document.
#[must_use]
pub(super) fn report(report: &Report, look: &Look) -> String {
    let mut document = Document::new("h2lint");
    for capture in captures(report) {
        document.add_test_suite(suite(&capture, look));
    }
    document.to_string().unwrap_or_default()
}

fn suite(capture: &Report, look: &Look) -> TestSuite {
    let names: Vec<&str> = capture.inputs.iter().map(|input| input.path.as_str()).collect();
    let name = clean(&names.join(" ")).into_owned();
    let mut suite = TestSuite::new(name.clone());
    let suppressed = capture.verdict.counts.suppressed;
    if suppressed > 0 {
        suite.add_property(("suppressed", suppressed.to_string().as_str()));
    }
    for input in &capture.inputs {
        if let Some(error) = &input.error {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(clean(error).into_owned());
            suite.add_test_case(case(&name, "readable", status));
        }
    }
    if capture.inputs.iter().all(|input| input.format.is_none()) {
        return suite;
    }
    for area in catalog().chunk_by(|a, b| a.area.code == b.area.code) {
        if let Some(rule) = area.first() {
            suite.add_test_case(of_area(capture, rule, &name, look));
        }
    }
    suite
}

fn of_area(capture: &Report, rule: &Rule, suite: &str, look: &Look) -> TestCase {
    let found: Vec<&Finding> =
        capture.counting().filter(|finding| finding.area == rule.area.folder).collect();
    let failing: Vec<&Finding> =
        found.iter().copied().filter(|finding| fails(finding, look.fail_on)).collect();
    let name = format!("{} {}", rule.area.code, rule.area.folder);
    let blocks = |findings: &[&Finding]| {
        let blocks = findings.iter().map(|finding| text::finding(capture, finding, look));
        blocks.collect::<Vec<_>>().join("\n")
    };
    if let Some(first) = failing.first() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(clean(&first.message).into_owned());
        status.set_type(first.rule);
        status.set_description(blocks(&failing));
        return case(suite, &name, status);
    }
    let mut status = TestCaseStatus::success();
    if let Some(skipped) = muted(capture, rule) {
        status = TestCaseStatus::skipped();
        status.set_message(skipped.why.replace('_', " "));
    } else if capture.verdict.status == Status::Nothing && found.is_empty() {
        status = TestCaseStatus::skipped();
        status.set_message(clean(&capture.verdict.headline).into_owned());
    }
    let mut case = case(suite, &name, status);
    let noted: Vec<&Finding> =
        found.into_iter().filter(|finding| finding.severity > Severity::Info).collect();
    if !noted.is_empty() {
        case.set_system_out(blocks(&noted));
    }
    case
}

/// Why no rule of the area could speak anywhere in the capture, if so.
fn muted<'a>(capture: &'a Report, rule: &Rule) -> Option<&'a Skipped> {
    let whole = format!("{}*", rule.area.code);
    let judged = || capture.connections.iter().filter(|row| row.http2 || row.negotiation.tls.is_some());
    let everywhere = |skipped: &Skipped| {
        skipped.conns.is_empty()
            || (judged().next().is_some() && judged().all(|row| skipped.conns.contains(&row.id)))
    };
    capture.coverage.rules_skipped.iter().find(|skipped| skipped.rule == whole && everywhere(skipped))
}

fn case(suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(suite);
    case
}
