//! The answer in short: first word, exit code, headline.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Policy;
use super::expectation::{names, unmet};
use crate::base::to_u64;
use crate::finding::{Calls, ConnectionRow, Counts, Finding, Report, Severity, Status, Verdict};

/// Exit code: a finding fails the run.
pub(super) const FAILED: u8 = 1;
/// Exit code: an input could not be read to its end.
pub(super) const UNREADABLE: u8 = 3;
/// Exit code: nothing to judge.
const NOTHING: u8 = 4;

/// The verdict over findings that are in order.
pub(super) fn verdict(policy: &Policy, report: &Report) -> Verdict {
    let top = report.counting().next();
    let missing = missing(policy, report);
    let status = if missing.is_some() { Status::Fail } else { status(policy, report) };
    Verdict {
        status,
        exit_code: exit_code(policy, report, status),
        headline: missing
            .or_else(|| as_expected(policy, report, status))
            .or_else(|| unmatched(policy, report))
            .unwrap_or_else(|| headline(report, status)),
        culprit: top.map(|finding| finding.culprit.role),
        confidence: top.map(|finding| finding.confidence),
        top_finding: top.map(|finding| finding.id.clone()),
        counts: count(&report.findings),
        symptom: None,
    }
}

/// An expectation that is not met, as a headline.
fn missing(policy: &Policy, report: &Report) -> Option<String> {
    let found: Vec<&Finding> = report.findings.iter().collect();
    policy.expect.iter().find_map(|word| Some(format!("expected {word}, but {}.", unmet(word, &found)?)))
}

/// The headline of a run in which what was expected happened, and nothing worse.
fn as_expected(policy: &Policy, report: &Report, status: Status) -> Option<String> {
    let met = !policy.expect.is_empty() && status == Status::Pass;
    let top = report.findings.iter().find(|finding| is_expected(policy, finding))?;
    met.then(|| format!("as expected: {}", top.message))
}

/// The headline where a filter left nothing.
fn unmatched(policy: &Policy, report: &Report) -> Option<String> {
    let nothing = policy.filter.is_some() && report.connections.is_empty() && report.findings.is_empty();
    nothing.then(|| "Nothing in the capture matches the filter.".to_owned())
}

fn is_expected(policy: &Policy, finding: &Finding) -> bool {
    policy.expect.iter().any(|word| names(word, finding))
}

fn status(policy: &Policy, report: &Report) -> Status {
    let unexpected = report.counting().filter(|finding| !is_expected(policy, finding));
    let worst = unexpected.map(|finding| finding.severity).max();
    match worst {
        Some(worst) if policy.fail_on.is_some_and(|least| worst >= least) => Status::Fail,
        _ if !seen(report) => Status::Nothing,
        Some(Severity::Error | Severity::Warning) => Status::Warn,
        Some(Severity::Info) | None => Status::Pass,
    }
}

/// Unreadable before failed before nothing to judge.
fn exit_code(policy: &Policy, report: &Report, status: Status) -> u8 {
    if report.inputs.iter().any(|input| input.error.is_some()) {
        return UNREADABLE;
    }
    match status {
        Status::Fail => FAILED,
        Status::Nothing if !policy.allow_empty => NOTHING,
        Status::Nothing | Status::Warn | Status::Pass => 0,
    }
}

/// True when there was HTTP/2, or a negotiation towards it.
fn seen(report: &Report) -> bool {
    report.totals.http2_connections > 0 || report.connections.iter().any(|row| negotiates(row))
}

fn negotiates(row: &ConnectionRow) -> bool {
    let agreed = &row.negotiation;
    let h2 = |name: &Cow<'static, str>| name == "h2";
    let tls = agreed.tls.as_ref();
    row.http2
        || agreed.upgrade.is_some()
        || agreed.npn.is_some()
        || tls.is_some_and(|tls| tls.alpn_offered.iter().chain(&tls.alpn_selected).any(h2))
}

fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        let count = match finding.severity {
            _ if finding.suppressed.is_some() => &mut counts.suppressed,
            Severity::Error => &mut counts.error,
            Severity::Warning => &mut counts.warning,
            Severity::Info => &mut counts.info,
        };
        *count = count.saturating_add(finding.weight());
    }
    counts
}

