//! A capture that was rotated is one capture: cut into files in the middle of connections, it says what the whole says.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::fs;
use std::path::PathBuf;

use common::records::Records;
use common::{captures, lines, sidecars};
use h2lint::finding::Report;
use h2lint::pipeline::{KeyLog, Wishes, analyze};

#[test]
fn a_capture_in_several_files_says_what_it_says_in_one() {
    let mut cut = 0;
    for (capture, _) in sidecars(&captures()) {
        let Some(records) = Records::read(&fs::read(&capture).unwrap()) else { continue };
        let (packets, folder) = (records.packets(), tempfile::tempdir().unwrap());
        // The place of a cut inside a record is told by its octet.
        if packets < 6 || capture.to_string_lossy().contains("mid-record") {
            continue;
        }
        let keys = capture.with_extension("keys");
        if keys.exists() {
            fs::copy(keys, folder.path().join("0.keys")).unwrap();
        }
        let part = |number: usize| {
            let path = folder.path().join(format!("{number}.pcap"));
            let (from, to) = (packets * number / 3, packets * (number + 1) / 3);
            fs::write(&path, records.file(|packet| (from..to).contains(&packet))).unwrap();
            path
        };
        let parts: Vec<PathBuf> = [2, 0, 1].map(part).to_vec();
        let (whole, joined) = (report(std::slice::from_ref(&capture)), report(&parts));
        assert_eq!(said(&joined), said(&whole), "{}", capture.display());
        assert_eq!(joined.totals, whole.totals, "{}", capture.display());
        assert!(places(&joined).eq(places(&whole)), "{}", capture.display());
        cut += 1;
    }
    assert!(cut > 40, "only {cut} captures could be cut");
}

#[test]
fn evidence_says_in_which_file_it_stands() {
    let capture = captures().join("cmux/hang-grpcgo/capture.pcap");
    let records = Records::read(&fs::read(&capture).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let paths = ["first.pcap", "second.pcap"].map(|name| folder.path().join(name));
    fs::write(&paths[0], records.file(|packet| packet < 6)).unwrap();
    fs::write(&paths[1], records.file(|packet| packet >= 6)).unwrap();
    let report = report(&paths);
    let missing = report.findings.iter().find(|finding| finding.rule == "PRE001").unwrap();
    let shown: Vec<_> = missing.evidence.iter().map(|shown| (shown.input, shown.pkt.number())).collect();
    assert_eq!(shown, [(Some(0), 6), (Some(1), 1), (Some(1), 2)]);
}

fn report(paths: &[PathBuf]) -> Report {
    analyze(paths, &Wishes::default(), KeyLog::new(), &mut |_| {}).unwrap()
}

/// The words of the findings, without those that name a file.
fn said(report: &Report) -> Vec<String> {
    let plain = |line: String| line.replace(" of file ", "").replace(|sign: char| !sign.is_alphabetic(), "");
    lines(report).into_iter().map(plain).collect()
}

/// When each piece of evidence was seen.
fn places(report: &Report) -> impl Iterator<Item = Option<i64>> {
    let time = |t: f64| (t * 1e6).round() as i64;
    report.findings.iter().flat_map(|finding| &finding.evidence).map(move |shown| shown.t.map(time))
}
