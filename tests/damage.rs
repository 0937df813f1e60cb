//! What a file shows that is not as it should be, from the file to the page: damaged records in plain and in compressed files,
//! packets that are not looked into. What is lost is said with its place, and what follows is read.

#![cfg(all(feature = "cli", feature = "compress"))]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::report::{Detail, Format, Look};
use h2lint::script::{Script, Wire, answer, call as grpc_call, finish, get, response};
use serde_json::Value;

fn call(script: Script, stream: u32) -> Script {
    script.client([get(stream)]).server([response(stream).map(Wire::end_stream)])
}

/// Seven packets, then a call in two packets, the record of its request damaged, and another call.
fn pcap() -> (Vec<u8>, usize) {
    let whole = call(call(Script::open(), 1), 3).close().pcap();
    let mut at = 24;
    for _ in 0..6 {
        at += 16 + length(&whole, at + 8);
    }
    (whole, at)
}

/// The same packets in a pcapng file, and where the block of the seventh begins.
fn pcapng() -> (Vec<u8>, usize) {
    let (pcap, damaged) = pcap();
    let mut file =
        block(0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    file.extend(block(1, &[1, 0, 0, 0, 0, 0, 4, 0]));
    let (mut at, mut place) = (24, 0);
    while at < pcap.len() {
        if at == damaged {
            place = file.len();
        }
        let size = length(&pcap, at + 8);
        let data = &pcap[at + 16..at + 16 + size];
        let lengths = [&pcap[at + 8..at + 12], &pcap[at + 12..at + 16]].concat();
        let time = [0_u32.to_le_bytes(), u32::try_from(at).unwrap().to_le_bytes()].concat();
        file.extend(block(6, &[&[0; 4][..], &time, &lengths, data].concat()));
        at += 16 + size;
    }
    (file, place)
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
    let length = u32::try_from(body.len() + padding.len() + 12).unwrap().to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &padding, &length].concat()
}

fn length(file: &[u8], at: usize) -> usize {
    usize::try_from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap())).unwrap()
}

/// With a length that no record has, `ahead` octets behind `place`.
fn damaged((mut file, place): (Vec<u8>, usize), ahead: usize) -> (Vec<u8>, usize) {
    file[place + ahead..place + ahead + 4].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    (file, place)
}

fn gzip(file: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(file).unwrap();
    encoder.finish().unwrap()
}

/// A Zstandard frame of raw blocks.
fn zstd(file: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    let mut chunks = file.chunks(4_000).peekable();
    while let Some(chunk) = chunks.next() {
        let head = (u32::try_from(chunk.len()).unwrap() << 3) | u32::from(chunks.peek().is_none());
        frame.extend(&head.to_le_bytes()[..3]);
        frame.extend(chunk);
    }
    frame
}

fn run(path: &Path, words: &[&str]) -> (String, Option<i32>) {
    let done = Command::new(env!("CARGO_BIN_EXE_h2lint"))
        .args(words)
        .arg(path)
        .env_remove("SSLKEYLOGFILE")
        .stderr(Stdio::null())
        .output()
        .unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

fn written(folder: &tempfile::TempDir, octets: &[u8]) -> PathBuf {
    let path = folder.path().join("capture");
    std::fs::write(&path, octets).unwrap();
    path
}

#[test]
fn behind_a_damaged_record_the_next_one_is_found_and_the_loss_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (file, place) in [damaged(pcap(), 8), damaged(pcapng(), 4)] {
        for octets in [file.clone(), gzip(&file), zstd(&file)] {
            let path = written(&folder, &octets);
            let (text, code) = run(&path, &["--width", "80"]);
            assert_eq!(code, Some(3), "{text}");
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                flat.contains(&format!("was not read in full: at octet {place}, behind packet 6:")),
                "{text}"
            );
            assert!(flat.contains("octets passed over"), "{text}");
            assert!(flat.contains(&format!("the file is damaged at octet {place};")), "{text}");
            let (text, _) = run(&path, &["--format", "json"]);
            let json: Value = serde_json::from_str(&text).unwrap();
            assert!(
                json["inputs"][0]["error"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("at octet {place}, behind packet 6"))
            );
            let spots = json["coverage"]["blind_spots"].as_array().unwrap();
            assert!(spots.iter().any(|spot| spot["kind"] == "gap" && spot["from_pkt"] == 6), "{spots:?}");
            // What stands behind the damage is read: the second call, and the end.
            assert_eq!(json["connections"][0]["ended"], "fin_client");
            assert_eq!(json["connections"][0]["frames"]["client"]["HEADERS"], 1);
            assert_eq!(json["verdict"]["counts"]["error"], 0);
        }
    }
}

