//! The connection as a whole: its sides, its streams, and the door through which frames and signals come in.

use std::sync::Arc;

use super::alternatives::Alternatives;
use super::chatter::{Keepalive, Repeats};
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::half::{Half, Limits};
use super::on::{Interest, On};
use super::rates::{Rates, Thresholds};
use super::settings::Announcement;
use super::stalls::{Crowding, Waits};
use super::state::StreamState;
use super::stream::{MessageState, Method, Stream};
use super::streams::Streams;
use super::transport::Transport;
use super::{Knew, Request, Values};
use crate::base::{Origin, PerSide, Side, Signal, Time, to_u64};
use crate::frame::{Header, Output, PREFACE, StreamId};
use crate::hpack::Decoder;

/// One HTTP/2 connection.
#[derive(Default)]
pub struct Connection {
    /// Its streams.
    pub streams: Streams,
    /// Its two sides, by who sent.
    /// Large, and so each made in its own place: moving it would cost more.
    pub sides: PerSide<Box<Half>>,
    /// What TCP shows of it.
    pub transport: Transport,
    /// Where the client's connection preface was complete.
    pub preface: Option<Origin>,
    /// Where the first octet of each side was, of whatever protocol.
    pub spoke: PerSide<Option<Origin>>,
    /// The kinds of facts that somebody asks for.
    pub interest: Interest,
    /// What is too much of something; `None` for the defaults.
    pub thresholds: Option<Arc<Thresholds>>,
    /// How often each side did what costs its peer work.
    pub(super) rates: PerSide<Option<Box<Rates>>>,
    /// When each side waited for credit.
    pub(super) waits: PerSide<Option<Box<Waits>>>,
    /// When the client had as many streams open as it may.
    pub(super) crowding: Option<Box<Crowding>>,
    /// PING of each side that nothing else went between.
    pub(super) keepalive: PerSide<Option<Box<Keepalive>>>,
    /// Field blocks of each side that come again as they were, while it never inserts anything.
    pub(super) repeats: PerSide<Repeats>,
    /// True when the first octets of a side are known to be its first frame.
    pub(super) from_start: PerSide<bool>,
    /// True when frames of a side are missing, or what its SETTINGS say.
    pub(super) holed: PerSide<bool>,
    /// True when its octets come out of TLS.
    pub encrypted: bool,
    /// A request whose `:scheme` does not fit that was told.
    pub(super) other_scheme: bool,
    /// True when a stream carried a gRPC call.
    pub(super) calls: bool,
    /// What the server said about alternatives to it.
    pub(super) alternatives: Option<Box<Alternatives>>,
}

impl Connection {
    /// A connection that has seen nothing, and makes the facts that `interest` asks for.
    #[inline]
    #[must_use]
    pub fn new(interest: Interest) -> Self {
        Self { interest, ..Self::default() }
    }

    /// True when the contents of DATA frames are looked into, as those of gRPC calls are; else only where a frame begins and ends counts.
    #[must_use]
    pub const fn wants_content(&self) -> bool {
        self.calls
    }

    /// Takes what a side's frame decoder says.
    pub fn push(&mut self, side: Side, output: Output<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        match output {
            Output::Whole { header, content, payload, start, end } => {
                self.start(side, header, start, emit);
                if self.calls && !content.is_empty() {
                    self.call_content(&Seen { side, header, start, end }, content, emit);
                }
                self.end(side, header, payload, start, end, emit);
            }
            Output::Start { header, start } => self.start(side, header, start, emit),
            Output::Data { header, content, start, end } => {
                if self.calls {
                    self.call_content(&Seen { side, header, start, end }, content, emit);
                }
            }
            Output::End { header, payload, start, end } => self.end(side, header, payload, start, end, emit),
            Output::Preface { origin } => emit(self, bare(side, *origin, Kind::PrefaceAgain)),
            Output::Resynchronised { origin, skipped } => {
                self.lose(side, origin);
                emit(self, bare(side, *origin, Kind::Resynchronised { skipped }));
            }
            Output::Lost { origin } => {
                self.lose(side, origin);
                emit(self, bare(side, *origin, Kind::Unsynchronised));
            }
        }
    }

