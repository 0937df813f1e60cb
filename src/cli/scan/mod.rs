//! `h2lint scan PATH...`: many captures, each judged by itself, in parallel; one report. Its bytes do not depend on the number of
//! threads, and shards of it can be merged.

mod merging;
mod paths;
mod progress;
mod sets;
mod work;

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::ValueEnum;

use super::code_of;
use super::flags::{Judging, Looking, Reading};
use super::output::{Grouping, Output, Plan, Streaming};
use super::settings::Settled;
use super::talk::Talk;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::{Notice, Report};
use crate::policy::{Lists, Policy, explain, is_about_suppression, join, note, part};
use crate::report::Drawings;
use crate::views::NO_INTEREST;
use paths::Shard;

pub(super) use paths::Where;
pub(super) use progress::Progress;
pub(super) use work::{Work, each};

pub(super) use merging::{Args as MergeArgs, run as merge};

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Captures, directories (searched for captures, at any depth), patterns ('**/*.pcap'), and lists (@FILE)
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The same as PATH
    #[arg(short, long, value_name = "PATH", help_heading = "Input")]
    read: Vec<PathBuf>,
    #[command(flatten)]
    places: Where,
    /// What becomes of the run when a capture cannot be read; the exit code is 3 in any case
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = BadWord::Warn, help_heading = "Input")]
    on_bad_file: BadWord,
    /// Do the I-th of N parts of the work; `h2lint merge` joins their JSON reports
    #[arg(long, value_name = "I/N", help_heading = "Run")]
    shard: Option<Shard>,
    #[command(flatten)]
    grouping: Grouping,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
    /// Rank findings and connections by how well they explain this line of a log
    #[arg(long, value_name = "TEXT", help_heading = "Rules")]
    symptom: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    looking: Looking,
}

/// What becomes of the run when a capture cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BadWord {
    /// Nothing else is reported
    Fail,
    /// It is named on standard error, and in the report
    Warn,
    /// It is named in the report only
    Skip,
}

impl Args {
    fn settle(&self) -> Result<Settled, Error> {
        self.judging.settle(&[self.reading.layer(), self.looking.layer(), self.output.layer()])
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = args.settle()?;
    if args.judging.configuring.show_config {
        terminal.print(&settled.show())?;
        return Ok(0);
    }
    let policy = settled.policy(&args.judging)?;
    let mut plan = args.output.plan(&settled, &args.looking, policy.fail_on)?;
    plan.look.group_by = args.grouping.meaning();
    let (keys, notices) = args.reading.keys()?;
    for notice in notices.iter().filter(|_| plan.talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    let paths: Vec<PathBuf> = args.paths.iter().chain(&args.read).cloned().collect();
    if paths.is_empty() && !args.places.names_lists() {
        return Err(Error::Usage(
            "nothing to scan; `h2lint scan PATH...`, or `h2lint scan --help`".to_owned(),
        ));
    }
    let mut captures = captures(&args.places, &paths)?;
    plan.spare(captures.iter().flatten())?;
    if let Some(shard) = args.shard {
        captures = shard.part(captures);
    }
    let interest = if plan.drawn().is_some() { Drawings::INTEREST } else { NO_INTEREST };
    let mut wishes = args.reading.wishes(interest);
    settled.tune(&mut wishes);
    let work = Work { policy: &policy, wishes, keys, captures, drawn: plan.drawn() };
    let (mut report, drawings, streaming) = match scan(args, &work, &plan, terminal) {
        Ok(done) => done,
        Err(error @ Error::Usage(_)) => return Err(error),
        Err(error) => {
            terminal.complain(&error.to_string());
            return Ok(code_of(&error));
        }
    };
    note(&mut report, notices);
    empty(&mut report, &policy, args);
    if let Some(text) = &args.symptom {
        explain(&mut report, text);
    }
    plan.stamp(&mut report);
    plan.finish(&report, &drawings, streaming, terminal)?;
    Ok(policy.exit_code(&report))
}

/// The captures at these places, each in one file or more.
pub(super) fn captures(places: &Where, paths: &[PathBuf]) -> Result<Vec<Vec<PathBuf>>, Error> {
    Ok(sets::captures(places.find(paths)?))
}

/// Without any capture there is nothing to judge; a shard may well be empty.
fn empty(report: &mut Report, policy: &Policy, args: &Args) {
    if report.inputs.is_empty() && args.shard.is_none() && !policy.allow_empty {
        report.verdict.exit_code = NOTHING;
    }
}

/// Judges the captures; each is told in its turn, whoever is done first.
fn scan(
    args: &Args,
    work: &Work<'_>,
    plan: &Plan,
    terminal: &mut Terminal,
) -> Result<(Report, Drawings, Streaming), Error> {
    let mut streaming = plan.stream()?;
    let lists = Lists { connections: work.wishes.limit_connections, streams: work.wishes.limit_streams };
    let visible = std::io::stderr().is_terminal() && plan.talk >= Talk::Notices;
    let progress = Progress::new(&work.captures, visible);
    let (mut parts, mut rows): (Vec<Report>, usize) = (Vec::new(), 0);
    let mut drawings = Drawings::default();
    each(work, args.reading.threads(), &progress, &mut |report, drawn| {
        for input in &report.inputs {
            if let Some(error) = &input.error {
                let said = format!("{}: {error}", input.path);
                match args.on_bad_file {
                    BadWord::Fail => return Err(Error::Bad(said)),
                    BadWord::Warn => progress.around(|| terminal.complain(&said)),
                    BadWord::Skip => {}
                }
            }
        }
        let told = |notice: &&Notice| plan.talk >= Talk::Notices && !is_about_suppression(notice);
        for notice in report.notices.iter().filter(told) {
            progress.around(|| terminal.complain(&notice.text));
        }
        drawings.add(&report, drawn);
        let report = part(report);
        streaming.capture(&report, terminal)?;
        rows = rows.saturating_add(size(&report));
        parts.push(report);
        if rows >= ROWS_HELD {
            parts = vec![join(std::mem::take(&mut parts), lists)];
            rows = 0;
        }
        Ok(())
    })?;
    progress.finish();
    let mut whole = join(parts, lists);
    plan.rename(&mut whole);
    let told = |notice: &&Notice| plan.talk >= Talk::Notices && is_about_suppression(notice);
    whole.notices.iter().filter(told).for_each(|notice| terminal.complain(&notice.text));
    Ok((whole, drawings, streaming))
}

/// How much a report holds.
fn size(report: &Report) -> usize {
    let lists = [report.inputs.len(), report.connections.len(), report.streams.len(), report.findings.len()];
    lists.into_iter().fold(report.coverage.blind_spots.len(), usize::saturating_add)
}

/// Exit code: nothing to judge.
const NOTHING: u8 = 4;

/// Rows of lists, a capture counting as one, that are held beside the joined report: few enough to hold, enough to join seldom.
const ROWS_HELD: usize = 50_000;