#[test]
fn packets_of_a_link_that_is_not_decoded_are_one_line_with_their_number() {
    let (mut file, _) = pcap();
    file[20..24].copy_from_slice(&189_u32.to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let (text, code) = run(&written(&folder, &file), &["--width", "80"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("13 packets are not looked into: link type USB_LINUX"), "{text}");
    assert_eq!(flat.matches("not looked into").count(), 1, "{text}");
}

/// The packets of a conversation in blocks of other kinds, with other clocks, and with blocks between them that are no packets.
#[test]
fn whatever_blocks_carry_the_packets_the_conversation_is_the_same() {
    let script = call(Script::open(), 1).close();
    let plain = report(&script.pcap());
    let frames = frames(&script.pcap());
    let section =
        block(0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    let comment = block(
        0x0a0d_0d0a,
        &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8], &option(1, b"why"), &[0; 4]]
            .concat(),
    );
    let statistics = block(5, &[&[0; 12][..], &option(4, &7_u64.to_le_bytes()), &[0; 4]].concat());
    let interface = |options: &[u8]| block(1, &[&[1, 0, 0, 0, 0, 0, 0, 0][..], options].concat());
    let enhanced =
        |ticks: fn(u64) -> u64| move |number: u64, data: &[u8]| packet(6, &[0; 4], ticks(number), data);
    let simple = |_: u64, data: &[u8]| {
        block(3, &[&u32::try_from(data.len()).unwrap().to_le_bytes()[..], data].concat())
    };
    let obsolete = |number: u64, data: &[u8]| packet(2, &[0, 0, 0xff, 0xff], number * 100, data);
    let files: [(&str, Vec<u8>); 6] = [
        ("simple packets", [section.clone(), interface(&[]), all(&frames, simple)].concat()),
        ("obsolete packets", [section.clone(), interface(&[]), all(&frames, obsolete)].concat()),
        (
            "comments and statistics",
            [comment, interface(&[]), statistics.clone(), all(&frames, enhanced(|n| n * 100)), statistics]
                .concat(),
        ),
        (
            "powers of two",
            [section.clone(), interface(&option(9, &[0x80 | 20])), all(&frames, enhanced(|n| n * 105))]
                .concat(),
        ),
        (
            "picoseconds",
            [section.clone(), interface(&option(9, &[12])), all(&frames, enhanced(|n| n * 100_000_000))]
                .concat(),
        ),
        (
            "before 1970",
            [
                section,
                interface(&option(14, &(-1_000_i64).to_le_bytes())),
                all(&frames, enhanced(|n| n * 100)),
            ]
            .concat(),
        ),
    ];
    for (name, file) in files {
        let report = report(&file);
        assert_eq!(report["totals"]["frames"], plain["totals"]["frames"], "{name}");
        assert_eq!(report["connections"][0]["frames"], plain["connections"][0]["frames"], "{name}");
        assert_eq!(placeless(&report["findings"]), placeless(&plain["findings"]), "{name}");
        assert_eq!(report["coverage"]["blind_spots"], plain["coverage"]["blind_spots"], "{name}");
        let start = report["connections"][0]["start"].as_str().unwrap();
        assert_eq!(start.starts_with("1969-12-31T23:43:20"), name == "before 1970", "{name}: {start}");
    }
}

/// Found by fuzzing: a page that carried an escape of a field's value.
#[test]
fn no_control_character_of_a_capture_stands_in_any_format() {
    let odd = [
        ("content-type", "application/grpc\x1b[31m"),
        ("grpc-timeout", "10\x1b[2Jm"),
        ("x-\x1b", "\x07\x00"),
    ];
    let script =
        Script::open().client([grpc_call(1, &odd)]).server([answer(1, &odd), finish(1, "\x1b7", &odd)]);
    let report =
        analyze_octets("a\x1b.pcap", &script.close().pcap(), &Wishes::default(), &mut |_| {}).unwrap();
    assert!(report.findings.len() > 2, "{:?}", report.findings.len());
    for format in Format::ALL {
        let text = format.write(&report, &Look { all: true, detail: Detail::Full, ..Look::default() });
        assert!(!text.chars().any(|sign| sign.is_control() && !"\n\r\t".contains(sign)), "{}", format.word());
    }
}

fn report(file: &[u8]) -> Value {
    serde_json::to_value(analyze_octets("test", file, &Wishes::default(), &mut |_| {}).unwrap()).unwrap()
}

fn frames(pcap: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut frames) = (24, Vec::new());
    while at < pcap.len() {
        let size = length(pcap, at + 8);
        frames.push(pcap[at + 16..at + 16 + size].to_vec());
        at += 16 + size;
    }
    frames
}

fn all(frames: &[Vec<u8>], write: impl Fn(u64, &[u8]) -> Vec<u8>) -> Vec<u8> {
    (0..).zip(frames).flat_map(|(number, data)| write(number, data)).collect()
}

fn packet(kind: u32, head: &[u8], stamp: u64, data: &[u8]) -> Vec<u8> {
    let high = u32::try_from(stamp >> 32).unwrap().to_le_bytes();
    let low = u32::try_from(stamp & 0xffff_ffff).unwrap().to_le_bytes();
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    block(kind, &[head, &high, &low, &length, &length, data].concat())
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_le_bytes();
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&code.to_le_bytes()[..], &length, value, &padding].concat()
}

/// Findings without times and octets, which depend on the blocks that carry the packets.
fn placeless(findings: &Value) -> Value {
    let mut findings = findings.clone();
    for finding in findings.as_array_mut().unwrap() {
        finding["t"] = Value::Null;
        for evidence in finding["evidence"].as_array_mut().unwrap() {
            evidence["t"] = Value::Null;
            evidence["file_offset"] = Value::Null;
        }
    }
    findings
}
