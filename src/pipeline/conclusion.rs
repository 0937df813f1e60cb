//! What is left of a connection that is over: its row, its findings, its streams, and what it adds to the totals.

use std::hash::BuildHasher;
use std::sync::Arc;

use super::calls::Counted;
use super::desk::Desk;
use super::ears::{Ears, sides};
use super::keyring;
use super::listing::Listed;
use super::rows::{self, Facts};
use super::upper::Upper;
use crate::base::{Place, to_index};
use crate::conn::Connection;
use crate::finding::{BlindSpot, ConnectionRow, Finding};
use crate::http1::{self, Exchange};
use crate::rules::{Agreement, Ends, Parties, Protocol, Summary};
use crate::tcp::{Connection as Tcp, Direction, Endpoint, Start};
use crate::tls::{Session, Source};

/// A connection that is over.
pub(super) struct Concluded {
    /// `None` when it is not among the first ones, which are listed.
    pub row: Option<Box<ConnectionRow>>,
    /// Streams that may be listed.
    pub candidates: Vec<Listed>,
    /// Streams that findings name, and what is remembered of them.
    pub named: (Vec<u32>, Vec<Listed>),
    pub findings: Vec<Finding>,
    pub blind_spots: Vec<BlindSpot>,
    pub summary: Summary,
    pub agreement: Agreement,
    /// Where there is TLS: the input of its first packet, and whose secret opened it.
    pub opened: Option<(u64, Option<Source>)>,
    /// Where somebody may want to know.
    pub ends: Option<Arc<Ends>>,
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
    ) -> Box<Concluded> {
        let wishes = &desk.wishes;
        let Self { number, encapsulation, http1, conn, ears, .. } = self;
        let (number, first, both) = (*number, conn.transport.first, sides(ears.ends, client));
        let engine = std::mem::take(&mut ears.engine);
        let Ears { coverage, calls, grpc, now, .. } = ears;
        let counted = Counted::of(number, first, grpc, wishes);
        for stream in conn.streams.iter().filter(|stream| !stream.is_closed()) {
            calls.left_open(counted, stream, over, &|stream| engine.names(stream));
        }
        let judge_calls = engine.calls();
        let authority = rows::authority(conn);
        let name = tls.and_then(|tls| tls.negotiation().server_name()).or(authority);
        let parties = parties(number, both, name, spoken(http2, http1, tls), (first, *now));
        let summary = Summary::of(&parties, conn, &wishes.options);
        let agreement =
            Agreement::of(&parties, answer(tcp, client), conn, http1, tls.map(Session::negotiation));
        let wanted = !engine.is_empty() || summary.protocol != Protocol::Other || agreement.is_compared();
        let alias = wishes.alias(both.1, name);
        let ends = wanted.then(|| Arc::new(ends(number, both, alias.or(name), first)));
        let findings = ends.as_ref().map(|ends| engine.finish(ends, coverage)).unwrap_or_default();
        let named = calls.named(counted, &findings, &conn.streams);
        let candidates = calls.candidates();
        let (streams, frames) = counts(conn);
        let row = (to_index(number) < wishes.limit_connections).then(|| {
            let facts = Facts {
                number,
                first,
                client: (both.0, tcp.stream(client)),
                server: (both.1, tcp.stream(client.reverse())),
                encapsulation: *encapsulation,
                alias,
                prologues: &self.prologues,
                http1,
                tls,
                conn,
                http2,
                authority,
                key_log: &desk.keys,
                calls: std::mem::take(calls).finish(),
                keys: tls.and_then(|tls| keyring::row(number, both, tls, desk)),
            };
            rows::connection_row(facts, tcp.stream(Direction::Forward).start == Start::Syn)
        });
        Box::new(Concluded {
            row,
            candidates,
            named,
            findings,
            blind_spots: if http2 { coverage.blind_spots(number) } else { coverage.hidden_by_tls(number) },
            summary,
            agreement,
            opened: tls.map(|tls| (first.pkt.input(), tls.opened())),
            ends,
            http2,
            streams,
            frames,
            calls: judge_calls,
            towards_http2: http2 || http1.upgrade.is_some() || tls.is_some_and(offers_http2),
        })
    }
}

/// How many octets the server sent, and the smallest and largest time to live of its packets.
fn answer(tcp: &Tcp, client: Direction) -> (u64, Option<(u8, u8)>) {
    let stats = &tcp.stream(client.reverse()).stats;
    (stats.octets, stats.ttl)
}

/// Streams opened, and frames of both sides.
fn counts(conn: &Connection) -> (u64, u64) {
    (conn.streams.count(), conn.sides.client.total().saturating_add(conn.sides.server.total()))
}

/// True when the client offers HTTP/2 by ALPN.
fn offers_http2(tls: &Session) -> bool {
    tls.negotiation().offer().is_some_and(|hello| hello.alpn.has("h2"))
}

/// Who the two ends are, for the words of findings.
fn ends(number: u64, (client, server): (Endpoint, Endpoint), authority: Option<&str>, first: Place) -> Ends {
    Ends { number, client: Some(client), server: Some(server), name: authority.map(Box::from), first }
}

/// Who takes part in a connection, what is spoken on it and whether the client offered HTTP/2, with its first packet and its end.
fn parties(
    number: u64,
    (client, server): (Endpoint, Endpoint),
    authority: Option<&str>,
    (protocol, offered): (Protocol, bool),
    span: (Place, Place),
) -> Parties {
    Parties {
        number,
        client: rows::plain(client.address),
        server: (rows::plain(server.address), server.port),
        name: authority.map_or(0, |name| foldhash::fast::FixedState::default().hash_one(name)),
        protocol,
        offered,
        span,
    }
}

/// What is spoken on a connection, and whether its client offered HTTP/2 in TLS.
fn spoken(http2: bool, http1: &Exchange, tls: Option<&Session>) -> (Protocol, bool) {
    (protocol(http2, http1), tls.is_some_and(offers_http2))
}

/// What is spoken on a connection, for its summary. A request that asks for something else than HTTP, as WebSocket, only begins in it.
fn protocol(http2: bool, http1: &Exchange) -> Protocol {
    let leaves = http1.request.as_deref().is_some_and(|(request, _)| request.upgrade_other);
    match http1.protocols.client {
        _ if http2 => Protocol::Http2,
        http1::Protocol::Http1 if !leaves => Protocol::Http1,
        _ => Protocol::Other,
    }
}
