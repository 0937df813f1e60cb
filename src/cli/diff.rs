//! `h2lint diff OLD NEW`: two captures or reports beside each other. Exit code 1 when something got worse.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::flags::{Judging, Looking, Reading};
use super::settings::Settled;
use super::terminal::Terminal;
use crate::error::Error;
use crate::pipeline;
use crate::policy::{Diff, Policy, Snapshot};
use crate::report::{Detail, diff_markdown, diff_text, element};
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A capture, or a report of `--format json`
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The same, later
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How the difference is written
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    looking: Looking,
}

/// How the difference is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    Text,
    Json,
    Md,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = args.judging.settle(&[args.reading.layer(), args.looking.layer()])?;
    let policy = settled.policy_without_baseline(&args.judging)?;
    let old = args.snapshot(&args.old, &settled, &policy)?;
    let new = args.snapshot(&args.new, &settled, &policy)?;
    let diff = Diff::between(&old, &new);
    let regressions = diff.regressions(policy.fail_on);
    terminal.print(&match args.format {
        Shape::Text => diff_text(&diff, regressions, &args.looking.look(Detail::Normal)),
        Shape::Json => format!("{}\n", element(&diff)),
        Shape::Md => diff_markdown(&diff, regressions),
    })?;
    Ok(u8::from(regressions > 0 && !policy.exit_zero))
}

impl Args {
    fn snapshot(&self, path: &Path, settled: &Settled, policy: &Policy) -> Result<Snapshot, Error> {
        let name = path.display().to_string();
        if is_json(path) {
            let text =
                fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
            let report = serde_json::from_str(&text)
                .map_err(|error| Error::Usage(format!("{name}:{}: {error}", error.line())))?;
            return Snapshot::of(&name, &report);
        }
        let mut wishes = self.reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        let (keys, _) = self.reading.keys()?;
        let (mut report, _) = pipeline::judge(&[path.to_owned()], &wishes, keys)?;
        policy.apply(&mut report);
        Snapshot::of(&name, &serde_json::to_value(&report).unwrap_or_default())
    }
}

/// True when a file begins as a JSON object does, and no capture.
fn is_json(path: &Path) -> bool {
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut first));
    read.is_ok() && first.trim_ascii_start().first() == Some(&b'{')
}
