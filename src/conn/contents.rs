//! What a frame does to the connection when it is complete: field blocks, ends of streams, settings, pings, credit.

use super::block::OpenBlock;
use super::connection::Connection;
use super::fact::{BadStreamId, Fact, Kind};
use super::first_block;
use super::frames::{Seen, on_wrong_stream};
use super::message::{self, Head};
use super::on::On;
use super::settings::{Acknowledged, Announcement};
use super::shape::Standing;
use super::state::{Input, Step, StreamState};
use super::stream::Stream;
use super::streams::Known;
use crate::base::{Origin, Side, Span};
use crate::frame::{Data, ErrorCode, Flags, FrameType, Header, Payload, Setting, Settings, StreamId};
use crate::hpack::{Block, Fault, FaultKind, Traits};

impl Connection {
    /// A frame is complete.
    pub(super) fn end(
        &mut self,
        side: Side,
        header: &Header,
        payload: &Payload<'_>,
        start: &Origin,
        end: &Origin,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let seen = Seen { side, header, start, end };
        if !matches!(
            payload,
            Payload::Data(Data { padding: None, .. }) | Payload::Headers { padding: None, .. }
        ) {
            self.oddities(&seen, payload, emit);
        }
        let wrong = on_wrong_stream(header);
        match *payload {
            Payload::Malformed(malformed) => {
                emit(self, seen.fact(Kind::Malformed(malformed.fault)));
                self.lose_call_content(&seen, emit);
                self.provoke(&seen);
                self.lose_block(&seen);
                self.tolerate_settings(&seen);
            }
            Payload::Headers { priority, fragment, .. } => {
                if let Some(priority) = priority {
                    self.priority(&seen, priority, emit);
                }
                self.headers(&seen, Some(fragment), emit);
            }
            Payload::Continuation(fragment) => self.continuation(&seen, Some(fragment), emit),
            Payload::Unread => self.unread(&seen, emit),
            Payload::PushPromise { promised, fragment, .. } => {
                self.push_promise(&seen, promised, fragment, emit)
            }
            _ if wrong => self.tolerate_settings(&seen),
            Payload::Data(data) => self.data(&seen, data, emit),
            Payload::RstStream(code) => self.rst_stream(&seen, code, emit),
            Payload::Settings(settings) => self.settings(&seen, &settings, emit),
            Payload::Ping(opaque) => {
                self.ping(&seen, opaque, emit);
                self.count_ping(&seen, emit);
            }
            Payload::Goaway { last_stream_id, error_code, debug, .. } => {
                self.goaway(&seen, last_stream_id, error_code, debug, emit);
            }
            Payload::WindowUpdate { increment, .. } => {
                self.count_credit(&seen, increment, emit);
                self.note_credit(&seen);
                self.window_update(&seen, increment, emit);
            }
            Payload::Priority(priority) => {
                self.priority(&seen, priority, emit);
                self.count_priority(&seen, priority, emit);
            }
            Payload::PriorityUpdate { prioritized, .. } => {
                self.priority_update(&seen, prioritized, emit);
                self.count_priority_of(&seen, prioritized, emit);
            }
            Payload::AltSvc { .. } | Payload::Origin(_) => self.advertise(&seen, payload, emit),
            Payload::Unknown(_) => {}
        }
        if self.interest.wants(On::Frame) {
            emit(self, seen.fact(Kind::Frame(*payload)));
            self.sides[side].gatherer.subject = None;
        }
    }

