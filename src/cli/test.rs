//! `h2lint test DIR`: captures as regression tests. Beside `x.pcap` stands `x.pcap.h2lint.toml`, which says what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::flags::{Judging, Looking, Reading};
use super::settings::Settled;
use super::terminal::{Terminal, write_file};
use super::walk::files;
use crate::error::Error;
use crate::finding::{Finding, Report};
use crate::pipeline::{self, KeyLog, add_keys};
use crate::policy::{Policy, Sidecar};
use crate::report::{Detail, Tested, TestedCase, element, suite_junit, suite_text};
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders of captures with sidecar files (CAPTURE.h2lint.toml), or sidecar files
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// What is written to standard output
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    /// Write JUnit to a file as well: -o junit=PATH
    #[arg(short, long, value_name = "junit=PATH")]
    output: Option<String>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    looking: Looking,
}

/// How the outcome is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    Text,
    Junit,
    Json,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let copy = args.output.as_deref().map(junit_path).transpose()?;
    let settled = args.judging.settle(&[args.reading.layer(), args.looking.layer()])?;
    let policy = settled.policy_without_baseline(&args.judging)?;
    let sidecars = files(&args.paths, is_sidecar)?;
    if sidecars.is_empty() {
        terminal.complain("nothing to test: no file ends in .h2lint.toml");
        return Ok(4);
    }
    let mut tested = Vec::new();
    for path in sidecars {
        tested.push(args.test(&path, &settled, &policy)?);
    }
    terminal.print(&match args.format {
        Shape::Text => suite_text(&tested, &args.looking.look(Detail::Normal)),
        Shape::Junit => suite_junit(&tested),
        Shape::Json => format!("{}\n", element(&tested)),
    })?;
    if let Some(path) = copy {
        write_file(&path, suite_junit(&tested))?;
    }
    let unread = tested.iter().any(|tested| tested.error.is_some());
    let failed = tested.iter().any(|tested| !tested.passed());
    Ok(if unread { 3 } else { u8::from(failed && !policy.exit_zero) })
}

impl Args {
    /// Tests a capture; a sidecar that cannot be read stops the run.
    fn test(&self, path: &Path, settled: &Settled, policy: &Policy) -> Result<Tested, Error> {
        let text =
            fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let sidecar = Sidecar::read(&path.display().to_string(), &text)?;
        let name = path.display().to_string();
        let capture = PathBuf::from(name.strip_suffix(SIDECAR).unwrap_or(&name));
        let mut tested = Tested { capture: capture.display().to_string(), ..Tested::default() };
        let judged = self.keys(&sidecar, path).and_then(|keys| self.judge(capture, keys, settled, policy));
        match judged {
            Ok(report) => tested.cases = check(&sidecar, &report),
            Err(error) => tested.error = Some(error.to_string()),
        }
        Ok(tested)
    }

    fn keys(&self, sidecar: &Sidecar, path: &Path) -> Result<KeyLog, Error> {
        let (mut keys, _) = self.reading.keys()?;
        if let Some(name) = &sidecar.keylog {
            let beside = path.parent().unwrap_or(Path::new("")).join(name);
            // What is wrong with a line shows in what the capture then lacks.
            let _ = add_keys(&mut keys, &beside)?;
        }
        Ok(keys)
    }

    fn judge(
        &self,
        capture: PathBuf,
        keys: KeyLog,
        settled: &Settled,
        policy: &Policy,
    ) -> Result<Report, Error> {
        let mut wishes = self.reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let (mut report, _) = pipeline::judge(&[capture], &wishes, keys)?;
        policy.apply(&mut report);
        Ok(report)
    }
}

fn check(sidecar: &Sidecar, report: &Report) -> Vec<TestedCase> {
    let json = serde_json::to_value(report).unwrap_or_default();
    let findings: Vec<&Finding> = report.findings.iter().collect();
    let tested = |case: &crate::policy::Expectation| TestedCase {
        name: case.name(),
        failure: case.unmet(&findings, &json),
    };
    sidecar.cases.iter().map(tested).collect()
}

fn is_sidecar(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SIDECAR)
}

fn junit_path(word: &str) -> Result<PathBuf, Error> {
    let path = word.strip_prefix("junit=").filter(|path| !path.is_empty());
    path.map(PathBuf::from).ok_or_else(|| Error::Usage(format!("-o {word}: write -o junit=PATH")))
}

const SIDECAR: &str = ".h2lint.toml";
