//! The numbers that rules use, with their defaults, and the specification by which they judge.

use std::fmt;

use crate::base::Span;
use crate::conn::Thresholds;
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
    /// A silence of the connection from which on it may have been forgotten by something on the path.
    pub idle_gap: Span,
    /// The same, when the answer is the RST of an end that does not know the connection.
    pub idle_gap_reset: Span,
    /// How long a request may wait while others are answered.
    pub hung_stream: Span,
    /// The share of a transfer, in percent, for which its sender may be without credit.
    pub window_blocked_percent: i64,
    /// How long what is known to sit on paths remembers idle connections.
    pub known_idle_timeouts: &'static [IdleTimeout],
    /// What is too much of a frame or a pattern.
    pub thresholds: Thresholds,
    /// Order within it is unknown in merged captures.
    pub reorder_slack: Span,
    /// Round trips after an acknowledgement before it makes a finding likely.
    pub proof_round_trips: i64,
    /// And at least this long.
    pub proof_least: Span,
}

/// A device or service that forgets idle connections after a fixed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleTimeout {
    /// Its name.
    pub name: &'static str,
    /// After how long.
    pub time: Span,
}

impl fmt::Display for IdleTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} s)", self.name, self.time.0 / 1_000_000_000)
    }
}

/// What the makers document.
const KNOWN_IDLE_TIMEOUTS: &[IdleTimeout] = &[
    IdleTimeout { name: "AWS ALB", time: Span::seconds(60) },
    IdleTimeout { name: "Azure Load Balancer", time: Span::seconds(240) },
    IdleTimeout { name: "AWS NLB", time: Span::seconds(350) },
    IdleTimeout { name: "Google Cloud", time: Span::seconds(600) },
];

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
            idle_gap: Span::seconds(30),
            idle_gap_reset: Span::seconds(1),
            hung_stream: Span::seconds(30),
            window_blocked_percent: 30,
            known_idle_timeouts: KNOWN_IDLE_TIMEOUTS,
            thresholds: Thresholds::default(),
            reorder_slack: Span::millis(1),
            proof_round_trips: 2,
            proof_least: Span::millis(50),
        }
    }
}

impl Options {
    /// The idle limit that a silence of this length points to: one that was just over.
    #[must_use]
    pub fn known_idle_timeout(&self, silent: Span) -> Option<IdleTimeout> {
        let fits = |known: &&IdleTimeout| {
            let beyond = silent.plus(known.time.times(-1));
            beyond >= Span::seconds(-1) && beyond.times(20) <= known.time
        };
        self.known_idle_timeouts.iter().copied().filter(|known| fits(&known)).max_by_key(|known| known.time)
    }

    /// The shortest idle limit that is known.
    #[must_use]
    pub fn shortest_idle_timeout(&self) -> Option<IdleTimeout> {
        self.known_idle_timeouts.iter().copied().min_by_key(|known| known.time)
    }

    /// How bad a rule's findings are by the specification that judges.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Severity {
        match self.spec {
            Spec::Rfc9113 => rule.severity,
            Spec::Rfc7540 => rule.severity_rfc7540.unwrap_or(rule.severity),
        }
    }
}
