//! What is known of one stream.

use std::sync::Arc;

use super::{StreamState, message::Request};
use crate::base::{Origin, PerSide, Side, Span, Time};
use crate::frame::{ErrorCode, StreamId};

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
    /// Status code of the final response.
    pub status: Option<u16>,
    /// Status of the gRPC call (trailers).
    pub grpc_status: Option<u32>,
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

impl Stream {
    pub(super) fn new(
        id: StreamId,
        state: StreamState,
        opened_by: Side,
        opened: Origin,
        windows: PerSide<i64>,
    ) -> Self {
        let sent = PerSide::from_fn(|side| Sent { window: windows[side], ..Sent::default() });
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
            sent,
            answered: None,
            request: None,
            status: None,
            grpc_status: None,
            closed: None,
            findings: 0,
        }
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
