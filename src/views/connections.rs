//! The rows of `show --as conns`: one for each TCP connection of a report.

use std::net::IpAddr;

use serde::Serialize;

use crate::finding::{ConnectionRow, End, Peer, Report};

/// A connection in a line.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectionLine {
    /// Its number.
    pub conn: u64,
    /// Address and port.
    pub client: String,
    /// Address and port.
    pub server: String,
    /// SNI or :authority.
    pub server_name: Option<String>,
    /// How the protocol was agreed.
    pub via: &'static str,
    /// HTTP/2 was seen or agreed on.
    pub http2: bool,
    /// Requests.
    pub calls: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Streams open at once, at most.
    pub max_concurrent: u64,
    /// Median time from request to end, milliseconds.
    pub p50_ms: Option<f64>,
    /// How it ended.
    pub closed_by: End,
    /// Packets of both sides.
    pub packets: u64,
    /// First to last packet, seconds.
    pub duration_s: f64,
    /// Findings about it.
    pub findings: Vec<String>,
}

/// The lines of a report's connections.
pub fn connections(report: &Report) -> impl Iterator<Item = ConnectionLine> + '_ {
    report.connections.iter().map(|row| ConnectionLine::from(&**row))
}

impl From<&ConnectionRow> for ConnectionLine {
    fn from(row: &ConnectionRow) -> Self {
        Self {
            conn: row.id,
            client: endpoint(&row.client),
            server: endpoint(&row.server),
            server_name: row.server.name.clone(),
            via: row.negotiation.via,
            http2: row.http2,
            calls: row.calls.total,
            failed: row.calls.failed.values().fold(0, |sum, count| sum.saturating_add(*count)),
            max_concurrent: row.streams.max_concurrent,
            p50_ms: row.calls.median_ms,
            closed_by: row.ended,
            packets: row.packets,
            duration_s: row.duration_s,
            findings: row.findings.clone(),
        }
    }
}

/// The name that somebody gave it; else address and port as one word, IPv6 addresses in brackets.
#[must_use]
pub fn endpoint(peer: &Peer) -> String {
    let Peer { addr, port, alias, .. } = peer;
    if let Some(alias) = alias {
        return alias.clone();
    }
    address_and_port((*addr, *port))
}

/// Address and port as one word, IPv6 addresses in brackets.
#[must_use]
pub fn address_and_port((address, port): (IpAddr, u16)) -> String {
    if address.is_ipv6() { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
