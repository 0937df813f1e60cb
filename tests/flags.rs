//! Flags that say how a capture is read: each is tried as a user would, on every command that has it.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

const HANG: &str = "testdata/captures/cmux/hang-grpcgo/capture.pcap";

/// Runs the program in a folder, with variables, on a path below the root of the repository.
fn run_in(folder: &Path, words: &[&str], variables: &[(&str, &str)]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = words.iter().map(|word| match word.strip_prefix("testdata/") {
        Some(_) => root.join(word).display().to_string(),
        None => (*word).to_owned(),
    });
    let mut command = Command::cargo_bin("h2lint").expect("the program is built");
    command.args(words).current_dir(folder).env_clear().envs(variables.iter().copied());
    command.output().expect("the program runs")
}

fn run(words: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), words, &[])
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).expect("UTF-8")
}

fn said(words: &[&str]) -> String {
    text(&run(words).stdout)
}

fn report(words: &[&str]) -> Value {
    serde_json::from_slice(&run(&[words, &["--format", "json"]].concat()).stdout).expect("JSON")
}

fn port() -> String {
    report(&[HANG])["connections"][0]["server"]["port"].to_string()
}

#[test]
fn what_a_port_speaks_can_be_told_to_every_command_that_reads() {
    let (none, tls) = (format!("{}=none", port()), format!("{}=tls", port()));
    for words in [vec![HANG], vec!["scan", HANG]] {
        let words = [words, vec!["--decode-as", "1=tls", "--decode-as", &none]].concat();
        let report = report(&words);
        assert_eq!(report["verdict"]["status"], "nothing");
        assert_eq!(report["totals"]["connections"], 1);
        assert_eq!(report["findings"], serde_json::json!([]));
        assert_eq!(run(&words).status.code(), Some(4));
    }
    assert!(said(&["show", HANG, "--as", "frames"]).contains("SETTINGS"));
    assert!(!said(&["show", HANG, "--as", "frames", "--decode-as", &tls]).contains("SETTINGS"));
    assert_eq!(run(&["keys", HANG]).stdout.len(), 0);
    assert!(run(&["keys", HANG, "--decode-as", &tls]).stdout.len() > 10);
}

#[test]
fn quantities_that_are_none_are_told_with_what_to_write() {
    for (words, help) in [
        (["--decode-as", "80"], "such as 8080=http2"),
        (["--max-memory", "12"], "at least 16M"),
        (["--max-memory", "lots"], "such as 512M"),
        (["--timeout", "10"], "such as 30s"),
        (["--known-lb", "firewall"], "such as \"our firewall=900\""),
        (["--threads", "many"], "invalid digit"),
    ] {
        let output = run(&[&[HANG], words.as_slice()].concat());
        let complaint = text(&output.stderr);
        assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
        assert!(complaint.contains(help), "{complaint}");
    }
}

