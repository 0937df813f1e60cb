//! One TLS connection: the records of both sides in the order in which they pass.

use super::fact::{Fact, Output};
use super::half::{Epoch, Half, Phase};
use super::keylog::{KeyLog, Source};
use super::names::ContentType;
use super::negotiation::{EarlyData, Negotiation};
use super::opening::Held;
use super::records::{Header, Hole, SSLV2_HELLO, Step, Stretch};
use super::server_hello::ServerHello;
use super::shared::Shared;
use super::{ClientHello, Version};
use crate::base::{LossKind, Origin, PerSide, Piece, Side, to_u64};
use crate::limits::SESSION_OCTETS;

/// One TLS connection.
#[derive(Debug, Default)]
pub struct Session {
    pub(super) halves: PerSide<Half>,
    pub(super) seen: Box<Negotiation>,
    /// The hellos of a renegotiation, which the next keys are made of.
    pub(super) again: Option<Box<(ClientHello, Option<ServerHello>)>>,
    /// 0-RTT data that wait for the server's decision.
    pub(super) early: Option<Box<Held>>,
}

/// What a step works with.
pub(super) struct Work<'w, E> {
    pub(super) keys: &'w KeyLog,
    pub(super) shared: &'w mut Shared,
    pub(super) emit: &'w mut E,
}

impl Session {
    /// A connection whose first octets come first.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection whose beginning is not in the capture: records are searched for.
    #[must_use]
    pub fn joined_late() -> Self {
        Self { halves: PerSide::from_fn(|_| Half::joined_late()), ..Self::default() }
    }

