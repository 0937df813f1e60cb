//! What is known does not count: configuration, comments and baseline mean for a scan what they mean for one capture, for any number
//! of threads, and for shards that are merged.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// A folder with captures, a configuration, and a baseline that knows one of their faults.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("c")).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures");
    for (case, name) in [
        ("cmux/hang-grpcgo", "a.pcap"),
        ("fault/settings-ack-with-payload", "b.pcap"),
        ("cmux/hang-grpcgo", "d.pcap"),
        ("fault/data-on-idle-stream", "e.pcap"),
    ] {
        let capture = from.join(case).join("capture.pcap");
        fs::copy(&capture, folder.path().join("c").join(name)).expect(case);
    }
    fs::write(folder.path().join("c/f.pcap"), "no capture at all").unwrap();
    let run = run(&folder, &["baseline", "write", "c/a.pcap", "--today", "2026-10-01", "--isolated"]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    fs::write(folder.path().join("h2lint.toml"), CONFIG).unwrap();
    folder
}

const CONFIG: &str = r#"
schema = 1
format = "json"
[rules.severity]
STS = "warning"
[endpoints]
"127.0.0.1:1" = "nobody"
[[suppress]]
rule = "SET001"
reason = "known since the upgrade"
[[suppress]]
rule = "HPK"
reason = "nothing of it here"
[profile.old]
min_confidence = "possible"
"#;

fn run(folder: &TempDir, words: &[&str]) -> Output {
    let mut command = Command::new(cargo_bin("h2lint"));
    command.args(words).env_clear().current_dir(folder.path()).output().unwrap()
}

