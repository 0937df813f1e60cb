//! What is kept of a connection until the end of the capture, for rules that compare connections. Bounded.

use crate::base::{Origin, Place, Side, Span, Time};
use crate::conn::{Connection, Ended, Resumed};
use crate::frame::ErrorCode;

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
#[derive(Clone, Debug)]
pub struct Summary {
    /// Its number.
    pub number: u64,
    /// Its client's address as 128 bits.
    pub client: u128,
    /// Its server: address as 128 bits, and port.
    pub server: (u128, u16),
    /// A digest of the server's name; 0 when none is known.
    pub name: u64,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// True when its client offered HTTP/2 in TLS.
    pub offered: bool,
    /// Its first and its last packet, and the end of the capture where it was still open then.
    pub started: Place,
    /// See there.
    pub ended: Place,
    /// Streams that the client opened.
    pub requests: u64,
    /// True when it ended with an error, or before the server had answered anything.
    pub failed: bool,
    /// When the client first had as many streams open as it may.
    pub full_since: Option<Time>,
    /// The silence after which it was found to be gone.
    pub died_after: Option<Span>,
    /// Who sends PING at which interval with nothing between, and the PING that shows it.
    pub keepalive: Option<(Side, Span, Origin)>,
    /// Set when the server's SETTINGS came only after the client's HEADERS.
    pub held_back: Option<Box<HeldBack>>,
    /// Set when the server ended it right behind a request.
    pub(super) ended_after: Option<Box<EndedAfter>>,
}

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/2.
    Http2,
    /// HTTP/1.x.
    Http1,
    /// Something else, or nobody knows.
    Other,
}

/// Who takes part in a connection, for its summary.
#[derive(Clone, Copy, Debug)]
pub struct Parties {
    /// The connection's number.
    pub number: u64,
    /// The client's address.
    pub client: u128,
    /// The server's address and port.
    pub server: (u128, u16),
    /// A digest of the server's name; 0 when none is known.
    pub name: u64,
    /// What is spoken.
    pub protocol: Protocol,
    /// True when the client offered HTTP/2 in TLS.
    pub offered: bool,
    /// Where the connection began, and where it or the capture ended.
    pub span: (Place, Place),
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
    pub fn of(parties: &Parties, conn: &Connection, options: &Options) -> Self {
        let (started, ended) = parties.span;
        let keepalive = Side::BOTH.into_iter().find_map(|side| {
            let (interval, at) = conn.keepalive(side).filter(|keepalive| keepalive.count > 1)?.interval?;
            Some((side, interval, at))
        });
        Self {
            number: parties.number,
            client: parties.client,
            server: parties.server,
            name: parties.name,
            protocol: parties.protocol,
            offered: parties.offered,
            started,
            ended,
            requests: conn.streams.count(),
            failed: parties.protocol == Protocol::Http2 && failed(conn),
            full_since: conn.crowding().and_then(|crowding| Some(crowding.first?.at.time)),
            died_after: died_idle(conn, options, ended).map(|died| died.resumed.silent),
            keepalive,
            held_back: held_back(conn).map(Box::new),
            ended_after: EndedAfter::of(conn).map(Box::new),
        }
    }

    /// True for the same client, server and, where both are known, name.
    #[must_use]
    pub const fn same_target(&self, other: &Self) -> bool {
        let named = self.name == other.name || self.name == 0 || other.name == 0;
        let (server, port) = self.server;
        self.client == other.client && server == other.server.0 && port == other.server.1 && named
    }

    /// True for another HTTP/2 connection to the same target at the same time.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let both = self.protocol == Protocol::Http2 && other.protocol == Protocol::Http2;
        let meet = self.started.time < other.ended.time && other.started.time < self.ended.time;
        both && meet && self.number != other.number && self.same_target(other)
    }

    /// True for another one that began while this one lived.
    #[must_use]
    pub fn beside(&self, other: &Self) -> bool {
        self.overlaps(other) && self.started.pkt < other.started.pkt
    }

    /// True when the client had been at its limit of streams by then.
    #[must_use]
    pub fn full_at(&self, time: Time) -> bool {
        self.full_since.is_some_and(|since| since <= time)
    }
}

/// An HTTP/2 connection that did not work out: an error was declared, it was reset, or the server never answered a request.
fn failed(conn: &Connection) -> bool {
    let declared = Side::BOTH.into_iter().flat_map(|side| conn.sides[side].goaways.iter());
    let error = declared.into_iter().any(|goaway| goaway.code != ErrorCode::NO_ERROR);
    let reset = matches!(conn.transport.ended().0, Ended::Rst(_));
    let nothing = conn.sides.client.first_headers.is_some() && conn.sides.server.first_headers.is_none();
    error || reset || nothing
}

/// A connection that was gone when it was used again after a silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Died {
    /// The silence, and who broke it.
    pub resumed: Resumed,
    /// The RST that answered; `None` when nothing did.
    pub rst: Option<Origin>,
    /// True when that RST came from elsewhere.
    pub foreign: bool,
}

/// Octets sent again so often without an answer are given up.
const GIVEN_UP: u32 = 3;

/// Whether what was sent after a silence was answered by RST, or by nothing.
pub(super) fn died_idle(conn: &Connection, options: &Options, now: Place) -> Option<Died> {
    let resumed = conn.transport.resumed().filter(|resumed| resumed.asks && !resumed.answered)?;
    let answerer = resumed.by.peer();
    let orderly = Side::BOTH.into_iter().any(|side| {
        !conn.sides[side].goaways.is_empty()
            || conn.transport.fin(side).is_some_and(|(fin, _)| fin.at.pkt < resumed.at.at.pkt)
    });
    let Some((rst, acknowledges)) = conn.transport.rst(answerer) else {
        let waited = now.time.since(resumed.at.at.time) >= options.close_wait;
        let given_up = resumed.resent >= GIVEN_UP && (waited || conn.transport.ended().0 != Ended::Open);
        let died = given_up && resumed.silent >= options.idle_gap;
        return died.then_some(Died { resumed, rst: None, foreign: false });
    };
    let stranger = !acknowledges && !orderly && rst.tcp_end == conn.sides[resumed.by].knowledge.covered();
    let least = if stranger { options.idle_gap_reset } else { options.idle_gap };
    let foreign = conn.transport.is_foreign_rst(answerer);
    let prompt = rst.at.pkt > resumed.at.at.pkt && resumed.silent >= least;
    prompt.then_some(Died { resumed, rst: Some(rst), foreign })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_kept_in_256_octets() {
        assert!(size_of::<Summary>() <= 256, "{}", size_of::<Summary>());
    }
}
