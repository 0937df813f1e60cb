//! The program as a person or a script meets it: exit codes, streams, colours, what reaches the terminal.
#![cfg(feature = "cli")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "these are tests"
)]

#[path = "../src/report/validator.rs"]
#[allow(dead_code, reason = "shared with the tests of the library")]
mod validator;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::cargo_bin;
use h2lint::frame::ErrorCode;
use h2lint::script::{Script, data, get, goaway, http1};
use serde_json::Value;

/// Runs the program with a clean environment.
fn command(words: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin("h2lint"));
    command.args(words).env_clear();
    command
}

fn run(words: &[&str]) -> Output {
    command(words).output().expect("the program runs")
}

fn code(words: &[&str]) -> Option<i32> {
    run(words).status.code()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).expect("UTF-8")
}

/// Directory of the captures of real programs.
fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures")
}

fn capture(case: &str) -> String {
    captures().join(case).join("capture.pcap").display().to_string()
}

/// A capture written for one test.
struct Written(tempfile::TempDir);

impl Written {
    fn new(octets: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        std::fs::write(folder.path().join("a.pcap"), octets).expect("written");
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.path().join("a.pcap").display().to_string()
    }
}

/// DATA on a stream that the client has ended.
fn faulty() -> Written {
    Written::new(&Script::open().client([get(1)]).client([data(1, b"late")]).close().pcap())
}

/// GOAWAY whose debug data would set the title of a terminal and turn the reading order.
fn hostile() -> Written {
    let mut payload = vec![0, 0, 0, 1, 0, 0, 0, 2];
    payload.extend("\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}evil".as_bytes());
    let talk = Script::open()
        .client([get(1)])
        .server([goaway(1, ErrorCode::INTERNAL_ERROR).map(|frame| frame.payload(&payload))]);
    Written::new(&talk.client([data(1, b"late")]).close().pcap())
}

/// One connection that speaks HTTP/1.1 only.
fn other_protocol() -> Written {
    let request = http1("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let answer = http1("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    Written::new(&Script::connect().client([request]).server([answer]).close().pcap())
}

fn all_captures() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![captures()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "pcap" || ending == "pcapng") {
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "{} captures", found.len());
    found
}

#[test]
fn exit_codes_tell_bad_traffic_from_a_bad_command() {
    let (faulty, other) = (faulty(), other_protocol());
    assert_eq!(code(&[&capture("h2c/nghttp-nghttpd")]), Some(0));
    assert_eq!(code(&[&faulty.path()]), Some(1));
    assert_eq!(code(&["analyze", &faulty.path()]), Some(1));
    assert_eq!(code(&["-r", &faulty.path()]), Some(1));
    assert_eq!(code(&[&faulty.path(), "--exit-zero"]), Some(0));
    assert_eq!(code(&[&faulty.path(), "--fail-on", "never"]), Some(0));
    assert_eq!(code(&[&faulty.path(), "--ignore", "STS"]), Some(0));
    assert_eq!(code(&[&faulty.path(), "--ignore", "data-after-end-stream"]), Some(0));
    assert_eq!(code(&[&faulty.path(), "--unknown-flag"]), Some(2));
    assert_eq!(code(&[&faulty.path(), "--select", "NO-SUCH-RULE"]), Some(2));
    assert_eq!(code(&["no-such-file.pcap"]), Some(3));
    assert_eq!(code(&[file!()]), Some(3));
    assert_eq!(code(&[&other.path()]), Some(4));
    assert_eq!(code(&[&other.path(), "--allow-empty"]), Some(0));
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
}

#[test]
fn the_help_names_every_command_and_flag() {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", text(&run(&["--help"]).stdout));
        insta::assert_snapshot!("help-show", text(&run(&["show", "--help"]).stdout));
    });
}

#[test]
fn the_first_word_is_the_verdict() {
    let (faulty, other) = (faulty(), other_protocol());
    for (words, word) in [
        (vec![capture("h2c/nghttp-nghttpd")], "PASS  "),
        (vec![faulty.path()], "FAIL  "),
        (vec![faulty.path(), "--fail-on".to_owned(), "never".to_owned()], "WARN  "),
        (vec![other.path()], "NOTHING  "),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = text(&run(&words).stdout);
        assert!(said.starts_with(word), "{said}");
    }
}

