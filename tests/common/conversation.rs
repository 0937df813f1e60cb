//! Random legal conversations: several streams, requests with and without content, answers, pushes, trailers, SETTINGS that change
//! limits, PING, credit, RST_STREAM, GOAWAY, crossing flights, and an end of one kind or another.

use h2lint::base::{PerSide, Side, Span};
use h2lint::frame::{ErrorCode, Setting};
use h2lint::script::{
    Octets, Packet, Script, goaway, ping, preface, priority, push_promise, rst_stream, settings, unknown,
    window_update,
};
use proptest::prelude::*;

use super::ends::{Call, End, Manners, Message, Sent, View};
use super::messages::{answer, conclusion, content, finish, request};
use super::path::{Journey, Path, What, Wire};

/// One decision in a conversation; what it comes to depends on what is legal then.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    side: Side,
    act: u8,
    a: u16,
    b: u16,
}

/// Decisions for a conversation, and how it ends.
pub fn moves() -> impl Strategy<Value = (Vec<Move>, u8)> {
    let one = (any::<bool>(), any::<u8>(), any::<u16>(), any::<u16>()).prop_map(|(client, act, a, b)| {
        let side = if client { Side::Client } else { Side::Server };
        Move { side, act, a, b }
    });
    (prop::collection::vec(one, 0..48), any::<u8>())
}

/// The conversation that these decisions come to: legal, and at times unwise.
pub fn play((moves, ending): &(Vec<Move>, u8)) -> Vec<Packet> {
    World::after(Manners::Rude, moves).end(*ending).packets().to_vec()
}

/// The conversation that these decisions come to over a path, as its tap sees it.
pub fn travel((moves, ending): &(Vec<Move>, u8), manners: Manners, journey: &Journey) -> Script {
    let world = World::over(Wire::Long(Box::new(Path::new(journey.clone()))), manners, moves);
    if manners == Manners::Rude { world.end(*ending) } else { world.part(*ending) }
}

/// The conversation that these decisions come to between ends that also do what is wise: they give credit for what they read, answer
/// everything, and take leave.
pub fn play_well((moves, ending): &(Vec<Move>, u8)) -> Vec<Packet> {
    World::after(Manners::Polite, moves).part(*ending).packets().to_vec()
}

/// Two ends and the path between them.
pub struct World {
    pub wire: Wire,
    pub ends: PerSide<End>,
    pub manners: Manners,
    blind: PerSide<bool>,
    /// Microseconds, about.
    clock: i64,
    pings: u8,
}

/// Longest time, in microseconds, for which an end leaves unread what has arrived.
const PATIENCE: i64 = 20_000;

impl World {
    /// What these decisions lead to between ends that sit side by side.
    pub fn after(manners: Manners, moves: &[Move]) -> Self {
        Self::over(Wire::Short(Box::new(Some(Script::connect()))), manners, moves)
    }

    /// What these decisions lead to over this wire.
    pub fn over(wire: Wire, manners: Manners, moves: &[Move]) -> Self {
        let clock = if let Wire::Long(path) = &wire { path.begins() } else { 0 };
        let mut world = Self {
            wire,
            ends: PerSide::from_fn(|side| End::new(side, manners)),
            manners,
            blind: PerSide::default(),
            clock,
            pings: 0,
        };
        moves.iter().for_each(|step| world.step(step));
        world
    }

    fn step(&mut self, step: &Move) {
        let Move { side, act, a, b } = *step;
        self.land();
        for side in Side::BOTH {
            if self.clock - self.ends[side].read_at > PATIENCE && self.ends[side].arrived > 0 {
                self.read_and_answer(side);
            }
        }
        match act % 16 {
            0 => self.toggle(side),
            1 => self.wait(a),
            2 => self.act(side, What::Ack),
            3 => self.read_and_answer(side),
            kind => {
                if b % 4 != 0 {
                    self.ends[side].read(self.clock);
                }
                let mut written = self.frames(side, kind, a, b);
                if b % 3 == 0 {
                    written.extend(self.frames(side, (act / 16) % 12 + 4, b, a));
                }
                self.write(side, written);
            }
        }
    }

