//! What the rules about patterns have in common: the first and the last frame that was counted, and the servers that bear less.

use crate::base::Side;
use crate::conn::{Excess, Kind, Pattern};
use crate::finding::{Culprit, EvidenceRole};
use crate::rules::{Draft, Event};

/// A limit that a server in the field sets: so many, and how it says it.
pub(super) struct Bears {
    pub most: u64,
    pub words: &'static str,
}

/// The excess that woke a rule, where it is of one of these patterns.
pub(super) fn of<'a>(event: &Event<'a>, patterns: &[Pattern]) -> Option<&'a Excess> {
    match &event.fact.kind {
        Kind::Excess(excess) => Some(excess).filter(|excess| patterns.contains(&excess.pattern)),
        _ => None,
    }
}

/// A finding against who is counted, with the first and the last of the frames, which `by` sent.
pub(super) fn draft(event: &Event<'_>, excess: &Excess, by: Side, message: String, what: &str) -> Draft {
    Draft::new(Culprit::of(event.side()), message, excess.first, event.fact.end)
        .over(excess.within)
        .shows(EvidenceRole::Cause, by, excess.first, format!("{what}, the first that counts"))
        .shows(EvidenceRole::Cause, by, event.fact.end, format!("{what}, number {}", excess.count))
}

/// Which servers would have reacted to so many: a clause for the end of a sentence, or nothing.
pub(super) fn reacted(count: u64, bears: &[Bears]) -> String {
    let passed: Vec<&str> =
        bears.iter().filter(|bears| count > bears.most).map(|bears| bears.words).collect();
    if passed.is_empty() { String::new() } else { format!("; more than {} bears", passed.join(" or ")) }
}
