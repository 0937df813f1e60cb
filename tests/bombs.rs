//! Captures made to burst something: little that unpacks to much, more than any table holds, clocks and lengths that lie. Each one is read to
//! its end in the memory of a small machine, and what was left out is said. The largest ones: `cargo test --release --test bombs -- --ignored`.

#![cfg(all(feature = "cli", feature = "compress", unix))]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::flood::read_within;
use h2lint::base::{Side, Span, Time};
use h2lint::frame::{ErrorCode, Setting};
use h2lint::hpack::{Coding, Encoder, Representation};
use h2lint::script::{
    Octets, Script, Wire, block, capture, continuation, data, get, headers, response, rst_stream, settings,
    window_update,
};
use serde_json::Value;

/// Kibibytes of memory that the program may take, unless a test says otherwise.
const MEMORY: u32 = 200_000;

/// The report on what `write` writes to standard input, made with so many kibibytes at most.
fn report_within(memory: u32, write: impl FnOnce(&mut dyn Write) + Send + 'static) -> Value {
    let (report, _, ()) = read_within(memory, &[], write);
    report
}

fn report(octets: Vec<u8>) -> Value {
    report_within(MEMORY, move |stdin| stdin.write_all(&octets).unwrap())
}

/// What the report says could not be seen.
fn spots(report: &Value) -> String {
    let spots = report["coverage"]["blind_spots"].as_array().unwrap();
    spots.iter().map(|spot| format!("{}: {}\n", spot["kind"], spot["effect"])).collect()
}

