//! qlog: events for viewers of protocols. The file is draft-ietf-quic-qlog-main-schema's QlogFileSeq, records of RFC 7464 with one trace;
//! the events are those of draft-pardue-httpbis-qlog-h2-events-00. The vantage point is the network, with the client's flow: what the
//! client sent is `frame_created`, what the server sent `frame_parsed`. Names are in lower case throughout, as JSON-SEQ demands.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::base::{Side, Time};
use crate::views::{Event, ExportFields, FrameContent, FrameEvent, Happened, Word, address_and_port};

/// The first record: what the file is. `title` names the capture, `epoch` is what times count from.
#[must_use]
pub fn qlog_begin(title: &str, epoch: Time) -> String {
    let stamp = Timestamp::from_nanosecond(i128::from(epoch.0)).unwrap_or_default();
    record(&json!({
        "file_schema": "urn:ietf:params:qlog:file:sequential",
        "serialization_format": "application/qlog+json-seq",
        "title": title,
        "description": concat!("made from a packet capture by h2lint ", env!("CARGO_PKG_VERSION")),
        "trace": {
            "common_fields": {
                "time_format": "relative_to_epoch",
                "reference_time": { "clock_type": "system", "epoch": format!("{stamp:.9}") },
            },
            "vantage_point": { "name": "packet capture", "type": "network", "flow": "client" },
            "event_schemas": ["urn:ietf:params:qlog:events:http2-00", "urn:ietf:params:qlog:events:loglevel"],
        },
    }))
}

/// The record of an event.
#[must_use]
pub fn qlog_event(event: &Event, epoch: Time) -> String {
    let (name, data) = match &event.what {
        Happened::Frame(frame) => {
            let name = match event.by {
                Side::Client => "http2:frame_created",
                Side::Server => "http2:frame_parsed",
            };
            (name, json!({ "stream_id": frame.stream, "frame": framed(frame) }))
        }
        Happened::Settings(values) => ("http2:parameters_set", parameters(event.by, values)),
        Happened::Remark(words) => ("loglevel:warning", json!({ "message": words })),
    };
    let mut told = json!({
        "time": milliseconds(event.time, epoch),
        "name": name,
        "group_id": event.conn.to_string(),
        "data": data,
        "packet": event.pkt.number(),
    });
    if let (Some(ends), Some(told)) = (&event.ends, told.as_object_mut()) {
        let [client, server] = [ends.client, ends.server].map(address_and_port);
        told.insert("tuple".to_owned(), format!("{client} {server}").into());
    }
    record(&told)
}

/// A record of a JSON text sequence: RS in front, a line feed behind.
fn record(value: &Value) -> String {
    format!("\u{1e}{value}\n")
}

fn framed(frame: &FrameEvent) -> Value {
    let mut told = match &frame.content {
        FrameContent::Data => json!({ "frame_type": "data" }),
        FrameContent::Headers(fields) => json!({ "frame_type": "headers", "headers": headers(fields) }),
        FrameContent::Continuation(fields) => {
            json!({ "frame_type": "continuation", "headers": headers(fields) })
        }
        FrameContent::PushPromise { promised, fields } => {
            json!({ "frame_type": "push_promise", "promised_stream_id": promised, "headers": headers(fields) })
        }
        FrameContent::Priority { exclusive, dependency, weight } => json!({
            "frame_type": "priority", "exclusive": exclusive, "stream_dependency": dependency,
            // The octet on the wire, which stands for one more.
            "weight": weight.saturating_sub(1),
        }),
        FrameContent::RstStream { error_code } => {
            json!({ "frame_type": "rst_stream", "error_code": error_code })
        }
        FrameContent::Settings(values) => {
            json!({ "frame_type": "settings", "settings": values.iter().map(setting).collect::<Vec<_>>() })
        }
        FrameContent::Ping(opaque) => json!({ "frame_type": "ping", "opaque_data": hexadecimal(opaque) }),
        FrameContent::Goaway { last_stream, error_code, debug } => json!({
            "frame_type": "goaway", "last_stream_id": last_stream, "error_code": error_code,
            "additional_debug_data": hexadecimal(debug),
        }),
        FrameContent::WindowUpdate { increment } => {
            json!({ "frame_type": "window_update", "window_size_increment": increment })
        }
        FrameContent::AltSvc { origin, value } => json!({
            "frame_type": "altsvc", "origin_len": origin.len(), "origin": text(origin),
            "alt-svc-field-value": text(value),
        }),
        FrameContent::Origin(entries) => {
            let entry = |entry: &Vec<u8>| json!({ "origin_len": entry.len(), "ascii-origin": text(entry) });
            json!({ "frame_type": "origin", "origin_entries": entries.iter().map(entry).collect::<Vec<_>>() })
        }
        FrameContent::PriorityUpdate { prioritized, value } => json!({
            "frame_type": "priority_update", "prioritized_stream_id": prioritized,
            "priority_field_value": text(value),
        }),
        FrameContent::Unknown => json!({ "frame_type": "unknown", "frame_type_bytes": frame.kind }),
        FrameContent::Unreadable(words) => {
            json!({ "frame_type": "unknown", "frame_type_bytes": frame.kind, "fault": words })
        }
    };
    if let Some(told) = told.as_object_mut() {
        flags(frame, told);
        let whole = u64::from(frame.length).saturating_add(HEADER);
        told.insert("raw".to_owned(), json!({ "length": whole, "payload_length": frame.length }));
    }
    told
}

