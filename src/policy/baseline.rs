//! A baseline: the findings that are known, by fingerprint, so that only new ones count. A file with one entry a line, which a
//! person can read, review and merge.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates;
use super::known::BASELINE;
use super::servers::Servers;
use crate::error::Error;
use crate::finding::{Finding, Report, Suppression, SuppressionRow};

/// What is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The day on which it was made.
    pub created: String,
    entries: BTreeMap<String, Entry>,
}

/// A fault that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The fingerprint.
    pub fp: String,
    /// Code of the rule.
    pub rule: String,
    /// The server's name.
    pub server: String,
    /// So many findings per 100 connections are known.
    pub count_max: u64,
    /// The day on which it was written down first.
    pub first_seen: String,
    /// Why it is borne.
    pub reason: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it is borne.
    pub expires: Option<String>,
}

/// What is written down with entries that are new.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    /// Why they are borne.
    pub reason: Option<String>,
    /// Who looks after them.
    pub owner: Option<String>,
    /// The last day on which they are borne.
    pub expires: Option<Date>,
}

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    schema: String,
    created: String,
    #[expect(dead_code, reason = "for people")]
    tool: Option<serde_json::Value>,
    entries: Vec<Entry>,
}

impl Baseline {
    /// Reads the text of a file that is named `path` in complaints.
    ///
    /// # Errors
    /// When it is no baseline.
    pub fn read(path: &str, text: &str) -> Result<Self, Error> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            Error::Usage(format!("{path}:{}: no baseline of h2lint: {error}", error.line()))
        })?;
        if file.schema != SCHEMA {
            return Err(Error::Usage(format!("{path}: its schema is `{}`, not `{SCHEMA}`", file.schema)));
        }
        for (entry, date) in file.entries.iter().filter_map(|entry| Some((entry, entry.expires.as_ref()?))) {
            dates::read(date).map_err(|error| Error::Usage(format!("{path}: {}: {error}", entry.rule)))?;
        }
        let entries = file.entries.into_iter().map(|entry| (entry.fp.clone(), entry));
        Ok(Self { created: file.created, entries: entries.collect() })
    }

    /// The file: sorted by rule, server and fingerprint, one entry a line.
    #[must_use]
    pub fn write(&self) -> String {
        let tool = serde_json::json!({"name": "h2lint", "version": env!("CARGO_PKG_VERSION")});
        let created = serde_json::json!(self.created);
        let lines: Vec<String> = self.sorted().into_iter().map(line).collect();
        let entries = if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) };
        format!(
            "{{\"schema\": \"{SCHEMA}\", \"created\": {created}, \"tool\": {tool}, \"entries\": [{entries}]}}\n"
        )
    }

    /// The entries by rule and server.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Entry> {
        let mut sorted: Vec<&Entry> = self.entries.values().collect();
        sorted.sort_by_key(|entry| (&entry.rule, &entry.server, &entry.fp));
        sorted
    }

    /// Writes down the findings of a capture. What is known already keeps its day, reason and owner; its count only grows.
    pub fn learn(&mut self, report: &Report, today: Date, remark: &Remark) {
        let servers = Servers::of(report);
        for (fp, (count, finding)) in counted(report) {
            let rate = rate(count, report);
            let known = self.entries.entry(fp.to_owned()).or_insert_with(|| Entry {
                fp: fp.to_owned(),
                rule: finding.rule.to_owned(),
                server: servers.key(finding),
                count_max: rate,
                first_seen: today.to_string(),
                reason: remark.reason.clone(),
                owner: remark.owner.clone(),
                expires: remark.expires.map(|date| date.to_string()),
            });
            known.count_max = known.count_max.max(rate);
        }
    }

    /// Forgets what is not among these, and what has expired; how many that were.
    pub fn prune(&mut self, seen: &BTreeSet<String>, today: Date) -> usize {
        let before = self.entries.len();
        self.entries.retain(|fp, entry| seen.contains(fp) && !entry.is_over(Some(today)));
        before.saturating_sub(self.entries.len())
    }

    /// Marks the findings of a report that are known, of those that `counts` holds for; says what each entry did.
    pub(super) fn mark(
        &self,
        report: &mut Report,
        today: Option<Date>,
        counts: &dyn Fn(&Finding) -> bool,
    ) -> Vec<SuppressionRow> {
        let connections = report.totals.connections;
        let mut rows: BTreeMap<&str, SuppressionRow> =
            self.entries.iter().map(|(fp, entry)| (fp.as_str(), entry.row(today))).collect();
        for finding in &mut report.findings {
            let Some((fp, entry)) = self.entries.get_key_value(&finding.fingerprint) else { continue };
            let Some(row) = rows.get_mut(fp.as_str()) else { continue };
            row.seen = row.seen.saturating_add(finding.weight());
            let more = row.suppressed.saturating_add(finding.alike);
            let full = row.expired || more >= entry.allowed(connections);
            if finding.suppressed.is_none() && !full && counts(finding) {
                row.suppressed = row.suppressed.saturating_add(finding.weight());
                finding.suppressed = Some(Box::new(entry.suppression()));
            }
        }
        rows.into_values().collect()
    }
}

