//! `--filter`: which connections, streams and findings a report speaks of. An expression is a list of terms, all of which must hold:
//! `conn==3 && path~"^/pkg.Svc/"`, `grpc.status!=0`, `time in 1.5s..9s`.

mod read;

use std::collections::BTreeSet;

use regex::Regex;

use crate::base::to_u64;
use crate::finding::{ConnectionRow, Finding, Report, StreamRow, Totals};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    terms: Vec<Term>,
    /// Seconds since the connection's first packet.
    time: Option<(f64, f64)>,
}

/// A field, and what its values must be.
#[derive(Clone, Debug)]
struct Term {
    field: Field,
    test: Test,
}

/// Something that connections or streams have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Conn,
    Host,
    Port,
    Client,
    Server,
    Via,
    Stream,
    Authority,
    Method,
    Path,
    Status,
    GrpcService,
    GrpcMethod,
    GrpcStatus,
}

#[derive(Clone, Debug)]
enum Test {
    Is(String),
    IsNot(String),
    Below(f64),
    AtMost(f64),
    Above(f64),
    AtLeast(f64),
    Matches(Regex),
}

/// What a filter chose.
#[derive(Clone, Debug)]
pub struct Chosen {
    conns: BTreeSet<u64>,
    /// `None` when nothing was asked about streams.
    streams: Option<BTreeSet<(u64, u32)>>,
    /// Those that were there in the time that was asked for; `None` when none was.
    during: Option<BTreeSet<(u64, u32)>>,
    time: Option<(f64, f64)>,
}

impl Field {
    const ALL: [(&'static str, Self); 14] = [
        ("conn", Self::Conn),
        ("host", Self::Host),
        ("port", Self::Port),
        ("client", Self::Client),
        ("server", Self::Server),
        ("via", Self::Via),
        ("stream", Self::Stream),
        ("authority", Self::Authority),
        ("method", Self::Method),
        ("path", Self::Path),
        ("status", Self::Status),
        ("grpc.service", Self::GrpcService),
        ("grpc.method", Self::GrpcMethod),
        ("grpc.status", Self::GrpcStatus),
    ];

    const fn is_of_streams(self) -> bool {
        match self {
            Self::Conn | Self::Host | Self::Port | Self::Client | Self::Server | Self::Via => false,
            Self::Stream | Self::Authority | Self::Method | Self::Path | Self::Status => true,
            Self::GrpcService | Self::GrpcMethod | Self::GrpcStatus => true,
        }
    }

    /// Its values on a connection.
    fn of_connection(self, row: &ConnectionRow) -> Vec<String> {
        let (client, server) = (&row.client, &row.server);
        let names = || server.name.iter().chain(&server.alias).cloned();
        match self {
            Self::Conn => vec![row.id.to_string()],
            Self::Host => vec![client.addr.to_string(), server.addr.to_string()],
            Self::Port => vec![client.port.to_string(), server.port.to_string()],
            Self::Client => vec![client.addr.to_string(), format!("{}:{}", client.addr, client.port)],
            Self::Server => {
                let own = [server.addr.to_string(), format!("{}:{}", server.addr, server.port)];
                own.into_iter().chain(names()).collect()
            }
            Self::Via => vec![row.negotiation.via.to_owned()],
            _ => Vec::new(),
        }
    }

    /// Its values on a stream.
    fn of_stream(self, row: &StreamRow) -> Vec<String> {
        let (request, grpc) = (&row.request, row.grpc.as_ref());
        let value = match self {
            Self::Stream => Some(row.stream.to_string()),
            Self::Authority => request.authority.as_deref().map(str::to_owned),
            Self::Method => request.method.as_deref().map(str::to_owned),
            Self::Path => request.path.as_deref().map(str::to_owned),
            Self::Status => row.response.status.map(|status| status.to_string()),
            Self::GrpcService => grpc.map(|grpc| grpc.service.clone()),
            Self::GrpcMethod => grpc.map(|grpc| grpc.method.clone()),
            Self::GrpcStatus => grpc.and_then(|grpc| grpc.status).map(|status| status.to_string()),
            _ => None,
        };
        value.into_iter().collect()
    }
}

impl Test {
    /// True when one of the values passes; what has no value passes nothing, not even `!=`.
    fn passes(&self, values: &[String]) -> bool {
        let number =
            |holds: &dyn Fn(f64) -> bool| values.iter().filter_map(|value| value.parse().ok()).any(holds);
        match self {
            Self::Is(wanted) => values.contains(wanted),
            Self::IsNot(other) => !values.is_empty() && !values.contains(other),
            Self::Below(limit) => number(&|value| value < *limit),
            Self::AtMost(limit) => number(&|value| value <= *limit),
            Self::Above(limit) => number(&|value| value > *limit),
            Self::AtLeast(limit) => number(&|value| value >= *limit),
            Self::Matches(pattern) => values.iter().any(|value| pattern.is_match(value)),
        }
    }
}

impl Filter {
    /// What it chooses of a report.
    #[must_use]
    pub fn choose(&self, report: &Report) -> Chosen {
        let rows = report.connections.iter().filter(|row| self.has_connection(row));
        let mut conns: BTreeSet<u64> = rows.map(|row| row.id).collect();
        let asked = self.terms.iter().any(|term| term.field.is_of_streams());
        let streams = asked.then(|| {
            let rows = report.streams.iter().filter(|row| conns.contains(&row.conn) && self.has_stream(row));
            rows.map(|row| (row.conn, row.stream)).collect::<BTreeSet<_>>()
        });
        if let Some(streams) = &streams {
            conns = streams.iter().map(|(conn, _)| *conn).collect();
        }
        let during = self.time.map(|_| {
            let lasts = |row: &&StreamRow| overlaps(self.time, lasted(row));
            report.streams.iter().filter(lasts).map(|row| (row.conn, row.stream)).collect()
        });
        Chosen { conns, streams, during, time: self.time }
    }

