//! qlog: events for viewers of protocols. The file is draft-ietf-quic-qlog-main-schema's QlogFileSeq, records of RFC 7464 with one trace;
//! the events are those of draft-pardue-httpbis-qlog-h2-events-00. The vantage point is the network, with the client's flow: what the
//! client sent is `frame_created`, what the server sent `frame_parsed`. Names are in lower case throughout, as JSON-SEQ demands.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use crate::base::{Digits, Side, Time};
use crate::views::{
    Event, ExportField, ExportFields, FrameContent, FrameEvent, Happened, Word, address_and_port,
};

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
            (name, Data::Frame { frame: Framed::of(frame), stream_id: frame.stream })
        }
        Happened::Settings(values) => ("http2:parameters_set", Data::Other(parameters(event.by, values))),
        Happened::Remark(words) => ("loglevel:warning", Data::Other(json!({ "message": words }))),
    };
    let tuple = event.ends.as_ref().map(|ends| {
        let [client, server] = [ends.client, ends.server].map(address_and_port);
        format!("{client} {server}")
    });
    let (conn, time) = (Digits::of(event.conn), milliseconds(event.time, epoch));
    record(&Told { data, group_id: conn.as_str(), name, packet: event.pkt.number(), time, tuple })
}

/// A record of a JSON text sequence: RS in front, a line feed behind.
fn record(value: &impl Serialize) -> String {
    let mut octets = b"\x1e".to_vec();
    let written = serde_json::to_writer(&mut octets, value);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    octets.push(b'\n');
    String::from_utf8(octets).unwrap_or_default()
}

/// An event. Here and below names stand in the order of the alphabet, as they do in maps.
#[derive(serde::Serialize)]
struct Told<'a> {
    data: Data<'a>,
    group_id: &'a str,
    name: &'static str,
    packet: u64,
    time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tuple: Option<String>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Frame { frame: Framed<'a>, stream_id: u32 },
    Other(Value),
}

/// A frame. Nearly all of a capture are `Common`, which are written without making a tree of them first.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Framed<'a> {
    Common(Common<'a>),
    Other(Value),
}

/// DATA, HEADERS, CONTINUATION, WINDOW_UPDATE.
#[derive(serde::Serialize)]
struct Common<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    end_headers: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    end_stream: bool,
    frame_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Headers<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    padded: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    priority: bool,
    raw: Raw,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_size_increment: Option<u32>,
}

#[derive(serde::Serialize)]
struct Raw {
    length: u64,
    payload_length: u32,
}

struct Headers<'a>(&'a ExportFields);

struct Field<'a>(&'a ExportField);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.list.iter().map(Field))
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = serializer.serialize_map(Some(2))?;
        match &self.0.name {
            Word::Text(text) => told.serialize_entry("name", text)?,
            Word::Octets(octets) => told.serialize_entry("name_bytes", &hexadecimal(octets))?,
        }
        match &self.0.value {
            Word::Text(text) => told.serialize_entry("value", text)?,
            Word::Octets(octets) => told.serialize_entry("value_bytes", &hexadecimal(octets))?,
        }
        told.end()
    }
}

impl Raw {
    fn of(frame: &FrameEvent) -> Self {
        Self { length: u64::from(frame.length).saturating_add(HEADER), payload_length: frame.length }
    }
}

impl<'a> Framed<'a> {
    fn of(frame: &'a FrameEvent) -> Self {
        let (frame_type, headers, window_size_increment) = match &frame.content {
            FrameContent::Data => ("data", None, None),
            FrameContent::Headers(fields) => ("headers", Some(Headers(fields)), None),
            FrameContent::Continuation(fields) => ("continuation", Some(Headers(fields)), None),
            FrameContent::WindowUpdate { increment } => ("window_update", None, Some(*increment)),
            _ => return Self::Other(framed(frame)),
        };
        let flags = flags(frame);
        Self::Common(Common {
            end_headers: flags.end_headers,
            end_stream: flags.end_stream,
            frame_type,
            headers,
            padded: flags.padded,
            priority: flags.priority,
            raw: Raw::of(frame),
            window_size_increment,
        })
    }
}

fn framed(frame: &FrameEvent) -> Value {
    let mut told = match &frame.content {
        FrameContent::PushPromise { promised, fields } => json!({
            "frame_type": "push_promise", "promised_stream_id": promised, "headers": Headers(fields),
        }),
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
        FrameContent::Unknown
        | FrameContent::Data
        | FrameContent::Headers(_)
        | FrameContent::Continuation(_)
        | FrameContent::WindowUpdate { .. } => {
            json!({ "frame_type": "unknown", "frame_type_bytes": frame.kind })
        }
        FrameContent::Unreadable(words) => {
            json!({ "frame_type": "unknown", "frame_type_bytes": frame.kind, "fault": words })
        }
    };
    if let Some(told) = told.as_object_mut() {
        let Marks { padded, end_stream, end_headers, priority, ack } = flags(frame);
        let flags = [
            ("padded", padded),
            ("end_stream", end_stream),
            ("end_headers", end_headers),
            ("priority", priority),
            ("ack", ack),
        ];
        for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
            told.insert(name.to_owned(), true.into());
        }
        told.insert("raw".to_owned(), json!(Raw::of(frame)));
    }
    told
}

/// The flags that the draft has a name for.
struct Marks {
    padded: bool,
    end_stream: bool,
    end_headers: bool,
    priority: bool,
    ack: bool,
}

/// The flags that are set.
fn flags(frame: &FrameEvent) -> Marks {
    let block = matches!(
        frame.content,
        FrameContent::Headers(_) | FrameContent::Continuation(_) | FrameContent::PushPromise { .. }
    );
    let ends = matches!(frame.content, FrameContent::Data | FrameContent::Headers(_));
    let known = !matches!(frame.content, FrameContent::Unknown | FrameContent::Unreadable(_));
    Marks {
        padded: frame.padded && known,
        end_stream: frame.end_stream && ends,
        end_headers: frame.end_headers && block,
        priority: frame.priority && matches!(frame.content, FrameContent::Headers(_)),
        ack: frame.ack && known,
    }
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
