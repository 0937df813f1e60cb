//! What a frame does to the connection when it begins: streams move, limits and windows are held against it.

use super::connection::Connection;
use super::fact::{BadStreamId, Fact, Kind};
use super::state::{Input, Step, StreamState};
use super::stream::{Last, Stream};
use super::streams::{Known, opener};
use crate::base::{Origin, Side};
use crate::frame::{Flags, FrameType, Header, StreamId};

/// A frame on its way through the connection.
#[derive(Clone, Copy)]
pub(super) struct Seen<'s> {
    pub side: Side,
    pub header: &'s Header,
    pub start: &'s Origin,
    pub end: &'s Origin,
}

impl Seen<'_> {
    pub(super) const fn fact<'a>(&self, kind: Kind<'a>) -> Fact<'a> {
        Fact { side: self.side, header: Some(*self.header), start: *self.start, end: *self.end, kind }
    }
}

impl Connection {
    /// A frame begins.
    pub(super) fn start(
        &mut self,
        side: Side,
        header: &Header,
        start: &Origin,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let seen = Seen { side, header, start, end: start };
        let half = &mut self.sides[side];
        half.count_frame(header.kind);
        half.recent.note(header, start);
        half.last_spoke = start.at.time;
        if !matches!(header.kind, FrameType::GOAWAY | FrameType::RST_STREAM) {
            half.last_ordinary = start.at.pkt;
        }
        let limit = half.limits.frame_size;
        if half.first_frame.is_none() {
            half.first_frame = Some((*header, *start));
            self.first_frame(&seen, emit);
        }
        if header.kind == FrameType::HEADERS && self.sides[side].first_headers.is_none() {
            self.sides[side].first_headers = Some(*start);
            if side == Side::Client && self.sides.server.first_frame.is_some() {
                emit(self, seen.fact(Kind::FirstHeaders));
            }
        }
        if header.length > limit {
            self.oversized(&seen, limit, emit);
        }
        let undefined = header.flags.0 & !header.kind.defined_flags().0;
        if undefined != 0 {
            emit(self, seen.fact(Kind::UndefinedFlags { bits: undefined }));
        }
        if header.reserved {
            emit(self, seen.fact(Kind::ReservedBit));
        }
        if header.length == 0 {
            self.count_empty(&seen, emit);
        }
        if self.field_block_allows(&seen, emit) {
            self.judge_stream(&seen, emit);
        }
    }

    fn first_frame(&self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if self.sides[seen.side.peer()].first_headers.is_some() {
            emit(self, seen.fact(Kind::FirstFrame));
        }
        let settings = seen.header.kind == FrameType::SETTINGS && !seen.header.flags.has(Flags::ACK);
        if self.from_start[seen.side] && !settings {
            emit(self, seen.fact(Kind::WrongFirstFrame));
        }
    }

    /// Longer than the receiver allows: a frame, or octets that are none.
    fn oversized(&mut self, seen: &Seen<'_>, limit: u32, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let half = &mut self.sides[seen.side];
        let (total, strange) = (half.total(), seen.header.kind.name().is_none());
        let again = strange && half.strange.saturating_add(1) == total && total > 1;
        if strange {
            half.strange = total;
        }
        if strange && (again || seen.header.is_text()) {
            half.not_a_frame.get_or_insert_with(|| Box::new((*seen.header, *seen.start)));
            emit(self, seen.fact(Kind::NotAFrame));
        } else {
            emit(self, seen.fact(Kind::Oversized { limit }));
        }
    }

    /// Holds the frame against the side's open field block. False when there is nothing more to judge at its beginning.
    fn field_block_allows(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) -> bool {
        let continuation = seen.header.kind == FrameType::CONTINUATION;
        let Some(open) = self.sides[seen.side].block.open() else {
            if continuation {
                self.stray_continuation(seen, emit);
            } else {
                self.sides[seen.side].block.settle();
            }
            return !continuation;
        };
        if continuation {
            if seen.header.stream == StreamId::CONNECTION {
                emit(self, seen.fact(Kind::WrongStream));
            } else if seen.header.stream != open.stream {
                emit(self, seen.fact(Kind::ContinuationElsewhere { open }));
            }
            return false;
        }
        self.tell_long_block(seen.side, emit);
        self.sides[seen.side].block.interrupt();
        self.streams.doubt(open.subject, seen.side);
        self.sides[seen.side].hpack.lose();
        emit(self, seen.fact(Kind::BlockInterrupted { open }));
        true
    }

    fn stray_continuation(&self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if seen.header.stream == StreamId::CONNECTION {
            emit(self, seen.fact(Kind::WrongStream));
        } else if !self.sides[seen.side].block.may_continue(seen.header.stream) {
            emit(self, seen.fact(Kind::UnexpectedContinuation));
        }
    }

    fn judge_stream(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if on_wrong_stream(seen.header) {
            emit(self, seen.fact(Kind::WrongStream));
            return;
        }
        if let (Some(input), true) = (input(seen.header.kind), seen.header.stream != StreamId::CONNECTION) {
            self.step(seen, input, emit);
        }
        if seen.header.kind == FrameType::DATA {
            self.spend(seen, emit);
        }
    }

