//! The laws that hold for every conversation: however it is cut the findings are the same, what is lost accuses nobody, no octets
//! can make the program fail, and the same capture gives the same report.
//!
//! `PROPTEST_CASES` raises the number of cases.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::conversation::{moves, play, play_well};
use common::records::Records;
use common::recut::{changes, hastened, in_segments_of, lost_on_the_way, recut};
use common::{
    Example, captures, cases, conversations, grave, lines, quiet_examples, report, report_on,
    report_on_high_port, shown, sidecars,
};
use h2lint::base::Side;
use h2lint::finding::{BlindSpot, Confidence, Finding, Report, Severity};
use h2lint::limits;
use h2lint::pipeline::{KeyLog, Wishes, analyze_octets, judge};
use h2lint::rules::find;
use h2lint::script::{Packet, Script, capture, http1};
use proptest::prelude::*;
use proptest::sample::Index;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_legal_conversation_is_accused_of_nothing(moves in moves()) {
        let packets = play_well(&moves);
        let report = report_on(&packets);
        let accuses = |finding: &&Finding| finding.severity >= Severity::Warning;
        let accused: Vec<_> = report.findings.iter().filter(accuses).map(common::line).collect();
        prop_assert!(accused.is_empty(), "{}\n{}", accused.join("\n"), shown(&packets));
        prop_assert!(report.coverage.blind_spots.is_empty(), "{:?}\n{}", report.coverage.blind_spots, shown(&packets));
    }

    #[test]
    fn a_legal_conversation_on_a_path_that_loses_packets_is_accused_of_nothing(
        moves in moves(),
        most in segment(),
        lost in prop::collection::vec(any::<usize>(), 1..8),
    ) {
        let packets = in_segments_of(&play(&moves), most);
        let resent = lost.iter().fold(packets, |packets, lost| lost_on_the_way(&packets, *lost));
        let report = report_on(&resent);
        let accused = certain_errors(&report);
        prop_assert!(accused.is_empty(), "{accused:?}\n{}", shown(&resent));
    }

    #[test]
    fn however_a_legal_conversation_is_cut_the_findings_are_the_same(moves in moves(), changes in changes()) {
        let packets = hastened(&play(&moves));
        same_findings(&packets, &recut(&packets, &changes))?;
    }

    #[test]
    fn however_an_example_is_cut_the_findings_are_the_same(which in any::<Index>(), changes in changes()) {
        let packets = hastened(&which.get(&conversations()).packets);
        same_findings(&packets, &recut(&packets, &changes))?;
    }

    #[test]
    fn what_is_lost_of_a_legal_conversation_accuses_nobody(moves in moves(), loss in losses()) {
        loss_is_quiet(&play(&moves), &loss)?;
    }

    #[test]
    fn what_is_lost_of_small_and_disordered_segments_accuses_nobody(
        moves in moves(),
        most in segment(),
        changes in changes(),
        loss in losses(),
    ) {
        let packets = recut(&in_segments_of(&hastened(&play(&moves)), most), &changes);
        loss_is_quiet(&packets, &loss)?;
    }

    #[test]
    fn what_is_lost_of_a_quiet_example_accuses_nobody(which in any::<Index>(), loss in losses()) {
        loss_is_quiet(&which.get(&quiet_examples()).packets, &loss)?;
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_lost_of_a_healthy_capture_accuses_nobody(which in any::<Index>(), loss in losses()) {
        let healthy = healthy();
        let (name, records) = which.get(&healthy);
        let kept = loss.kept(records.packets(), |packet| records.goes_up(packet));
        let lossy = report(&records.file(|number| kept[number]));
        let new = news(&lossy, &known(&report(&records.file(|_| true))));
        let findings = lines(&lossy).join("\n");
        prop_assert!(new.is_empty(), "{name}: {new:?}\nkept {:?}\n{findings}", numbers(&kept));
    }

    #[test]
    fn any_octets_as_a_capture_are_borne(octets in prop::collection::vec(any::<u8>(), 0..2000), pcap in any::<bool>()) {
        let head = if pcap { capture(&[]) } else { Vec::new() };
        sane(&[head, octets].concat())?;
    }

    #[test]
    fn any_octets_as_payload_are_borne(
        client in prop::collection::vec(any::<u8>(), 0..1500),
        server in prop::collection::vec(any::<u8>(), 0..1500),
        opened in any::<bool>(),
    ) {
        let script = if opened { Script::open() } else { Script::connect() };
        sane(&script.client([http1(client)]).server([http1(server)]).close().pcap())?;
    }

    #[test]
    fn a_damaged_conversation_is_borne(moves in moves(), damages in damages()) {
        sane(&damaged(capture(&play(&moves)), &damages, 24))?;
    }

    #[test]
    fn a_damaged_capture_is_borne(which in any::<Index>(), damages in damages(), whole in any::<bool>()) {
        let all = sidecars(&captures());
        let file = std::fs::read(&which.get(&all).0).unwrap();
        sane(&damaged(file, &damages, if whole { 0 } else { 24 }))?;
    }

    #[test]
    fn the_same_capture_gives_the_same_report(moves in moves(), damages in damages()) {
        let file = damaged(capture(&play(&moves)), &damages, 24);
        let here = json(&file);
        let there = std::thread::scope(|scope| scope.spawn(|| json(&file)).join().unwrap());
        prop_assert_eq!(here, there);
    }

    #[test]
    fn any_number_of_threads_gives_the_same_report(
        moves in prop::collection::vec(moves(), 1..6),
        damages in damages(),
        threads in 2_usize..6,
    ) {
        let apart = |(port, moves)| play(moves).into_iter().map(move |packet| Packet { port, ..packet });
        let mut packets: Vec<Packet> = (0..).zip(&moves).flat_map(apart).collect();
        packets.sort_by_key(|packet| packet.time);
        let file = damaged(capture(&packets), &damages, 24);
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join("small.pcap"), folder.path().join("long.pcap")];
        std::fs::write(&paths[0], file).unwrap();
        std::fs::write(&paths[1], long()).unwrap();
        let report = |threads| {
            let wishes = Wishes { threads, ..Wishes::default() };
            let (report, _) = judge(&paths, &wishes, KeyLog::new()).unwrap();
            serde_json::to_string_pretty(&report).unwrap()
        };
        prop_assert_eq!(report(1), report(threads));
    }
}

