//! The numbers that rules use, with their defaults, and the specification by which they judge.

use crate::base::Span;
use crate::finding::Severity;

use super::Rule;

/// Which specification judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spec {
    /// RFC 9113 of 2022.
    #[default]
    Rfc9113,
    /// RFC 7540 of 2015.
    Rfc7540,
}

/// Times and limits. The names are those of the catalogue's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which specification judges.
    pub spec: Spec,
    /// How long a server may take to send SETTINGS after the client's preface was acknowledged.
    pub preface_wait: Span,
    /// The same, when the client ended the connection before that was over.
    pub preface_given_up: Span,
    /// How long an acknowledgement of SETTINGS may take.
    pub settings_ack_wait: Span,
    /// The same, when the connection ended before that was over.
    pub settings_ack_given_up: Span,
    /// How long an error that is owed may take.
    pub reaction_wait: Span,
    /// The same, when the offender gave up before that was over.
    pub reaction_given_up: Span,
    /// How long a field block may stay open, or a connection behind an error GOAWAY.
    /// How long the acknowledgement of a PING may take.
    pub ping_ack_wait: Span,
    /// How long a window may stay used up before it counts as never refilled.
    pub window_wait: Span,
    /// The same, when the stream or the connection ended before that was over.
    pub window_given_up: Span,
    /// How long a field block may stay open.
    pub close_wait: Span,
    /// Order within it is unknown in merged captures.
    pub reorder_slack: Span,
    /// Round trips after an acknowledgement before it makes a finding likely.
    pub proof_round_trips: i64,
    /// And at least this long.
    pub proof_least: Span,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            spec: Spec::Rfc9113,
            preface_wait: Span::seconds(5),
            preface_given_up: Span::seconds(1),
            settings_ack_wait: Span::seconds(10),
            settings_ack_given_up: Span::seconds(1),
            reaction_wait: Span::seconds(5),
            reaction_given_up: Span::seconds(1),
            ping_ack_wait: Span::seconds(10),
            window_wait: Span::seconds(5),
            window_given_up: Span::seconds(1),
            close_wait: Span::seconds(10),
            reorder_slack: Span::millis(1),
            proof_round_trips: 2,
            proof_least: Span::millis(50),
        }
    }
}

impl Options {
    /// How bad a rule's findings are by the specification that judges.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Severity {
        match self.spec {
            Spec::Rfc9113 => rule.severity,
            Spec::Rfc7540 => rule.severity_rfc7540.unwrap_or(rule.severity),
        }
    }
}