    /// Everything arrives and is answered.
    pub fn calm(&mut self) {
        for side in Side::BOTH {
            self.script(0, |script| script.sees(side));
            self.blind[side] = false;
        }
        self.arrive();
        for side in [Side::Client, Side::Server, Side::Client, Side::Server] {
            self.read_and_answer(side);
            self.arrive();
        }
    }

    fn end(mut self, ending: u8) -> Script {
        self.calm();
        let (client, server) = (Side::Client, Side::Server);
        self.last_words(match ending % 6 {
            0 => vec![(client, What::Ack), (server, What::Ack)],
            1 => vec![(client, What::Fin), (server, What::Fin), (client, What::Ack)],
            2 => vec![(server, What::Fin), (client, What::Fin), (server, What::Ack)],
            3 => vec![(client, What::Rst)],
            4 => vec![(server, What::Rst)],
            _ => vec![(client, What::Fin), (server, What::Ack)],
        })
    }

    /// Each of these, once what was before has arrived; then nothing more.
    pub fn last_words(mut self, acts: Vec<(Side, What)>) -> Script {
        for (side, what) in acts {
            self.act(side, what);
            self.arrive();
        }
        match self.wire {
            Wire::Short(script) => script.unwrap(),
            Wire::Long(path) => path.script(),
        }
    }

    fn script(&mut self, packets: i64, act: impl FnOnce(Script) -> Script) {
        if let Wire::Short(script) = &mut self.wire {
            **script = script.take().map(act);
            self.clock += 100 * packets;
        }
    }

    /// An end does something that tells the other one nothing.
    fn act(&mut self, side: Side, what: What) {
        self.carry(side, what, 0);
    }

    fn carry(&mut self, side: Side, what: What, messages: usize) {
        match &mut self.wire {
            Wire::Short(script) => **script = script.take().map(|script| what.on(script, side)),
            Wire::Long(path) => path.send(side, self.clock, what, messages),
        }
        self.clock += 100;
    }

    /// Everything on its way arrives.
    pub fn arrive(&mut self) {
        match &self.wire {
            Wire::Short(_) => {
                Side::BOTH.into_iter().for_each(|side| self.ends[side].arrived = self.ends[side].mail.len());
            }
            Wire::Long(path) => self.clock = self.clock.max(path.quiet_from()),
        }
        self.land();
    }

    /// What has arrived by now.
    fn land(&mut self) {
        if let Wire::Long(path) = &mut self.wire {
            for side in Side::BOTH {
                self.ends[side].arrived += path.arrived(side, self.clock);
            }
        }
    }

    /// What was sent to this end stays on its way for a while, or arrives.
    fn toggle(&mut self, side: Side) {
        if matches!(self.wire, Wire::Long(_)) {
            return;
        }
        self.blind[side] = !self.blind[side];
        if self.blind[side] {
            self.script(1, |script| script.ack(side).blind(side));
        } else {
            self.script(0, |script| script.sees(side));
            self.ends[side].arrived = self.ends[side].mail.len();
        }
    }

    /// Time passes, once both ends have begun; nobody leaves anything unread for long.
    fn wait(&mut self, choice: u16) {
        let micros = [530, 3_100, 26_000, 73_000, 410_000, 2_600_000, 12_300_000][usize::from(choice) % 7];
        if !Side::BOTH.iter().all(|side| self.ends[*side].started) {
            return;
        }
        let far = matches!(self.wire, Wire::Long(_));
        if micros > PATIENCE && (far || self.manners != Manners::Rude) {
            self.calm();
        } else if micros > PATIENCE {
            Side::BOTH.iter().for_each(|side| self.read_and_answer(*side));
            Side::BOTH.iter().for_each(|side| self.read_and_answer(*side));
        }
        self.script(0, |script| script.wait(Span(micros * 1000)));
        self.clock += micros;
        self.land();
    }

