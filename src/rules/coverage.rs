//! What could be seen of a connection, added up from the losses that the floors tell; and what that means for a rule's needs.

use std::fmt;

use super::rule::{Need, Rule, View};
use super::verdict::Draft;
use crate::base::{Origin, PacketNumber, PerSide, Place, Side, Span};
use crate::conn::{Connection, Ended};
use crate::finding::{BlindSpot, BlindSpotKind, Confidence, Severity};
use crate::tls::{CipherSuite, Label, Version};

/// Frames behind a gap after which they are believed as before it.
const BELIEVED: u64 = 8;

/// What could be seen of both sides.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By who sent.
    pub sides: PerSide<SideCoverage>,
    /// The furthest that the capture's clock ran back on this connection, or that octets came after those behind them.
    pub ran_back: Span,
    /// What is encrypted and cannot be read: from this packet on, and why.
    pub no_keys: Option<(PacketNumber, Secrecy)>,
    /// A hello of TLS was not read, though there was one.
    pub hello_missing: bool,
    /// Neither HTTP/2 nor anything else that is known.
    pub unknown_protocol: bool,
    /// Nothing that was seen says for certain which end is the client.
    pub roles_guessed: bool,
}

/// Why octets inside TLS cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// No key log was given.
    NoKeys,
    /// No line of the key log is for this session.
    LineMissing,
    /// The key log has lines for this session, but not this one.
    LabelMissing(Label),
    /// The secret in the key log does not open it.
    WrongSecret,
    /// The suite is none that can be opened, not in this version.
    Unsupported(Version, CipherSuite),
    /// The hellos are not in the capture.
    HandshakeNotSeen,
}

impl fmt::Display for Secrecy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys => {}
            Self::LineMissing => f.write_str("no line of the key log is for it: ")?,
            Self::LabelMissing(label) => write!(f, "the key log lacks its {label}: ")?,
            Self::WrongSecret => f.write_str("the secret in the key log does not open it: ")?,
            Self::Unsupported(version, suite) => write!(f, "{suite} in {version} cannot be opened here: ")?,
            Self::HandshakeNotSeen => f.write_str("its handshake is not in the capture: ")?,
        }
        f.write_str("everything above TLS is not judged")
    }
}

/// What could be seen of one side.
#[derive(Clone, Debug, Default)]
pub struct SideCoverage {
    /// Its first octets are not in the capture.
    pub start_missing: bool,
    /// No packet of it is in the capture.
    pub absent: bool,
    /// What it sends is not read as HTTP/2.
    pub opaque: bool,
    /// Texts of its field blocks were not kept.
    pub texts_forgone: bool,
    losses: Option<Box<Losses>>,
}

/// What is missing of one side, or cannot be read: of few connections there is anything.
#[derive(Clone, Copy, Debug)]
pub struct Losses {
    /// The packet from which octets are missing.
    pub gap: Option<PacketNumber>,
    /// What showed that they are missing.
    pub gap_at: Option<Origin>,
    /// Octets that the receiver acknowledged and the capture lacks.
    pub missing: u64,
    /// A packet that repeats octets with another content.
    pub differs: Option<Place>,
    /// The packet from which payloads were cut by the capture.
    pub snaplen: Option<PacketNumber>,
    /// The packet from which frame boundaries are lost.
    pub unsynchronised: Option<PacketNumber>,
    /// Frames counted when they were found again, or found first in a connection joined late.
    pub resynchronised: Option<u64>,
    /// The packet from which the dynamic table is not known in full.
    pub hpack_unknown: Option<PacketNumber>,
    /// The packet from which streams were opened that are not followed.
    pub limit_reached: Option<PacketNumber>,
}

impl Losses {
    const NONE: &Self = &Self {
        gap: None,
        gap_at: None,
        missing: 0,
        differs: None,
        snaplen: None,
        unsynchronised: None,
        resynchronised: None,
        hpack_unknown: None,
        limit_reached: None,
    };
}

impl SideCoverage {
    /// What is missing.
    #[must_use]
    pub fn lost(&self) -> &Losses {
        self.losses.as_deref().unwrap_or(Losses::NONE)
    }

    /// The same, for somebody who knows more of it.
    pub fn lost_mut(&mut self) -> &mut Losses {
        self.losses.get_or_insert_with(|| Box::new(*Losses::NONE))
    }