    /// What a payload may have beside what it is for.
    fn oddities(&self, seen: &Seen<'_>, payload: &Payload<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if payload.padding().is_some_and(|padding| !padding.zero) {
            emit(self, seen.fact(Kind::NonzeroPadding));
        }
        if payload.reserved() {
            emit(self, seen.fact(Kind::ReservedBit));
        }
    }

    /// SETTINGS that must be rejected as a whole announce nothing.
    fn tolerate_settings(&mut self, seen: &Seen<'_>) {
        if seen.header.kind == FrameType::SETTINGS && !seen.header.flags.has(Flags::ACK) {
            self.sides[seen.side].settings.tolerate();
        }
    }

    /// A frame whose field block fragment cannot be told, and neither which stream a promise is about.
    fn lose_block(&mut self, seen: &Seen<'_>) {
        if seen.header.kind == FrameType::PUSH_PROMISE {
            self.streams.lose(seen.side, seen.end);
        }
        if seen.header.kind.carries_block() {
            let half = &mut self.sides[seen.side];
            half.block.interrupt();
            half.hpack.lose();
            self.streams.doubt(seen.header.stream, seen.side);
        }
    }

    fn unread(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        match seen.header.kind {
            FrameType::HEADERS => self.headers(seen, None, emit),
            FrameType::RST_STREAM => self.close_reset(seen, emit),
            FrameType::CONTINUATION => self.continuation(seen, None, emit),
            FrameType::PUSH_PROMISE => self.lose_block(seen),
            FrameType::SETTINGS if !seen.header.flags.has(Flags::ACK) => self.pass_settings(seen.side),
            _ => {}
        }
    }

    /// HEADERS; `None` for a fragment that could not be read: what the header says of the stream holds all the same.
    fn headers(&mut self, seen: &Seen<'_>, fragment: Option<&[u8]>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if let Some(stream) = self.streams.get_mut(seen.header.stream)
            && stream.opened_end == u64::MAX
            && stream.opened == *seen.start
            && !stream.irregular
        {
            stream.opened_end = seen.end.tcp_end;
        }
        self.begin_block(seen, seen.header.stream, fragment, emit);
        if seen.header.ends_stream() {
            self.end_stream(seen, emit);
        }
    }

    /// The first frame of a field block; `None` for a fragment that could not be read.
    #[inline]
    fn begin_block(
        &mut self,
        seen: &Seen<'_>,
        subject: StreamId,
        fragment: Option<&[u8]>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let (stream, kind) = (seen.header.stream, seen.header.kind);
        let ends_stream = seen.header.ends_stream();
        let open = OpenBlock { stream, kind, subject, start: *seen.start, ends_stream };
        if seen.header.ends_block() {
            self.decode(seen, &open, fragment, emit);
        } else {
            self.sides[seen.side].block.begin(open, fragment);
        }
    }

    fn continuation(
        &mut self,
        seen: &Seen<'_>,
        fragment: Option<&[u8]>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let block = &mut self.sides[seen.side].block;
        if block.open().is_none_or(|open| open.stream != seen.header.stream) {
            return;
        }
        block.add(fragment);
        if !seen.header.ends_block() {
            block.count(seen.header.length, seen.end);
            return;
        }
        self.tell_long_block(seen.side, emit);
        let block = &mut self.sides[seen.side].block;
        if let Some((open, octets)) = block.finish() {
            self.decode(seen, &open, octets.as_deref(), emit);
        }
    }

    /// A field block is complete.
    fn decode(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        octets: Option<&[u8]>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let Some(octets) = octets else {
            self.sides[seen.side].hpack.lose();
            self.streams.doubt(open.subject, seen.side);
            return;
        };
        if self.interest.wants(On::FieldBlock) {
            let decoder = &self.sides[seen.side].hpack;
            let kind = Kind::FieldBlock { octets, decoder, subject: open.subject };
            emit(self, Fact { start: open.start, ..seen.fact(kind) });
        }
        let promise = open.kind == FrameType::PUSH_PROMISE;
        let stream = self.streams.get(open.subject);
        let (message, call) =
            stream.map(|stream| (stream.sent[seen.side].message, stream.call)).unwrap_or_default();
        let half = &mut self.sides[seen.side];
        half.gatherer.want(call && !promise);
        let mut head = first_block::decode(seen.side, half, octets, message::no_place(message));
        self.note_alt_svc_field(seen);
        self.place(seen, open, &mut head, emit);
        let gatherer = &mut self.sides[seen.side].gatherer;
        gatherer.keep(head);
        gatherer.subject = Some(open.subject);
    }

    /// The block is decoded: what it is to its stream, and what is noteworthy about it there.
    fn place(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        head: &mut Head,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let promise = open.kind == FrameType::PUSH_PROMISE;
        if head.block.error.is_some() || head.block.updates.count() > MOST_UPDATES {
            self.block_fault(seen, open, &head.block, emit);
        }
        let half = &mut self.sides[seen.side];
        let side = if promise { Side::Client } else { seen.side };
        let losses = self.streams.losses(side);
        let mut standing = Standing { ends_stream: open.ends_stream, ..Standing::new(seen.side) };
        if let Some(stream) = self.streams.get_mut(open.subject) {
            let sent = &mut stream.sent[side];
            (head.role, sent.message) = match side {
                Side::Client => message::request(sent.message, head),
                Side::Server => message::response(sent.message, head),
            };
            match head.role {
                message::Role::Request => stream.request = Some(half.gatherer.request(head)),
                message::Role::Response => stream.status = head.status,
                _ => {}
            }
            stream.grpc |= head.block.traits.contains(Traits::GRPC);
            stream.grpc_status = stream.grpc_status.or(head.grpc_status);
            standing.note(stream, head, (side, losses), open, seen.end);
        } else if seen.side == Side::Server && !promise {
            head.role = message::Role::Response;
        }
        standing.role = head.role;
        self.examine(seen, open, head, standing, emit);
        self.note_call(seen, open, head, emit);
        if head.role == message::Role::Response {
            self.answered(seen, open.subject, emit);
        }
        if head.role == message::Role::Reuse {
            emit(self, Fact { start: open.start, ..seen.fact(Kind::BadStreamId(BadStreamId::Reused)) });
        }
        self.weigh(seen, open, head, emit);
        if self.interest.wants(On::Head) {
            let stream = self.streams.get(open.subject);
            emit(self, Fact { start: open.start, ..seen.fact(Kind::Head { head, stream }) });
        }
    }

    /// The block breaks RFC 7541: unless only a size update is missing, nobody knows the sender's table any more.
    #[cold]
    fn block_fault(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        block: &Block,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let passing = |fault: &Fault| matches!(fault.kind, FaultKind::SizeUpdateMissing { .. });
        if block.error.as_ref().is_some_and(|fault| !passing(fault)) {
            self.sides[seen.side].hpack.lose();
        }
        emit(self, Fact { start: open.start, ..seen.fact(Kind::BlockFault(block)) });
    }

    fn push_promise(
        &mut self,
        seen: &Seen<'_>,
        promised: StreamId,
        fragment: &[u8],
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        self.examine_promise(seen, promised, emit);
        let idle = matches!(self.streams.find(promised), Known::Idle);
        let promises = seen.side == Side::Server && idle && !promised.is_odd();
        let opens = promises && self.streams.room();
        if promises && !opens {
            self.streams.pass_over(promised, *seen.start);
        } else if opens {
            let windows = self.initial_windows();
            let mut stream = Stream::new(promised, StreamState::Reserved, Side::Server, *seen.start, windows);
            stream.opened_end = seen.end.tcp_end;
            self.streams.insert(stream);
            if let Some(stream) = self.streams.get(promised) {
                emit(self, seen.fact(Kind::Opened(stream)));
            }
            self.held_against_goaway(seen, promised, emit);
        }
        let subject = if opens { promised } else { StreamId::CONNECTION };
        self.begin_block(seen, subject, Some(fragment), emit);
    }

    fn data(&mut self, seen: &Seen<'_>, data: Data, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        self.count_content(seen, data, emit);
        if data.missing > 0 {
            self.lose_call_content(seen, emit);
        }
        if self.streams.get(seen.header.stream).is_some_and(|stream| !stream.grpc) {
            self.sides[seen.side].pieces.add(data.content);
        }
        if data.padding.is_some() || self.sides[seen.side].credit.stalled() {
            self.note_data(
                seen,
                seen.header.length.saturating_sub(data.content).saturating_sub(data.missing),
            );
        }
        self.answered(seen, seen.header.stream, emit);
        if seen.header.ends_stream() {
            self.end_stream(seen, emit);
        }
    }

    fn end_stream(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if self.sides[seen.side].credit.stalled() {
            self.needs_no_credit(seen);
        }
        let id = seen.header.stream;
        let Some(stream) = self.streams.get_mut(id) else { return };
        if let Step::To(next) = stream.state.step(seen.side, Input::EndStream) {
            stream.sent[seen.side].ended.get_or_insert(*seen.start);
            if stream.call {
                self.end_call(seen, emit);
            }
            self.shift(seen, id, next, emit);
        }
    }

    fn rst_stream(&mut self, seen: &Seen<'_>, code: ErrorCode, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let half = &mut self.sides[seen.side];
        half.resets = half.resets.saturating_add(1);
        half.refused = half.refused.saturating_add(u64::from(code == ErrorCode::REFUSED_STREAM));
        self.give_up(seen, emit);
        let id = seen.header.stream;
        if let Some(stream) = self.streams.get(id) {
            emit(self, seen.fact(Kind::Reset { code, stream }));
        }
        self.count_reset(seen, code, emit);
        if let Some(stream) = self.streams.get_mut(id) {
            stream.sent[seen.side].note_reset(*seen.end, code);
        }
        self.close_reset(seen, emit);
    }

    /// A stream is closed by RST_STREAM, whatever its code says.
    fn close_reset(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let id = seen.header.stream;
        let Some(stream) = self.streams.get(id) else { return };
        let next = match stream.state {
            StreamState::Closed(mut closed) => {
                closed.reset = closed.reset.with(seen.side);
                StreamState::Closed(closed)
            }
            state => match state.step(seen.side, Input::RstStream) {
                Step::To(next) => next,
                Step::Race | Step::Illegal(_) => state,
            },
        };
        self.shift(seen, id, next, emit);
    }

    fn shift(
        &mut self,
        seen: &Seen<'_>,
        id: StreamId,
        next: StreamState,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let closed = self.streams.shift(id, next);
        self.time_crowding(seen);
        if closed {
            if let Some(stream) = self.streams.get_mut(id) {
                stream.closed = Some(seen.end.at.time);
            }
            if let Some(stream) = self.streams.get(id) {
                emit(self, seen.fact(Kind::Closed(stream)));
            }
            self.streams.forget();
        }
    }

    fn settings(&mut self, seen: &Seen<'_>, settings: &Settings<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let side = seen.side;
        if seen.header.flags.has(Flags::ACK) {
            self.settings_ack(seen, emit);
            return;
        }
        self.count_settings(seen, settings, emit);
        let announcement = Announcement::read(settings, *seen.start, *seen.end);
        let half = &mut self.sides[side];
        half.settings_before_headers =
            half.settings_before_headers.saturating_add(u32::from(half.first_headers.is_none()));
        let rare = announcement.is_rare(side) || half.settings.sent() > 0;
        let (told, values) = (rare.then(|| announcement.clone()), announcement.applicable());
        let before = half.settings.announce(announcement);
        self.bind(side.peer());
        self.windows_moved(seen, &values, &before);
        if let Some(announcement) = &told {
            emit(self, seen.fact(Kind::Settings { announcement, before: &before }));
        }
    }

    fn settings_ack(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let side = seen.side;
        let before = self.sides[side.peer()].settings.acknowledged(Setting::HEADER_TABLE_SIZE);
        match self.sides[side.peer()].settings.acknowledge(*seen.start) {
            Acknowledged::This => {}
            Acknowledged::Nothing => return,
            Acknowledged::Surplus => return emit(self, seen.fact(Kind::SurplusAck)),
        };
        let after = self.sides[side.peer()].settings.acknowledged(Setting::HEADER_TABLE_SIZE);
        self.bind(side);
        let half = &mut self.sides[side];
        if after < before {
            half.hpack.require_update(after);
        }
        let settings = &self.sides[side.peer()].settings;
        let Some(offset) = settings.acknowledged_last().map(|last| last.end.tcp_end) else { return };
        let knowledge = &mut self.sides[side].knowledge;
        knowledge.prove(offset, seen.start);
        let Some(covered) = knowledge.covered_since(offset) else { return };
        let path = self.transport.round_trip().unwrap_or(Span::ZERO);
        let delay = seen.start.at.time.since(covered.time).plus(path.times(-1));
        let late = self.sides[side.peer()].settings.acknowledged_last().filter(|_| delay > SOON);
        if let Some(announcement) = late {
            emit(self, seen.fact(Kind::SettingsAcked { announcement, covered, delay }));
        }
    }
}

/// Within this time nobody waits for an acknowledgement of SETTINGS.
const SOON: Span = Span::seconds(1);

/// Size updates that a field block needs at most (RFC 7541 §4.2).
const MOST_UPDATES: u32 = 2;
