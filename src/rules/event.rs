//! What a rule sees: one fact, with shared views of its connection.

use super::coverage::Coverage;
use super::ledger::Ledger;
use super::options::Options;
use super::rule::{Rule, Scope};
use crate::base::{Origin, PerSide, Place, Side, Span};
use crate::conn::{Connection, Fact, Knew};
use crate::finding::{Confidence, Culprit, Severity};
use crate::frame::{FrameType, Header};
use crate::grpc::Calls;
use crate::http1::Exchange;
use crate::tls::Negotiation;

/// What surrounds a fact: shared views of every floor of its connection.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The connection, the fact already counted in.
    pub conn: &'a Connection,
    /// What stands before HTTP/2, or in its place.
    pub http1: &'a Exchange,
    /// What TLS negotiated, where there is TLS.
    pub tls: Option<&'a Negotiation>,
    /// The gRPC calls on it.
    pub grpc: &'a Calls,
    /// What could be seen of it.
    pub coverage: &'a Coverage,
    /// The numbers to judge by.
    pub options: &'a Options,
    /// The last packet of the connection, or at the end of an open one of the capture.
    pub now: Place,
}

/// One fact and its surroundings.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// What happened.
    pub fact: &'a Fact<'a>,
    /// The connection, the fact already counted in.
    pub conn: &'a Connection,
    /// What stands before HTTP/2, or in its place.
    pub http1: &'a Exchange,
    /// What TLS negotiated, where there is TLS.
    pub tls: Option<&'a Negotiation>,
    /// The gRPC calls on it.
    pub grpc: &'a Calls,
    /// Faults found before, by culprit, muted ones included.
    pub offences: PerSide<u32>,
    /// What faults made owed, and errors that ask for a reason.
    pub ledger: &'a Ledger,
    /// What could be seen of it.
    pub coverage: &'a Coverage,
    /// The numbers to judge by.
    pub options: &'a Options,
    /// The last packet of the connection, or at the end of an open one of the capture.
    pub now: Place,
}

/// A finding of another rule, as the rules about reactions and causes hear of it.
#[derive(Clone, Debug)]
pub struct Offence {
    /// The rule.
    pub rule: &'static Rule,
    /// Who.
    pub culprit: Culprit,
    /// What one finding of it is about.
    pub scope: Scope,
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

impl Event<'_> {
    /// The frame's header. Facts about frames have one.
    #[must_use]
    pub const fn header(&self) -> Option<Header> {
        self.fact.header
    }

    /// The frame's type, where the fact is about a frame.
    #[must_use]
    pub fn frame(&self) -> Option<FrameType> {
        self.fact.header.map(|header| header.kind)
    }

    /// Who did it.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.fact.side
    }

    /// How certain it is that the sender of this frame knew what its peer had completed at `offset`: certain with proof, likely
    /// when the acknowledgement is older than the grace that SOUNDNESS gives, `None` otherwise.
    #[must_use]
    pub fn knew(&self, offset: u64) -> Option<(Confidence, Knew)> {
        let knew = self.conn.knew(self.fact.side, offset, &self.fact.start);
        match knew {
            Knew::No => None,
            Knew::Processed { .. } => Some((Confidence::Certain, knew)),
            Knew::Covered { since } => {
                let (now, grace) = (self.fact.start.at.time, self.grace());
                let resent = self.conn.transport.resent(self.fact.side);
                let again = resent.is_some_and(|resent| now.since(resent) < grace);
                (now.since(since.time) >= grace && !again).then_some((Confidence::Likely, knew))
            }
        }
    }

    /// How long after an acknowledgement a program has surely had time to read.
    #[must_use]
    pub fn grace(&self) -> Span {
        let round_trip = self.conn.transport.round_trip().unwrap_or(Span::ZERO);
        round_trip.times(self.options.proof_round_trips).max(self.options.proof_least)
    }
}