#[test]
fn an_example_in_small_segments_gives_the_same_findings() {
    for Example { rule, packets, .. } in conversations() {
        for most in [1, 2, 7, 9, 24] {
            let cut = in_segments_of(&packets, most);
            assert_eq!(
                lines(&report_on(&packets)),
                lines(&report_on(&cut)),
                "{} in segments of {most}",
                rule.name
            );
        }
    }
}

#[test]
fn no_packets_lost_of_a_quiet_example_accuse_anybody() {
    for Example { rule, packets, .. } in quiet_examples() {
        let whole = known(&report_on(&packets));
        for (lost, run) in (0..packets.len()).flat_map(|lost| (1..=3).map(move |run| (lost, run))) {
            for whose in [None, Some(Side::Client), Some(Side::Server)] {
                let gone = |at: usize| {
                    (lost..lost + run).contains(&at) && whose.is_none_or(|whose| packets[at].side == whose)
                };
                let kept: Vec<_> =
                    (0..packets.len()).filter(|at| !gone(*at)).map(|at| packets[at].clone()).collect();
                let new = news(&report_on(&kept), &whole);
                assert!(
                    new.is_empty(),
                    "{}, {run} packets of {whose:?} lost from #{}: {new:?}\n{}\nleft\n{}",
                    rule.name,
                    lost + 1,
                    shown(&packets),
                    shown(&kept)
                );
            }
        }
    }
}

