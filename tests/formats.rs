//! Formats that other programs read: what they are made of, on captures with names that no format likes, and with findings that are
//! known.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use quick_junit::{Report as Junit, TestCaseStatus};
use regex::Regex;
use serde_json::Value;

/// Files with names that CSV, workflow commands, URIs and XML have to escape.
const NAMES: [&str; 4] = ["a,b;\"c\".pcap", "=cmd|x.pcap", "100%:<&>'.pcap", "line\nbreak #1?.pcap"];

/// A capture with an error under each name, one without, a file that is none, and an error that is known on another server.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures");
    let put = |name: &str, source: &str| {
        fs::copy(captures.join(source).join("capture.pcap"), folder.path().join(name)).unwrap();
    };
    NAMES.iter().for_each(|name| put(name, "cmux/hang-grpcgo"));
    put("fine.pcap", "h2c/node-node");
    put("late.pcap", "cmux/latent-late-headers");
    fs::write(folder.path().join("broken,.pcap"), "no capture").unwrap();
    fs::write(
        folder.path().join("h2lint.toml"),
        "[[suppress]]\nrule = \"PRE003\"\nreason = \"known\"\n[[suppress]]\nrule = \"FLW001\"\nreason = \"gone\"\n",
    )
    .unwrap();
    folder
}

fn scan(folder: &tempfile::TempDir, words: &[&str]) -> (String, String) {
    let mut command = Command::cargo_bin("h2lint").unwrap();
    let output =
        command.arg("scan").arg(".").args(words).current_dir(folder.path()).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn json(folder: &tempfile::TempDir) -> Value {
    serde_json::from_str(&scan(folder, &["--format", "json"]).0).unwrap()
}

#[test]
fn junit_can_be_read_and_its_counts_are_those_of_its_cases() {
    let folder = folder();
    let (text, _) = scan(&folder, &["--format", "junit"]);
    let document = Junit::deserialize_from_str(&text).expect("JUnit");
    assert_eq!(document.test_suites.len(), 7);
    for suite in &document.test_suites {
        let count = |wanted: fn(&TestCaseStatus) -> bool| {
            suite.test_cases.iter().filter(|case| wanted(&case.status)).count()
        };
        assert_eq!(suite.tests, suite.test_cases.len(), "{}", suite.name.as_str());
        assert_eq!(
            suite.disabled.unwrap_or(0),
            count(|status| matches!(status, TestCaseStatus::Skipped { .. }))
        );
        let bad = count(|status| matches!(status, TestCaseStatus::NonSuccess { .. }));
        assert_eq!(suite.failures + suite.errors, bad, "{}", suite.name.as_str());
        let mut names: Vec<&str> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), suite.test_cases.len(), "each area once in {}", suite.name.as_str());
    }
    let failing = document.test_suites.iter().filter(|suite| suite.failures > 0).count();
    let unread = document.test_suites.iter().filter(|suite| suite.errors > 0).count();
    assert_eq!((failing, unread), (NAMES.len(), 1));
}

#[test]
fn workflow_commands_are_one_line_each_with_nothing_unescaped() {
    let folder = folder();
    let (text, _) = scan(&folder, &["--format", "github"]);
    let shape = r"^::(error|warning|notice) (file=[^,:\r\n]+,)?(line=\d+,)?title=[^,:\r\n]+::[^\r\n]+$";
    let (shape, percent) = (Regex::new(shape).unwrap(), Regex::new("%(25|0A|0D|3A|2C)?").unwrap());
    for line in text.lines() {
        assert!(shape.is_match(line), "{line}");
        assert!(percent.find_iter(line).all(|found| found.len() == 3), "{line}");
    }
    let errors = text.lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, NAMES.len() + 1);
    assert!(
        text.contains("::error file=broken%2C.pcap,title=not read in full::not a packet capture"),
        "{text}"
    );
    assert!(text.ends_with("::notice title=h2lint::1 finding suppressed\n"), "{text}");
}

