//! Connections and streams as the report lists them, made from the facts when a connection is over.

use std::net::IpAddr;

use super::negotiation;
use super::programs;
use super::vantage::Vantage;
use crate::base::{PerSide, Place, Side, Span, Time};
use crate::conn::{Announcement, Connection, Ended, Request, Sides, Stream, StreamState};
use crate::finding::{
    Calls, ConnectionRow, End, GoawayRow, Grpc, KeyRow, Latency, Peer, RequestRow, ResponseRow, RoundTrips,
    SettingsRow, Stamp, StreamCounts, StreamRow, Table, UpDown, WindowsRow,
};
use crate::frame::Setting;
use crate::grpc::Call;
use crate::http1::{Exchange, Prologue};
use crate::link::Encapsulation;
use crate::tcp::{Endpoint, Stream as TcpStream};
use crate::tls::{KeyLog, Session};

/// What a connection row is made of.
pub(super) struct Facts<'a> {
    pub number: u64,
    pub first: Place,
    pub client: (Endpoint, &'a TcpStream),
    pub server: (Endpoint, &'a TcpStream),
    pub encapsulation: Encapsulation,
    /// What the configuration calls the server.
    pub alias: Option<&'a str>,
    pub prologues: &'a [Prologue],
    pub http1: &'a Exchange,
    pub tls: Option<&'a Session>,
    pub conn: &'a Connection,
    pub http2: bool,
    pub authority: Option<&'a str>,
    pub calls: Calls,
    pub key_log: &'a KeyLog,
    pub keys: Option<Box<KeyRow>>,
}

/// A connection's row.
pub(super) fn connection_row(facts: Facts<'_>, from_syn: bool) -> Box<ConnectionRow> {
    let conn = facts.conn;
    let (client, server) = (facts.client.1, facts.server.1);
    let started = if from_syn || client.syn.is_some() { "syn" } else { "midstream" };
    let settings = settings(conn);
    let rtt_ms = round_trips(conn, settings.len());
    Box::new(ConnectionRow {
        id: facts.number,
        tcp_stream: Some(facts.number),
        input: facts.first.pkt.input(),
        client: Peer {
            implementation: programs::guess(conn, Side::Client),
            ..peer(facts.client.0, (None, None))
        },
        server: Peer {
            implementation: programs::guess(conn, Side::Server),
            ..peer(facts.server.0, (server_name(&facts), facts.alias))
        },
        encapsulation: encapsulation(&facts),
        vantage: Vantage::of(&conn.transport, client, server).word(),
        started,
        ended: ended(conn),
        start: Stamp::of(facts.first.time),
        duration_s: seconds(conn.transport.last.time.since(facts.first.time)),
        packets: client.stats.packets.saturating_add(server.stats.packets),
        bytes: PerSide { client: client.stats.octets, server: server.stats.octets },
        http2: facts.http2,
        negotiation: negotiation::row(&facts),
        settings,
        frames: PerSide::from_fn(|side| {
            let half = &conn.sides[side];
            Table::within(half.kinds(), half.frames())
        }),
        rtt_ms,
        streams: counts(conn),
        goaway: goaways(conn),
        windows: windows(&facts),
        findings: Vec::new(),
        calls: facts.calls,
        keys: facts.keys,
    })
}

/// What stands around the octets, outermost first. Mostly that is three or four.
fn encapsulation(facts: &Facts<'_>) -> Vec<&'static str> {
    let mut names = Vec::with_capacity(facts.prologues.len().saturating_add(4));
    names.extend(facts.encapsulation.names());
    names.push("tcp");
    names.extend(facts.prologues.iter().map(|prologue| prologue.word()));
    names
}

/// The name by which the client asks for the server: SNI, or else :authority.
fn server_name(facts: &Facts<'_>) -> Option<String> {
    let asked = facts.tls.and_then(|tls| tls.negotiation().server_name());
    asked.or(facts.authority).map(str::to_owned)
}

fn peer(endpoint: Endpoint, (name, alias): (Option<String>, Option<&str>)) -> Peer {
    let alias = alias.map(str::to_owned);
    Peer { addr: endpoint.address, port: endpoint.port, name, alias, implementation: None }
}

fn ended(conn: &Connection) -> End {
    match conn.transport.ended().0 {
        Ended::Fin(Side::Client) => End::FinClient,
        Ended::Fin(Side::Server) => End::FinServer,
        Ended::Rst(Side::Client) => End::RstClient,
        Ended::Rst(Side::Server) => End::RstServer,
        Ended::Open => End::Open,
    }
}

fn settings(conn: &Connection) -> Vec<SettingsRow> {
    let count = Side::BOTH.map(|side| conn.sides[side].settings.listed().count()).into_iter().sum();
    let mut rows: Vec<SettingsRow> = Vec::with_capacity(count);
    for side in Side::BOTH {
        rows.extend(conn.sides[side].settings.listed().map(|sent| settings_row(sent, side)));
    }
    rows.sort_by_key(|row| row.pkt);
    rows
}

fn settings_row(sent: &Announcement, side: Side) -> SettingsRow {
    let wait = sent.acked.map(|acked| acked.at.time.since(sent.end.at.time));
    SettingsRow {
        pkt: sent.start.at.pkt,
        by: side.word(),
        acked_pkt: sent.acked.map(|acked| acked.at.pkt),
        ack_ms: wait.map(millis),
        values: Table::exact(
            sent.values.iter().filter_map(|(setting, value)| Some((setting.name()?, value))),
        ),
        unknown: sent.unknown.iter().map(|(setting, value)| (setting.to_string(), *value)).collect(),
    }
}

/// Its round trips; so many SETTINGS are listed.
fn round_trips(conn: &Connection, settings: usize) -> RoundTrips {
    let mut waits: Vec<Span> = Vec::with_capacity(settings);
    for side in Side::BOTH {
        let answered = conn.sides[side].settings.listed().filter(|sent| !sent.upgrade);
        waits.extend(answered.filter_map(|sent| Some(sent.acked?.at.time.since(sent.end.at.time))));
    }
    waits.sort_unstable();
    let settings = waits.get(waits.len() / 2).copied().map(millis);
    let ping = conn.sides.client.pings.median(&conn.sides.server.pings).map(millis);
    RoundTrips { tcp: conn.transport.round_trip().map(millis), settings, ping }
}

fn counts(conn: &Connection) -> StreamCounts {
    let server = &conn.sides.server;
    let limit = server.settings.announced(Setting::MAX_CONCURRENT_STREAMS);
    let add = |a: u64, b: u64| a.saturating_add(b);
    StreamCounts {
        opened: conn.streams.count(),
        max_concurrent: u64::from(conn.streams.peak()),
        limit: (limit != u32::MAX).then_some(limit),
        refused: add(conn.sides.client.refused, server.refused),
        reset: add(conn.sides.client.resets, server.resets),
    }
}

fn goaways(conn: &Connection) -> Vec<GoawayRow> {
    let mut rows =
        Vec::with_capacity(Side::BOTH.map(|side| conn.sides[side].goaways.len()).into_iter().sum());
    for side in Side::BOTH {
        rows.extend(conn.sides[side].goaways.iter().map(|goaway| GoawayRow {
            pkt: goaway.end.at.pkt,
            by: side.word(),
            last_stream_id: goaway.last_stream_id.0,
            error_code: goaway.code.name().map_or_else(|| goaway.code.to_string().into(), Into::into),
            debug: (!goaway.debug.is_empty()).then(|| String::from_utf8_lossy(&goaway.debug).into_owned()),
        }));
    }
    rows.sort_by_key(|row| row.pkt);
    rows
}

fn windows(facts: &Facts<'_>) -> WindowsRow {
    let least = |side: Side| facts.http2.then(|| facts.conn.sides[side].least_window);
    WindowsRow {
        client_conn_min: least(Side::Client),
        server_conn_min: least(Side::Server),
        blocked_ms: (facts.http2 && facts.conn.windows_known()).then(|| millis(blocked(facts.conn))),
    }
}

/// How long DATA waited for credit, both directions together.
fn blocked(conn: &Connection) -> Span {
    let last = conn.transport.last.time;
    Side::BOTH.iter().fold(Span::ZERO, |sum, side| sum.plus(conn.sides[*side].credit.blocked(last)))
}

/// A stream's row; `lost` when the connection was over while it was open.
pub(super) fn stream_row(conn: u64, first: Place, stream: &Stream, lost: bool) -> StreamRow {
    let reset = Side::BOTH.iter().find_map(|side| Some((*side, stream.sent[*side].reset()?)));
    let end = match (stream.state, reset) {
        (StreamState::Closed(closed), Some((side, _))) if closed.ended != Sides::Both => match side {
            Side::Client => "reset_client",
            Side::Server => "reset_server",
        },
        (StreamState::Closed(_), _) => "closed",
        _ if lost => "connection_lost",
        _ => "open",
    };
    let since = |place: Place| seconds(place.time.since(first.time));
    let total = stream.closed.map(|closed| millis(closed.since(stream.opened.at.time)));
    let answer = stream.answered.map(|answer| millis(answer.at.time.since(stream.opened.at.time)));
    StreamRow {
        id: format!("{conn}:{}", stream.id),
        input: None,
        conn,
        stream: stream.id.0,
        opened_by: stream.opened_by.word(),
        opened_pkt: stream.opened.at.pkt,
        opened_t: since(stream.opened.at),
        ended_t: stream.closed.map(|closed| seconds(closed.since(first.time))),
        end,
        error_code: reset.map(|(_, (_, code))| code.to_string()),
        state_log: Vec::new(),
        request: request_row(stream.request.as_deref()),
        response: ResponseRow { status: stream.status },
        grpc: None,
        bytes: UpDown { up: stream.sent.client.content, down: stream.sent.server.content },
        latency_ms: Latency {
            total,
            queued: stream.had_room.then_some(0.0),
            first_byte: answer,
            server: stream.served.map(millis),
            window_blocked: Some(millis(stream.blocked)),
            tcp_loss: Some(millis(stream.lost)),
        },
        findings: Vec::new(),
    }
}

/// What a stream's row says of the gRPC call on it.
pub(super) fn grpc_row(call: &Call) -> Grpc {
    let (service, method) = call.method().unwrap_or_default();
    let messages = |side: Side| call.sides[side].messages.count;
    Grpc {
        service: service.to_owned(),
        method: method.to_owned(),
        kind: call.shape().word(),
        status: call.code(),
        message: call.message(),
        messages: UpDown { up: messages(Side::Client), down: messages(Side::Server) },
    }
}

fn request_row(request: Option<&Request>) -> RequestRow {
    let Some(request) = request else { return RequestRow { headers_known: "none", ..RequestRow::default() } };
    RequestRow {
        method: request.method.clone(),
        path: request.path.clone(),
        authority: request.authority.clone(),
        headers_known: if request.whole { "all" } else { "partial" },
    }
}

/// The :authority that most requests would name: that of the first stream of which one is known.
pub(super) fn authority(conn: &Connection) -> Option<&str> {
    let named = conn.streams.iter().filter_map(|stream| {
        let name = stream.request.as_ref()?.authority.as_deref()?;
        (!name.is_empty()).then_some((stream.id, name))
    });
    named.min_by_key(|(id, _)| *id).map(|(_, name)| name)
}

/// An address as 128 bits.
pub(super) fn plain(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// RFC 3339 in UTC with microseconds, or nanoseconds where the file has them.
pub(super) fn stamp(time: Time, nanoseconds: bool) -> String {
    let precision = if nanoseconds { 9 } else { 6 };
    let stamp = jiff::Timestamp::from_nanosecond(i128::from(time.0)).unwrap_or_default();
    format!("{stamp:.precision$}")
}

/// Seconds to the microsecond.
fn seconds(span: Span) -> f64 {
    (span.as_seconds() * 1e6).round() / 1e6
}

/// Milliseconds to the microsecond.
fn millis(span: Span) -> f64 {
    (span.as_millis() * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use crate::base::{Side, Span};
    use crate::finding::ConnectionRow;
    use crate::pipeline::{Wishes, analyze_octets};
    use crate::script::{Script, data, get, ping, response, window_update};

    fn row(script: &Script) -> Box<ConnectionRow> {
        let report =
            analyze_octets("test", &script.pcap(), &Wishes::default(), &mut |_| {}).expect("a capture");
        report.connections.into_iter().next().expect("a connection")
    }

    #[test]
    fn the_median_of_pings_counts_those_of_both_sides() {
        let answered = |script: Script, side: Side, octet: u8, ms: i64| {
            let asked = script.send(side.peer(), [ping([octet; 8])]).wait(Span::millis(ms));
            asked.send(side, [ping([octet; 8]).map(|frame| frame.flag(1))])
        };
        let script = answered(Script::open(), Side::Server, 1, 30);
        let script = answered(script, Side::Client, 2, 10);
        let ping = row(&answered(script, Side::Server, 3, 500)).rtt_ms.ping;
        assert!(ping.is_some_and(|ms| (30.0..31.0).contains(&ms)), "{ping:?}");
        assert_eq!(row(&Script::open()).rtt_ms.ping, None);
    }

    #[test]
    fn waiting_for_credit_is_counted_once_and_until_it_comes() {
        let full = Script::open()
            .client([get(1)])
            .server([response(1), data(1, &[0; 16_384]), data(1, &[0; 16_384])])
            .server([data(1, &[0; 16_384]), data(1, &[0; 16_383])])
            .wait(Span::millis(700));
        let given = full.clone().client([window_update(0, 10), window_update(1, 10)]).wait(Span::seconds(9));
        for script in [full.close(), given.close()] {
            let blocked = row(&script).windows.blocked_ms;
            assert!(blocked.is_some_and(|ms| (700.0..702.0).contains(&ms)), "{blocked:?}");
        }
        assert_eq!(row(&Script::open()).windows.blocked_ms, Some(0.0));
        let late = Script::open().client([get(1)]).without_first(5);
        assert_eq!(row(&late).windows.blocked_ms, None, "not known for a connection that was joined later");
    }
}