#[test]
fn no_single_packet_lost_of_a_small_healthy_capture_accuses_anybody() {
    let small = healthy().into_iter().filter(|(_, records)| records.packets() <= FEW);
    for (name, records) in small {
        let whole = known(&report(&records.file(|_| true)));
        for lost in 0..records.packets() {
            let lossy = report(&records.file(|number| number != lost));
            let new = news(&lossy, &whole);
            assert!(
                new.is_empty(),
                "{name} without packet {}: {new:?}\n{}",
                lost + 1,
                lines(&lossy).join("\n")
            );
        }
    }
}

#[test]
fn no_two_packets_lost_of_a_smaller_healthy_capture_accuse_anybody() {
    let smaller = healthy().into_iter().filter(|(_, records)| records.packets() <= FEWER);
    for (name, records) in smaller {
        let whole = known(&report(&records.file(|_| true)));
        for (one, two) in (1..records.packets()).flat_map(|two| (0..two).map(move |one| (one, two))) {
            let lossy = report(&records.file(|number| number != one && number != two));
            let new = news(&lossy, &whole);
            let lost = (one + 1, two + 1);
            assert!(new.is_empty(), "{name} without packets {lost:?}: {new:?}\n{}", lines(&lossy).join("\n"));
        }
    }
}

/// Packets of a capture of which each one is taken out in turn.
const FEW: usize = 100;

/// Packets of a capture of which each two are taken out in turn.
const FEWER: usize = 40;

fn same_findings(packets: &[Packet], cut: &[Packet]) -> Result<(), TestCaseError> {
    let (whole, other) = (report_on(packets), report_on(cut));
    prop_assert_eq!(lines(&whole), lines(&other), "\n{}\nbecame\n{}", shown(packets), shown(cut));
    prop_assert_eq!(whole.totals.frames, other.totals.frames, "\n{}\nbecame\n{}", shown(packets), shown(cut));
    prop_assert_eq!(whole.totals.streams, other.totals.streams);
    prop_assert_eq!(blind_spots(&whole), blind_spots(&other), "\n{}\nbecame\n{}", shown(packets), shown(cut));
    Ok(())
}

/// What could not be seen, without the packets from which it holds.
fn blind_spots(report: &Report) -> Vec<BlindSpot> {
    let spots = report.coverage.blind_spots.iter().cloned();
    spots.map(|spot| BlindSpot { from_pkt: None, ..spot }).collect()
}

fn loss_is_quiet(packets: &[Packet], loss: &Loss) -> Result<(), TestCaseError> {
    let kept = loss.kept(packets.len(), |at| packets[at].side == h2lint::base::Side::Client);
    let left: Vec<_> =
        packets.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(packet, _)| packet.clone()).collect();
    let whole = known(&report_on(packets));
    for lossy in [report_on(&left), report_on_high_port(&left)] {
        let new = news(&lossy, &whole);
        let findings = lines(&lossy).join("\n");
        prop_assert!(
            new.is_empty(),
            "{new:?}\n{findings}\nwhole\n{}\nleft\n{}",
            shown(packets),
            shown(&left)
        );
    }
    Ok(())
}

/// What the report on everything has, by rule and culprit: what is folded into another finding is there without a culprit.
fn known(report: &Report) -> BTreeSet<(&'static str, &'static str)> {
    let linked = report.findings.iter().flat_map(|finding| &finding.linked);
    let folded = linked.filter_map(|linked| find(linked.rule)).map(|rule| (rule.name, ""));
    grave(report).into_iter().chain(folded).collect()
}

/// What loss brought about.
fn news(lossy: &Report, whole: &BTreeSet<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
    let new = grave(lossy).into_iter().filter(|one| !whole.contains(one) && !whole.contains(&(one.0, "")));
    new.collect()
}

