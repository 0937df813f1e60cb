//! CSV: one row a connection, stream or finding, for spreadsheets and databases.

use super::captures::{packet, path};
use super::look::Rows;
use super::sanitize::cell;
use crate::base::to_index;
use crate::finding::{ConnectionRow, Finding, Report, StreamRow};

/// The rows, with a header.
#[must_use]
pub(super) fn report(report: &Report, rows: Rows) -> String {
    let (header, lines): (&[&str], Vec<Vec<String>>) = match rows {
        Rows::Findings => {
            (FINDING, report.findings.iter().map(|finding| of_finding(report, finding)).collect())
        }
        Rows::Connections => {
            (CONNECTION, report.connections.iter().map(|row| of_connection(report, row)).collect())
        }
        Rows::Streams => (STREAM, report.streams.iter().map(|row| of_stream(report, row)).collect()),
    };
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut written = writer.write_record(header).is_ok();
    for line in lines {
        written &= writer.write_record(line.iter().map(|text| cell(text).into_owned())).is_ok();
    }
    debug_assert!(written, "writing to memory cannot fail, and all rows are equally long");
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

const FINDING: &[&str] = &[
    "file",
    "rule",
    "name",
    "severity",
    "confidence",
    "culprit",
    "endpoint",
    "conn",
    "stream",
    "pkt",
    "t",
    "message",
    "fingerprint",
    "suppressed",
];

fn of_finding(report: &Report, finding: &Finding) -> Vec<String> {
    vec![
        path(report, finding).to_owned(),
        finding.rule.to_owned(),
        finding.name.to_owned(),
        finding.severity.word().to_owned(),
        finding.confidence.word().to_owned(),
        finding.culprit.role.word().to_owned(),
        finding.culprit.endpoint.clone().unwrap_or_default(),
        some(finding.conn),
        some(finding.stream),
        finding.evidence.first().map_or_else(String::new, |_| packet(finding).to_string()),
        some(finding.t),
        finding.message.clone(),
        finding.fingerprint.clone(),
        finding.suppressed.as_ref().map_or_else(String::new, |known| known.by.to_owned()),
    ]
}

const CONNECTION: &[&str] = &[
    "file",
    "conn",
    "client",
    "client_port",
    "server",
    "server_port",
    "server_name",
    "via",
    "http2",
    "start",
    "duration_s",
    "packets",
    "bytes_client",
    "bytes_server",
    "streams",
    "max_concurrent",
    "refused",
    "reset",
    "ended",
    "findings",
];

fn of_connection(report: &Report, row: &ConnectionRow) -> Vec<String> {
    vec![
        input(report, row.input),
        row.id.to_string(),
        row.client.addr.to_string(),
        row.client.port.to_string(),
        row.server.addr.to_string(),
        row.server.port.to_string(),
        row.server.name.clone().unwrap_or_default(),
        row.negotiation.via.to_owned(),
        row.http2.to_string(),
        row.start.to_string(),
        row.duration_s.to_string(),
        row.packets.to_string(),
        row.bytes.client.to_string(),
        row.bytes.server.to_string(),
        row.streams.opened.to_string(),
        row.streams.max_concurrent.to_string(),
        row.streams.refused.to_string(),
        row.streams.reset.to_string(),
        word(&row.ended),
        row.findings.join(" "),
    ]
}

const STREAM: &[&str] = &[
    "file",
    "conn",
    "stream",
    "opened_by",
    "opened_pkt",
    "opened_t",
    "ended_t",
    "end",
    "error_code",
    "method",
    "path",
    "authority",
    "status",
    "grpc_status",
    "bytes_up",
    "bytes_down",
    "total_ms",
    "first_byte_ms",
    "findings",
];

fn of_stream(report: &Report, row: &StreamRow) -> Vec<String> {
    vec![
        input(report, row.input.unwrap_or(0)),
        row.conn.to_string(),
        row.stream.to_string(),
        row.opened_by.to_owned(),
        row.opened_pkt.number().to_string(),
        row.opened_t.to_string(),
        some(row.ended_t),
        row.end.to_owned(),
        row.error_code.clone().unwrap_or_default(),
        row.request.method.as_deref().unwrap_or_default().to_owned(),
        row.request.path.as_deref().unwrap_or_default().to_owned(),
        row.request.authority.as_deref().unwrap_or_default().to_owned(),
        some(row.response.status),
        some(row.grpc.as_ref().and_then(|grpc| grpc.status)),
        row.bytes.up.to_string(),
        row.bytes.down.to_string(),
        some(row.latency_ms.total),
        some(row.latency_ms.first_byte),
        row.findings.join(" "),
    ]
}

fn input(report: &Report, input: u64) -> String {
    report.inputs.get(to_index(input)).map_or_else(String::new, |input| input.path.clone())
}

fn some(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The word that JSON uses for it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
