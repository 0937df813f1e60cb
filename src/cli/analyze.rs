//! `h2lint [analyze] FILE...`: a verdict. Several files are one capture.

use std::path::PathBuf;

use super::code_of;
use super::flags::{Judging, Looking, Reading};
use super::terminal::{Terminal, write_file};
use crate::error::Error;
use crate::finding::{Notice, Report};
use crate::pipeline::{self, KeyLog, Wishes};
use crate::policy::{Hidden, Policy, explain};
use crate::report::{Detail, Format, Look, Paint};
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
    output: Output,
    #[command(flatten)]
    looking: Looking,
}

/// What is written where.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct Output {
    /// What is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Write to a file as well; repeatable: -o json=report.json
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// How much text: verdict and a line for each group of findings; with evidence; everything
    #[arg(long, value_name = "HOW", default_value = "normal", value_parser = ["brief", "normal", "full"])]
    detail: String,
    /// No limit to the groups of findings, blind spots and connections that text lists
    #[arg(long)]
    all: bool,
    /// Only the line with the verdict, and no notices
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell on standard error what was read and what is not shown
    #[arg(short, long)]
    verbose: bool,
}

/// What the words mean.
struct Plan {
    inputs: Vec<PathBuf>,
    wishes: Wishes,
    keys: KeyLog,
    policy: Policy,
    symptom: Option<String>,
    format: Format,
    files: Vec<(Format, PathBuf)>,
    look: Look,
    notices: Vec<Notice>,
    talk: Talk,
}

/// How much is said on standard error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Talk {
    Errors,
    Notices,
    Everything,
}

/// Runs the command.
pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut plan = Plan::new(args)?;
    judge(&mut plan, terminal).or_else(|error| {
        terminal.complain(&helped(&error, &plan.inputs));
        Ok(code_of(&error))
    })
}

impl Plan {
    fn new(args: Args) -> Result<Self, Error> {
        let Args { mut files, read, reading, judging, symptom, output, looking } = args;
        files.extend(read);
        let detail = match (output.quiet, output.detail.as_str()) {
            (true, _) => Detail::Verdict,
            (false, "brief") => Detail::Brief,
            (false, "full") => Detail::Full,
            (false, _) => Detail::Normal,
        };
        let (keys, notices) = reading.keys()?;
        let plan = Self {
            inputs: files,
            wishes: reading.wishes(NO_INTEREST),
            policy: judging.policy()?,
            symptom,
            format: Format::read(&output.format)?,
            files: output.output.iter().map(|word| destination(word)).collect::<Result<_, _>>()?,
            look: Look { all: output.all, ..looking.look(detail) },
            notices,
            keys,
            talk: match (output.quiet, output.verbose) {
                (true, _) => Talk::Errors,
                (false, false) => Talk::Notices,
                (false, true) => Talk::Everything,
            },
        };
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), Error> {
        if self.inputs.is_empty() {
            return Err(Error::Usage("no capture given; `h2lint FILE`, or `h2lint --help`".to_owned()));
        }
        Ok(())
    }
}

/// Judges the capture and writes what is asked for.
fn judge(plan: &mut Plan, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut report =
        pipeline::analyze(&plan.inputs, &plan.wishes, std::mem::take(&mut plan.keys), &mut |_| {})?;
    for input in report.inputs.iter().filter(|_| plan.inputs.len() > 1) {
        if let Some(error) = &input.error {
            terminal.complain(&format!("{}: {error}", input.path));
        }
    }
    report.notices.extend(plan.notices.iter().cloned());
    for notice in report.notices.iter().filter(|_| plan.talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    let hidden = plan.policy.apply(&mut report);
    if let Some(text) = &plan.symptom {
        explain(&mut report, text);
    }
    if plan.talk == Talk::Everything {
        tell(&report, hidden, terminal);
    }
    terminal.print(&plan.format.write(&report, &plan.look))?;
    for (format, path) in &plan.files {
        write_file(path, format.write(&report, &Look { paint: Paint::Plain, ..plan.look }))?;
    }
    Ok(plan.policy.exit_code(&report))
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

/// The error, with the commands where a file that is not there may have been meant as one.
fn helped(error: &Error, inputs: &[PathBuf]) -> String {
    let Some(input) = inputs.first() else { return error.to_string() };
    let missing =
        matches!(error, Error::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound);
    let word = input.to_string_lossy();
    if missing && word.chars().all(|char| char.is_ascii_lowercase()) {
        return format!("{error}; commands are analyze, show, explain, keys, rules, gen, schema");
    }
    error.to_string()
}

fn destination(word: &str) -> Result<(Format, PathBuf), Error> {
    let parts = word.split_once('=').filter(|(_, path)| !path.is_empty());
    let (format, path) = parts
        .ok_or_else(|| Error::Usage(format!("-o {word}: write FORMAT=PATH, such as -o json=report.json")))?;
    Ok((Format::read(format)?, PathBuf::from(path)))
}