impl Entry {
    /// True when its last day is over.
    #[must_use]
    pub fn is_over(&self, today: Option<Date>) -> bool {
        let last = self.expires.as_ref().and_then(|date| dates::read(date).ok());
        last.zip(today).is_some_and(|(last, today)| last < today)
    }

    /// Days since it was written down.
    #[must_use]
    pub fn age(&self, today: Option<Date>) -> u32 {
        let first = dates::read(&self.first_seen).ok();
        first.zip(today).map_or(0, |(first, today)| dates::age(first, today))
    }

    /// So many findings are known on so many connections; a fifth more is borne.
    fn allowed(&self, connections: u64) -> u64 {
        let hundreds = self.count_max.saturating_mul(connections.max(1)).saturating_mul(TOLERATED);
        hundreds.div_ceil(100 * 100).max(1)
    }

    fn suppression(&self) -> Suppression {
        Suppression { by: BASELINE, reason: self.reason.clone(), expires: self.expires.clone() }
    }

    fn row(&self, today: Option<Date>) -> SuppressionRow {
        SuppressionRow {
            by: BASELINE,
            source: self.fp.clone(),
            rule: self.rule.clone(),
            server: Some(self.server.clone()),
            owner: self.owner.clone(),
            expires: self.expires.clone(),
            expired: self.is_over(today),
            seen: 0,
            suppressed: 0,
            age_days: today.map(|_| self.age(today)),
        }
    }
}

/// Findings by fingerprint: how many, and the first.
fn counted(report: &Report) -> BTreeMap<&str, (u64, &Finding)> {
    let mut counted: BTreeMap<&str, (u64, &Finding)> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let known = counted.entry(&finding.fingerprint).or_insert((0, finding));
        known.0 = known.0.saturating_add(finding.weight());
    }
    counted
}

/// Findings per 100 connections.
fn rate(count: u64, report: &Report) -> u64 {
    count.saturating_mul(100).div_ceil(report.totals.connections.max(1))
}

fn line(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

/// Percent of `count_max` that are still not new.
const TOLERATED: u64 = 120;

const SCHEMA: &str = "h2lint/baseline/1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::policy::known::tell;
    use crate::policy::sample::{finding, hang};

    fn day(text: &str) -> Date {
        dates::read(text).unwrap()
    }

    fn learned() -> Baseline {
        let mut baseline = Baseline { created: "2026-11-01".to_owned(), ..Baseline::default() };
        baseline.learn(&hang(), day("2026-11-01"), &Remark::default());
        baseline
    }

    /// What a run with this baseline says on that day.
    fn told(baseline: &Baseline, report: &mut Report, today: &str) -> Vec<String> {
        report.suppressions = baseline.mark(report, Some(day(today)), &|_| true);
        tell(report);
        report.notices.iter().map(|notice| notice.text.clone()).collect()
    }

    #[test]
    fn what_is_written_is_read_again_one_entry_a_line() {
        let baseline = learned();
        let text = baseline.write();
        assert_eq!(Baseline::read("b", &text).unwrap(), baseline);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(Baseline::read("b", "{}").unwrap_err().to_string().starts_with("b:1: "));
    }

    #[test]
    fn known_findings_are_marked_and_a_fifth_more_is_borne() {
        let baseline = learned();
        for (hits, connections, known) in [(1, 1, 1), (2, 1, 2), (3, 1, 2), (12, 10, 12), (13, 10, 12)] {
            let mut report = hang();
            report.totals.connections = connections;
            report.findings = (0..hits).map(|_| hang().findings.remove(0)).collect();
            let said = told(&baseline, &mut report, "2026-12-12");
            assert_eq!(
                said,
                [format!("{known} suppressed by baseline (oldest 41 days)")],
                "{hits} on {connections}"
            );
        }
    }

    #[test]
    fn what_is_not_seen_any_more_is_told_and_pruned() {
        let mut baseline = learned();
        let mut clean = hang();
        clean.findings = vec![finding("STS003", "10.0.0.2:443", "", Severity::Error, 0)];
        clean.findings[0].fingerprint = "another".to_owned();
        let said = "0 suppressed by baseline (1 no longer seen → h2lint baseline prune)";
        assert_eq!(told(&baseline, &mut clean, "2026-12-12"), [said]);
        assert_eq!(baseline.prune(&BTreeSet::new(), day("2026-11-02")), 1);
        assert!(baseline.sorted().is_empty());
    }

    #[test]
    fn an_expired_entry_counts_again_and_names_its_owner() {
        let mut baseline = Baseline::default();
        let remark = Remark {
            owner: Some("team-edge".to_owned()),
            expires: Some(day("2026-11-30")),
            ..Remark::default()
        };
        baseline.learn(&hang(), day("2026-11-01"), &remark);
        let said = told(&baseline, &mut hang(), "2026-12-01");
        assert!(said[0].contains("ended 2026-11-30, owner team-edge"), "{said:?}");
        assert_eq!(told(&baseline, &mut hang(), "2026-11-30"), ["1 suppressed by baseline (oldest 29 days)"]);
    }
}