#[test]
fn several_files_are_one_capture_and_one_that_cannot_be_read_is_named() {
    let faulty = faulty();
    let files = [capture("h2c/nghttp-nghttpd"), faulty.path()];
    let output = run(&[&files[0], &files[1], "no-such-file.pcap"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(said.matches("FAIL  ").count(), 1, "{said}");
    let complaints = text(&output.stderr);
    assert!(complaints.lines().count() == 1 && complaints.contains("no-such-file.pcap"), "{complaints}");
    let alone = |file: &str| json(&run(&[file, "--format", "json"]))["totals"]["packets"].as_u64();
    let joined = json(&run(&[&files[0], &files[1], "--format", "json"]));
    let packets = alone(&files[0]).zip(alone(&files[1])).map(|(one, other)| one + other);
    assert_eq!(joined["totals"]["packets"].as_u64(), packets);
    assert_eq!(joined["inputs"].as_array().map(Vec::len), Some(2));
    assert!(joined["connections"][0]["tcp_stream"].is_null());
}

#[test]
fn complaints_are_one_line_on_standard_error_with_what_helps() {
    for (words, help) in [
        (vec!["explian"], "did you mean `explain`?"),
        (vec!["everything"], "commands are analyze, scan, merge, show, explain"),
        (vec!["a.pcap", "--min-confidense", "likely"], "'--min-confidence'"),
        (vec!["a.pcap", "--select", "STS05"], "did you mean `STS005`"),
        (vec!["a.pcap", "--fail-on", "errors"], "possible values"),
        (vec!["a.pcap", "-o", "report.json"], "FORMAT=PATH"),
        (vec!["a.pcap", "-o", "yaml=x"], "unknown format `yaml`"),
        (vec!["explain", "mising-server-settings"], "missing-server-settings"),
        (vec!["a.pcap", "--keylog", "no-such.keys"], "no-such.keys"),
        (vec!["show", "a.pcap", "--as", "frame"], "frames"),
        (vec!["analyze"], "h2lint --help"),
    ] {
        let output = run(&words);
        let said = text(&output.stderr);
        assert!(output.stdout.is_empty(), "{words:?}");
        assert!(
            said.starts_with("h2lint: ") && said.lines().count() == 1 && said.contains(help),
            "{words:?}: {said}"
        );
    }
}

#[test]
fn standard_input_is_a_capture_like_any_other() {
    let faulty = faulty();
    let file = std::fs::File::open(faulty.path()).expect("the capture");
    let output = command(&["-"]).stdin(file).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("STS005"));
}

#[test]
fn colours_appear_only_when_they_are_wanted() {
    let faulty = faulty();
    let coloured = |words: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec![faulty.path()];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        let words: Vec<&str> = all.iter().map(String::as_str).collect();
        let output = command(&words).envs(variables.iter().copied()).output().expect("the program runs");
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]), "a flag outranks the environment");
}

#[test]
fn nothing_captured_reaches_the_terminal_as_it_was() {
    let hostile = hostile();
    let path = hostile.path();
    for words in [
        vec![path.as_str(), "--detail", "full", "--all", "--min-confidence", "possible", "--level", "strict"],
        vec!["show", &path, "--as", "frames"],
        vec!["show", &path, "--as", "streams"],
        vec!["show", &path, "--as", "settings"],
        vec!["show", &path, "--as", "conns"],
    ] {
        let said = text(&run(&words).stdout);
        let odd: Vec<char> = said.chars().filter(|char| char.is_control() && *char != '\n').collect();
        assert_eq!((odd, said.contains('\u{202e}')), (Vec::new(), false), "{words:?}: {said}");
    }
    let frames = text(&run(&["show", &path, "--as", "frames"]).stdout);
    assert!(frames.contains(r"\x1b]0;owned\x07\u{9b}2J\u{202e}evil"), "{frames}");
    let json = run(&["show", &path, "--as", "frames", "--format", "json"]).stdout;
    assert!(!json.contains(&0x1b), "JSON escapes it");
    let rows: Value = serde_json::from_slice(&json).expect("JSON");
    let debug = rows.as_array().unwrap().iter().find(|row| row["type"] == "GOAWAY").unwrap();
    assert!(debug["note"].as_str().unwrap().contains("\u{1b}]0;owned"), "and a reader gets it back");
}

