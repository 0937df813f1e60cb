//! What TCP shows of a connection: handshake, signs of life, end.

use super::idle::{Loss, Resumed};
use crate::base::{Origin, PerSide, Place, Side, Signal, Span, Time};

/// TCP's part of a connection. What few connections have, or none before its end, is kept apart: one that is open and idle is small.
#[derive(Clone, Debug, Default)]
pub struct Transport {
    /// Where each SYN was.
    pub syn: PerSide<Option<Place>>,
    /// Where the client's first acknowledgement after both SYNs was.
    pub established: Option<Place>,
    /// Where each side last gave a sign of life.
    pub alive: PerSide<Option<Place>>,
    /// First packet.
    pub first: Place,
    /// Last packet.
    pub last: Place,
    /// The client's SYN, once the connection is over without more of the client than that.
    pub knock: Option<Box<Knock>>,
    trouble: Option<Box<Trouble>>,
    farewell: Option<Box<PerSide<Option<Origin>>>>,
    end: Option<Box<End>>,
}

/// A client that sent nothing but its SYN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knock {
    /// How often it sent it.
    pub tries: u32,
    /// Where it was last.
    pub last_try: Place,
    /// The RST that answered it, where there is one.
    pub refused: Option<Origin>,
}

/// What happens to few connections.
#[derive(Clone, Debug, Default)]
struct Trouble {
    resumed: Option<Resumed>,
    loss: PerSide<Loss>,
    resent: PerSide<Option<Time>>,
    shut: PerSide<Option<Shut>>,
}

/// How a connection ends.
#[derive(Clone, Debug, Default)]
struct End {
    fin: PerSide<Option<(Origin, bool)>>,
    rst: PerSide<Option<(Origin, bool)>>,
    foreign_rst: PerSide<bool>,
    /// The first FIN or RST, in the order in which TCP tells them: one that acknowledges the other's comes after it, also where a
    /// capture of two queues numbers the packets the other way round.
    first: Option<(Ended, Origin)>,
}

/// A side that took nothing more: its receive window was zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shut {
    /// Where it closed.
    pub since: Origin,
    /// Streams opened before.
    pub streams: u64,
    /// Where it opened again.
    pub until: Option<Place>,
}

/// How a connection ended: the first FIN or RST decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// This side sent the first FIN.
    Fin(Side),
    /// This side sent a RST before any FIN.
    Rst(Side),
    /// Neither was captured.
    Open,
}

/// How a side leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// With the alert of TLS.
    CloseNotify,
    /// With FIN.
    Fin,
    /// With RST.
    Rst,
}

impl Leave {
    /// What it is called as evidence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CloseNotify => "close_notify",
            Self::Fin => "FIN",
            Self::Rst => "RST",
        }
    }
}

impl Transport {
    /// Takes a signal; so many streams were opened before it. Most are acknowledgements.
    #[inline]
    pub(super) fn note(&mut self, side: Side, signal: Signal, origin: Origin, streams: u64) {
        if signal == Signal::Acked {
            self.acked(side, origin);
        } else {
            self.note_other(side, signal, origin, streams);
        }
    }

    #[inline]
    fn acked(&mut self, side: Side, origin: Origin) {
        self.alive[side] = Some(origin.at);
        if self.trouble.is_some() {
            self.resume(side, Signal::Acked, origin);
        }
        if self.established.is_none() && side == Side::Client && self.syn.server.is_some() {
            self.established = Some(origin.at);
        }
    }

    /// What a signal says of the silence before it.
    fn resume(&mut self, side: Side, signal: Signal, origin: Origin) {
        let known = self.resumed();
        if known.is_some() || matches!(signal, Signal::Resumed { .. }) {
            self.trouble.get_or_insert_default().resumed = Resumed::after(known, side, signal, origin);
        }
    }

    fn note_other(&mut self, side: Side, signal: Signal, origin: Origin, streams: u64) {
        if !matches!(signal, Signal::Resumed { .. } | Signal::Resent | Signal::Refilled { .. }) {
            self.alive[side] = Some(origin.at);
        }
        self.resume(side, signal, origin);
        match signal {
            Signal::Opened => self.syn[side] = Some(origin.at),
            Signal::Refilled { waited } => {
                let trouble = self.trouble.get_or_insert_default();
                trouble.resent[side] = Some(origin.at.time);
                trouble.loss[side].add(waited, origin);
            }
            Signal::Resent => self.trouble.get_or_insert_default().resent[side] = Some(origin.at.time),
            Signal::Acked | Signal::KeepAlive | Signal::Resumed { .. } => {}
            Signal::Window { open: false } => {
                let shut = Shut { since: origin, streams, until: None };
                self.trouble.get_or_insert_default().shut[side] = Some(shut);
            }
            Signal::Window { open: true } => {
                if let Some(shut) = self.trouble.as_mut().and_then(|trouble| trouble.shut[side].as_mut()) {
                    shut.until.get_or_insert(origin.at);
                }
            }
            Signal::Fin { complete } => {
                let end = self.end.get_or_insert_default();
                end.fin[side].get_or_insert((origin, complete));
                end.first.get_or_insert((Ended::Fin(side), origin));
            }
            Signal::Rst { acknowledges, foreign } => {
                let end = self.end.get_or_insert_default();
                end.foreign_rst[side] |= foreign && end.rst[side].is_none();
                end.rst[side].get_or_insert((origin, acknowledges));
                end.first.get_or_insert((Ended::Rst(side), origin));
            }
        }
    }

