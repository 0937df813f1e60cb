//! `h2lint [analyze] FILE...`: a verdict. Several files are one capture.

use std::path::PathBuf;

use super::code_of;
use super::flags::{Judging, Looking, Reading};
use super::settings::{Settled, flags};
use super::terminal::{Terminal, write_file};
use crate::error::Error;
use crate::finding::{Notice, Report};
use crate::pipeline::{self, KeyLog, Wishes};
use crate::policy::{Hidden, Policy, Value, explain};
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
    /// What is written to standard output [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"])]
    format: Option<String>,
    /// Write to a file as well; repeatable: -o json=report.json
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// How much text: verdict and a line for each group of findings; with evidence; everything [default: normal]
    #[arg(long, value_name = "HOW", value_parser = ["brief", "normal", "full"])]
    detail: Option<String>,
    /// Names of servers in place of addresses where they are known: SNI or :authority
    #[arg(long)]
    names: bool,
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
    names: Names,
}

/// What servers are called in text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// What the configuration calls them, else their address.
    Given,
    /// Their SNI or :authority as well.
    Known,
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
        let text = |word: &Option<String>| word.clone().map(Value::Text);
        let files = (!self.output.output.is_empty()).then(|| Value::List(self.output.output.clone()));
        let own = flags([
            ("format", text(&self.output.format)),
            ("detail", text(&self.output.detail)),
            ("output", files),
        ]);
        self.judging.settle(&[self.reading.layer(), self.looking.layer(), own])
    }
}

impl Plan {
    fn new(args: Args, settled: &Settled) -> Result<Self, Error> {
        let Args { mut files, read, reading, judging, symptom, output, looking } = args;
        files.extend(read);
        let settings = &settled.settings;
        let detail = match (output.quiet, settings.text("detail")) {
            (true, _) => Detail::Verdict,
            (false, Some("brief")) => Detail::Brief,
            (false, Some("full")) => Detail::Full,
            (false, _) => Detail::Normal,
        };
        let (keys, notices) = reading.keys()?;
        let mut wishes = reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let plan = Self {
            inputs: files,
            wishes,
            policy: settled.policy(&judging)?,
            symptom,
            format: Format::read(settings.text("format").unwrap_or("text"))?,
            files: settings.list("output").iter().map(|word| destination(word)).collect::<Result<_, _>>()?,
            look: Look { all: output.all, clock: settled.clock(), ..looking.look(detail) },
            names: if output.names { Names::Known } else { Names::Given },
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
    let hidden = plan.policy.apply(&mut report);
    for notice in report.notices.iter().filter(|_| plan.talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    for row in report.connections.iter_mut().filter(|_| plan.names == Names::Known) {
        row.server.alias = row.server.alias.take().or_else(|| row.server.name.clone());
    }
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
    let code = plan.policy.exit_code(&report);
    // The program ends: its memory goes back as a whole, faster than piece by piece.
    std::mem::forget(report);
    Ok(code)
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
