//! A legal conversation, one violation in it, and what the other end does then: as the RFC obliges it.

use h2lint::base::Side;
use h2lint::frame::{ErrorCode, Setting};
use h2lint::script::{Octets, Script, Wire as Frame, block, goaway, headers, rst_stream};
use proptest::prelude::*;

use super::conversation::{Move, World};
use super::ends::{Manners, Table, View};
use super::path::{What, Wire};

/// One violation, and who may commit it.
pub struct Plant {
    pub rule: &'static str,
    /// Each side that commits it, and what the stream has seen before.
    pub by: &'static [(Side, Before)],
    pub after: After,
    /// Commits it; false when the conversation is not one in which it can be.
    pub act: fn(&mut Stage) -> bool,
}

/// One violation by one side.
pub struct Planted {
    pub rule: &'static str,
    pub culprit: Side,
    before: Before,
    after: After,
    act: fn(&mut Stage) -> bool,
}

/// What a fresh stream of the client has seen before.
#[derive(Clone, Copy, Debug)]
pub enum Before {
    Idle,
    /// A request that is not at its end.
    Post,
    /// A request at its end.
    Get,
    /// A request that is not at its end, and the head of the answer.
    Answered,
    /// Request and answer, both at their end.
    Done,
}

/// What the other end does.
#[derive(Clone, Copy, Debug)]
pub enum After {
    /// GOAWAY with this code, and it closes.
    Connection(ErrorCode),
    /// RST_STREAM with this code.
    Stream(ErrorCode),
    /// Nothing; the stream is at its end.
    Nothing,
}

/// The conversation, and the stream of the violation.
pub struct Stage {
    pub world: World,
    pub side: Side,
    pub stream: u32,
}

/// The conversation with this violation in it, if it can be there.
pub fn planted(plant: &Planted, (moves, ending): &(Vec<Move>, u8), wire: Wire) -> Option<Script> {
    let mut world = World::over(wire, Manners::Patient, moves);
    world.calm();
    let side = plant.culprit;
    if Side::BOTH.iter().any(|side| world.ends[*side].active() + 2 > world.ends[*side].allowed.streams) {
        world.conclude();
    }
    let stream = world.ends[Side::Client].next;
    world.ends[Side::Client].next += 2;
    let mut stage = Stage { world, side, stream };
    stage.prepare(plant.before);
    if !(plant.act)(&mut stage) {
        return None;
    }
    if matches!(plant.after, After::Stream(_))
        || !matches!(plant.before, Before::Idle)
        || plant.rule.starts_with("grpc")
    {
        let over = View { ended: true, peer_ended: true, ..View::default() };
        stage.world.ends[Side::Server].streams.insert(stage.stream, over);
    }
    Some(stage.answer(plant.after, *ending))
}

impl Stage {
    pub fn table(&mut self, side: Side) -> &mut Table {
        &mut self.world.ends[side].table
    }

    /// A block of literals, behind what the coder of this side owes.
    pub fn raw(&mut self, side: Side, octets: &[u8]) -> Vec<u8> {
        [self.table(side).block(&[]), octets.to_vec()].concat()
    }

    pub fn fields(&mut self, side: Side, fields: &[(&str, &str)]) -> Vec<u8> {
        self.raw(side, &block(fields))
    }

    pub fn say(&mut self, side: Side, octets: impl IntoIterator<Item = Octets>) -> bool {
        self.world.arrive();
        self.world.write(side, octets.into_iter().map(|octets| (octets, None)).collect());
        true
    }

    /// The culprit says this.
    pub fn sin(&mut self, octets: impl IntoIterator<Item = Octets>) -> bool {
        self.say(self.side, octets)
    }

    /// The culprit says this of the stream.
    pub fn sin_on<const N: usize>(&mut self, frames: fn(u32) -> [Octets; N]) -> bool {
        self.sin(frames(self.stream))
    }

    /// The culprit sends HEADERS with these fields and END_STREAM.
    pub fn sin_fields(&mut self, fields: &[(&str, &str)]) -> bool {
        let block = self.fields(self.side, fields);
        self.sin([headers(self.stream, &block).map(Frame::end_stream)])
    }

    /// The culprit sends HEADERS with this field block and END_STREAM.
    pub fn sin_block(&mut self, octets: &[u8]) -> bool {
        let block = self.raw(self.side, octets);
        self.sin([headers(self.stream, &block).map(Frame::end_stream)])
    }

    /// The client sends a GET with these fields behind its own, and END_STREAM.
    pub fn sin_get(&mut self, fields: &[(&str, &str)]) -> bool {
        let head = self.ask("GET", fields);
        self.sin([head.map(Frame::end_stream)])
    }

    /// The client sends HEADERS with these fields behind those of a request with this method.
    pub fn ask(&mut self, method: &str, fields: &[(&str, &str)]) -> Octets {
        headers(self.stream, &self.fields(Side::Client, &[&request(method, "/"), fields].concat()))
    }

    /// The client sends the field block of a GET with these octets behind it, and END_STREAM.
    pub fn sin_get_block(&mut self, octets: &[u8]) -> bool {
        self.sin_block(&[&block(&request("GET", "/"))[..], octets].concat())
    }

    /// The server sends HEADERS with these fields.
    pub fn reply(&mut self, fields: &[(&str, &str)]) -> Octets {
        headers(self.stream, &self.fields(Side::Server, fields))
    }

    fn prepare(&mut self, before: Before) {
        let method = match before {
            Before::Idle => return,
            Before::Post | Before::Answered => "POST",
            Before::Get | Before::Done => "GET",
        };
        let head = self.ask(method, &[]);
        let head = if method == "GET" { head.map(Frame::end_stream) } else { head };
        self.say(Side::Client, [head]);
        let reply = match before {
            Before::Answered => self.reply(&[(":status", "200")]),
            Before::Done => self.reply(&[(":status", "200")]).map(Frame::end_stream),
            _ => return,
        };
        self.say(Side::Server, [reply]);
    }

    fn answer(mut self, after: After, ending: u8) -> Script {
        let peer = self.side.peer();
        match after {
            After::Connection(code) => {
                let highest = self.world.ends[peer].highest_read();
                let last = if peer == Side::Server { highest.max(self.stream) } else { highest };
                self.say(peer, [goaway(last, code)]);
                let words = vec![(peer, What::Fin), (self.side, What::Fin), (peer, What::Ack)];
                self.world.last_words(words)
            }
            After::Stream(code) => {
                let stream = self.stream;
                self.say(peer, [rst_stream(stream, code)]);
                self.world.part(ending)
            }
            After::Nothing => self.world.part(ending),
        }
    }
}

/// The fields of a request.
pub fn request<'a>(method: &'a str, path: &'a str) -> [(&'a str, &'a str); 4] {
    [(":method", method), (":scheme", "http"), (":path", path), (":authority", "a.example")]
}

/// A parameter and its value.
pub fn one(setting: u16, value: u32) -> Octets {
    h2lint::script::settings(&[(Setting(setting), value)])
}

/// Which of so many.
pub fn which() -> impl Strategy<Value = prop::sample::Index> {
    any::<prop::sample::Index>()
}

/// A violation, in one line.
pub const fn plant(
    rule: &'static str,
    by: &'static [(Side, Before)],
    after: After,
    act: fn(&mut Stage) -> bool,
) -> Plant {
    Plant { rule, by, after, act }
}

impl Plant {
    /// Once for each side that commits it.
    pub fn each(&self) -> impl Iterator<Item = Planted> {
        let &Self { rule, by, after, act } = self;
        by.iter().map(move |&(culprit, before)| Planted { rule, culprit, before, after, act })
    }
}
