//! What one side must have known when it spoke, from the outside: what its TCP had acknowledged (an upper bound), and what a
//! later frame of its own proves to be read.

use std::collections::VecDeque;

use crate::base::{Origin, Place, Span};
use crate::limits;

/// How well a side knew something that its peer had sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knew {
    /// It cannot have known.
    No,
    /// Its TCP had acknowledged the octets; whether the program read them is open.
    Covered {
        /// When the acknowledgement first passed, as far as that is remembered.
        since: Place,
    },
    /// It had read the octets.
    Processed {
        /// The frame of its own that proves it.
        proof: Origin,
    },
}

/// Two offsets of the peer's stream that only grow: acknowledged, and proved to be read.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Each step of the acknowledgement: offset, and when it passed.
    acked: VecDeque<(u64, Place)>,
    /// What a frame proves that does not end something: offset, and the frame.
    answered: (u64, Origin),
    /// The same of a frame that ends something, where it proves more.
    ended: Option<Box<(u64, Origin)>>,
    /// A PING ACK proves reading only for frames begun a round trip later: offset, and the ACK.
    ping: Option<Box<(u64, Origin)>>,
}

impl Knowledge {
    /// This side's TCP acknowledged its peer's octets up to `offset`.
    pub(super) fn acknowledge(&mut self, offset: u64, at: Place) {
        match self.acked.back() {
            Some((known, _)) if *known >= offset => return,
            Some(_) if self.acked.len() >= limits::MAX_ACK_HISTORY => {
                self.acked.pop_front();
            }
            Some(_) => {}
            None => self.acked = VecDeque::with_capacity(FIRST_STEPS),
        }
        self.acked.push_back((offset, at));
    }

    /// A frame of this side proves that it read everything up to `offset`.
    pub(super) fn prove(&mut self, offset: u64, proof: &Origin) {
        if offset > self.answered.0 {
            self.answered = (offset, *proof);
            self.ended.take_if(|ended| ended.0 < offset);
        }
    }

    /// The same by RST_STREAM or GOAWAY, which may be the last word of this side: what else it owed may be left unsaid.
    pub(super) fn prove_by_ending(&mut self, offset: u64, proof: &Origin) {
        if offset > self.processed().0 {
            self.ended = Some(Box::new((offset, *proof)));
        }
    }

    /// A PING ACK of this side answers a PING that was complete at `offset`.
    pub(super) fn prove_by_ping(&mut self, offset: u64, proof: &Origin) {
        if self.ping().is_none_or(|(known, _)| known < offset) {
            self.ping = Some(Box::new((offset, *proof)));
        }
    }

    /// Offset up to which this side's TCP acknowledged.
    #[must_use]
    pub fn covered(&self) -> u64 {
        self.acked.back().map_or(0, |(offset, _)| *offset)
    }

    /// The furthest offset that this side is proved to have read in the end, a PING ACK included, with the proof.
    #[must_use]
    pub fn proved(&self) -> (u64, Origin) {
        let read = self.processed();
        self.ping().filter(|(offset, _)| *offset > read.0).unwrap_or(read)
    }

    /// The furthest offset that this side is proved to have read by an answer, a PING ACK included, with the proof: by a frame that
    /// goes on, not by RST_STREAM or GOAWAY.
    #[must_use]
    pub fn answered(&self) -> (u64, Origin) {
        self.ping().filter(|(offset, _)| *offset > self.answered.0).unwrap_or(self.answered)
    }

    /// Offset up to which this side is proved to have read, with the proof.
    #[must_use]
    pub fn processed(&self) -> (u64, Origin) {
        self.ended.as_deref().copied().unwrap_or(self.answered)
    }

    fn ping(&self) -> Option<(u64, Origin)> {
        self.ping.as_deref().copied()
    }

    /// Where the acknowledgement of `offset` first passed; a later packet when the exact one is forgotten.
    #[must_use]
    pub fn covered_since(&self, offset: u64) -> Option<Place> {
        // Mostly one of the last acknowledgements is asked for.
        let last = self.acked.iter().rev().take(NEAR);
        let reach = last.take_while(|(known, _)| *known >= offset).count();
        let at = if reach < NEAR {
            self.acked.len().saturating_sub(reach)
        } else {
            self.acked.partition_point(|(known, _)| *known < offset)
        };
        self.acked.get(at).map(|(_, place)| *place)
    }

    /// How well this side knew what its peer had completed at `offset`, when it began the frame at `frame`.
    #[must_use]
    pub fn knew(&self, offset: u64, frame: &Origin, round_trip: Option<Span>) -> Knew {
        let (processed, proof) = self.processed();
        if processed >= offset && proof.tcp_end <= frame.tcp_end {
            return Knew::Processed { proof };
        }
        if let (Some((read, proof)), Some(round_trip)) = (self.ping(), round_trip)
            && read >= offset
            && frame.at.time.since(proof.at.time) >= round_trip
        {
            return Knew::Processed { proof };
        }
        match self.covered_since(offset) {
            Some(since) if offset <= frame.peer_acked => Knew::Covered { since },
            _ => Knew::No,
        }
    }
}

/// Acknowledgements that are looked through one by one, from the last one on, before the place of an older one is searched for.
const NEAR: usize = 4;

/// Steps for which there is room from the beginning: those of a handshake and a request.
const FIRST_STEPS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    fn place(ms: i64) -> Place {
        Place { time: Time(ms * 1_000_000), ..Place::default() }
    }

    fn at(ms: i64, tcp_end: u64, peer_acked: u64) -> Origin {
        Origin { at: place(ms), tcp_end, peer_acked }
    }

    #[test]
    fn what_was_not_acknowledged_was_not_known() {
        let mut knowledge = Knowledge::default();
        knowledge.acknowledge(850, place(1));
        assert_eq!(knowledge.knew(900, &at(5, 100, 850), None), Knew::No);
    }

    #[test]
    fn an_acknowledgement_covers_and_a_frame_proves() {
        let mut knowledge = Knowledge::default();
        knowledge.acknowledge(900, place(7));
        assert_eq!(knowledge.knew(900, &at(5, 100, 900), None), Knew::Covered { since: place(7) });
        let proof = at(6, 110, 900);
        knowledge.prove(900, &proof);
        assert_eq!(knowledge.knew(900, &at(7, 120, 900), None), Knew::Processed { proof });
    }

    #[test]
    fn a_ping_ack_proves_only_a_round_trip_later() {
        let mut knowledge = Knowledge::default();
        knowledge.acknowledge(900, place(0));
        let proof = at(10, 110, 900);
        knowledge.prove_by_ping(900, &proof);
        let round_trip = Some(Span::millis(20));
        assert!(matches!(knowledge.knew(900, &at(20, 120, 900), round_trip), Knew::Covered { .. }));
        assert_eq!(knowledge.knew(900, &at(30, 130, 900), round_trip), Knew::Processed { proof });
    }
}
