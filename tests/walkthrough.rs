//! The walk-through of the README: a baseline is written, a regression appears, and the exit code says so.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

/// The commands of the section, each with the exit code that stands behind it: `$ h2lint …  # exit code 1`.
fn commands(section: &str) -> Vec<(Vec<String>, i32)> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = readme.split_once(section).expect("the section is there");
    let (block, _) = after.split_once("```console\n").unwrap().1.split_once("```").unwrap();
    let read = |line: &str| {
        let (words, code) = line.strip_prefix("$ h2lint ")?.split_once("  # exit code ")?;
        Some((words.split_whitespace().map(str::to_owned).collect(), code.trim().parse().ok()?))
    };
    block.lines().filter_map(read).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn the_walk_through_of_the_readme_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let copy = |from: &str, to: &str| {
        fs::copy(root().join("testdata/captures").join(from), folder.path().join(to)).unwrap();
    };
    copy("cmux/hang-grpcgo/capture.pcap", "monday.pcap");
    copy("cmux/hang-grpcgo/capture.pcap", "tuesday.pcap");
    copy("fault/settings-ack-with-payload/capture.pcap", "wednesday.pcap");
    let steps = commands("## Only what is new");
    assert!(steps.len() >= 5, "{steps:?}");
    for (words, code) in steps {
        let run = Command::new(cargo_bin("h2lint"))
            .args(&words)
            .env_clear()
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{words:?}\n{said}");
    }
}
