//! HTTP archive (HAR 1.2): a request and its answer after the other, for the tools of browsers and for load generators. What the
//! format has no place for stands in fields that begin with `_`. Bodies are not kept: their sizes are said.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use crate::base::{PacketNumber, Side};
use crate::views::{ExportFields, Timing, Transaction, address_and_port};

/// What stands in front of the entries.
#[must_use]
pub fn har_begin() -> String {
    let creator = Creator { name: "h2lint", version: env!("CARGO_PKG_VERSION"), comment: BODIES };
    let creator = serde_json::to_string(&creator).unwrap_or_default();
    format!("{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[")
}

/// An entry, without a separator.
#[must_use]
pub fn har_entry(transaction: &Transaction) -> String {
    serde_json::to_string(&Entry::of(transaction)).unwrap_or_default()
}

/// What stands behind the entries.
#[must_use]
pub const fn har_end() -> &'static str {
    "\n]}}\n"
}

const BODIES: &str = "made from a packet capture; bodies are not kept, only their sizes";

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
    comment: &'static str,
}

/// Field names and their order are those of HAR 1.2.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: String,
    time: f64,
    request: RequestPart<'a>,
    response: ResponsePart<'a>,
    cache: Empty,
    timings: Timings,
    #[serde(rename = "serverIPAddress", skip_serializing_if = "Option::is_none")]
    server_address: Option<String>,
    connection: String,
    #[serde(rename = "_conn")]
    conn: u64,
    #[serde(rename = "_stream")]
    stream: u32,
    #[serde(rename = "_packet")]
    packet: PacketNumber,
    #[serde(rename = "_lastPacket")]
    last_packet: PacketNumber,
    #[serde(rename = "_t")]
    t: f64,
    #[serde(rename = "_client", skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(rename = "_server", skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(rename = "_end")]
    end: &'static str,
    #[serde(rename = "_errorCode", skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(rename = "_grpcStatus", skip_serializing_if = "Option::is_none")]
    grpc_status: Option<u32>,
    #[serde(rename = "_grpcMessage", skip_serializing_if = "Option::is_none")]
    grpc_message: Option<&'a str>,
    #[serde(rename = "_pushed", skip_serializing_if = "Option::is_none")]
    pushed: Option<bool>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestPart<'a> {
    method: &'a str,
    url: String,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Header<'a>>,
    query_string: Vec<Header<'a>>,
    headers_size: i64,
    body_size: u64,
    #[serde(rename = "_trailers", skip_serializing_if = "Vec::is_empty")]
    trailers: Vec<Header<'a>>,
    #[serde(rename = "_fieldsLeftOut", skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponsePart<'a> {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Header<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
    #[serde(rename = "_trailers", skip_serializing_if = "Vec::is_empty")]
    trailers: Vec<Header<'a>>,
    #[serde(rename = "_interim", skip_serializing_if = "Option::is_none")]
    interim: Option<u64>,
    #[serde(rename = "_fieldsLeftOut", skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: u64,
    mime_type: &'a str,
}

#[derive(Serialize)]
struct Header<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// In milliseconds; -1 does not apply, or is not known.
#[derive(Serialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    connect: f64,
    ssl: f64,
    send: f64,
    wait: f64,
    receive: f64,
    #[serde(rename = "_network", skip_serializing_if = "Option::is_none")]
    network: Option<f64>,
    #[serde(rename = "_server", skip_serializing_if = "Option::is_none")]
    server: Option<f64>,
    #[serde(rename = "_windowBlocked")]
    window_blocked: f64,
    #[serde(rename = "_tcpLoss")]
    tcp_loss: f64,
}

impl<'a> Entry<'a> {
    fn of(from: &'a Transaction) -> Self {
        let end = |side: Side| from.ends.as_ref().map(|ends| ends[side]);
        let written = |side: Side| end(side).map(address_and_port);
        let timings = Timings::of(&from.timing);
        Self {
            started_date_time: moment(from),
            time: rounded(timings.blocked.max(0.0) + timings.send + timings.wait + timings.receive),
            request: RequestPart::of(from),
            response: ResponsePart::of(from),
            cache: Empty {},
            timings,
            server_address: end(Side::Server).map(|(address, _)| address.to_string()),
            connection: from.conn.to_string(),
            conn: from.conn,
            stream: from.stream,
            packet: from.first_pkt,
            last_packet: from.last_pkt,
            t: from.t,
            client: written(Side::Client),
            server: written(Side::Server),
            end: from.end,
            error_code: from.error_code.as_deref(),
            grpc_status: from.grpc_status,
            grpc_message: from.grpc_message.as_deref(),
            pushed: (from.opened_by == Side::Server).then_some(true),
        }
    }
}

