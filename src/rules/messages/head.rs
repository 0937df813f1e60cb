//! What the rules about messages share: the odd head of an event, and the findings about it.

use crate::base::Side;
use crate::conn::{Head, Kind, OddField, Role, Shape, Stream};
use crate::frame::StreamId;
use crate::hpack::Traits;
use crate::rules::{Draft, Event, Need};

/// A head that is not as it should be.
pub(in crate::rules) struct OddHead<'e> {
    pub(in crate::rules) head: &'e Head,
    pub(in crate::rules) stream: Option<&'e Stream>,
    subject: StreamId,
    sender: Side,
}

impl<'e> OddHead<'e> {
    /// That of the event.
    pub(in crate::rules) fn of(event: &Event<'e>) -> Option<Self> {
        let Kind::OddHead { head, stream, subject } = event.fact.kind else { return None };
        Some(Self { head, stream, subject, sender: event.side() })
    }

    /// That of the event, unless it is a promised request: all that is wrong with its request line is one rule's.
    pub(super) fn sent(event: &Event<'e>) -> Option<Self> {
        Self::of(event).filter(|odd| !odd.is_promised())
    }

    /// True when one of these holds.
    pub(in crate::rules) fn is(&self, shape: Shape) -> bool {
        self.head.shape.intersects(shape)
    }

    /// True when one of its fields has one of these traits.
    pub(in crate::rules) fn has(&self, traits: Traits) -> bool {
        self.head.block.traits.intersects(traits)
    }

    pub(in crate::rules) fn is_promised(&self) -> bool {
        self.sender == Side::Server && self.head.role == Role::Request
    }

    /// The odd fields, as far as they are kept.
    pub(in crate::rules) fn fields(&self) -> impl Iterator<Item = &'e OddField> + use<'e> {
        self.head.odd.iter().flat_map(|odd| odd.iter())
    }

    /// The first odd field with one of these traits.
    pub(in crate::rules) fn field(&self, traits: Traits) -> Option<&'e OddField> {
        self.fields().find(|field| field.traits.intersects(traits))
    }

    /// Its name in quotes, or words for a field that was not kept.
    pub(super) fn name(&self, traits: Traits) -> String {
        self.field(traits)
            .map_or_else(|| "of a further field".to_owned(), |field| format!("\"{}\"", field.name))
    }

    /// The value of the first odd field with one of these traits in quotes, or words where it is not shown.
    pub(in crate::rules) fn value(&self, traits: Traits) -> String {
        let value = self.field(traits).and_then(|field| field.value.as_deref());
        value.map_or_else(|| "a value that is not shown".to_owned(), |value| format!("\"{value}\""))
    }

    /// Where it is: "The client's request on stream 1".
    pub(in crate::rules) fn place(&self) -> String {
        let what = match self.head.role {
            Role::Request if self.is_promised() => "promised request",
            Role::Request | Role::Reuse => "request",
            Role::Interim => "interim response",
            Role::Response => "response",
            Role::Trailers => "field block behind the message's head",
        };
        format!("The {}'s {what} on stream {}", self.sender.word(), self.subject)
    }

    /// A finding in words that follow [`Self::place`]. What the block shows by itself does not hang on the rest of the table.
    pub(in crate::rules) fn draft(&self, event: &Event<'_>, words: &str) -> Draft {
        let message = format!("{} {words}.", self.place());
        let draft = Draft::against_block(event, message).without(Need::Hpack);
        if self.subject == StreamId::CONNECTION { draft } else { draft.stream(self.subject.0) }
    }
}
