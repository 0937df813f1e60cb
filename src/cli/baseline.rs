//! `h2lint baseline write|prune|show`: the file with the findings that are known.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

use super::flags::{Judging, Reading};
use super::scan::{self, Progress, Where, Work, each};
use super::settings::{BASELINE, Settled, read_baseline};
use super::terminal::{Terminal, write_file};
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline::Wishes;
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
    /// Captures, directories, patterns, and lists (@FILE), as for `scan`
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    places: Where,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// What a run over captures starts with.
struct Start {
    path: PathBuf,
    baseline: Option<Baseline>,
    today: Date,
    policy: Policy,
    wishes: Wishes,
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
    let expires = words.expires.as_deref().map(dates::read).transpose();
    let expires = expires.map_err(|error| Error::Usage(format!("--expires: {error}")))?;
    let remark = Remark { reason: words.reason.clone(), owner: words.owner.clone(), expires };
    let mut start = words.captures.start()?;
    let mut baseline = start.baseline.take().unwrap_or_default();
    baseline.created = start.today.to_string();
    let learn = &mut |report: &Report| baseline.learn(report, start.today, &remark);
    let code = words.captures.judge(&start, terminal, learn)?;
    write_file(&start.path, baseline.write())?;
    let count = baseline.sorted().len();
    terminal.print(&format!("{}: {}\n", start.path.display(), known(count)))?;
    Ok(code)
}

fn prune(captures: &Captures, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut start = captures.start()?;
    let mut baseline = start.baseline.take().ok_or_else(|| missing(&start.path))?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let code = captures.judge(&start, terminal, &mut |report| {
        seen.extend(report.findings.iter().map(|finding| finding.fingerprint.clone()));
    })?;
    if code != 0 {
        terminal.complain("nothing is pruned: what a capture that cannot be read would show is not known");
        return Ok(code);
    }
    let gone = baseline.prune(&seen, start.today);
    write_file(&start.path, baseline.write())?;
    let left = known(baseline.sorted().len());
    terminal.print(&format!("{}: {gone} forgotten, {left}\n", start.path.display()))?;
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

    fn start(&self) -> Result<Start, Error> {
        let settled = self.settle()?;
        let path = settled.baseline_path().unwrap_or_else(|| PathBuf::from(BASELINE));
        let baseline = path.is_file().then(|| read_baseline(&path)).transpose()?;
        let mut wishes = self.reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let policy = settled.policy_without_baseline(&self.judging)?;
        Ok(Start { path, baseline, today: self.judging.configuring.today()?, policy, wishes })
    }

    /// Judges each capture as a scan does, without the baseline; the exit code is 3 when one cannot be read.
    fn judge(&self, start: &Start, terminal: &Terminal, take: &mut dyn FnMut(&Report)) -> Result<u8, Error> {
        let captures = scan::captures(&self.places, &self.paths)?;
        if captures.is_empty() {
            return Err(Error::Usage("no capture given; `h2lint baseline write PATH...`".to_owned()));
        }
        let (keys, _) = self.reading.keys()?;
        let progress = Progress::new(&captures, false);
        let work = Work { policy: &start.policy, wishes: start.wishes, keys, captures, drawn: None };
        let mut code = 0;
        each(&work, self.reading.threads(), &progress, &mut |report, _| {
            for input in &report.inputs {
                if let Some(error) = &input.error {
                    terminal.complain(&format!("{}: {error}", input.path));
                    code = 3;
                }
            }
            take(&report);
            Ok(())
        })?;
        Ok(code)
    }
}

fn missing(path: &std::path::Path) -> Error {
    let said = "there is no baseline; `h2lint baseline write FILE...` makes one";
    Error::Usage(format!("{}: {said}", path.display()))
}

fn known(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
