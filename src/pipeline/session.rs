//! One TCP connection from its first segment to its last: TCP, the probe of its protocol, frames, the machines, the rules.

use super::analyzer::{Seen, Wishes};
use super::calls::CallStats;
use super::listing::{Listed, Rank};
use super::opening::{Decision, Held, Http1, Mode, guess, role};
use super::rows::{self, Facts};
use crate::base::{LossKind, Origin, PerSide, Piece, Place, Side, Signal, to_index, to_u64};
use crate::conn::{Announcement, Connection, Fact, Interest, Kind, Request};
use crate::finding::{BlindSpot, ConnectionRow, Finding};
use crate::frame::{Decoder, PREFACE, Settings};
use crate::http1::{Outcome, Upgrade, agreement};
use crate::limits;
use crate::rules::{Coverage, Ends, Engine, Summary};
use crate::tcp::{Connection as Tcp, Direction, Endpoint, Flags, Output, PerDirection, Segment, Start};

/// A connection on its way through the floors.
pub(super) struct Session {
    tcp: Tcp,
    /// Who sends as the client, once that is known.
    client: Option<Direction>,
    /// What came before that was known.
    early: Waiting,
    upper: Upper,
}

/// What waits until it is known which end is the client.
#[derive(Default)]
struct Waiting {
    outputs: Vec<(Direction, Early)>,
    octets: PerDirection<Vec<u8>>,
    /// Octets that were there when they were last looked at.
    looked: PerDirection<usize>,
}

/// What came before it was known which end is the client.
enum Early {
    Chunk(Vec<u8>, Origin),
    Gap(u64, LossKind, Origin),
    Signal(Signal, Origin),
}

/// Everything above TCP.
struct Upper {
    number: u64,
    first: Place,
    /// The sender of the first packet, and the other end.
    ends: (Endpoint, Endpoint),
    encapsulation: Vec<&'static str>,
    modes: PerSide<Mode>,
    held: PerSide<Held>,
    http1: Http1,
    decoders: PerSide<Decoder>,
    conn: Connection,
    ears: Ears,
}

/// Who hears the facts: coverage, rules, counts.
#[derive(Default)]
struct Ears {
    coverage: Coverage,
    engine: Engine,
    calls: CallStats,
    now: Place,
}

/// A connection that is over.
pub(super) struct Concluded {
    /// `None` when it is not among the first ones, which are listed.
    pub row: Option<ConnectionRow>,
    /// Streams that may be listed.
    pub candidates: Vec<Listed>,
    /// Streams that findings name, and what is remembered of them.
    pub named: (Vec<u32>, Vec<Listed>),
    pub findings: Vec<Finding>,
    pub blind_spots: Vec<BlindSpot>,
    pub summary: Summary,
    /// Where somebody may want to know.
    pub ends: Option<Ends>,
    pub http2: bool,
    /// Streams opened, and frames of both sides.
    pub streams: u64,
    pub frames: u64,
    /// How often a judge was called.
    pub calls: u64,
    /// Negotiation towards HTTP/2 was seen, whether or not it came to that.
    pub towards_http2: bool,
}

impl Session {
    pub(super) fn new(
        number: u64,
        ends: (Endpoint, Endpoint),
        segment: &Segment<'_>,
        encapsulation: Vec<&'static str>,
        interest: Interest,
    ) -> Self {
        let syn = segment.flags.has(Flags::SYN);
        let client = match (syn, segment.flags.has(Flags::ACK)) {
            (true, false) => Some(Direction::Forward),
            (true, true) => Some(Direction::Backward),
            (false, _) => None,
        };
        let mut ears = Ears::default();
        for side in Side::BOTH {
            ears.coverage.sides[side].start_missing = true;
            ears.coverage.sides[side].absent = true;
        }
        let upper = Upper {
            number,
            first: segment.at,
            ends,
            encapsulation,
            modes: PerSide::default(),
            held: PerSide::default(),
            http1: Http1::default(),
            decoders: PerSide::default(),
            conn: Connection::new(interest),
            ears,
        };
        Self { tcp: Tcp::default(), client, early: Waiting::default(), upper }
    }

