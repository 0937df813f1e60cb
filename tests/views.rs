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

/// The views, each with a conversation in which it has something to say.
const VIEWS: [(&str, &str); 14] = [
    ("conns", "grpc/four-kinds"),
    ("handshake", "tls/nginx-curl"),
    ("settings", "h2c/nghttp-nghttpd"),
    ("frames", "grpc/four-kinds"),
    ("streams", "clean/rst-in-flight"),
    ("ladder", "clean/rst-in-flight"),
    ("grpc", "grpc/four-kinds"),
    ("pings", "grpc/four-kinds"),
    ("windows", "clean/rst-in-flight"),
    ("concurrency", "clean/rst-in-flight"),
    ("latency", "grpc/four-kinds"),
    ("headers", "clean/rst-in-flight"),
    ("legs", "h2c/proxy-nghttpx"),
    ("hpack", "clean/rst-in-flight"),
];

/// How they are asked for.
const LOOKS: [(&str, &[&str]); 5] = [
    ("80", &["--width", "80"]),
    ("80-colour", &["--width", "80", "--color", "always"]),
    ("80-ascii", &["--width", "80", "--ascii"]),
    ("200", &["--width", "200"]),
    ("piped", &[]),
];

#[test]
fn views_look_well_on_a_narrow_page_on_a_wide_one_and_in_a_pipe() {
    for (name, look) in LOOKS {
        let all = VIEWS.map(|(view, case)| {
            let words: Vec<&str> = [view].iter().chain(look).copied().collect();
            let said: String = show(case, &words).lines().take(24).map(|line| format!("{line}\n")).collect();
            format!("$ h2lint show {case} --as {}\n{said}", words.join(" "))
        });
        golden(&format!("views-{name}"), &all.join("\n").replace('\u{1b}', "\\e"));
    }
}

#[test]
fn on_a_narrow_page_no_row_is_wider_than_it_and_in_a_pipe_each_row_is_a_line() {
    for (view, case) in VIEWS {
        let said = show(case, &[view, "--width", "80"]);
        let wide: Vec<&str> = said.lines().filter(|line| line.chars().count() > 80).collect();
        // How a stream ended is never cut.
        assert!(wide.is_empty() || view == "streams", "{view}: {wide:#?}");
        let ascii = show(case, &[view, "--ascii"]);
        assert!(ascii.is_ascii(), "{view}: {ascii}");
        let plain = show(case, &[view, "--color", "always"]).replace("\u{1b}[", "");
        assert!(!plain.contains('\u{1b}'), "{view}");
    }
    for view in ["frames", "streams", "latency", "headers", "handshake", "pings"] {
        let case = if view == "handshake" { "tls/nginx-curl" } else { "grpc/four-kinds" };
        let rows: Vec<Value> = serde_json::from_str(&show(case, &[view, "--format", "json"])).expect("JSON");
        assert_eq!(rows.len() + 1, show(case, &[view]).lines().count(), "{view}");
    }
}

fn rows(case: &str, words: &[&str]) -> Vec<Value> {
    let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
    serde_json::from_str(&show(case, &words)).expect("JSON")
}

#[test]
fn a_filter_narrows_every_view() {
    let case = "grpc/four-kinds";
    let failed = ["--filter", "grpc.status!=0"];
    for view in ["frames", "streams", "grpc", "windows", "latency", "headers", "ladder"] {
        let words: Vec<&str> = [view].into_iter().chain(failed).collect();
        let (all, some) = (rows(case, &[view]), rows(case, &words));
        assert!(!some.is_empty() && some.len() < all.len(), "{view}: {} of {}", some.len(), all.len());
        let other =
            some.iter().find(|row| row["stream"].as_u64().is_some_and(|stream| stream != 9 && stream != 0));
        assert!(other.is_none(), "{view}: {other:#?}");
    }
    for view in ["conns", "settings", "pings", "concurrency", "hpack"] {
        let words: Vec<&str> = [view].into_iter().chain(failed).collect();
        assert_eq!(rows(case, &words).len(), rows(case, &[view]).len(), "{view}");
        assert!(rows(case, &[view, "--filter", "conn==7"]).is_empty(), "{view}");
    }
    assert!(rows("tls/nginx-curl", &["handshake", "--filter", "conn==1"]).iter().all(|row| row["conn"] == 1));
}

#[test]
fn a_range_of_time_narrows_what_has_a_moment_and_what_lasted() {
    let case = "grpc/four-kinds";
    let during = ["--filter", "time in 0.0005..0.0026"];
    for view in ["frames", "headers", "pings", "ladder"] {
        let words: Vec<&str> = [view].into_iter().chain(during).collect();
        let inside = |row: &&Value| row["t"].as_f64().is_some_and(|t| (0.0005..=0.0026).contains(&t));
        let (all, some) = (rows(case, &[view]), rows(case, &words));
        assert_eq!(some.len(), all.iter().filter(inside).count(), "{view}");
        assert!(!some.is_empty() && some.len() < all.len(), "{view}");
    }
    for view in ["streams", "grpc", "latency"] {
        let words: Vec<&str> = [view].into_iter().chain(during).collect();
        let streams: Vec<_> = rows(case, &words).iter().map(|row| row["stream"].as_u64()).collect();
        assert_eq!(streams, [Some(1)], "{view}");
    }
}

#[test]
fn connections_can_be_named_more_than_once_and_moments_follow_the_clock() {
    let some = rows("h2c/h2load-many", &["streams", "--conn", "0", "--conn", "1", "--stream", "3"]);
    let conns: Vec<_> = some.iter().map(|row| row["conn"].as_u64()).collect();
    assert_eq!(conns, [Some(0), Some(1)]);
    for view in ["frames", "headers", "pings", "ladder"] {
        let said = show("grpc/four-kinds", &[view, "--time", "utc"]);
        assert!(said.lines().nth(1).is_some_and(|line| line.contains("2026-11-21")), "{view}: {said}");
    }
}