#[test]
fn a_capture_that_takes_too_long_is_judged_as_far_as_it_was_read() {
    let output = run(&[HANG, "--timeout", "0s"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    assert!(text(&output.stderr).contains("not read to its end within"));
    let output = run(&["scan", HANG, "testdata/captures/cmux", "--timeout", "0s"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("UNREAD"), "{}", text(&output.stdout));
    assert_eq!(run(&[HANG, "--timeout", "10m"]).status.code(), Some(1));
}

#[test]
fn an_idle_timeout_can_be_told_by_flag() {
    let shown = said(&[HANG, "--known-lb", "our firewall=900", "--known-lb", "AWS NLB=100", "--show-config"]);
    for line in [
        "known_idle_timeouts.\"our firewall\" = 900  # flag --known-lb",
        "known_idle_timeouts.\"AWS NLB\" = 100  # flag --known-lb",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{shown}");
    }
}

#[test]
fn what_the_run_took_is_told_only_when_asked() {
    for words in [vec![HANG], vec!["scan", HANG]] {
        let plain = report(&words);
        assert!(plain["stats"]["elapsed_ms"].is_null() && plain["stats"]["peak_memory"].is_null());
        let words = [words, vec!["--stamp"]].concat();
        let stamped = report(&words);
        assert!(stamped["stats"]["elapsed_ms"].is_u64(), "{}", stamped["stats"]);
        assert!(cfg!(not(target_os = "linux")) || stamped["stats"]["peak_memory"].as_u64() > Some(1 << 20));
        assert!(said(&words).contains(" ms"), "{}", said(&words));
    }
}

#[test]
fn how_much_is_said_on_standard_error_is_a_variable_too() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |level: &str| {
        let output = run_in(folder.path(), &[HANG, "--keylog", "bad.keys"], &[("H2LINT_LOG", level)]);
        (output.status.code(), text(&output.stderr).lines().count())
    };
    fs::write(folder.path().join("bad.keys"), "CLIENT_RANDOM 1\n").unwrap();
    let (quiet, usual, all) = (lines("error"), lines(""), lines("info"));
    assert_eq!((quiet, usual, lines("warn")), ((Some(1), 0), (Some(1), 1), (Some(1), 1)));
    assert!(all.1 > usual.1);
    let wrong = run_in(folder.path(), &[HANG], &[("H2LINT_LOG", "loud")]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("write error, warn or info"));
    let wrong = run_in(folder.path(), &["scan", HANG], &[("H2LINT_THREADS", "loud")]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn views_and_keys_follow_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("h2lint.toml"), "time = \"epoch\"\n").unwrap();
    let frames = ["show", HANG, "--as", "frames"];
    let first = |words: &[&str]| {
        let shown = text(&run_in(folder.path(), words, &[]).stdout);
        shown.lines().nth(1).unwrap_or_default().split_whitespace().nth(1).unwrap_or_default().to_owned()
    };
    assert!(first(&frames).len() > 12, "{}", first(&frames));
    assert!(first(&[&frames[..], &["--isolated"]].concat()).starts_with("0."));
    assert!(first(&[&frames[..], &["--time", "relative"]].concat()).starts_with("0."));
    fs::write(folder.path().join("h2lint.toml"), "tme = \"epoch\"\n").unwrap();
    for words in [frames.to_vec(), vec!["keys", HANG], vec![HANG], vec!["scan", HANG]] {
        let output = run_in(folder.path(), &words, &[]);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(text(&output.stderr).contains("h2lint.toml:1: unknown key `tme`; did you mean `time`?"));
    }
}

#[test]
fn a_scan_takes_the_flags_of_a_single_verdict() {
    let line = "transport: received the unexpected content-type";
    let report = report(&["scan", "-r", HANG, "--symptom", line]);
    assert_eq!(report["verdict"]["symptom"]["text"], line);
    assert_eq!(report["totals"]["connections"], 1);
}

/// On a terminal a scan says how far it is, elsewhere nothing. `script` gives it a terminal.
#[test]
#[cfg(unix)]
fn a_scan_says_how_far_it_is_on_a_terminal_only() {
    let folder = tempfile::tempdir().unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join(HANG);
    for number in 0..40 {
        fs::copy(&capture, folder.path().join(format!("{number}.pcap"))).unwrap();
    }
    let plain = run_in(folder.path(), &["scan", "."], &[]);
    assert_eq!(plain.stderr.len(), 0, "{}", text(&plain.stderr));
    let program = assert_cmd::cargo::cargo_bin("h2lint");
    let on_terminal = |flags: &str| {
        let line = format!("{} scan . -j 1 {flags} >out", program.display());
        let mut command = std::process::Command::new("script");
        command.args(["-qec", &line, "typescript"]).current_dir(folder.path()).env("TERM", "xterm");
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        command.status().ok()?;
        fs::read_to_string(folder.path().join("typescript")).ok()
    };
    let Some(shown) = on_terminal("") else {
        assert!(!Path::new("/usr/bin/script").exists(), "script is there and was not used");
        return;
    };
    for part in ["40 captures", "/s", " left"] {
        assert!(shown.contains(part), "{part:?} is not in {shown:?}");
    }
    assert_eq!(fs::read(folder.path().join("out")).unwrap(), plain.stdout, "what is printed does not change");
    assert!(!on_terminal("-q").unwrap().contains("40 captures"));
}