    pub(super) fn push(
        &mut self,
        direction: Direction,
        segment: &Segment<'_>,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        let Self { tcp, client, early, upper } = self;
        let back = upper.ears.now.time.since(segment.at.time);
        if back > upper.ears.coverage.ran_back && tcp.last().pkt != 0 {
            upper.ears.coverage.ran_back = back;
        }
        upper.ears.now = segment.at;
        if let Some(client) = *client {
            upper.ears.coverage.sides[side(client, direction)].absent = false;
        }
        tcp.push(direction, segment, &mut |direction, output| {
            route(client, early, upper, direction, output, wishes, observe);
        });
    }

    /// Streams that stood above the bar since it was told last, and the bar from here on.
    pub(super) fn candidates(&mut self, bar: Option<Rank>) -> Vec<Listed> {
        self.upper.ears.calls.candidates(bar)
    }

    /// True when both ends have closed, or one has reset.
    pub(super) fn is_over(&self) -> bool {
        let transport = &self.upper.conn.transport;
        let closed = transport.fin.client.is_some() && transport.fin.server.is_some();
        closed || transport.rst.client.is_some() || transport.rst.server.is_some()
    }

    /// The connection, or the capture, is over; `capture` is the capture's last packet.
    pub(super) fn finish(
        mut self,
        capture: Place,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) -> Concluded {
        let Self { tcp, client, early, upper } = &mut self;
        tcp.finish(&mut |direction, output| route(client, early, upper, direction, output, wishes, observe));
        let client = client.unwrap_or_else(|| {
            let found = upper.lower_port_serves();
            upper.ears.coverage.roles_guessed = true;
            early.replay(found, upper, wishes, observe);
            found
        });
        for direction in [Direction::Forward, Direction::Backward] {
            let absent = self.tcp.stream(direction).stats.packets == 0;
            let seen = &mut self.upper.ears.coverage.sides[side(client, direction)];
            seen.absent = absent;
            seen.differs = self.tcp.stream(direction).stats.differing_at;
        }
        let over = self.is_over();
        self.upper.finish(&self.tcp, client, capture, over, wishes, observe)
    }
}

/// The side that sends in a direction.
fn side(client: Direction, direction: Direction) -> Side {
    if client == direction { Side::Client } else { Side::Server }
}

/// Hands what TCP says to the floors above, once it is known who is the client.
fn route(
    client: &mut Option<Direction>,
    early: &mut Waiting,
    upper: &mut Upper,
    direction: Direction,
    output: Output<'_>,
    wishes: &Wishes,
    observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
) {
    if let Some(client) = *client {
        upper.take(side(client, direction), output, wishes, observe);
        return;
    }
    early.push(direction, output);
    let Output::Piece(Piece::Chunk { bytes, .. }) = output else { return };
    if let Some((found, certain)) = early.who_is_client(direction, bytes) {
        upper.ears.coverage.roles_guessed = !certain;
        *client = Some(found);
        early.replay(found, upper, wishes, observe);
    } else if early.is_full() {
        let found = upper.lower_port_serves();
        upper.ears.coverage.roles_guessed = true;
        *client = Some(found);
        early.replay(found, upper, wishes, observe);
    }
}

impl Waiting {
    fn push(&mut self, direction: Direction, output: Output<'_>) {
        if let Output::Piece(Piece::Chunk { bytes, .. }) = output {
            self.octets[direction].extend_from_slice(bytes);
        }
        self.outputs.push((direction, Early::of(output)));
    }

    fn is_full(&self) -> bool {
        let octets = self.octets.forward.len().saturating_add(self.octets.backward.len());
        octets >= limits::MAX_UNDECIDED || self.outputs.len() >= limits::MAX_EARLY_OUTPUTS
    }

    /// Which direction is the client's, and whether that is certain; `None` while more octets may tell. What was held is looked at
    /// again only when it has doubled.
    fn who_is_client(&mut self, direction: Direction, bytes: &[u8]) -> Option<(Direction, bool)> {
        let of = |side: Side, direction: Direction| {
            if side == Side::Client { direction } else { direction.reverse() }
        };
        if self.octets[direction].len() == bytes.len()
            && let Some((side, true)) = guess(bytes)
        {
            return Some((of(side, direction), true));
        }
        let length = self.octets[direction].len();
        if length < self.looked[direction].saturating_mul(2) {
            return None;
        }
        self.looked[direction] = length;
        role(&self.octets[direction]).map(|side| (of(side, direction), true))
    }

