//! `h2lint baseline write|prune|show`: the file with the findings that are known.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

use super::code_of;
use super::flags::{Judging, Reading};
use super::settings::{BASELINE, Settled, read_baseline};
use super::terminal::{Terminal, write_file};
use super::walk::{files, is_capture};
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline;
use crate::policy::{Baseline, Policy, Remark, dates};
use crate::report::baseline_lines;
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write down the findings of captures as known; what is known already keeps its day, reason and owner
    Write(Write),
    /// Forget what these captures do not show any more, and what has expired
    Prune(Captures),
    /// List what is known
    Show(Captures),
}

#[derive(Debug, clap::Args)]
struct Write {
    #[command(flatten)]
    captures: Captures,
    /// Why the new entries are borne
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who looks after the new entries
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The last day on which the new entries are borne
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Captures {
    /// Captures, and folders of captures; each file is a capture of its own
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// What a run over captures left.
struct Run {
    path: PathBuf,
    baseline: Option<Baseline>,
    today: Date,
    reports: Vec<Report>,
    code: u8,
}

/// Runs the command.
pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<u8, Error> {
    match args.action {
        Action::Write(words) => write(&words, terminal),
        Action::Prune(captures) => prune(&captures, terminal),
        Action::Show(captures) => show(&captures, terminal),
    }
}

fn write(words: &Write, terminal: &mut Terminal) -> Result<u8, Error> {
    let expires = words.expires.as_deref().map(dates::read).transpose()?;
    let remark = Remark { reason: words.reason.clone(), owner: words.owner.clone(), expires };
    let run = words.captures.run(terminal)?;
    let mut baseline = run.baseline.unwrap_or_default();
    baseline.created = run.today.to_string();
    for report in &run.reports {
        baseline.learn(report, run.today, &remark);
    }
    write_file(&run.path, baseline.write())?;
    let count = baseline.sorted().len();
    terminal.print(&format!("{}: {}\n", run.path.display(), known(count)))?;
    Ok(run.code)
}

fn prune(captures: &Captures, terminal: &mut Terminal) -> Result<u8, Error> {
    let run = captures.run(terminal)?;
    let mut baseline = run.baseline.ok_or_else(|| missing(&run.path))?;
    let findings = run.reports.iter().flat_map(|report| &report.findings);
    let seen: BTreeSet<String> = findings.map(|finding| finding.fingerprint.clone()).collect();
    if run.code != 0 {
        terminal.complain("nothing is pruned: what a capture that cannot be read would show is not known");
        return Ok(run.code);
    }
    let gone = baseline.prune(&seen, run.today);
    write_file(&run.path, baseline.write())?;
    let left = known(baseline.sorted().len());
    terminal.print(&format!("{}: {gone} forgotten, {left}\n", run.path.display()))?;
    Ok(0)
}

fn show(captures: &Captures, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = captures.settle()?;
    let path = settled.baseline_path().unwrap_or_else(|| PathBuf::from(BASELINE));
    if !path.is_file() {
        return Err(missing(&path));
    }
    let today = captures.judging.configuring.today()?;
    terminal.print(&baseline_lines(&read_baseline(&path)?, today))?;
    Ok(0)
}

impl Captures {
    fn settle(&self) -> Result<Settled, Error> {
        self.judging.settle(&[self.reading.layer()])
    }

    /// Judges each capture, without the baseline.
    fn run(&self, terminal: &Terminal) -> Result<Run, Error> {
        let settled = self.settle()?;
        let path = settled.baseline_path().unwrap_or_else(|| PathBuf::from(BASELINE));
        let baseline = path.is_file().then(|| read_baseline(&path)).transpose()?;
        let mut policy = settled.policy_without_baseline(&self.judging)?;
        policy.known.baseline = None;
        let files = files(&self.paths, is_capture)?;
        if files.is_empty() {
            return Err(Error::Usage("no capture given; `h2lint baseline write FILE...`".to_owned()));
        }
        let mut run =
            Run { path, baseline, today: self.judging.configuring.today()?, reports: Vec::new(), code: 0 };
        for file in files {
            match self.judge(file, &settled, &policy) {
                Ok(report) => {
                    if let Some(error) = report.inputs.iter().find_map(|input| input.error.as_ref()) {
                        terminal.complain(&error.clone());
                        run.code = 3;
                    }
                    run.reports.push(report);
                }
                Err(error) => {
                    terminal.complain(&error.to_string());
                    run.code = run.code.max(code_of(&error));
                }
            }
        }
        Ok(run)
    }

    fn judge(&self, file: PathBuf, settled: &Settled, policy: &Policy) -> Result<Report, Error> {
        let mut wishes = self.reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let (keys, _) = self.reading.keys()?;
        let mut report = pipeline::analyze(&[file], &wishes, keys, &mut |_| {})?;
        policy.apply(&mut report);
        Ok(report)
    }
}

fn missing(path: &std::path::Path) -> Error {
    let said = "there is no baseline; `h2lint baseline write FILE...` makes one";
    Error::Usage(format!("{}: {said}", path.display()))
}

fn known(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
