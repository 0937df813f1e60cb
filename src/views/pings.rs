//! The rows of `show --as pings`: each PING with its acknowledgement; those that were never answered when the connection ends.

use serde::Serialize;

use super::Observed;
use crate::base::{Origin, PacketNumber, Side, Time};
use crate::conn::{Interest, Kind, On};

/// A PING.
#[derive(Clone, Debug, Serialize)]
pub struct PingLine {
    /// The connection.
    pub conn: u64,
    /// Who sent it.
    pub by: Side,
    /// Its packet.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// The packet with its acknowledgement.
    pub answered_pkt: Option<PacketNumber>,
    /// From the PING to its acknowledgement, in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Streams that were open when it was answered, or at the end.
    pub streams: u32,
    /// Which end answers; its address stands in the list of connections.
    pub answers: Side,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
}

/// The facts from which [`pings`] makes rows.
pub const PINGS_INTEREST: Interest = Interest::NONE.with(On::PingAcked).with(On::End);

/// The rows that a fact completes.
#[must_use]
pub fn pings(seen: &Observed<'_>) -> Vec<PingLine> {
    match seen.fact.kind {
        Kind::PingAcked { sent } => vec![line(seen, seen.fact.side.peer(), &sent, Some(&seen.fact.end))],
        Kind::End => Side::BOTH.into_iter().flat_map(|side| unanswered(seen, side)).collect(),
        _ => Vec::new(),
    }
}

fn unanswered<'a>(seen: &'a Observed<'_>, side: Side) -> impl Iterator<Item = PingLine> + 'a {
    seen.connection.sides[side].pings.waiting().map(move |ping| line(seen, side, &ping.end, None))
}

fn line(seen: &Observed<'_>, by: Side, sent: &Origin, answer: Option<&Origin>) -> PingLine {
    let streams = &seen.connection.streams;
    PingLine {
        conn: seen.conn,
        by,
        pkt: sent.at.pkt,
        t: seen.since_first(sent.at).as_seconds(),
        answered_pkt: answer.map(|answer| answer.at.pkt),
        round_trip_ms: answer.map(|answer| answer.at.time.since(sent.at.time).as_millis()),
        streams: streams.active(Side::Client).saturating_add(streams.active(Side::Server)),
        answers: by.peer(),
        time: sent.at.time,
    }
}
