//! The two ends of a random conversation. An end acts on what it has read so far, never on what passes the tap: what it does is
//! legal however the packets cross.

use std::collections::{BTreeMap, VecDeque};

use h2lint::base::Side;
use h2lint::frame::Setting;
use h2lint::hpack::{Coding, Encoder, Representation};
use h2lint::script::Octets;

/// What a frame tells the end that reads it.
#[derive(Clone, Debug)]
pub enum Message {
    Settings(Vec<(Setting, u32)>),
    Ping([u8; 8]),
    Headers { stream: u32, ends: bool, call: Call },
    Data { stream: u32, ends: bool, octets: u32 },
    Reset(u32),
    Credit { stream: u32, octets: u32 },
    Promise(u32),
    Goaway(u32),
}

/// How an end behaves where the RFC leaves it a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// As it likes.
    Rude,
    /// It gives back the credit of what it reads, answers everything, and says when it leaves.
    Polite,
    /// As the polite one, and it does not leave before it must.
    Patient,
}

/// What a stream is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Call {
    #[default]
    Plain,
    Grpc,
    Tunnel,
}

/// An end, as it sees the connection itself.
pub struct End {
    pub side: Side,
    pub manners: Manners,
    /// What the peer sent and this end has not read.
    pub mail: VecDeque<Message>,
    /// How much of that has arrived.
    pub arrived: usize,
    pub started: bool,
    /// Acknowledgements and credit that it must write next.
    pub owed: Vec<(Octets, Option<Message>)>,
    pub streams: BTreeMap<u32, View>,
    pub next: u32,
    pub credit: i64,
    pub allowed: Allowed,
    /// GOAWAY was sent or read: nothing new is opened.
    pub going: bool,
    /// Last stream of its own GOAWAY.
    pub last_served: u32,
    pub table: Table,
    pub read_at: i64,
    /// Credit that it gave unasked.
    pub gifts: u32,
}

/// A stream as one end sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// This end opened or promised it.
    pub own: bool,
    pub sent: Sent,
    pub ended: bool,
    pub peer_ended: bool,
    pub reset: bool,
    pub peer_reset: bool,
    /// The peer's answer has begun.
    pub answered: bool,
    pub call: Call,
    pub credit: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sent {
    #[default]
    Nothing,
    Interim,
    Head,
}

/// What the peer's SETTINGS allow.
pub struct Allowed {
    pub streams: u32,
    pub window: i64,
    pub frame: u32,
    pub push: bool,
}

impl View {
    pub fn alive(&self) -> bool {
        !(self.reset || self.peer_reset || self.ended && self.peer_ended)
    }

    pub fn may_send_data(&self) -> bool {
        let may = self.call != Call::Tunnel || !self.own || self.answered;
        self.alive() && !self.ended && self.sent == Sent::Head && may
    }
}

impl End {
    pub fn new(side: Side, manners: Manners) -> Self {
        Self {
            side,
            manners,
            mail: VecDeque::new(),
            arrived: 0,
            started: false,
            owed: Vec::new(),
            streams: BTreeMap::new(),
            next: if side == Side::Client { 1 } else { 2 },
            credit: 65_535,
            allowed: Allowed { streams: u32::MAX, window: 65_535, frame: 16_384, push: true },
            going: false,
            last_served: u32::MAX,
            table: Table { limit: 4096, ..Table::default() },
            read_at: 0,
            gifts: 0,
        }
    }

    /// Streams that fit `which`.
    pub fn pick(&self, choice: u16, which: impl Fn(u32, &View) -> bool) -> Option<u32> {
        let fit: Vec<u32> =
            self.streams.iter().filter(|(id, view)| which(**id, view)).map(|(id, _)| *id).collect();
        fit.get(usize::from(choice) % fit.len().max(1)).copied()
    }

    /// Streams that it opened and that count for it.
    pub fn active(&self) -> u32 {
        let counts = |view: &&View| view.own && view.alive() && view.sent != Sent::Nothing;
        u32::try_from(self.streams.values().filter(counts).count()).unwrap()
    }

    /// Highest stream that the peer opened, as far as it was read.
    pub fn highest_read(&self) -> u32 {
        self.streams.iter().rev().find(|(_, view)| !view.own).map_or(0, |(id, _)| *id)
    }

    /// Reads everything that has arrived.
    pub fn read(&mut self, now: i64) {
        for _ in 0..std::mem::take(&mut self.arrived) {
            if let Some(message) = self.mail.pop_front() {
                self.note(message);
            }
        }
        self.read_at = now;
        let streams = &self.streams;
        self.owed.retain(|(_, message)| match message {
            Some(Message::Credit { stream, .. }) if *stream != 0 => {
                streams.get(stream).is_some_and(View::alive)
            }
            _ => true,
        });
    }

