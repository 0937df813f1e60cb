//! What `h2lint test` prints: captures and what was expected of them, for people, as JUnit, and as JSON.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::look::Look;
use super::numbers::plural;
use super::sanitize::clean;
use crate::base::to_u64;

/// A capture that was tested.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tested {
    /// The capture.
    pub capture: String,
    /// What was expected.
    pub cases: Vec<TestedCase>,
    /// Why it could not be tested.
    pub error: Option<String>,
}

/// An expectation that was tested.
#[derive(Clone, Debug, Serialize)]
pub struct TestedCase {
    /// What was expected.
    pub name: String,
    /// Why it is not met.
    pub failure: Option<String>,
}

impl Tested {
    /// True when all went well.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.error.is_none() && self.failures().next().is_none()
    }

    fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cases.iter().filter_map(|case| Some((case.name.as_str(), case.failure.as_deref()?)))
    }
}

/// A line for each capture, what failed below it, and a summary.
#[must_use]
pub fn suite_text(tested: &[Tested], look: &Look) -> String {
    let total = tested.iter().map(|tested| to_u64(tested.cases.len())).fold(0, u64::saturating_add);
    let captures = plural(to_u64(tested.len()), "capture");
    let mut lines = vec![format!("    Starting {} of {captures}", plural(total, "expectation"))];
    for test in tested {
        let word = match (&test.error, test.passed()) {
            (Some(_), _) => "ERROR",
            (None, true) => "PASS",
            (None, false) => "FAIL",
        };
        lines.push(format!("{word:>12} [{:>3}] {}", test.cases.len(), test.capture));
        lines.extend(test.error.iter().map(|error| format!("{:19}{error}", "")));
        lines.extend(test.failures().map(|(name, why)| format!("{:19}{name}: {why}", "")));
    }
    let failed = tested.iter().map(|tested| to_u64(tested.failures().count())).fold(0, u64::saturating_add);
    let unread = to_u64(tested.iter().filter(|tested| tested.error.is_some()).count());
    let passed = total.saturating_sub(failed);
    let unread =
        if unread > 0 { format!(", {} not tested", plural(unread, "capture")) } else { String::new() };
    lines.push("------------".to_owned());
    lines.push(format!("     Summary {captures}: {passed} passed, {failed} failed{unread}"));
    lines.iter().map(|line| format!("{}\n", look.say(line))).collect()
}

/// JUnit: a suite for each capture, a case for each expectation.
#[must_use]
pub fn suite_junit(tested: &[Tested]) -> String {
    let mut report = Report::new("h2lint test");
    for test in tested {
        let mut suite = TestSuite::new(clean(&test.capture).into_owned());
        for case in &test.cases {
            suite.add_test_case(junit_case(&case.name, case.failure.as_deref(), NonSuccessKind::Failure));
        }
        if let Some(error) = &test.error {
            suite.add_test_case(junit_case("can be tested", Some(error), NonSuccessKind::Error));
        }
        report.add_test_suite(suite);
    }
    report.to_string().unwrap_or_default()
}

fn junit_case(name: &str, why: Option<&str>, kind: NonSuccessKind) -> TestCase {
    let status = match why {
        None => TestCaseStatus::success(),
        Some(why) => {
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(clean(why).into_owned());
            status
        }
    };
    TestCase::new(clean(name).into_owned(), status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested() -> Vec<Tested> {
        let case = |name: &str, failure: Option<&str>| TestedCase {
            name: name.to_owned(),
            failure: failure.map(str::to_owned),
        };
        vec![
            Tested {
                capture: "a.pcap".to_owned(),
                cases: vec![
                    case("expect PRE001", None),
                    case("forbid SET*", Some("found SET001 \u{1b}[31m<&")),
                ],
                error: None,
            },
            Tested { capture: "b.pcap".to_owned(), error: Some("gone".to_owned()), cases: Vec::new() },
        ]
    }

    #[test]
    fn a_summary_counts_what_passed_and_what_did_not() {
        let text = suite_text(&tested(), &Look::default());
        assert!(text.contains("        FAIL [  2] a.pcap\n"), "{text}");
        assert!(text.contains("forbid SET*: found SET001 \\x1b[31m"), "{text}");
        assert!(text.ends_with("Summary 2 captures: 1 passed, 1 failed, 1 capture not tested\n"), "{text}");
    }

    #[test]
    fn junit_has_a_suite_for_each_capture_and_no_raw_control() {
        let xml = suite_junit(&tested());
        assert!(xml.contains("<testsuite name=\"a.pcap\" tests=\"2\""), "{xml}");
        assert!(xml.contains("failures=\"1\"") && xml.contains("errors=\"1\""), "{xml}");
        assert!(xml.contains("\\x1b[31m&lt;&amp;") && !xml.contains('\u{1b}'), "{xml}");
    }
}
