//! The list that `gen --list` prints.

use crate::report::look::Look;
use crate::rules::Rule;

use super::page::{Ink, Page, Part};

/// Named scenarios with their words, rules whose examples are scenarios, and links.
#[must_use]
pub fn scenario_table(named: &[(&str, &str)], rules: &[&Rule], ways: &[&str], look: &Look) -> String {
    let mut page = Page::new(look);
    page.line(&[Part(Ink::Strong, "Scenarios with a name")]);
    let room = named.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, words) in named {
        let lead = format!("  {name:<room$}  ");
        page.paragraph(&[Part(Ink::Plain, &lead)], lead.len(), Part(Ink::Faint, words));
    }
    page.gap();
    page.line(&[Part(
        Ink::Strong,
        "Examples of rules, by code or name; with /quiet the nearest legal conversation",
    )]);
    for rule in rules {
        let lead = format!("  {}  {}  ", rule.code, rule.name);
        page.paragraph(&[Part(Ink::Plain, &lead)], 10, Part(Ink::Faint, rule.summary));
    }
    page.gap();
    page.line(&[Part(Ink::Strong, "Links for --over")]);
    page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Plain, &ways.join(", ")));
    page.finish()
}
