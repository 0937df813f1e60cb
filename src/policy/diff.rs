//! Two reports beside each other: which faults are new, which are fixed, and which happen more or less often. A fault is known by its
//! fingerprint; how often it happens is counted per 100 connections, since captures differ in length.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::base::to_index;
use crate::error::Error;
use crate::finding::Severity;

/// What matters of a report.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    connections: u64,
    faults: BTreeMap<String, Fault>,
}

/// A fault: equal findings on one server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Code of the rule.
    pub rule: String,
    /// The server: SNI or :authority, else its address; and its port.
    pub server: String,
    /// Name of the rule.
    pub name: String,
    /// `error`, `warning`, `info`.
    pub severity: String,
    /// `certain`, `likely`, `possible`.
    pub confidence: String,
    /// Whose fault it is.
    pub culprit: String,
    /// Findings.
    pub count: u64,
    /// What the first of them says.
    pub message: String,
    /// By which it is known again.
    pub fingerprint: String,
}

/// What changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    /// Connections in the old and the new report.
    pub connections: (u64, u64),
    /// Faults that only the new report has.
    pub new: Vec<Fault>,
    /// Faults that only the old report has.
    pub fixed: Vec<Fault>,
    /// Faults that are graded differently, or happen more or less often.
    pub changed: Vec<Change>,
    /// Faults that are as they were.
    pub same: u64,
}

/// A fault that changed.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// How it was.
    pub old: Fault,
    /// How it is.
    pub new: Fault,
    /// True when that is worse.
    pub worse: bool,
}

impl Snapshot {
    /// Takes a report of `--format json`.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(name: &str, report: &Value) -> Result<Self, Error> {
        if report.get("schema").and_then(Value::as_str) != Some("h2lint/report/1") {
            return Err(Error::Usage(format!("{name}: no report of h2lint (`h2lint --format json`)")));
        }
        let list = |key: &str| report.get(key).and_then(Value::as_array).into_iter().flatten();
        let captures = captures(report);
        let servers: BTreeMap<(Option<u64>, u64), String> =
            list("connections").filter_map(|row| server(row, &captures)).collect();
        let connections = report.pointer("/totals/connections").and_then(Value::as_u64).unwrap_or(0);
        let mut snapshot = Self { connections, ..Self::default() };
        for finding in list("findings").filter(|finding| finding.get("suppressed").is_none_or(Value::is_null))
        {
            let conn = finding.get("conn").and_then(Value::as_u64);
            let place = (finding.get("input").and_then(Value::as_u64), conn.unwrap_or_default());
            let server = conn.and_then(|_| servers.get(&place)).cloned().unwrap_or_default();
            let fault = fault(finding, server);
            let known =
                snapshot.faults.entry(fault.fingerprint.clone()).or_insert(Fault { count: 0, ..fault });
            known.count = known.count.saturating_add(1);
        }
        Ok(snapshot)
    }
}

impl Diff {
    /// What changed from one report to the other.
    #[must_use]
    pub fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let only = |these: &Snapshot, those: &Snapshot| -> Vec<Fault> {
            let mut only: Vec<Fault> = these
                .faults
                .iter()
                .filter(|(fingerprint, _)| !those.faults.contains_key(*fingerprint))
                .map(|(_, fault)| fault.clone())
                .collect();
            only.sort();
            only
        };
        let mut diff = Self {
            connections: (old.connections, new.connections),
            new: only(new, old),
            fixed: only(old, new),
            ..Self::default()
        };
        for (fingerprint, was) in &old.faults {
            let Some(is) = new.faults.get(fingerprint) else { continue };
            match change(was, is, diff.connections) {
                Some(worse) => diff.changed.push(Change { old: was.clone(), new: is.clone(), worse }),
                None => diff.same = diff.same.saturating_add(1),
            }
        }
        diff.changed.sort_by(|a, b| a.new.cmp(&b.new));
        diff
    }

    /// Faults that are new or worse, at or above a severity.
    #[must_use]
    pub fn regressions(&self, fail_on: Option<Severity>) -> usize {
        let worse = self.changed.iter().filter(|change| change.worse).map(|change| &change.new);
        let severe = |fault: &&Fault| fail_on.is_some_and(|least| grade(&fault.severity) >= least);
        self.new.iter().chain(worse).filter(severe).count()
    }
}

