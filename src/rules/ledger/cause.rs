//! A fault, as what its receiver has to answer, and as what an error may answer.

use crate::base::{Origin, Side};
use crate::finding::{Confidence, Severity};
use crate::rules::{Offence, Rule, View};

/// A fault that a rule found, shown or muted.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// The rule.
    pub rule: &'static Rule,
    /// Who.
    pub culprit: Side,
    /// The stream, when it is about one.
    pub stream: Option<u32>,
    /// Where the offending octets began.
    pub start: Origin,
    /// Where they were complete.
    pub end: Origin,
    /// How bad.
    pub severity: Severity,
    /// How certain; `None` when it was muted.
    pub confidence: Option<Confidence>,
}

impl Cause {
    pub(super) const fn of(offence: &Offence, culprit: Side) -> Self {
        let Offence { rule, stream, start, end, severity, confidence, .. } = *offence;
        Self { rule, culprit, stream, start, end, severity, confidence }
    }

    /// The same rule broken by the same side on the same stream.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.rule, other.rule) && self.culprit == other.culprit && self.stream == other.stream
    }

    /// True when it rests on what did not come, so that no frame carries it.
    #[must_use]
    pub const fn is_absence(&self) -> bool {
        matches!(self.rule.view, View::Timer | View::Reaction)
    }

    /// True when the party whose frame began at `later` had received its first octets: many faults show before a frame is complete.
    #[must_use]
    pub const fn had_begun(&self, later: &Origin) -> bool {
        let whole = self.end.tcp_end <= later.peer_acked;
        self.is_absence() || whole || self.start.tcp_end < later.peer_acked
    }

    /// The finding in a few words, for evidence.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}: {}", self.rule.code, self.rule.name, self.rule.summary)
    }
}
