//! GitLab's Code Quality report: an array with one issue a finding; GitLab shows it in merge requests.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::captures::{packet, path};
use super::sanitize::clean;
use crate::finding::{Finding, Report, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// The report.
#[must_use]
pub(super) fn report(report: &Report) -> String {
    let issues: Vec<_> = report.counting().map(|finding| issue(report, finding)).collect();
    super::json::element(&issues) + "\n"
}

fn issue<'a>(report: &Report, finding: &'a Finding) -> Issue<'a> {
    let (path, begin) = (clean(path(report, finding)).into_owned(), packet(finding));
    Issue {
        description: clean(&finding.message).into_owned(),
        check_name: finding.rule,
        fingerprint: fingerprint(finding, &path, begin),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}

/// GitLab takes issues with one fingerprint for one issue: the file and the packet are part of it here.
fn fingerprint(finding: &Finding, path: &str, packet: u64) -> String {
    let place =
        format!("{}\n{path}\n{packet}\n{:?}\n{:?}", finding.fingerprint, finding.conn, finding.stream);
    Sha256::digest(place).iter().map(|octet| format!("{octet:02x}")).collect()
}