#[test]
fn a_file_name_cannot_command_the_terminal() {
    let output = run(&["\u{1b}[31m.pcap"]);
    assert!(!output.stderr.contains(&0x1b), "{}", text(&output.stderr));
}

#[test]
fn json_reports_of_all_captures_fit_the_schema() {
    let schema: Value = serde_json::from_str(h2lint::report::report_schema()).expect("the schema");
    for path in all_captures() {
        let output = run(&[&path, "--format", "json", "--min-confidence", "possible", "--level", "strict"]);
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(validator::misfits(&schema, &report, "report", &schema), Vec::<String>::new(), "{path}");
        assert_eq!(report["verdict"]["exit_code"].as_i64(), output.status.code().map(i64::from), "{path}");
    }
}

#[test]
fn text_reports_of_all_captures_fit_eighty_columns() {
    for path in all_captures() {
        let said = text(&run(&[&path]).stdout);
        let wide: Vec<&str> =
            said.lines().filter(|line| line.chars().count() > 80 && !line.contains(".pcap")).collect();
        assert_eq!(wide, Vec::<&str>::new(), "{path}");
    }
}

#[test]
fn the_same_capture_gives_the_same_octets() {
    let path = capture("h2c/h2load-many");
    for words in [vec![path.as_str(), "--format", "json"], vec!["show", &path, "--as", "streams"]] {
        assert_eq!(run(&words).stdout, run(&words).stdout);
    }
    assert_eq!(run(&[&path, "-j", "1"]).stdout, run(&[&path, "-j", "8"]).stdout);
}