#[test]
fn every_row_of_csv_has_the_columns_of_its_header() {
    let folder = folder();
    let report = json(&folder);
    for (rows, list) in [("findings", "findings"), ("connections", "connections"), ("streams", "streams")] {
        let (text, _) = scan(&folder, &["--format", "csv", "--rows", rows]);
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("as long as the header")).collect();
        assert_eq!(records.len(), report[list].as_array().unwrap().len(), "{rows}");
        let cells = || records.iter().flat_map(csv::StringRecord::iter);
        assert!(cells().all(|cell| !cell.starts_with(['=', '+', '@'])), "{text}");
        assert!(rows == "streams" || cells().any(|cell| cell == "a,b;\"c\".pcap"), "{text}");
    }
}

#[test]
fn gitlab_issues_have_every_field_that_is_required() {
    let folder = folder();
    let issues: Value = serde_json::from_str(&scan(&folder, &["--format", "gitlab"]).0).unwrap();
    for issue in issues.as_array().unwrap() {
        let mut fields: Vec<&String> = issue.as_object().unwrap().keys().collect();
        fields.sort();
        assert_eq!(fields, ["check_name", "description", "fingerprint", "location", "severity"]);
        assert!(!issue["description"].as_str().unwrap().is_empty());
        assert!(issue["fingerprint"].as_str().unwrap().len() == 64);
    }
}

#[test]
fn every_format_that_has_a_place_for_it_says_how_much_is_suppressed() {
    let folder = folder();
    for (format, said) in [
        ("text", "1 finding suppressed"),
        ("json", "\"suppressed\": 1"),
        ("ndjson", "\"suppressed\":1"),
        ("junit", "<property name=\"suppressed\" value=\"1\"/>"),
        ("sarif", "\"suppressed\": 1"),
        ("github", "1 finding suppressed"),
        ("md", "1 finding suppressed"),
        ("html", "\"suppressed\":1"),
    ] {
        let (text, complaints) = scan(&folder, &["--format", format]);
        assert!(text.contains(said), "{format}: {text}");
        assert!(complaints.contains("nothing to suppress: no finding of FLW001"), "{format}: {complaints}");
    }
}

#[test]
fn the_page_has_the_structure_that_was_agreed_and_the_same_bytes_every_time() {
    let folder = folder();
    let page = |threads| scan(&folder, &["--format", "html", "-j", threads]).0;
    let (one, eight) = (page("1"), page("8"));
    assert!(one == eight && one == page("8"), "threads leave a trace");
    fs::remove_file(folder.path().join("h2lint.toml")).unwrap();
    let whole = scan(&folder, &["--format", "html"]).0;
    for shard in ["1/2", "2/2"] {
        let file = format!("json={}.json", shard.replace('/', "-"));
        let mut command = Command::cargo_bin("h2lint").unwrap();
        command.args(["scan", ".", "-q", "--shard", shard, "-o", &file]).current_dir(folder.path());
        command.output().unwrap();
    }
    let mut command = Command::cargo_bin("h2lint").unwrap();
    let merged =
        command.args(["merge", "2-2.json", "1-2.json", "--format", "html"]).current_dir(folder.path());
    let merged = String::from_utf8(merged.output().unwrap().stdout).unwrap();
    // A report does not carry what the diagrams of a page show.
    let undrawn = |page: &str| -> Vec<String> {
        page.lines().filter(|line| !line.contains("id=\"drawings\"")).map(str::to_owned).collect()
    };
    assert!(undrawn(&merged) == undrawn(&whole), "shards leave a trace");
    let inside = Regex::new(r"(?s)(<(?:script|style)[^>]*>).*?(</(?:script|style)>)").unwrap();
    let digest = Regex::new("sha256-[A-Za-z0-9+/]+=*").unwrap();
    let one = digest.replace(&one, "sha256-…");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("scan-html", inside.replace_all(&one, "$1…$2"));
    });
}
