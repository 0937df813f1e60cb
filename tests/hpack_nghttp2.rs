//! Random histories of field blocks, decoded here and by libnghttp2: the same fields, and the same blocks refused. What differs, and
//! why, stands in testdata/differences-from-nghttp2.md. Without python3 and libnghttp2 the test says so and passes.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Stdio};

use h2lint::hpack::{Block, Coding, Decoder, Encoder, Representation, Text};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Something that is written into a block.
#[derive(Clone, Debug)]
enum Step {
    Indexed(u32),
    Literal(Representation, u32, Vec<u8>, Coding),
    Named(Representation, Vec<u8>, Vec<u8>, Coding),
    Size(u32),
    Raw(Vec<u8>),
}

/// What happens on a connection.
#[derive(Clone, Debug)]
enum Act {
    Limit(u32),
    Block(Vec<u8>),
}

fn step() -> impl Strategy<Value = Step> {
    use Representation::{IncrementalIndexing, NeverIndexed, WithoutIndexing};
    let form =
        prop_oneof![3 => Just(IncrementalIndexing), 1 => Just(WithoutIndexing), 1 => Just(NeverIndexed)];
    let text = || prop::collection::vec(prop_oneof![4 => b'a'..=b'z', 1 => any::<u8>()], 0..40);
    let coding = || prop_oneof![Just(Coding::Plain), Just(Coding::Huffman)];
    prop_oneof![
        160 => prop_oneof![1 => 1_u32..70, 9 => 1_u32..62, 9 => Just(62)].prop_map(Step::Indexed),
        1 => any::<u32>().prop_map(Step::Indexed),
        120 => (form.clone(), prop_oneof![1 => 1_u32..66, 9 => 1_u32..62], text(), coding()).prop_map(|(form, index, value, coding)| Step::Literal(form, index, value, coding)),
        120 => (form, text(), text(), coding()).prop_map(|(form, name, value, coding)| Step::Named(form, name, value, coding)),
        1 => (0_u32..5_000).prop_map(Step::Size),
        1 => prop::collection::vec(any::<u8>(), 1..4).prop_map(Step::Raw),
    ]
}

fn block() -> impl Strategy<Value = Vec<u8>> {
    let mangled = prop_oneof![20 => Just(None), 1 => (any::<prop::sample::Index>(), 1_u8..).prop_map(Some)];
    (prop::option::weighted(0.2, 0_u32..4_097), prop::collection::vec(step(), 0..8), mangled).prop_map(
        |(size, steps, mangled)| {
            let mut encoder = Encoder::new();
            if let Some(size) = size {
                encoder.size_update(size);
            }
            steps.iter().for_each(|step| write(&mut encoder, step));
            let mut octets = encoder.into_octets();
            if let Some((at, bits)) = mangled.filter(|_| !octets.is_empty()) {
                let at = at.index(octets.len());
                octets[at] ^= bits;
            }
            octets
        },
    )
}

fn write(encoder: &mut Encoder, step: &Step) {
    match step {
        Step::Indexed(index) => encoder.indexed(*index),
        Step::Literal(form, index, value, coding) => encoder.literal(*form, *index, value, *coding),
        Step::Named(form, name, value, coding) => encoder.named_literal(*form, name, value, *coding),
        Step::Size(octets) => encoder.size_update(*octets),
        Step::Raw(octets) => encoder.raw(octets),
    };
}

fn history() -> impl Strategy<Value = Vec<Act>> {
    let limit = prop_oneof![Just(0), Just(100), Just(4_096), Just(10_000), 0_u32..6_000];
    let act = prop_oneof![1 => limit.prop_map(Act::Limit), 9 => block().prop_map(Act::Block)];
    prop::collection::vec(act, 1..12)
}

/// What libnghttp2 says, a line for each block; `None` when it is not there.
fn of_nghttp2(histories: &[Vec<Act>]) -> Option<Vec<String>> {
    let mut input = String::new();
    for history in histories {
        input.push_str("new\n");
        for act in history {
            match act {
                Act::Limit(octets) => writeln!(input, "limit {octets}").unwrap(),
                Act::Block(octets) => writeln!(input, "block {}", hex(octets)).unwrap(),
            }
        }
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/inflate.py");
    let mut child =
        Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut stdin = child.stdin.take().unwrap();
    let feeding = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let done = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    (done.status.code() == Some(0))
        .then(|| String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// What is decoded here, written as the other does it, and what is wrong with it.
fn decoded(decoder: &mut Decoder, block: &[u8]) -> (String, Block) {
    let mut line = "ok".to_owned();
    let known = |text: &Text<'_>| match text {
        Text::Known(octets) => hex(octets),
        Text::Unknown { .. } => "?".to_owned(),
    };
    let summary = decoder.decode(block, &mut |field| {
        write!(line, " {}:{}", known(&field.name), known(&field.value)).unwrap();
    });
    (line, summary)
}

#[test]
fn libnghttp2_reads_the_same_fields_and_refuses_the_same_blocks() {
    let count = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let (mut runner, strategy) = (TestRunner::deterministic(), history());
    let histories: Vec<_> = (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let Some(said) = of_nghttp2(&histories) else {
        writeln!(std::io::stderr(), "skipped: no python3 with libnghttp2 to compare with").unwrap();
        return;
    };
    let (mut said, mut blocks, mut refused) = (said.iter(), 0, 0);
    for history in &histories {
        let mut decoder = Decoder::new();
        let mut over = false;
        for act in history {
            match act {
                Act::Limit(octets) => {
                    decoder.set_limit(*octets);
                    decoder.require_update(*octets);
                }
                Act::Block(octets) => {
                    let theirs = said.next().unwrap();
                    if over {
                        continue;
                    }
                    let (ours, summary) = decoded(&mut decoder, octets);
                    let place = format!("{history:?}\nblock {}: {summary:?}", hex(octets));
                    blocks += 1;
                    match (summary.error, theirs.starts_with("ok")) {
                        (None, true) => assert_eq!(ours, *theirs, "{place}"),
                        (None, false) => panic!("only libnghttp2 refuses: {theirs}\n{place}"),
                        (Some(_), true) => panic!("only h2lint refuses\n{place}"),
                        (Some(_), false) => refused += 1,
                    }
                    over = summary.error.is_some() || !theirs.starts_with("ok");
                }
            }
        }
    }
    assert!(
        refused * 20 > histories.len() && blocks > 2 * histories.len(),
        "{refused} of {blocks} blocks refused"
    );
}