    fn note(&mut self, message: Message) {
        match message {
            Message::Settings(values) => self.apply(&values),
            Message::Ping(opaque) => {
                self.owed.push((h2lint::script::ping(opaque).map(|frame| frame.flag(1)), None))
            }
            Message::Headers { stream, ends, call } => {
                let opens = self.side == Side::Server && stream % 2 == 1;
                let credit = self.allowed.window;
                if opens && !self.streams.contains_key(&stream) && stream <= self.last_served {
                    self.streams.insert(stream, View { credit, call, ..View::default() });
                }
                self.change(stream, |view| {
                    view.peer_ended |= ends;
                    view.answered = true;
                });
            }
            Message::Data { stream, ends, octets } => {
                self.change(stream, |view| view.peer_ended |= ends);
                self.refill(stream, octets);
            }
            Message::Reset(stream) => self.change(stream, |view| view.peer_reset = true),
            Message::Credit { stream: 0, octets } => self.credit += i64::from(octets),
            Message::Credit { stream, octets } => {
                self.change(stream, |view| view.credit += i64::from(octets))
            }
            Message::Promise(stream) => {
                self.streams.insert(stream, View { ended: true, ..View::default() });
            }
            Message::Goaway(last) => {
                self.going = true;
                self.streams.retain(|id, view| !view.own || *id <= last);
            }
        }
    }

    /// Gives back the credit of DATA that was read.
    fn refill(&mut self, stream: u32, octets: u32) {
        if self.manners == Manners::Rude || octets == 0 {
            return;
        }
        let lives = self.streams.get(&stream).is_some_and(|view| view.alive() && !view.peer_ended);
        for stream in [0].into_iter().chain(lives.then_some(stream)) {
            let message = Message::Credit { stream, octets };
            self.owed.push((h2lint::script::window_update(stream, octets), Some(message)));
        }
    }

    pub fn change(&mut self, stream: u32, change: impl FnOnce(&mut View)) {
        if let Some(view) = self.streams.get_mut(&stream) {
            change(view);
        }
    }

    fn apply(&mut self, values: &[(Setting, u32)]) {
        for (setting, value) in values {
            match *setting {
                Setting::MAX_CONCURRENT_STREAMS => self.allowed.streams = *value,
                Setting::MAX_FRAME_SIZE => self.allowed.frame = *value,
                Setting::ENABLE_PUSH => self.allowed.push = *value == 1,
                Setting::HEADER_TABLE_SIZE => self.table.bound(*value),
                Setting::INITIAL_WINDOW_SIZE => {
                    let moved = i64::from(*value) - self.allowed.window;
                    self.allowed.window += moved;
                    self.streams.values_mut().for_each(|view| view.credit += moved);
                }
                _ => {}
            }
        }
        self.owed.push((h2lint::script::settings_ack(), None));
    }
}

/// The dynamic table of an end's encoder. It never evicts: what does not fit is not inserted.
#[derive(Default)]
pub struct Table {
    limit: u32,
    /// Newest first.
    entries: Vec<(String, String)>,
    /// The limit changed: the next block says so, and begins anew.
    update: bool,
}

impl Table {
    fn bound(&mut self, limit: u32) {
        let limit = limit.min(4096);
        self.update |= limit != self.limit;
        self.limit = limit;
    }

    /// True when it holds entries for all that its peer knows, and may hold fewer.
    pub fn may_shrink(&self) -> bool {
        self.limit > 0 && !self.update
    }

    /// A field block; every second field that is not in a table enters the dynamic one.
    pub fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Encoder::new();
        if std::mem::take(&mut self.update) {
            self.entries.clear();
            block.size_update(0);
            if self.limit > 0 {
                block.size_update(self.limit);
            }
        }
        for (turn, (name, value)) in fields.iter().enumerate() {
            let known = self.entries.iter().position(|(known, text)| known == name && text == value);
            if let Some(at) = known {
                block.indexed(62 + u32::try_from(at).unwrap());
            } else if turn % 2 == 1 && self.room(name.len() + value.len() + 32) {
                let form = Representation::IncrementalIndexing;
                block.named_literal(form, name.as_bytes(), value.as_bytes(), Coding::Shorter);
                self.entries.insert(0, ((*name).to_owned(), (*value).to_owned()));
            } else {
                block.field(name.as_bytes(), value.as_bytes());
            }
        }
        block.into_octets()
    }

    fn room(&self, octets: usize) -> bool {
        let used: usize = self.entries.iter().map(|(name, value)| name.len() + value.len() + 32).sum();
        used + octets <= usize::try_from(self.limit).unwrap()
    }
}
