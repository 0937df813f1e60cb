//! What stands in the frames and hellos of every capture of the repository, as tshark decodes it: flags, parameters of SETTINGS, increments,
//! error codes, last streams, PINGs, priorities, promises, header fields; names, protocols, suites and versions of TLS; upgrades. Captures of which
//! tshark shows something else are named here, with the reason. Without tshark the test says so and passes.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{captures, sidecars};
use h2lint::conn::Kind;
use h2lint::frame::{Flags, FrameType, Header, Payload, Settings};
use h2lint::pipeline::{KeyLog, Wishes, analyze};
use h2lint::tls::{Alpn, Negotiation, ServerName, Version};
use h2lint::views::{Observed, Secrets, headers};

/// What packets hold: by packet and field, in order.
type Values = BTreeMap<(u64, &'static str), Vec<String>>;

/// The fields of tshark that are compared.
const FIELDS: [&str; 25] = [
    "http2.flags",
    "http2.settings.id",
    "http2.settings.header_table_size",
    "http2.settings.enable_push",
    "http2.settings.max_concurrent_streams",
    "http2.settings.initial_window_size",
    "http2.settings.max_frame_size",
    "http2.settings.max_header_list_size",
    "http2.settings.extended_connect",
    "http2.rst_stream.error",
    "http2.goaway.error",
    "http2.goaway.last_stream_id",
    "http2.window_update.window_size_increment",
    "http2.ping",
    "http2.pong",
    "http2.push_promise.promised_stream_id",
    "http2.stream_dependency",
    "http2.header.name",
    "http2.header.value",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str",
    "tls.handshake.ciphersuite",
    "tls.handshake.version",
    "tls.handshake.extensions.supported_version",
    "http.upgrade",
];

/// Captures, fields and why they differ.
const DIFFERENT: [(&str, &str, &str); 14] = [
    ("fault/continuation-interrupted", "http2.header.name", IN_PARTS),
    ("fault/continuation-interrupted", "http2.header.value", IN_PARTS),
    ("h2c/padding-trailers-continuation", "http2.header.name", IN_PARTS),
    ("h2c/padding-trailers-continuation", "http2.header.value", IN_PARTS),
    ("fault/settings-ack-with-payload", "http2.settings.id", NO_SETTINGS),
    ("fault/settings-ack-with-payload", "http2.settings.max_concurrent_streams", NO_SETTINGS),
    ("fault/settings-length-5", "http2.settings.id", NO_SETTINGS),
    ("h2c/upgrade-ignored", "http.upgrade", SECOND),
    ("h2c/upgrade-ignored", "http2.settings.id", SECOND),
    ("h2c/upgrade-ignored", "http2.settings.enable_push", SECOND),
    ("h2c/upgrade-ignored", "http2.settings.initial_window_size", SECOND),
    ("h2c/upgrade-ignored", "http2.settings.max_concurrent_streams", SECOND),
    ("tls/tls12-renegotiation", "tls.handshake.ciphersuite", RENEGOTIATED),
    ("tls/tls12-renegotiation", "tls.handshake.version", RENEGOTIATED),
];

const RENEGOTIATED: &str = "the hellos of a renegotiation are read for its keys, and not kept";

const IN_PARTS: &str =
    "tshark lists the fields of a block with each frame of it, h2lint with the frame that ends it";
const SECOND: &str = "of HTTP/1 h2lint reads the first request and response alone";
const NO_SETTINGS: &str =
    "the frame has a length that SETTINGS cannot have: a receiver reads no parameter of it";

#[test]
fn what_frames_and_hellos_say_is_what_tshark_reads() {
    if Command::new("tshark").arg("--version").output().is_err() {
        io::stderr().write_all(b"skipped: tshark is not installed\n").unwrap();
        return;
    }
    let mut all: Vec<PathBuf> = sidecars(&captures()).into_iter().map(|(capture, _)| capture).collect();
    all.retain(|capture| capture.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    let (counts, differing, known) = std::thread::scope(|scope| {
        let parts: Vec<_> =
            all.chunks(all.len().div_ceil(2)).map(|part| scope.spawn(|| compare(part))).collect();
        let mut counts = BTreeMap::<&str, usize>::new();
        let (mut differing, mut known) = (Vec::new(), BTreeSet::new());
        for (more, others, met) in parts.into_iter().map(|part| part.join().unwrap()) {
            more.into_iter().for_each(|(field, count)| *counts.entry(field).or_default() += count);
            differing.extend(others);
            known.extend(met);
        }
        (counts, differing, known)
    });
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    let gone: Vec<_> = DIFFERENT.iter().enumerate().filter(|(at, _)| !known.contains(at)).collect();
    assert!(gone.is_empty(), "differ no more: {gone:?}");
    let never: Vec<_> = FIELDS.iter().filter(|field| !counts.contains_key(*field)).collect();
    assert!(never.len() <= 2, "never seen: {never:?}");
    assert!(counts.values().sum::<usize>() > 5_000, "{counts:?}");
}

/// How many values of each field are the same, what differs, and which of the known differences there are.
fn compare(captures: &[PathBuf]) -> (BTreeMap<&'static str, usize>, Vec<String>, BTreeSet<usize>) {
    let (mut counts, mut differing, mut met) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for capture in captures {
        let (ours, decode) = ours(capture);
        let theirs = theirs(capture, &decode);
        let known = |field: &str| {
            let name = capture.display().to_string();
            DIFFERENT.iter().position(|(part, which, _)| name.contains(part) && *which == field)
        };
        for key in ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key))) {
            let (one, other) = (ours.get(key), theirs.get(key));
            if one == other {
                *counts.entry(key.1).or_default() += one.map_or(0, Vec::len);
            } else if let Some(known) = known(key.1) {
                met.insert(known);
            } else {
                differing
                    .push(format!("{} {key:?}:\n  ours   {one:?}\n  tshark {other:?}", capture.display()));
            }
        }
    }
    (counts, differing, met)
}