    /// Hands on what waited.
    fn replay(
        &mut self,
        client: Direction,
        upper: &mut Upper,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        for (direction, output) in std::mem::take(self).outputs {
            upper.ears.coverage.sides[side(client, direction)].absent = false;
            upper.take(side(client, direction), output.output(), wishes, observe);
        }
    }
}

impl Early {
    fn of(output: Output<'_>) -> Self {
        match output {
            Output::Piece(Piece::Chunk { bytes, origin }) => Self::Chunk(bytes.to_vec(), origin),
            Output::Piece(Piece::Gap { length, loss, origin }) => Self::Gap(length, loss, origin),
            Output::Signal(signal, origin) => Self::Signal(signal, origin),
        }
    }

    fn output(&self) -> Output<'_> {
        match self {
            Self::Chunk(bytes, origin) => Output::Piece(Piece::Chunk { bytes, origin: *origin }),
            Self::Gap(length, loss, origin) => {
                Output::Piece(Piece::Gap { length: *length, loss: *loss, origin: *origin })
            }
            Self::Signal(signal, origin) => Output::Signal(*signal, *origin),
        }
    }
}

impl Ears {
    fn hear(
        &mut self,
        number: u64,
        first: Place,
        conn: &Connection,
        fact: &Fact<'_>,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        self.cover(fact, conn);
        self.engine.judge(fact, conn, &self.coverage, &wishes.options, self.now);
        let engine = &self.engine;
        self.calls.hear(number, first, fact, wishes.limit_streams, |stream| engine.names(stream));
        observe(Seen { conn: number, first, fact, connection: conn });
    }

    /// What a fact says about what can be seen.
    fn cover(&mut self, fact: &Fact<'_>, conn: &Connection) {
        let seen = &mut self.coverage.sides[fact.side];
        match fact.kind {
            Kind::Signal(Signal::Opened) => seen.start_missing = false,
            Kind::Preface => {
                seen.start_missing = false;
                self.coverage.roles_guessed = false;
            }
            Kind::Unsynchronised => {
                seen.unsynchronised.get_or_insert(fact.end.at.pkt);
                seen.resynchronised = None;
            }
            Kind::Resynchronised { .. } => seen.resynchronised = Some(conn.sides[fact.side].total()),
            _ => {}
        }
    }

    fn gap(&mut self, side: Side, length: u64, loss: LossKind, origin: &Origin) {
        let seen = &mut self.coverage.sides[side];
        if loss == LossKind::Captured {
            seen.missing = seen.missing.saturating_add(length);
            seen.gap_at.get_or_insert(*origin);
        }
        let place = if loss == LossKind::Snaplen { &mut seen.snaplen } else { &mut seen.gap };
        place.get_or_insert(origin.at.pkt);
    }
}