#[test]
fn results_are_written_to_files_as_well() {
    let faulty = faulty();
    let folder = tempfile::tempdir().expect("a directory");
    let (json, plain) = (folder.path().join("r.json"), folder.path().join("r.txt"));
    let (json_word, plain_word) = (format!("json={}", json.display()), format!("text={}", plain.display()));
    let output = run(&[&faulty.path(), "-o", &json_word, "-o", &plain_word, "--color", "always"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).expect("JSON");
    assert_eq!(report["findings"][0]["rule"], "STS005");
    let plain = std::fs::read(plain).unwrap();
    assert!(plain.starts_with(b"FAIL") && !plain.contains(&0x1b));
}

#[test]
fn a_report_never_goes_over_its_own_capture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    std::fs::copy(capture("cmux/hang-grpcgo"), &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let (name, over) = (path.to_str().unwrap(), format!("json={}", path.display()));
    for words in [vec![name, "-o", &over], vec!["scan", folder.path().to_str().unwrap(), "-o", &over]] {
        let output = run(&words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(text(&output.stderr).contains("would write over the capture"), "{}", text(&output.stderr));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_directory_and_a_log_without_keys_are_told_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&[folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("Is a directory; `h2lint scan DIR`"), "{}", text(&output.stderr));
    let log = folder.path().join("keys");
    std::fs::write(&log, "no key\n").unwrap();
    let output = run(&[&capture("cmux/hang-grpcgo"), "--keylog", log.to_str().unwrap()]);
    assert!(text(&output.stderr).contains("no key was read"), "{}", text(&output.stderr));
}

#[test]
fn a_file_that_cannot_be_written_is_code_three() {
    let faulty = faulty();
    let output = run(&[&faulty.path(), "-o", "json=/no/such/directory/r.json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("/no/such/directory/r.json"));
}

/// What becomes of the program when nobody reads what it writes.
fn unheard(arguments: &[&str]) -> Output {
    let piped = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = piped.expect("the program runs");
    drop(child.stdout.take());
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let path = capture("h2c/h2load-many");
    let output = unheard(&["show", &path, "--as", "frames", "--format", "json"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn a_report_that_nobody_reads_to_its_end_keeps_its_code() {
    for format in ["text", "json"] {
        let output = unheard(&[&capture("cmux/hang-grpcgo"), "--format", format]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(1), ""), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_whatever_is_written() {
    let (path, full) =
        (capture("h2c/h2load-many"), || std::fs::File::options().write(true).open("/dev/full"));
    for words in [
        vec!["analyze", &path, "--format", "text"],
        vec!["analyze", &path, "--format", "json"],
        vec!["analyze", &path, "-o", "json=/dev/full"],
        vec!["analyze", &path, "-o", "csv=/dev/full"],
        vec!["scan", &path, "-o", "json=/dev/full"],
        vec!["scan", &path, "-o", "ndjson=/dev/full"],
        vec!["show", &path, "--as", "frames"],
        vec!["show", &path, "--as", "frames", "--format", "json"],
        vec!["show", &path, "--as", "conns"],
        vec!["export", "qlog", &path, "-o", "-"],
        vec!["export", "har", &path, "-o", "/dev/full"],
    ] {
        let mut command = command(&words);
        if !words.concat().contains("/dev/full") {
            command.stdout(full().unwrap());
        }
        let output = command.output().expect("the program runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{words:?}: {said}");
        assert!(said.contains("No space left on device"), "{words:?}: {said}");
    }
}

#[test]
fn every_view_gives_the_same_rows_as_lines_and_as_json() {
    let path = capture("grpc/go-unary");
    for (view, headers) in [("conns", 1), ("frames", 1), ("streams", 1), ("settings", 1)] {
        let lines = text(&run(&["show", &path, "--as", view]).stdout);
        let json = run(&["show", &path, "--as", view, "--format", "json"]).stdout;
        let rows: Value = serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{view}: {error}"));
        let count = rows.as_array().expect("an array").len();
        assert!(count > 0, "{view}");
        assert_eq!(lines.lines().count(), count + headers, "{view}: {lines}");
    }
}

#[test]
fn a_view_of_what_is_no_capture_prints_nothing() {
    for words in [
        vec!["show", file!(), "--as", "frames"],
        vec!["show", file!(), "--as", "streams", "--format", "json"],
    ] {
        let output = run(&words);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    }
}

#[test]
fn views_are_narrowed_to_a_connection_and_a_stream() {
    let path = capture("grpc/go-unary");
    let rows = |words: &[&str]| -> Vec<Value> {
        let all = [&["show", &path, "--as", "frames", "--format", "json"], words].concat();
        serde_json::from_slice(&run(&all).stdout).expect("JSON")
    };
    assert!(rows(&["--stream", "3"]).iter().all(|row| row["stream"] == 3));
    assert_eq!(rows(&["--stream", "3"]).iter().filter(|row| row["type"] == "HEADERS").count(), 3);
    assert!(rows(&["--conn", "7"]).is_empty());
    let silent = run(&["show", &path, "--as", "frames", "--conn", "7"]);
    assert!(text(&silent.stderr).contains("nothing to show"));
}

#[test]
fn explain_tells_the_words_and_runs_the_example() {
    let said = text(&run(&["explain", "PRE001"]).stdout);
    assert_eq!(said, text(&run(&["explain", "missing-server-settings"]).stdout));
    assert!(said.contains("RFC 9113 §3.4") && said.contains("On its example it says:\n\n  FAIL  "), "{said}");
}

#[test]
fn every_rule_can_be_explained_in_eighty_columns() {
    let rules: Value = serde_json::from_slice(&run(&["rules", "--format", "json"]).stdout).expect("JSON");
    for rule in rules.as_array().expect("an array") {
        let code = rule["code"].as_str().expect("a code");
        let output = run(&["explain", code]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{code}: {}", text(&output.stderr));
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        let printed = said.split("On its example it says:").nth(1).expect("an example");
        assert!(printed.contains(code), "{code} says nothing on its example: {printed}");
    }
}

#[test]
fn explain_knows_topics_and_pasted_texts() {
    for topic in ["keylog", "blame", "vantage", "late-join", "cmux", "nlb-alpn", "keepalive", "topics"] {
        let output = run(&["explain", topic]);
        assert_eq!(output.status.code(), Some(0), "{topic}");
        assert!(text(&output.stdout).lines().all(|line| line.chars().count() <= 80), "{topic}");
    }
    let pasted = "First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f";
    let said = text(&run(&["explain", pasted]).stdout);
    assert!(
        said.starts_with("485454502f is \"HTTP/\"") && said.contains("1  NEG018 http1-answer-to-preface"),
        "{said}"
    );
    assert!(said.contains("word for word") && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    let found = json(&run(&["explain", "--format", "json", pasted]));
    assert_eq!(
        (&found["candidates"][0]["rule"], &found["candidates"][0]["exact"]),
        (&"NEG018".into(), &true.into())
    );
    let unknown = run(&["explain", "mising-server-setings"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `missing-server-settings`?"));
    assert_eq!(code(&["explain", "xyzzy"]), Some(2));
}

#[test]
fn gen_writes_what_a_rule_then_finds_and_a_symptom_is_ranked() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.pcap").display().to_string();
    assert_eq!(code(&["gen", "cmux_no_server_settings", "-o", &path, "--over", "vxlan"]), Some(0));
    let line = "failed to receive server preface within timeout";
    let report = json(&run(&[&path, "--format", "json", "--symptom", line]));
    let symptom = &report["verdict"]["symptom"];
    assert_eq!(
        (&symptom["findings"][0]["id"], &symptom["connections"][0]["conn"]),
        (&"f1".into(), &0.into())
    );
    let said = text(&run(&[&path, "--symptom", line]).stdout);
    assert!(said.contains("Symptom: best explained by PRE001 missing-server-settings"), "{said}");
    assert_eq!(code(&["gen", "PRE001/quiet", "-o", &path]), Some(0));
    assert_eq!(code(&[&path]), Some(0));
    assert_eq!(code(&["gen", "no-such-scenario", "-o", &path]), Some(2));
    let list = text(&run(&["gen", "--list"]).stdout);
    assert!(list.lines().all(|line| line.chars().count() <= 80) && list.contains("PRE001"), "{list}");
}

#[test]
fn the_ledger_of_requirements_is_printed() {
    let said = text(&run(&["rules", "--coverage"]).stdout);
    assert!(
        said.lines().all(|line| line.chars().count() <= 80) && said.contains("RFC 9113 §6.9.1"),
        "{said}"
    );
    let ledger = json(&run(&["rules", "--coverage", "--format", "json"]));
    assert_eq!(ledger["totals"][0]["doc"], "RFC 9113");
    assert!(
        text(&run(&["rules", "--coverage", "--format", "md"]).stdout).contains("| RFC 7541 §5.2 | MUST |")
    );
}

#[test]
fn rules_are_listed_as_table_json_and_markdown() {
    let table = text(&run(&["rules"]).stdout);
    let markdown = text(&run(&["rules", "--format", "md"]).stdout);
    for said in [&table, &markdown] {
        assert!(said.contains("PRE001") && said.contains("missing-server-settings"), "{said}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
}

#[test]
fn the_schema_is_printed() {
    assert_eq!(text(&run(&["schema", "report"]).stdout), h2lint::report::report_schema());
}

#[test]
fn quiet_is_one_line_and_keys_that_are_not_used_are_told() {
    let (faulty, keys) = (faulty(), Written::new(b"CLIENT_RANDOM 00 00\n"));
    let quiet = run(&[&faulty.path(), "-q", "--keylog", &keys.path()]);
    assert_eq!((text(&quiet.stdout).lines().count(), text(&quiet.stderr).as_str()), (1, ""));
    let told = run(&[&faulty.path(), "--keylog", &keys.path()]);
    assert!(text(&told.stderr).contains(", line 1: ") && text(&told.stdout).contains(", line 1: "));
}

#[test]
fn an_option_of_the_policy_reaches_the_report() {
    let faulty = faulty();
    let report = |words: &[&str]| -> Value {
        let path = faulty.path();
        let all = [&[path.as_str(), "--format", "json"], words].concat();
        serde_json::from_slice(&run(&all).stdout).expect("JSON")
    };
    let rules = |report: &Value| -> Vec<String> {
        let findings = report["findings"].as_array().expect("an array").iter();
        findings.map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(rules(&report(&["--select", "STS005"])), ["STS005"]);
    assert!(rules(&report(&["--ignore", "STS005"])).iter().all(|rule| rule != "STS005"));
    assert_eq!(report(&["--limit-conns", "0"])["omitted"]["connections"], 1);
    assert_eq!(report(&["--spec", "rfc7540"])["findings"][0]["rule"], "STS005");
}
