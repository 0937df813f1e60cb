//! `export qlog` against the definitions of draft-pardue-httpbis-qlog-h2-events-00 and draft-ietf-quic-qlog-main-schema, transcribed from
//! their CDDL: over every capture, every example of a rule, and frames of every type.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::collections::BTreeSet;

use common::{captures, examples, sidecars};
use h2lint::base::Time;
use h2lint::frame::{ErrorCode, Setting};
use h2lint::pipeline::{KeyLog, Wishes, analyze, analyze_octets};
use h2lint::report::{qlog_begin, qlog_event};
use h2lint::script::{
    Script, Wire, block, capture, continuation, data, get, goaway, headers, ping, priority, push_promise,
    response, rst_stream, settings, unknown, window_update,
};
use h2lint::views::{Events, Observed, Secrets};
use serde_json::Value;

/// What a value must be.
#[derive(Clone, Copy)]
enum Is {
    Text,
    /// This text.
    Exactly(&'static str),
    Hexstring,
    Uint(u64),
    Bool,
    Object(&'static [Field]),
    List(&'static [Field]),
}

/// A member: its name, whether it must be there, and what it is. `* text => any` and group sockets allow further ones.
type Field = (&'static str, bool, Is);

const U8: Is = Is::Uint(0xff);
const U16: Is = Is::Uint(0xffff);
const U32: Is = Is::Uint(0xffff_ffff);
const U64: Is = Is::Uint(u64::MAX);
const RAW: Field = (
    "raw",
    false,
    Is::Object(&[("length", false, U64), ("payload_length", false, U64), ("data", false, Is::Hexstring)]),
);
const PADDED: Field = ("padded", false, Is::Bool);
const END_STREAM: Field = ("end_stream", false, Is::Bool);
const END_HEADERS: Field = ("end_headers", false, Is::Bool);
const ACK: Field = ("ack", false, Is::Bool);
const HEADERS: Field = ("headers", true, Is::List(HTTP_FIELD));

const HTTP_FIELD: &[Field] = &[
    ("name", false, Is::Text),
    ("name_bytes", false, Is::Hexstring),
    ("value", false, Is::Text),
    ("value_bytes", false, Is::Hexstring),
];

const SETTING: &[Field] = &[("name", false, Is::Text), ("name_bytes", false, U32), ("value", true, U32)];

const SETTING_NAMES: [&str; 8] = [
    "header_table_size",
    "enable_push",
    "max_concurrent_streams",
    "initial_window_size",
    "max_frame_size",
    "max_header_list_size",
    "extended_connect",
    "no_rfc7540_priorities",
];

const PARAMETERS_SET: &[Field] = &[
    ("initiator", false, Is::Text),
    ("header_table_size", false, U32),
    ("enable_push", false, U32),
    ("max_concurrent_streams", false, U32),
    ("initial_window_size", false, U32),
    ("max_frame_size", false, U32),
    ("max_header_list_size", false, U32),
    ("extended_connect", false, U32),
    ("no_rfc7540_priorities", false, U32),
];

const FRAMES: &[(&str, &[Field])] = &[
    ("data", &[PADDED, END_STREAM, RAW]),
    ("headers", &[("priority", false, Is::Bool), PADDED, END_HEADERS, END_STREAM, HEADERS, RAW]),
    (
        "priority",
        &[("exclusive", true, Is::Bool), ("stream_dependency", true, U32), ("weight", true, U8), RAW],
    ),
    ("rst_stream", &[("error_code", true, U32), RAW]),
    ("settings", &[ACK, ("settings", true, Is::List(SETTING)), RAW]),
    ("push_promise", &[PADDED, END_HEADERS, ("promised_stream_id", true, U32), HEADERS, RAW]),
    ("ping", &[ACK, ("opaque_data", true, Is::Hexstring), RAW]),
    (
        "goaway",
        &[
            ("last_stream_id", true, U32),
            ("error_code", true, U32),
            ("additional_debug_data", false, Is::Hexstring),
            RAW,
        ],
    ),
    ("window_update", &[("window_size_increment", true, U32), RAW]),
    ("continuation", &[END_HEADERS, HEADERS, RAW]),
    ("unknown", &[("frame_type_bytes", true, U32), RAW]),
    (
        "altsvc",
        &[
            ("origin_len", true, U16),
            ("origin", false, Is::Text),
            ("alt-svc-field-value", false, Is::Text),
            RAW,
        ],
    ),
    // `ASCII-Origin` in the draft; names are in lower case in JSON-SEQ.
    (
        "origin",
        &[
            (
                "origin_entries",
                true,
                Is::List(&[("origin_len", true, U16), ("ascii-origin", false, Is::Text)]),
            ),
            RAW,
        ],
    ),
    (
        "priority_update",
        &[("prioritized_stream_id", true, U32), ("priority_field_value", true, Is::Text), RAW],
    ),
];

const FILE: &[Field] = &[
    ("file_schema", true, Is::Exactly("urn:ietf:params:qlog:file:sequential")),
    ("serialization_format", true, Is::Exactly("application/qlog+json-seq")),
    ("title", false, Is::Text),
    ("description", false, Is::Text),
    (
        "trace",
        true,
        Is::Object(&[
            (
                "common_fields",
                false,
                Is::Object(&[
                    ("time_format", false, Is::Exactly("relative_to_epoch")),
                    (
                        "reference_time",
                        false,
                        Is::Object(&[("clock_type", true, Is::Exactly("system")), ("epoch", true, Is::Text)]),
                    ),
                ]),
            ),
            (
                "vantage_point",
                false,
                Is::Object(&[
                    ("name", false, Is::Text),
                    ("type", true, Is::Exactly("network")),
                    ("flow", false, Is::Exactly("client")),
                ]),
            ),
        ]),
    ),
];

fn check(value: &Value, fields: &[Field]) -> Result<(), String> {
    let object = value.as_object().ok_or("no object")?;
    for (name, required, is) in fields {
        match object.get(*name) {
            Some(value) => is.check(value).map_err(|why| format!("{name}: {why}"))?,
            None if *required => return Err(format!("{name} is missing")),
            None => {}
        }
    }
    if let Some(name) = object.keys().find(|name| name.to_lowercase() != **name) {
        return Err(format!("{name} is not in lower case"));
    }
    Ok(())
}

impl Is {
    fn check(self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let holds = match self {
            Self::Text => text.is_some(),
            Self::Exactly(wanted) => text == Some(wanted),
            Self::Hexstring => text.is_some_and(|text| {
                text.len().is_multiple_of(2)
                    && text.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'))
            }),
            Self::Uint(most) => value.as_u64().is_some_and(|value| value <= most),
            Self::Bool => value.is_boolean(),
            Self::Object(fields) => return check(value, fields),
            Self::List(fields) => {
                let list = value.as_array().ok_or("no list")?;
                return list.iter().try_for_each(|element| check(element, fields));
            }
        };
        if holds { Ok(()) } else { Err(format!("{value} is not what it must be")) }
    }
}

/// An event; the kinds of frames that were seen are noted.
fn check_event(event: &Value, seen: &mut BTreeSet<String>) -> Result<(), String> {
    check(
        event,
        &[("name", true, Is::Text), ("data", true, Is::Object(&[])), ("group_id", false, Is::Text)],
    )?;
    event["time"].as_f64().ok_or("no time")?;
    let data = &event["data"];
    match event["name"].as_str() {
        Some("http2:frame_created" | "http2:frame_parsed") => {
            check(data, &[("stream_id", true, U32), ("frame", true, Is::Object(&[]))])?;
            let frame = &data["frame"];
            let kind = frame["frame_type"].as_str().ok_or("no frame type")?;
            let (_, fields) = FRAMES.iter().find(|(name, _)| *name == kind).ok_or(format!("{kind}?"))?;
            seen.insert(kind.to_owned());
            check(frame, fields).map_err(|why| format!("{kind}: {why}"))?;
            check_names(frame)
        }
        Some("http2:parameters_set") => {
            let initiator = data["initiator"].as_str();
            initiator.is_none_or(|who| who == "local" || who == "remote").then_some(()).ok_or("initiator")?;
            seen.insert("parameters_set".to_owned());
            check(data, PARAMETERS_SET)
        }
        Some("loglevel:warning") => check(data, &[("code", false, U64), ("message", false, Is::Text)]),
        other => Err(format!("event {other:?}")),
    }
}

/// What the words of the draft demand of fields and settings.
fn check_names(frame: &Value) -> Result<(), String> {
    for field in frame["headers"].as_array().into_iter().flatten() {
        if field.get("name").is_none() && field.get("name_bytes").is_none() {
            return Err("a field without a name".to_owned());
        }
    }
    for setting in frame["settings"].as_array().into_iter().flatten() {
        let name = setting["name"].as_str().unwrap_or("unknown");
        let known = name.strip_prefix("settings_").is_some_and(|name| SETTING_NAMES.contains(&name));
        if !known && (name != "unknown" || setting.get("name_bytes").is_none()) {
            return Err(format!("setting {name}"));
        }
    }
    Ok(())
}

/// Checks each event as it is written.
struct Checker {
    events: Events,
    seen: BTreeSet<String>,
    count: u64,
}

impl Checker {
    fn new() -> Self {
        Self { events: Events::new(Secrets::Masked), seen: BTreeSet::new(), count: 0 }
    }

    fn observe(&mut self, name: &str, seen: &Observed<'_>) {
        self.events.push(seen, &mut |event| {
            let value = record(&qlog_event(&event, Time(0)));
            self.count += 1;
            check_event(&value, &mut self.seen).unwrap_or_else(|why| panic!("{name}: {why}\n{value:#}"));
        });
    }
}

/// A record of RFC 7464.
fn record(text: &str) -> Value {
    let inside = text.strip_prefix('\u{1e}').and_then(|text| text.strip_suffix('\n')).expect("RS and LF");
    assert!(!inside.contains(['\u{1e}', '\n']));
    serde_json::from_str(inside).expect("JSON")
}

fn wishes() -> Wishes {
    Wishes { interest: Events::INTEREST, ..Wishes::default() }
}

#[test]
fn the_first_record_is_a_sequential_file_with_one_trace() {
    let text = qlog_begin("a.pcap", Time(1_700_000_000_123_456_789));
    let first = record(&text);
    check(&first, FILE).unwrap();
    let schemas = first["trace"]["event_schemas"].as_array().unwrap();
    assert_eq!(schemas[0], "urn:ietf:params:qlog:events:http2-00");
    assert_eq!(first["trace"]["common_fields"]["reference_time"]["epoch"], "2023-11-14T22:13:20.123456789Z");
    let place = |name: &str| text.find(name).unwrap();
    assert!(place("file_schema") < 200 && place("serialization_format") < 200, "{text}");
}

#[test]
fn the_events_of_every_capture_are_those_of_the_draft() {
    let mut checker = Checker::new();
    for (capture, _) in sidecars(&captures()) {
        let name = capture.display().to_string();
        let read = analyze(&[capture], &wishes(), KeyLog::new(), &mut |seen| checker.observe(&name, &seen));
        assert!(read.is_ok() || name.contains("files"), "{name}");
    }
    assert!(checker.count > 1_000);
}

#[test]
fn the_events_of_every_example_are_those_of_the_draft() {
    let mut checker = Checker::new();
    for example in examples() {
        let file = capture(&example.packets);
        let name = example.rule.name;
        analyze_octets(name, &file, &wishes(), &mut |seen| checker.observe(name, &seen)).unwrap();
    }
    let kinds: Vec<&str> = FRAMES.iter().map(|(kind, _)| *kind).chain(["parameters_set"]).collect();
    let missing: Vec<_> = kinds.iter().filter(|kind| !checker.seen.contains(**kind)).collect();
    // ORIGIN stands in the next test.
    assert_eq!(missing, [&"origin"], "of {:?}", checker.seen);
}

/// The events of a script.
fn told(script: &Script) -> Vec<Value> {
    let (mut events, mut told) = (Events::new(Secrets::Masked), Vec::new());
    analyze_octets("script", &script.pcap(), &wishes(), &mut |seen| {
        events.push(&seen, &mut |event| {
            let value = record(&qlog_event(&event, Time(0)));
            check_event(&value, &mut BTreeSet::new()).unwrap();
            told.push(value);
        });
    })
    .unwrap();
    told
}

#[test]
fn every_frame_is_told_with_what_is_in_it() {
    let fields =
        block(&[(":method", "GET"), (":scheme", "http"), (":path", "/"), ("authorization", "secret")]);
    let (front, back) = fields.split_at(fields.len() / 2);
    let begun = headers(1, front).map(Wire::unfinished);
    let script = Script::open_with(&[(Setting(0x77), 5)], &[(Setting::MAX_FRAME_SIZE, 20_000)])
        .client([begun, continuation(1, back), ping([7; 8]), priority(3, 1), get(5)])
        .server([
            response(1),
            data(1, b"answer"),
            push_promise(1, 2),
            unknown(0xa, 0, b"\0\x03a.bh2=\":443\""),
            unknown(0xc, 0, b"\0\x03a.b"),
            window_update(0, 9),
            settings(&[]),
            goaway(5, ErrorCode::NO_ERROR),
        ])
        .client([
            unknown(0x10, 0, b"\0\0\0\x05u=1"),
            unknown(0x77, 0, b"x"),
            rst_stream(5, ErrorCode::CANCEL),
        ])
        .close();
    let told = told(&script);
    let frames: Vec<&Value> = told.iter().filter(|event| event["data"]["frame"].is_object()).collect();
    let of = |kind: &str| {
        let found = frames.iter().find(|event| event["data"]["frame"]["frame_type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind}")).to_owned()
    };
    assert_eq!(of("headers")["data"]["frame"]["headers"], Value::Array(Vec::new()), "the block goes on");
    let fields = &of("continuation")["data"]["frame"]["headers"];
    assert_eq!(fields[3]["value"], "<masked, 6 octets>", "{fields}");
    assert_eq!(of("continuation")["name"], "http2:frame_created");
    assert_eq!(of("data")["name"], "http2:frame_parsed");
    assert_eq!(of("ping")["data"]["frame"]["opaque_data"], "0707070707070707");
    assert_eq!(of("altsvc")["data"]["frame"]["alt-svc-field-value"], "h2=\":443\"");
    assert_eq!(of("origin")["data"]["frame"]["origin_entries"][0]["ascii-origin"], "a.b");
    assert_eq!(of("priority_update")["data"]["frame"]["priority_field_value"], "u=1");
    assert_eq!(of("unknown")["data"]["frame"]["frame_type_bytes"], 0x77);
    assert_eq!(of("rst_stream")["data"]["frame"]["error_code"], 8);
    assert_eq!(of("push_promise")["data"]["frame"]["promised_stream_id"], 2);
    let set: Vec<&Value> = told.iter().filter(|event| event["name"] == "http2:parameters_set").collect();
    assert_eq!((&set[0]["data"]["unknown_0x77"], &set[0]["data"]["initiator"]), (&5.into(), &"local".into()));
    assert_eq!(set[1]["data"]["max_frame_size"], 20_000);
    assert_eq!(told.iter().filter(|event| event.get("tuple").is_some()).count(), 1);
}
