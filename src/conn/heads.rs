//! A decoded field block in its place: what is odd about it, and what it makes of its stream.

use super::block::OpenBlock;
use super::connection::Connection;
use super::content::{expect, succeeds};
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::message::{Head, Role};
use super::shape::{Shape, Standing};
use super::stream::{Method, Stream};
use crate::base::{Origin, Side};
use crate::frame::{FrameType, Setting};
use crate::hpack::Traits;

impl Connection {
    /// A field block is decoded, and where it stands is known.
    pub(super) fn examine(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        head: &mut Head,
        standing: Standing,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let traits = head.block.traits;
        let unread = head.block.unknown > 0 || !head.block.complete;
        if unread || self.streams.is_unsettled() {
            let promise = open.kind == FrameType::PUSH_PROMISE;
            self.streams.recognise(open.subject, if promise { Side::Client } else { seen.side }, head);
        }
        let scheme = if self.encrypted { Traits::HTTP } else { Traits::HTTPS };
        let other_scheme = head.role == Role::Request && traits.contains(scheme) && !self.other_scheme;
        let large = head.block.size > u64::from(self.sides[seen.side].limits.header_list);
        let plain = standing.known && !standing.bare && standing.is_plain(traits);
        if !plain || large || other_scheme || head.shape != Shape::NONE {
            self.odd_head(seen, open, head, standing, emit);
        }
        if standing.short {
            self.settle(seen, open.subject, emit);
        }
    }

    /// The block may be odd: what exactly, and who wants to know.
    fn odd_head(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        head: &mut Head,
        standing: Standing,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let mut shape = head.shape | standing.shape(&head.block);
        let limit = u64::from(self.sides[seen.side].limits.header_list);
        shape |= Shape::TOO_LARGE.when(head.block.size > limit);
        if head.role == Role::Request && open.kind != FrameType::PUSH_PROMISE {
            shape |= self.request_shape(head.block.traits, standing.known);
        }
        if let Some(stream) = self.streams.get(open.subject).filter(|_| standing.known) {
            shape |= on_stream(stream, head);
            if standing.promised() {
                shape |= self.promise_shape(stream, head);
            }
            if head.block.traits.contains(Traits::CONNECT) {
                shape = shape.without(Shape::HOST_DIFFERS);
            }
            if shape.intersects(Shape::ON_TUNNEL) {
                shape = shape.without(Shape::WITHIN_MESSAGE);
            }
        }
        head.shape = shape;
        if shape != Shape::NONE || head.odd.is_some() {
            let stream = self.streams.get(open.subject);
            let kind = Kind::OddHead { head, stream, subject: open.subject };
            emit(self, Fact { start: open.start, ..seen.fact(kind) });
        }
    }

    fn request_shape(&mut self, traits: Traits, known: bool) -> Shape {
        let scheme = if self.encrypted { Traits::HTTP } else { Traits::HTTPS };
        let other_scheme = traits.contains(scheme) && !self.other_scheme && known;
        self.other_scheme |= other_scheme;
        let allowed = || self.sides.server.settings.permitted(Setting::ENABLE_CONNECT_PROTOCOL) == 1;
        Shape::OTHER_SCHEME.when(other_scheme)
            | Shape::NOT_NEGOTIATED.when(traits.contains(Traits::PROTOCOL) && !allowed())
    }

    fn promise_shape(&self, stream: &Stream, head: &Head) -> Shape {
        let whole = self.from_start.client && !self.holed.client;
        let authority = stream.request.as_ref().and_then(|request| request.authority.as_deref());
        let lacking = |name| self.sides.client.gatherer.authorities.lack(name);
        let foreign = whole && authority.is_some_and(lacking);
        Shape::UNSAFE_PROMISE.when(head.content_length.is_some_and(|length| length > 0))
            | Shape::FOREIGN_AUTHORITY.when(foreign)
    }
}

impl Standing {
    /// Notes on the stream what a head of `side` says about it, and here where that stands. `losses` are those of `side` so far.
    #[inline]
    pub(super) fn note(
        &mut self,
        stream: &mut Stream,
        head: &Head,
        (side, losses): (Side, u32),
        open: &OpenBlock,
        end: &Origin,
    ) {
        let sent = &stream.sent[side];
        let over = sent.reset().is_some() || sent.ended.is_some_and(|ended| ended != open.start);
        self.role = head.role;
        self.known = sent.losses == losses && !stream.irregular && !over;
        expect(stream, head, self.sender, self.known);
        if head.role == Role::Response && stream.method == Method::Connect && succeeds(head.status) {
            stream.tunnel.get_or_insert_with(|| Box::new(*end));
        }
        self.bare = stream.tunnel.is_some() || matches!(head.status, Some(204));
        let ends = self.known && self.ends_stream && head.role != Role::Interim;
        self.short = ends && stream.sent[side].lacks_content();
    }
}

/// What a response or trailers must not be on this stream.
fn on_stream(stream: &Stream, head: &Head) -> Shape {
    let length = head.block.traits.contains(Traits::CONTENT_LENGTH);
    let none = match head.role {
        Role::Interim => true,
        Role::Response => {
            head.status == Some(204) || (stream.method == Method::Connect && succeeds(head.status))
        }
        _ => false,
    };
    let tunnel = head.role == Role::Trailers && stream.tunnel.is_some();
    Shape::LENGTH_FORBIDDEN.when(length && none) | Shape::ON_TUNNEL.when(tunnel)
}
