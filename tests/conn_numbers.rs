//! Connections are numbered, and packets belong to them, as Wireshark has it: `tshark`, where it is installed, is asked about every
//! capture.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{captures, sidecars};
use h2lint::pipeline::{KeyLog, Wishes, analyze};

/// Packets and the two ports of a connection.
type Connections = BTreeMap<u64, (u64, [u16; 2])>;

#[test]
fn connections_have_the_numbers_and_packets_that_wireshark_gives_them() {
    if Command::new("tshark").arg("--version").output().is_err() {
        // Not `eprintln!`, which the test harness would keep to itself.
        io::stderr().write_all(b"skipped: tshark is not installed\n").unwrap();
        return;
    }
    let mut all = sidecars(&captures());
    // Of compressed captures tshark reads some, by the libraries it was built with.
    all.retain(|(capture, _)| capture.extension().is_some_and(|kind| kind == "pcap" || kind == "pcapng"));
    let differing: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> =
            all.chunks(all.len().div_ceil(4)).map(|part| scope.spawn(|| compare(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// Captures that are numbered otherwise, and how.
fn compare(captures: &[(PathBuf, PathBuf)]) -> Vec<String> {
    let numbers = captures.iter().map(|(capture, _)| (capture, ours(capture), theirs(capture)));
    let differing = numbers.filter(|(_, ours, theirs)| ours != theirs);
    differing
        .map(|(capture, ours, theirs)| format!("{}\nours   {ours:?}\ntshark {theirs:?}", capture.display()))
        .collect()
}

fn ours(capture: &Path) -> Connections {
    let report = analyze(&[capture.to_owned()], &Wishes::default(), KeyLog::new(), &mut |_| {}).unwrap();
    assert_eq!(report.totals.connections, report.connections.len() as u64);
    let row = |row: &h2lint::finding::ConnectionRow| {
        let mut ports = [row.client.port, row.server.port];
        ports.sort_unstable();
        (row.tcp_stream.unwrap(), (row.packets, ports))
    };
    report.connections.iter().map(|one| row(one)).collect()
}

fn theirs(capture: &Path) -> Connections {
    let fields = ["tcp.stream", "tcp.srcport", "tcp.dstport"];
    let mut tshark = Command::new("tshark");
    tshark.arg("-n").arg("-r").arg(capture).args(["-T", "fields"]);
    let out = tshark.args(fields.iter().flat_map(|field| ["-e", field])).output().unwrap();
    let mut connections = Connections::new();
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        let numbers: Vec<u64> = line.split('\t').filter_map(|number| number.parse().ok()).collect();
        let [stream, from, to] = numbers[..] else { continue };
        let mut ports = [from, to].map(|port| u16::try_from(port).unwrap());
        ports.sort_unstable();
        connections.entry(stream).or_insert((0, ports)).0 += 1;
    }
    connections
}
