//! What is known and does not count: by a comment in the capture, by the configuration, by the baseline, in this order. What matched
//! nothing, and what has expired, is told.

use jiff::civil::Date;

use super::baseline::Baseline;
use super::servers::Servers;
use super::suppress::Suppress;
use crate::finding::{Notice, Report};

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Entries of the configuration.
    pub suppress: Vec<Suppress>,
    /// What earlier runs found.
    pub baseline: Option<Baseline>,
    /// The day of this run; without it nothing expires.
    pub today: Option<Date>,
    /// What becomes of findings that do not count.
    pub listed: Listed,
}

/// What becomes of findings that do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// Only their number is told.
    #[default]
    Counted,
    /// They stand behind the others, with the reason.
    Behind,
}

impl Known {
    /// Marks the findings that are known, and adds what there is to say to the notices.
    pub(super) fn mark(&self, report: &mut Report) {
        let mut entries: Vec<Suppress> = Vec::new();
        for comment in &report.comments {
            match Suppress::of_comment(comment) {
                Ok(read) => entries.extend(read),
                Err(error) => {
                    let text = format!("comment `{}` is not understood: {error}", comment.text);
                    report.notices.push(Notice { kind: UNUSED, text });
                }
            }
        }
        entries.extend(self.suppress.iter().cloned());
        let servers = Servers::of(report);
        let mut met = vec![false; entries.len()];
        for finding in &mut report.findings {
            let names = servers.names(finding);
            for (entry, met) in entries.iter().zip(&mut met) {
                if !entry.means(finding, &names) {
                    continue;
                }
                *met = true;
                if finding.suppressed.is_none() && !entry.is_over(self.today) {
                    finding.suppressed = Some(entry.suppression());
                }
            }
        }
        report.notices.extend(entries.iter().zip(met).filter_map(|(entry, met)| self.told(entry, met)));
        if let Some(baseline) = &self.baseline {
            let marked = baseline.mark(report, self.today);
            let expired = marked.expired.iter().cloned();
            report.notices.extend(expired.map(|text| Notice { kind: EXPIRED, text }));
            report.notices.extend(marked.words().map(|text| Notice { kind: "suppressed", text }));
        }
    }

    /// What is to be said of an entry.
    fn told(&self, entry: &Suppress, met: bool) -> Option<Notice> {
        let Suppress { rule, source, .. } = entry;
        let on = entry.endpoint.as_ref().map_or_else(String::new, |endpoint| format!(" on {endpoint}"));
        match (met, entry.is_over(self.today)) {
            (true, true) => {
                let last = entry.expires.map_or_else(String::new, |date| date.to_string());
                let text = format!("{source}: {rule}{on} counts again: the suppression ended {last}");
                Some(Notice { kind: EXPIRED, text })
            }
            (false, _) => {
                let text = format!("{source}: nothing to suppress: no finding of {rule}{on}");
                Some(Notice { kind: UNUSED, text })
            }
            (true, false) => None,
        }
    }
}

const EXPIRED: &str = "expired_suppression";
const UNUSED: &str = "unused_suppression";

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::super::sample::hang;
    use super::*;
    use crate::finding::{Comment, Status};
    use crate::policy::dates;

    fn entry(rule: &str, endpoint: Option<&str>, expires: Option<&str>) -> Suppress {
        Suppress {
            rule: rule.to_owned(),
            endpoint: endpoint.map(str::to_owned),
            reason: Some("known".to_owned()),
            expires: expires.map(|date| dates::read(date).unwrap()),
            source: "h2lint.toml:3".to_owned(),
            packet: None,
        }
    }

    fn judged(suppress: Vec<Suppress>, listed: Listed) -> Report {
        let known =
            Known { suppress, listed, today: Some(dates::read("2026-12-01").unwrap()), baseline: None };
        let mut report = hang();
        Policy { known, ..Policy::default() }.apply(&mut report);
        report
    }

    fn kinds(report: &Report) -> Vec<&str> {
        report.notices.iter().map(|notice| notice.kind).collect()
    }

    #[test]
    fn what_is_suppressed_neither_shows_nor_fails_and_is_counted() {
        for rule in ["PRE001", "missing-server-settings", "PRE", "@must"] {
            let report = judged(vec![entry(rule, Some("10.0.0.2:31050"), None)], Listed::Counted);
            assert_eq!(
                (report.verdict.status, report.verdict.counts.suppressed),
                (Status::Pass, 1),
                "{rule}"
            );
            assert!(report.findings.is_empty() && report.notices.is_empty());
        }
    }

    #[test]
    fn the_full_report_lists_it_with_the_reason() {
        let report = judged(vec![entry("PRE001", None, Some("2027-01-01"))], Listed::Behind);
        assert_eq!((report.verdict.status, report.verdict.counts.error), (Status::Pass, 0));
        let said = report.findings[0].suppressed.as_ref().unwrap();
        assert_eq!((said.by, said.expires.as_deref()), ("config", Some("2027-01-01")));
        assert!(crate::policy::groups(&report).is_empty());
    }

    #[test]
    fn an_expired_one_counts_again_and_an_unused_one_is_told() {
        let report = judged(vec![entry("PRE001", None, Some("2026-11-30"))], Listed::Counted);
        assert_eq!((report.verdict.exit_code, kinds(&report)), (1, vec![EXPIRED]));
        let report = judged(vec![entry("PRE001", Some("elsewhere:1"), None)], Listed::Counted);
        assert_eq!((report.verdict.exit_code, kinds(&report)), (1, vec![UNUSED]));
    }

    #[test]
    fn a_comment_speaks_for_the_capture_or_for_the_findings_at_its_packet() {
        for (pkt, left) in [(None, 0), (Some(4), 0), (Some(5), 0), (Some(90), 1)] {
            let mut report = hang();
            let text = "h2lint: ignore=PRE001 reason=\"known\"".to_owned();
            report.comments.push(Comment { text, pkt: pkt.map(u64::into) });
            Policy::default().apply(&mut report);
            assert_eq!(report.findings.len(), left, "{pkt:?}");
        }
    }
}
