//! What `h2lint baseline show` prints: an entry a line, and its reason below.

use jiff::civil::Date;

use super::sanitize::clean;
use crate::policy::Baseline;

/// The entries of a baseline, with their age on this day.
#[must_use]
pub fn baseline_lines(baseline: &Baseline, today: Date) -> String {
    let mut lines: Vec<String> = Vec::new();
    for entry in baseline.sorted() {
        let age = entry.age(Some(today));
        let mut said = format!("{}  {}  ≤ {} per 100 connections", entry.rule, entry.server, entry.count_max);
        said.push_str(&format!(", since {} ({age} days)", entry.first_seen));
        if let Some(owner) = &entry.owner {
            said.push_str(&format!(", owner {owner}"));
        }
        if let Some(expires) = &entry.expires {
            said.push_str(&format!(", until {expires}"));
        }
        if entry.is_over(Some(today)) {
            said.push_str(" (expired)");
        }
        lines.push(said);
        lines.extend(entry.reason.as_ref().map(|reason| format!("        {reason}")));
    }
    let known = if lines.is_empty() { "nothing is known".to_owned() } else { lines.join("\n") };
    known.lines().map(|line| format!("{}\n", clean(line))).collect()
}
