//! Both directions of one connection. Of each segment the acknowledgement counts first, then the payload: octets that the peer
//! acknowledged but the capture lacks become a gap before the peer's next words are judged.
//!
//! Capture queues may swap packets, so that an acknowledgement passes before the data. A segment that acknowledges octets not
//! seen yet therefore waits for them, a few milliseconds of capture time or a few packets, before the hole is final; and what comes
//! after it in its direction, or acknowledges it, waits behind it.

use std::collections::VecDeque;

use super::duplicates::Duplicates;
use super::{Direction, Flags, PerDirection, Segment, Start, Stream};
use crate::base::{LossKind, Origin, Piece, Place, Signal, Span, to_index, to_u64};
use crate::limits;

/// What comes out of a connection, with the direction it was sent in.
#[derive(Clone, Copy, Debug)]
pub enum Output<'a> {
    /// The next part of the byte stream.
    Piece(Piece<'a>),
    /// Something without octets.
    Signal(Signal, Origin),
}

/// Reassembly of one TCP connection.
#[derive(Debug, Default)]
pub struct Connection {
    streams: PerDirection<Stream>,
    /// Segments that acknowledge octets not seen yet, and those that come after them, in the order in which they came.
    waiting: VecDeque<Stored>,
    packets: usize,
    last: Place,
    duplicates: Duplicates,
    /// How long nothing had come when the segment came that is to be accepted next.
    silence: Option<Span>,
    /// The direction that broke a silence, until the other one gives a sign of life.
    asked: Option<Direction>,
}

impl Connection {
    /// One direction.
    #[must_use]
    pub fn stream(&self, direction: Direction) -> &Stream {
        &self.streams[direction]
    }

    /// The connection's last packet.
    #[must_use]
    pub const fn last(&self) -> Place {
        self.last
    }

