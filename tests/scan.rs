//! Many captures in one scan: the same bytes for any number of threads and any shards, each format as it is agreed, and no bad file
//! that stops the rest.
#![cfg(feature = "cli")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "these are tests"
)]

#[path = "../src/report/validator.rs"]
#[allow(dead_code, reason = "shared with the tests of the library")]
mod validator;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use h2lint::frame::ErrorCode;
use h2lint::script::{Script, data, get, goaway};
use serde_json::{Value, json};

const FORMATS: [&str; 9] = ["text", "json", "ndjson", "junit", "sarif", "github", "gitlab", "md", "csv"];

/// Captures with an error in two of them, a warning, nothing at all, and a file that is no capture.
const CAPTURES: [(&str, &str); 6] = [
    ("a/hang.pcap", "cmux/hang-grpcgo/capture.pcap"),
    ("a/late.pcap", "cmux/latent-late-headers/capture.pcap"),
    ("b/again.pcap", "cmux/hang-grpcio/capture.pcap"),
    ("b/fine.pcap", "h2c/node-node/capture.pcap"),
    ("b/idle.pcap", "fault/data-on-idle-stream/capture.pcap"),
    ("c/http1.pcap", "h2c/upgrade-ignored/capture.pcap"),
];

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin("h2lint"));
    command.args(words).env_clear().current_dir(folder);
    command
}

fn run(folder: &Path, words: &[&str]) -> Output {
    command(folder, words).output().expect("the program runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).expect("UTF-8")
}

fn report(octets: &[u8]) -> Value {
    serde_json::from_slice(octets).expect("JSON")
}

/// A folder with captures, and a file among them that is none.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures");
    for (name, source) in CAPTURES {
        put(&folder, name, &fs::read(captures.join(source)).expect("the capture"));
    }
    put(&folder, "b/broken.pcap", b"this is no capture at all");
    folder
}

fn put(folder: &tempfile::TempDir, name: &str, octets: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, octets).unwrap();
}

fn scan(folder: &tempfile::TempDir, words: &[&str]) -> Output {
    run(folder.path(), &[&["scan", "."], words].concat())
}

#[test]
fn every_format_of_the_same_captures_is_as_agreed() {
    let folder = folder();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        for format in FORMATS.iter().filter(|format| **format != "sarif") {
            let said = text(&scan(&folder, &["--format", format]).stdout);
            insta::assert_snapshot!(format!("scan-{format}"), said);
        }
        let mut sarif = report(&scan(&folder, &["--format", "sarif"]).stdout);
        sarif["runs"][0]["tool"]["driver"]["rules"] = json!("the catalogue");
        insta::assert_snapshot!("scan-sarif", serde_json::to_string_pretty(&sarif).unwrap());
        for rows in ["connections", "streams"] {
            let said = text(&scan(&folder, &["--format", "csv", "--rows", rows]).stdout);
            insta::assert_snapshot!(format!("scan-csv-{rows}"), said);
        }
        for by in ["culprit", "conn", "file"] {
            let said = text(&scan(&folder, &["--group-by", by, "--detail", "brief"]).stdout);
            insta::assert_snapshot!(format!("scan-by-{by}"), said);
        }
    });
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let folder = folder();
    for format in FORMATS {
        let [one, eight, again] =
            ["1", "8", "8"].map(|threads| scan(&folder, &["--format", format, "-j", threads]));
        assert_eq!((&one.stdout, &one.stderr), (&eight.stdout, &eight.stderr), "{format}");
        assert_eq!((eight.stdout, eight.stderr), (again.stdout, again.stderr), "{format}");
    }
}

#[test]
fn merged_shards_say_what_one_run_says() {
    let folder = folder();
    let limits: [&[&str]; 2] = [&[], &["--limit-conns", "3", "--limit-streams", "4"]];
    for limits in limits {
        let mut shards = Vec::new();
        for shard in ["3/3", "1/3", "2/3"] {
            let name = format!("shard-{}.json", shard.replace('/', "-"));
            let file = format!("json={name}");
            scan(&folder, &[&["--shard", shard, "-o", &file, "-q"], limits].concat());
            shards.push(name);
        }
        let merge: Vec<&str> = ["merge"].into_iter().chain(shards.iter().map(String::as_str)).collect();
        for format in FORMATS.iter().filter(|format| limits.is_empty() || **format != "ndjson") {
            let words = [&["--format", format], limits].concat();
            let (whole, merged) = (scan(&folder, &words), run(folder.path(), &[&merge[..], &words].concat()));
            assert_eq!(text(&merged.stdout), text(&whole.stdout), "{format}");
            assert_eq!(merged.status.code(), whole.status.code(), "{format}");
        }
        for name in shards {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
    }
}

#[test]
fn one_bad_file_is_named_and_stops_nothing() {
    let folder = folder();
    let warned = scan(&folder, &["--format", "json"]);
    let said = text(&warned.stderr);
    assert_eq!(warned.status.code(), Some(3));
    assert!(
        said.starts_with("h2lint: b/broken.pcap: not a packet capture") && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(report(&warned.stdout)["inputs"].as_array().map(Vec::len), Some(7));
    let skipped = scan(&folder, &["--format", "json", "--on-bad-file", "skip"]);
    assert_eq!((skipped.status.code(), skipped.stdout, skipped.stderr.len()), (Some(3), warned.stdout, 0));
    let failed = scan(&folder, &["--on-bad-file", "fail"]);
    assert_eq!((failed.status.code(), failed.stdout.len()), (Some(3), 0));
    assert!(text(&failed.stderr).contains("b/broken.pcap"));
}

#[test]
fn exit_codes_are_those_of_one_capture() {
    let folder = folder();
    let code = |words: &[&str]| run(folder.path(), &[&["scan"], words].concat()).status.code();
    assert_eq!(code(&["b/fine.pcap", "a/hang.pcap"]), Some(1));
    assert_eq!(code(&["b/fine.pcap", "a/hang.pcap", "--exit-zero"]), Some(0));
    assert_eq!(code(&["b/fine.pcap", "c/http1.pcap"]), Some(0));
    assert_eq!(code(&["no-such.pcap", "a/hang.pcap"]), Some(3));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(code(&["empty"]), Some(4));
    assert_eq!(code(&["empty", "--allow-empty"]), Some(0));
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["a", "--shard", "4/3"]), Some(2));
    assert_eq!(code(&["nothing/*.pcap"]), Some(3));
    let unmerged = run(folder.path(), &["merge", "b/broken.pcap"]);
    assert_eq!((unmerged.status.code(), unmerged.stdout.len()), (Some(3), 0));
}

