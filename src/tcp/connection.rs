//! Both directions of one connection. Of each segment the acknowledgement counts first, then the payload: octets that the peer
//! acknowledged but the capture lacks become a gap before the peer's next words are judged.
//!
//! Capture queues may swap packets, so that an acknowledgement passes before the data. A segment that acknowledges octets not
//! seen yet therefore waits for them, a few milliseconds of capture time or a few packets, before the hole is final.

use std::collections::VecDeque;

use super::{Direction, Flags, PerDirection, Segment, Start, Stream};
use crate::base::{LossKind, Origin, Piece, Place, Signal, Span};
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
    holes: PerDirection<Option<Hole>>,
    /// Segments of one direction that acknowledge octets not seen yet.
    waiting: VecDeque<Stored>,
    packets: usize,
    last: Place,
}

/// Octets that the receiver acknowledged before the capture saw them.
#[derive(Clone, Copy, Debug)]
struct Hole {
    upto: u64,
    at: Place,
    packets: usize,
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

    /// Takes the connection's next captured segment.
    pub fn push(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        self.packets = self.packets.saturating_add(1);
        self.last = segment.at;
        self.streams[direction].count(segment);
        if self.holes.forward.is_some() || self.holes.backward.is_some() {
            self.expire(segment.at, emit);
        }
        if segment.flags.has(Flags::RST) {
            self.settle(emit);
        }
        if self.must_wait(direction, segment) {
            self.waiting.push_back(Stored::of(direction, segment, self.packets));
            return;
        }
        self.accept(direction, segment, emit);
        if !self.waiting.is_empty() {
            self.replay(emit);
        }
    }

    /// The end of the capture, or of what can still come: every hole is final.
    pub fn finish(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        self.settle(emit);
        for direction in [Direction::Forward, Direction::Backward] {
            let at = self.last;
            self.streams[direction].finish(at, &mut |piece| emit(direction, Output::Piece(piece)));
            self.emit_fin(direction, emit);
        }
    }

    /// Notes what a segment acknowledges beyond the octets seen; true when the segment must wait for them.
    fn must_wait(&mut self, direction: Direction, segment: &Segment<'_>) -> bool {
        if let Some(waiting) = self.waiting.front() {
            return waiting.direction == direction;
        }
        if !segment.flags.has(Flags::ACK) || segment.flags.has(Flags::SYN) || segment.flags.has(Flags::RST) {
            return false;
        }
        let reverse = direction.reverse();
        let Some(upto) = self.acknowledged(direction, segment) else { return false };
        if upto <= self.streams[reverse].next() || self.streams[reverse].stats.packets == 0 {
            return false;
        }
        let packets = self.packets;
        let hole = self.holes[reverse].get_or_insert(Hole { upto, at: segment.at, packets });
        hole.upto = hole.upto.max(upto);
        segment.length > 0 || segment.flags.has(Flags::FIN)
    }

    /// Offset up to which a segment acknowledges the other direction; the number that a FIN takes is not an octet.
    fn acknowledged(&self, direction: Direction, segment: &Segment<'_>) -> Option<u64> {
        let peer = &self.streams[direction.reverse()];
        if !peer.known() {
            return None;
        }
        Some(peer.octets(peer.offset(segment.acknowledgement).ok()?))
    }

