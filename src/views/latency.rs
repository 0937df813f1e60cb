//! The rows of `show --as latency`: where the time of each call went.

use std::sync::Arc;

use serde::Serialize;

use super::{Observed, note};
use crate::base::{Side, Span};
use crate::conn::{Interest, Kind, On, Request, Stream};

/// The time of a call, in milliseconds. Parts that cannot be told are left out; `rest` is what no part explains, most of it transfer.
#[derive(Clone, Debug, Serialize)]
pub struct LatencyLine {
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// From its first frame to its end.
    pub total: f64,
    /// In the client's queue before its first frame: 0 where there was room for it, else not known.
    pub queued: Option<f64>,
    /// One round trip of TCP.
    pub network: Option<f64>,
    /// From the whole request at the server to the first frame of the answer.
    pub server: Option<f64>,
    /// Without credit, with more to send.
    pub window_blocked: f64,
    /// Behind octets that were lost and sent again.
    pub tcp_loss: f64,
    /// What is left.
    pub rest: f64,
    /// Method and path as far as they are known. Stems from the traffic.
    pub request: String,
}

/// The facts from which [`latency`] makes rows.
pub const LATENCY_INTEREST: Interest = Interest::NONE.with(On::Closed);

/// The row of a call that a fact closes.
#[must_use]
pub fn latency(seen: &Observed<'_>) -> Option<LatencyLine> {
    let Kind::Closed(stream) = seen.fact.kind else { return None };
    let call = stream.opened_by == Side::Client && !stream.irregular;
    call.then(|| line(seen, stream))
}

fn line(seen: &Observed<'_>, stream: &Stream) -> LatencyLine {
    let closed = stream.closed.unwrap_or(seen.fact.end.at.time);
    let total = closed.since(stream.opened.at.time);
    let network = seen.connection.transport.round_trip();
    let known = [network, stream.served, Some(stream.blocked), Some(stream.lost)];
    let parts = known.into_iter().flatten().fold(Span::ZERO, Span::plus);
    let request: Option<&Arc<Request>> = stream.request.as_ref();
    LatencyLine {
        conn: seen.conn,
        stream: stream.id.0,
        total: total.as_millis(),
        queued: stream.had_room.then_some(0.0),
        network: network.map(Span::as_millis),
        server: stream.served.map(Span::as_millis),
        window_blocked: stream.blocked.as_millis(),
        tcp_loss: stream.lost.as_millis(),
        rest: total.plus(parts.times(-1)).max(Span::ZERO).as_millis(),
        request: note::request(request.map(AsRef::as_ref)),
    }
}