    /// True when the side was seen from its first octet on, without loss.
    #[must_use]
    pub fn whole(&self) -> bool {
        let lost = self.lost();
        !self.start_missing
            && !self.absent
            && !self.opaque
            && lost.gap.is_none()
            && lost.snaplen.is_none()
            && lost.unsynchronised.is_none()
    }
}

/// What a need that is not met does to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Met,
    Lower,
    Mute,
}

impl Coverage {
    /// The confidence that is left for a draft of `rule`; `None` when it is muted.
    pub(super) fn allow(&self, rule: &Rule, draft: &Draft, conn: &Connection) -> Option<Confidence> {
        if self.roles_guessed && draft.culprit.side().is_some() {
            return None;
        }
        let judged = draft.culprit.side().unwrap_or(Side::Server);
        let mut confidence = draft.confidence;
        for need in rule.needs.iter().filter(|need| Some(**need) != draft.waived) {
            confidence = match self.effect(*need, rule, judged, conn, draft.interval) {
                Effect::Met => confidence,
                Effect::Lower => confidence.lower()?,
                Effect::Mute => return None,
            };
        }
        Some(confidence)
    }

    fn effect(
        &self,
        need: Need,
        rule: &Rule,
        judged: Side,
        conn: &Connection,
        interval: Option<Span>,
    ) -> Effect {
        let (own, peer) = (&self.sides[judged], &self.sides[judged.peer()]);
        let met = match need {
            Need::Plaintext => self.no_keys.is_none(),
            Need::Start => !own.start_missing && !peer.start_missing && own.lost().unsynchronised.is_none(),
            Need::Frames => return self.frames(rule, judged, conn),
            Need::PeerFrames => peer.whole(),
            // Facts about contents are told only of frames and hellos whose octets are there, all of them.
            Need::Payload => true,
            Need::Handshake => !self.hello_missing,
            Need::Hpack => conn.sides[judged].hpack_exact(),
            Need::Acks => conn.sides[judged].knowledge.covered() > 0,
            Need::Time => {
                let short = interval.is_some_and(|interval| interval < self.ran_back.times(10));
                return if short { Effect::Lower } else { Effect::Met };
            }
            Need::End => {
                let open = conn.transport.ended().0 == Ended::Open;
                return if open { Effect::Lower } else { Effect::Met };
            }
        };
        if met { Effect::Met } else { Effect::Mute }
    }

    /// What is said of frames that are there holds again some frames behind a gap. Until then it is less certain, and errors are not
    /// told: three octets in the middle of a field block may look like the length of a frame. What is said of frames that are not
    /// there may lie in the gap.
    fn frames(&self, rule: &Rule, judged: Side, conn: &Connection) -> Effect {
        let own = &self.sides[judged];
        let absence = matches!(rule.view, View::Timer | View::Reaction);
        if absence && (own.start_missing || own.lost().gap.is_some() || own.lost().unsynchronised.is_some()) {
            return Effect::Mute;
        }
        match (own.lost().unsynchronised, own.lost().resynchronised) {
            (_, Some(frames)) if conn.sides[judged].total() < frames.saturating_add(BELIEVED) => {
                if rule.severity == Severity::Error { Effect::Mute } else { Effect::Lower }
            }
            (None, _) | (_, Some(_)) => Effect::Met,
            (Some(_), None) => Effect::Mute,
        }
    }

    /// What TLS hides, as the report lists it.
    #[must_use]
    pub fn hidden_by_tls(&self, number: u64) -> Vec<BlindSpot> {
        let spot = |(pkt, secrecy): (PacketNumber, Secrecy)| {
            spot(number, BlindSpotKind::NoKeys, None, Some(pkt), &secrecy.to_string())
        };
        self.no_keys.map(spot).into_iter().collect()
    }

    /// What could not be seen of HTTP/2, as the report lists it.
    #[must_use]
    pub fn blind_spots(&self, number: u64) -> Vec<BlindSpot> {
        let mut spots = self.hidden_by_tls(number);
        if self.roles_guessed {
            let effect = "which end is the client is a guess: neither is accused";
            spots.push(spot(number, BlindSpotKind::Midstream, None, None, effect));
        }
        for side in Side::BOTH {
            if self.sides[side].is_clear() {
                debug_assert!(self.sides[side].blind_spots().next().is_none(), "not clear");
                continue;
            }
            for (kind, pkt, effect) in self.sides[side].blind_spots() {
                spots.push(spot(number, kind, Some(side), pkt, effect));
            }
        }
        spots
    }
}