#[test]
fn a_rotated_capture_is_one_capture_of_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let file = Script::open().client([get(1)]).client([data(5, b"x")]).close().pcap();
    let mut at = 24;
    for _ in 0..6 {
        let length = u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap());
        at += 16 + usize::try_from(length).unwrap();
    }
    put(&folder, "ring.pcap", &file[..at]);
    put(&folder, "ring.pcap1", &[&file[..24], &file[at..]].concat());
    let said = report(&scan(&folder, &["--format", "json"]).stdout);
    assert_eq!(said["inputs"][1]["scan"]["continues"], "ring.pcap");
    assert_eq!(said["totals"]["connections"], 1);
    let whole = text(&scan(&folder, &[]).stdout);
    assert!(whole.contains("1 of 1 capture has problems"), "{whole}");
}

#[test]
fn json_and_its_lines_fit_the_schema() {
    let folder = folder();
    let schema: Value = serde_json::from_str(h2lint::report::report_schema()).unwrap();
    let whole = report(&scan(&folder, &["--format", "json", "--min-confidence", "possible"]).stdout);
    assert_eq!(validator::misfits(&schema, &whole, "report", &schema), Vec::<String>::new());
    let lines = text(&scan(&folder, &["--format", "ndjson"]).stdout);
    let mut kinds = Vec::new();
    for line in lines.lines() {
        let mut row: Value = serde_json::from_str(line).unwrap();
        let kind = row.as_object_mut().unwrap().remove("type").unwrap().as_str().unwrap().to_owned();
        if kind != "summary" {
            let schema = json!({ "$ref": format!("#/$defs/{kind}"), "$defs": schema["$defs"] });
            assert_eq!(validator::misfits(&schema, &row, &kind, &schema), Vec::<String>::new());
        }
        kinds.push(kind);
    }
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("input", "summary"));
    assert_eq!(kinds.iter().filter(|kind| *kind == "input").count(), 7);
}

/// What SARIF 2.1.0 requires of the parts that are written here: sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.36 to 3.38, 3.49. The whole
/// schema of OASIS (`sarif-schema-2.1.0.json`) is held against the log as well, where the variable SARIF_SCHEMA names it.
#[test]
fn sarif_has_what_its_specification_requires() {
    let folder = folder();
    fs::create_dir(folder.path().join("ä b%")).unwrap();
    fs::copy(folder.path().join("a/hang.pcap"), folder.path().join("ä b%/#1?.pcap")).unwrap();
    let log = report(&scan(&folder, &["--format", "sarif", "--detail", "full"]).stdout);
    let schema: Value = serde_json::from_str(include_str!("sarif.schema.json")).unwrap();
    assert_eq!(validator::misfits(&schema, &log, "sarif", &schema), Vec::<String>::new());
    match std::env::var_os("SARIF_SCHEMA").map(|path| fs::read_to_string(path).expect("the schema is there"))
    {
        Some(text) => {
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(validator::misfits(&whole, &log, "sarif", &whole), Vec::<String>::new());
        }
        None => eprintln!("the whole schema is not at hand: SARIF_SCHEMA names it"),
    }
    let known: Vec<&Value> = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["id"])
        .collect();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty() && results.iter().all(|result| known.contains(&&result["ruleId"])));
}

#[test]
fn gitlab_has_what_its_documentation_requires() {
    let folder = folder();
    let issues = report(&scan(&folder, &["--format", "gitlab"]).stdout);
    let mut prints: Vec<&str> = Vec::new();
    for issue in issues.as_array().unwrap() {
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap())
        );
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
        assert!(!issue["location"]["path"].as_str().unwrap().starts_with("./"));
        prints.push(issue["fingerprint"].as_str().unwrap());
    }
    prints.sort_unstable();
    let count = prints.len();
    prints.dedup();
    assert!(count > 3 && prints.len() == count, "each has a fingerprint of its own");
}

