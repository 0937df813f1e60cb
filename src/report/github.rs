//! GitHub: workflow commands, one a finding, that a job prints and GitHub shows as annotations. The command line appends the
//! Markdown report to the step's summary.

use super::captures::{packet, path, thing};
use super::numbers::plural;
use super::sanitize::workflow;
use crate::finding::{Finding, Report, Severity};

/// The annotations.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    let bad = report.inputs.iter().filter_map(|input| Some((&input.path, input.error.as_ref()?)));
    let bad = bad.map(|(path, error)| {
        format!("::error file={},title=not read in full::{}\n", property(path), workflow(error))
    });
    let found = report.counting().map(|finding| annotation(report, finding));
    let known = match report.verdict.counts.suppressed {
        0 => None,
        some => Some(format!("::notice title=h2lint::{} suppressed\n", plural(some, "finding"))),
    };
    found.chain(bad).chain(known).collect()
}

/// Text in the place of a property's value.
fn property(text: &str) -> String {
    workflow(text).replace(':', "%3A").replace(',', "%2C")
}

fn annotation(report: &Report, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place =
        thing(finding).map_or_else(String::new, |thing| format!(" ({thing}, pkt {})", packet(finding)));
    format!(
        "::{word} file={},line={},title={}::{}\n",
        property(path(report, finding)),
        packet(finding),
        property(&format!("{} {}", finding.rule, finding.name)),
        workflow(&format!("{}{place}", finding.message)),
    )
}