impl<'a> RequestPart<'a> {
    fn of(from: &'a Transaction) -> Self {
        let fields = &from.fields.client;
        Self {
            method: from.method.as_deref().unwrap_or_default(),
            url: url(from),
            http_version: if from.upgrade { "HTTP/1.1" } else { "h2" },
            cookies: [],
            headers: headers(fields),
            query_string: query(from.path.as_deref().unwrap_or_default()),
            headers_size: size(fields),
            body_size: from.content.client,
            trailers: headers(&from.trailers.client),
            left_out: left_out(fields),
        }
    }
}

impl<'a> ResponsePart<'a> {
    fn of(from: &'a Transaction) -> Self {
        let fields = &from.fields.server;
        let size_of_body = i64::try_from(from.content.server).unwrap_or(i64::MAX);
        Self {
            // 0 is what browsers write where no answer came.
            status: from.status.unwrap_or(0),
            status_text: "",
            http_version: if from.status.is_some() { "h2" } else { "" },
            cookies: [],
            headers: headers(fields),
            content: Content {
                size: from.content.server,
                mime_type: fields.value("content-type").unwrap_or("x-unknown"),
            },
            redirect_url: fields.value("location").unwrap_or_default(),
            headers_size: size(fields),
            body_size: if from.status.is_some() { size_of_body } else { -1 },
            trailers: headers(&from.trailers.server),
            interim: (from.interim > 0).then_some(from.interim),
            left_out: left_out(fields),
        }
    }
}

impl Timings {
    fn of(from: &Timing) -> Self {
        Self {
            blocked: from.queued.unwrap_or(-1.0),
            dns: -1.0,
            connect: -1.0,
            ssl: -1.0,
            send: rounded(from.send),
            wait: rounded(from.wait),
            receive: rounded(from.receive),
            network: from.network.map(rounded),
            server: from.server.map(rounded),
            window_blocked: rounded(from.window_blocked),
            tcp_loss: rounded(from.tcp_loss),
        }
    }
}

/// To the microsecond.
fn rounded(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

fn moment(from: &Transaction) -> String {
    let stamp = Timestamp::from_nanosecond(i128::from(from.start.0)).unwrap_or_default();
    format!("{stamp:.6}")
}

/// The whole address: of a CONNECT the authority alone is known.
fn url(from: &Transaction) -> String {
    let fields = &from.fields.client;
    let scheme = fields.value(":scheme").unwrap_or(if from.encrypted { "https" } else { "http" });
    let server = || from.ends.as_ref().map(|ends| address_and_port(ends.server));
    let named = from.authority.clone().or_else(|| fields.value("host").map(str::to_owned));
    let authority = named.or_else(server).unwrap_or_default();
    let path = from.path.as_deref().unwrap_or_default();
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{authority}{slash}{path}")
}

/// What stands behind the question mark, as it is.
fn query(path: &str) -> Vec<Header<'_>> {
    let Some((_, query)) = path.split_once('?') else { return Vec::new() };
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pairs = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
    pairs.map(|(name, value)| Header { name: name.into(), value: value.into() }).collect()
}

fn headers(fields: &ExportFields) -> Vec<Header<'_>> {
    let header =
        fields.list.iter().map(|field| Header { name: field.name.text(), value: field.value.text() });
    header.collect()
}

/// Octets of the field block as it was on the wire.
fn size(fields: &ExportFields) -> i64 {
    if fields.octets == 0 { -1 } else { i64::try_from(fields.octets).unwrap_or(i64::MAX) }
}

fn left_out(fields: &ExportFields) -> Option<u64> {
    (fields.left_out > 0).then_some(fields.left_out)
}