/// Whether a fault changed, and then whether it is worse.
fn change(was: &Fault, is: &Fault, (old, new): (u64, u64)) -> Option<bool> {
    let grades = |fault: &Fault| (grade(&fault.severity), certainty(&fault.confidence));
    if grades(was) != grades(is) {
        return Some(grades(is) > grades(was));
    }
    // Per connection, multiplied out; a fifth more or less is no change.
    let (before, after) = (was.count.saturating_mul(new.max(1)), is.count.saturating_mul(old.max(1)));
    let beyond = |a: u64, b: u64| a.saturating_mul(100) > b.saturating_mul(120);
    match (beyond(after, before), beyond(before, after)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        (false, false) => None,
    }
}

fn grade(word: &str) -> Severity {
    match word {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    }
}

fn certainty(word: &str) -> u8 {
    match word {
        "certain" => 2,
        "likely" => 1,
        _ => 0,
    }
}

/// In a scan, for each input the first input of its capture; else nothing.
fn captures(report: &Value) -> Vec<u64> {
    let inputs = report.get("inputs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (mut first, mut captures) = (0, Vec::new());
    for (number, input) in (0_u64..).zip(inputs) {
        match input.get("scan").filter(|scan| !scan.is_null()) {
            None => return Vec::new(),
            Some(scan) if scan.get("continues").is_none_or(Value::is_null) => first = number,
            Some(_) => {}
        }
        captures.push(first);
    }
    captures
}

/// A connection's place, and what its server is called.
fn server(row: &Value, captures: &[u64]) -> Option<((Option<u64>, u64), String)> {
    let server = row.get("server")?;
    let text = |key: &str| server.get(key).and_then(Value::as_str);
    let named = || Some(format!("{}:{}", text("name").or_else(|| text("addr"))?, server.get("port")?));
    let name = text("alias").map(str::to_owned).or_else(named)?;
    let input = row.get("input").and_then(Value::as_u64).unwrap_or(0);
    Some(((captures.get(to_index(input)).copied(), row.get("id")?.as_u64()?), name))
}

fn fault(finding: &Value, server: String) -> Fault {
    let text = |path: &str| finding.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    Fault {
        rule: text("/rule"),
        server,
        name: text("/name"),
        severity: text("/severity"),
        confidence: text("/confidence"),
        culprit: text("/culprit/role"),
        count: 1,
        message: text("/message"),
        fingerprint: text("/fingerprint"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sample::{clean, hang};

    fn snapshot(report: &crate::finding::Report) -> Snapshot {
        Snapshot::of("a.json", &serde_json::to_value(report).unwrap()).unwrap()
    }

    #[test]
    fn a_fault_is_new_or_fixed_or_the_same() {
        let (clean, hang) = (snapshot(&clean()), snapshot(&hang()));
        let worse = Diff::between(&clean, &hang);
        assert_eq!((worse.new.len(), worse.regressions(Some(Severity::Error))), (1, 1));
        assert_eq!(worse.new[0].server, "10.0.0.2:31050");
        assert_eq!(worse.regressions(None), 0);
        let better = Diff::between(&hang, &clean);
        assert_eq!((better.fixed.len(), better.regressions(Some(Severity::Info))), (1, 0));
        assert_eq!(Diff::between(&hang, &hang).same, 1);
    }

    #[test]
    fn more_on_as_many_connections_is_worse_and_a_fifth_more_is_not() {
        let with = |count: usize, connections| {
            let mut report = hang();
            report.totals.connections = connections;
            report.findings = (0..count).map(|_| hang().findings.remove(0)).collect();
            snapshot(&report)
        };
        let worse = |old, new| Diff::between(&old, &new).changed.first().map(|change| change.worse);
        assert_eq!(worse(with(5, 10), with(6, 10)), None);
        assert_eq!(worse(with(5, 10), with(7, 10)), Some(true));
        assert_eq!(worse(with(5, 10), with(7, 20)), Some(false));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(Snapshot::of("a.json", &serde_json::json!({"schema": "x"})).is_err());
    }
}
