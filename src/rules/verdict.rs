//! What a judge says: a [`Draft`] of a finding, with the packets that show it. The engine makes the finding of it.

use std::borrow::Cow;
use std::fmt::Display;

use super::event::Event;
use super::rule::Need;
use crate::base::{Digits, Origin, Place, Side, Span};
use crate::conn::Knew;
use crate::finding::{Causality, Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::{Flags, FrameType, Header, StreamId};

/// A finding as the judge of a rule sees it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) culprit: Culprit,
    pub(super) maybe: Option<&'static str>,
    pub(super) confidence: Confidence,
    pub(super) severity: Option<Severity>,
    pub(super) stream: Option<u32>,
    pub(super) at: Option<Place>,
    pub(super) start: Origin,
    pub(super) end: Origin,
    pub(super) message: String,
    pub(super) not_blamed: Option<String>,
    pub(super) evidence: Vec<Shown>,
    pub(super) causality: Option<Box<Causality>>,
    pub(super) discriminator: Cow<'static, str>,
    pub(super) interval: Option<Span>,
    pub(super) waived: Option<Need>,
    /// It is said only when all that this side sent was seen, to the end.
    pub(super) given: Option<Side>,
    pub(super) conns: Vec<u64>,
}

/// A packet that shows something.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub role: EvidenceRole,
    pub origin: Origin,
    pub side: Side,
    pub stream: Option<u32>,
    pub what: String,
}

/// Where judges put their drafts.
#[derive(Debug)]
pub struct Verdict<'a> {
    pub(super) drafts: &'a mut Vec<Draft>,
}

impl Verdict<'_> {
    /// Hands a draft to the engine.
    pub fn say(&mut self, draft: Draft) {
        if self.drafts.is_empty() {
            // Mostly it stays the only one, and a draft is large.
            self.drafts.reserve_exact(1);
        }
        self.drafts.push(draft);
    }
}

impl Draft {
    /// A finding about the frame of `event` against its sender: certain, with that frame as the cause.
    #[must_use]
    pub fn against_sender(event: &Event<'_>, message: String) -> Self {
        let fact = event.fact;
        let stream = fact.header.map(|header| header.stream.0).filter(|stream| *stream != 0);
        let mut draft = Self::new(Culprit::of(fact.side), message, fact.start, fact.end);
        draft.stream = stream;
        if let Some(header) = fact.header {
            draft = draft.frame(EvidenceRole::Cause, fact.side, fact.start, fact.end, header_words(&header));
        }
        draft
    }

    /// A finding without evidence yet, certain.
    #[must_use]
    pub const fn new(culprit: Culprit, message: String, start: Origin, end: Origin) -> Self {
        Self {
            culprit,
            maybe: None,
            confidence: Confidence::Certain,
            severity: None,
            stream: None,
            at: None,
            start,
            end,
            message,
            not_blamed: None,
            evidence: Vec::new(),
            causality: None,
            discriminator: Cow::Borrowed(""),
            interval: None,
            waived: None,
            given: None,
            conns: Vec::new(),
        }
    }

