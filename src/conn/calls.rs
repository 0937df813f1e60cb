//! Streams that carry gRPC calls are told by their content-type, and only for them facts are made of what passes on them, for the
//! floor above: field blocks, content, ends. Other streams pay one comparison.

use super::block::OpenBlock;
use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::half::Half;
use super::message::{Head, Role};
use crate::frame::FrameType;
use crate::hpack::Traits;

impl Half {
    /// HEADERS and DATA frames that it sent.
    #[must_use]
    pub fn message_frames(&self) -> u64 {
        self.count(FrameType::HEADERS).saturating_add(self.count(FrameType::DATA))
    }
}

impl Connection {
    /// A field block is decoded.
    pub(super) fn note_call(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        head: &Head,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let says_so = head.block.traits.intersects(Traits::GRPC | Traits::GRPC_WEB);
        if !(self.calls || says_so) || open.kind == FrameType::PUSH_PROMISE {
            return;
        }
        if let Some(stream) = self.streams.get_mut(open.subject).filter(|_| says_so)
            && (head.role == Role::Request || head.role == Role::Response && stream.request_is_unclear())
            && stream.id.is_odd()
        {
            stream.call = true;
            self.calls = true;
        }
        if let Some(stream) = self.streams.get(open.subject).filter(|stream| stream.call) {
            let kind = Kind::CallFields { head, stream, ends_stream: open.ends_stream };
            emit(self, Fact { start: open.start, ..seen.fact(kind) });
        }
    }

    /// Content of DATA passes.
    pub(super) fn call_content(
        &self,
        seen: &Seen<'_>,
        octets: &[u8],
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if let Some(stream) = self.streams.get(seen.header.stream).filter(|stream| stream.call) {
            emit(self, seen.fact(Kind::CallContent { octets, stream }));
        }
    }

    /// Content of DATA is missing, or its padding makes no sense.
    pub(super) fn lose_call_content(&self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let data = self.calls && seen.header.kind == FrameType::DATA;
        if let Some(stream) = self.streams.get(seen.header.stream).filter(|stream| data && stream.call) {
            emit(self, seen.fact(Kind::CallContentLost(stream)));
        }
    }

    /// END_STREAM on the stream of a call.
    pub(super) fn end_call(&self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if let Some(stream) = self.streams.get(seen.header.stream) {
            emit(self, seen.fact(Kind::CallEnded(stream)));
        }
    }
}
