//! GitHub: workflow commands, one a finding, that a job prints and GitHub shows as annotations. The command line appends the
//! Markdown report to the step's summary.

use super::captures::{packet, path, thing};
use super::sanitize::workflow;
use crate::finding::{Finding, Report, Severity};

/// The annotations.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    report.counting().map(|finding| annotation(report, finding)).collect()
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
        workflow(path(report, finding)).replace(':', "%3A").replace(',', "%2C"),
        packet(finding),
        workflow(&format!("{} {}", finding.rule, finding.name)),
        workflow(&format!("{}{place}", finding.message)),
    )
}