fn scan(folder: &TempDir, words: &[&str]) -> String {
    let words: Vec<&str> = ["scan", "c", "--today", "2026-12-01"].iter().chain(words).copied().collect();
    let run = run(folder, &words);
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn a_wrong_severity_for_a_prefix_is_told_with_file_and_line() {
    let folder = folder();
    let run = run(&folder, &["scan", "c"]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!((run.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.starts_with("h2lint: h2lint.toml:5: "), "{said}");
}

/// The same, with a configuration that can be read.
fn good() -> TempDir {
    let folder = folder();
    let config = CONFIG.replace("STS =", "STS005 =");
    fs::write(folder.path().join("h2lint.toml"), config).unwrap();
    folder
}

#[test]
fn shards_merge_to_the_bytes_of_one_run_and_threads_leave_no_trace() {
    let folder = good();
    for detail in ["normal", "full"] {
        let whole = scan(&folder, &["-j", "1", "--detail", detail]);
        assert_eq!(whole, scan(&folder, &["-j", "8", "--detail", detail]));
        for part in ["1/2", "2/2"] {
            let part = scan(&folder, &["--shard", part, "--detail", detail]);
            let name = format!("{}.json", part.len());
            fs::write(folder.path().join(name), part).unwrap();
        }
        let parts: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".json") && !name.starts_with('.'))
            .collect();
        for format in ["json", "text", "junit", "sarif", "github", "gitlab", "md", "csv", "html"] {
            let words: Vec<&str> = ["merge", "--format", format, "--detail", detail]
                .into_iter()
                .chain(parts.iter().map(String::as_str))
                .collect();
            let merged = String::from_utf8(run(&folder, &words).stdout).unwrap();
            let whole = scan(&folder, &["--format", format, "--detail", detail]);
            assert_eq!(undrawn(&merged), undrawn(&whole), "{format}");
            assert_eq!(
                whole,
                scan(&folder, &["-j", "1", "--format", format, "--detail", detail]),
                "{format}"
            );
        }
        parts.iter().for_each(|name| fs::remove_file(folder.path().join(name)).unwrap());
    }
}

/// Without the frames that the diagrams of a page show: a report does not carry them.
fn undrawn(text: &str) -> String {
    let drawings = |line: &&str| line.contains("id=\"drawings\"");
    text.lines().filter(|line| !drawings(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_report_says_what_each_suppression_did_and_what_did_nothing() {
    let folder = good();
    let report: serde_json::Value = serde_json::from_str(&scan(&folder, &[])).unwrap();
    let texts: Vec<&str> =
        report["notices"].as_array().unwrap().iter().filter_map(|notice| notice["text"].as_str()).collect();
    assert!(texts.contains(&"4 suppressed by baseline (oldest 61 days)"), "{texts:?}");
    assert!(texts.contains(&"h2lint.toml:11: nothing to suppress: no finding of HPK"), "{texts:?}");
    assert_eq!(texts.len(), 2, "{texts:?}");
    let rows = report["suppressions"].as_array().unwrap();
    let by = |who: &str| rows.iter().filter(|row| row["by"] == who).count();
    assert_eq!((by("baseline"), by("config")), (2, 2), "{rows:#?}");
    assert_eq!(report["verdict"]["counts"]["suppressed"], 5, "{}", report["verdict"]);
    assert_eq!(report["verdict"]["exit_code"], 3);
}

#[test]
fn a_capture_by_itself_is_judged_as_in_a_scan() {
    let folder = good();
    let alone = run(&folder, &["c/a.pcap", "--today", "2026-12-01", "--format", "json"]);
    assert_eq!(alone.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&alone.stdout).unwrap();
    assert_eq!(report["verdict"]["counts"]["suppressed"], 2);
}

#[test]
fn reports_of_scans_are_compared_by_fault_and_server() {
    let folder = good();
    fs::write(folder.path().join("h2lint.toml"), "[endpoints]\n\"127.0.0.1:31050\" = \"greeter\"\n").unwrap();
    let report = |path: &str| {
        let run = run(&folder, &["scan", path, "--format", "json", "--no-baseline"]);
        String::from_utf8(run.stdout).unwrap()
    };
    fs::write(folder.path().join("old.json"), report("c/e.pcap")).unwrap();
    fs::write(folder.path().join("new.json"), report("c/[ade].pcap")).unwrap();
    let worse = run(&folder, &["diff", "old.json", "new.json"]);
    let said = String::from_utf8(worse.stdout).unwrap();
    assert_eq!(worse.status.code(), Some(1), "{said}");
    assert!(said.contains("PRE001") && said.contains("greeter"), "{said}");
    let better = run(&folder, &["diff", "new.json", "old.json", "--format", "md"]);
    assert!(String::from_utf8(better.stdout).unwrap().contains("PRE001"));
    let same = run(&folder, &["diff", "new.json", "new.json", "--format", "json"]);
    let same: serde_json::Value = serde_json::from_slice(&same.stdout).unwrap();
    assert!(same["new"].as_array().unwrap().is_empty() && same["same"].as_u64() > Some(0), "{same}");
}

#[test]
fn a_wrong_value_that_only_a_command_knows_is_told_with_file_and_line() {
    let folder = good();
    for (text, said) in [
        ("# formats\nformat = \"yml\"\n", "h2lint: h2lint.toml:2: unknown format `yml`; "),
        ("output = [\"sarif\"]\n", "h2lint: h2lint.toml:1: -o sarif: write FORMAT=PATH"),
    ] {
        fs::write(folder.path().join("h2lint.toml"), text).unwrap();
        let run = run(&folder, &["c/a.pcap"]);
        let complaint = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2));
        assert!(complaint.starts_with(said), "{complaint}");
    }
}

#[test]
fn every_format_is_the_same_on_a_second_run_and_on_any_threads() {
    let folder = good();
    for format in ["text", "json", "ndjson", "html", "junit", "sarif", "github", "gitlab", "md", "csv"] {
        let scans: Vec<String> = ["1", "8", "8"]
            .iter()
            .map(|threads| scan(&folder, &["--format", format, "-j", threads]))
            .collect();
        assert!(scans.iter().all(|text| *text == scans[0] && !text.is_empty()), "{format}");
    }
}

#[test]
fn the_full_text_names_what_is_known_and_why() {
    let folder = good();
    let scanned = scan(&folder, &["--format", "text", "--detail", "full", "--no-baseline"]);
    assert!(scanned.contains("known  SET001"), "{scanned}");
    assert!(scanned.contains("by config: known"), "{scanned}");
    let alone = run(&folder, &["c/b.pcap", "--format", "text", "--detail", "full"]);
    let alone = String::from_utf8(alone.stdout).unwrap();
    assert!(alone.contains("known  SET001") && alone.starts_with("PASS"), "{alone}");
}

#[test]
fn names_of_servers_are_given_by_address_too() {
    let folder = good();
    fs::write(folder.path().join("h2lint.toml"), "[endpoints]\n\"127.0.0.1\" = \"greeter\"\n").unwrap();
    let scanned = scan(&folder, &["--format", "text", "--no-baseline", "-j", "2"]);
    assert!(scanned.contains("server=greeter"), "{scanned}");
}
