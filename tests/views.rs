//! What `show` says of real conversations, at 80 columns and wide, in ASCII, and as JSON.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are tests"
)]

use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

fn capture(case: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures");
    root.join(case).join("capture.pcap").display().to_string()
}

fn show(case: &str, words: &[&str]) -> String {
    let mut command = Command::new(cargo_bin("h2lint"));
    let output =
        command.args(["show", &capture(case), "--as"]).args(words).env_clear().output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn golden(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_ladder_shows_silence_and_proof_of_receipt() {
    golden("ladder-hang", &show("cmux/hang-grpcgo", &["ladder"]));
    golden("ladder-call", &show("clean/goaway-grpcgo-graceful", &["ladder"]));
    golden("ladder-wide-ascii", &show("grpc/go-unary", &["ladder", "--width", "160", "--ascii"]));
}

#[test]
fn a_ladder_fits_the_page() {
    for case in ["clean/rst-in-flight", "grpc/four-kinds", "cmux/two-stacks"] {
        for width in ["80", "200"] {
            let said = show(case, &["ladder", "--width", width]);
            let most = said.lines().map(|line| line.chars().count()).max();
            assert!(most <= width.parse().ok(), "{case}: {most:?} of {width}");
        }
    }
}

#[test]
fn fields_are_told_as_the_wire_has_them() {
    golden("headers-call", &show("clean/goaway-grpcgo-graceful", &["headers"]));
    golden("hpack-call", &show("clean/goaway-grpcgo-graceful", &["hpack"]));
}

#[test]
fn a_table_is_told_as_it_was_behind_a_packet() {
    let before = show("clean/goaway-grpcgo-graceful", &["hpack", "--at-pkt", "10", "--format", "json"]);
    assert_eq!(before, "[]\n");
    let behind = show("clean/goaway-grpcgo-graceful", &["hpack", "--at-pkt", "11", "--format", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&behind).expect("JSON");
    assert!(rows.iter().all(|row| row["by"] == "client" && row["certainty"] == "exact"), "{behind}");
    assert_eq!(rows.len(), 6);
}

#[test]
fn the_rows_of_json_are_those_of_text() {
    for view in ["ladder", "headers", "hpack"] {
        let rows: Vec<Value> =
            serde_json::from_str(&show("grpc/four-kinds", &[view, "--format", "json"])).expect("JSON");
        assert_eq!(rows.len() + 1, show("grpc/four-kinds", &[view]).lines().count(), "{view}");
    }
}