#[test]
fn a_job_of_github_gets_its_summary() {
    let folder = folder();
    let path = folder.path().join("summary.md");
    fs::write(&path, "before\n").unwrap();
    let output = command(folder.path(), &["scan", "a", "--format", "github"])
        .env("GITHUB_STEP_SUMMARY", &path)
        .output()
        .expect("the program runs");
    assert!(text(&output.stdout).starts_with("::error file=a/hang.pcap,line=6,title=PRE001 "));
    let summary = fs::read_to_string(path).unwrap();
    assert!(summary.starts_with("before\n## h2lint: FAIL\n"), "{summary}");
}

#[test]
fn several_formats_are_written_at_once_and_single_captures_have_them_too() {
    let folder = folder();
    let files: Vec<String> = FORMATS.iter().map(|format| format!("{format}=out.{format}")).collect();
    let mut words = vec!["a/hang.pcap"];
    words.extend(files.iter().flat_map(|file| ["-o", file.as_str()]));
    assert_eq!(run(folder.path(), &words).status.code(), Some(1));
    for format in FORMATS {
        let said = fs::read_to_string(folder.path().join(format!("out.{format}"))).unwrap();
        assert!(said.contains("PRE001"), "{format}: {said}");
        let alone = run(folder.path(), &["a/hang.pcap", "--format", format]);
        assert_eq!(text(&alone.stdout), said, "{format}");
    }
}

#[test]
fn the_walk_through_in_the_readme_works_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("Many captures")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut said = String::new();
    let mut tried = 0;
    let inside = section.split("```").skip(1).step_by(2);
    for line in inside.flat_map(str::lines).filter(|line| *line != "console") {
        let Some(words) = line.strip_prefix("$ h2lint ") else {
            assert!(said.lines().any(|printed| printed == line), "{line:?} is not in {said}");
            continue;
        };
        let (words, code) = words.split_once("# exit code ").expect("each command tells its exit code");
        let words: Vec<String> = words
            .split_whitespace()
            .map(|word| word.replace("testdata/", &format!("{}/testdata/", root.display())))
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = run(folder.path(), &words);
        assert_eq!(output.status.code().map(|code| code.to_string()).as_deref(), Some(code.trim()), "{line}");
        said = text(&output.stdout);
        tried += 1;
    }
    assert!(tried > 5, "only {tried} commands");
    for file in ["h2lint.sarif", "h2lint.xml", "h2lint.md", "connections.csv", "one.json", "two.json"] {
        assert!(folder.path().join(file).metadata().unwrap().len() > 100, "{file}");
    }
}

#[test]
fn nothing_captured_passes_through_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let odd = "\u{1b}]0;owned\u{7}\u{202e}evil";
    let payload = [&[0, 0, 0, 1, 0, 0, 0, 2], odd.as_bytes()].concat();
    let last = goaway(1, ErrorCode::INTERNAL_ERROR).map(|frame| frame.payload(&payload));
    put(
        &folder,
        "hostile\u{1b}[31m.pcap",
        &Script::open().client([get(1)]).server([last]).client([data(1, b"late")]).close().pcap(),
    );
    for format in FORMATS.iter().filter(|format| !["json", "ndjson"].contains(format)) {
        let said = text(&scan(&folder, &["--format", format, "--all", "--detail", "full"]).stdout);
        let wild = |char: char| (char.is_control() && !['\n', '\r'].contains(&char)) || char == '\u{202e}';
        assert!(!said.contains(wild), "{format}: {said:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_tree_made_to_trap_a_scan_is_walked_once_and_what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().expect("a directory");
    let capture = Script::open().client([get(1)]).close().pcap();
    let mut deep = folder.path().to_owned();
    (0..300).for_each(|_| deep.push("d"));
    fs::create_dir_all(&deep).expect("directories in directories");
    fs::write(deep.join("end.pcap"), &capture).expect("a capture");
    for number in 0..2_000 {
        fs::write(folder.path().join(format!("{number}.pcap")), &capture[..capture.len().min(24)])
            .expect("a capture without packets");
    }
    fs::write(folder.path().join("empty.pcap"), b"").expect("an empty file");
    std::os::unix::fs::symlink("..", folder.path().join("d/up")).expect("a link");
    std::os::unix::fs::symlink("self", folder.path().join("self")).expect("a link");
    let pipe = Command::new("mkfifo").arg(folder.path().join("pipe.pcap")).status();
    assert!(pipe.expect("mkfifo").success());
    let report = report(&run(folder.path(), &["scan", ".", "--format", "json"]).stdout);
    assert_eq!(report["inputs"].as_array().map(Vec::len), Some(2_002));
    assert_eq!(report["totals"]["connections"], 1);
    let failed = |input: &&Value| !input["error"].is_null();
    let failed: Vec<_> = report["inputs"].as_array().expect("inputs").iter().filter(failed).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
}
