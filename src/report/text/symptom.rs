//! What explains the log line that was asked about, in a line or two under the verdict.

use crate::finding::{Explained, Known, Report};

use super::page::{Ink, Page, Part};

/// The lines, behind so many blanks.
pub(super) fn write(page: &mut Page, report: &Report, hang: usize) {
    let Some(explained) = &report.verdict.symptom else { return };
    let lead = format!("{}Symptom: ", " ".repeat(hang));
    let said = said(explained, report);
    page.paragraph(&[Part(Ink::Strong, &lead)], hang, Part(Ink::Plain, &said));
}

fn said(explained: &Explained, report: &Report) -> String {
    let finding = |id: &str| report.findings.iter().find(|finding| finding.id == id);
    let shown: Vec<String> = explained
        .findings
        .iter()
        .take(NAMED)
        .filter_map(|fit| finding(&fit.id).map(|finding| (finding, fit.score)))
        .map(|(finding, score)| {
            let place = match (finding.conn, finding.stream) {
                (Some(conn), Some(stream)) => format!(" on {conn}:{stream}"),
                (Some(conn), None) => format!(" on conn {conn}"),
                (None, _) => String::new(),
            };
            format!("{} {}{place} ({:.0}%)", finding.rule, finding.name, score * 100.0)
        })
        .collect();
    let known: Vec<String> =
        near(explained).take(NAMED).map(|one| format!("{} {}", one.rule, one.name)).collect();
    match (shown.split_first(), known.as_slice()) {
        (Some((best, [])), _) => format!("best explained by {best}."),
        (Some((best, others)), _) => format!("best explained by {best}; then {}.", others.join(", ")),
        (None, []) => "nothing is known about this text.".to_owned(),
        (None, known) => format!("nothing found here explains it. It is known from {}.", known.join(", ")),
    }
}

/// Rules that know the text about as well as the one that knows it best.
fn near(explained: &Explained) -> impl Iterator<Item = &Known> {
    let best = explained.rules.first().map_or(0.0, |one| one.score);
    explained.rules.iter().filter(move |one| one.score >= best * NEAR)
}

/// How near to the best one a further rule has to come.
const NEAR: f64 = 0.6;

/// Findings and rules that the line names.
const NAMED: usize = 3;