/// The flags that the draft has a name for, where they are set.
fn flags(frame: &FrameEvent, told: &mut Map<String, Value>) {
    let block = matches!(
        frame.content,
        FrameContent::Headers(_) | FrameContent::Continuation(_) | FrameContent::PushPromise { .. }
    );
    let ends = matches!(frame.content, FrameContent::Data | FrameContent::Headers(_));
    let known = !matches!(frame.content, FrameContent::Unknown | FrameContent::Unreadable(_));
    for (name, set) in [
        ("padded", frame.padded && known),
        ("end_stream", frame.end_stream && ends),
        ("end_headers", frame.end_headers && block),
        ("priority", frame.priority && matches!(frame.content, FrameContent::Headers(_))),
        ("ack", frame.ack && known),
    ] {
        if set {
            told.insert(name.to_owned(), true.into());
        }
    }
}

fn headers(fields: &ExportFields) -> Vec<Value> {
    let field = fields.list.iter().map(|field| {
        let mut told = Map::new();
        for (name, word) in [("name", &field.name), ("value", &field.value)] {
            match word {
                Word::Text(text) => told.insert(name.to_owned(), text.as_str().into()),
                Word::Octets(octets) => told.insert(format!("{name}_bytes"), hexadecimal(octets).into()),
            };
        }
        Value::Object(told)
    });
    field.collect()
}

fn setting((identifier, value): &(u16, u32)) -> Value {
    match name(*identifier) {
        Some(name) => json!({ "name": format!("settings_{name}"), "value": value }),
        None => json!({ "name": "unknown", "name_bytes": identifier, "value": value }),
    }
}

/// What is in force from here on; parameters without a name have one by their number.
fn parameters(by: Side, values: &[(u16, u32)]) -> Value {
    let mut told = Map::new();
    let initiator = if by == Side::Client { "local" } else { "remote" };
    told.insert("initiator".to_owned(), initiator.into());
    for (identifier, value) in values {
        let name = name(*identifier).map_or_else(|| format!("unknown_0x{identifier:x}"), str::to_owned);
        told.insert(name, (*value).into());
    }
    Value::Object(told)
}

/// The name of a parameter in the draft.
const fn name(identifier: u16) -> Option<&'static str> {
    Some(match identifier {
        0x1 => "header_table_size",
        0x2 => "enable_push",
        0x3 => "max_concurrent_streams",
        0x4 => "initial_window_size",
        0x5 => "max_frame_size",
        0x6 => "max_header_list_size",
        0x8 => "extended_connect",
        0x9 => "no_rfc7540_priorities",
        _ => return None,
    })
}

/// To the nanosecond.
fn milliseconds(time: Time, epoch: Time) -> f64 {
    (time.since(epoch).as_millis() * 1e6).round() / 1e6
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Octets of a frame's header.
const HEADER: u64 = 9;
