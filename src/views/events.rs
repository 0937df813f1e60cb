//! What an export of events is made of: each frame with everything in it, settings in force, and places where frames are missing. In
//! the order of the packets; nothing is held but the fields of the block that is being read.

use std::collections::HashMap;
use std::net::IpAddr;

use super::fields::ExportFields;
use super::secret::Secrets;
use super::{Observed, note};
use crate::base::{PacketNumber, PerSide, Side, Time};
use crate::conn::{Interest, Kind, On};
use crate::frame::{Flags, FrameType, Header, Payload, Setting, Settings, StreamId};
use crate::hpack::Decoder;
use crate::limits;

/// Something that happened on the wire.
#[derive(Clone, Debug)]
pub struct Event {
    /// The connection.
    pub conn: u64,
    /// Address and port of both ends, with the connection's first event.
    pub ends: Option<PerSide<(IpAddr, u16)>>,
    /// The packet.
    pub pkt: PacketNumber,
    /// When.
    pub time: Time,
    /// When the connection began.
    pub began: Time,
    /// Who did it.
    pub by: Side,
    /// What happened.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Happened {
    /// A frame is complete.
    Frame(FrameEvent),
    /// SETTINGS changed what the other side may do, by identifier.
    Settings(Vec<(u16, u32)>),
    /// Something else that a reader of frames should know, in words.
    Remark(String),
}

/// A frame.
#[derive(Clone, Debug)]
pub struct FrameEvent {
    /// The stream; 0 for the connection itself.
    pub stream: u32,
    /// Its type on the wire.
    pub kind: u8,
    /// Octets of its payload.
    pub length: u32,
    /// END_STREAM.
    pub end_stream: bool,
    /// END_HEADERS.
    pub end_headers: bool,
    /// PADDED.
    pub padded: bool,
    /// PRIORITY.
    pub priority: bool,
    /// ACK.
    pub ack: bool,
    /// What is in it.
    pub content: FrameContent,
}

/// What is in a frame.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are RFC 9113's, RFC 7838's, RFC 8336's and RFC 9218's")]
pub enum FrameContent {
    Data,
    /// The fields stand with the frame that ends the block.
    Headers(ExportFields),
    Continuation(ExportFields),
    PushPromise {
        promised: u32,
        fields: ExportFields,
    },
    Priority {
        exclusive: bool,
        dependency: u32,
        /// From 1 to 256.
        weight: u16,
    },
    RstStream {
        error_code: u32,
    },
    /// By identifier.
    Settings(Vec<(u16, u32)>),
    Ping([u8; 8]),
    Goaway {
        last_stream: u32,
        error_code: u32,
        debug: Vec<u8>,
    },
    WindowUpdate {
        increment: u32,
    },
    AltSvc {
        origin: Vec<u8>,
        value: Vec<u8>,
    },
    Origin(Vec<Vec<u8>>),
    PriorityUpdate {
        prioritized: u32,
        value: Vec<u8>,
    },
    /// A type that is not known.
    Unknown,
    /// What does not fit the type, or is not in the capture, in words.
    Unreadable(String),
}

/// Makes [`Event`]s of facts.
#[derive(Debug)]
pub struct Events {
    secrets: Secrets,
    blocks: HashMap<u64, Held, foldhash::fast::FixedState>,
    scratch: Decoder,
}

/// What is kept of a connection.
#[derive(Debug, Default)]
struct Held {
    /// The fields of a block that is whole, until its last frame is told.
    block: PerSide<Option<ExportFields>>,
    /// An event was told.
    told: bool,
}

impl Events {
    /// The facts that it listens to.
    pub const INTEREST: Interest = Interest::NONE
        .with(On::Frame)
        .with(On::FieldBlock)
        .with(On::BadPreface)
        .with(On::Unsynchronised)
        .with(On::Resynchronised)
        .with(On::Unfinished)
        .with(On::End);

