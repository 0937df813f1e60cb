//! The frames of every capture of the repository, as tshark lists them: the packet that completed each, its type, stream and length.
//! What tshark does not see is named here; of other projects' captures see testdata/differences-from-tshark.md. Without tshark the
//! test says so and passes.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{captures, sidecars};
use h2lint::pipeline::{KeyLog, Wishes, analyze};
use h2lint::views::Frames;

/// How often a packet completes a frame of a type, stream and length.
type Seen = BTreeMap<(u64, u8, u32, u32), i32>;

/// Captures of which tshark shows less, and why.
const LESS: [(&str, &str); 1] =
    [("fault/server-truncated-frame", "the last frame is cut: its header is there, its payload is not")];

const TYPES: [&str; 10] = [
    "DATA",
    "HEADERS",
    "PRIORITY",
    "RST_STREAM",
    "SETTINGS",
    "PUSH_PROMISE",
    "PING",
    "GOAWAY",
    "WINDOW_UPDATE",
    "CONTINUATION",
];

#[test]
fn frames_are_those_that_tshark_sees() {
    if Command::new("tshark").arg("--version").output().is_err() {
        io::stderr().write_all(b"skipped: tshark is not installed\n").unwrap();
        return;
    }
    let mut all: Vec<PathBuf> = sidecars(&captures()).into_iter().map(|(capture, _)| capture).collect();
    all.retain(|capture| capture.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    let (frames, differing) = std::thread::scope(|scope| {
        let parts: Vec<_> =
            all.chunks(all.len().div_ceil(4)).map(|part| scope.spawn(|| compare(part))).collect();
        let parts = parts.into_iter().map(|part| part.join().unwrap());
        parts.fold((0, Vec::new()), |(frames, differing), (more, others)| {
            (frames + more, [differing, others].concat())
        })
    });
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(frames > 1_500, "{frames} frames compared");
}

/// How many frames there are, and which captures differ.
fn compare(captures: &[PathBuf]) -> (i32, Vec<String>) {
    let (mut frames, mut differing) = (0, Vec::new());
    for capture in captures {
        let (ours, decode) = ours(capture);
        frames += ours.values().sum::<i32>();
        let theirs = theirs(capture, &decode);
        let less = LESS.iter().any(|(name, _)| capture.display().to_string().contains(name));
        let differs = |key: &&(u64, u8, u32, u32)| {
            let [ours, theirs] = [&ours, &theirs].map(|seen| seen.get(*key).copied().unwrap_or_default());
            theirs > ours || theirs < ours && !less
        };
        let keys: Vec<_> = ours.keys().chain(theirs.keys()).filter(differs).collect();
        if !keys.is_empty() {
            differing.push(format!("{}: packet, type, stream, length {keys:?}", capture.display()));
        }
    }
    (frames, differing)
}

/// The frames as `show --as frames` lists them, and how tshark is told the protocols.
fn ours(capture: &Path) -> (Seen, Vec<String>) {
    let (mut seen, mut view) = (Seen::new(), Frames::default());
    let report = analyze(&[capture.to_owned()], &Wishes::default(), KeyLog::new(), &mut |fact| {
        view.push(&fact, &mut |line| {
            let number = line.kind.strip_prefix("0x").and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let named = TYPES.iter().position(|name| *name == line.kind).and_then(|at| u8::try_from(at).ok());
            if let Some(kind) = named.or(number) {
                *seen.entry((line.pkt.number(), kind, line.stream, line.length)).or_default() += 1;
            }
        });
    });
    let mut decode = Vec::new();
    for row in report.unwrap().connections.iter().filter(|row| row.http2) {
        let protocol = match (row.negotiation.tls.is_some(), row.negotiation.upgrade.is_some()) {
            (true, _) => "tls",
            (false, false) => "http2",
            (false, true) => continue,
        };
        decode.extend(["-d".to_owned(), format!("tcp.port=={},{protocol}", row.server.port)]);
    }
    (seen, decode)
}

fn theirs(capture: &Path, decode: &[String]) -> Seen {
    let keys = capture.with_extension("keys");
    let fields = ["frame.number", "http2.type", "http2.streamid", "http2.length"];
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(capture).args(decode).args(["-T", "fields", "-E", "aggregator=,"]);
    tshark.arg("-o").arg(format!("tls.keylog_file:{}", keys.display()));
    tshark.args(["-o", "tcp.reassemble_out_of_order:TRUE"]);
    let out = tshark.args(fields.iter().flat_map(|field| ["-e", field])).output().unwrap();
    let mut seen = Seen::new();
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let mut columns = line.split('\t');
        let packet: u64 = columns.next().unwrap().parse().unwrap();
        let [kinds, streams, lengths] =
            [(); 3].map(|()| columns.next().unwrap_or_default().split(',').collect::<Vec<_>>());
        for ((kind, stream), length) in kinds.iter().zip(&streams).zip(&lengths) {
            let number = |text: &str| text.parse::<u32>().ok();
            if let (Some(kind), Some(stream), Some(length)) = (number(kind), number(stream), number(length)) {
                *seen.entry((packet, u8::try_from(kind).unwrap(), stream, length)).or_default() += 1;
            }
        }
    }
    seen
}
