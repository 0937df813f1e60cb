//! What counts: which rules are wanted, how certain a finding must be, what fails a run. A [`Policy`] turns the complete findings
//! of a capture into the ones that are shown, in order, with the verdict and the exit code.

mod baseline;
mod config;
pub mod dates;
mod diff;
mod expectation;
mod filter;
mod gathering;
mod join;
mod known;
mod muted;
mod order;
mod search;
mod selection;
mod servers;
mod spelling;
mod suppress;
mod symptom;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::base::to_u64;
use crate::finding::{Confidence, Culprit, Finding, Report, Severity};
use crate::limits;

pub use baseline::{Baseline, Entry, Remark};
pub use config::{ConfigFile, Layer, Setting, Settings, Value, config_schema};
pub use diff::{Change, Diff, Fault, Snapshot};
pub use expectation::{Expectation, Sidecar, expectation};
pub use filter::{Chosen, Filter};
pub use gathering::{Gathered, GroupBy, gather, grouped_findings};
pub use join::{Lists, join, note, part, unread, worst};
pub use known::{Known, Listed, is_about_suppression};
pub use muted::{note as note_muted, unusable};
pub use order::{Group, groups};
pub use search::{Candidate, Decoded, Found, Library, Subject};
pub use selection::{Selection, is_slip, meant, rule};
pub use spelling::suggestion;
pub use suppress::Suppress;
pub use symptom::explain;

/// What counts, and what it leads to.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The severity from which a finding fails the run; `None`: findings never do.
    pub fail_on: Option<Severity>,
    /// Findings below are neither shown nor counted.
    pub min_confidence: Confidence,
    /// How much is asked.
    pub level: Strictness,
    /// The rules that are wanted.
    pub selection: Selection,
    /// A capture without HTTP/2 is code 0, not 4.
    pub allow_empty: bool,
    /// Findings do not change the exit code of the program.
    pub exit_zero: bool,
    /// Rules that are graded differently, by code.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Only what this holds for; `None`: everything.
    pub filter: Option<Filter>,
    /// Only findings with this culprit.
    pub blame: Option<Culprit>,
    /// Rules that must speak; what they find does not fail the run.
    pub expect: Vec<String>,
    /// What is known and does not count.
    pub known: Known,
    /// What findings must share to be printed together.
    pub group_by: GroupBy,
}

/// How much is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Rules tagged `style` speak as well.
    Strict,
    /// All other rules.
    #[default]
    Default,
    /// Only certain errors.
    Lenient,
}

/// What is left out: rules that are off, and what the filter did not choose.
struct Sieve {
    off: BTreeSet<&'static str>,
    chosen: Option<Chosen>,
}

/// What becomes of a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Shown,
    Unselected,
    Uncertain,
}

/// Findings that a policy left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Below the confidence or the strictness asked for.
    pub uncertain: u64,
    /// Of rules that are not wanted.
    pub unselected: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fail_on: Some(Severity::Error),
            min_confidence: Confidence::Likely,
            level: Strictness::Default,
            selection: Selection::default(),
            allow_empty: false,
            exit_zero: false,
            severities: BTreeMap::new(),
            filter: None,
            blame: None,
            expect: Vec::new(),
            known: Known::default(),
            group_by: GroupBy::default(),
        }
    }
}

impl Policy {
    /// Makes a report of complete findings the report that is shown: drops what does not count, sorts worst first, numbers the
    /// findings, links connections and streams to them, counts, and says the verdict. To be applied once.
    pub fn apply(&self, report: &mut Report) -> Hidden {
        self.grade(report);
        let chosen = self.filter.as_ref().map(|filter| filter.choose(report));
        let sieve = Sieve { off: self.selection.off(self.level), chosen };
        self.known.mark(report, &|finding| self.keeps(finding, &sieve) == Kept::Shown);
        let hidden = self.drop_what_does_not_count(report, &sieve);
        if let Some(chosen) = &sieve.chosen {
            chosen.narrow(report);
        }
        self.selection.note(self.level, &mut report.coverage);
        muted::note(&mut report.coverage);
        order::sort(report, self.group_by);
        report.verdict = verdict::verdict(self, report);
        if self.known.listed == Listed::Counted {
            report.findings.retain(|finding| finding.suppressed.is_none());
        }
        for (finding, number) in report.findings.iter_mut().zip(1_u64..) {
            finding.id = String::with_capacity(8);
            // Writing to a string cannot fail.
            let _ = write!(finding.id, "f{number}");
        }
        report.verdict.top_finding =
            report.findings.first().filter(|top| top.suppressed.is_none()).map(|top| top.id.clone());
        let weight = |findings: &[Finding]| findings.iter().map(Finding::weight).fold(0, u64::saturating_add);
        let all = weight(&report.findings);
        report.findings.truncate(limits::MAX_FINDINGS);
        let beyond = all.saturating_sub(to_u64(report.findings.len()));
        report.omitted.findings = report.omitted.findings.saturating_add(beyond);
        link(report);
        hidden
    }

