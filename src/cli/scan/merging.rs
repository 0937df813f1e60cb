//! `h2lint merge REPORT.json...`: reports of shards become the report that one run would have given.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::cli::code_of;
use crate::cli::flags::{FailWord, Looking, word};
use crate::cli::output::{Grouping, Output};
use crate::cli::settings::{Configuring, Settled, flags};
use crate::cli::terminal::Terminal;
use crate::error::Error;
use crate::finding::Report;
use crate::policy::{Lists, Policy, Value as Setting, explain, join, part};
use crate::report::Drawings;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// JSON reports of `scan --shard`, or of single captures
    #[arg(value_name = "REPORT.json", required = true)]
    reports: Vec<PathBuf>,
    /// Connections that the report lists at most, as for `scan`
    #[arg(long, value_name = "N", default_value_t = Lists::default().connections)]
    limit_conns: usize,
    /// Streams that the report lists at most, as for `scan`
    #[arg(long, value_name = "N", default_value_t = Lists::default().streams)]
    limit_streams: usize,
    /// The severity from which a finding is a failure of JUnit, as for `scan` [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailWord>,
    /// Findings never change the exit code
    #[arg(long)]
    exit_zero: bool,
    /// Rank findings and connections by how well they explain this line of a log, as for `scan`
    #[arg(long, value_name = "TEXT")]
    symptom: Option<String>,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    grouping: Grouping,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    looking: Looking,
}

impl Args {
    fn settle(&self) -> Result<Settled, Error> {
        let own = flags([
            ("fail_on", self.fail_on.map(word)),
            ("exit_zero", self.exit_zero.then_some(Setting::Flag(true))),
        ]);
        self.configuring.settle(&[self.looking.layer(), self.output.layer(), own])
    }
}

/// Runs the command.
pub(in crate::cli) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = args.settle()?;
    if args.configuring.show_config {
        terminal.print(&settled.show())?;
        return Ok(0);
    }
    let policy = Policy { exit_zero: settled.settings.flag("exit_zero"), ..Policy::default() };
    let mut plan = args.output.plan(&settled, &args.looking, settled.fail_on())?;
    plan.look.group_by = args.grouping.meaning();
    let parts = match args.reports.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>() {
        Ok(parts) => parts,
        Err(error) => {
            terminal.complain(&error.to_string());
            return Ok(code_of(&error));
        }
    };
    let mut seen = BTreeSet::new();
    for input in parts.iter().flat_map(|part| &part.inputs) {
        if !seen.insert(&input.path) {
            return Err(Error::Usage(format!("{} is in two of the reports", input.path)));
        }
    }
    let lists = Lists { connections: args.limit_conns, streams: args.limit_streams };
    let mut report = join(parts.into_iter().map(part).collect(), lists);
    plan.rename(&mut report);
    if let Some(text) = &args.symptom {
        explain(&mut report, text);
    }
    plan.stamp(&mut report);
    plan.write(&report, &Drawings::default(), terminal)?;
    Ok(policy.exit_code(&report))
}

/// A report as this version writes it. Its words are kept for as long as the program runs: reports borrow them, and it runs once.
fn read(path: &Path) -> Result<Report, Error> {
    let text = std::fs::read(path).map_err(|source| Error::Read { path: path.to_path_buf(), source })?;
    let bad = |what: String| Error::Bad(format!("{}: not a report of h2lint: {what}", path.display()));
    let value: Value = serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))?;
    if value.get("schema").and_then(Value::as_str) != Some("h2lint/report/1") {
        return Err(bad("its schema is not h2lint/report/1".to_owned()));
    }
    let value: &'static Value = Box::leak(Box::new(value));
    let report = Report::deserialize(value).map_err(|error| bad(error.to_string()))?;
    match report.tool.version == env!("CARGO_PKG_VERSION") {
        true => Ok(report),
        false => Err(bad(format!(
            "it was written by version {}, this is {}",
            report.tool.version,
            env!("CARGO_PKG_VERSION")
        ))),
    }
}