    /// The first octets of this side are not in the capture: tables and streams before are unknown.
    pub fn join_late(&mut self, side: Side) {
        let half = &mut self.sides[side];
        half.hpack = Decoder::joined_late();
        self.lose(side, &Origin::default());
        self.streams.lose(side.peer(), &Origin::default());
    }

    /// So much of this side is missing that nothing before need hold behind it: it may even be another connection, whose handshake
    /// is missing too.
    pub fn start_anew(&mut self, side: Side) {
        self.streams.clear();
        self.join_late(side);
    }

    fn lose(&mut self, side: Side, at: &Origin) {
        self.from_start[side] = false;
        self.holed[side] = true;
        self.limit_tables();
        self.sides[side].block.lose();
        self.sides[side].hpack.lose();
        // Under TLS a frame begins where its record ends.
        let known = at.peer_acked.saturating_add(u64::from(self.encrypted));
        self.streams.lose(side, &Origin { peer_acked: known, ..*at });
    }

    /// Takes a signal of TCP.
    pub fn signal(
        &mut self,
        side: Side,
        signal: Signal,
        origin: Origin,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        self.transport.note(side, signal, origin, self.streams.count());
        if signal == Signal::Acked {
            self.sides[side].knowledge.acknowledge(origin.peer_acked, origin.at);
            if !self.sides[side].credit.overflows.is_empty() {
                self.judge_overflows(side, emit);
            }
            if !self.interest.wants(On::Acked) {
                return;
            }
        } else if let Signal::Refilled { waited } = signal {
            self.spread_loss(waited);
        }
        let kind = Kind::Signal(signal);
        if self.interest.wants(kind.on()) {
            emit(self, bare(side, origin, kind));
        }
    }

    /// The client's connection preface is complete: its frames begin.
    pub fn preface(&mut self, origin: Origin, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        self.preface = Some(origin);
        self.from_start.client = true;
        if self.interest.wants(On::Preface) {
            emit(self, bare(Side::Client, origin, Kind::Preface));
        }
    }

    /// The server's first octets are about to be read as frames.
    pub const fn server_begins(&mut self) {
        self.from_start.server = true;
    }

    /// What the client sends where the preface belongs is not the preface.
    pub fn bad_preface(
        &mut self,
        origin: Origin,
        agree: u8,
        seen: u8,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        emit(self, bare(Side::Client, origin, Kind::BadPreface { agree, seen }));
    }

    /// An upgrade from HTTP/1.1 was accepted: the request is stream 1, half-closed for the client, and `HTTP2-Settings` is in
    /// force (RFC 7540 §3.2).
    pub fn upgrade(
        &mut self,
        request: Request,
        origin: Origin,
        settings: Option<Announcement>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if let Some(settings) = settings {
            self.sides.client.settings.announce_by_upgrade(settings.clone());
            self.bind(Side::Server);
            let before = Values::INITIAL;
            emit(
                self,
                bare(Side::Client, origin, Kind::Settings { announcement: &settings, before: &before }),
            );
        }
        let windows = self.initial_windows();
        let state = StreamState::HalfClosed(Side::Client);
        let mut stream = Stream::new(StreamId(1), state, Side::Client, origin, windows);
        stream.opened_end = origin.tcp_end;
        stream.method = Method::named(request.method.as_deref().unwrap_or_default());
        self.sides.client.gatherer.authorities.note(request.authority.as_deref().unwrap_or_default());
        stream.request = Some(request.into());
        stream.sent.client.message = MessageState::Head;
        stream.sent.client.ended = Some(origin);
        self.streams.insert(stream);
        if let Some(stream) = self.streams.get(StreamId(1)) {
            emit(self, bare(Side::Client, origin, Kind::Opened(stream)));
        }
    }

    /// The authorities of the requests, as many as are remembered, in the order in which they were first named.
    pub fn authorities(&self) -> impl Iterator<Item = &str> {
        self.sides.client.gatherer.authorities.listed()
    }

    /// The side ended inside a frame: its header, when that is complete, and the octets that never came.
    pub fn unfinished(
        &mut self,
        side: Side,
        header: Option<Header>,
        (start, end): (Origin, Origin),
        left: u32,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        emit(self, Fact { side, header, start, end, kind: Kind::Unfinished { left } });
    }