    fn has_connection(&self, row: &ConnectionRow) -> bool {
        let mut own = self.terms.iter().filter(|term| !term.field.is_of_streams());
        overlaps(self.time, (0.0, row.duration_s))
            && own.all(|term| term.test.passes(&term.field.of_connection(row)))
    }

    fn has_stream(&self, row: &StreamRow) -> bool {
        let mut own = self.terms.iter().filter(|term| term.field.is_of_streams());
        own.all(|term| term.test.passes(&term.field.of_stream(row)))
    }
}

impl Chosen {
    /// The connections.
    #[must_use]
    pub const fn connections(&self) -> &BTreeSet<u64> {
        &self.conns
    }

    /// True for a stream that was chosen, and for each one of a chosen connection where nothing was asked about streams. Stream 0 is the
    /// connection itself, which belongs to each of its streams.
    #[must_use]
    pub fn has_stream(&self, conn: u64, stream: u32) -> bool {
        let named = |streams: &BTreeSet<(u64, u32)>| stream == 0 || streams.contains(&(conn, stream));
        let sets = [&self.streams, &self.during];
        self.conns.contains(&conn) && sets.into_iter().flatten().all(named)
    }

    /// True for what lasted from one second to another, of a connection's time, if any of that was chosen.
    #[must_use]
    pub fn has_time(&self, (from, to): (f64, f64)) -> bool {
        overlaps(self.time, (from, to))
    }

    /// True when a finding is about something that was chosen.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        let mut conns = finding.conn.iter().chain(&finding.conns);
        let key = finding.conn.zip(finding.stream);
        let streams = self.streams.as_ref().zip(key).is_none_or(|(streams, key)| streams.contains(&key));
        let time = finding.t.is_none_or(|t| overlaps(self.time, (t, t)));
        conns.any(|conn| self.conns.contains(conn)) && streams && time
    }

    /// Leaves what was chosen in a report whose findings are chosen already.
    pub(super) fn narrow(&self, report: &mut Report) {
        let Self { conns, streams, time, .. } = self;
        report.connections.retain(|row| conns.contains(&row.id));
        report.streams.retain(|row| {
            let named = streams.as_ref().is_none_or(|streams| streams.contains(&(row.conn, row.stream)));
            conns.contains(&row.conn) && named && overlaps(*time, lasted(row))
        });
        let spots = &mut report.coverage.blind_spots;
        spots.retain(|spot| spot.conns.is_empty() || spot.conns.iter().any(|conn| conns.contains(conn)));
        let frames = report.connections.iter().flat_map(|row| {
            [&row.frames.client, &row.frames.server]
                .into_iter()
                .flat_map(|sent| sent.iter().map(|(_, count)| *count))
        });
        report.totals = Totals {
            connections: to_u64(report.connections.len()),
            http2_connections: to_u64(report.connections.iter().filter(|row| row.http2).count()),
            streams: report.connections.iter().map(|row| row.streams.opened).fold(0, u64::saturating_add),
            frames: frames.fold(0, u64::saturating_add),
            ..report.totals
        };
    }
}

/// From when to when a stream was there.
fn lasted(row: &StreamRow) -> (f64, f64) {
    (row.opened_t, row.ended_t.unwrap_or(f64::INFINITY))
}

fn overlaps(wanted: Option<(f64, f64)>, (start, end): (f64, f64)) -> bool {
    wanted.is_none_or(|(from, to)| start <= to && end >= from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Status;
    use crate::policy::Policy;
    use crate::policy::sample::hang;

    fn judged(filter: &str) -> Report {
        let mut report = hang();
        Policy { filter: Some(Filter::read(filter).unwrap()), ..Policy::default() }.apply(&mut report);
        report
    }

    #[test]
    fn what_matches_stays_and_what_does_not_is_gone() {
        for (filter, left) in [
            ("conn==0", 1),
            ("conn == 1", 0),
            ("host==10.0.0.2 && port==31050", 1),
            ("server==\"10.0.0.2:31050\", via~\"^h2c\"", 1),
            ("port>31050", 1),
            ("port<100", 0),
            ("time in 1s..30", 1),
            ("time in 30..40", 0),
            ("conn!=0", 0),
            ("grpc.status!=0", 0),
        ] {
            let report = judged(filter);
            assert_eq!(report.findings.len(), left, "{filter}");
            assert_eq!(report.totals.connections, to_u64(report.connections.len()), "{filter}");
        }
    }

    #[test]
    fn nothing_that_matches_is_nothing_to_judge() {
        let report = judged("conn==7");
        assert_eq!((report.verdict.status, report.verdict.exit_code), (Status::Nothing, 4));
        assert_eq!(report.verdict.headline, "Nothing in the capture matches the filter.");
    }
}