    pub fn read_and_answer(&mut self, side: Side) {
        self.ends[side].read(self.clock);
        self.write(side, Vec::new());
    }

    /// Writes what is owed and these frames in one segment; an end that has not begun begins.
    pub fn write(&mut self, side: Side, frames: Vec<(Octets, Option<Message>)>) {
        let mut all = Vec::new();
        if !std::mem::replace(&mut self.ends[side].started, true) {
            let values = self.values(side, 0x2b);
            let greeting = if side == Side::Client { vec![preface()] } else { Vec::new() };
            all.extend(greeting.into_iter().map(|octets| (octets, None)));
            all.push((settings(&values), Some(Message::Settings(values))));
        }
        all.append(&mut self.ends[side].owed);
        all.extend(frames);
        if all.is_empty() {
            return;
        }
        let (octets, messages): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let peer = &mut self.ends[side.peer()];
        let before = peer.mail.len();
        peer.mail.extend(messages.into_iter().flatten());
        let more = peer.mail.len() - before;
        if matches!(self.wire, Wire::Short(_)) && !self.blind[side.peer()] {
            peer.arrived = peer.mail.len();
        }
        self.carry(side, What::Write(octets), more);
    }

    fn frames(&mut self, side: Side, kind: u8, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
        if !self.ends[side].started && side == Side::Server {
            return Vec::new();
        }
        let end = &mut self.ends[side];
        match kind {
            4 | 5 if side == Side::Client => request(end, a, b),
            4 | 5 => answer(end, a, b),
            6 | 7 => content(end, a, b),
            8 => finish(end, a, b),
            9 => reset(end, a, b),
            10 => credit(end, a, b),
            11 if self.pings > 1 && self.manners != Manners::Rude => Vec::new(),
            11 => {
                self.pings = self.pings.wrapping_add(1);
                let opaque = [self.pings; 8];
                vec![(ping(opaque), Some(Message::Ping(opaque)))]
            }
            12 => {
                let values = self.values(side, a);
                vec![(settings(&values), Some(Message::Settings(values)))]
            }
            13 => vec![(extension(a, b), None)],
            14 => promise(end, a),
            _ => leave(end, a, b),
        }
    }

    fn values(&self, side: Side, a: u16) -> Vec<(Setting, u32)> {
        let choose = |from: &[u32]| from[usize::from(a) % from.len()];
        let mut values = Vec::new();
        if a & 1 != 0 {
            let sizes: &[u32] = match self.manners {
                Manners::Rude => &[65_535, 0, 100, 20_000, 100_000],
                Manners::Polite | Manners::Patient => &[65_535, 20_000, 100_000],
            };
            values.push((Setting::INITIAL_WINDOW_SIZE, choose(sizes)));
        }
        if a & 2 != 0 {
            values.push((Setting::MAX_CONCURRENT_STREAMS, choose(&[100, 1, 3, 250])));
        }
        if a & 4 != 0 {
            values.push((Setting::MAX_FRAME_SIZE, choose(&[16_384, 20_000, 40_000])));
        }
        if a & 8 != 0 {
            values.push((Setting::HEADER_TABLE_SIZE, choose(&[4096, 0, 200, 8192])));
        }
        if a & 16 != 0 && side == Side::Client {
            values.push((Setting::ENABLE_PUSH, choose(&[0, 1])));
        }
        if a & 32 != 0 && (self.manners != Manners::Patient || side == Side::Server) {
            values.push((Setting(0xfa), u32::from(a)));
        }
        values
    }
}

fn reset(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let may = |_: u32, view: &View| view.alive() && (view.own || view.call != Call::Grpc);
    let Some(stream) = end.pick(b, may) else { return Vec::new() };
    let untouched = !end.streams[&stream].own && end.streams[&stream].sent == Sent::Nothing;
    let code = if untouched && a & 1 != 0 { ErrorCode::REFUSED_STREAM } else { ErrorCode::CANCEL };
    end.change(stream, |view| view.reset = true);
    vec![(rst_stream(stream, code), Some(Message::Reset(stream)))]
}

