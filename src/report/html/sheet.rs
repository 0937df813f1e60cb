//! What a page draws of one connection beside its rows in the report: all of it bounded.

use serde_json::{Map, Value, json};

use super::climb::Climb;
use super::groups::Groups;
use crate::base::Side;
use crate::finding::Direction;
use crate::views::{ConcurrencyLine, HeaderLine, PingLine, StreamLine, WindowLine};

/// The drawing of a connection.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) climb: Climb,
    pub(super) groups: Groups,
    blocks: Vec<Block>,
    fields: usize,
    /// Field blocks that are not shown.
    blocks_left: u64,
    pings: Vec<Value>,
    pings_left: u64,
    windows: Vec<WindowLine>,
    open: Option<Value>,
    /// When a stream was half closed first, and by whom.
    halves: Vec<(u32, f64, Side)>,
}

/// A field block.
#[derive(Debug)]
struct Block {
    stream: u32,
    pkt: u64,
    from: u8,
    fields: Vec<Value>,
}

impl Sheet {
    /// True while field lines find room.
    pub(super) const fn wants_fields(&self) -> bool {
        self.fields < MOST_FIELDS
    }

    /// A field block passes that finds no room.
    pub(super) const fn leave_block(&mut self) {
        self.blocks_left = self.blocks_left.saturating_add(1);
    }

    pub(super) fn field(&mut self, line: &HeaderLine) {
        self.fields = self.fields.saturating_add(1);
        let (pkt, from) = (super::packet(line.pkt), u8::from(line.dir == Direction::S2c));
        let same = |block: &&mut Block| block.stream == line.stream && block.pkt == pkt && block.from == from;
        let mark = if line.masked {
            "masked"
        } else if line.known {
            ""
        } else {
            "unknown"
        };
        let how = match line.representation {
            "indexed" => "i",
            "incremental" => "+",
            "never_indexed" => "n",
            _ => "-",
        };
        let (name, value) = (super::cut(&line.name, LONGEST), super::cut(&line.value, LONGEST));
        let field = json!([name, value, how, line.octets, line.saved, mark]);
        match self.blocks.last_mut().filter(same) {
            Some(block) => block.fields.push(field),
            None => self.blocks.push(Block { stream: line.stream, pkt, from, fields: vec![field] }),
        }
    }

    pub(super) fn ping(&mut self, line: &PingLine) {
        if self.pings.len() >= MOST_PINGS {
            self.pings_left = self.pings_left.saturating_add(1);
            return;
        }
        let by = u8::from(line.by == Side::Server);
        let trip = line.round_trip_ms.map(super::micros);
        let (t, answered) = (super::micros(line.t), line.answered_pkt.map(super::packet));
        self.pings.push(json!([super::packet(line.pkt), t, by, answered, trip, line.streams]));
    }

    /// Keeps the windows of the connection, and of the streams those with the least room.
    pub(super) fn window(&mut self, line: WindowLine) {
        self.windows.push(line);
        self.windows.sort_by_key(|line| (line.stream != 0, line.minimum, line.stream));
        self.windows.truncate(MOST_WINDOWS);
    }

    pub(super) fn open(&mut self, line: &ConcurrencyLine) {
        let points: Vec<Value> = line.points.iter().map(|(t, n)| json!([super::micros(*t), n])).collect();
        self.open =
            Some(json!({ "points": points, "limit": line.limit, "full_ms": super::micros(line.full_ms) }));
    }

    pub(super) fn stream(&mut self, line: &StreamLine) {
        self.groups.add(line);
        let half = line.states.iter().find(|mark| mark.state.starts_with("half_closed"));
        if let Some(mark) = half.filter(|_| self.halves.len() < MOST_HALVES) {
            let side = if mark.state.ends_with("local") { Side::Client } else { Side::Server };
            self.halves.push((line.stream, mark.t, side));
        }
    }

    /// The sheet as JSON; of streams only what `listed` names.
    pub(super) fn value(&self, listed: impl Fn(u32) -> bool) -> Value {
        let mut halves = Map::new();
        for (stream, t, side) in self.halves.iter().filter(|(stream, ..)| listed(*stream)) {
            halves.insert(stream.to_string(), json!([super::micros(*t), u8::from(*side == Side::Server)]));
        }
        let blocks: Vec<Value> = self
            .blocks
            .iter()
            .map(|block| json!([block.stream, block.pkt, block.from, block.fields]))
            .collect();
        json!({
            "rungs": self.climb.rows(),
            "blocks": blocks,
            "blocks_left": self.blocks_left,
            "pings": self.pings,
            "pings_left": self.pings_left,
            "windows": self.windows.iter().map(window).collect::<Vec<_>>(),
            "open": self.open,
            "halves": halves,
            "groups": self.groups.rows(),
        })
    }
}

fn window(line: &WindowLine) -> Value {
    let points: Vec<Value> = line.points.iter().map(|(t, n)| json!([super::micros(*t), n])).collect();
    json!({ "stream": line.stream, "sender": line.sender, "points": points, "minimum": line.minimum,
        "blocked_ms": super::micros(line.blocked_ms) })
}

/// Field lines of a connection: some twenty calls; `show --as headers` has them all.
const MOST_FIELDS: usize = 400;
/// PINGs of a connection.
const MOST_PINGS: usize = 200;
/// Windows of a connection, its own two among them.
const MOST_WINDOWS: usize = 8;
/// Streams of a connection whose half-closing is kept: as many as a page lists.
const MOST_HALVES: usize = 10_000;
/// Characters of a field's name or value.
const LONGEST: usize = 240;
