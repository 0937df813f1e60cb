//! The walk-through of the README: a scan, a baseline, a regression that appears, its exit code, and the files for the pipeline.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

/// A line to paste, the exit code that stands behind it, and the lines that it prints among others.
struct Step {
    line: String,
    code: i32,
    prints: Vec<String>,
}

/// The commands of the first console of a section: `$ h2lint …    # exit code 1`.
fn steps(section: &str) -> Vec<Step> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = readme.split_once(section).expect("the section is there");
    let (block, _) = after.split_once("```console\n").unwrap().1.split_once("```").unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => {
                let (line, code) = command.split_once("    # exit code ").unwrap_or((command, "0"));
                let code = code.trim().parse().unwrap();
                steps.push(Step { line: line.to_owned(), code, prints: Vec::new() });
            }
            None => steps.last_mut().unwrap().prints.push(line.to_owned()),
        }
    }
    steps
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[cfg(unix)]
#[test]
fn the_walk_through_of_the_readme_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    std::os::unix::fs::symlink(root().join("testdata"), folder.path().join("testdata")).unwrap();
    let binary = cargo_bin("h2lint");
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    let steps = steps("## Only what is new");
    assert!(steps.len() >= 8);
    for Step { line, code, prints } in steps {
        let mut shell = Command::new("sh");
        let run = shell.args(["-c", &line]).env_clear().env("PATH", &path).current_dir(folder.path());
        let run = run.output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        let complained = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(code), "{line}\n{said}{complained}");
        for print in prints {
            assert!(said.lines().any(|line| line == print), "{line}\n{said}{complained}");
        }
    }
    let sarif: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("h2lint.sarif")).unwrap()).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"SET001".into(), &"error".into()), "{result:#}");
    let junit = fs::read_to_string(folder.path().join("h2lint.xml")).unwrap();
    assert!(junit.contains("captures/tuesday.pcap") && junit.contains("failures=\"1\""), "{junit}");
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_table_that_look_and_export_run() {
    let folder = tempfile::tempdir().unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let capture = root().join("testdata/captures/grpc/four-kinds/capture.pcap");
    let binary = cargo_bin("h2lint");
    let path = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
    let mut exports = 0;
    for row in readme.lines().filter_map(|line| line.strip_prefix("| `h2lint ")) {
        let line = row.split('`').next().unwrap();
        if !(line.starts_with("show ") || line.starts_with("export ") || line.starts_with("keys ")) {
            continue;
        }
        let words = line.replace("FILE", &capture.display().to_string()).replace(" OUT", " out");
        let mut shell = Command::new("sh");
        let run = shell.args(["-c", &format!("h2lint {words}")]).env_clear().env("PATH", &path);
        let run = run.current_dir(folder.path()).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&run.stderr));
        if line.starts_with("export ") {
            exports += 1;
            assert!(fs::metadata(folder.path().join("out")).unwrap().len() > 1_000, "{line}");
            fs::remove_file(folder.path().join("out")).unwrap();
        }
    }
    assert_eq!(exports, 4);
}