    /// True when both ends have closed in order, and each has acknowledged the other's end: nothing can follow but repetitions.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let closed = |stream: &Stream| stream.has_ended() && stream.fin_acknowledged;
        closed(&self.streams.forward) && closed(&self.streams.backward) && self.waiting.is_empty()
    }

    /// Takes the connection's next captured segment.
    pub fn push(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        if !self.note(direction, segment) {
            return;
        }
        match self.acknowledged_in_order(direction, segment) {
            Some(upto) => self.accept_in_order(direction, segment, upto, emit),
            None => self.accept_any(direction, segment, emit),
        }
    }

    /// Counts a segment; false for a copy of one that came before, which means nothing else.
    #[inline]
    pub(super) fn note(&mut self, direction: Direction, segment: &Segment<'_>) -> bool {
        let silent = segment.at.time.since(self.last.time);
        if silent >= Span::millis(limits::SILENCE_MS) && !self.last.pkt.is_none() {
            self.silence = Some(silent);
        }
        self.last = segment.at;
        if self.duplicates.has(direction, segment) && !self.streams[direction].is_contradicted_by(segment) {
            self.streams[direction].count_copy(segment.at);
            return false;
        }
        self.packets = self.packets.saturating_add(1);
        self.streams[direction].count(segment);
        true
    }

    /// Takes a segment that was counted, whatever it is.
    pub(super) fn accept_any(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        self.expire(segment.at, emit);
        self.join_late(direction, segment);
        if segment.flags.has(Flags::RST) {
            self.settle(emit);
            self.close_hole(direction.reverse(), self.missing(direction, segment), segment.at, emit);
        }
        if self.must_wait(direction, segment) {
            self.waiting.push_back(Stored::of(direction, segment, self.packets));
            return;
        }
        if self.waiting.is_empty() {
            self.accept(direction, segment, emit);
        } else {
            self.accept_in_parts(direction, *segment, emit);
        }
        self.advance(emit);
    }

    /// For the ordinary segment, which comes next, acknowledges nothing that is not there and means nothing else: the offset up to which it
    /// acknowledges the other direction. What waits, opens, ends or closes a window goes the longer way, which comes to the same.
    #[inline]
    fn acknowledged_in_order(&self, direction: Direction, segment: &Segment<'_>) -> Option<u64> {
        let (own, peer) = self.streams.of(direction);
        let calm = self.waiting.is_empty() && self.silence.is_none() && self.asked.is_none();
        let open = segment.window > 0 && !own.window_closed;
        (calm && open && segment.flags.is_ordinary() && own.is_at(segment.sequence))
            .then(|| peer.offset_before(segment.acknowledgement))
            .flatten()
    }

    /// Takes such a segment.
    #[inline]
    fn accept_in_order(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        upto: u64,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        let (own, peer) = self.streams.of_mut(direction);
        if upto > own.acked || !own.acknowledges {
            own.acknowledges = true;
            own.acked = upto.max(own.acked);
            emit(direction, Output::Signal(Signal::Acked, origin(own, segment, upto)));
        }
        let peer_acked = upto.min(own.acked).min(peer.next());
        own.continue_with(segment, peer_acked, &mut |piece| emit(direction, Output::Piece(piece)));
    }

    /// Takes a segment while others wait, some of them perhaps for its first octets.
    #[cold]
    fn accept_in_parts(
        &mut self,
        direction: Direction,
        mut rest: Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        while let Some(length) = self.awaited(direction, &rest) {
            let (front, behind) = rest.split(length);
            self.accept(direction, &front, emit);
            self.advance(emit);
            rest = behind;
        }
        self.accept(direction, &rest, emit);
    }

    /// How many octets of a segment others wait for that were sent before its last ones: those of the peer who acknowledge them. What is
    /// sent again, or put together on the way, may hold octets of several times.
    fn awaited(&self, direction: Direction, segment: &Segment<'_>) -> Option<usize> {
        let start = self.streams[direction].offset(segment.payload_sequence()).ok()?;
        let others = self.waiting.iter().filter(|stored| stored.direction != direction);
        let awaited = others.filter_map(|stored| self.missing(stored.direction, &stored.segment())).min()?;
        let length = to_index(awaited.checked_sub(start)?);
        (length > 0 && length < segment.payload.len()).then_some(length)
    }

    /// The end of the capture, or of what can still come: every hole is final.
    pub fn finish(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        self.settle(emit);
        while let Some(direction) = self.holds_the_earliest() {
            let at = self.last;
            let stream = &mut self.streams[direction];
            stream.skip(LossKind::Unfinished, at, &mut |piece| emit(direction, Output::Piece(piece)));
            self.advance(emit);
        }
        for direction in [Direction::Forward, Direction::Backward] {
            let (at, stream) = (self.last, &mut self.streams[direction]);
            let upto = stream.octets(stream.reached);
            stream.close_gap(upto, LossKind::Unfinished, at, &mut |piece| {
                emit(direction, Output::Piece(piece))
            });
            self.emit_fin(direction, emit);
        }
    }

    /// True when octets came before their turn.
    fn holds_any(&self) -> bool {
        self.streams.forward.holds_any() || self.streams.backward.holds_any()
    }

    /// The direction whose octets wait since the earliest packet.
    fn holds_the_earliest(&self) -> Option<Direction> {
        let since = |direction| Some((self.streams[direction].holds_since()?.pkt, direction));
        let both = [since(Direction::Forward), since(Direction::Backward)];
        both.into_iter().flatten().min_by_key(|(pkt, _)| *pkt).map(|(_, direction)| direction)
    }

    /// Of a connection that the capture joined late, what is acknowledged before any octet was seen was sent before.
    fn join_late(&mut self, direction: Direction, segment: &Segment<'_>) {
        let late = self.streams[direction].syn.is_none() && self.streams[direction.reverse()].syn.is_none();
        let takes_numbers = |segment: Segment<'_>| segment.length > 0 || segment.flags.has(Flags::FIN);
        let waits = |stored: &Stored| stored.direction != direction && takes_numbers(stored.segment());
        let late = late && !self.waiting.iter().any(waits);
        if late && segment.flags.has(Flags::ACK) && !segment.flags.has(Flags::RST) {
            self.streams[direction.reverse()].joined_at(segment.acknowledgement);
        }
    }

    /// Octets that segments hold in memory that are late, or wait for what they acknowledge.
    #[must_use]
    #[inline]
    pub fn weight(&self) -> u64 {
        let late = self.streams.forward.weight().saturating_add(self.streams.backward.weight());
        if self.waiting.is_empty() {
            return late;
        }
        let of = |stored: &Stored| to_u64(stored.payload.len().saturating_add(size_of::<Stored>()));
        self.waiting.iter().fold(late, |sum, stored| sum.saturating_add(of(stored)))
    }

    /// Tells of the first segment after a silence, and of the first one of the other direction after that. One without octets whose
    /// number is ahead of them was overtaking those, which broke it.
    fn resume(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        if self.silence.is_none() && self.asked.is_none() {
            return;
        }
        let stream = &self.streams[direction];
        let at = origin(stream, segment, stream.acked);
        let ahead = segment.length == 0 && stream.offset(segment.sequence).is_ok_and(|at| at > stream.next());
        let answers = |asked: &mut Direction| *asked != direction && !segment.flags.has(Flags::RST);
        if let Some(silent) = self.silence.take_if(|_| !ahead) {
            let asks = segment.length > 0 || is_keep_alive(stream, segment);
            self.asked = asks.then_some(direction);
            emit(direction, Output::Signal(Signal::Resumed { silent, asks }, at));
        } else if self.asked.take_if(answers).is_some() {
            emit(direction, Output::Signal(Signal::KeepAlive, at));
        }
    }

    /// True for a segment that acknowledges octets not seen yet, or that comes after one that waits for such. What fills a hole in
    /// front of octets that are there does not wait: it was first sent before them, whatever it acknowledges now.
    fn must_wait(&self, direction: Direction, segment: &Segment<'_>) -> bool {
        let fixed = segment.flags.has(Flags::SYN) || segment.flags.has(Flags::RST);
        if fixed || self.streams[direction].is_filled_by(segment) {
            return false;
        }
        if self.missing(direction, segment).is_some() {
            return true;
        }
        let after = |waiting: &Stored| waiting.direction == direction;
        self.waiting.iter().any(after) && !self.streams[direction].is_continued_by(segment)
    }

    /// Offset up to which a segment acknowledges octets of the other direction that were not seen yet.
    fn missing(&self, direction: Direction, segment: &Segment<'_>) -> Option<u64> {
        let peer = &self.streams[direction.reverse()];
        let upto = self.acknowledged(direction, segment)?;
        (upto > peer.next() && peer.stats.packets > 0).then_some(upto)
    }

    /// Offset up to which a segment acknowledges the other direction; the number that a FIN takes is not an octet.
    fn acknowledged(&self, direction: Direction, segment: &Segment<'_>) -> Option<u64> {
        let peer = &self.streams[direction.reverse()];
        if !peer.known() || !segment.flags.has(Flags::ACK) {
            return None;
        }
        Some(peer.octets(peer.offset(segment.acknowledgement).ok()?))
    }

    /// Makes holes final whose time is over: that of the segment that has waited longest.
    fn expire(&mut self, now: Place, emit: &mut impl FnMut(Direction, Output<'_>)) {
        while let Some(first) = self.waiting.front() {
            let waited = now.time.since(first.head.at.time) > Span::millis(limits::HOLE_GRACE_MS);
            let passed = self.packets.saturating_sub(first.packets) > limits::HOLE_GRACE_PACKETS;
            if !waited && !passed {
                return;
            }
            self.close(emit);
        }
    }

    /// Makes every hole final that is known from an acknowledgement, and lets everything go on that waits.
    fn settle(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        while !self.waiting.is_empty() {
            self.close(emit);
        }
    }

    /// Makes the hole final for which the first segment waits. Where the octets that it waits for wait themselves, that is the hole
    /// that those wait for.
    fn close(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        let Some(first) = self.waiting.front() else { return };
        let other = first.direction.reverse();
        let cause = self.waiting.iter().find(|waiting| waiting.direction == other);
        let waits =
            cause.filter(|cause| self.streams[other].is_continued_by(&cause.segment())).unwrap_or(first);
        let (direction, at) = (waits.direction.reverse(), waits.head.at);
        let upto = self.missing(waits.direction, &waits.segment());
        self.close_hole(direction, upto, at, emit);
        self.advance(emit);
    }

    fn close_hole(
        &mut self,
        direction: Direction,
        upto: Option<u64>,
        at: Place,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        if let Some(upto) = upto {
            let stream = &mut self.streams[direction];
            stream
                .close_gap(upto, LossKind::Captured, at, &mut |piece| emit(direction, Output::Piece(piece)));
            self.emit_fin(direction, emit);
        }
    }

    /// Lets go on what waits, in the order of cause and effect: of one direction what the other one acknowledged, then the segment
    /// that acknowledged it, then the rest.
    fn advance(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        loop {
            if self.waiting.is_empty() && !self.holds_any() {
                return;
            }
            self.replay(emit);
            let both = [Direction::Forward, Direction::Backward];
            let ready = both.into_iter().filter(|direction| self.streams[*direction].may_release());
            let earliest = |direction: &Direction| self.streams[*direction].holds_since().map(|at| at.pkt);
            let Some(direction) = ready.min_by_key(earliest) else { return };
            self.streams[direction].release(&mut |piece| emit(direction, Output::Piece(piece)));
            self.emit_fin(direction, emit);
        }
    }

    /// Lets segments that wait go on as far as the octets are there that they acknowledge, those of one direction in their order.
    fn replay(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        while let Some(stored) = self.next_ready().and_then(|at| self.waiting.remove(at)) {
            self.accept(stored.direction, &stored.segment(), emit);
        }
    }

    fn next_ready(&self) -> Option<usize> {
        let mut blocked = PerDirection { forward: false, backward: false };
        self.waiting.iter().position(|stored| {
            let ready =
                !blocked[stored.direction] && self.missing(stored.direction, &stored.segment()).is_none();
            blocked[stored.direction] |= !ready;
            ready
        })
    }

    fn accept(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        self.resume(direction, segment, emit);
        self.open(direction, segment, emit);
        let own = self.acknowledge(direction, segment, emit);
        let acked = self.streams[direction].acked.min(self.streams[direction.reverse()].next());
        let peer_acked = own.map_or(acked, |own| own.min(acked));
        let stream = &mut self.streams[direction];
        stream.reach(segment, peer_acked);
        if segment.length > 0 && !segment.flags.has(Flags::RST) {
            if is_keep_alive(stream, segment) {
                emit(direction, Output::Signal(Signal::KeepAlive, origin(stream, segment, peer_acked)));
            } else {
                tell_loss(direction, stream, segment, peer_acked, emit);
                stream.deliver(segment, peer_acked, &mut |piece| emit(direction, Output::Piece(piece)));
            }
        } else if is_keep_alive(stream, segment) {
            emit(direction, Output::Signal(Signal::KeepAlive, origin(stream, segment, peer_acked)));
        }
        self.end(direction, segment, peer_acked, emit);
    }

    /// SYN, or the first packet of a direction that the capture joined late.
    fn open(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        let stream = &mut self.streams[direction];
        if segment.flags.has(Flags::SYN) {
            stream.begin(segment.payload_sequence(), Start::Syn);
            if stream.knock(segment.at) {
                let origin = Origin { at: segment.at, ..Origin::default() };
                emit(direction, Output::Signal(Signal::Opened, origin));
            }
        } else if !stream.known() && !segment.flags.has(Flags::RST) {
            let before = u32::from(is_probe(segment));
            stream.begin(segment.payload_sequence().wrapping_add(before), Start::Midstream);
        }
    }

    /// Offset up to which a segment acknowledges the other direction, which is noted.
    fn acknowledge(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) -> Option<u64> {
        if !segment.flags.has(Flags::ACK) {
            return None;
        }
        let peer = &mut self.streams[direction.reverse()];
        if !peer.known() && !segment.flags.has(Flags::RST) {
            peer.begin(segment.acknowledgement, Start::Midstream);
        }
        if let (Some(fin), Ok(upto)) = (peer.fin, peer.offset(segment.acknowledgement)) {
            peer.fin_acknowledged |= upto > fin;
        }
        let upto = self.acknowledged(direction, segment);
        let stream = &mut self.streams[direction];
        let closed = segment.window == 0 && !segment.flags.has(Flags::SYN) && !segment.flags.has(Flags::RST);
        if let Some(upto) = upto
            && (upto > stream.acked || !stream.acknowledges)
        {
            stream.acknowledges = true;
            stream.acked = upto.max(stream.acked);
            emit(direction, Output::Signal(Signal::Acked, origin(stream, segment, upto)));
        }
        if closed != stream.window_closed && !segment.flags.has(Flags::RST) {
            stream.window_closed = closed;
            let acked = stream.acked;
            emit(direction, Output::Signal(Signal::Window { open: !closed }, origin(stream, segment, acked)));
        }
        upto
    }

    /// FIN and RST.
    fn end(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        peer_acked: u64,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        let stream = &mut self.streams[direction];
        if segment.flags.has(Flags::FIN) && stream.fin.is_none() {
            let start = stream.offset(segment.payload_sequence()).unwrap_or_default();
            let fin = start.saturating_add(segment.length);
            stream.fin = Some(fin);
            let origin = Origin { at: segment.at, tcp_end: fin, peer_acked };
            if fin <= stream.next() {
                emit(direction, ended(stream, origin));
            } else {
                stream.late_fin = Some(Box::new(origin));
            }
        }
        self.emit_fin(direction, emit);
        if segment.flags.has(Flags::RST) {
            self.note_refusal(direction, segment);
            let acknowledges = segment.flags.has(Flags::ACK);
            let stream = &mut self.streams[direction];
            if let Some(upto) = stream.sent_before(segment) {
                let lost = LossKind::Unfinished;
                stream.close_gap(upto, lost, segment.at, &mut |piece| emit(direction, Output::Piece(piece)));
            }
            let tcp_end = stream.offset(segment.sequence).unwrap_or_default().max(stream.next());
            let origin = Origin { at: segment.at, tcp_end, peer_acked };
            let foreign = stream.is_foreign(segment);
            emit(direction, Output::Signal(Signal::Rst { acknowledges, foreign }, origin));
        }
    }

    /// A RST that answers a SYN and nothing else has no number of its own.
    fn note_refusal(&mut self, direction: Direction, segment: &Segment<'_>) {
        let knocked = self.streams[direction.reverse()].only_knocked() && segment.flags.has(Flags::ACK);
        let stream = &mut self.streams[direction];
        if knocked && segment.sequence == 0 && stream.syn.is_none() {
            stream.refused.get_or_insert_with(|| Box::new(Origin { at: segment.at, ..Origin::default() }));
        }
    }

    fn emit_fin(&mut self, direction: Direction, emit: &mut impl FnMut(Direction, Output<'_>)) {
        let stream = &mut self.streams[direction];
        let next = stream.next();
        if let Some(origin) = stream.late_fin.take_if(|fin| fin.tcp_end <= next) {
            emit(direction, ended(stream, *origin));
        }
    }
}

/// What an orderly end says.
fn ended(stream: &Stream, origin: Origin) -> Output<'static> {
    Output::Signal(Signal::Fin { complete: stream.whole() }, origin)
}

