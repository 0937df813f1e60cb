//! Everything above TCP of one connection: the probe of its protocol, frames, the machines, the rules.

use super::conclusion::Concluded;
use super::decode::Stack;
use super::desk::{Desk, Sight};
use super::ears::Ears;
use super::opening::{self, Decision, Held};
use super::prologue::Front;
use super::secrecy;
use crate::base::{Origin, PerSide, Piece, Place, Side, Signal, to_u64};
use crate::conn::{Announcement, Connection, Fact, Kind, Knock, Request};
use crate::frame::{Decoder, PREFACE, Settings};
use crate::http1::{Exchange, Outcome, Prologue, Protocol, RequestHead, Upgrade, agreement};
use crate::limits;
use crate::link::Encapsulation;
use crate::tcp::{Connection as Tcp, Direction, Endpoint, Start};
use crate::tls::{Session, Verdict, looks_like_tls};
use crate::views::Observed;

/// Everything above TCP.
#[derive(Default)]
pub(super) struct Upper {
    pub(super) number: u64,
    pub(super) encapsulation: Encapsulation,
    /// What it is said to speak.
    pub(super) told: Option<Stack>,
    pub(super) held: PerSide<Held>,
    pub(super) http1: Exchange,
    /// What stood before the connection's own protocol, outermost first.
    pub(super) prologues: Vec<Prologue>,
    pub(super) decoders: PerSide<Decoder>,
    /// Large, and so made in its own place: moving it would cost more.
    pub(super) conn: Box<Connection>,
    pub(super) ears: Ears,
}

impl Upper {
    /// Nothing is known of the connection but the ends of its first packet.
    #[inline]
    pub(super) fn begin(
        &mut self,
        number: u64,
        first: Place,
        ends: (Endpoint, Endpoint),
        encapsulation: Encapsulation,
    ) {
        (self.number, self.encapsulation) = (number, encapsulation);
        self.conn.transport.first = first;
        self.ears.ends = ends;
        for side in Side::BOTH {
            self.ears.coverage.sides[side].start_missing = true;
            self.ears.coverage.sides[side].absent = true;
        }
    }

    /// Notes what a piece of TCP says of what can be seen.
    pub(super) fn note_piece(&mut self, side: Side, piece: &Piece<'_>) {
        if let Piece::Gap { length, loss, origin } = *piece {
            self.ears.gap(side, length, loss, &origin);
            if length > limits::MAX_BRIDGED_GAP {
                self.conn.start_anew(side);
                self.ears.coverage.sides[side].start_missing = true;
            }
        }
    }

    /// True when a side turned out to speak TLS in which nothing was read yet.
    pub(super) fn is_secured(&self) -> bool {
        let tls = |side: Side| self.http1.protocols[side] == Protocol::Tls;
        tls(Side::Client) || (tls(Side::Server) && self.is_client_unheard())
    }

    /// True while nothing shows what the client speaks: nothing of it is there, or nothing that could be read behind a gap.
    fn is_client_unheard(&self) -> bool {
        match self.http1.protocols.client {
            Protocol::Unknown => true,
            Protocol::Http2 => self.conn.preface.is_none() && self.conn.sides.client.total() == 0,
            Protocol::Http1 | Protocol::Tls | Protocol::Other => false,
        }
    }

    /// What is held belongs to TLS: both sides begin anew inside it.
    pub(super) fn enter_tls(&mut self) -> PerSide<Held> {
        self.http1.protocols = PerSide::default();
        self.http1.first = PerSide::default();
        self.conn.spoke = PerSide::default();
        self.conn.encrypted = true;
        std::mem::take(&mut self.held)
    }

