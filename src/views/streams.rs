//! The rows of `show --as streams`: one for each stream, with its way through the states.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use super::{Observed, note, state};
use crate::base::{PacketNumber, PerSide, Place, Side};
use crate::conn::{Closed, Ended, Interest, Kind, On, Request, Sides, Stream, StreamState};
use crate::frame::StreamId;
use crate::limits;

/// A stream.
#[derive(Clone, Debug, Serialize)]
pub struct StreamLine {
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// Who opened it.
    pub opened_by: Side,
    /// Method and path as far as they are known. Stems from the traffic.
    pub request: String,
    /// Status code of the response.
    pub status: Option<u16>,
    /// Status of the gRPC call.
    pub grpc_status: Option<u32>,
    /// The changes of state, the first ones of too many.
    pub states: Vec<StateMark>,
    /// The packets with END_STREAM, by sender.
    pub end_stream_pkt: PerSide<Option<PacketNumber>>,
    /// How it ended: `closed`, `reset_client`, `reset_server`, `open`, `connection_lost`.
    pub end: &'static str,
    /// Code of the RST_STREAM that ended it.
    pub error_code: Option<String>,
    /// Frames by sender.
    pub frames: PerSide<u64>,
    /// First packet.
    pub first_pkt: PacketNumber,
    /// Last packet.
    pub last_pkt: PacketNumber,
    /// Seconds from the connection's first packet to its last one so far.
    #[serde(skip)]
    pub connection_s: f64,
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StateMark {
    /// The packet.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// Who did it.
    pub by: Side,
    /// The state from here on: a word of the RFC's figure, local being the client.
    pub state: &'static str,
}

/// Makes [`StreamLine`]s of facts: those of a connection when it is over, of very long ones the earliest closed before that.
#[derive(Debug, Default)]
pub struct Streams {
    connections: HashMap<u64, Held, foldhash::fast::FixedState>,
}

/// Streams of one connection.
#[derive(Debug, Default)]
struct Held {
    streams: HashMap<StreamId, Building, foldhash::fast::RandomState>,
    closed: VecDeque<StreamId>,
}

/// A line under construction. The request is shared with the connection, not copied.
#[derive(Debug)]
struct Building {
    line: StreamLine,
    request: Option<Arc<Request>>,
}

impl Streams {
    /// The facts that it listens to.
    pub const INTEREST: Interest =
        Interest::NONE.with(On::Opened).with(On::Frame).with(On::Closed).with(On::End);

    /// Takes a fact.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(StreamLine)) {
        let fact = seen.fact;
        match &fact.kind {
            Kind::Opened(stream) => self.connections.entry(seen.conn).or_default().note(seen, stream),
            Kind::Frame(_) => {
                if let Some(stream) =
                    fact.header.and_then(|header| seen.connection.streams.get(header.stream))
                {
                    self.connections.entry(seen.conn).or_default().frame(seen, stream);
                }
            }
            Kind::Closed(stream) => self.connections.entry(seen.conn).or_default().close(seen, stream, emit),
            Kind::End => self.end(seen, emit),
            _ => {}
        }
    }

    fn end(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(StreamLine)) {
        let Some(mut held) = self.connections.remove(&seen.conn) else { return };
        let mut ids: Vec<StreamId> = held.streams.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            if let Some(building) = held.streams.remove(&id) {
                emit(building.finish(seen));
            }
        }
    }
}

impl Held {
    /// Brings the line of a stream up to date.
    fn note(&mut self, seen: &Observed<'_>, stream: &Stream) {
        let building = self.streams.entry(stream.id).or_insert_with(|| Building::new(seen, stream));
        building.update(seen, stream);
    }

    fn frame(&mut self, seen: &Observed<'_>, stream: &Stream) {
        self.note(seen, stream);
        if let Some(building) = self.streams.get_mut(&stream.id) {
            let frames = &mut building.line.frames[seen.fact.side];
            *frames = frames.saturating_add(1);
        }
    }

    fn close(&mut self, seen: &Observed<'_>, stream: &Stream, emit: &mut impl FnMut(StreamLine)) {
        self.note(seen, stream);
        self.closed.push_back(stream.id);
        if self.closed.len() > limits::MAX_CLOSED_STREAMS
            && let Some(building) = self.closed.pop_front().and_then(|id| self.streams.remove(&id))
        {
            emit(building.finish(seen));
        }
    }
}

impl Building {
    fn new(seen: &Observed<'_>, stream: &Stream) -> Self {
        let line = StreamLine {
            conn: seen.conn,
            stream: stream.id.0,
            opened_by: stream.opened_by,
            request: String::new(),
            status: None,
            grpc_status: None,
            states: Vec::new(),
            end_stream_pkt: PerSide::default(),
            end: "open",
            error_code: None,
            frames: PerSide::default(),
            first_pkt: stream.opened.at.pkt,
            last_pkt: stream.opened.at.pkt,
            connection_s: 0.0,
        };
        Self { line, request: None }
    }

    fn update(&mut self, seen: &Observed<'_>, stream: &Stream) {
        let at: Place = seen.fact.end.at;
        let line = &mut self.line;
        let state = state(stream);
        let changed = line.states.last().is_none_or(|mark| mark.state != state);
        if changed && line.states.len() < MARKS {
            let t = seen.since_first(at).as_seconds();
            line.states.push(StateMark { pkt: at.pkt, t, by: seen.fact.side, state });
        }
        line.last_pkt = line.last_pkt.max(at.pkt);
        line.end_stream_pkt = PerSide::from_fn(|side| stream.sent[side].ended.map(|ended| ended.at.pkt));
        (line.status, line.grpc_status) = (stream.status, stream.grpc_status);
        (line.end, line.error_code) = ending(stream);
        if let Some(request) = &stream.request {
            self.request = Some(Arc::clone(request));
        }
    }

    fn finish(mut self, seen: &Observed<'_>) -> StreamLine {
        let (how, _) = seen.connection.transport.ended();
        if self.line.end == "open" && how != Ended::Open {
            self.line.end = "connection_lost";
        }
        self.line.request = note::request(self.request.as_deref());
        self.line.connection_s = seen.since_first(seen.fact.end.at).as_seconds();
        self.line
    }
}

/// How a stream ended, and the code of the RST_STREAM that came first. One that came when both sides had ended it changes nothing.
pub(super) fn ending(stream: &Stream) -> (&'static str, Option<String>) {
    let reset = |side: Side| stream.sent[side].reset().map(|(at, code)| (at.at.pkt, side, code));
    let first = reset(Side::Client).into_iter().chain(reset(Side::Server)).min_by_key(|(pkt, _, _)| *pkt);
    match (stream.state, first) {
        (StreamState::Closed(Closed { ended: Sides::Both, .. }), _) => ("closed", None),
        (_, Some((_, Side::Client, code))) => ("reset_client", Some(code.to_string())),
        (_, Some((_, Side::Server, code))) => ("reset_server", Some(code.to_string())),
        (StreamState::Closed(_), None) => ("closed", None),
        _ => ("open", None),
    }
}

/// Changes of state that are kept for a stream: its figure has four.
const MARKS: usize = 8;