/// Tells of octets that are sent again, and of those that others behind them waited for.
fn tell_loss(
    direction: Direction,
    stream: &Stream,
    segment: &Segment<'_>,
    peer_acked: u64,
    emit: &mut impl FnMut(Direction, Output<'_>),
) {
    let at = origin(stream, segment, peer_acked);
    if stream.has_passed(segment) {
        emit(direction, Output::Signal(Signal::Resent, at));
    } else if let Some(since) = stream.holds_since().filter(|_| stream.is_filled_by(segment)) {
        let waited = segment.at.time.since(since.time);
        emit(direction, Output::Signal(Signal::Refilled { waited }, at));
    }
}

fn origin(stream: &Stream, segment: &Segment<'_>, peer_acked: u64) -> Origin {
    Origin { at: segment.at, tcp_end: stream.next(), peer_acked }
}

/// At most one octet, and that one already sent (RFC 9293 §3.8.4). The octet of a probe is garbage on many systems, so it counts as sent
/// also where those before it are not there yet.
fn is_keep_alive(stream: &Stream, segment: &Segment<'_>) -> bool {
    let bare = segment.flags.0 & (Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0) == 0;
    if !bare || segment.length > 1 || !stream.known() {
        return false;
    }
    match stream.offset(segment.sequence) {
        Ok(start) if is_probe(segment) => start != stream.next(),
        Ok(start) => start.checked_add(1) == Some(stream.next()),
        Err(before) => before == 1 && stream.next() == 0,
    }
}

/// One octet that nobody wants passed on at once.
fn is_probe(segment: &Segment<'_>) -> bool {
    segment.length == 1 && segment.flags == Flags::ACK
}

/// A segment kept across packets.
#[derive(Debug)]
struct Stored {
    direction: Direction,
    head: Segment<'static>,
    payload: Box<[u8]>,
    /// Packets of the connection when it came.
    packets: usize,
}

impl Stored {
    fn of(direction: Direction, segment: &Segment<'_>, packets: usize) -> Self {
        Self {
            direction,
            payload: segment.payload.into(),
            head: Segment { payload: &[], ..*segment },
            packets,
        }
    }

    fn segment(&self) -> Segment<'_> {
        Segment { payload: &self.payload, ..self.head }
    }
}
