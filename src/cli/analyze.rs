//! `h2lint [analyze] FILE...`: a verdict. Several files are one capture.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::code_of;
use super::flags::{Judging, Looking, Reading};
use super::output::{self, Grouping, Output};
use super::settings::Settled;
use super::talk::Talk;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::{Notice, Report};
use crate::pipeline::{self, KeyLog, Wishes};
use crate::policy::{Hidden, Policy, explain, suggestion};
use crate::report::Drawings;
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A capture: pcap or pcapng; '-' is standard input; several files are read as one capture
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The same as FILE
    #[arg(short, long, value_name = "FILE")]
    read: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
    /// Rank findings and connections by how well they explain this line of a log
    #[arg(long, value_name = "TEXT", help_heading = "Rules")]
    symptom: Option<String>,
    #[command(flatten)]
    grouping: Grouping,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    looking: Looking,
}

/// What the words mean.
struct Plan {
    inputs: Vec<PathBuf>,
    wishes: Wishes,
    keys: KeyLog,
    policy: Policy,
    symptom: Option<String>,
    output: output::Plan,
    notices: Vec<Notice>,
}

/// Runs the command.
pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = args.settle()?;
    if args.judging.configuring.show_config {
        terminal.print(&settled.show())?;
        return Ok(0);
    }
    let mut plan = Plan::new(args, &settled)?;
    judge(&mut plan, terminal).or_else(|error| {
        terminal.complain(&helped(&error, &plan.inputs));
        Ok(code_of(&error))
    })
}

impl Args {
    fn settle(&self) -> Result<Settled, Error> {
        self.judging.settle(&[self.reading.layer(), self.looking.layer(), self.output.layer()])
    }
}

impl Plan {
    fn new(args: Args, settled: &Settled) -> Result<Self, Error> {
        let Args { mut files, read, reading, judging, symptom, grouping, output, looking } = args;
        files.extend(read);
        let (keys, notices) = reading.keys()?;
        let mut wishes = reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let policy = Policy { group_by: grouping.meaning(), ..settled.policy(&judging)? };
        let mut output = output.plan(settled, &looking, policy.fail_on)?;
        output.look.group_by = policy.group_by;
        wishes.measures = output.measures();
        // A filter asks streams, listed or not.
        if policy.filter.is_none() {
            wishes.streams = output.streams();
        }
        if output.only_draws() {
            wishes.limit_streams = reading.streams_of_a_page();
        }
        let plan = Self { inputs: files, wishes, output, policy, symptom, notices, keys };
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), Error> {
        if self.inputs.is_empty() {
            return Err(Error::Usage("no capture given; `h2lint FILE`, or `h2lint --help`".to_owned()));
        }
        self.output.spare(self.inputs.iter())
    }
}

/// Judges the capture and writes what is asked for.
fn judge(plan: &mut Plan, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut drawings = Drawings::new(plan.output.drawn().unwrap_or_default());
    let mut report = analyze(plan, &mut drawings)?;
    for input in report.inputs.iter().filter(|_| plan.inputs.len() > 1) {
        if let Some(error) = &input.error {
            let help = meant(&input.path).map_or_else(String::new, |help| format!("; {help}"));
            terminal.complain(&format!("{}: {error}{help}", input.path));
        }
    }
    report.notices.extend(plan.notices.iter().cloned());
    let hidden = plan.policy.apply(&mut report);
    for notice in report.notices.iter().filter(|_| plan.output.talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    plan.output.rename(&mut report);
    if let Some(text) = &plan.symptom {
        explain(&mut report, text);
    }
    if plan.output.talk == Talk::Everything {
        tell(&report, hidden, terminal);
    }
    plan.output.stamp(&mut report);
    plan.output.write(&report, &drawings, terminal)?;
    let code = plan.policy.exit_code(&report);
    // The program ends: its memory goes back as a whole, faster than piece by piece.
    std::mem::forget(report);
    Ok(code)
}

/// Reads the capture; the diagrams of a page need the facts as well.
fn analyze(plan: &mut Plan, drawings: &mut Drawings) -> Result<Report, Error> {
    let keys = std::mem::take(&mut plan.keys);
    if plan.output.drawn().is_none() {
        return pipeline::judge(&plan.inputs, &plan.wishes, keys).map(|(report, _)| report);
    }
    let wishes = Wishes { interest: Drawings::INTEREST, ..plan.wishes };
    pipeline::analyze(&plan.inputs, &wishes, keys, &mut |seen| drawings.see(&seen))
}

/// What was read, and what is not shown, for the curious.
fn tell(report: &Report, hidden: Hidden, terminal: &Terminal) {
    for input in &report.inputs {
        let format = input.format.unwrap_or("unknown format");
        let links = input.linktypes.join(", ");
        terminal.complain(&format!(
            "{}: {format} ({links}), {} packets, {} octets captured",
            input.path, input.packets, input.bytes
        ));
    }
    terminal
        .complain(&format!("{} HTTP/2 frames on {} streams", report.totals.frames, report.totals.streams));
    if hidden.uncertain > 0 {
        let count = hidden.uncertain;
        terminal.complain(&format!(
            "{count} findings less certain than asked for are not shown (--min-confidence, --level)"
        ));
    }
    if hidden.unselected > 0 {
        let count = hidden.unselected;
        terminal.complain(&format!(
            "{count} findings of rules that are not selected are not shown (--select, --ignore, --level)"
        ));
    }
}

/// The command that a word may mean which is no file.
fn meant(word: &str) -> Option<String> {
    let plain = word.chars().all(|char| char.is_ascii_lowercase()) && !Path::new(word).exists();
    suggestion(word, super::commands().iter().map(String::as_str)).filter(|_| plain)
}

/// The error, with the commands where a file that is not there may have been meant as one.
fn helped(error: &Error, inputs: &[PathBuf]) -> String {
    let Some(input) = inputs.first() else { return error.to_string() };
    let kind = match error {
        Error::Read { source, .. } => Some(source.kind()),
        _ => None,
    };
    if kind == Some(ErrorKind::IsADirectory) {
        return format!("{error}; `h2lint scan DIR` reads the captures in it");
    }
    let word = input.to_string_lossy();
    if kind == Some(ErrorKind::NotFound) && word.chars().all(|char| char.is_ascii_lowercase()) {
        let commands = super::commands();
        let help = suggestion(&word, commands.iter().map(String::as_str))
            .unwrap_or_else(|| format!("commands are {}", commands.join(", ")));
        return format!("{error}; {help}");
    }
    error.to_string()
}
