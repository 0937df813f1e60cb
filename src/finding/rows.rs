//! Connections and streams as reports list them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Stamp, Table};
use crate::base::{PacketNumber, PerSide};

/// A TCP connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConnectionRow {
    /// Its number.
    pub id: u64,
    /// Wireshark's number in its input.
    pub tcp_stream: Option<u64>,
    /// The input of its first packet.
    pub input: u64,
    /// The end that opened it.
    pub client: Peer,
    /// The end that accepted it.
    pub server: Peer,
    /// Outermost first.
    pub encapsulation: Vec<&'static str>,
    /// `client`, `server`, `both`, `middle`, `unknown`.
    pub vantage: &'static str,
    /// `syn` or `midstream`.
    pub started: &'static str,
    /// How it ended.
    pub ended: End,
    /// First packet, to the microsecond.
    pub start: Stamp,
    /// First to last packet.
    pub duration_s: f64,
    /// Packets of both sides.
    pub packets: u64,
    /// TCP payload without retransmissions.
    pub bytes: PerSide<u64>,
    /// HTTP/2 frames or a preface were seen, or ALPN selected h2.
    pub http2: bool,
    /// How the protocol was agreed.
    pub negotiation: Negotiation,
    /// SETTINGS; bounded.
    pub settings: Vec<SettingsRow>,
    /// Frames by sender and type.
    pub frames: PerSide<Table<u64>>,
    /// Round trips, medians.
    pub rtt_ms: RoundTrips,
    /// Streams.
    pub streams: StreamCounts,
    /// GOAWAY frames; bounded.
    pub goaway: Vec<GoawayRow>,
    /// Windows.
    pub windows: WindowsRow,
    /// Identifiers of its findings.
    pub findings: Vec<String>,
    /// Calls for the text report; not part of the schema.
    #[serde(skip)]
    pub calls: Calls,
    /// Keys, where there is TLS, for those who ask for them; not part of the schema.
    #[serde(skip)]
    pub keys: Option<Box<super::KeyRow>>,
}

/// What became of the calls on a connection.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// Requests.
    pub total: u64,
    /// Requests that failed, by cause.
    pub failed: BTreeMap<String, u64>,
    /// True when one of them was gRPC.
    pub grpc: bool,
    /// Median time from request to end, milliseconds.
    pub median_ms: Option<f64>,
}

/// One end of a connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Peer {
    /// Its address.
    pub addr: IpAddr,
    /// Its port.
    pub port: u16,
    /// SNI or :authority.
    pub name: Option<String>,
    /// The name that the configuration gives it, shown in place of the address.
    pub alias: Option<String>,
    /// What it may run.
    #[serde(rename = "impl")]
    pub implementation: Option<Implementation>,
}

/// A guess at a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Implementation {
    /// Its name.
    pub guess: Cow<'static, str>,
    /// How certain.
    pub confidence: super::Confidence,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum End {
    FinClient,
    FinServer,
    RstClient,
    RstServer,
    RstBetween,
    Open,
}

/// How the protocol was agreed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Negotiation {
    /// `h2c_prior_knowledge`, `h2c_upgrade`, `http1`, `h2_alpn`, … as UX.md lists them.
    pub via: &'static str,
    /// TLS, where there was any; connections that agree on the same share it.
    pub tls: Option<Arc<TlsRow>>,
    /// NPN, where it was used.
    pub npn: Option<Box<Npn>>,
    /// `Upgrade: h2c`, where it was asked for.
    pub upgrade: Option<Box<UpgradeRow>>,
    /// Alternative services advertised.
    pub alt_svc: Vec<AltSvc>,
}

/// TLS facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct TlsRow {
    pub version: Option<Cow<'static, str>>,
    pub cipher: Option<Cow<'static, str>>,
    pub sni: Option<String>,
    pub alpn_offered: Vec<Cow<'static, str>>,
    pub alpn_selected: Option<Cow<'static, str>>,
    pub alpn_source: &'static str,
    pub resumed: Option<bool>,
    pub early_data: Option<bool>,
    pub decrypted: bool,
    pub key_source: Option<String>,
    pub alert: Option<AlertRow>,
}

/// The alert that ended the handshake, or the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct AlertRow {
    pub by: &'static str,
    pub level: &'static str,
    pub description: String,
    pub pkt: PacketNumber,
}

/// NPN facts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct Npn {
    pub offered: Vec<String>,
    pub selected: Option<String>,
}

/// An upgrade from HTTP/1.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpgradeRow {
    /// The request.
    pub pkt: PacketNumber,
    /// What became of it.
    pub outcome: &'static str,
    /// Status of the response.
    pub status: Option<u16>,
    /// `HTTP2-Settings`, decoded.
    pub settings: Option<BTreeMap<String, u32>>,
}