    /// What stands below and before HTTP/2, or in its place, is known as far as it ever will be: the connection, or the capture, is over
    /// at `at`.
    pub fn negotiated(&mut self, at: Origin, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        emit(self, bare(Side::Client, at, Kind::Negotiated));
    }

    /// The connection, or the capture, is over at `at`.
    pub fn finish(&mut self, at: Origin, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        for side in Side::BOTH {
            self.tell_long_block(side, emit);
        }
        emit(self, bare(Side::Client, at, Kind::End));
    }

    /// How long the client had as many streams open as it may.
    #[must_use]
    pub fn crowding(&self) -> Option<&Crowding> {
        self.crowding.as_deref()
    }

    /// The PINGs of `side` that nothing else went between; `None` where others may have been lost, be it before the first that was seen:
    /// the least time between two of them may have been less, or something may have passed between them.
    #[must_use]
    pub fn keepalive(&self, side: Side) -> Option<&Keepalive> {
        self.keepalive[side].as_deref().filter(|_| self.windows_known())
    }

    /// Field blocks of `side` that come again as they were, while it never inserts anything.
    #[must_use]
    pub fn repeats(&self, side: Side) -> &Repeats {
        &self.repeats[side]
    }

    /// How well `side` knew what its peer had completed at `offset`, when it began the frame at `frame`.
    #[must_use]
    pub fn knew(&self, side: Side, offset: u64, frame: &Origin) -> Knew {
        self.sides[side].knowledge.knew(offset, frame, self.transport.round_trip())
    }

    /// True when the connection is certainly in the clear: its preface is the first that TCP carries.
    #[must_use]
    pub fn in_the_clear(&self) -> bool {
        self.preface.is_some_and(|preface| preface.tcp_end == to_u64(PREFACE.len()))
    }

    /// True when `side` gave a sign of life at `since` or later: a frame, or a signal of its TCP.
    #[must_use]
    pub fn lived(&self, side: Side, since: Time) -> bool {
        let signal = self.transport.alive[side].is_some_and(|alive| alive.time >= since);
        signal || self.sides[side].last_spoke >= since
    }

    /// The peer of `side` announced or acknowledged something: what binds `side` is counted anew, and its windows move.
    pub(super) fn bind(&mut self, side: Side) {
        let limits = Limits::of(&self.sides[side.peer()].settings);
        let half = &mut self.sides[side];
        let moved = i64::from(limits.initial_window).saturating_sub(i64::from(half.limits.initial_window));
        half.limits = limits;
        if moved != 0 {
            for stream in self.streams.iter_mut() {
                stream.sent[side].window = stream.sent[side].window.saturating_add(moved);
            }
        }
        self.limit_tables();
    }

    /// SETTINGS of `side` could not be read: nobody knows what they allow to its peer.
    pub(super) fn pass_settings(&mut self, side: Side) {
        self.sides[side].settings.pass_unread();
        self.holed[side] = true;
        self.limit_tables();
    }

    /// Tells the decoders how large the tables may be, as far as that is known: what is missing of a side may have allowed more to
    /// its peer, and a peer that was joined late may have been allowed more before.
    fn limit_tables(&mut self) {
        for side in Side::BOTH {
            let peer = side.peer();
            let unknown = self.holed[peer] || (self.holed[side] && !self.from_start[peer]);
            let half = &mut self.sides[side];
            half.hpack.set_limit(if unknown { u32::MAX } else { half.limits.table_size });
        }
    }

    /// What is too much of something.
    pub(super) fn thresholds(&self) -> &Thresholds {
        const DEFAULT: &Thresholds = &Thresholds::DEFAULT;
        self.thresholds.as_deref().unwrap_or(DEFAULT)
    }

    pub(super) fn initial_windows(&self) -> PerSide<i64> {
        PerSide::from_fn(|side| i64::from(self.sides[side].limits.initial_window))
    }
}

/// A fact that is not about a frame.
pub(super) const fn bare(side: Side, origin: Origin, kind: Kind<'_>) -> Fact<'_> {
    Fact { side, header: None, start: origin, end: origin, kind }
}
