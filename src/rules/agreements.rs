//! How connections were agreed, kept until the end of the capture: what a finding of one connection may look at in others. Bounded.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::Arc;

use super::engine::Ends;
use super::summary::Parties;
use crate::base::{Origin, Place, Side, Time};
use crate::conn::{Alternative, Alternatives, Connection, Ended, Knock};
use crate::http1::{Exchange, Outcome, Protocol};
use crate::limits;
use crate::tls::Negotiation;

/// How one connection was agreed.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Its number.
    pub number: u64,
    /// Its client's address as 128 bits.
    pub client: u128,
    /// Its server: address as 128 bits, and port.
    pub server: (u128, u16),
    /// A digest of the host that the client asked for in TLS.
    pub name: Option<u64>,
    /// Its first packet.
    pub started: Place,
    /// What the server answered with.
    pub spoken: Spoken,
    /// The first request of HTTP/1.x.
    pub asked: Option<Asked>,
    /// Set when the server closed without an octet.
    pub bare: Option<Box<Bare>>,
    /// Set when TCP never came to be.
    pub failed: Option<Box<Knock>>,
    /// What the server named as alternatives to itself.
    pub alternatives: Vec<Alternative>,
    /// The first requests of HTTP/2.
    pub requests: Vec<Request>,
    /// Smallest and largest time to live of the server's packets.
    pub ttl: Option<(u8, u8)>,
    /// The protocol that ALPN selected.
    pub selected: Option<Cow<'static, str>>,
}

/// What a server spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/2 in clear.
    Http2,
    /// HTTP/1.x in clear.
    Http1,
    /// TLS, and in it HTTP/2.
    Http2OverTls,
    /// TLS, and in it something else, or nobody knows.
    Tls,
    /// Nothing, or nothing that is known.
    Nothing,
}

/// A request of HTTP/1.x.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// A digest of method and target.
    pub what: u64,
    /// Where its head was complete.
    pub at: Origin,
    /// True when it asked for an upgrade to h2c.
    pub upgrade: bool,
    /// True when it is a gRPC call.
    pub grpc: bool,
    /// Status of the response in HTTP/1.x, or of stream 1 behind an upgrade.
    pub status: Option<u16>,
}

/// A request of HTTP/2.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// A digest of method and path.
    pub what: u64,
    /// When it was sent.
    pub at: Time,
    /// When it was over.
    pub until: Option<Time>,
    /// True when it is a gRPC call.
    pub grpc: bool,
    /// Status of the response.
    pub status: Option<u16>,
}

/// A server that closed without having sent an octet.
#[derive(Clone, Copy, Debug)]
pub struct Bare {
    /// True when the client spoke TLS; false for HTTP in clear.
    pub tls: bool,
    /// Where the client's first octets were.
    pub spoke: Origin,
    /// Where the server closed, and true when it did so by RST.
    pub closed: (Origin, bool),
}

/// What is known of a server, from all connections to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Server {
    /// A connection on which it spoke HTTP/2 in clear.
    pub http2: Option<u64>,
    /// A connection on which it spoke HTTP/1.x in clear.
    pub http1: Option<u64>,
    /// A connection on which it spoke TLS.
    pub tls: Option<u64>,
    /// A connection on which it spoke HTTP/2 inside TLS.
    pub http2_over_tls: Option<u64>,
}

/// How the connections of a capture were agreed.
#[derive(Debug, Default)]
pub struct Agreements {
    servers: BTreeMap<(u128, u16), Server>,
    kept: VecDeque<(Agreement, Arc<Ends>)>,
    /// Times to live of servers' packets, by address.
    distances: BTreeMap<u128, (u8, u8)>,
    forgotten: u64,
    /// The places of the connections in the order of their numbers, once all are known.
    order: Vec<usize>,
}

/// Requests of one connection that are kept.
const MOST_REQUESTS: usize = 8;