    /// At most this certain.
    #[must_use]
    pub fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.min(confidence);
        self
    }

    /// With this severity instead of the rule's.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// About this stream.
    #[must_use]
    pub const fn stream(mut self, stream: u32) -> Self {
        self.stream = Some(stream);
        self
    }

    /// At this packet, for the time that the finding carries.
    #[must_use]
    pub const fn at(mut self, place: Place) -> Self {
        self.at = Some(place);
        self
    }

    /// The culprit may be this.
    #[must_use]
    pub const fn maybe(mut self, words: &'static str) -> Self {
        self.maybe = Some(words);
        self
    }

    /// Instead of the rule's sentence for the other side.
    #[must_use]
    pub fn not_blamed(mut self, sentence: String) -> Self {
        self.not_blamed = Some(sentence);
        self
    }

    /// What had to be known, and what shows that it was.
    #[must_use]
    pub fn knowing(mut self, needed: impl Into<String>, proof: impl Into<String>) -> Self {
        self.causality = Some(Box::new(Causality { needed: needed.into(), proof: proof.into() }));
        self
    }

    /// What the sender of this frame had to know, and how it knew it: in words, and as evidence.
    #[must_use]
    pub fn proven(self, event: &Event<'_>, knew: Knew, needed: &str) -> Self {
        let (shown, words, what) = match knew {
            Knew::No => return self,
            Knew::Processed { proof } => {
                (proof, "answers something sent after it", "answers something sent after it")
            }
            Knew::Covered { since } => (
                Origin { at: since, ..Origin::default() },
                "acknowledges it; no proof that it was read",
                "TCP ACK: it arrived",
            ),
        };
        self.knowing(needed, format!("pkt {} {words}", shown.at.pkt)).shows(
            EvidenceRole::Proof,
            event.side(),
            shown,
            what,
        )
    }

    /// What tells this fault from another one of the same rule.
    #[must_use]
    pub fn told_by(mut self, discriminator: impl Into<Cow<'static, str>>) -> Self {
        self.discriminator = discriminator.into();
        self
    }

    /// It rests on this interval.
    #[must_use]
    pub const fn over(mut self, interval: Span) -> Self {
        self.interval = Some(interval);
        self
    }

    /// This need of the rule does not concern this finding, as the rule's doubt says.
    #[must_use]
    pub const fn without(mut self, need: Need) -> Self {
        self.waived = Some(need);
        self
    }

    /// It is said only when all that this side sent was seen, to the end: something of it would have acquitted.
    #[must_use]
    pub const fn given_all_of(mut self, side: Side) -> Self {
        self.given = Some(side);
        self
    }

    /// It names these connections.
    #[must_use]
    pub fn on(mut self, conns: Vec<u64>) -> Self {
        self.conns = conns;
        self
    }

    /// A packet that shows something.
    #[must_use]
    pub fn shows(mut self, role: EvidenceRole, side: Side, origin: Origin, what: impl Into<String>) -> Self {
        if self.evidence.is_empty() {
            // Mostly it stays the only one.
            self.evidence.reserve_exact(1);
        }
        self.evidence.push(Shown { role, origin, side, stream: None, what: what.into() });
        self
    }

    /// A frame that shows something: its first packet, and its last where that is another one.
    #[must_use]
    pub fn frame(mut self, role: EvidenceRole, side: Side, start: Origin, end: Origin, what: String) -> Self {
        let stream = self.stream;
        let ends_later = end.at.pkt != start.at.pkt;
        let rest =
            ends_later.then(|| Shown { role, origin: end, side, stream, what: format!("end of {what}") });
        self.evidence.push(Shown { role, origin: start, side, stream, what });
        self.evidence.extend(rest);
        self
    }
}

/// A frame in a few words: type, stream, length.
#[must_use]
pub(super) fn header_words(header: &Header) -> String {
    let acknowledges =
        matches!(header.kind, FrameType::SETTINGS | FrameType::PING) && header.flags.has(Flags::ACK);
    let ack = if acknowledges { " ACK" } else { "" };
    let end = if header.ends_stream() { ", END_STREAM" } else { "" };
    let kind = header.kind.name().map_or_else(|| header.kind.to_string().into(), Cow::Borrowed);
    let (length, stream) = (Digits::of(header.length.into()), Digits::of(header.stream.0.into()));
    let octets = if header.length == 1 { " octet" } else { " octets" };
    if header.stream == StreamId::CONNECTION {
        [&*kind, ack, ", ", length.as_str(), octets].concat()
    } else {
        [&*kind, ack, " on stream ", stream.as_str(), ", ", length.as_str(), octets, end].concat()
    }
}

/// A number with the words that agree with it: `1 stream was`, `3 streams were`.
#[must_use]
pub(super) fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let words = if count == N::from(1) { one } else { many };
    format!("{count} {words}")
}