/// Certain errors, by rule and culprit. On a path that loses packets an end acts on what it read a quarter of a second ago, and is
/// slow: what is likely then, or merely told, may be true.
fn certain_errors(report: &Report) -> BTreeSet<(&'static str, &'static str)> {
    let certain =
        |finding: &&Finding| finding.confidence == Confidence::Certain && finding.severity == Severity::Error;
    report
        .findings
        .iter()
        .filter(certain)
        .map(|finding| (finding.name, finding.culprit.role.word()))
        .collect()
}

/// Octets that a segment carries at most.
fn segment() -> impl Strategy<Value = usize> {
    prop_oneof![Just(16_384), Just(1_448), Just(500), Just(100), Just(20)]
}

/// What a capture lost.
#[derive(Clone, Debug)]
enum Loss {
    /// Single packets.
    Some(Vec<Index>),
    /// Runs of packets: first, and how many.
    Runs(Vec<(Index, u8)>),
    /// Everything that one side sent.
    Side(bool),
    /// The beginning.
    Head(Index),
    /// The end.
    Tail(Index),
    /// One side's packets from one place to another.
    SideRun(bool, Index, u8),
}

fn losses() -> impl Strategy<Value = Loss> {
    prop_oneof![
        4 => prop::collection::vec(any::<Index>(), 1..6).prop_map(Loss::Some),
        3 => prop::collection::vec((any::<Index>(), 1_u8..12), 1..4).prop_map(Loss::Runs),
        1 => any::<bool>().prop_map(Loss::Side),
        2 => any::<Index>().prop_map(Loss::Head),
        2 => any::<Index>().prop_map(Loss::Tail),
        3 => (any::<bool>(), any::<Index>(), 1_u8..20).prop_map(|(client, at, run)| Loss::SideRun(client, at, run)),
    ]
}

impl Loss {
    /// Which of so many packets are left; `client` says which of them the client sent.
    fn kept(&self, count: usize, client: impl Fn(usize) -> bool) -> Vec<bool> {
        let place = |index: &Index| index.index(count.max(1));
        let lost = |at: usize| match self {
            Self::Some(some) => some.iter().any(|index| place(index) == at),
            Self::Runs(runs) => {
                runs.iter().any(|(first, run)| (place(first)..place(first) + usize::from(*run)).contains(&at))
            }
            Self::Side(side) => client(at) == *side,
            Self::Head(until) => at < place(until),
            Self::Tail(from) => at >= place(from),
            Self::SideRun(side, first, run) => {
                client(at) == *side && (place(first)..place(first) + usize::from(*run)).contains(&at)
            }
        };
        (0..count).map(|at| !lost(at)).collect()
    }
}

fn numbers(kept: &[bool]) -> Vec<usize> {
    kept.iter().enumerate().filter(|(_, kept)| **kept).map(|(at, _)| at + 1).collect()
}

/// Captures of which no error is expected, by name.
fn healthy() -> Vec<(String, Records)> {
    let accused = |word: &str| {
        let rule = find(word.split('@').next().unwrap());
        rule.is_some_and(|rule| rule.severity == Severity::Error)
    };
    let sound = |(capture, sidecar): (PathBuf, PathBuf)| {
        let expected: toml::Table = std::fs::read_to_string(sidecar).unwrap().parse().unwrap();
        let expected = expected.get("expect").and_then(toml::Value::as_array);
        let faults = expected.is_some_and(|list| list.iter().any(|word| accused(word.as_str().unwrap())));
        let records = Records::read(&std::fs::read(&capture).unwrap())?;
        (!faults).then(|| (capture.display().to_string(), records))
    };
    sidecars(&captures()).into_iter().filter_map(sound).collect()
}

/// A capture that is long enough for threads, of packets that are no IP.
fn long() -> Vec<u8> {
    let length = 200_000_u32;
    let [record, data] = [u64::from(length) + 16, limits::LEAST_SHARED];
    let mut octets = capture(&[]);
    for _ in 0..=data / record {
        [0, 0, length, length].iter().for_each(|word| octets.extend(word.to_le_bytes()));
        octets.resize(octets.len() + usize::try_from(length).unwrap(), 0);
    }
    octets
}