fn ours(capture: &Path) -> (Values, Vec<String>) {
    let mut values = Values::new();
    let report = analyze(&[capture.to_owned()], &Wishes::default(), KeyLog::new(), &mut |seen| {
        let mut add = |pkt: u64, field, value: String| values.entry((pkt, field)).or_default().push(value);
        match &seen.fact.kind {
            Kind::Frame(payload) => {
                if let Some(header) = seen.fact.header {
                    frame(seen.fact.end.at.pkt.number(), &header, payload, &mut add);
                }
            }
            Kind::FieldBlock { .. } => fields(&seen, &mut add),
            Kind::Negotiated => {
                if let Some(tls) = seen.tls {
                    hellos(tls, &mut add);
                }
                upgrade(&seen, &mut add);
            }
            _ => {}
        }
    });
    let mut decode = Vec::new();
    for row in report.unwrap().connections.iter().filter(|row| row.http2 || row.negotiation.tls.is_some()) {
        let protocol = match (row.negotiation.tls.is_some(), row.negotiation.upgrade.is_some()) {
            (true, _) => "tls",
            (false, false) => "http2",
            (false, true) => continue,
        };
        decode.extend(["-d".to_owned(), format!("tcp.port=={},{protocol}", row.server.port)]);
    }
    (values, decode)
}

fn frame(pkt: u64, header: &Header, payload: &Payload<'_>, add: &mut impl FnMut(u64, &'static str, String)) {
    add(pkt, "http2.flags", format!("0x{:02x}", header.flags.0));
    match payload {
        Payload::Settings(settings) => parameters(pkt, settings, add),
        Payload::RstStream(code) => add(pkt, "http2.rst_stream.error", code.0.to_string()),
        Payload::Goaway { last_stream_id, error_code, .. } => {
            add(pkt, "http2.goaway.error", error_code.0.to_string());
            add(pkt, "http2.goaway.last_stream_id", last_stream_id.0.to_string());
        }
        Payload::WindowUpdate { increment, .. } => {
            add(pkt, "http2.window_update.window_size_increment", increment.to_string());
        }
        Payload::Ping(opaque) => {
            let field = if header.flags.has(Flags::ACK) { "http2.pong" } else { "http2.ping" };
            add(pkt, field, opaque.iter().map(|octet| format!("{octet:02x}")).collect());
        }
        Payload::PushPromise { promised, .. } => {
            add(pkt, "http2.push_promise.promised_stream_id", promised.0.to_string());
        }
        Payload::Priority(priority) if header.kind == FrameType::PRIORITY => {
            add(pkt, "http2.stream_dependency", priority.dependency.0.to_string());
        }
        Payload::Headers { priority: Some(priority), .. } => {
            add(pkt, "http2.stream_dependency", priority.dependency.0.to_string());
        }
        _ => {}
    }
}

const fn parameter(id: u16) -> Option<&'static str> {
    Some(match id {
        1 => "http2.settings.header_table_size",
        2 => "http2.settings.enable_push",
        3 => "http2.settings.max_concurrent_streams",
        4 => "http2.settings.initial_window_size",
        5 => "http2.settings.max_frame_size",
        6 => "http2.settings.max_header_list_size",
        8 => "http2.settings.extended_connect",
        _ => return None,
    })
}