fn credit(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    end.gifts += 1;
    if end.manners != Manners::Rude && end.gifts > 4 {
        return Vec::new();
    }
    let useful = |id: u32, view: &View| view.alive() && (end.side == Side::Client || id % 2 == 1);
    let stream = if a & 1 == 0 { Some(0) } else { end.pick(b, useful) };
    let octets = 1 + u32::from(a) * 3;
    let give = |stream| (window_update(stream, octets), Some(Message::Credit { stream, octets }));
    stream.map(give).into_iter().collect()
}

/// What is allowed anywhere and means nothing here: PRIORITY, and a frame that nobody defined.
fn extension(a: u16, b: u16) -> Octets {
    let stream = u32::from(a % 40);
    if b & 1 == 0 { priority(stream + 1, stream) } else { unknown(0xfa, stream, &[7; 11]) }
}

fn promise(end: &mut End, a: u16) -> Vec<(Octets, Option<Message>)> {
    if end.side == Side::Client || !end.allowed.push || end.going {
        return Vec::new();
    }
    let Some(parent) =
        end.pick(a, |id, view| id % 2 == 1 && view.alive() && !view.ended && view.call == Call::Plain)
    else {
        return Vec::new();
    };
    let stream = end.next;
    end.next += 2;
    let credit = end.allowed.window;
    end.streams.insert(stream, View { own: true, peer_ended: true, credit, ..View::default() });
    let fields = [(":method", "GET"), (":scheme", "http"), (":path", "/p"), (":authority", "a.example")];
    let payload = [stream.to_be_bytes().to_vec(), end.table.block(&fields)].concat();
    let frame = push_promise(parent, stream).map(|frame| frame.payload(&payload));
    vec![(frame, Some(Message::Promise(stream)))]
}

/// GOAWAY: at once, or first with the highest number there is.
fn leave(end: &mut End, a: u16, b: u16) -> Vec<(Octets, Option<Message>)> {
    let early = match end.manners {
        Manners::Rude => false,
        Manners::Polite => end.side == Side::Client || end.going,
        Manners::Patient => true,
    };
    if early || !b.is_multiple_of(3) {
        return Vec::new();
    }
    let graceful = (a & 1 != 0 || end.manners != Manners::Rude)
        && end.last_served == u32::MAX
        && end.side == Side::Server;
    let last = if graceful { 0x7fff_ffff } else { end.highest_read().min(end.last_served) };
    end.going = true;
    end.last_served = last;
    vec![(goaway(last, ErrorCode::NO_ERROR), Some(Message::Goaway(last)))]
}

impl World {
    /// Both ends finish what is open, and one of them takes leave or nobody does.
    pub fn part(mut self, ending: u8) -> Script {
        self.conclude();
        let leaves = if ending & 1 == 0 { Side::Client } else { Side::Server };
        if ending % 8 < 6 {
            let end = &mut self.ends[leaves];
            let last = end.highest_read().min(end.last_served);
            self.write(leaves, vec![(goaway(last, ErrorCode::NO_ERROR), Some(Message::Goaway(last)))]);
            self.calm();
        }
        let stays = leaves.peer();
        self.last_words(match ending % 8 {
            0..=2 => vec![(leaves, What::Fin), (stays, What::Fin), (leaves, What::Ack)],
            3 => vec![(leaves, What::Fin), (stays, What::Ack)],
            4 | 5 => vec![(leaves, What::Rst)],
            _ => vec![(Side::Client, What::Ack), (Side::Server, What::Ack)],
        })
    }

    /// Every message comes to its end.
    pub fn conclude(&mut self) {
        self.calm();
        for side in [Side::Client, Side::Server, Side::Server] {
            let ids: Vec<u32> = self.ends[side].streams.keys().copied().collect();
            let frames = ids.into_iter().flat_map(|id| conclusion(&mut self.ends[side], id)).collect();
            self.write(side, frames);
            self.calm();
        }
    }
}
