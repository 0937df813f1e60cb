//! A missing, partial or wrong key log: the same is said about the negotiation, a blind spot says why the rest is hidden, and nobody is
//! accused of what the whole key log does not show.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]
#![cfg(feature = "decrypt")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use h2lint::capture::Reader;
use h2lint::finding::{BlindSpotKind, Report, Severity};
use h2lint::pipeline::{Analyzer, KeyLog, Wishes};
use proptest::prelude::*;

/// A capture, its key log by lines, and what is said with all of them and with none.
struct Case {
    name: String,
    capture: Vec<u8>,
    lines: Vec<String>,
    whole: Said,
    without: Said,
}

/// What a report says that keys must not change.
struct Said {
    /// Rule and culprit of every finding.
    findings: BTreeSet<(String, String)>,
    /// Those of them that accuse one of the ends of more than a note.
    accusations: BTreeSet<(String, String)>,
    frames: u64,
    /// Whether a blind spot says that keys are missing.
    blind: bool,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures/tls");
    let mut folders: Vec<_> = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let cases = folders.iter().map(|folder| {
        let capture = std::fs::read(folder.join("capture.pcap")).unwrap();
        let keys = std::fs::read_to_string(folder.join("capture.keys")).unwrap_or_default();
        let lines: Vec<String> = keys.lines().map(str::to_owned).collect();
        let (whole, without) = (said(&capture, &lines), said(&capture, &[]));
        Case {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            capture,
            lines,
            whole,
            without,
        }
    });
    cases.collect()
});

fn said(capture: &[u8], lines: &[String]) -> Said {
    let report = analyze(capture, lines);
    let named = |finding: &h2lint::finding::Finding| {
        (finding.rule.to_string(), finding.culprit.role.word().to_owned())
    };
    let accuses = |finding: &&h2lint::finding::Finding| {
        finding.severity > Severity::Info && matches!(finding.culprit.role.word(), "client" | "server")
    };
    Said {
        findings: report.findings.iter().map(named).collect(),
        accusations: report.findings.iter().filter(accuses).map(named).collect(),
        frames: report.totals.frames,
        blind: report.coverage.blind_spots.iter().any(|spot| spot.kind == BlindSpotKind::NoKeys),
    }
}

fn analyze(capture: &[u8], lines: &[String]) -> Report {
    let mut keys = KeyLog::new();
    let _ = keys.add("lines", lines.join("\n").as_bytes());
    let mut reader = Reader::new(capture, "capture").unwrap();
    let mut analyzer = Analyzer::new(Wishes::default(), keys);
    while let Ok(Some(record)) = reader.next() {
        analyzer.record(&record, &mut |_| {});
    }
    analyzer.finish(Vec::new(), None, &mut |_| {})
}

/// A line whose secret is another one.
fn spoilt(line: &str) -> String {
    let mut line = line.to_owned();
    if let Some(last) = line.pop() {
        line.push(if last == '0' { '1' } else { '0' });
    }
    line
}

#[test]
fn what_opened_a_connection_is_named_although_nobody_asked_for_rows_of_keys() {
    for case in CASES.iter().filter(|case| !case.lines.is_empty()) {
        let opened = analyze(&case.capture, &case.lines).connections;
        for row in &opened {
            assert!(row.keys.is_none(), "{}", case.name);
            let tls = row.negotiation.tls.as_ref().filter(|tls| tls.decrypted);
            let source = tls.map(|tls| tls.key_source.as_deref());
            assert!(source.is_none_or(|source| source == Some("lines")), "{}: {source:?}", case.name);
        }
        let named = |row: &h2lint::finding::ConnectionRow| {
            row.negotiation.tls.as_ref().is_some_and(|tls| tls.key_source.is_some())
        };
        assert!(
            opened.iter().any(|row| named(row)) || case.without.frames == case.whole.frames,
            "{}",
            case.name
        );
    }
}

#[test]
fn there_are_captures_with_keys() {
    assert!(CASES.iter().filter(|case| case.lines.len() > 1).count() > 10);
    assert!(CASES.iter().any(|case| case.whole.frames > case.without.frames));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn part_of_a_key_log_accuses_nobody_and_says_what_is_hidden(
        case in 0..CASES.len(), kept in proptest::collection::vec(0_u8..4, 24),
    ) {
        let case = &CASES[case];
        let lines: Vec<String> = case.lines.iter().enumerate().filter_map(|(number, line)| {
            match kept[number % kept.len()] {
                0 => None,
                1 => Some(spoilt(line)),
                _ => Some(line.clone()),
            }
        }).collect();
        let part = said(&case.capture, &lines);
        let accused: Vec<_> = part.accusations.difference(&case.whole.accusations).collect();
        prop_assert!(accused.is_empty(), "{}: {accused:?} with {lines:#?}", case.name);
        let always = case.whole.findings.intersection(&case.without.findings);
        let lost: Vec<_> = always.filter(|finding| !part.findings.contains(*finding)).collect();
        prop_assert!(lost.is_empty(), "{}: {lost:?} is not said with {lines:#?}", case.name);
        let hidden = part.frames < case.whole.frames;
        prop_assert!(!hidden || part.blind, "{}: {} frames, and no blind spot with {lines:#?}", case.name, part.frames);
    }
}
