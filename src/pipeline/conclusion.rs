//! What is left of a connection that is over: its row, its findings, its streams, and what it adds to the totals.

use std::hash::BuildHasher;

use super::calls::Counted;
use super::desk::Desk;
use super::listing::Listed;
use super::rows::{self, Facts};
use super::upper::{Ears, Upper};
use crate::base::{PerSide, Place, to_index};
use crate::finding::{BlindSpot, ConnectionRow, Finding};
use crate::http1;
use crate::rules::{Ends, Parties, Protocol, Summary};
use crate::tcp::{Connection as Tcp, Direction, Endpoint, Start};
use crate::tls::Session;

/// A connection that is over.
pub(super) struct Concluded {
    /// `None` when it is not among the first ones, which are listed.
    pub row: Option<ConnectionRow>,
    /// Streams that may be listed.
    pub candidates: Vec<Listed>,
    /// Streams that findings name, and what is remembered of them.
    pub named: (Vec<u32>, Vec<Listed>),
    pub findings: Vec<Finding>,
    pub blind_spots: Vec<BlindSpot>,
    pub summary: Summary,
    /// Where somebody may want to know.
    pub ends: Option<Ends>,
    pub http2: bool,
    /// Streams opened, and frames of both sides.
    pub streams: u64,
    pub frames: u64,
    /// How often a judge was called.
    pub calls: u64,
    /// Negotiation towards HTTP/2 was seen, whether or not it came to that.
    pub towards_http2: bool,
}

impl Upper {
    /// Writes down what the connection was.
    pub(super) fn conclude(
        &mut self,
        tcp: &Tcp,
        client: Direction,
        http2: bool,
        over: bool,
        (tls, desk): (Option<&Session>, &Desk),
    ) -> Concluded {
        let wishes = &desk.wishes;
        let Self { number, first, encapsulation, http1, conn, ears, .. } = self;
        let (number, first) = (*number, *first);
        let (client_end, server_end) = match client {
            Direction::Forward => self.ends,
            Direction::Backward => (self.ends.1, self.ends.0),
        };
        let engine = std::mem::take(&mut ears.engine);
        let Ears { coverage, calls, grpc, now, .. } = ears;
        let counted = Counted { conn: number, first, grpc, limit: wishes.limit_streams };
        for stream in conn.streams.iter().filter(|stream| !stream.is_closed()) {
            calls.left_open(counted, stream, over, &|stream| engine.names(stream));
        }
        let judge_calls = engine.calls();
        let authority = rows::authority(conn);
        let asked = tls.and_then(|tls| tls.negotiation().server_name()).map(str::to_owned);
        let name = asked.as_deref().or(authority.as_deref());
        let both = (client_end, server_end);
        let parties = Parties {
            tls: tls.is_some(),
            ..parties(number, both, name, http2, (http1.protocols, (first, *now)))
        };
        let summary = Summary::of(&parties, conn, &wishes.options);
        let wanted = !engine.is_empty() || summary.protocol != Protocol::Other;
        let alias = wishes.alias(&server_end.to_string(), server_end.port, name);
        let ends = wanted.then(|| ends(number, both, alias.or(name), first));
        let findings = ends.as_ref().map(|ends| engine.finish(ends)).unwrap_or_default();
        let named = calls.named(counted, &findings, &conn.streams);
        let candidates = calls.candidates(None);
        let offered = tls.and_then(|tls| tls.negotiation().offer()).is_some_and(|hello| hello.alpn.has("h2"));
        let towards_http2 = http2 || http1.upgrade.is_some() || offered;
        let blind_spots = coverage.blind_spots(number, http2);
        let (streams, frames) =
            (conn.streams.count(), conn.sides.client.total().saturating_add(conn.sides.server.total()));
        let listed = to_index(number) < wishes.limit_connections;
        let row = listed.then(|| {
            let facts = Facts {
                number,
                first,
                client: (client_end, tcp.stream(client)),
                server: (server_end, tcp.stream(client.reverse())),
                encapsulation: *encapsulation,
                prologues: &self.prologues,
                http1,
                tls,
                conn,
                http2,
                authority,
                calls: std::mem::take(calls).finish(),
            };
            let mut row = rows::connection_row(facts, tcp.stream(Direction::Forward).start == Start::Syn);
            row.server.alias = alias.map(str::to_owned);
            row
        });
        Concluded {
            row,
            candidates,
            named,
            findings,
            blind_spots,
            summary,
            ends,
            http2,
            streams,
            frames,
            calls: judge_calls,
            towards_http2,
        }
    }
}

/// Who the two ends are, for the words of findings.
fn ends(number: u64, (client, server): (Endpoint, Endpoint), authority: Option<&str>, first: Place) -> Ends {
    Ends {
        number,
        client: client.to_string(),
        server: server.to_string(),
        server_key: authority.map_or_else(|| server.port.to_string(), str::to_owned),
        first,
    }
}

/// Who takes part in a connection, and what is spoken on it: by both sides' modes, and with its first packet and its end.
fn parties(
    number: u64,
    (client, server): (Endpoint, Endpoint),
    authority: Option<&str>,
    http2: bool,
    (modes, span): (PerSide<http1::Protocol>, (Place, Place)),
) -> Parties {
    Parties {
        number,
        client: rows::plain(client.address),
        server: (rows::plain(server.address), server.port),
        name: authority.map_or(0, |name| foldhash::fast::FixedState::default().hash_one(name)),
        protocol: protocol(http2, [modes.client, modes.server]),
        tls: false,
        span,
    }
}

/// What is spoken on a connection, for its summary.
fn protocol(http2: bool, modes: [http1::Protocol; 2]) -> Protocol {
    match modes {
        _ if http2 => Protocol::Http2,
        [http1::Protocol::Http1, _] => Protocol::Http1,
        _ => Protocol::Other,
    }
}