    /// Octets that it holds in memory, as far as traffic decides that.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let halves = self.halves.client.weight().saturating_add(self.halves.server.weight());
        let early = self.early.as_ref().map_or(0, |held| held.weight());
        to_u64(halves.saturating_add(early)).saturating_add(SESSION_OCTETS)
    }

    /// What was negotiated so far.
    #[must_use]
    pub const fn negotiation(&self) -> &Negotiation {
        &self.seen
    }

    /// The source of the secret that opened the first record of a side; `None` as long as none was opened.
    #[must_use]
    pub fn opened_by(&self, side: Side) -> Option<Source> {
        self.halves[side].opened_by
    }

    /// True when nothing of this side will be opened any more.
    #[must_use]
    pub fn is_hidden(&self, side: Side) -> bool {
        self.halves[side].phase == Phase::Hidden
    }

    /// Takes the next piece of a side's octets.
    pub fn push(
        &mut self,
        side: Side,
        piece: &Piece<'_>,
        keys: &KeyLog,
        shared: &mut Shared,
        emit: &mut impl FnMut(&Self, Output<'_>),
    ) {
        let mut work = Work { keys, shared, emit };
        match piece {
            Piece::Chunk { bytes, origin } => self.chunk(side, bytes, origin, &mut work),
            Piece::Gap { length, loss, origin } => self.gap(side, *length, *loss, origin, &mut work),
        }
    }

    /// A side's octets have ended at `end`. What is held is let go of.
    pub fn finish(
        &mut self,
        side: Side,
        end: &Origin,
        keys: &KeyLog,
        shared: &mut Shared,
        emit: &mut impl FnMut(&Self, Output<'_>),
    ) {
        let mut work = Work { keys, shared, emit };
        let at = Stretch { start: *end, end: *end };
        if side == Side::Client && self.early.take().is_some() {
            self.lose(side, LossKind::Unfinished, *end, &mut work);
        }
        let half = &self.halves[side];
        if half.records.is_inside() {
            self.fact(side, at, Fact::Truncated, &mut work);
            if self.halves[side].carries_data() {
                self.lose(side, LossKind::Unfinished, *end, &mut work);
            }
        } else if half.gap.is_some() && half.phase != Phase::Hidden {
            self.lose(side, LossKind::Unfinished, *end, &mut work);
        }
        self.halves[side].records.end();
        self.halves[side].opener = None;
    }

    fn chunk<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        bytes: &[u8],
        origin: &Origin,
        work: &mut Work<'_, E>,
    ) {
        let mut rest = bytes;
        loop {
            match self.halves[side].records.step(&mut rest, origin) {
                Step::More => return,
                Step::Header(header, at) if !self.is_wanted(side, &header, at, work) => {
                    self.halves[side].records.skip();
                }
                Step::Header(header, _) => {
                    let kept = self.halves[side].records.keep(&mut rest, origin, &mut work.shared.buffers);
                    if let Some((at, body)) = kept {
                        self.record(side, &header, at, body, work);
                    }
                }
                Step::Body(header, at, body) => self.record(side, &header, at, body, work),
                Step::Skipped(header, at) => self.skipped(side, &header, at, work),
                Step::NoHeader(octets, origin) => self.no_header(side, octets, origin, work),
                Step::Found(origin, skipped) => {
                    let at = Stretch { start: origin, end: origin };
                    self.fact(side, at, Fact::Resynchronised { skipped }, work);
                }
            }
        }
    }

    /// True when the body of a record is needed.
    fn is_wanted<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        header: &Header,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) -> bool {
        let phase = self.halves[side].phase;
        let legacy = phase == Phase::Sealed(Epoch::Legacy);
        match (phase, header.kind) {
            (_, ContentType::APPLICATION_DATA) => {
                self.note_sealed(side, header);
                self.has_keys(side, at, work)
            }
            (_, ContentType::HANDSHAKE | ContentType::ALERT) if legacy => self.has_keys(side, at, work),
            (Phase::Hidden, ContentType::HANDSHAKE) => self.seen.is_tls13(),
            (Phase::Hidden, ContentType::ALERT) => header.length == 2,
            (_, ContentType::HEARTBEAT) => false,
            _ => true,
        }
    }

    fn note_sealed(&mut self, side: Side, header: &Header) {
        let first = self.seen.sealed_records[side] == 0;
        self.seen.sealed_records[side] = self.seen.sealed_records[side].saturating_add(1);
        let whole = self.seen.server_hello.is_some() && self.halves[side].gap.is_none();
        if first && side == Side::Server && whole && self.seen.is_tls13() {
            self.seen.first_sealed = u16::try_from(header.length).ok();
        }
    }

    fn record<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        header: &Header,
        at: Stretch,
        mut body: Vec<u8>,
        work: &mut Work<'_, E>,
    ) {
        let legacy = self.halves[side].phase == Phase::Sealed(Epoch::Legacy);
        match header.kind {
            ContentType::APPLICATION_DATA => self.open(side, header, at, &mut body, work),
            ContentType::HANDSHAKE | ContentType::ALERT if legacy => {
                self.open(side, header, at, &mut body, work);
            }
            SSLV2_HELLO => self.sslv2_hello(side, &body, at, work),
            other => self.content(side, other, &body, at, work),
        }
        work.shared.buffers.give(body);
    }

    /// What a record held, in clear or opened.
    pub(super) fn content<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        kind: ContentType,
        octets: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        match kind {
            ContentType::HANDSHAKE => self.handshake(side, octets, at, work),
            ContentType::ALERT => self.alert(side, octets, at, work),
            ContentType::CHANGE_CIPHER_SPEC => self.change_cipher_spec(side, at, work),
            ContentType::APPLICATION_DATA => self.data(side, octets, at, work),
            _ => self.fact(side, at, Fact::BadRecord, work),
        }
    }

    fn data<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        octets: &[u8],
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if self.seen.application_data[side].is_none() {
            self.seen.application_data[side] = Some(at);
            self.fact(side, at, Fact::ApplicationData, work);
        }
        if std::mem::take(&mut self.halves[side].unopened) {
            self.lose(side, LossKind::Captured, at.start, work);
        }
        let early = self.halves[side].phase == Phase::Sealed(Epoch::Early);
        if early && self.seen.early_data != EarlyData::Accepted {
            self.hold_early(octets, at.end);
            return;
        }
        if early {
            self.seen.early_data_end = Some(at);
        }
        if !octets.is_empty() {
            self.halves[side].lost = false;
            (work.emit)(self, Output::Plain(side, Piece::Chunk { bytes: octets, origin: at.end }));
        }
    }

    fn skipped<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        header: &Header,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        let tls13 = self.seen.is_tls13();
        let records = self.seen.sealed_records[side];
        match header.kind {
            ContentType::ALERT => self.sealed_alert(side, at, work),
            ContentType::HANDSHAKE if !tls13 && self.is_behind_data(side) => {
                self.seen.sealed_handshake[side] = Some(at);
                self.fact(side, at, Fact::SealedHandshake, work);
            }
            ContentType::APPLICATION_DATA if tls13 && header.length == SEALED_ALERT => {
                self.sealed_alert(side, at, work);
            }
            ContentType::APPLICATION_DATA => {
                if side == Side::Server && records == 1 && tls13 {
                    self.fact(side, at, Fact::Answered, work);
                }
                let data = !tls13 || side == Side::Client && self.is_behind_finished(records);
                if data && self.seen.application_data[side].is_none() {
                    self.seen.application_data[side] = Some(at);
                    self.fact(side, at, Fact::ApplicationData, work);
                }
            }
            _ => {}
        }
    }

    /// True when a sealed handshake message of this side would be its first behind application data.
    fn is_behind_data(&self, side: Side) -> bool {
        self.seen.application_data[side].is_some() && self.seen.sealed_handshake[side].is_none()
    }

    /// True when a client's sealed record of this number, in TLS 1.3, can hardly be part of its handshake, which has three messages at
    /// most: Certificate, CertificateVerify, Finished.
    fn is_behind_finished(&self, number: u64) -> bool {
        let early = self.seen.client_hello.as_ref().is_some_and(|hello| hello.early_data);
        number > 3 && !early
    }

    pub(super) fn sealed_alert<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if self.seen.sealed_alert[side].is_none() {
            self.seen.sealed_alert[side] = Some(at);
            self.fact(side, at, Fact::SealedAlert, work);
        }
    }

    fn no_header<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        octets: [u8; 5],
        origin: Origin,
        work: &mut Work<'_, E>,
    ) {
        let at = Stretch { start: origin.before(5), end: origin };
        let half = &mut self.halves[side];
        if !half.records.has_begun() {
            half.records.end();
            self.fact(side, at, Fact::NotTls(octets), work);
            return;
        }
        half.records.lose();
        half.messages.lose();
        half.doubt_more(1);
        half.gap.get_or_insert(origin);
        self.fact(side, at, Fact::NoRecord(octets), work);
        self.lose_data(side, LossKind::Captured, origin, work);
    }

    fn gap<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        length: u64,
        loss: LossKind,
        origin: &Origin,
        work: &mut Work<'_, E>,
    ) {
        let half = &mut self.halves[side];
        let hole = half.records.gap(length, &mut work.shared.buffers);
        half.messages.lose();
        half.gap.get_or_insert(*origin);
        match (hole, &mut half.opener) {
            (Hole::Inside, Some(opener)) => {
                opener.sequence = opener.sequence.saturating_add(1);
                half.doubt_more(0);
            }
            (Hole::Inside, None) => half.doubt_more(1),
            (Hole::Skipped, _) => {}
            (Hole::Open | Hole::Unread, _) => {
                let records = length.checked_div(SHORTEST_SEALED).filter(|_| length > 0);
                let records = records.map_or(u64::MAX, |records| records.saturating_add(1));
                half.doubt_more(u32::try_from(records).unwrap_or(u32::MAX));
            }
        }
        self.lose_data(side, loss, *origin, work);
    }

    /// Something of a side is missing, and with it plaintext: where that may have been 0-RTT data, it is said before the next data.
    fn lose_data<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        loss: LossKind,
        origin: Origin,
        work: &mut Work<'_, E>,
    ) {
        if self.halves[side].carries_data() {
            return self.lose(side, loss, origin, work);
        }
        let early = matches!(self.halves[side].phase, Phase::Clear | Phase::Sealed(Epoch::Early));
        let offered = matches!(self.seen.early_data, EarlyData::Offered | EarlyData::Accepted);
        self.halves[side].unopened |= side == Side::Client && early && offered;
    }

    /// Says that plaintext is missing, unless the last word was that.
    pub(super) fn lose<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        loss: LossKind,
        origin: Origin,
        work: &mut Work<'_, E>,
    ) {
        if !self.halves[side].lost {
            self.halves[side].lost = true;
            (work.emit)(self, Output::Plain(side, Piece::Gap { length: 0, loss, origin }));
        }
    }

    pub(super) fn fact<E: FnMut(&Self, Output<'_>)>(
        &self,
        side: Side,
        at: Stretch,
        fact: Fact,
        work: &mut Work<'_, E>,
    ) {
        (work.emit)(self, Output::Fact(side, at, fact));
    }

    /// The version that is spoken.
    pub(super) fn version(&self) -> Option<Version> {
        self.seen.version()
    }
}

/// Length of a sealed alert in TLS 1.3 (RFC 8446 §5.2): level, description, content type, tag.
const SEALED_ALERT: usize = 2 + 1 + 16;

/// Octets of the shortest sealed record, its header included: content type or nothing, and a tag.
const SHORTEST_SEALED: u64 = 5 + 16;
