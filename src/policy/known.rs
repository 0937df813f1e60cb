//! What is known and does not count: by a comment in the capture, by the configuration, by the baseline, in this order. What matched
//! nothing, and what has expired, is told.

use jiff::civil::Date;

use super::baseline::Baseline;
use super::servers::Servers;
use super::suppress::Suppress;
use crate::base::to_index;
use crate::finding::{Finding, Notice, Report, SuppressionRow};

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
    /// Marks the findings that are known, of those that `counts` holds for, and says what each entry did.
    pub(super) fn mark(&self, report: &mut Report, counts: &dyn Fn(&Finding) -> bool) {
        let mut entries = comments(report);
        entries.extend(self.suppress.iter().cloned());
        let mut rows: Vec<SuppressionRow> = entries.iter().map(|entry| entry.row(self.today)).collect();
        if !entries.is_empty() {
            suppress(report, &entries, &mut rows, counts);
        }
        let known = self.baseline.as_ref();
        rows.extend(known.into_iter().flat_map(|baseline| baseline.mark(report, self.today, counts)));
        report.suppressions = rows;
        tell(report);
    }
}

/// Marks what the entries mean, and counts it in their rows.
fn suppress(
    report: &mut Report,
    entries: &[Suppress],
    rows: &mut [SuppressionRow],
    counts: &dyn Fn(&Finding) -> bool,
) {
    let servers = Servers::of(report);
    for finding in &mut report.findings {
        let names = servers.names(finding);
        for (entry, row) in entries.iter().zip(&mut *rows) {
            if !entry.means(finding, &names) {
                continue;
            }
            row.seen = row.seen.saturating_add(finding.weight());
            if finding.suppressed.is_none() && !row.expired && counts(finding) {
                row.suppressed = row.suppressed.saturating_add(finding.weight());
                finding.suppressed = Some(Box::new(entry.suppression()));
            }
        }
    }
}

/// What comments of the capture ask for; what cannot be read is told.
fn comments(report: &mut Report) -> Vec<Suppress> {
    let mut entries = Vec::new();
    for comment in &report.comments {
        let input = comment.pkt.map_or(0, |pkt| to_index(pkt.input()));
        let path = report.inputs.get(input).map_or("-", |input| input.path.as_str());
        match Suppress::of_comment(comment, path) {
            Ok(read) => entries.extend(read),
            Err(error) => {
                let text = format!("{path}: comment `{}` is not understood: {error}", comment.text);
                report.notices.push(Notice { kind: "bad_suppression", text });
            }
        }
    }
    entries
}

/// Says of the entries what there is to say; what was said of them before is forgotten.
pub(super) fn tell(report: &mut Report) {
    report.notices.retain(|notice| !is_about_suppression(notice));
    let rows = &report.suppressions;
    let ended = rows.iter().filter(|row| row.expired && row.seen > 0);
    let unused = rows.iter().filter(|row| row.by != BASELINE && row.seen == 0);
    let said = ended.map(ended_words).chain(unused.map(unused_words)).chain(baseline_words(rows));
    let said: Vec<Notice> = said.collect();
    report.notices.extend(said);
}

/// True for a notice that follows from the list of suppressions.
#[must_use]
pub fn is_about_suppression(notice: &Notice) -> bool {
    [EXPIRED, UNUSED, SUPPRESSED].contains(&notice.kind)
}

/// Adds what one capture says of an entry to what others say.
pub(super) fn add(sum: &mut SuppressionRow, more: &SuppressionRow) {
    sum.seen = sum.seen.saturating_add(more.seen);
    sum.suppressed = sum.suppressed.saturating_add(more.suppressed);
    sum.age_days = sum.age_days.max(more.age_days);
    sum.expired |= more.expired;
}

fn ended_words(row: &SuppressionRow) -> Notice {
    let SuppressionRow { source, rule, owner, expires, .. } = row;
    let last = expires.as_deref().unwrap_or_default();
    let owner = owner.as_ref().map_or_else(String::new, |owner| format!(", owner {owner}"));
    let text = match row.by {
        BASELINE => format!("{rule}{} counts again: its entry in the baseline ended {last}{owner}", on(row)),
        _ => format!("{source}: {rule}{} counts again: the suppression ended {last}", on(row)),
    };
    Notice { kind: EXPIRED, text }
}

fn unused_words(row: &SuppressionRow) -> Notice {
    let text = format!("{}: nothing to suppress: no finding of {}{}", row.source, row.rule, on(row));
    Notice { kind: UNUSED, text }
}

fn on(row: &SuppressionRow) -> String {
    row.server.as_ref().map_or_else(String::new, |server| format!(" on {server}"))
}

/// `12 suppressed by baseline (oldest 41 days; 2 no longer seen → h2lint baseline prune)`; nothing without anything to say.
fn baseline_words(rows: &[SuppressionRow]) -> Option<Notice> {
    let known = || rows.iter().filter(|row| row.by == BASELINE);
    let count = known().fold(0_u64, |sum, row| sum.saturating_add(row.suppressed));
    let oldest = known().filter(|row| row.suppressed > 0).filter_map(|row| row.age_days).max();
    let unseen = known().filter(|row| row.seen == 0).count();
    let days = |days: u32| if days == 1 { "oldest 1 day".to_owned() } else { format!("oldest {days} days") };
    let unseen = (unseen > 0).then(|| format!("{unseen} no longer seen → h2lint baseline prune"));
    let inside: Vec<String> = oldest.map(days).into_iter().chain(unseen).collect();
    let told = if inside.is_empty() { String::new() } else { format!(" ({})", inside.join("; ")) };
    let text = format!("{count} suppressed by baseline{told}");
    (count > 0 || !inside.is_empty()).then_some(Notice { kind: SUPPRESSED, text })
}

/// Who suppresses: a baseline.
pub(super) const BASELINE: &str = "baseline";

const EXPIRED: &str = "expired_suppression";
const UNUSED: &str = "unused_suppression";
const SUPPRESSED: &str = "suppressed";

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
            by: "config",
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
        assert!(crate::policy::groups(&report, crate::policy::GroupBy::Rule).is_empty());
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
