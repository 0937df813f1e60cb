//! What is left of a connection that is over: its row, its findings, its streams, and what it adds to the totals.

use super::calls::Counted;
use super::desk::Desk;
use super::listing::Listed;
use super::rows::{self, Facts};
use super::upper::{Ears, Upper};
use crate::base::to_index;
use crate::finding::{BlindSpot, ConnectionRow, Finding};
use crate::rules::{Agreement, Ends, Parties, Summary};
use crate::tcp::{Connection as Tcp, Direction, Start};
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
    pub agreement: Agreement,
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
        let Ears { coverage, calls, grpc, .. } = ears;
        let counted = Counted { conn: number, first, grpc, limit: wishes.limit_streams };
        let engine = std::mem::take(&mut ears.engine);
        for stream in conn.streams.iter().filter(|stream| !stream.is_closed()) {
            calls.left_open(counted, stream, over, &|stream| engine.names(stream));
        }
        let judge_calls = engine.calls();
        let authority = rows::authority(conn);
        let asked = tls.and_then(|tls| tls.negotiation().server_name()).map(str::to_owned);
        let summary = Summary::of(number, (rows::plain(server_end.address), server_end.port), conn);
        let octets = tcp.stream(client.reverse()).stats;
        let parties = Parties {
            number,
            client: rows::plain(client_end.address),
            server: summary.server,
            started: first,
            octets: octets.octets,
            ttl: octets.ttl,
        };
        let agreement = Agreement::of(&parties, conn, http1, tls.map(Session::negotiation));
        let compared = summary.is_compared() || agreement.is_compared();
        let ends = (!engine.is_empty() || compared).then(|| Ends {
            number,
            client: client_end.to_string(),
            server: server_end.to_string(),
            server_key: asked.or_else(|| authority.clone()).unwrap_or_else(|| server_end.port.to_string()),
            first,
        });
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
            rows::connection_row(facts, tcp.stream(Direction::Forward).start == Start::Syn)
        });
        Concluded {
            row,
            candidates,
            named,
            findings,
            blind_spots,
            summary,
            agreement,
            ends,
            http2,
            streams,
            frames,
            calls: judge_calls,
            towards_http2,
        }
    }
}