    /// Where a side's FIN was, and whether every octet before it was captured.
    #[must_use]
    pub fn fin(&self, side: Side) -> Option<(Origin, bool)> {
        self.end.as_ref()?.fin[side]
    }

    /// Where a side's first RST was, and whether it carried an acknowledgement.
    #[must_use]
    pub fn rst(&self, side: Side) -> Option<(Origin, bool)> {
        self.end.as_ref()?.rst[side]
    }

    /// True when the first RST of a side travelled another distance than its other segments.
    #[must_use]
    pub fn is_foreign_rst(&self, side: Side) -> bool {
        self.end.as_ref().is_some_and(|end| end.foreign_rst[side])
    }

    /// True when both ends have closed, or one has reset.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.end.as_ref().is_some_and(|end| {
            let closed = end.fin.client.is_some() && end.fin.server.is_some();
            closed || end.rst.client.is_some() || end.rst.server.is_some()
        })
    }

    /// The last silence that was broken.
    #[must_use]
    pub fn resumed(&self) -> Option<Resumed> {
        self.trouble.as_ref()?.resumed
    }

    /// What a side had to send again while later octets waited.
    #[must_use]
    pub fn loss(&self, side: Side) -> Loss {
        self.trouble.as_ref().map(|trouble| trouble.loss[side]).unwrap_or_default()
    }

    /// When a side last sent octets again. What it says soon after may have been said before, and lost as well.
    #[must_use]
    pub fn resent(&self, side: Side) -> Option<Time> {
        self.trouble.as_ref()?.resent[side]
    }

    /// The last time that a side announced a receive window of zero.
    #[must_use]
    pub fn shut(&self, side: Side) -> Option<Shut> {
        self.trouble.as_ref()?.shut[side]
    }

    /// Where a side said in TLS that nothing more follows (`close_notify`).
    #[must_use]
    pub fn farewell(&self, side: Side) -> Option<Origin> {
        self.farewell.as_ref()?[side]
    }

    /// The handshake's round trip, SYN to the client's acknowledgement: what both halves of the path take together.
    #[must_use]
    pub fn round_trip(&self) -> Option<Span> {
        self.syn.server?;
        Some(self.established?.time.since(self.syn.client?.time))
    }

    /// A side said in TLS that nothing more follows.
    pub fn say_farewell(&mut self, side: Side, at: Origin) {
        self.farewell.get_or_insert_default()[side].get_or_insert(at);
    }

    /// True when a side has left: by `close_notify` of TLS, FIN, or RST.
    #[must_use]
    pub fn has_left(&self, side: Side) -> bool {
        self.farewell(side).is_some() || self.fin(side).is_some() || self.rst(side).is_some()
    }

    /// Who left first, where, and by what: a FIN that answers `close_notify` ends nothing.
    #[must_use]
    pub fn left_first(&self) -> Option<(Side, Origin, Leave)> {
        let (side, end, leave) = match self.end.as_ref()?.first? {
            (Ended::Fin(side), end) => (side, end, Leave::Fin),
            (Ended::Rst(side), end) => (side, end, Leave::Rst),
            (Ended::Open, _) => return None,
        };
        let farewell = self.farewell(side.peer()).filter(|farewell| farewell.at.pkt < end.at.pkt);
        let own = self.farewell(side).map(|own| own.at.pkt);
        let first = farewell.filter(|farewell| own.is_none_or(|own| farewell.at.pkt < own));
        Some(first.map_or((side, end, leave), |farewell| (side.peer(), farewell, Leave::CloseNotify)))
    }

    /// Who ended the connection, and where that was.
    #[must_use]
    pub fn ended(&self) -> (Ended, Option<Origin>) {
        let first = self.end.as_ref().and_then(|end| end.first);
        first.map_or((Ended::Open, None), |(how, origin)| (how, Some(origin)))
    }
}
