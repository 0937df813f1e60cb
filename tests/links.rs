//! The same conversation over every link type and tunnel, whole and in IP fragments: the same findings and the same connection.
//! The captures stand in `testdata/links`; `UPDATE_GOLDENS=1` writes them.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::conversation::{moves, play};
use common::conversations;
use common::recut::{changes, hastened, in_segments_of, recut};
use h2lint::base::Span;
use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::script::{
    Cut, Layer, Order, Packet, Script, WAYS, Way, Wire, capture_over, data, get, ping, post, response,
    trailers,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// Two calls, and DATA on a stream that the client had ended.
fn conversation() -> Script {
    Script::open()
        .client([get(1)])
        .server([response(1), data(1, &[b'.'; 1_200]), trailers(1)])
        .client([post(3)])
        .client([data(3, b"question").map(Wire::end_stream)])
        .client([data(3, b"late"), ping([7; 8])])
        .server([response(3), data(3, b"answer"), trailers(3)])
        .wait(Span::millis(20))
        .close()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/links")
}

fn json(file: &[u8]) -> Value {
    let report = analyze_octets("test", file, &Wishes::default(), &mut |_| {}).unwrap();
    serde_json::to_value(&report).unwrap()
}

/// The report without what the way must change: layers, addresses, octets of the packets, and places in the file.
fn essence(mut report: Value) -> Value {
    report["inputs"] = Value::Null;
    report["totals"]["bytes"] = Value::Null;
    for connection in report["connections"].as_array_mut().unwrap() {
        connection["encapsulation"] = Value::Null;
        connection["client"]["addr"] = Value::Null;
        connection["server"]["addr"] = Value::Null;
    }
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["culprit"]["endpoint"] = Value::Null;
        for evidence in finding["evidence"].as_array_mut().unwrap() {
            evidence["file_offset"] = Value::Null;
        }
    }
    report
}

#[test]
fn over_every_link_and_tunnel_the_report_is_the_same() {
    let packets = conversation();
    let plain = json(&packets.pcap());
    let findings = plain["findings"].as_array().unwrap();
    assert_eq!(findings[0]["name"], "data-after-end-stream");
    for way in WAYS {
        let file = capture_over(packets.packets(), way, |_| None);
        let path = folder().join(way.name).with_extension("pcap");
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &file).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == file, "{}: not what is written now", path.display());
        let report = json(&file);
        let layers: Vec<&str> = way.layers.iter().map(|layer| layer.word()).chain(["tcp"]).collect();
        assert_eq!(report["connections"][0]["encapsulation"], Value::from(layers), "{}", way.name);
        assert_eq!(essence(report), essence(plain.clone()), "{}", way.name);
    }
}

/// So many cases unless `PROPTEST_CASES` says otherwise.
fn cases() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 96, ..config } }
}

/// How a packet is cut; not every one is.
fn cuts() -> impl Strategy<Value = Vec<Option<Cut>>> {
    let order =
        prop_oneof![Just(Order::Forward), Just(Order::Reversed), any::<usize>().prop_map(Order::From)];
    let cut = (any::<usize>(), 8_usize..600, order, prop::option::of(any::<usize>()));
    let cut = cut.prop_map(|(layer, octets, order, again)| Cut { layer, octets, order, again });
    prop::collection::vec(prop::option::of(cut), 1..8)
}

/// At most so many fragments that copies of all are told from others, as on any real path.
const FRAGMENTS: usize = 40;

fn same_in_fragments(packets: &[Packet], way: &Way, cuts: &[Option<Cut>]) -> Result<(), TestCaseError> {
    // The length field of IEEE 802.3 ends at 1,500 octets.
    let packets =
        &if way.layers.contains(&Layer::Snap) { in_segments_of(packets, 1_400) } else { packets.to_vec() };
    let cut = |at: usize| {
        let cut = cuts[at % cuts.len()]?;
        Some(Cut { octets: cut.octets.max(packets[at].payload.len() / FRAGMENTS), ..cut })
    };
    let whole = common::report_on(packets);
    let cut = common::report(&capture_over(packets, way, cut));
    prop_assert_eq!(
        common::lines(&whole),
        common::lines(&cut),
        "{} {:?}\n{}",
        way.name,
        cuts,
        common::shown(packets)
    );
    prop_assert_eq!((whole.totals.frames, whole.totals.streams), (cut.totals.frames, cut.totals.streams));
    prop_assert_eq!(
        &whole.coverage.blind_spots.len(),
        &cut.coverage.blind_spots.len(),
        "{:?}",
        cut.coverage.blind_spots
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_example_in_fragments_over_any_way_gives_the_same_findings(
        which in any::<Index>(),
        way in prop::sample::select(WAYS),
        cuts in cuts(),
    ) {
        same_in_fragments(&hastened(&which.get(&conversations()).packets), &way, &cuts)?;
    }

    #[test]
    fn a_legal_conversation_in_fragments_over_any_way_gives_the_same_findings(
        moves in moves(),
        way in prop::sample::select(WAYS),
        cuts in cuts(),
        changes in changes(),
    ) {
        same_in_fragments(&recut(&hastened(&play(&moves)), &changes), &way, &cuts)?;
    }
}

#[test]
fn every_capture_of_a_link_is_one_of_a_way() {
    let names: BTreeSet<&str> = WAYS.iter().map(|way| way.name).collect();
    assert_eq!(names.len(), WAYS.len());
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        assert!(names.contains(path.file_stem().unwrap().to_str().unwrap()), "{}", path.display());
    }
}
