//! What `h2lint diff` prints: for people, and as a table to paste into a review.

use super::look::Look;
use super::sanitize::clean;
use crate::policy::{Diff, Fault};

/// For people: the word, the counts, and a line or two for each fault.
#[must_use]
pub fn diff_text(diff: &Diff, regressions: usize, look: &Look) -> String {
    let word = if regressions > 0 { "FAIL" } else { "PASS" };
    let mut lines = vec![format!("{word}  {}", counts(diff))];
    for (label, fault, times) in rows(diff) {
        lines.push(String::new());
        lines.push(format!("{label:<8} {:<7} {} {}  {times}", fault.severity, fault.rule, fault.name));
        lines.push(format!("         {} ({}), server {}", fault.culprit, fault.confidence, fault.server));
        lines.push(format!("         {}", fault.message));
    }
    lines.push(String::new());
    let (old, new) = diff.connections;
    lines.push(format!("connections {old} → {new}"));
    lines.iter().map(|line| format!("{}\n", look.say(line).trim_end())).collect()
}

/// Markdown: a table.
#[must_use]
pub fn diff_markdown(diff: &Diff, regressions: usize) -> String {
    let word = if regressions > 0 { "FAIL" } else { "PASS" };
    let mut lines = vec![format!("**{word}** {}", counts(diff)), String::new()];
    let rows = rows(diff);
    if !rows.is_empty() {
        lines.push("| | severity | rule | server | times | what |".to_owned());
        lines.push("|---|---|---|---|---|---|".to_owned());
    }
    for (label, fault, times) in rows {
        let cells =
            [label, &fault.severity, &format!("{} {}", fault.rule, fault.name), &fault.server, &times]
                .map(cell);
        lines.push(format!("| {} | {} |", cells.join(" | "), cell(&fault.message)));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn counts(diff: &Diff) -> String {
    let Diff { new, fixed, changed, same, .. } = diff;
    let worse = changed.iter().filter(|change| change.worse).count();
    let worse = if worse > 0 { format!(" ({worse} for the worse)") } else { String::new() };
    format!("{} new, {} fixed, {} changed{worse}, {same} as before.", new.len(), fixed.len(), changed.len())
}

/// What happened, to which fault, and how often it was found.
fn rows(diff: &Diff) -> Vec<(&'static str, &Fault, String)> {
    let times = |fault: &Fault| format!("×{}", fault.count);
    let new = diff.new.iter().map(|fault| ("new", fault, times(fault)));
    let changed = diff.changed.iter().map(|change| {
        let label = if change.worse { "worse" } else { "better" };
        let grade = |fault: &Fault| format!("{} {} ×{}", fault.severity, fault.confidence, fault.count);
        (label, &change.new, format!("{} → {}", grade(&change.old), grade(&change.new)))
    });
    let fixed = diff.fixed.iter().map(|fault| ("fixed", fault, times(fault)));
    new.chain(changed).chain(fixed).collect()
}

/// Text that cannot break out of a cell of a table.
fn cell(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
