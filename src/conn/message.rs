//! Field blocks become message heads (RFC 9113 §8.1, §8.3): what views show of them, and what later frames are held against.

use std::sync::Arc;

use super::MessageState;
use crate::hpack::{Block, Decoder, Field, Text, Traits};

/// The request line of a stream, as far as its fields are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `:method`.
    pub method: Option<Box<str>>,
    /// `:path`.
    pub path: Option<Box<str>>,
    /// `:authority`.
    pub authority: Option<Box<str>>,
    /// True when every field of the block is known.
    pub whole: bool,
}

/// A decoded field block.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// What it is to its message.
    pub role: Role,
    /// What the decoder says of the block as a whole.
    pub block: Block,
    /// The status code, in a response.
    pub status: Option<u16>,
    /// `grpc-status`, in a response.
    pub grpc_status: Option<u32>,
}

/// What a field block is to the message it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The fields of a request, also of a promised one.
    #[default]
    Request,
    /// An interim response (RFC 9110 §15.2).
    Interim,
    /// The final response.
    Response,
    /// Fields behind the content.
    Trailers,
    /// A second request on a stream that had one.
    Reuse,
}

/// Decodes field blocks of one side and gathers what is kept of them. Buffers and the last request are reused, so that the same
/// request again costs no allocation.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    method: Kept,
    path: Kept,
    authority: Kept,
    last: Arc<Request>,
}

/// A text that may be unknown, in a buffer that is reused.
#[derive(Debug, Default)]
struct Kept {
    seen: bool,
    octets: Vec<u8>,
}

impl Gatherer {
    /// Decodes a block.
    pub(super) fn decode(&mut self, decoder: &mut Decoder, octets: &[u8]) -> Head {
        let mut head = Head::default();
        for text in [&mut self.method, &mut self.path, &mut self.authority] {
            text.seen = false;
        }
        head.block = decoder.decode(octets, &mut |field| {
            if field.traits.intersects(Traits::PSEUDO | Traits::GRPC_STATUS) {
                self.note(&field, &mut head.status, &mut head.grpc_status);
            }
        });
        head
    }

    fn note(&mut self, field: &Field<'_>, status: &mut Option<u16>, grpc_status: &mut Option<u32>) {
        let text = match field.traits {
            traits if traits.contains(Traits::METHOD) => &mut self.method,
            traits if traits.contains(Traits::PATH) => &mut self.path,
            traits if traits.contains(Traits::AUTHORITY) => &mut self.authority,
            traits if traits.contains(Traits::STATUS) => {
                *status = status.or(field.status());
                return;
            }
            _ => {
                if let (true, Text::Known(value)) = (field.traits.contains(Traits::GRPC_STATUS), field.value) {
                    *grpc_status = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                }
                return;
            }
        };
        if let (false, Text::Known(value)) = (text.seen, field.value) {
            text.seen = true;
            text.octets.clear();
            text.octets.extend_from_slice(value);
        }
    }

    /// The request that the block decoded last carries.
    pub(super) fn request(&mut self, head: &Head) -> Arc<Request> {
        let whole = head.block.unknown == 0 && head.block.error.is_none();
        let last = &self.last;
        let same = last.whole == whole
            && self.method.is(last.method.as_deref())
            && self.path.is(last.path.as_deref())
            && self.authority.is(last.authority.as_deref());
        if !same {
            self.last = Arc::new(Request {
                method: self.method.text(),
                path: self.path.text(),
                authority: self.authority.text(),
                whole,
            });
        }
        Arc::clone(&self.last)
    }
}

impl Kept {
    fn is(&self, other: Option<&str>) -> bool {
        match other {
            Some(other) => self.seen && other.as_bytes() == self.octets,
            None => !self.seen,
        }
    }

    fn text(&self) -> Option<Box<str>> {
        self.seen.then(|| String::from_utf8_lossy(&self.octets).into())
    }
}

/// What a block sent by a server is, and where it brings the message.
pub(super) fn response(state: MessageState, head: &Head) -> (Role, MessageState) {
    match state {
        MessageState::Nothing | MessageState::Interim if head.status.is_some_and(|status| status / 100 == 1) => {
            (Role::Interim, MessageState::Interim)
        }
        MessageState::Nothing | MessageState::Interim => (Role::Response, MessageState::Head),
        MessageState::Head | MessageState::Trailers => (Role::Trailers, MessageState::Trailers),
    }
}

/// What a block sent by a client is. A second one with request pseudo-header fields is no trailers but another request.
pub(super) fn request(state: MessageState, head: &Head) -> (Role, MessageState) {
    let target = head.block.traits.intersects(Traits::PATH | Traits::SCHEME);
    match state {
        MessageState::Nothing | MessageState::Interim => (Role::Request, MessageState::Head),
        MessageState::Head | MessageState::Trailers if head.block.traits.contains(Traits::METHOD) && target => {
            (Role::Reuse, state)
        }
        MessageState::Head | MessageState::Trailers => (Role::Trailers, MessageState::Trailers),
    }
}