fn headline(report: &Report, status: Status) -> String {
    match (status, report.counting().next()) {
        (Status::Fail | Status::Warn, Some(top)) => top.message.clone(),
        (Status::Nothing, _) => nothing(report),
        (Status::Fail | Status::Warn | Status::Pass, _) => passed(report),
    }
}

fn nothing(report: &Report) -> String {
    let totals = &report.totals;
    match (totals.connections, totals.packets) {
        (0, 0) => "The capture holds no packets.".to_owned(),
        (0, packets) => format!("No TCP connection was found in {}.", plural(packets, "packet")),
        (connections, _) => {
            let among = plural(connections, "TCP connection");
            let unread = |row: &&ConnectionRow| {
                let opened = row.negotiation.tls.as_ref().is_some_and(|tls| tls.decrypted);
                row.negotiation.via == "tls_unknown" && !opened
            };
            let encrypted = report.connections.iter().map(|row| &**row).filter(unread).count();
            let unread = match encrypted {
                0 => String::new(),
                some => format!("; {some} of them encrypted and not read"),
            };
            format!("No HTTP/2 and no negotiation towards it was found on {among}{unread}.")
        }
    }
}

fn passed(report: &Report) -> String {
    let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut total, mut gone) = (0_u64, 0_u64);
    for Calls { total: calls, failed: causes, .. } in report.connections.iter().map(|row| &row.calls) {
        total = total.saturating_add(*calls);
        for (cause, count) in causes {
            gone = gone.saturating_add(*count);
            let known = failed.entry(cause).or_default();
            *known = known.saturating_add(*count);
        }
    }
    if gone > 0 {
        return format!("no fault of HTTP/2 found; {gone} of {total} calls failed ({}).", causes(failed));
    }
    let counts = count(&report.findings);
    let notes = match counts.info.saturating_add(counts.warning).saturating_add(counts.error) {
        0 => String::new(),
        1 => ", 1 note".to_owned(),
        some => format!(", {some} notes"),
    };
    let where_seen =
        if report.connections.iter().any(|row| is_unread(row)) { " in what can be read" } else { "" };
    let found = match counts.suppressed {
        0 => "nothing wrong found".to_owned(),
        some => format!("nothing new found, {some} known"),
    };
    format!("{}; {found}{where_seen}{notes}.", subject(report, total))
}

/// True for a connection whose TLS was not opened.
fn is_unread(row: &ConnectionRow) -> bool {
    row.http2 && row.negotiation.tls.as_ref().is_some_and(|tls| !tls.decrypted)
}

/// What was looked at: calls where all connections are listed, else streams.
fn subject(report: &Report, calls: u64) -> String {
    let http2 = report.totals.http2_connections;
    let grpc = report.connections.iter().filter(|row| row.calls.total > 0).all(|row| row.calls.grpc);
    let on = plural(http2, "HTTP/2 connection");
    let unread = report.connections.iter().filter(|row| is_unread(row)).count();
    match (http2, calls) {
        (0, _) => {
            let tried = report.connections.iter().filter(|row| negotiates(row)).count();
            format!("no HTTP/2 connection, {tried} negotiated towards it")
        }
        _ if report.omitted.connections > 0 => format!("{} on {on}", plural(report.totals.streams, "stream")),
        (_, 0) if to_u64(unread) == http2 => format!("{on}, encrypted and not read"),
        (_, 0) => format!("{on} without a request"),
        _ if grpc => format!("{} on {on}", plural(calls, "gRPC call")),
        _ => format!("{} on {on}", plural(calls, "request")),
    }
}

/// The causes, the most frequent first.
fn causes(failed: BTreeMap<&str, u64>) -> String {
    let mut sorted: Vec<_> = failed.into_iter().collect();
    sorted.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), *cause));
    let more = sorted.len().saturating_sub(CAUSES);
    let mut said: Vec<_> =
        sorted.iter().take(CAUSES).map(|(cause, count)| format!("{cause} ×{count}")).collect();
    if more > 0 {
        said.push(format!("{more} other causes"));
    }
    said.join(", ")
}

pub(super) fn plural(count: u64, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Causes of failed calls that a headline names.
const CAUSES: usize = 4;
