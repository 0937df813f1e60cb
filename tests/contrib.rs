//! What stands under `contrib/` is tried as far as it can be without its services: the scripts of the action and of the template run
//! as a runner would run them.
#![cfg(all(feature = "cli", unix))]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The block of text behind the first line of a file that ends with `lead`, below a line that contains `after`.
fn block(file: &str, after: &str, lead: &str) -> String {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let (_, below) = text.split_once(after).expect("the step is there");
    let mut lines = below.lines().skip_while(|line| !line.ends_with(lead)).skip(1).peekable();
    let indent = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let own = lines.peek().map_or(0, |line| indent(line));
    let inside = lines.take_while(|line| line.trim().is_empty() || indent(line) >= own);
    inside.map(|line| line.get(own..).unwrap_or_default().to_owned() + "\n").collect()
}

/// Runs a script in a new folder with a capture in it.
fn run(script: &str, variables: &[(&str, &str)]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::create_dir(folder.path().join("captures")).unwrap();
    let capture = root().join("testdata/captures/cmux/hang-grpcgo/capture.pcap");
    fs::copy(capture, folder.path().join("captures/hang.pcap")).unwrap();
    let mut shell = Command::new("bash");
    shell.args(["-e", "-o", "pipefail", "-c", script]).env_clear().env("PATH", "/usr/bin:/bin");
    let output = shell.envs(variables.iter().copied()).current_dir(folder.path()).output().unwrap();
    (output, folder)
}

#[test]
fn the_action_annotates_and_leaves_files_and_the_exit_code() {
    let script = block("contrib/github/action.yml", "- name: Scan", "run: |");
    let program = cargo_bin("h2lint");
    for (fail_on, code) in [("error", "exit-code=1\n"), ("never", "exit-code=0\n")] {
        let (output, folder) = run(
            &script,
            &[
                ("H2LINT", program.to_str().unwrap()),
                ("CAPTURES", "captures"),
                ("ARGS", "--min-confidence certain -j 1"),
                ("FAIL_ON", fail_on),
                ("BASELINE", ""),
                ("KEYLOG", ""),
                ("GITHUB_OUTPUT", "outputs"),
                ("GITHUB_STEP_SUMMARY", "summary.md"),
            ],
        );
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(said.starts_with("::error file=captures/hang.pcap,line="), "{said}");
        let file = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
        assert_eq!(file("outputs"), code);
        assert!(file("summary.md").contains("PRE001") && file("h2lint.html").contains("</html>"));
        assert!(file("h2lint.xml").contains("PRE001"));
        let sarif: serde_json::Value = serde_json::from_str(&file("h2lint.sarif")).unwrap();
        let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
        assert!(region["byteOffset"].is_u64() && region["byteLength"].is_u64(), "{region}");
    }
}

#[test]
fn what_is_wrong_with_the_inputs_of_the_action_becomes_its_exit_code() {
    let scan = block("contrib/github/action.yml", "- name: Scan", "run: |");
    let text = fs::read_to_string(root().join("contrib/github/action.yml")).unwrap();
    let verdict = text.lines().last().and_then(|line| line.trim().strip_prefix("run: "));
    let verdict = verdict.expect("the last step runs a line");
    let program = cargo_bin("h2lint");
    let usual = [
        ("H2LINT", program.to_str().unwrap()),
        ("CAPTURES", "captures"),
        ("ARGS", ""),
        ("FAIL_ON", "error"),
        ("BASELINE", ""),
        ("KEYLOG", ""),
        ("GITHUB_OUTPUT", "outputs"),
    ];
    for (name, value, code) in [
        ("FAIL_ON", "errors", 2),
        ("FAIL_ON", "", 2),
        ("BASELINE", "none.json", 2),
        ("KEYLOG", "none.keys", 2),
        ("ARGS", "--no-such-flag", 2),
        ("CAPTURES", "", 2),
        ("CAPTURES", "captures none.pcap", 3),
        ("CAPTURES", ".git", 4),
        ("CAPTURES", "captures/*.pcap", 1),
        ("ARGS", "--exit-zero --max-memory 64M", 0),
        ("H2LINT", "/no/such/program", 127),
    ] {
        let variables: Vec<(&str, &str)> = usual.iter().copied().chain([(name, value)]).collect();
        let (output, folder) = run(&scan, &variables);
        assert!(output.status.success(), "{name}={value}: {output:?}");
        let outputs = fs::read_to_string(folder.path().join("outputs")).unwrap();
        assert_eq!(outputs, format!("exit-code={code}\n"), "{name}={value}: {output:?}");
        // Files that later steps look for are there whenever captures were scanned.
        let sarif = folder.path().join("h2lint.sarif").is_file();
        assert_eq!(sarif, code != 2 && code != 127, "{name}={value}");
        let (ended, _) = run(verdict, &[("CODE", &code.to_string())]);
        assert_eq!(ended.status.code(), Some(code));
    }
}

/// What GitHub asks of a composite action: a description for each input, a shell for each script.
#[test]
fn the_action_has_what_a_composite_action_needs() {
    let text = fs::read_to_string(root().join("contrib/github/action.yml")).unwrap();
    let top: Vec<&str> =
        text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase())).collect();
    let keys: Vec<&str> = top.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(keys, ["name", "description", "inputs", "outputs", "runs"]);
    let (inputs, rest) = text.split_once("\ninputs:\n").unwrap().1.split_once("\noutputs:\n").unwrap();
    let named = inputs.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).count();
    assert_eq!(inputs.matches("    description: ").count(), named);
    assert_eq!(inputs.matches("    default: ").count() + inputs.matches("    required: true").count(), named);
    let (_, steps) = rest.split_once("  using: composite\n  steps:\n").expect("a composite action");
    for step in steps.split("\n    - ") {
        let runs = step.contains("\n      run: ");
        assert_eq!(runs, step.contains("\n      shell: bash\n"), "{step}");
        assert!(runs != step.contains("\n      uses: "), "{step}");
        // Inputs reach scripts as variables, never as text: nobody's words become commands.
        let script = step.split_once("\n      run: ").map_or("", |(_, script)| script);
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_template_leaves_code_quality_and_tests() {
    let script = block("contrib/gitlab/h2lint.yml", "script:", "- >-").replace('\n', " ");
    let program = cargo_bin("h2lint");
    let (output, folder) = run(
        &script,
        &[
            ("H2LINT_PROGRAM", program.to_str().unwrap()),
            ("H2LINT_PATH", "captures"),
            ("H2LINT_FAIL_ON", "error"),
            ("H2LINT_ARGS", ""),
        ],
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let quality = fs::read_to_string(folder.path().join("gl-code-quality-report.json")).unwrap();
    let issues: serde_json::Value = serde_json::from_str(&quality).unwrap();
    assert_eq!(issues[0]["check_name"], "PRE001");
    assert!(folder.path().join("h2lint.xml").is_file() && folder.path().join("h2lint.html").is_file());
}
