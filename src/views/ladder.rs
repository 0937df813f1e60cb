//! The rows of `show --as ladder`: frames between two ends, the silences between them, and the acknowledgements of TCP that prove
//! that they arrived.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use super::{FlagNames, FrameLine, Frames, Observed};
use crate::base::{PacketNumber, PerSide, Place, Side, Signal, Span, Time};
use crate::conn::{Interest, Kind, On};
use crate::finding::Direction;
use crate::limits;

/// A rung of the ladder.
#[derive(Clone, Debug, Serialize)]
pub struct LadderLine {
    /// The connection.
    pub conn: u64,
    /// The packet.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// Who did it; `None` for a silence.
    pub dir: Option<Direction>,
    /// What it is.
    #[serde(flatten)]
    pub rung: Rung,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
}

impl LadderLine {
    /// The stream of a frame.
    #[must_use]
    pub const fn stream(&self) -> Option<u32> {
        match self.rung {
            Rung::Frame { stream, .. } => Some(stream),
            _ => None,
        }
    }
}

/// What a rung is.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Rung {
    /// A frame, or a place where none can be read.
    Frame {
        /// The stream; 0 for the connection itself.
        stream: u32,
        /// Name of the type, or what stands in its place.
        #[serde(rename = "type")]
        kind: Cow<'static, str>,
        /// Flags by name.
        flags: FlagNames,
        /// Octets of payload.
        length: u32,
        /// What is in it, and what is odd about it. Stems from the traffic.
        note: String,
    },
    /// A SYN, FIN or RST.
    Signal {
        /// Its name.
        signal: &'static str,
    },
    /// TCP of this side acknowledged frames for the first time: they had arrived.
    Receipt {
        /// The packet of the last one of them.
        through_pkt: PacketNumber,
        /// How many frames.
        frames: u64,
    },
    /// Nothing was sent.
    Silence {
        /// For so many seconds.
        seconds: f64,
    },
}

/// Makes [`LadderLine`]s of facts.
#[derive(Debug, Default)]
pub struct Ladder {
    frames: Frames,
    /// Only the frames of this stream.
    only: Option<u32>,
    conns: HashMap<u64, Climb, foldhash::fast::FixedState>,
}

/// How far a connection got.
#[derive(Debug, Default)]
struct Climb {
    last: Option<Place>,
    /// Frames of each side that TCP did not acknowledge yet: where they ended, and their packet.
    waiting: PerSide<VecDeque<(u64, PacketNumber)>>,
}

impl Ladder {
    /// The facts that it listens to.
    pub const INTEREST: Interest =
        Frames::INTEREST.with(On::Syn).with(On::Acked).with(On::Window).with(On::Fin).with(On::Rst);

    /// The ladder of all streams, or of one.
    #[must_use]
    pub fn new(only: Option<u32>) -> Self {
        Self { only, ..Self::default() }
    }

    /// Takes a fact.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(LadderLine)) {
        let Self { frames, only, conns } = self;
        if let Kind::Signal(signal) = seen.fact.kind {
            let climb = conns.entry(seen.conn).or_default();
            if let Some(rung) = climb.signal(seen, signal) {
                climb.climb(seen, seen.fact.end.at, Some(seen.fact.side), rung, emit);
            }
        }
        frames.push(seen, &mut |line| {
            if only.is_some_and(|only| only != line.stream) {
                return;
            }
            let climb = conns.entry(seen.conn).or_default();
            climb.wait(seen.fact.side, (seen.fact.end.tcp_end, line.pkt));
            let side = if line.dir == Direction::C2s { Side::Client } else { Side::Server };
            climb.climb(seen, seen.fact.end.at, Some(side), frame(line), emit);
        });
        if matches!(seen.fact.kind, Kind::End) {
            conns.remove(&seen.conn);
        }
    }
}

impl Climb {
    /// A rung, and before it the silence that it ends.
    fn climb(
        &mut self,
        seen: &Observed<'_>,
        at: Place,
        side: Option<Side>,
        rung: Rung,
        emit: &mut impl FnMut(LadderLine),
    ) {
        let line = |at: Place, side: Option<Side>, rung| LadderLine {
            conn: seen.conn,
            pkt: at.pkt,
            t: seen.since_first(at).as_seconds(),
            dir: side.map(Direction::from),
            rung,
            time: at.time,
        };
        if let Some(before) = self.last.replace(at) {
            let silent = at.time.since(before.time);
            if silent > Span::millis(limits::SILENCE_MS) {
                emit(line(before, None, Rung::Silence { seconds: silent.as_seconds() }));
            }
        }
        emit(line(at, side, rung));
    }

    /// A frame is on its way.
    fn wait(&mut self, side: Side, frame: (u64, PacketNumber)) {
        let waiting = &mut self.waiting[side];
        if waiting.len() >= limits::MAX_WAITING_RUNGS {
            waiting.pop_front();
        }
        waiting.push_back(frame);
    }

    fn signal(&mut self, seen: &Observed<'_>, signal: Signal) -> Option<Rung> {
        match signal {
            Signal::Acked => self.receipt(seen.fact.side.peer(), seen.fact.end.peer_acked),
            Signal::Opened => Some(Rung::Signal { signal: "SYN" }),
            Signal::Fin { .. } => Some(Rung::Signal { signal: "FIN" }),
            Signal::Rst { .. } => Some(Rung::Signal { signal: "RST" }),
            Signal::Window { open: false } => Some(Rung::Signal { signal: "window closed" }),
            Signal::Window { open: true } => Some(Rung::Signal { signal: "window open" }),
            _ => None,
        }
    }

    /// What `sender` sent was acknowledged up to `acked`.
    fn receipt(&mut self, sender: Side, acked: u64) -> Option<Rung> {
        let waiting = &mut self.waiting[sender];
        let mut rung = None;
        let mut frames = 0_u64;
        while let Some((_, through_pkt)) = waiting.front().copied().filter(|(end, _)| *end <= acked) {
            waiting.pop_front();
            frames = frames.saturating_add(1);
            rung = Some(Rung::Receipt { through_pkt, frames });
        }
        rung
    }
}

fn frame(line: &FrameLine) -> Rung {
    let FrameLine { stream, kind, flags, length, note, .. } = line.clone();
    Rung::Frame { stream, kind, flags, length, note }
}