fn rules(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

fn accused(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let grave = findings.filter(|one| one["severity"] == "error" && one["culprit"]["role"] != "capture");
    grave.map(|one| format!("{} {}: {}", one["rule"], one["name"], one["message"])).collect()
}

/// A TCP segment over IPv4 from flow `flow` in a pcap record of the moment `at`, in microseconds.
fn segment(flow: u32, at: u64, flags: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let host = 0x0a00_0001 + flow / 50_000;
    let port = u16::try_from(10_000 + flow % 50_000).unwrap();
    let length = u16::try_from(40 + payload.len()).unwrap();
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    packet.extend(host.to_be_bytes());
    packet.extend([10, 200, 0, 1]);
    packet.extend(port.to_be_bytes());
    packet.extend(80_u16.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(payload);
    record(at, &packet)
}

fn record(at: u64, packet: &[u8]) -> Vec<u8> {
    let words = [at / 1_000_000, at % 1_000_000, packet.len() as u64, packet.len() as u64];
    let head = words.map(|word| u32::try_from(word).unwrap().to_le_bytes()).concat();
    [&head, packet].concat()
}

/// The head of a pcap file of raw IP packets.
fn raw_ip() -> Vec<u8> {
    let mut head = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    head.extend(262_144_u32.to_le_bytes());
    head.extend(101_u32.to_le_bytes());
    head
}

const NOON: u64 = 1_700_000_000_000_000;

fn call(script: Script, stream: u32) -> Script {
    script.client([get(stream)]).server([response(stream).map(Wire::end_stream)])
}

fn healthy() -> Script {
    (0..20).fold(Script::open(), |script, turn| call(script, 2 * turn + 1)).close()
}

/// A request whose fields name one of four kibibytes so many times, an octet each.
fn bomb(times: usize) -> Script {
    let mut encoder = Encoder::new();
    encoder.named_literal(Representation::IncrementalIndexing, b"x", &[b'a'; 4_000], Coding::Plain);
    let mut block = request();
    block.extend(encoder.octets());
    block.resize(block.len() + times, 0xbe);
    in_parts(&block)
}

fn request() -> Vec<u8> {
    block(&[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")])
}

/// A field block over as many frames as it needs.
fn in_parts(block: &[u8]) -> Script {
    let mut parts = block.chunks(16_000).peekable();
    let mut script = Script::open();
    let mut first = true;
    while let Some(part) = parts.next() {
        let frame = if first { headers(1, part) } else { continuation(1, part) };
        script = script.client([if parts.peek().is_some() { frame.map(Wire::unfinished) } else { frame }]);
        first = false;
    }
    script.close()
}

#[test]
fn a_field_of_four_kibibytes_named_over_and_over_ends_at_the_cap_and_is_told() {
    for (times, rule) in [(1_000, "hpack-bomb"), (12_000, "hpack-bomb"), (1_000_000, "continuation-flood")] {
        let report = report(bomb(times).pcap());
        assert!(rules(&report).contains(&rule), "{times} times: {:?}", rules(&report));
    }
}

#[test]
fn a_block_of_65_535_fields_is_read() {
    let mut block = request();
    (0..65_535).for_each(|_| block.extend([0x0f, 0x0e, 0x01, b'a']));
    let report = report(in_parts(&block).pcap());
    assert!(rules(&report).contains(&"too-many-fields"), "{:?}", rules(&report));
    assert_eq!(report["totals"]["streams"], 1);
}

#[test]
fn windows_of_two_to_the_31_are_counted_exactly() {
    let most = 0x7fff_ffff;
    let grow = |script: Script| script.client([window_update(0, most), window_update(1, most)]);
    let script = Script::open().client([settings(&[(Setting::INITIAL_WINDOW_SIZE, most)]), get(1)]);
    let script = (0..300).fold(script, |script, _| grow(script));
    let report = report(call(script, 3).close().pcap());
    assert!(rules(&report).iter().any(|name| name.contains("window")), "{:?}", rules(&report));
}

/// A file in each compression that is many times as long as what is written.
fn packed(plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip2.write_all(plain).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(plain).unwrap();
    vec![
        ("gz", gzip.finish().unwrap()),
        ("bz2", bzip2.finish().unwrap()),
        ("lz4", lz4.finish().unwrap()),
        ("zst", zstd(plain)),
        ("xz", xz(plain)),
    ]
}

/// A Zstandard frame: a raw block, then blocks of one octet repeated.
fn zstd(plain: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    let zeros = plain.iter().rev().take_while(|octet| **octet == 0).count() / RUN * RUN;
    let put = |frame: &mut Vec<u8>, kind: usize, size: usize, last: usize| {
        frame.extend(&u32::try_from((size << 3) | (kind << 1) | last).unwrap().to_le_bytes()[..3]);
    };
    for chunk in plain[..plain.len() - zeros].chunks(4_000) {
        put(&mut frame, 0, chunk.len(), 0);
        frame.extend(chunk);
    }
    for left in (0..zeros / RUN).rev() {
        put(&mut frame, 1, RUN, usize::from(left == 0));
        frame.push(0);
    }
    frame
}

/// An xz stream that is not packed, and streams of zeros behind it.
fn xz(plain: &[u8]) -> Vec<u8> {
    let zeros = plain.iter().rev().take_while(|octet| **octet == 0).count() / RUN * RUN;
    let plain = &plain[..plain.len() - zeros];
    let with_sum = |octets: &[u8]| {
        let mut sum = flate2::Crc::new();
        sum.update(octets);
        [octets, &sum.sum().to_le_bytes()].concat()
    };
    let padded = |mut octets: Vec<u8>| {
        octets.resize(octets.len().next_multiple_of(4), 0);
        octets
    };
    let head = with_sum(&[2, 0, 0x21, 1, 0x10, 0, 0, 0]);
    let mut block = head.clone();
    for (at, chunk) in plain.chunks(4_000).enumerate() {
        block.push(if at == 0 { 1 } else { 2 });
        block.extend(u16::try_from(chunk.len() - 1).unwrap().to_be_bytes());
        block.extend(chunk);
    }
    block.push(0);
    let mut index = vec![0, 1];
    for mut size in [block.len(), plain.len()] {
        while size >= 128 {
            index.push(u8::try_from(size % 128).unwrap() | 128);
            size /= 128;
        }
        index.push(u8::try_from(size).unwrap());
    }
    let index = with_sum(&padded(index));
    let back = u32::try_from(index.len() / 4 - 1).unwrap().to_le_bytes();
    let tail = with_sum(&[&back[..], &[0, 0]].concat());
    let (back, sum) = tail.split_at(6);
    let first = [b"\xfd7zXZ\0", &with_sum(&[0, 0])[..], &padded(block), &index, sum, back, b"YZ"].concat();
    [first, ZEROS_IN_XZ.repeat(zeros / RUN)].concat()
}

/// So many zeros as [`RUN`] says, in xz.
const ZEROS_IN_XZ: &[u8] = &[
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x00, 0xff, 0x12, 0xd9, 0x41, 0x02, 0x00, 0x21, 0x01, 0x1c,
    0x00, 0x00, 0x00, 0x10, 0xcf, 0x58, 0xcc, 0xe1, 0x86, 0x9f, 0x00, 0x53, 0x5d, 0x00, 0x00, 0x6f, 0xfd,
    0xff, 0xff, 0xa3, 0xb7, 0xff, 0x47, 0x3e, 0x48, 0x15, 0x72, 0x39, 0x61, 0x51, 0xb8, 0x92, 0x28, 0xe6,
    0xa3, 0x86, 0x07, 0xf9, 0xee, 0xe4, 0x1e, 0x82, 0xd3, 0x2f, 0xc5, 0x3a, 0x3c, 0x01, 0x4b, 0xb1, 0x7e,
    0xc9, 0x8a, 0x8a, 0x4d, 0x2f, 0xa3, 0x0d, 0xd9, 0x7f, 0xa6, 0xe3, 0x8c, 0x23, 0x11, 0x53, 0xe0, 0x59,
    0x18, 0xc5, 0x75, 0x8a, 0xe2, 0x77, 0xf8, 0xb6, 0x94, 0x7f, 0x0c, 0x6a, 0xc0, 0xde, 0x74, 0x49, 0x64,
    0xe2, 0xe9, 0x5c, 0x53, 0xb2, 0x04, 0xd6, 0xb1, 0xf5, 0x97, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x67,
    0xa0, 0x8d, 0x06, 0x00, 0x00, 0xfd, 0x66, 0x3d, 0xbd, 0xa8, 0x00, 0x0a, 0xfc, 0x02, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x59, 0x5a,
];

/// Octets of a block that repeats one.
const RUN: usize = 100_000;

#[test]
fn what_unpacks_to_a_thousand_times_its_size_takes_the_memory_of_its_window() {
    let mut plain = healthy().pcap();
    let packets = report(plain.clone())["totals"]["packets"].clone();
    let end = plain.len();
    plain.extend(vec![0; 30_000_000]);
    for (name, file) in packed(&plain) {
        assert!(file.len() < plain.len() / 60, "{name}: {}", file.len());
        let report = report(file);
        assert_eq!(report["totals"]["packets"], packets, "{name}");
        let said = format!("damaged at octet {end}; 30000000 octets were passed over");
        assert!(spots(&report).contains(&said), "{name}: {}", spots(&report));
        assert_eq!(accused(&report), [""; 0], "{name}");
    }
}

#[test]
fn a_window_that_no_machine_should_give_is_refused() {
    // A frame that asks for a window of 2 GiB and more, in one descriptor octet.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8];
    frame.extend([0x01, 0, 0]);
    let done = Command::new("sh")
        .args(["-c", "ulimit -d 200000; exec \"$0\" -", env!("CARGO_BIN_EXE_h2lint")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            child.stdin.take().unwrap().write_all(&frame)?;
            child.wait_with_output()
        })
        .unwrap();
    assert_eq!(done.status.code(), Some(3), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn more_open_streams_than_are_tracked_are_a_cap_that_is_said() {
    streams(140_000);
}

#[test]
#[ignore = "a million streams take seconds in release mode, minutes otherwise"]
fn a_million_open_streams_are_borne() {
    streams(1_000_000);
}

fn streams(count: u32) {
    let unlimited = [(Setting::MAX_CONCURRENT_STREAMS, u32::MAX)];
    let script = Script::open_with(&[], &unlimited).client([get(1)]);
    let turns: Vec<u32> = (0..count).collect();
    let script = turns.chunks(1_000).fold(script, |script, turns| {
        script.client(turns.iter().map(|turn| get(2 * turn + 3)).collect::<Vec<Octets>>())
    });
    let last = 2 * count + 1;
    let script = script.server([response(last)]).client([rst_stream(last - 2, ErrorCode::CANCEL)]);
    let report = report_within(400_000, move |stdin| stdin.write_all(&script.pcap()).unwrap());
    assert_eq!(report["totals"]["streams"], count + 1);
    assert!(
        spots(&report).contains("more streams were open at once than are followed"),
        "{}",
        spots(&report)
    );
    assert_eq!(accused(&report), [""; 0]);
}

#[test]
fn more_flows_than_are_compared_are_a_cap_that_is_said() {
    flows(20_000, 400_000, |stdin, flow| {
        stdin.write_all(&segment(flow, NOON + u64::from(flow), 2, 7, b"")).unwrap();
    });
}

#[test]
#[ignore = "a million connections take a quarter of a minute in release mode, minutes otherwise"]
fn a_million_flows_of_http2_are_borne() {
    let opening = Script::open().client([get(1)]).packets()[3].payload.clone();
    // What live connections may hold, and what comes on top.
    flows(1_000_000, (1 << 20) + 160 * 1_024, move |stdin, flow| {
        let at = NOON + u64::from(flow) * 10;
        stdin.write_all(&segment(flow, at, 2, 7, b"")).unwrap();
        stdin.write_all(&segment(flow, at + 5, 24, 8, &opening)).unwrap();
    });
}

fn flows(count: u32, memory: u32, write: impl Fn(&mut dyn Write, u32) + Send + 'static) {
    let report = report_within(memory, move |stdin| {
        stdin.write_all(&raw_ip()).unwrap();
        (0..count).for_each(|flow| write(stdin, flow));
    });
    assert_eq!(report["totals"]["connections"], count);
    assert!(spots(&report).contains("limit_reached"), "{}", spots(&report));
    assert!(report["connections"].as_array().unwrap().len() <= 10_000);
}

#[test]
fn tunnels_in_tunnels_end_at_the_cap() {
    // IPv4 in IPv4 in IPv4 …, a thousand deep.
    let mut packet = Vec::new();
    for depth in 0..1_000_u16 {
        let mut head = vec![0x45, 0];
        head.extend((20 * (depth + 1)).to_be_bytes());
        head.extend([0, 0, 0x40, 0, 64, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        packet.splice(0..0, head);
    }
    let file = [raw_ip(), record(NOON, &packet)].concat();
    let report = report(file);
    assert!(spots(&report).contains("limit_reached"), "{}", spots(&report));
}

#[test]
fn fragments_that_are_never_complete_are_given_up_and_counted() {
    let report = report_within(MEMORY, |stdin| {
        stdin.write_all(&raw_ip()).unwrap();
        for number in 0..60_000_u16 {
            let mut packet = vec![0x45, 0, 0x05, 0xdc];
            packet.extend(number.to_be_bytes());
            packet.extend([0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
            packet.resize(1_500, 0x50);
            stdin.write_all(&record(NOON + u64::from(number), &packet)).unwrap();
        }
    });
    let said = spots(&report);
    assert!(said.contains("60000 IP datagrams are not in the capture with all fragments"), "{said}");
    assert!(said.contains("given up"), "{said}");
}

/// A healthy conversation whose packets have other times.
fn at(time: impl Fn(usize, Time) -> Time) -> Value {
    let mut packets = healthy().packets().to_vec();
    for (number, packet) in packets.iter_mut().enumerate() {
        packet.time = time(number, packet.time);
    }
    report(capture(&packets))
}

#[test]
fn a_clock_that_jumps_accuses_nobody() {
    const SECOND: i64 = 1_000_000_000;
    let jumps: [(&str, Value); 5] = [
        (
            "an hour forwards",
            at(|number, time| if number > 20 { Time(time.0 + 3_600 * SECOND) } else { time }),
        ),
        ("an hour back", at(|number, time| if number > 20 { Time(time.0 - 3_600 * SECOND) } else { time })),
        ("1970", at(|number, _| Time(i64::try_from(number).unwrap() * 1_000))),
        ("2106", at(|number, _| Time(4_294_967_290 * SECOND + i64::try_from(number).unwrap() * SECOND / 8))),
        (
            "from 1970 to 2106 and back",
            at(|number, _| Time(if number % 2 == 0 { 0 } else { 4_294_967_295 * SECOND })),
        ),
    ];
    for (name, report) in jumps {
        assert_eq!(accused(&report), [""; 0], "{name}");
        assert_eq!(report["totals"]["streams"], 20, "{name}");
    }
}

#[test]
fn packets_that_stand_seconds_from_their_place_accuse_nobody() {
    let script =
        (0..40).fold(Script::open(), |script, turn| call(script, 2 * turn + 1).wait(Span::millis(200)));
    let whole = script.close().packets().to_vec();
    for distance in [3, 11, 40] {
        let mut packets = whole.clone();
        for place in (5..packets.len() - distance).step_by(2 * distance + 1) {
            packets.swap(place, place + distance);
        }
        let report = report(capture(&packets));
        assert_eq!(accused(&report), [""; 0], "{distance} packets from their place");
        assert_eq!(report["totals"]["packets"], packets.len());
    }
}

#[test]
fn a_capture_without_a_single_octet_of_its_packets_says_so() {
    let mut packets = healthy().packets().to_vec();
    packets.iter_mut().for_each(|packet| packet.snaplen = 0);
    let report = report(capture(&packets));
    assert_eq!(report["totals"]["packets"], packets.len());
    assert!(spots(&report).contains(&format!("{} packets", packets.len())), "{}", spots(&report));
    assert_eq!(accused(&report), [""; 0]);
}

#[test]
fn octets_that_never_come_in_order_are_held_up_to_the_cap() {
    let opening = Script::open().packets()[3].payload.clone();
    let report = report_within(MEMORY, move |stdin| {
        stdin.write_all(&raw_ip()).unwrap();
        stdin.write_all(&segment(1, NOON, 2, 7, b"")).unwrap();
        stdin.write_all(&segment(1, NOON, 24, 8, &opening)).unwrap();
        let payload = vec![0x5a; 1_400];
        for number in 1..6_000_u32 {
            let sequence = 1_000 + number * 3_000;
            stdin.write_all(&segment(1, NOON + u64::from(number), 16, sequence, &payload)).unwrap();
        }
    });
    assert!(spots(&report).contains("gap"), "{}", spots(&report));
    assert_eq!(accused(&report), [""; 0]);
}

#[test]
fn a_frame_that_claims_more_than_it_brings_holds_nothing() {
    let script = Script::open().client([get(1)]).server([response(1)]);
    let claim = data(1, &[0; 1_000]).map(|wire| wire.claiming(0x00ff_ffff));
    let report = report(script.server([claim]).fin(Side::Server).pcap());
    assert_eq!(report["totals"]["connections"], 1);
}