    /// Nothing has been heard.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, blocks: HashMap::default(), scratch: Decoder::default() }
    }

    /// Takes a fact.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(Event)) {
        let side = seen.fact.side;
        let held = self.blocks.entry(seen.conn).or_default();
        let happened = match &seen.fact.kind {
            Kind::FieldBlock { octets, decoder, .. } => {
                let room = limits::MAX_EXPORTED_BLOCK;
                held.block[side] =
                    Some(ExportFields::decode(octets, decoder, &mut self.scratch, (self.secrets, room)));
                return;
            }
            Kind::Frame(payload) => {
                let Some(header) = seen.fact.header else { return };
                let fields = held.block[side].take().unwrap_or_default();
                Happened::Frame(FrameEvent::new(&header, payload, fields))
            }
            Kind::BadPreface { agree, seen: found } => Happened::Remark(format!(
                "{agree} of the first {found} octets of the {} agree with the connection preface",
                side.word()
            )),
            Kind::Unsynchronised => {
                Happened::Remark(format!("octets of the {} are missing: frames cannot be found", side.word()))
            }
            Kind::Resynchronised { skipped } => Happened::Remark(format!(
                "frames of the {} are found again behind {skipped} octets",
                side.word()
            )),
            Kind::Unfinished { left } => Happened::Remark(format!(
                "the {} ended inside a frame: {left} octets of it did not come",
                side.word()
            )),
            Kind::End => {
                self.blocks.remove(&seen.conn);
                return;
            }
            _ => return,
        };
        let settings = match (&happened, seen.fact.header) {
            (
                Happened::Frame(FrameEvent { content: FrameContent::Settings(values), ack: false, .. }),
                Some(header),
            ) if header.stream == StreamId::CONNECTION && !values.is_empty() => Some(values.clone()),
            _ => None,
        };
        let told = std::mem::replace(&mut held.told, true);
        let event = |what, ends| Event {
            conn: seen.conn,
            ends,
            pkt: seen.fact.end.at.pkt,
            time: seen.fact.end.at.time,
            began: seen.first.time,
            by: side,
            what,
        };
        emit(event(happened, seen.ends.filter(|_| !told).copied()));
        if let Some(values) = settings {
            emit(event(Happened::Settings(values), None));
        }
    }
}

impl FrameEvent {
    fn new(header: &Header, payload: &Payload<'_>, fields: ExportFields) -> Self {
        let defined = header.kind.defined_flags();
        let has = |flag: Flags| defined.has(flag) && header.flags.has(flag);
        let acks = matches!(header.kind, FrameType::SETTINGS | FrameType::PING);
        Self {
            stream: header.stream.0,
            kind: header.kind.0,
            length: header.length,
            end_stream: has(Flags::END_STREAM) && !acks,
            end_headers: has(Flags::END_HEADERS),
            padded: has(Flags::PADDED),
            priority: has(Flags::PRIORITY),
            ack: has(Flags::ACK) && acks,
            content: content(header, payload, fields),
        }
    }
}

fn content(header: &Header, payload: &Payload<'_>, fields: ExportFields) -> FrameContent {
    match *payload {
        Payload::Data(_) => FrameContent::Data,
        Payload::Headers { .. } => FrameContent::Headers(fields),
        Payload::Continuation(_) => FrameContent::Continuation(fields),
        Payload::PushPromise { promised, .. } => FrameContent::PushPromise { promised: promised.0, fields },
        Payload::Priority(priority) => FrameContent::Priority {
            exclusive: priority.exclusive,
            dependency: priority.dependency.0,
            weight: priority.weight,
        },
        Payload::RstStream(code) => FrameContent::RstStream { error_code: code.0 },
        Payload::Settings(settings) => FrameContent::Settings(values(&settings)),
        Payload::Ping(opaque) => FrameContent::Ping(opaque),
        Payload::Goaway { last_stream_id, error_code, debug, .. } => FrameContent::Goaway {
            last_stream: last_stream_id.0,
            error_code: error_code.0,
            debug: short(debug),
        },
        Payload::WindowUpdate { increment, .. } => FrameContent::WindowUpdate { increment },
        Payload::AltSvc { origin, value } => {
            FrameContent::AltSvc { origin: short(origin), value: short(value) }
        }
        Payload::Origin(entries) => FrameContent::Origin(origins(entries)),
        Payload::PriorityUpdate { prioritized, value, .. } => {
            FrameContent::PriorityUpdate { prioritized: prioritized.0, value: short(value) }
        }
        Payload::Unknown(_) => FrameContent::Unknown,
        Payload::Malformed(_) | Payload::Unread => FrameContent::Unreadable(note::payload(header, payload)),
    }
}

fn values(settings: &Settings<'_>) -> Vec<(u16, u32)> {
    settings.iter().take(limits::MAX_FIRST_SETTINGS).map(|(Setting(name), value)| (name, value)).collect()
}

/// The entries of ORIGIN: each has its length in front (RFC 8336 §2.1).
fn origins(mut octets: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = octets.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((entry, rest)) = rest.split_at_checked(length) else { break };
        entries.push(short(entry));
        octets = rest;
        if entries.len() >= ENTRIES {
            break;
        }
    }
    entries
}

fn short(octets: &[u8]) -> Vec<u8> {
    octets.get(..limits::MAX_DEBUG_DATA).unwrap_or(octets).to_vec()
}

/// Entries of one ORIGIN frame that are told.
const ENTRIES: usize = 64;
