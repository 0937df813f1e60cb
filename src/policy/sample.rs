//! Reports written by hand, for tests of what is done with reports.

use std::collections::BTreeMap;

use crate::base::{PerSide, Time};
use crate::finding::{
    Blame, BlindSpot, BlindSpotKind, Calls, Confidence, ConnectionRow, Coverage, Culprit, Direction, End,
    Evidence, EvidenceRole, Finding, Implementation, Input, Keys, Latency, Level, Linked, Negotiation,
    Omitted, PacketFilter, Peer, Reference, Report, RequestRow, ResponseRow, RoundTrips, SettingsRow,
    Severity, Stamp, Stats, Status, StreamCounts, StreamRow, Table, Tool, Totals, UpDown, Verdict,
    WindowsRow,
};

/// A report of one connection with two calls and nothing wrong.
pub(crate) fn clean() -> Report {
    let mut row = connection(0);
    row.calls = Calls { total: 2, failed: BTreeMap::new(), grpc: true, median_ms: Some(3.1) };
    row.streams = StreamCounts { opened: 2, max_concurrent: 1, limit: Some(100), refused: 0, reset: 0 };
    row.ended = End::FinClient;
    let mut report = empty("clean.pcap");
    report.totals =
        Totals { connections: 1, http2_connections: 1, streams: 2, frames: 15, packets: 15, bytes: 1801 };
    report.inputs[0].packets = 15;
    report.inputs[0].last = Some("2026-11-02T09:14:03.140000Z".to_owned());
    report.connections.push(row);
    report
}

/// The hang behind a multiplexer: the server never sends SETTINGS.
pub(crate) fn hang() -> Report {
    let mut row = connection(0);
    row.ended = End::FinClient;
    row.duration_s = 20.005;
    row.client.implementation =
        Some(Implementation { guess: "grpc-go".into(), confidence: Confidence::Possible });
    row.settings.push(SettingsRow {
        pkt: 4.into(),
        by: "client",
        acked_pkt: None,
        ack_ms: None,
        values: [("INITIAL_WINDOW_SIZE", 65_535)].into_iter().collect(),
        unknown: BTreeMap::from([("0x0a0a".to_owned(), 1)]),
    });
    row.frames.client.insert("SETTINGS", 1);
    let mut report = empty("cmux.pcap");
    report.totals =
        Totals { connections: 1, http2_connections: 1, streams: 0, frames: 1, packets: 7, bytes: 479 };
    report.connections.push(row);
    report.findings.push(no_settings(0));
    report
}

/// A report of nothing at all.
pub(crate) fn empty(path: &str) -> Report {
    Report {
        schema: "h2lint/report/1",
        tool: Tool { name: "h2lint", version: "0.1.0", rules_version: "2" },
        verdict: Verdict {
            status: Status::Pass,
            exit_code: 0,
            headline: String::new(),
            culprit: None,
            confidence: None,
            top_finding: None,
            counts: crate::finding::Counts::default(),
            symptom: None,
        },
        totals: Totals::default(),
        inputs: vec![Input {
            path: path.to_owned(),
            format: Some("pcap"),
            compression: None,
            linktypes: vec!["EN10MB".to_owned()],
            packets: 7,
            bytes: 479,
            first: Some("2026-11-02T09:14:03.120000Z".to_owned()),
            last: Some("2026-11-02T09:14:23.125000Z".to_owned()),
            truncated_tail: false,
            sha256: None,
            error: None,
            keys: Keys::default(),
            scan: None,
        }],
        coverage: Coverage { rules_run: 197, ..Coverage::default() },
        connections: Vec::new(),
        streams: Vec::new(),
        findings: Vec::new(),
        suppressions: Vec::new(),
        notices: Vec::new(),
        comments: Vec::new(),
        fragments: Vec::new(),
        omitted: Omitted::default(),
        stats: Stats::default(),
    }
}

/// An HTTP/2 connection with prior knowledge, on which nothing happened.
pub(crate) fn connection(id: u64) -> Box<ConnectionRow> {
    let peer = |addr: &str, port| Peer {
        addr: addr.parse().unwrap(),
        port,
        name: None,
        alias: None,
        implementation: None,
    };
    Box::new(ConnectionRow {
        id,
        tcp_stream: Some(id),
        input: 0,
        client: peer("10.0.0.1", 40_001 + u16::try_from(id).unwrap()),
        server: peer("10.0.0.2", 31_050),
        encapsulation: vec!["eth", "ipv4", "tcp"],
        vantage: "client",
        started: "syn",
        ended: End::Open,
        start: Stamp::of(Time(1_793_610_843_120_000_000)),
        duration_s: 0.02,
        packets: 7,
        bytes: PerSide { client: 33, server: 0 },
        http2: true,
        negotiation: Negotiation {
            via: "h2c_prior_knowledge",
            tls: None,
            npn: None,
            upgrade: None,
            alt_svc: Vec::new(),
        },
        settings: Vec::new(),
        frames: PerSide::default(),
        rtt_ms: RoundTrips { tcp: Some(1.0), ..RoundTrips::default() },
        streams: StreamCounts::default(),
        goaway: Vec::new(),
        windows: WindowsRow {
            client_conn_min: Some(65_535),
            server_conn_min: Some(65_535),
            blocked_ms: Some(0.0),
        },
        findings: Vec::new(),
        calls: Calls::default(),
        keys: None,
    })
}