    /// Makes holes final whose time is over.
    fn expire(&mut self, now: Place, emit: &mut impl FnMut(Direction, Output<'_>)) {
        for direction in [Direction::Forward, Direction::Backward] {
            let Some(hole) = self.holes[direction] else { continue };
            if self.streams[direction].next() >= self.streams[direction].octets(hole.upto) {
                self.holes[direction] = None;
                continue;
            }
            let waited = now.time.since(hole.at.time) > Span::millis(limits::HOLE_GRACE_MS);
            let passed = self.packets.saturating_sub(hole.packets) > limits::HOLE_GRACE_PACKETS;
            if waited || passed {
                self.close(direction, hole, emit);
                self.replay(emit);
            }
        }
    }

    fn close(&mut self, direction: Direction, hole: Hole, emit: &mut impl FnMut(Direction, Output<'_>)) {
        self.holes[direction] = None;
        let stream = &mut self.streams[direction];
        let upto = stream.octets(hole.upto);
        stream.close_gap(upto, LossKind::Captured, hole.at, &mut |piece| {
            emit(direction, Output::Piece(piece))
        });
        self.emit_fin(direction, emit);
    }

    /// Lets waiting segments go on as far as the octets they acknowledge are there.
    fn replay(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        while let Some(stored) = self.waiting.pop_front() {
            let (direction, segment) = (stored.direction, stored.segment());
            let missing = self.streams[direction.reverse()].next();
            if let Some(upto) = self.acknowledged(direction, &segment).filter(|upto| *upto > missing) {
                let hole = Hole { upto, at: segment.at, packets: stored.packets };
                self.holes[direction.reverse()].get_or_insert(hole);
                self.waiting.push_front(stored);
                return;
            }
            self.accept(direction, &segment, emit);
        }
    }

    /// Makes every hole final and lets everything go on that waits.
    fn settle(&mut self, emit: &mut impl FnMut(Direction, Output<'_>)) {
        loop {
            for direction in [Direction::Forward, Direction::Backward] {
                if let Some(hole) = self.holes[direction] {
                    self.close(direction, hole, emit);
                }
            }
            self.replay(emit);
            if self.waiting.is_empty() {
                break;
            }
        }
    }

    fn accept(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        self.open(direction, segment, emit);
        self.acknowledge(direction, segment, emit);
        let peer_acked = self.streams[direction].acked;
        let stream = &mut self.streams[direction];
        if segment.length > 0 && !segment.flags.has(Flags::RST) {
            if is_keep_alive(stream, segment) {
                emit(direction, Output::Signal(Signal::KeepAlive, origin(stream, segment, peer_acked)));
            } else {
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
            if stream.syn.is_none() {
                stream.syn = Some(segment.at);
                emit(
                    direction,
                    Output::Signal(Signal::Opened, Origin { at: segment.at, ..Origin::default() }),
                );
            }
        } else if !stream.known() && !segment.flags.has(Flags::RST) {
            stream.begin(segment.payload_sequence(), Start::Midstream);
        }
    }

    fn acknowledge(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        emit: &mut impl FnMut(Direction, Output<'_>),
    ) {
        if !segment.flags.has(Flags::ACK) {
            return;
        }
        let peer = &mut self.streams[direction.reverse()];
        if !peer.known() && !segment.flags.has(Flags::RST) {
            peer.begin(segment.acknowledgement, Start::Midstream);
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
            stream.fin_origin = Origin { at: segment.at, tcp_end: fin, peer_acked };
        }
        self.emit_fin(direction, emit);
        if segment.flags.has(Flags::RST) {
            let acknowledges = segment.flags.has(Flags::ACK);
            let stream = &self.streams[direction];
            emit(
                direction,
                Output::Signal(Signal::Rst { acknowledges }, origin(stream, segment, peer_acked)),
            );
        }
    }

    fn emit_fin(&mut self, direction: Direction, emit: &mut impl FnMut(Direction, Output<'_>)) {
        let stream = &mut self.streams[direction];
        if stream.fin.is_some_and(|fin| fin <= stream.next()) && !stream.fin_emitted {
            stream.fin_emitted = true;
            let complete = stream.whole();
            let origin = stream.fin_origin;
            emit(direction, Output::Signal(Signal::Fin { complete }, origin));
        }
    }
}

fn origin(stream: &Stream, segment: &Segment<'_>, peer_acked: u64) -> Origin {
    Origin { at: segment.at, tcp_end: stream.next(), peer_acked }
}

/// At most one octet, and that one already sent: RFC 9293 §3.8.4.
fn is_keep_alive(stream: &Stream, segment: &Segment<'_>) -> bool {
    let bare = segment.flags.0 & (Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0) == 0;
    if !bare || segment.length > 1 || !stream.known() {
        return false;
    }
    match stream.offset(segment.sequence) {
        Ok(start) => start.checked_add(1) == Some(stream.next()),
        Err(before) => before == 1 && stream.next() == 0,
    }
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
