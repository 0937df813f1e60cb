//! Findings about a whole field block: what its frames are called, and where they are.

use super::event::Event;
use super::verdict::{Draft, header_words};
use crate::finding::{Culprit, EvidenceRole};
use crate::frame::FrameType;

impl Draft {
    /// A finding about the field block that the frame of `event` completes, against its sender: certain, with its frames as the cause.
    #[must_use]
    pub(super) fn against_block(event: &Event<'_>, message: String) -> Self {
        let Some(header) = event.header().filter(|header| header.kind == FrameType::CONTINUATION) else {
            return Self::against_sender(event, message);
        };
        let fact = event.fact;
        let what = format!("field block on stream {}, to {}", header.stream, header_words(&header));
        Self::new(Culprit::of(fact.side), message, fact.start, fact.end).stream(header.stream.0).frame(
            EvidenceRole::Cause,
            fact.side,
            fact.start,
            fact.end,
            what,
        )
    }
}