/// A stream on which a call was made.
pub(crate) fn stream(conn: u64, stream: u32, path: &str) -> StreamRow {
    StreamRow {
        id: format!("{conn}:{stream}"),
        input: None,
        conn,
        stream,
        opened_by: "client",
        opened_pkt: 7.into(),
        opened_t: 0.004,
        ended_t: Some(0.009),
        end: "closed",
        error_code: None,
        state_log: Vec::new(),
        request: RequestRow {
            method: Some("POST".into()),
            path: Some(path.into()),
            authority: Some("greeter:31050".into()),
            headers_known: "all",
        },
        response: ResponseRow { status: Some(200) },
        grpc: None,
        bytes: UpDown { up: 12, down: 500 },
        latency_ms: Latency { total: Some(5.0), ..Latency::default() },
        findings: Vec::new(),
    }
}

/// A finding of `missing-server-settings` on a connection.
pub(crate) fn no_settings(conn: u64) -> Finding {
    let base = conn * 100;
    let evidence = |role, pkt: u64, t, dir, what: &str| Evidence {
        role,
        pkt: (base + pkt).into(),
        t: Some(t),
        dir,
        stream: None,
        what: what.to_owned(),
        input: None,
        file_offset: Some(234),
        file_length: Some(99),
        tcp_seq: Some(1),
        wireshark: PacketFilter(base + pkt),
    };
    Finding {
        culprit: Blame {
            role: Culprit::Server,
            endpoint: Some("10.0.0.2:31050".to_owned()),
            maybe: Some("protocol multiplexer (cmux)".to_owned()),
        },
        t: Some(20.005),
        message: "The server never sent its SETTINGS frame; the client waited 20.0 s and gave up.".to_owned(),
        why: "A server must send SETTINGS as its first frame, whatever the client does after its preface.",
        not_blamed: [("client", "Its preface is complete (pkt 4); waiting for SETTINGS is allowed.".into())]
            .into_iter()
            .collect(),
        rfc: vec![reference("RFC 9113", "3.4"), reference("RFC 7540", "3.5")].into(),
        evidence: vec![
            evidence(EvidenceRole::Cause, 4, 0.003, Direction::C2s, "preface, SETTINGS (empty), 33 octets"),
            evidence(EvidenceRole::Proof, 5, 0.004, Direction::S2c, "TCP ACK only: all 33 octets arrived"),
            evidence(EvidenceRole::Effect, 6, 20.005, Direction::C2s, "FIN"),
        ],
        evidence_total: 3,
        causality: Some(Box::new(crate::finding::Causality {
            needed: "server received the preface".to_owned(),
            proof: "pkt 5 acknowledges 34".to_owned(),
        })),
        linked: vec![Linked { rule: "PRE004", why: "same evidence" }],
        remedy: vec![
            "Go with cmux: use HTTP2MatchHeaderFieldSendSettings, or better give gRPC its own port.",
        ]
        .into(),
        refs: vec!["soheilhy/cmux#64"].into(),
        ..finding("PRE001", "missing-server-settings", "preface", Severity::Error, conn)
    }
}

/// A finding with nothing but a rule, a severity and a connection; certain, nobody's fault.
pub(crate) fn finding(
    rule: &'static str,
    name: &'static str,
    area: &'static str,
    severity: Severity,
    conn: u64,
) -> Finding {
    Finding {
        id: String::new(),
        rule,
        name,
        area,
        severity,
        confidence: Confidence::Certain,
        culprit: Blame { role: Culprit::Unknown, endpoint: None, maybe: None },
        input: None,
        conn: Some(conn),
        conns: Vec::new(),
        stream: None,
        t: None,
        message: format!("Something about connection {conn}."),
        why: "It must not.",
        not_blamed: Table::default(),
        rfc: [].as_slice().into(),
        evidence: Vec::new(),
        evidence_total: 0,
        causality: None,
        linked: Vec::new(),
        remedy: [].as_slice().into(),
        refs: [].as_slice().into(),
        fingerprint: "6d0c".to_owned(),
        suppressed: None,
        alike: 0,
    }
}

/// A blind spot of a connection.
pub(crate) fn blind_spot(kind: BlindSpotKind, conns: &[u64], effect: &str) -> BlindSpot {
    BlindSpot {
        kind,
        input: None,
        conns: conns.to_vec(),
        dir: Some(Direction::S2c),
        from_pkt: Some(120.into()),
        effect: effect.to_owned(),
    }
}

fn reference(doc: &'static str, section: &'static str) -> Reference {
    Reference { doc, section, level: Some(Level::Must) }
}
