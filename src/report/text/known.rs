//! What is known and does not count, for those who ask for everything: a line a finding, with who says so and why.

use super::page::{Ink, Page, Part};
use crate::finding::{Finding, Report, Suppression};
use crate::report::captures::{is_scan, path, thing};

/// ` known  PRE001 missing-server-settings  conn 0  baseline: INFRA-12, until 2027-03-01`.
pub(super) fn write(page: &mut Page, report: &Report) {
    let known = report.findings.iter().filter_map(|finding| Some((finding, finding.suppressed.as_ref()?)));
    for (number, (finding, suppression)) in known.enumerate() {
        if number == 0 {
            page.gap();
        }
        let lead = [Part(Ink::Faint, "known  "), Part(Ink::Plain, finding.rule), Part(Ink::Plain, " ")];
        page.paragraph(&lead, 7, Part(Ink::Plain, &words(report, finding, suppression)));
    }
}

fn words(report: &Report, finding: &Finding, suppression: &Suppression) -> String {
    let file = if is_scan(report) { format!("  {}", path(report, finding)) } else { String::new() };
    let thing = thing(finding).map_or_else(String::new, |thing| format!("  {thing}"));
    let reason = suppression.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let until = suppression.expires.as_ref().map_or_else(String::new, |date| format!(", until {date}"));
    format!("{}{file}{thing}  by {}{reason}{until}", finding.name, suppression.by)
}