impl SideCoverage {
    /// True without a blind spot.
    fn is_clear(&self) -> bool {
        self.whole()
            && self.lost().hpack_unknown.is_none()
            && self.lost().limit_reached.is_none()
            && !self.texts_forgone
    }

    /// What could not be seen of this side: the packet from which on, where it is not the whole connection, and what is not judged.
    fn blind_spots(&self) -> impl Iterator<Item = (BlindSpotKind, Option<PacketNumber>, &'static str)> {
        let whole = match (self.absent, self.start_missing) {
            (true, _) => {
                Some((BlindSpotKind::OneDirection, None, "what the other side answers to is not judged"))
            }
            (false, true) => Some((BlindSpotKind::Midstream, None, JOINED)),
            (false, false) => None,
        };
        let lost = self.lost();
        let from = [
            (BlindSpotKind::Gap, lost.gap, "streams alive over the gap keep only what still holds"),
            (
                BlindSpotKind::Gap,
                lost.unsynchronised,
                "frames were lost here; what depends on them is not judged",
            ),
            (BlindSpotKind::Snaplen, lost.snaplen, "payloads and field blocks that were cut are not judged"),
            (
                BlindSpotKind::HpackUnknown,
                lost.hpack_unknown,
                "fields that depend on the lost table are not judged",
            ),
            (
                BlindSpotKind::LimitReached,
                lost.limit_reached,
                "more streams were open at once than are followed; those beyond are not judged",
            ),
        ];
        let from = from.into_iter().filter(|(_, pkt, _)| pkt.is_some());
        let forgone = self.texts_forgone.then_some((BlindSpotKind::LimitReached, None, FORGONE));
        whole.into_iter().chain(from).chain(forgone)
    }
}

fn spot(
    number: u64,
    kind: BlindSpotKind,
    side: Option<Side>,
    from_pkt: Option<PacketNumber>,
    effect: &str,
) -> BlindSpot {
    let (conns, dir) = (vec![number], side.map(Into::into));
    BlindSpot { kind, input: None, conns, dir, from_pkt, effect: effect.to_owned() }
}

const FORGONE: &str = "longer field values, or more by HPACK's indices alone, than are kept; what depends on them is not judged";

const JOINED: &str = "preface, windows, concurrency, stream order and older HPACK entries are not judged";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpack::{Coding, Encoder, Representation};
    use crate::rules::tests::report;
    use crate::script::{Script, headers};

    /// Requests of ten long paths in turns that are open at once, and what the report says of texts that are not kept.
    fn said_of(requests: u32, again_in_full: bool) -> Vec<BlindSpot> {
        let ask = |number: u32| {
            let (mut block, turn) = (Encoder::new(), number % 10);
            block.indexed(2).indexed(6);
            if number < 10 || again_in_full {
                let form = if number < 10 {
                    Representation::IncrementalIndexing
                } else {
                    Representation::WithoutIndexing
                };
                let path = format!("/{turn}{}", "a".repeat(340));
                block.literal(form, 4, path.as_bytes(), Coding::Plain);
            } else {
                // The first path is the oldest entry.
                block.indexed(71 - turn);
            }
            headers(2 * number + 1, &block.into_octets())
        };
        let report = report(&Script::open().client((0..requests).map(ask)));
        let said = |spot: &BlindSpot| spot.kind == BlindSpotKind::LimitReached;
        report.coverage.blind_spots.into_iter().filter(said).collect()
    }

    #[test]
    fn texts_that_are_not_kept_are_told_once_for_a_side() {
        let said = said_of(1_500, false);
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].effect.as_str(), said[0].conns.as_slice()), (FORGONE, &[0][..]));
        assert_eq!(said[0].dir, Some(Side::Client.into()));
        // What is sent in full is kept, and so is a little by indices.
        assert_eq!((said_of(1_500, true), said_of(100, false)), (Vec::new(), Vec::new()));
    }
}
