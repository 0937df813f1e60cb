//! The public stories of `hpack-test-case`: field blocks of many encoders, with the fields they stand for. The variable
//! `HPACK_TEST_CASE` names the folder of a checkout (<https://github.com/http2jp/hpack-test-case>); without it the tests
//! say so and pass.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use h2lint::hpack::{Block, Decoder, Text};
use serde_json::Value;

/// One connection's field blocks in one direction.
struct Story {
    path: PathBuf,
    cases: Vec<Case>,
}

struct Case {
    /// What the receiver's SETTINGS_HEADER_TABLE_SIZE was when the block was written, if it changed.
    limit: Option<u32>,
    wire: Vec<u8>,
    fields: Vec<(String, String)>,
}

#[test]
fn every_story_decodes_to_its_fields() {
    for story in stories() {
        let mut decoder = Decoder::new();
        for (number, case) in story.cases.iter().enumerate() {
            if let Some(limit) = case.limit {
                decoder.set_limit(limit);
                decoder.require_update(limit);
            }
            let (fields, summary) = decode(&mut decoder, &case.wire);
            let place = format!("{} case {number}", story.path.display());
            assert_eq!((summary.error, summary.complete), (None, true), "{place}");
            let expected: Vec<_> =
                case.fields.iter().map(|(name, value)| (Some(name), Some(value))).collect();
            let fields: Vec<_> = fields.iter().map(|[name, value]| (name.as_ref(), value.as_ref())).collect();
            assert_eq!(fields, expected, "{place}");
        }
        assert!(decoder.exact());
    }
}

#[test]
fn a_story_joined_late_is_never_read_wrong() {
    for story in stories() {
        for skipped in [1, 2, 5, 20] {
            let mut decoder = Decoder::joined_late();
            for (number, case) in story.cases.iter().enumerate().skip(skipped) {
                let (fields, summary) = decode(&mut decoder, &case.wire);
                let place = format!("{} case {number}, {skipped} skipped", story.path.display());
                assert_eq!((summary.error, fields.len()), (None, case.fields.len()), "{place}");
                for ([name, value], real) in fields.iter().zip(&case.fields) {
                    let agrees = name.as_ref().is_none_or(|name| *name == real.0)
                        && value.as_ref().is_none_or(|value| *value == real.1);
                    assert!(agrees, "{place}: {name:?}: {value:?} is {real:?}");
                }
            }
        }
    }
}

/// The fields, `None` for a text that is not known.
fn decode(decoder: &mut Decoder, wire: &[u8]) -> (Vec<[Option<String>; 2]>, Block) {
    let text = |text: Text<'_>| text.known().map(|octets| String::from_utf8(octets.to_vec()).unwrap());
    let mut fields = Vec::new();
    let summary = decoder.decode(wire, &mut |field| fields.push([field.name, field.value].map(text)));
    (fields, summary)
}

/// Every story with wire data.
fn stories() -> impl Iterator<Item = Story> {
    let folder = std::env::var_os("HPACK_TEST_CASE");
    if folder.is_none() {
        // Not `eprintln!`, which the test harness would keep to itself.
        io::stderr().write_all(b"skipped: HPACK_TEST_CASE names no checkout of hpack-test-case\n").unwrap();
    }
    let files: Vec<PathBuf> = folder.iter().flat_map(|folder| files(Path::new(folder))).collect();
    assert!(folder.is_none() || files.len() > 100, "no stories in {folder:?}");
    files
        .into_iter()
        .map(|path| story(&path))
        .filter(|story| story.cases.iter().any(|case| !case.wire.is_empty()))
}

/// The stories in the folders of `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let inner =
        entries(folder).filter(|path| path.is_dir()).flat_map(|path| entries(&path).collect::<Vec<_>>());
    let mut files: Vec<_> =
        inner.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

fn story(path: &Path) -> Story {
    let json: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cases = json.get("cases").and_then(Value::as_array).into_iter().flatten().map(case).collect();
    Story { path: path.to_owned(), cases }
}

fn case(json: &Value) -> Case {
    let limit =
        json.get("header_table_size").and_then(Value::as_u64).map(|size| u32::try_from(size).unwrap());
    let hex = json.get("wire").and_then(Value::as_str).unwrap_or_default();
    let digits: Vec<u8> =
        hex.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    let wire =
        digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit)).collect();
    let lines = json
        .get("headers")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .flat_map(|line| line.as_object().unwrap());
    let fields = lines.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    Case { limit, wire, fields }
}
