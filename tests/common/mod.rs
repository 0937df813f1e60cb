//! What the tests of whole laws share: conversations, captures, and what is compared of a report.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

pub mod conversation;
pub mod ends;
pub mod flood;
pub mod messages;
pub mod path;
pub mod plants;
pub mod records;
pub mod recut;
pub mod stage;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use h2lint::base::Side;
use h2lint::finding::{Confidence, Culprit, Finding, Report, Severity};
use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::rules::{Rule, areas, catalog};
use h2lint::script::{Packet, Script, capture};
use proptest::prelude::ProptestConfig;

/// So many cases unless `PROPTEST_CASES` says otherwise.
pub fn cases(few: u32) -> ProptestConfig {
    let config =
        ProptestConfig { failure_persistence: None, max_shrink_iters: 4096, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        config
    } else {
        ProptestConfig { cases: few, ..config }
    }
}

/// The report on a capture in memory.
pub fn report(octets: &[u8]) -> Report {
    analyze_octets("test", octets, &Wishes::default(), &mut |_| {}).unwrap()
}

/// The report on a conversation.
pub fn report_on(packets: &[Packet]) -> Report {
    report(&capture(packets))
}

/// The report on a conversation in which the server has the higher port.
pub fn report_on_high_port(packets: &[Packet]) -> Report {
    let mut file = capture(packets);
    let mut record = 24;
    for packet in packets {
        let ports = record + 16 + 14 + 20;
        let client = 31_050 + packet.port;
        let pair = if packet.side == Side::Client { [client, 40_001] } else { [40_001, client] };
        for (at, port) in [ports, ports + 2].into_iter().zip(pair) {
            file[at..at + 2].copy_from_slice(&port.to_be_bytes());
        }
        record = ports + 20 + packet.payload.len();
    }
    report(&file)
}

/// An example of a rule.
#[derive(Clone)]
pub struct Example {
    pub rule: &'static Rule,
    /// True for the one in which the rule speaks.
    pub fires: bool,
    pub packets: Vec<Packet>,
}

/// The examples of every rule.
pub fn examples() -> Vec<Example> {
    let example = |rule, fires, script: fn() -> Script| {
        let packets = script().packets().to_vec();
        Example { rule, fires, packets }
    };
    catalog()
        .iter()
        .flat_map(|rule| [example(rule, true, rule.fires), example(rule, false, rule.quiet)])
        .collect()
}

/// The examples in which a rule is silent.
pub fn quiet_examples() -> Vec<Example> {
    examples().into_iter().filter(|example| !example.fires).collect()
}

/// The examples of rules about conversations, over one connection each. Rules about the capture itself speak of packets, and so does one
/// about what TCP lost: where they are cut matters to them.
pub fn conversations() -> Vec<Example> {
    let about_packets =
        |example: &Example| example.rule.area == areas::CAPTURE || example.rule.name == "tcp-loss-stall";
    let single = |example: &Example| example.packets.iter().all(|packet| packet.port == 0);
    examples().into_iter().filter(|example| !about_packets(example) && single(example)).collect()
}

/// A finding in one line, without what depends on packets and times: their numbers are replaced.
pub fn line(finding: &Finding) -> String {
    let mut linked: Vec<_> = finding.linked.iter().map(|linked| linked.rule).collect();
    linked.sort_unstable();
    format!(
        "{} {}@{} {} {} stream {:?}: {} {linked:?}",
        finding.rule,
        finding.name,
        finding.culprit.role.word(),
        finding.severity.word(),
        finding.confidence.word(),
        finding.stream,
        timeless(&finding.message)
    )
}

/// A sentence with packet numbers and lengths of time taken out.
fn timeless(sentence: &str) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    let unit = |word: &&str| ["s", "ms", "µs"].contains(&word.trim_end_matches(['.', ',', ';']));
    let number = |word: &str| word.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    let mut said = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let timed = number(word) && words.get(at + 1).is_some_and(unit);
        let packet = at > 0 && words[at - 1] == "pkt";
        said.push(if timed || packet {
            "#"
        } else if at > 0 && unit(word) && said[at - 1] == "#" {
            "time"
        } else {
            word
        });
    }
    said.join(" ")
}

/// Every finding in one line, in order.
pub fn lines(report: &Report) -> Vec<String> {
    let mut lines: Vec<_> = report.findings.iter().map(line).collect();
    lines.sort();
    lines
}

/// Findings that loss must not bring about: certain ones and errors, by rule and culprit. What is wrong with the capture
/// itself is left out.
pub fn grave(report: &Report) -> BTreeSet<(&'static str, &'static str)> {
    let grave = |finding: &&Finding| {
        let severe = finding.severity == Severity::Error || finding.confidence == Confidence::Certain;
        severe && finding.culprit.role != Culprit::Capture
    };
    report.findings.iter().filter(grave).map(|finding| (finding.name, finding.culprit.role.word())).collect()
}

/// Packets in one line each, for messages of tests.
pub fn shown(packets: &[Packet]) -> String {
    let one = |(number, packet): (usize, &Packet)| {
        format!(
            "#{} {} {} flags {:02x} seq {} ack {} len {} {:02x?}",
            number + 1,
            packet.time.since(packets[0].time),
            packet.side.arrow(),
            packet.flags,
            packet.offset,
            packet.acknowledged,
            packet.payload.len(),
            &packet.payload[..packet.payload.len().min(24)]
        )
    };
    packets.iter().enumerate().map(one).collect::<Vec<_>>().join("\n")
}

/// The folder with the captures.
pub fn captures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/captures")
}

/// Every sidecar under a folder, with its capture, in order.
pub fn sidecars(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sidecars(&path));
        } else if let Some(capture) = path.to_string_lossy().strip_suffix(".h2lint.toml") {
            found.push((PathBuf::from(capture), path.clone()));
        }
    }
    found.sort();
    found
}
