//! What TCP shows of a connection: handshake, signs of life, end.

use super::idle::{Loss, Resumed};
use crate::base::{Origin, PerSide, Place, Side, Signal, Span, Time};

/// TCP's part of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transport {
    /// Where each SYN was.
    pub syn: PerSide<Option<Place>>,
    /// True when the client sent nothing but its SYN, and the RST that answered it, where there is one.
    pub knocked: (bool, Option<Origin>),
    /// How often the client sent its SYN, and where it was last.
    pub tries: u32,
    /// See there.
    pub last_try: Place,
    /// Where the client's first acknowledgement after both SYNs was.
    pub established: Option<Place>,
    /// Where each side's FIN was, and whether every octet before it was captured.
    pub fin: PerSide<Option<(Origin, bool)>>,
    /// Where each side's first RST was, and whether it carried an acknowledgement.
    pub rst: PerSide<Option<(Origin, bool)>>,
    /// Where each side said in TLS that nothing more follows (`close_notify`).
    pub farewell: PerSide<Option<Origin>>,
    /// The last silence that was broken.
    pub resumed: Option<Resumed>,
    /// What each side had to send again while later octets waited.
    pub loss: PerSide<Loss>,
    /// When each side last sent octets again. What it says soon after may have been said before, and lost as well.
    pub resent: PerSide<Option<Time>>,
    /// True when the first RST of a side travelled another distance than its other segments.
    pub foreign_rst: PerSide<bool>,
    /// The last time that each side announced a receive window of zero.
    pub shut: PerSide<Option<Shut>>,
    /// Where each side last gave a sign of life.
    pub alive: PerSide<Option<Place>>,
    /// First packet.
    pub first: Place,
    /// Last packet.
    pub last: Place,
    /// The first FIN or RST, in the order in which TCP tells them: one that acknowledges the other's comes after it, also where a
    /// capture of two queues numbers the packets the other way round.
    ended: Option<(Ended, Origin)>,
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
        if self.resumed.is_some() {
            self.resumed = Resumed::after(self.resumed, side, Signal::Acked, origin);
        }
        if self.established.is_none() && side == Side::Client && self.syn.server.is_some() {
            self.established = Some(origin.at);
        }
    }

    fn note_other(&mut self, side: Side, signal: Signal, origin: Origin, streams: u64) {
        if !matches!(signal, Signal::Resumed { .. } | Signal::Resent | Signal::Refilled { .. }) {
            self.alive[side] = Some(origin.at);
        }
        if self.resumed.is_some() || matches!(signal, Signal::Resumed { .. }) {
            self.resumed = Resumed::after(self.resumed, side, signal, origin);
        }
        if matches!(signal, Signal::Resent | Signal::Refilled { .. }) {
            self.resent[side] = Some(origin.at.time);
        }
        match signal {
            Signal::Opened => self.syn[side] = Some(origin.at),
            Signal::Refilled { waited } => self.loss[side].add(waited, origin),
            Signal::Acked | Signal::KeepAlive | Signal::Resumed { .. } | Signal::Resent => {}
            Signal::Window { open: false } => {
                self.shut[side] = Some(Shut { since: origin, streams, until: None });
            }
            Signal::Window { open: true } => {
                if let Some(shut) = &mut self.shut[side] {
                    shut.until.get_or_insert(origin.at);
                }
            }
            Signal::Fin { complete } => {
                self.fin[side].get_or_insert((origin, complete));
                self.ended.get_or_insert((Ended::Fin(side), origin));
            }
            Signal::Rst { acknowledges, foreign } => {
                self.foreign_rst[side] |= foreign && self.rst[side].is_none();
                self.rst[side].get_or_insert((origin, acknowledges));
                self.ended.get_or_insert((Ended::Rst(side), origin));
            }
        }
    }

    /// The handshake's round trip, SYN to the client's acknowledgement: what both halves of the path take together.
    #[must_use]
    pub fn round_trip(&self) -> Option<Span> {
        self.syn.server?;
        Some(self.established?.time.since(self.syn.client?.time))
    }

    /// A side said in TLS that nothing more follows.
    pub fn say_farewell(&mut self, side: Side, at: Origin) {
        self.farewell[side].get_or_insert(at);
    }

    /// True when a side has left: by `close_notify` of TLS, FIN, or RST.
    #[must_use]
    pub fn has_left(&self, side: Side) -> bool {
        self.farewell[side].is_some() || self.fin[side].is_some() || self.rst[side].is_some()
    }

    /// Who left first, where, and by what: a FIN that answers `close_notify` ends nothing.
    #[must_use]
    pub fn left_first(&self) -> Option<(Side, Origin, Leave)> {
        let (side, end, leave) = match self.ended? {
            (Ended::Fin(side), end) => (side, end, Leave::Fin),
            (Ended::Rst(side), end) => (side, end, Leave::Rst),
            (Ended::Open, _) => return None,
        };
        let farewell = self.farewell[side.peer()].filter(|farewell| farewell.at.pkt < end.at.pkt);
        let own = self.farewell[side].map(|own| own.at.pkt);
        let first = farewell.filter(|farewell| own.is_none_or(|own| farewell.at.pkt < own));
        Some(first.map_or((side, end, leave), |farewell| (side.peer(), farewell, Leave::CloseNotify)))
    }

    /// Who ended the connection, and where that was.
    #[must_use]
    pub fn ended(&self) -> (Ended, Option<Origin>) {
        self.ended.map_or((Ended::Open, None), |(how, origin)| (how, Some(origin)))
    }
}
