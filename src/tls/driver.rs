//! Runs captures through the floors up to TLS, for tests.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Fact, KeyLog, Output, Session, Shared, Stretch};
use crate::base::{Origin, Piece, Side, Signal};
use crate::capture::{Reader, Record};
use crate::link::Links;
use crate::tcp::{self, Connection, Direction, Endpoint, Flows, IpHeader, Segment};

/// A connection, as TLS saw it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) session: Session,
    pub(super) facts: Vec<(Side, Stretch, Fact)>,
    pub(super) plain: [Vec<u8>; 2],
    /// Where gaps stand in the plaintext.
    pub(super) gaps: [Vec<usize>; 2],
    pub(super) origins: Vec<(Side, Origin)>,
    /// The pieces that came in.
    pub(super) pieces: Vec<(Side, Cut)>,
    ended: [bool; 2],
}

/// A piece that owns its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Chunk(Vec<u8>, Origin),
    Gap(u64, Origin),
    End(Origin),
}

impl Seen {
    pub(super) fn take(&mut self, side: Side, cut: &Cut, keys: &KeyLog, shared: &mut Shared) {
        let Self { session, facts, plain, gaps, origins, ended, .. } = self;
        let mut emit = |_: &Session, output: Output<'_>| match output {
            Output::Plain(side, Piece::Chunk { bytes, origin }) => {
                assert!(!bytes.is_empty());
                plain[at(side)].extend_from_slice(bytes);
                origins.push((side, origin));
            }
            Output::Plain(side, Piece::Gap { .. }) => gaps[at(side)].push(plain[at(side)].len()),
            Output::Fact(side, stretch, fact) => facts.push((side, stretch, fact)),
        };
        match cut {
            Cut::Chunk(bytes, origin) => {
                session.push(side, &Piece::Chunk { bytes, origin: *origin }, keys, shared, &mut emit);
            }
            Cut::Gap(length, origin) => {
                let loss = crate::base::LossKind::Captured;
                session.push(
                    side,
                    &Piece::Gap { length: *length, loss, origin: *origin },
                    keys,
                    shared,
                    &mut emit,
                );
            }
            Cut::End(origin) => {
                ended[at(side)] = true;
                session.finish(side, origin, keys, shared, &mut emit);
            }
        }
    }

    pub(super) fn has(&self, side: Side, fact: Fact) -> bool {
        self.facts.iter().any(|(by, _, seen)| *by == side && *seen == fact)
    }

    pub(super) fn finish(&mut self, keys: &KeyLog, shared: &mut Shared) {
        for side in Side::BOTH {
            if !self.ended[at(side)] {
                self.take(side, &Cut::End(Origin::default()), keys, shared);
            }
        }
    }
}

pub(super) const fn at(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

/// Pieces again, from the beginning.
pub(super) fn replay(pieces: &[(Side, Cut)], keys: &KeyLog) -> Seen {
    let mut seen = Seen::default();
    let mut shared = Shared::default();
    for (side, cut) in pieces {
        seen.take(*side, cut, keys, &mut shared);
    }
    seen.finish(keys, &mut shared);
    seen
}

/// Every connection of a capture. The secrets are those of the file with the ending `keys` beside it, and those inside it.
pub(super) fn run(capture: &Path) -> (Vec<Seen>, KeyLog, Shared) {
    let mut keys = KeyLog::new();
    if let Ok(octets) = std::fs::read(capture.with_extension("keys")) {
        keys.add("beside", &octets);
    }
    keys.add("inside", &crate::capture::embedded_secrets(capture).unwrap_or_default());
    let (seen, shared) = run_with(capture, &keys);
    (seen, keys, shared)
}

pub(super) fn run_with(capture: &Path, keys: &KeyLog) -> (Vec<Seen>, Shared) {
    let mut reader = Reader::open(capture).expect("a capture");
    let (mut links, mut flows, mut shared) = (Links::default(), Flows::default(), Shared::default());
    let mut all: BTreeMap<u64, (Connection, Seen, Direction)> = BTreeMap::new();
    while let Ok(Some(record)) = reader.next() {
        let Record::Packet(packet) = record else { continue };
        let Ok(datagram) = links.decode(&packet) else { continue };
        let read = Segment::read(datagram.payload, datagram.length, &IpHeader::default(), packet.place());
        let Some(segment) = read.filter(|_| datagram.protocol == 6) else { continue };
        let source = Endpoint { address: datagram.source, port: segment.source_port };
        let destination = Endpoint { address: datagram.destination, port: segment.destination_port };
        let seat = flows.seat(&(source, destination), &segment);
        shared.reach(packet.number);
        let (connection, seen, client) = all.entry(seat.number).or_insert_with(|| {
            let client = segment.source_port > segment.destination_port;
            let client = if client { Direction::Forward } else { Direction::Backward };
            (Connection::default(), Seen::default(), client)
        });
        connection.push(seat.direction, &segment, &mut |direction, output| {
            let side = if direction == *client { Side::Client } else { Side::Server };
            take_output(seen, side, output, keys, &mut shared);
        });
    }
    shared.reach(u64::MAX);
    let mut found = Vec::new();
    for (_, (mut connection, mut seen, client)) in all {
        connection.finish(&mut |direction, output| {
            let side = if direction == client { Side::Client } else { Side::Server };
            take_output(&mut seen, side, output, keys, &mut shared);
        });
        seen.finish(keys, &mut shared);
        found.push(seen);
    }
    (found, shared)
}

fn take_output(seen: &mut Seen, side: Side, output: tcp::Output<'_>, keys: &KeyLog, shared: &mut Shared) {
    let cut = match output {
        tcp::Output::Piece(Piece::Chunk { bytes, origin }) => Cut::Chunk(bytes.to_vec(), origin),
        tcp::Output::Piece(Piece::Gap { length, origin, .. }) => Cut::Gap(length, origin),
        tcp::Output::Signal(Signal::Fin { .. } | Signal::Rst { .. }, origin) => Cut::End(origin),
        tcp::Output::Signal(..) => return,
    };
    seen.take(side, &cut, keys, shared);
    seen.pieces.push((side, cut));
}
