//! The rows of `show --as frames`: one for each frame, in the order in which they are complete.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use super::{FlagNames, Observed, note, state};
use crate::base::{PacketNumber, PerSide, Place, Side, Span, Time};
use crate::conn::{Interest, Kind, On};
use crate::finding::Direction;
use crate::frame::{FrameType, Header, Payload, StreamId};

/// A frame, or a place where none can be read.
#[derive(Clone, Debug, Serialize)]
pub struct FrameLine {
    /// The connection.
    pub conn: u64,
    /// The stream; 0 for the connection itself.
    pub stream: u32,
    /// The packet that completed it.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// Who sent it.
    pub dir: Direction,
    /// Name of the type, or its number; in lower case what is no frame: `preface`, `lost`, `cut`.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// Flags by name; undefined ones together as `0x…`.
    pub flags: FlagNames,
    /// Octets of payload that the header announces.
    pub length: u32,
    /// State of the stream after it: a word of the RFC's figure, local being the client. `None` for stream 0 and for a stream of
    /// which nothing is known.
    pub state: Option<&'static str>,
    /// Credit left on the stream for the sender of DATA.
    pub stream_window: Option<i64>,
    /// Credit left on the connection for the sender of DATA.
    pub connection_window: Option<i64>,
    /// What is in it, and what is odd about it. Stems from the traffic.
    pub note: String,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
    /// The same as `t`.
    #[serde(skip)]
    pub since: Span,
}

/// Makes [`FrameLine`]s of facts.
#[derive(Debug, Default)]
pub struct Frames {
    /// The connection heard of last, at hand: frames of one come in a row.
    current: Option<(u64, PerSide<Half>)>,
    /// The others.
    halves: HashMap<u64, PerSide<Half>, foldhash::fast::FixedState>,
    /// The note of the last line, whose memory is used again.
    spare: String,
}

/// What is known of the frame that a side is sending.
#[derive(Debug, Default)]
struct Half {
    remarks: String,
    /// Frames of the side that have a line.
    told: u64,
}

impl Frames {
    /// The facts that it listens to.
    pub const INTEREST: Interest = note::REMARKED
        .with(On::Frame)
        .with(On::Preface)
        .with(On::PrefaceAgain)
        .with(On::BadPreface)
        .with(On::Unsynchronised)
        .with(On::Unfinished)
        .with(On::End);

