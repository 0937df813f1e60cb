//! What is known of one stream.

use std::sync::Arc;

use super::{StreamState, content::Length, request::Request};
use crate::base::{Origin, PerSide, Side, Span, Time};
use crate::frame::{ErrorCode, StreamId};
use crate::hpack::Traits;

/// A stream, open or remembered.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its identifier.
    pub id: StreamId,
    /// State at the tap.
    pub state: StreamState,
    /// Who opened it: the server by PUSH_PROMISE.
    pub opened_by: Side,
    /// The frame that opened it: where it began.
    pub opened: Origin,
    /// TCP offset at which that frame was complete.
    pub opened_end: u64,
    /// True when a frame that no state allows made it known, not an orderly opening.
    pub irregular: bool,
    /// True when the client broke a rule about it for which the server may reset it.
    pub provoked: bool,
    /// True for a gRPC call, by its content type.
    pub grpc: bool,
    /// How long its DATA waited for credit.
    pub blocked: Span,
    /// How long octets that were there waited behind lost ones while it was open.
    pub lost: Span,
    /// From the whole request at the server to the first frame of the answer: the path is left out as far as the server's TCP shows.
    pub served: Option<Span>,
    /// True when its opener was below its limit of streams once it was open.
    pub had_room: bool,
    /// What each side sent on it.
    pub sent: PerSide<Sent>,
    /// Where the server's first frame on it was.
    pub answered: Option<Origin>,
    /// The request, as far as its fields are known.
    pub request: Option<Arc<Request>>,
    /// The method of that request, as far as responses depend on it.
    pub method: Method,
    /// Where the server made it a tunnel by a 2xx answer to CONNECT (RFC 9113 §8.5).
    pub tunnel: Option<Box<Origin>>,
    /// Status code of the final response.
    pub status: Option<u16>,
    /// Status of the gRPC call (trailers).
    pub grpc_status: Option<u32>,
    /// True when its content-type says that it is a gRPC call: facts about it are made for the floor above.
    pub call: bool,
    /// When the last END_STREAM or RST_STREAM closed it.
    pub closed: Option<Time>,
    /// Findings about it.
    pub findings: u32,
}

/// What one side sent on a stream.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Where its END_STREAM was.
    pub ended: Option<Origin>,
    /// Boxed, because few streams have one and many streams are remembered.
    reset: Option<Box<(Origin, ErrorCode)>>,
    /// Its last frame.
    pub last: Option<Last>,
    /// How far its message has come.
    pub message: MessageState,
    /// By how many octets its DATA overran the window so far.
    pub(super) debt: u32,
    /// Octets of DATA content, padding excluded.
    pub content: u64,
    /// Octets of content that it said there would be.
    pub(super) length: Length,
    /// It is a response that has no content, whatever its fields say.
    pub(super) bodiless: bool,
    /// Losses of its side's frames that came before it was opened; another number when its beginning is not known.
    pub(super) losses: u32,
    /// Credit left for its DATA, in octets; negative when overrun or after a smaller INITIAL_WINDOW_SIZE.
    pub window: i64,
}

/// The last frame of a side on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// When it began.
    pub time: Time,
    /// TCP offset at which it began.
    pub offset: u64,
}

impl Sent {
    /// Where its first RST_STREAM was, and why.
    #[must_use]
    pub fn reset(&self) -> Option<(Origin, ErrorCode)> {
        self.reset.as_deref().copied()
    }

    /// True when a final response, or content, was sent.
    #[must_use]
    pub const fn has_answered(&self) -> bool {
        self.content > 0 || matches!(self.message, MessageState::Head | MessageState::Trailers)
    }

    pub(super) fn note_reset(&mut self, at: Origin, code: ErrorCode) {
        self.reset.get_or_insert_with(|| Box::new((at, code)));
    }
}

impl Last {
    /// The frame that began there.
    #[must_use]
    pub const fn at(start: &Origin) -> Self {
        Self { time: start.at.time, offset: start.tcp_end }
    }
}

/// How far one side's message has come (RFC 9113 §8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageState {
    /// No HEADERS yet.
    #[default]
    Nothing,
    /// Only interim responses.
    Interim,
    /// The request's, or the final response's, fields.
    Head,
    /// Fields behind the content.
    Trailers,
}

/// The method of a request, as far as the meaning of responses depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Not known.
    #[default]
    Unknown,
    /// HEAD.
    Head,
    /// CONNECT, without `:protocol`.
    Connect,
    /// Any other.
    Other,
}

impl Method {
    /// The method that a request's fields name.
    pub(super) fn of(traits: Traits) -> Self {
        match traits {
            traits if !traits.contains(Traits::METHOD) || traits.contains(Traits::REPEATED) => Self::Unknown,
            traits if traits.contains(Traits::HEAD) => Self::Head,
            traits if traits.contains(Traits::CONNECT) && !traits.contains(Traits::PROTOCOL) => Self::Connect,
            _ => Self::Other,
        }
    }

    /// The method of this name.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "HEAD" => Self::Head,
            "CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

impl Stream {
    #[inline]
    pub(super) fn new(
        id: StreamId,
        state: StreamState,
        opened_by: Side,
        opened: Origin,
        windows: PerSide<i64>,
    ) -> Self {
        let sent = |window| Sent { window, ..Sent::default() };
        Self {
            id,
            state,
            opened_by,
            opened,
            opened_end: u64::MAX,
            irregular: false,
            provoked: false,
            grpc: false,
            blocked: Span::ZERO,
            lost: Span::ZERO,
            served: None,
            had_room: false,
            sent: PerSide { client: sent(windows.client), server: sent(windows.server) },
            answered: None,
            request: None,
            method: Method::Unknown,
            tunnel: None,
            status: None,
            grpc_status: None,
            call: false,
            closed: None,
            findings: 0,
        }
    }

    /// True when fields of its request are missing or not known: what it asks for may be told by the answer alone.
    #[must_use]
    pub fn request_is_unclear(&self) -> bool {
        self.request.as_ref().is_none_or(|request| !request.whole)
    }

    /// True when no side sent RST_STREAM on it.
    #[must_use]
    pub const fn is_unreset(&self) -> bool {
        self.sent.client.reset.is_none() && self.sent.server.reset.is_none()
    }

    /// True when nobody may send on it any more.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, StreamState::Closed(_))
    }

    /// True when it counts towards MAX_CONCURRENT_STREAMS of its opener's peer: reserved streams do not (RFC 9113 §5.1.2).
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.state, StreamState::Open | StreamState::HalfClosed(_)) && !self.irregular
    }
}