    /// The code with which the program ends.
    #[must_use]
    pub const fn exit_code(&self, report: &Report) -> u8 {
        match report.verdict.exit_code {
            verdict::FAILED if self.exit_zero => 0,
            code => code,
        }
    }

    fn grade(&self, report: &mut Report) {
        for finding in &mut report.findings {
            if let Some(severity) = self.severities.get(finding.rule) {
                finding.severity = *severity;
            }
        }
    }

    fn drop_what_does_not_count(&self, report: &mut Report, sieve: &Sieve) -> Hidden {
        let mut hidden = Hidden::default();
        if sieve.chosen.is_some() {
            // Which connections those were that are only counted is not known.
            for finding in &mut report.findings {
                hidden.unselected = hidden.unselected.saturating_add(std::mem::take(&mut finding.alike));
            }
        }
        report.findings.retain(|finding| {
            let kept = self.keeps(finding, sieve);
            match kept {
                Kept::Shown => {}
                Kept::Unselected => hidden.unselected = hidden.unselected.saturating_add(finding.weight()),
                Kept::Uncertain => hidden.uncertain = hidden.uncertain.saturating_add(finding.weight()),
            }
            kept == Kept::Shown
        });
        hidden
    }

    /// Whether a finding is shown.
    fn keeps(&self, finding: &Finding, sieve: &Sieve) -> Kept {
        let blamed = self.blame.is_none_or(|who| finding.culprit.role == who);
        let chosen = sieve.chosen.as_ref().is_none_or(|chosen| chosen.has(finding));
        match (!sieve.off.contains(finding.rule) && blamed && chosen, self.certain_enough(finding)) {
            (false, _) => Kept::Unselected,
            (true, false) => Kept::Uncertain,
            (true, true) => Kept::Shown,
        }
    }

    fn certain_enough(&self, finding: &Finding) -> bool {
        let lenient = self.level == Strictness::Lenient;
        finding.confidence >= self.min_confidence
            && (!lenient
                || (finding.severity == Severity::Error && finding.confidence == Confidence::Certain))
    }
}

/// Writes the numbers of the findings to the connections and streams that they are about.
fn link(report: &mut Report) {
    let mut of_connection: Vec<(u64, &str)> = Vec::with_capacity(report.findings.len());
    let mut of_stream: Vec<((u64, u32), &str)> = Vec::new();
    for finding in &report.findings {
        let others = finding.conns.iter().copied().filter(|conn| Some(*conn) != finding.conn);
        of_connection.extend(finding.conn.into_iter().chain(others).map(|conn| (conn, finding.id.as_str())));
        of_stream.extend(finding.conn.zip(finding.stream).map(|place| (place, finding.id.as_str())));
    }
    of_connection.sort_by_key(|(conn, _)| *conn);
    of_stream.sort_by_key(|(place, _)| *place);
    for row in &mut report.connections {
        row.findings = ids(&of_connection, row.id);
    }
    for row in &mut report.streams {
        row.findings = ids(&of_stream, (row.conn, row.stream));
    }
}

/// The numbers of the findings at one place, of all in the order of their places.
fn ids<P: Ord + Copy>(all: &[(P, &str)], at: P) -> Vec<String> {
    let (_, from) = all.split_at(all.partition_point(|(place, _)| *place < at));
    from.iter().take_while(|(place, _)| *place == at).map(|(_, id)| (*id).to_owned()).collect()
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