/// An alternative service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct AltSvc {
    pub protocol: String,
    pub host: String,
    pub port: u16,
    pub max_age_s: Option<u64>,
    pub pkt: PacketNumber,
}

/// A SETTINGS frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingsRow {
    /// The packet.
    pub pkt: PacketNumber,
    /// `client` or `server`.
    pub by: &'static str,
    /// The packet with the acknowledgement.
    pub acked_pkt: Option<PacketNumber>,
    /// Milliseconds until then.
    pub ack_ms: Option<f64>,
    /// Values by name.
    pub values: Table<u32>,
    /// Values without a name, by `0x…`.
    pub unknown: BTreeMap<String, u32>,
}

/// Round trips in milliseconds; `None` where not measured.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct RoundTrips {
    /// TCP handshake.
    pub tcp: Option<f64>,
    /// SETTINGS to its acknowledgement.
    pub settings: Option<f64>,
    /// PING to its acknowledgement.
    pub ping: Option<f64>,
}

/// Streams of a connection.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct StreamCounts {
    /// Opened.
    pub opened: u64,
    /// Open at once, at most.
    pub max_concurrent: u64,
    /// MAX_CONCURRENT_STREAMS in force for the client at the end; `None` when none was announced.
    pub limit: Option<u32>,
    /// Refused.
    pub refused: u64,
    /// Reset.
    pub reset: u64,
}

/// A GOAWAY frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoawayRow {
    /// The packet.
    pub pkt: PacketNumber,
    /// `client` or `server`.
    pub by: &'static str,
    /// The last stream that was or might be acted on.
    pub last_stream_id: u32,
    /// Name or `0x…`.
    pub error_code: Cow<'static, str>,
    /// Debug data as text; `None` if empty.
    pub debug: Option<String>,
}

/// Smallest connection windows; `None` when not tracked.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct WindowsRow {
    /// For data sent by the client.
    pub client_conn_min: Option<i64>,
    /// For data sent by the server.
    pub server_conn_min: Option<i64>,
    /// Milliseconds in which a window held a sender back.
    pub blocked_ms: Option<f64>,
}

/// A stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StreamRow {
    /// `connection:stream`.
    pub id: String,
    /// In a scan the capture, by its first input; `None` where there is one capture.
    pub input: Option<u64>,
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// `client`, or `server` for a push.
    pub opened_by: &'static str,
    /// The packet that opened it.
    pub opened_pkt: PacketNumber,
    /// Seconds.
    pub opened_t: f64,
    /// Seconds; `None` when still open at the end of the capture.
    pub ended_t: Option<f64>,
    /// `closed`, `reset_client`, `reset_server`, `open`, `connection_lost`.
    pub end: &'static str,
    /// Code of the RST_STREAM that ended it.
    pub error_code: Option<String>,
    /// With `--detail full`.
    pub state_log: Vec<StateChange>,
    /// The request.
    pub request: RequestRow,
    /// The response.
    pub response: ResponseRow,
    /// The gRPC call, where it is one.
    pub grpc: Option<Box<Grpc>>,
    /// DATA content.
    pub bytes: UpDown<u64>,
    /// Where the time went.
    pub latency_ms: Latency,
    /// Identifiers of its findings.
    pub findings: Vec<String>,
}

/// A change of state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct StateChange {
    pub pkt: PacketNumber,
    pub t: f64,
    pub event: String,
    pub by: &'static str,
    pub state: &'static str,
}

/// A request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct RequestRow {
    pub method: Option<Arc<str>>,
    pub path: Option<Arc<str>>,
    pub authority: Option<Arc<str>>,
    pub headers_known: &'static str,
}

/// A response.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ResponseRow {
    /// The status code.
    pub status: Option<u16>,
}

/// A gRPC call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct Grpc {
    pub service: String,
    pub method: String,
    pub kind: &'static str,
    pub status: Option<u32>,
    pub message: Option<String>,
    pub messages: UpDown<u64>,
}

/// A value towards the server and one towards the client.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct UpDown<T> {
    /// Sent by the client.
    pub up: T,
    /// Sent by the server.
    pub down: T,
}

/// Parts of a call's time; `None` where not measurable.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "UX.md §7 describes each field")]
pub struct Latency {
    pub total: Option<f64>,
    pub queued: Option<f64>,
    pub first_byte: Option<f64>,
    pub server: Option<f64>,
    pub window_blocked: Option<f64>,
    pub tcp_loss: Option<f64>,
}