    /// Gives the machines to `act`, and what they say to the ears.
    fn tell(
        &mut self,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
        act: impl FnOnce(&mut Connection, &mut dyn FnMut(&Connection, Fact<'_>)),
    ) {
        let Self { conn, ears, number, http1, .. } = self;
        act(conn, &mut |conn, fact| ears.hear(*number, (conn, http1), &fact, sight, observe));
    }

    /// Takes a signal of TCP.
    pub(super) fn signal(
        &mut self,
        side: Side,
        signal: Signal,
        origin: Origin,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        if signal == Signal::Opened {
            self.ears.begins(side);
        }
        self.tell(sight, observe, |conn, mut emit| conn.signal(side, signal, origin, &mut emit));
        if let Signal::Fin { complete } = signal {
            self.cut(side, complete, origin, sight, observe);
        }
    }

    /// A side ended in order: inside its preface, or inside a frame?
    fn cut(
        &mut self,
        side: Side,
        complete: bool,
        origin: Origin,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        match (self.http1.protocols[side], side) {
            (Protocol::Unknown, Side::Client) if complete => {
                let octets = self.held.client.octets();
                let (agree, length) = (agreement(octets), octets.len());
                let known = agree >= 4 || self.http1.protocols.server == Protocol::Http2;
                if length > 0 && usize::from(agree) == length && length < PREFACE.len() && known {
                    self.tell(sight, observe, |conn, mut emit| {
                        conn.bad_preface(origin, agree, agree, &mut emit)
                    });
                }
            }
            (Protocol::Http2, _) => {
                let decoder = &self.decoders[side];
                if let Some((header, left)) = decoder.unfinished().filter(|_| complete) {
                    let start = *decoder.start();
                    self.tell(sight, observe, |conn, mut emit| {
                        conn.unfinished(side, header, (start, origin), left, &mut emit);
                    });
                }
            }
            _ => {}
        }
    }

    /// Takes a piece of TCP, or of TLS above it.
    pub(super) fn piece(
        &mut self,
        side: Side,
        piece: Piece<'_>,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        if let Piece::Chunk { origin, .. } = piece {
            self.conn.spoke[side].get_or_insert(origin);
        }
        match (self.http1.protocols[side], piece) {
            (Protocol::Http2, piece) => self.frames(side, &piece, sight, observe),
            (Protocol::Unknown, Piece::Chunk { bytes, origin }) => {
                self.held[side].add(bytes, origin);
                self.http1.spoke_on |= side == Side::Client && self.is_upgraded();
                self.decide(side, sight, observe);
            }
            (Protocol::Other, Piece::Chunk { bytes, origin })
                if side == Side::Client && sight.tls.is_none() && begins_with_hello(bytes) =>
            {
                self.held = PerSide::default();
                self.held.client.add(bytes, origin);
                self.http1.protocols.client = Protocol::Tls;
            }
            (Protocol::Http1, Piece::Chunk { bytes, origin }) if side == Side::Client => {
                self.more_http1(bytes, origin, sight, observe);
            }
            (Protocol::Unknown, Piece::Gap { .. }) => {
                self.held[side] = Held::default();
                if self.told == Some(Stack::Tls) && sight.tls.is_none() {
                    self.http1.protocols[side] = Protocol::Tls;
                } else {
                    self.search(side, sight, observe);
                }
            }
            (Protocol::Http1 | Protocol::Tls | Protocol::Other, _) => {}
        }
    }

    fn frames(
        &mut self,
        side: Side,
        piece: &Piece<'_>,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let Self { conn, ears, decoders, number, http1, .. } = self;
        if let Piece::Chunk { bytes, .. } = piece
            && !conn.wants_content()
            && decoders[side].passes(bytes.len())
        {
            return;
        }
        let mut hear = |conn: &Connection, fact: Fact<'_>| {
            ears.hear(*number, (conn, http1), &fact, sight, observe);
        };
        decoders[side].push(piece, &mut |output| conn.push(side, output, &mut hear));
        let searched = self.decoders[side].searched() > to_u64(limits::MAX_UNDECIDED);
        if searched && self.conn.sides.client.total() == 0 && self.conn.sides.server.total() == 0 {
            self.http1.protocols[side] = Protocol::Other;
            self.decoders[side] = Decoder::default();
        }
    }

    /// The beginning of a side is missing: frames are searched for in what it sends.
    fn search(&mut self, side: Side, sight: &Sight<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        self.http1.protocols[side] = Protocol::Http2;
        self.http1.first[side] = None;
        self.ears.coverage.sides[side].opaque = false;
        self.decoders[side] = Decoder::joined_late();
        self.conn.join_late(side);
        let mut held = std::mem::take(&mut self.held[side]);
        held.replay(0, |piece| self.frames(side, &piece, sight, observe));
    }