impl Upper {
    fn take(
        &mut self,
        side: Side,
        output: Output<'_>,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        match output {
            Output::Signal(signal, origin) => self.signal(side, signal, origin, wishes, observe),
            Output::Piece(piece) => {
                match piece {
                    Piece::Chunk { origin, .. } => {
                        self.conn.spoke[side].get_or_insert(origin);
                    }
                    Piece::Gap { length, loss, origin } => {
                        self.ears.gap(side, length, loss, &origin);
                        if length > limits::MAX_BRIDGED_GAP {
                            self.conn.start_anew(side);
                            self.ears.coverage.sides[side].start_missing = true;
                        }
                    }
                }
                self.piece(side, piece, wishes, observe);
            }
        }
    }

    /// Gives the machines to `act`, and what they say to the ears.
    fn tell(
        &mut self,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
        act: impl FnOnce(&mut Connection, &mut dyn FnMut(&Connection, Fact<'_>)),
    ) {
        let Self { conn, ears, number, first, .. } = self;
        act(conn, &mut |conn, fact| ears.hear(*number, *first, conn, &fact, wishes, observe));
    }

    fn signal(
        &mut self,
        side: Side,
        signal: Signal,
        origin: Origin,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        let Self { conn, ears, number, first, .. } = self;
        conn.signal(side, signal, origin, &mut |conn, fact| {
            ears.hear(*number, *first, conn, &fact, wishes, observe)
        });
        if let Signal::Fin { complete } = signal {
            self.cut(side, complete, origin, wishes, observe);
        }
    }

    /// A side ended in order: inside its preface, or inside a frame?
    fn cut(
        &mut self,
        side: Side,
        complete: bool,
        origin: Origin,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        match (self.modes[side], side) {
            (Mode::Opening, Side::Client) if complete => {
                let octets = self.held.client.octets();
                let (agree, length) = (agreement(octets), octets.len());
                let known = agree >= 4 || self.modes.server == Mode::Frames;
                if length > 0 && usize::from(agree) == length && length < PREFACE.len() && known {
                    self.tell(wishes, observe, |conn, mut emit| {
                        conn.bad_preface(origin, agree, agree, &mut emit)
                    });
                }
            }
            (Mode::Frames, _) => {
                let decoder = &self.decoders[side];
                if let Some((header, left)) = decoder.unfinished().filter(|_| complete) {
                    let start = *decoder.start();
                    self.tell(wishes, observe, |conn, mut emit| {
                        conn.unfinished(side, header, (start, origin), left, &mut emit);
                    });
                }
            }
            _ => {}
        }
    }

    fn piece(
        &mut self,
        side: Side,
        piece: Piece<'_>,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        match (self.modes[side], piece) {
            (Mode::Frames, piece) => self.frames(side, &piece, wishes, observe),
            (Mode::Opening, Piece::Chunk { bytes, origin }) => {
                self.held[side].add(bytes, origin);
                self.decide(side, wishes, observe);
            }
            (Mode::Http1, Piece::Chunk { bytes, origin }) if side == Side::Client => {
                self.more_http1(bytes, origin, wishes, observe);
            }
            (Mode::Opening, Piece::Gap { .. }) => {
                self.held[side] = Held::default();
                self.search(side, wishes, observe);
            }
            (Mode::Http1 | Mode::Tls | Mode::Opaque, _) => {}
        }
    }

    fn frames(
        &mut self,
        side: Side,
        piece: &Piece<'_>,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        let Self { conn, ears, decoders, number, first, .. } = self;
        decoders[side].push(piece, &mut |output| {
            conn.push(side, output, &mut |conn, fact| {
                ears.hear(*number, *first, conn, &fact, wishes, observe)
            });
        });
        let frames = self.conn.sides.client.total().saturating_add(self.conn.sides.server.total());
        if frames == 0 && self.decoders[side].searched() > to_u64(limits::MAX_UNDECIDED) {
            self.modes[side] = Mode::Opaque;
            self.decoders[side] = Decoder::default();
        }
    }

    /// The beginning of a side is missing: frames are searched for in what it sends.
    fn search(&mut self, side: Side, wishes: &Wishes, observe: &mut (impl FnMut(Seen<'_>) + ?Sized)) {
        self.modes[side] = Mode::Frames;
        self.ears.coverage.sides[side].opaque = false;
        self.decoders[side] = Decoder::joined_late();
        self.conn.join_late(side);
        let mut held = std::mem::take(&mut self.held[side]);
        held.replay(0, |piece| self.frames(side, &piece, wishes, observe));
    }

    /// The client goes on in HTTP/1.x: content of an upgrade request, or a preface out of place.
    fn more_http1(
        &mut self,
        bytes: &[u8],
        origin: Origin,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        let pending = self.http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Pending);
        if pending && !self.held.client.is_full() {
            self.held.client.add(bytes, origin);
        } else if let Some(rest) = bytes.strip_prefix(PREFACE.as_slice()) {
            self.modes.client = Mode::Frames;
            let behind = origin.before(to_u64(rest.len()));
            let again = Fact {
                side: Side::Client,
                header: None,
                start: behind,
                end: behind,
                kind: Kind::PrefaceAgain,
            };
            let Self { conn, ears, number, first, .. } = self;
            ears.hear(*number, *first, conn, &again, wishes, observe);
            self.piece(Side::Client, Piece::Chunk { bytes: rest, origin }, wishes, observe);
        }
    }

    /// Looks at the octets held of a side, and at those of the other one, which may have waited for that.
    fn decide(&mut self, side: Side, wishes: &Wishes, observe: &mut (impl FnMut(Seen<'_>) + ?Sized)) {
        let held = &self.held[side];
        let decision = match side {
            Side::Client => self.http1.client(held),
            Side::Server => self.http1.server(held, self.start(side), self.modes.client),
        };
        match decision {
            Decision::Wait => return,
            Decision::BadPreface(agree) => self.bad_preface(agree, wishes, observe),
            Decision::Is(mode, length) => self.settle(side, mode, length, wishes, observe),
        }
        self.reconcile(wishes, observe);
        let other = side.peer();
        if self.modes[other] == Mode::Opening && !self.held[other].octets().is_empty() {
            self.decide(other, wishes, observe);
        }
    }

    fn start(&self, side: Side) -> Start {
        if self.ears.coverage.sides[side].start_missing { Start::Midstream } else { Start::Syn }
    }

    fn bad_preface(&mut self, agree: u8, wishes: &Wishes, observe: &mut (impl FnMut(Seen<'_>) + ?Sized)) {
        let origin = self.held.client.origin(1);
        self.modes.client = Mode::Opaque;
        self.tell(wishes, observe, |conn, mut emit| conn.bad_preface(origin, agree, 24, &mut emit));
        self.held.client = Held::default();
    }

    /// It is clear what a side speaks.
    fn settle(
        &mut self,
        side: Side,
        mode: Mode,
        length: usize,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) {
        self.modes[side] = mode;
        let late = self.ears.coverage.sides[side].start_missing;
        self.ears.coverage.sides[side].opaque = mode != Mode::Frames;
        match (side, mode) {
            (_, Mode::Opaque) if late => return self.search(side, wishes, observe),
            (Side::Client, Mode::Frames) => {
                let origin = self.held.client.origin(length);
                self.tell(wishes, observe, |conn, mut emit| conn.preface(origin, &mut emit));
            }
            (Side::Client, Mode::Http1) => {
                self.held.client.drop_front(length);
                return;
            }
            (Side::Server, Mode::Frames) => {
                if late {
                    self.conn.join_late(Side::Server);
                } else {
                    self.conn.server_begins();
                }
                self.accept_upgrade(wishes, observe);
            }
            (_, Mode::Tls) => {
                self.ears.coverage.no_keys.get_or_insert(self.held[side].origin(1).at.pkt);
            }
            _ => {}
        }
        let mut held = std::mem::take(&mut self.held[side]);
        if mode == Mode::Frames {
            held.replay(length, |piece| self.frames(side, &piece, wishes, observe));
        }
    }

    /// The server goes over to HTTP/2: the request is stream 1, and the client's preface is due behind its content.
    fn accept_upgrade(&mut self, wishes: &Wishes, observe: &mut (impl FnMut(Seen<'_>) + ?Sized)) {
        let Some(upgrade) = &mut self.http1.upgrade else { return };
        if upgrade.outcome != Outcome::Accepted {
            upgrade.outcome = Outcome::TalkedOver;
            upgrade.answered = Some(self.held.server.origin(1));
            return;
        }
        let request = Request {
            method: Some(upgrade.request.method.clone()),
            path: Some(upgrade.request.target.clone()),
            authority: upgrade.request.host.clone(),
            whole: true,
        };
        let (origin, settings) = (upgrade.requested, settings(upgrade));
        self.tell(wishes, observe, |conn, mut emit| conn.upgrade(request, origin, settings, &mut emit));
        let skip = self.http1.skip_content(self.held.client.octets().len());
        self.held.client.drop_front(skip);
        self.modes.client = Mode::Opening;
    }

    /// What the client began with is no HTTP/2, yet the server proves to speak it: the preface was due.
    fn reconcile(&mut self, wishes: &Wishes, observe: &mut (impl FnMut(Seen<'_>) + ?Sized)) {
        let began = self.conn.spoke.client.filter(|_| !self.ears.coverage.sides.client.start_missing);
        let opaque = self.modes.client == Mode::Opaque && self.conn.preface.is_none();
        if let (Some(origin), true, Mode::Frames) = (began, opaque, self.modes.server)
            && self.ears.coverage.sides.client.gap.is_none()
            && self.conn.sides.server.total() > 0
            && !self.engine_blames_preface()
        {
            self.tell(wishes, observe, |conn, mut emit| conn.bad_preface(origin, 0, 24, &mut emit));
        }
    }

    fn engine_blames_preface(&self) -> bool {
        self.ears.engine.has("PRE006")
    }

    fn finish(
        mut self,
        tcp: &Tcp,
        client: Direction,
        capture: Place,
        over: bool,
        wishes: &Wishes,
        observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
    ) -> Concluded {
        for side in Side::BOTH {
            let Self { conn, ears, decoders, number, first, .. } = &mut self;
            decoders[side].finish(&mut |output| {
                conn.push(side, output, &mut |conn, fact| {
                    ears.hear(*number, *first, conn, &fact, wishes, observe)
                });
            });
        }
        let http2 = self.conn.preface.is_some()
            || self.conn.sides.client.total() > 0
            || self.conn.sides.server.total() > 0
            || self.ears.engine.has("PRE006");
        let last = tcp.last();
        self.conn.transport.first = self.first;
        self.conn.transport.last = last;
        let end = if over { last } else { capture };
        self.ears.now = end;
        if http2 {
            let at = Origin { at: end, ..Origin::default() };
            self.tell(wishes, observe, |conn, mut emit| conn.finish(at, &mut emit));
            self.cover_hpack(last);
        }
        self.conclude(tcp, client, http2, over, wishes)
    }

    fn cover_hpack(&mut self, last: Place) {
        for side in Side::BOTH {
            let seen = &mut self.ears.coverage.sides[side];
            if !self.conn.sides[side].hpack_exact() && seen.unsynchronised.is_none() {
                seen.hpack_unknown = seen.gap.or(seen.snaplen).or(Some(last.pkt));
            }
        }
    }

    fn conclude(self, tcp: &Tcp, client: Direction, http2: bool, over: bool, wishes: &Wishes) -> Concluded {
        let Self { number, first, ends, encapsulation, modes, http1, conn, ears, .. } = self;
        let Ears { coverage, engine, mut calls, .. } = ears;
        let (client_end, server_end) = match client {
            Direction::Forward => ends,
            Direction::Backward => (ends.1, ends.0),
        };
        for stream in conn.streams.iter().filter(|stream| !stream.is_closed()) {
            calls
                .left_open(number, first, stream, over, wishes.limit_streams, &|stream| engine.names(stream));
        }
        let judge_calls = engine.calls();
        let authority = rows::authority(&conn);
        let server = (rows::plain(server_end.address), server_end.port);
        let summary = Summary::of(number, server, &conn);
        let ends = (!engine.is_empty() || summary.held_back.is_some()).then(|| Ends {
            number,
            client: client_end.to_string(),
            server: server_end.to_string(),
            server_key: authority.clone().unwrap_or_else(|| server_end.port.to_string()),
            first,
        });
        let findings = ends.as_ref().map(|ends| engine.finish(ends)).unwrap_or_default();
        let named = calls.named(number, first, &findings, &conn.streams);
        let candidates = calls.candidates(None);
        let towards_http2 = http2 || http1.upgrade.is_some();
        let blind_spots = coverage.blind_spots(number, http2);
        let (streams, frames) =
            (conn.streams.count(), conn.sides.client.total().saturating_add(conn.sides.server.total()));
        let listed = to_index(number) < wishes.limit_connections;
        let row = listed.then(|| {
            let facts = Facts {
                number,
                first,
                client: (client_end, tcp.stream(client)),
                server: (server_end, tcp.stream(client.reverse())),
                encapsulation,
                modes: (modes.client, modes.server),
                http1: &http1,
                conn: &conn,
                http2,
                authority,
                calls: calls.finish(),
            };
            rows::connection_row(facts, tcp.stream(Direction::Forward).start == Start::Syn)
        });
        Concluded {
            row,
            candidates,
            named,
            findings,
            blind_spots,
            summary,
            ends,
            http2,
            streams,
            frames,
            calls: judge_calls,
            towards_http2,
        }
    }

    /// Without a handshake and a known beginning the lower port is taken for the server's.
    fn lower_port_serves(&self) -> Direction {
        if self.ends.0.port >= self.ends.1.port { Direction::Forward } else { Direction::Backward }
    }
}

/// `HTTP2-Settings`, as far as it can be decoded.
fn settings(upgrade: &Upgrade) -> Option<Announcement> {
    let octets = upgrade.request.settings()?;
    let mut announcement = Announcement::read(&Settings::new(&octets), upgrade.requested, upgrade.requested);
    announcement.upgrade = true;
    announcement.acked = upgrade.answered;
    Some(announcement)
}