/// A change to the octets of a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index, u8),
    Twice(Index, u8),
    Fill(Index, u8, u8),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let one = prop_oneof![
        6 => (any::<Index>(), 1_u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, run)| Damage::Drop(at, run)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, run)| Damage::Twice(at, run)),
        1 => (any::<Index>(), any::<u8>(), any::<u8>()).prop_map(|(at, run, octet)| Damage::Fill(at, run, octet)),
    ];
    prop::collection::vec(one, 0..12)
}

/// The file with these damages behind its first `spared` octets.
fn damaged(mut file: Vec<u8>, damages: &[Damage], spared: usize) -> Vec<u8> {
    for damage in damages {
        let body = file.len().saturating_sub(spared).max(1);
        let place = |index: &Index| (spared + index.index(body)).min(file.len());
        match damage {
            Damage::Flip(index, bits) => {
                let at = place(index);
                file.iter_mut().skip(at).take(1).for_each(|octet| *octet ^= bits);
            }
            Damage::Cut(index) => {
                let at = place(index);
                file.truncate(at);
            }
            Damage::Drop(index, run) => {
                let (at, length) = (place(index), file.len());
                file.drain(at..(at + usize::from(*run)).min(length));
            }
            Damage::Twice(index, run) => {
                let (at, length) = (place(index), file.len());
                let again = file[at..(at + usize::from(*run)).min(length)].to_vec();
                file.splice(at..at, again);
            }
            Damage::Fill(index, run, octet) => {
                let at = place(index);
                file.iter_mut().skip(at).take(usize::from(*run)).for_each(|old| *old = *octet);
            }
        }
    }
    file
}

fn json(file: &[u8]) -> String {
    match analyze_octets("test", file, &Wishes::default(), &mut |_| {}) {
        Ok(report) => serde_json::to_string(&report).unwrap(),
        Err(error) => error.to_string(),
    }
}

/// The file is borne: no panic, a report that can be written, and numbers that can be true.
fn sane(file: &[u8]) -> Result<(), TestCaseError> {
    let Ok(report) = analyze_octets("test", file, &Wishes::default(), &mut |_| {}) else { return Ok(()) };
    let written = serde_json::to_string(&report).unwrap();
    prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
    let totals = &report.totals;
    let octets = totals.bytes + totals.packets * 16;
    if Records::read(file).is_some() {
        prop_assert!(octets <= file.len() as u64, "{totals:?} of {} octets", file.len());
    }
    prop_assert!(totals.connections <= totals.packets, "{totals:?}");
    prop_assert!(totals.http2_connections <= totals.connections, "{totals:?}");
    prop_assert!(
        totals.frames * 9 <= octets && totals.streams <= totals.frames + totals.connections,
        "{totals:?}"
    );
    prop_assert!(report.findings.len() <= limits::MAX_FINDINGS);
    sane_findings(&report)?;
    for row in &report.connections {
        prop_assert!(row.packets <= totals.packets, "{row:?}");
        prop_assert!(row.bytes.client + row.bytes.server <= octets, "{row:?}");
    }
    Ok(())
}

fn sane_findings(report: &Report) -> Result<(), TestCaseError> {
    for finding in &report.findings {
        prop_assert!(
            finding.evidence.len() <= limits::MAX_EVIDENCE && !finding.message.is_empty(),
            "{finding:?}"
        );
        prop_assert!(finding.evidence_total >= finding.evidence.len() as u64, "{finding:?}");
        let real =
            finding.evidence.iter().all(|shown| (1..=report.totals.packets).contains(&shown.pkt.number()));
        prop_assert!(real, "a packet that does not exist: {finding:?}");
        prop_assert!(finding.conn.is_none_or(|conn| conn < report.totals.connections), "{finding:?}");
    }
    Ok(())
}