impl Agreement {
    /// What is kept of a connection; `answer` is how many octets the server sent, and the smallest and largest time to live of its packets.
    #[must_use]
    pub fn of(
        parties: &Parties,
        answer: (u64, Option<(u8, u8)>),
        conn: &Connection,
        http1: &Exchange,
        tls: Option<&Negotiation>,
    ) -> Self {
        let name = tls.and_then(Negotiation::server_name).map(digest);
        let alternatives = conn.alternatives().map(Alternatives::named).unwrap_or_default().to_vec();
        Self {
            number: parties.number,
            client: parties.client,
            server: parties.server,
            name,
            started: parties.span.0,
            spoken: spoken(conn, http1, tls),
            asked: asked(conn, http1),
            bare: bare(answer.0, conn, http1, tls).map(Box::new),
            failed: failed(answer.0, conn).map(Box::new),
            alternatives,
            requests: requests(conn),
            ttl: answer.1,
            selected: tls.and_then(|tls| tls.alpn().selected).map(|name| name.text()),
        }
    }

    /// True when others may be compared with it, or it with others.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.spoken != Spoken::Nothing || self.bare.is_some() || self.failed.is_some()
    }
}

impl Agreements {
    /// Keeps a connection.
    pub fn add(&mut self, agreement: Agreement, ends: Arc<Ends>) {
        self.note_server(&agreement);
        if self.kept.len() >= limits::MAX_AGREEMENTS {
            self.kept.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        self.kept.push_back((agreement, ends));
    }

    fn note_server(&mut self, agreement: &Agreement) {
        let number = agreement.number;
        if let (Some(ttl), None) = (agreement.ttl, &agreement.failed)
            && (self.distances.len() < limits::MAX_AGREED_SERVERS)
        {
            self.distances.entry(agreement.server.0).or_insert(ttl);
        }
        let full = self.servers.len() >= limits::MAX_AGREED_SERVERS;
        if full && !self.servers.contains_key(&agreement.server) {
            return;
        }
        let server = self.servers.entry(agreement.server).or_default();
        match agreement.spoken {
            Spoken::Http2 => _ = server.http2.get_or_insert(number),
            Spoken::Http1 => _ = server.http1.get_or_insert(number),
            Spoken::Http2OverTls => {
                server.tls.get_or_insert(number);
                server.http2_over_tls.get_or_insert(number);
            }
            Spoken::Tls => _ = server.tls.get_or_insert(number),
            Spoken::Nothing => {}
        }
    }

    /// Connections that gave way to others, and are not compared.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// All are known: puts them in order, for all who ask.
    pub fn settle(&mut self) {
        let number = |at: usize| self.kept.get(at).map(|(agreement, _)| agreement.number);
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.sort_by_key(|at| number(*at));
        self.order = order;
    }

    /// The connections, in the order of their numbers, once they are [settled](Self::settle).
    #[must_use]
    pub fn connections(&self) -> Vec<&Agreement> {
        self.order.iter().filter_map(|at| self.kept.get(*at)).map(|(agreement, _)| agreement).collect()
    }

    /// The connection with this number.
    #[must_use]
    pub fn connection(&self, number: u64) -> Option<&Agreement> {
        self.kept.iter().map(|(agreement, _)| agreement).find(|agreement| agreement.number == number)
    }

    /// Its two ends.
    #[must_use]
    pub fn ends(&self, number: u64) -> Option<&Ends> {
        self.kept.iter().map(|(_, ends)| &**ends).find(|ends| ends.number == number)
    }

    /// What is known of a server.
    #[must_use]
    pub fn server(&self, server: (u128, u16)) -> Server {
        self.servers.get(&server).copied().unwrap_or_default()
    }

    /// Times to live of the packets of this address, from connections that came to be.
    #[must_use]
    pub fn distance(&self, address: u128) -> Option<(u8, u8)> {
        self.distances.get(&address).copied()
    }

    /// True when no answer to this request came on its connection, and no other connection of the client to the same host can have
    /// brought one: neither a later one, nor one of HTTP/1.x, which may have carried more requests than its first.
    #[must_use]
    pub fn was_lost(&self, number: u64) -> bool {
        let Some(own) = self.connection(number).filter(|_| self.forgotten == 0) else { return false };
        let Some(asked) = own.asked.filter(|asked| asked.status.is_none()) else { return false };
        let may_have = |other: &Agreement| {
            let same = other.client == own.client && other.server.0 == own.server.0 && other.number != number;
            let late = other.started.pkt > asked.at.at.pkt;
            let lost = other.asked.is_some_and(|asked| asked.status.is_none()) && other.requests.is_empty();
            same && !lost && (late || other.spoken == Spoken::Http1) && other.spoken != Spoken::Nothing
        };
        !self.kept.iter().any(|(other, _)| may_have(other))
    }

    /// The connection on which the same client asked the same of the same host, without an upgrade, and got it.
    #[must_use]
    pub fn repeated(&self, agreement: &Agreement, asked: &Asked) -> Option<u64> {
        let good = |status: Option<u16>| status.is_some_and(|status| status < 400);
        let again = |other: &&Agreement| {
            let same = other.client == agreement.client && other.server.0 == agreement.server.0;
            let http1 = other.asked.is_some_and(|it| it.what == asked.what && !it.upgrade && good(it.status));
            let http2 = other.requests.iter().any(|it| it.what == asked.what && good(it.status));
            same && other.number != agreement.number && (http1 || http2)
        };
        self.kept.iter().map(|(other, _)| other).find(again).map(|other| other.number)
    }
}

/// A digest of something named.
#[must_use]
pub fn digest(text: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(text)
}

fn what(method: &str, target: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one((method, target))
}

fn spoken(conn: &Connection, http1: &Exchange, tls: Option<&Negotiation>) -> Spoken {
    let http2 = conn.sides.server.total() > 0;
    match tls {
        Some(_) if http2 => Spoken::Http2OverTls,
        Some(tls) if tls.server_hello.is_some() || tls.retry.is_some() => Spoken::Tls,
        Some(_) => Spoken::Nothing,
        None if http2 => Spoken::Http2,
        None if http1.speaks(Side::Server, Protocol::Http1) => Spoken::Http1,
        None => Spoken::Nothing,
    }
}

fn asked(conn: &Connection, http1: &Exchange) -> Option<Asked> {
    let (request, at) = http1.request.as_deref()?;
    let upgraded = http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Accepted);
    let status = if upgraded {
        conn.streams.iter().find(|stream| stream.id.0 == 1).and_then(|stream| stream.status)
    } else {
        http1.response.as_deref().map(|(response, _)| response.status)
    };
    Some(Asked {
        what: what(&request.method, &request.target),
        at: *at,
        upgrade: request.upgrade_h2c,
        grpc: request.grpc,
        status,
    })
}