fn fields(seen: &Observed<'_>, add: &mut impl FnMut(u64, &'static str, String)) {
    headers(seen, Secrets::Shown, &mut |line| {
        if line.known {
            add(line.pkt.number(), "http2.header.name", line.name);
            add(line.pkt.number(), "http2.header.value", line.value);
        }
    });
}

const SUPPORTED: &str = "tls.handshake.extensions.supported_version";

fn hellos(tls: &Negotiation, add: &mut impl FnMut(u64, &'static str, String)) {
    for hello in [tls.client_hello.as_ref(), tls.second_client_hello.as_deref()].into_iter().flatten() {
        let pkt = hello.at.end.at.pkt.number();
        if let ServerName::Name(name) = &hello.server_name {
            add(pkt, "tls.handshake.extensions_server_name", name.to_string());
        }
        names(&hello.alpn).for_each(|name| add(pkt, "tls.handshake.extensions_alpn_str", name));
        hello.suites.iter().for_each(|suite| add(pkt, "tls.handshake.ciphersuite", suite.0.to_string()));
        add(pkt, "tls.handshake.version", hello.legacy_version.0.to_string());
        hello.versions.iter().for_each(|version| add(pkt, SUPPORTED, version.0.to_string()));
    }
    for hello in [tls.retry.as_deref(), tls.server_hello.as_ref()].into_iter().flatten() {
        let pkt = hello.at.end.at.pkt.number();
        names(&hello.alpn).for_each(|name| add(pkt, "tls.handshake.extensions_alpn_str", name));
        add(pkt, "tls.handshake.ciphersuite", hello.suite.0.to_string());
        // The version that is spoken; where it stands in the extension, the field of old has that of TLS 1.2 (RFC 8446 §4.1.3).
        let spoken = tls.version().unwrap().0.to_string();
        if hello.extensions.contains(&43) {
            add(pkt, "tls.handshake.version", Version::TLS12.0.to_string());
            add(pkt, SUPPORTED, spoken);
        } else {
            add(pkt, "tls.handshake.version", spoken);
        }
    }
    if let Some(extensions) = &tls.encrypted_extensions {
        let pkt = extensions.at.end.at.pkt.number();
        names(&extensions.alpn).for_each(|name| add(pkt, "tls.handshake.extensions_alpn_str", name));
    }
}

fn names(alpn: &Alpn) -> impl Iterator<Item = String> {
    let names = if let Alpn::Names(names) = alpn { names.as_slice() } else { &[] };
    names.iter().map(ToString::to_string)
}

/// A request to upgrade to h2c, its SETTINGS, and the answer.
fn upgrade(seen: &Observed<'_>, add: &mut impl FnMut(u64, &'static str, String)) {
    if let Some((request, at)) = seen.http1.request.as_deref().filter(|(request, _)| request.upgrade_h2c) {
        let pkt = at.at.pkt.number();
        add(pkt, "http.upgrade", "h2c".to_owned());
        parameters(pkt, &Settings::new(&request.settings().unwrap_or_default()), add);
    }
    if let Some((_, at)) = seen.http1.response.as_deref().filter(|(response, _)| response.upgrade_h2c) {
        add(at.at.pkt.number(), "http.upgrade", "h2c".to_owned());
    }
}

fn parameters(pkt: u64, settings: &Settings<'_>, add: &mut impl FnMut(u64, &'static str, String)) {
    for (setting, value) in settings.iter() {
        add(pkt, "http2.settings.id", setting.0.to_string());
        if let Some(field) = parameter(setting.0) {
            add(pkt, field, value.to_string());
        }
    }
}

/// Between the values of a field: no text that is compared has it.
const BETWEEN: char = '\u{1e}';

fn theirs(capture: &Path, decode: &[String]) -> Values {
    let keys = capture.with_extension("keys");
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(capture).args(decode).args(["-T", "fields", "-E"]);
    tshark.arg(format!("aggregator={BETWEEN}"));
    tshark.arg("-o").arg(format!("tls.keylog_file:{}", keys.display()));
    tshark.args(["-o", "tcp.reassemble_out_of_order:TRUE", "-e", "frame.number"]);
    let out = tshark.args(FIELDS.iter().flat_map(|field| ["-e", field])).output().unwrap();
    let mut values = Values::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let mut columns = line.split('\t');
        let packet: u64 = columns.next().unwrap().parse().unwrap();
        for (field, column) in FIELDS.into_iter().zip(columns) {
            if !column.is_empty() {
                let all = column.split(BETWEEN).map(|value| plain(field, value)).collect();
                values.insert((packet, field), all);
            }
        }
    }
    values
}

/// Numbers in decimal, but for flags.
fn plain(field: &str, value: &str) -> String {
    let number = value.strip_prefix("0x").filter(|_| field != "http2.flags");
    number
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .map_or(value.to_owned(), |number| number.to_string())
}
