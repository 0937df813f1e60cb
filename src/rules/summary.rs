//! What is kept of a connection until the end of the capture, for rules that compare connections. Bounded.

use crate::base::{Origin, Place, Span};
use crate::conn::Connection;

use super::Options;
use super::agreements::Agreements;
use super::goaway::goaway_by_request_count::EndedAfter;

/// A capture at its end.
#[derive(Clone, Copy, Debug)]
pub struct CaptureView<'a> {
    /// Its connections, as far as rules compare them.
    pub summaries: &'a [Summary],
    /// How its connections were agreed.
    pub agreements: &'a Agreements,
    /// What the file itself showed.
    pub file: &'a FileView,
    /// The numbers to judge by.
    pub options: &'a Options,
}

/// What a capture file itself showed.
#[derive(Clone, Debug, Default)]
pub struct FileView {
    /// Where it is cut, when it ends inside a record.
    pub truncated: Option<String>,
    /// The first TCP packet of which fewer octets were captured than sent, and how many there are.
    pub cut_packets: Option<(Place, u64)>,
    /// The first TCP packet that the capture had already, and how many there are.
    pub copies: Option<(Place, u64)>,
    /// The furthest that time ran back, and the packet at which it did.
    pub ran_back: Option<(Place, Span)>,
    /// The last packet.
    pub last: Place,
}

impl FileView {
    /// Adds what the capture had twice of one connection.
    pub fn count_copies(&mut self, copies: Option<(Place, u64)>) {
        let Some((place, count)) = copies else { return };
        let (first, sum) = self.copies.unwrap_or((place, 0));
        let first = if place.pkt < first.pkt { place } else { first };
        self.copies = Some((first, sum.saturating_add(count)));
    }
}

/// A connection in at most 256 octets.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// Its number.
    pub number: u64,
    /// Its server: address as 128 bits, and port.
    pub server: (u128, u16),
    /// Set when the server's SETTINGS came only after the client's HEADERS.
    pub held_back: Option<HeldBack>,
    /// Set when the server ended it right behind a request.
    pub(super) ended_after: Option<EndedAfter>,
}

/// A server that spoke only after a request.
#[derive(Clone, Copy, Debug)]
pub struct HeldBack {
    /// Silence from the acknowledgement of the client's preface to its HEADERS.
    pub quiet: Span,
    /// Where the acknowledgement of the client's preface and SETTINGS was.
    pub acked: Place,
    /// Where the client's first HEADERS were.
    pub headers: Origin,
    /// Where the server's first octet was.
    pub spoke: Origin,
    /// The handshake's round trip.
    pub round_trip: Span,
}

impl Summary {
    /// What is kept of a connection.
    #[must_use]
    pub fn of(number: u64, server: (u128, u16), conn: &Connection) -> Self {
        Self { number, server, held_back: held_back(conn), ended_after: EndedAfter::of(conn) }
    }
}

impl Summary {
    /// True when rules compare this connection with others.
    #[must_use]
    pub const fn is_compared(&self) -> bool {
        self.held_back.is_some() || self.ended_after.is_some()
    }
}

/// The silence of a server that sent its first octet only after the client's first HEADERS. `None` when it spoke before, or when
/// the acknowledgement of the client's preface was not seen.
pub(super) fn held_back(conn: &Connection) -> Option<HeldBack> {
    conn.preface?;
    let (headers, spoke) = (conn.sides.client.first_headers?, conn.spoke.server?);
    let (_, first) = conn.sides.server.first_frame?;
    let settings = conn.sides.client.settings.listed().next()?;
    let acked = conn.sides.server.knowledge.covered_since(settings.end.tcp_end)?;
    let in_order =
        acked.pkt < headers.at.pkt && spoke_after(&headers, &spoke) && first.at.pkt == spoke.at.pkt;
    let quiet = headers.at.time.since(acked.time);
    let round_trip = conn.transport.round_trip().unwrap_or(Span::ZERO);
    in_order.then_some(HeldBack { quiet, acked, headers, spoke, round_trip })
}

/// True when octets passed after those of the peer: in the order of packets, or because their sender acknowledges the peer's, which a
/// capture of two queues may show too late.
pub(super) fn spoke_after(peer: &Origin, spoke: &Origin) -> bool {
    peer.at.pkt < spoke.at.pkt || peer.tcp_end < spoke.peer_acked
}