fn requests(conn: &Connection) -> Vec<Request> {
    let asked = conn.streams.iter().filter(|stream| stream.opened_by == Side::Client);
    let requests = asked.filter_map(|stream| {
        let request = stream.request.as_ref()?;
        Some(Request {
            what: what(request.method.as_deref()?, request.path.as_deref()?),
            at: stream.opened.at.time,
            until: stream.closed,
            grpc: stream.call,
            status: stream.status,
        })
    });
    requests.take(MOST_REQUESTS).collect()
}

fn bare(octets: u64, conn: &Connection, http1: &Exchange, tls: Option<&Negotiation>) -> Option<Bare> {
    let (ended, origin) = conn.transport.ended();
    let closed = match ended {
        Ended::Fin(Side::Server) => (origin?, false),
        Ended::Rst(Side::Server) => (origin?, true),
        _ => return None,
    };
    let hello = tls.and_then(|tls| tls.client_hello.as_ref()).map(|hello| hello.at.end);
    let spoke = match tls {
        Some(_) => hello?,
        None => http1.client_began_http()?,
    };
    // Only the server's SYN says where its octets begin: without it some may have passed before the capture, or be lost.
    let nothing = conn.transport.syn.server.is_some() && octets == 0 && closed.0.tcp_end == 0;
    nothing.then_some(Bare { tls: tls.is_some(), spoke, closed })
}

fn failed(octets: u64, conn: &Connection) -> Option<Knock> {
    let transport = &conn.transport;
    let unanswered = transport.syn.server.is_none() && transport.rst(Side::Server).is_none() && octets == 0;
    transport.knock.as_deref().copied().filter(|knock| knock.refused.is_some() || unanswered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_requests_apart() {
        assert_ne!(what("GET", "/a"), what("GET", "/b"));
        assert_ne!(what("GET/", "a"), what("GET", "/a"));
    }
}
