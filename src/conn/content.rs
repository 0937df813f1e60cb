//! The content of messages: how long it was said to be, and how much of it came (RFC 9113 §8.1.1).

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::message::{Head, Role};
use super::stream::{MessageState, Method, Sent, Stream};
use crate::base::Side;
use crate::frame::{Data, StreamId};

/// What is wrong with the content of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddContent {
    /// DATA before the final response's fields.
    BeforeHead,
    /// More octets than content-length says, from this frame on.
    TooMuch {
        /// What content-length says.
        length: u64,
    },
    /// The stream ended with fewer octets than content-length says.
    TooLittle {
        /// What content-length says.
        length: u64,
    },
    /// Octets in a response that has none: to HEAD, or with status 204 or 304.
    Forbidden,
}

/// Octets of content that a message may have, or any number: `u64::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length(u64);

impl Length {
    pub(super) const ANY: Self = Self(u64::MAX);

    fn said(self) -> Option<u64> {
        (self != Self::ANY).then_some(self.0)
    }
}

impl Default for Length {
    fn default() -> Self {
        Self::ANY
    }
}

impl Sent {
    /// True when less content came than was said.
    pub(super) fn lacks_content(&self) -> bool {
        self.content < self.length.0 && self.length != Length::ANY
    }
}

impl Connection {
    /// DATA with this content came on a stream.
    pub(super) fn count_content(
        &mut self,
        seen: &Seen<'_>,
        data: Data,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let Some(stream) = self.streams.get_mut(seen.header.stream) else { return };
        let sent = &mut stream.sent[seen.side];
        sent.content = sent.content.saturating_add(u64::from(data.content));
        let short = sent.lacks_content();
        let ends = seen.header.ends_stream() && sent.ended.is_none();
        if sent.content > sent.length.0 || sent.message < MessageState::Head || data.missing > 0 {
            self.odd_content(seen, data, emit);
        }
        if ends && short {
            self.settle(seen, seen.header.stream, emit);
        }
    }

    /// Content that is more than was said, or too early, or whose amount the capture does not show.
    #[cold]
    fn odd_content(&mut self, seen: &Seen<'_>, data: Data, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let id = seen.header.stream;
        let Some(stream) = self.streams.get_mut(id) else { return };
        let sent = &mut stream.sent[seen.side];
        if data.missing > 0 {
            sent.length = Length::ANY;
        }
        let before = sent.content.saturating_sub(u64::from(data.content));
        let fault = match sent.length.said() {
            _ if sent.message < MessageState::Head => Some(OddContent::BeforeHead),
            _ if sent.bodiless && data.missing == 0 && data.content > 0 => Some(OddContent::Forbidden),
            Some(length) if before <= length => Some(OddContent::TooMuch { length }),
            _ => None,
        };
        let over = sent.ended.is_some() || sent.reset().is_some();
        if let (Some(fault), false, Some(stream)) = (fault, over, self.streams.get(id))
            && self.streams.is_whole(stream, seen.side)
        {
            emit(self, seen.fact(Kind::OddContent { fault, stream }));
        }
    }

    /// A stream ends for this sender: all content must have come.
    #[cold]
    pub(super) fn settle(&mut self, seen: &Seen<'_>, id: StreamId, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let Some(stream) = self.streams.get(id) else { return };
        let sent = &stream.sent[seen.side];
        if let Some(length) = sent.length.said().filter(|length| sent.content < *length)
            && self.streams.is_whole(stream, seen.side)
            && sent.reset().is_none()
        {
            emit(self, seen.fact(Kind::OddContent { fault: OddContent::TooLittle { length }, stream }));
        }
    }
}

/// A head says what content follows it. `known`: what came before it on the stream is.
pub(super) fn expect(stream: &mut Stream, head: &Head, sender: Side, known: bool) {
    let length = head.content_length.filter(|_| known).map_or(Length::ANY, Length);
    match (head.role, sender) {
        (Role::Request, _) => {
            stream.method = Method::of(head.block.traits);
            stream.sent.client.length = length;
        }
        (Role::Response, Side::Server) => {
            let bare = stream.method == Method::Head || matches!(head.status, Some(204 | 304));
            let answer = &mut stream.sent.server;
            answer.bodiless = bare && known;
            answer.length = match stream.method {
                _ if answer.bodiless => Length(0),
                Method::Unknown | Method::Head => Length::ANY,
                Method::Connect if succeeds(head.status) => Length::ANY,
                Method::Connect | Method::Other => length,
            };
        }
        _ => {}
    }
}

/// True for status codes from 200 to 299.
pub(super) fn succeeds(status: Option<u16>) -> bool {
    status.is_some_and(|status| status / 100 == 2)
}