    /// The client goes on in HTTP/1.x: content of an upgrade request, or a preface out of place.
    fn more_http1(
        &mut self,
        bytes: &[u8],
        origin: Origin,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let pending = self.http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Pending);
        if pending && !self.held.client.is_full() {
            self.held.client.add(bytes, origin);
            self.note_early_preface();
        } else if let Some(rest) = bytes.strip_prefix(PREFACE.as_slice()) {
            self.http1.protocols.client = Protocol::Http2;
            let behind = origin.before(to_u64(rest.len()));
            let again = Fact {
                side: Side::Client,
                header: None,
                start: behind,
                end: behind,
                kind: Kind::PrefaceAgain,
            };
            let Self { conn, ears, number, http1, .. } = self;
            ears.hear(*number, (conn, http1), &again, sight, observe);
            self.piece(Side::Client, Piece::Chunk { bytes: rest, origin }, sight, observe);
        }
    }

    /// Looks at the octets held of a side, and at those of the other one, which may have waited for that.
    fn decide(&mut self, side: Side, sight: &Sight<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        match self.take_prologue() {
            Front::NotYet => return,
            Front::Taken => {
                let waiting = self.waiting();
                for side in Side::BOTH.into_iter().filter(|side| waiting[*side]) {
                    self.decide(side, sight, observe);
                }
                return;
            }
            Front::Own => {}
        }
        match self.opening(side, sight) {
            Decision::Wait => return,
            Decision::Search => {
                self.ears.coverage.sides[side].start_missing = true;
                self.search(side, sight, observe);
            }
            Decision::BadPreface(agree) => self.bad_preface(agree, sight, observe),
            Decision::Is(protocol, length) => self.settle(side, protocol, length, sight, observe),
        }
        self.reconcile(sight, observe);
        let other = side.peer();
        if self.http1.protocols[other] == Protocol::Unknown && !self.held[other].octets().is_empty() {
            self.decide(other, sight, observe);
        }
    }

    pub(super) fn start(&self, side: Side) -> Start {
        if self.ears.coverage.sides[side].start_missing { Start::Midstream } else { Start::Syn }
    }

    fn bad_preface(
        &mut self,
        agree: u8,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let origin = self.held.client.origin(1);
        self.http1.protocols.client = Protocol::Other;
        self.tell(sight, observe, |conn, mut emit| conn.bad_preface(origin, agree, 24, &mut emit));
        self.held.client = Held::default();
    }

    /// It is clear what a side speaks.
    fn settle(
        &mut self,
        side: Side,
        protocol: Protocol,
        length: usize,
        sight: &Sight<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        self.http1.protocols[side] = protocol;
        self.http1.first[side] = Some(self.held[side].first());
        if let (Side::Server, Some((response, at))) = (side, self.http1.response.as_deref()) {
            response.alt_svc.iter().for_each(|field| self.conn.note_alt_svc(field.as_bytes(), *at));
        }
        let late = self.ears.coverage.sides[side].start_missing;
        self.ears.coverage.sides[side].opaque = protocol != Protocol::Http2;
        match (side, protocol) {
            (_, Protocol::Other) if late => return self.search(side, sight, observe),
            (Side::Client, Protocol::Http2) => {
                let origin = self.held.client.origin(length);
                self.ears.begins(Side::Client);
                self.ears.coverage.roles_guessed = false;
                self.tell(sight, observe, |conn, mut emit| conn.preface(origin, &mut emit));
            }
            (Side::Client, Protocol::Http1) => {
                self.held.client.drop_front(length);
                self.note_early_preface();
                return;
            }
            (Side::Server, Protocol::Http2) => {
                if late {
                    self.conn.join_late(Side::Server);
                } else {
                    self.conn.server_begins();
                }
                self.accept_upgrade(sight, observe);
            }
            (Side::Client, Protocol::Tls) => return,
            (Side::Server, Protocol::Tls) if self.is_client_unheard() => return,
            _ => {}
        }
        let mut held = std::mem::take(&mut self.held[side]);
        if protocol == Protocol::Http2 {
            held.replay(length, |piece| self.frames(side, &piece, sight, observe));
        }
    }

    /// The server goes over to HTTP/2: the request is stream 1, and the client's preface is due behind its content.
    fn accept_upgrade(&mut self, sight: &Sight<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let Some(upgrade) = &mut self.http1.upgrade else { return };
        if upgrade.outcome != Outcome::Accepted {
            upgrade.outcome = Outcome::TalkedOver;
            upgrade.answered = Some(self.held.server.origin(1));
            return;
        }
        let RequestHead { method, target, host, .. } = &upgrade.request;
        let request = Request::whole(method, target, host.as_deref());
        let (origin, settings) = (upgrade.requested, settings(upgrade));
        self.tell(sight, observe, |conn, mut emit| conn.upgrade(request, origin, settings, &mut emit));
        let skip = opening::skip_content(&mut self.http1, self.held.client.octets());
        self.held.client.drop_front(skip);
        self.http1.spoke_on = !self.held.client.octets().is_empty();
        if self.http1.spoke_on {
            self.decide(Side::Client, sight, observe);
        }
        self.http1.protocols.client = Protocol::Unknown;
    }

    /// What the client began with is no HTTP/2, yet the server proves to speak it: the preface was due.
    fn reconcile(&mut self, sight: &Sight<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let began = self.conn.spoke.client.filter(|_| !self.ears.coverage.sides.client.start_missing);
        let opaque = self.http1.protocols.client == Protocol::Other && self.conn.preface.is_none();
        if let (Some(origin), true, Protocol::Http2) = (began, opaque, self.http1.protocols.server)
            && self.ears.coverage.sides.client.lost().gap.is_none()
            && self.conn.sides.server.total() > 0
            && !self.engine_blames_preface()
        {
            self.tell(sight, observe, |conn, mut emit| conn.bad_preface(origin, 0, 24, &mut emit));
        }
    }

    fn is_upgraded(&self) -> bool {
        self.http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Accepted)
    }

    fn note_early_preface(&mut self) {
        if self.http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Pending) {
            opening::note_early_preface(&mut self.http1, &self.held.client);
        }
    }

    fn engine_blames_preface(&self) -> bool {
        self.ears.engine.has("PRE006")
    }

    /// The connection is over, or the capture, whose last packet is `capture`.
    pub(super) fn finish(
        &mut self,
        tcp: &Tcp,
        client: Direction,
        capture: Place,
        over: bool,
        around: (Option<&Session>, &Desk),
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> Box<Concluded> {
        let sight = &Sight { wishes: &around.1.wishes, tls: around.0.map(Session::negotiation) };
        for side in Side::BOTH {
            let Self { conn, ears, decoders, number, http1, .. } = self;
            decoders[side].finish(&mut |output| {
                conn.push(side, output, &mut |conn, fact| {
                    ears.hear(*number, (conn, http1), &fact, sight, observe)
                });
            });
        }
        let (tls, desk) = around;
        let http2 = self.is_http2(tls);
        let last = tcp.last();
        self.conn.transport.last = last;
        let stream = tcp.stream(client);
        if stream.only_knocked() {
            let refused = tcp.stream(client.reverse()).refused.as_deref().copied();
            let knock = Knock { tries: stream.tries, last_try: stream.last_try(), refused };
            self.conn.transport.knock = Some(Box::new(knock));
        }
        let end = if over { last } else { capture };
        self.ears.now = end;
        if let Some(tls) = tls {
            secrecy::cover(&mut self.ears.coverage, tls, desk);
        }
        let at = Origin { at: end, ..Origin::default() };
        self.tell(sight, observe, |conn, mut emit| conn.negotiated(at, &mut emit));
        if http2 {
            self.tell(sight, observe, |conn, mut emit| conn.finish(at, &mut emit));
            self.cover_hpack(last);
        }
        self.conclude(tcp, client, http2, over, around)
    }

    /// True when HTTP/2 was spoken, or ALPN chose it.
    fn is_http2(&self, tls: Option<&Session>) -> bool {
        let chosen =
            tls.is_some_and(|tls| tls.negotiation().alpn().selected.is_some_and(|name| name.is("h2")));
        chosen
            || self.conn.preface.is_some()
            || self.conn.sides.client.total() > 0
            || self.conn.sides.server.total() > 0
            || self.ears.engine.has("PRE006")
    }

    fn cover_hpack(&mut self, last: Place) {
        if let Some(full) = self.conn.streams.full_at() {
            self.ears.coverage.sides.client.lost_mut().limit_reached = Some(full.at.pkt);
        }
        for side in Side::BOTH {
            let seen = &mut self.ears.coverage.sides[side];
            seen.texts_forgone = self.conn.sides[side].forgoes_texts();
            if !self.conn.sides[side].hpack_exact() && seen.lost().unsynchronised.is_none() {
                let lost = seen.lost_mut();
                lost.hpack_unknown = lost.hpack_unknown.or(lost.gap).or(lost.snaplen).or(Some(last.pkt));
            }
        }
    }

    /// Without a handshake and a known beginning the lower port is taken for the server's.
    pub(super) fn lower_port_serves(&self) -> Direction {
        if self.ears.ends.0.port >= self.ears.ends.1.port { Direction::Forward } else { Direction::Backward }
    }
}

/// True for octets that can only be a ClientHello: where another protocol went before, that is STARTTLS or its like.
fn begins_with_hello(bytes: &[u8]) -> bool {
    matches!(bytes, [0x16, 3, 0..=4, _, _, 1, 0, ..]) && looks_like_tls(bytes) == Verdict::Yes
}

/// `HTTP2-Settings`, as far as it can be decoded.
fn settings(upgrade: &Upgrade) -> Option<Announcement> {
    let octets = upgrade.request.settings()?;
    let mut announcement = Announcement::read(&Settings::new(&octets), upgrade.requested, upgrade.requested);
    announcement.upgrade = true;
    announcement.acked = upgrade.answered;
    Some(announcement)
}