    /// Moves the stream, or says why the table does not let it move.
    fn step(&mut self, seen: &Seen<'_>, input: Input, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let id = seen.header.stream;
        let known = self.streams.find(id);
        let Some(state) = known.state() else { return };
        let (idle, skipped) = (matches!(known, Known::Idle), matches!(known, Known::Skipped));
        let opens = input == Input::Headers && seen.side == Side::Client;
        if (idle || skipped) && self.streams.may_be_unseen(id) && !(opens && idle && id.is_odd()) {
            self.remember_irregular(seen);
            return;
        }
        if opens && (idle || skipped) {
            self.open(seen, skipped, emit);
            return;
        }
        match state.step(seen.side, input) {
            Step::To(next) if input == Input::Headers && next != state => {
                self.streams.shift(id, next);
                self.hold_against_limit(seen, emit);
                self.note_sent(seen, input);
            }
            Step::To(_) => self.note_sent(seen, input),
            Step::Race => {
                if let Some(stream) = self.streams.get(id) {
                    emit(self, seen.fact(Kind::Race { input, stream }));
                }
                self.note_sent(seen, input);
            }
            Step::Illegal(illegal) => {
                let stream = self.streams.get(id);
                emit(self, seen.fact(Kind::IllegalStep { input, illegal, stream, skipped }));
                if stream.is_none() && input != Input::PushPromise {
                    self.remember_irregular(seen);
                }
                self.provoke(seen);
            }
        }
    }

    /// HEADERS of the client on a stream that was never used.
    fn open(&mut self, seen: &Seen<'_>, skipped: bool, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let id = seen.header.stream;
        let bad = match (id.is_odd(), skipped) {
            (false, _) => Some(BadStreamId::Even),
            (true, true) => Some(BadStreamId::NotIncreasing { highest: self.streams.highest(Side::Client) }),
            (true, false) => None,
        };
        if let Some(bad) = bad {
            emit(self, seen.fact(Kind::BadStreamId(bad)));
            self.remember_irregular(seen);
            return;
        }
        if !self.streams.room() {
            self.streams.pass_over(id, *seen.start);
            return;
        }
        let windows = self.initial_windows();
        self.streams.insert(Stream::new(id, StreamState::Open, Side::Client, *seen.start, windows));
        if let Some(stream) = self.streams.get_mut(id) {
            stream.sent.client.last = Some(Last::at(seen.start));
        }
        if let Some(stream) = self.streams.get(id) {
            emit(self, seen.fact(Kind::Opened(stream)));
        }
        self.time_crowding(seen);
        self.held_against_goaway(seen, id, emit);
        self.hold_against_limit(seen, emit);
    }

    fn hold_against_limit(&self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let side = opener(seen.header.stream);
        let (open, limit) = (self.streams.active(side), self.sides[side].limits.concurrent_streams);
        if side == seen.side && open > limit {
            emit(self, seen.fact(Kind::TooManyStreams { open, limit }));
        }
    }

    /// A stream that only a frame against the rules made known; what follows on it is not blamed again.
    fn remember_irregular(&mut self, seen: &Seen<'_>) {
        if self.streams.room() {
            let windows = self.initial_windows();
            let mut stream =
                Stream::new(seen.header.stream, StreamState::Open, seen.side, *seen.start, windows);
            stream.irregular = true;
            self.streams.note(stream);
        }
    }

    /// Notes a frame on its stream; an answer proves that its sender read what opened the stream.
    fn note_sent(&mut self, seen: &Seen<'_>, input: Input) {
        let Some(stream) = self.streams.get_mut(seen.header.stream) else { return };
        stream.sent[seen.side].last = Some(Last::at(seen.start));
        let first = seen.side == Side::Server && stream.answered.is_none();
        if first {
            stream.answered = Some(*seen.start);
        }
        let answers = matches!(input, Input::Headers | Input::Data | Input::RstStream);
        if answers && stream.opened_by != seen.side && stream.opened_end != u64::MAX {
            let opened = stream.opened_end;
            let knowledge = &mut self.sides[seen.side].knowledge;
            if input == Input::RstStream {
                knowledge.prove_by_ending(opened, seen.start);
            } else {
                knowledge.prove(opened, seen.start);
            }
        }
        if first {
            self.time_answer(seen);
        }
    }
}

/// What a frame of this type does to the stream it is sent on.
const fn input(kind: FrameType) -> Option<Input> {
    Some(match kind {
        FrameType::HEADERS => Input::Headers,
        FrameType::DATA => Input::Data,
        FrameType::RST_STREAM => Input::RstStream,
        FrameType::WINDOW_UPDATE => Input::WindowUpdate,
        FrameType::PRIORITY => Input::Priority,
        FrameType::PUSH_PROMISE => Input::PushPromise,
        _ => return None,
    })
}

/// True for a frame on stream 0 whose type needs a stream, or the reverse (RFC 9113 §6).
pub(super) fn on_wrong_stream(header: &Header) -> bool {
    let connection = header.stream == StreamId::CONNECTION;
    match header.kind {
        FrameType::DATA
        | FrameType::HEADERS
        | FrameType::PRIORITY
        | FrameType::RST_STREAM
        | FrameType::PUSH_PROMISE
        | FrameType::CONTINUATION => connection,
        FrameType::SETTINGS
        | FrameType::PING
        | FrameType::GOAWAY
        | FrameType::ORIGIN
        | FrameType::PRIORITY_UPDATE => !connection,
        _ => false,
    }
}