    /// Takes a fact.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(&FrameLine)) {
        let fact = seen.fact;
        match &fact.kind {
            Kind::Frame(payload) => {
                if let Some(header) = &fact.header {
                    self.frame(seen, header, payload, emit);
                }
            }
            Kind::Preface => {
                emit(&other(seen, fact.side, fact.end.at, "preface", "connection preface".to_owned()))
            }
            Kind::PrefaceAgain => {
                emit(&other(
                    seen,
                    fact.side,
                    fact.end.at,
                    "preface",
                    "connection preface, where a frame belongs".to_owned(),
                ));
            }
            Kind::BadPreface { agree, seen: found } => {
                let note = format!("{agree} of the first {found} octets agree with the connection preface");
                emit(&other(seen, fact.side, fact.end.at, "lost", note));
            }
            Kind::Unsynchronised => {
                let note = "octets are missing: frames of this side cannot be found any more".to_owned();
                emit(&other(seen, fact.side, fact.end.at, "lost", note));
            }
            Kind::Unfinished { left } => self.unfinished(seen, *left, emit),
            Kind::End => self.end(seen, emit),
            _ => self.remark(seen),
        }
    }

    /// Keeps what a fact says about the frame under way.
    fn remark(&mut self, seen: &Observed<'_>) {
        if let Some(remark) = note::remark(seen.fact) {
            let half = self.half(seen);
            half.remarks = joined(&half.remarks, &remark);
        }
    }

    /// What is known of the side that a fact is about.
    fn half(&mut self, seen: &Observed<'_>) -> &mut Half {
        let Self { current, halves, .. } = self;
        if let Some((conn, sides)) = current.take_if(|(conn, _)| *conn != seen.conn) {
            halves.insert(conn, sides);
        }
        let (_, sides) =
            current.get_or_insert_with(|| (seen.conn, halves.remove(&seen.conn).unwrap_or_default()));
        &mut sides[seen.fact.side]
    }

    /// A frame is complete, or ends here.
    fn frame(
        &mut self,
        seen: &Observed<'_>,
        header: &Header,
        payload: &Payload<'_>,
        emit: &mut impl FnMut(&FrameLine),
    ) {
        let spare = std::mem::take(&mut self.spare);
        let half = self.half(seen);
        half.told = half.told.saturating_add(1);
        // What is said about a frame becomes its note, and the memory of the last note takes the next remarks.
        let mut note = std::mem::replace(&mut half.remarks, spare);
        if let Kind::Frame(_) = seen.fact.kind {
            note::put_before(header, payload, &mut note);
            note::put_message(seen.connection, seen.fact.side, &mut note);
        }
        let line = line(seen, header, note);
        emit(&line);
        self.spare = line.note;
        self.spare.clear();
    }

    /// A side closed inside a frame.
    fn unfinished(&mut self, seen: &Observed<'_>, left: u32, emit: &mut impl FnMut(&FrameLine)) {
        let half = self.half(seen);
        let end = format!("never complete: {left} octets did not come");
        half.remarks = joined(&half.remarks, &end);
        match seen.fact.header {
            Some(header) => self.frame(seen, &header, &Payload::Unread, emit),
            None => {
                let remarks = std::mem::take(&mut half.remarks);
                emit(&other(seen, seen.fact.side, seen.fact.end.at, "cut", remarks));
            }
        }
    }

    /// Frames that began and of which nothing more was heard, when the connection is over.
    fn end(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(&FrameLine)) {
        let current = self.current.take_if(|(conn, _)| *conn == seen.conn).map(|(_, sides)| sides);
        let sides = current.or_else(|| self.halves.remove(&seen.conn)).unwrap_or_default();
        for side in Side::BOTH {
            let half = &sides[side];
            let untold = seen.connection.sides[side].total().saturating_sub(half.told);
            if untold > 0 {
                let frames = if untold == 1 { "a frame".to_owned() } else { format!("{untold} frames") };
                let end = format!("{frames} of this side began and cannot be seen whole");
                emit(&other(seen, side, seen.fact.end.at, "cut", joined(&end, &half.remarks)));
            }
        }
    }
}

/// Two notes, of which either may be empty.
fn joined(first: &str, second: &str) -> String {
    let semicolon = if first.is_empty() || second.is_empty() { "" } else { "; " };
    [first, semicolon, second].concat()
}

fn line(seen: &Observed<'_>, header: &Header, note: String) -> FrameLine {
    let Observed { conn, fact, connection, .. } = *seen;
    let stream = connection.streams.get(header.stream).filter(|_| header.stream != StreamId::CONNECTION);
    let spender = match header.kind {
        FrameType::DATA => Some(fact.side),
        FrameType::WINDOW_UPDATE => Some(fact.side.peer()),
        _ => None,
    };
    let since = seen.since_first(fact.end.at);
    FrameLine {
        conn,
        stream: header.stream.0,
        pkt: fact.end.at.pkt,
        t: since.as_seconds(),
        dir: fact.side.into(),
        kind: header.kind.name().map_or_else(|| format!("0x{:02x}", header.kind.0).into(), Cow::Borrowed),
        flags: FlagNames::new(header.kind.0, header.flags.0),
        length: header.length,
        state: stream.map(state),
        stream_window: spender.and_then(|side| Some(stream?.sent[side].window)),
        connection_window: spender.map(|side| connection.sides[side].window),
        note,
        time: fact.end.at.time,
        since,
    }
}

/// A line about octets that are no frame.
fn other(seen: &Observed<'_>, side: Side, at: Place, kind: &'static str, note: String) -> FrameLine {
    FrameLine {
        conn: seen.conn,
        stream: 0,
        pkt: at.pkt,
        t: seen.since_first(at).as_seconds(),
        dir: side.into(),
        kind: Cow::Borrowed(kind),
        flags: FlagNames::NONE,
        length: if kind == "preface" { 24 } else { 0 },
        state: None,
        stream_window: None,
        connection_window: None,
        note,
        time: at.time,
        since: seen.since_first(at),
    }
}
