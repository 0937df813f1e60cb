//! `h2lint schema WHAT`: JSON Schemas.

use clap::ValueEnum;

use super::terminal::Terminal;
use crate::error::Error;
use crate::policy::config_schema;
use crate::report::{report_schema, rules_schema};

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which output
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
}

/// Outputs that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The report of `--format json`
    Report,
    /// The configuration file, h2lint.toml
    Config,
    /// The list of `rules --format json`
    Rules,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let schema = match args.what {
        What::Report => report_schema().to_owned(),
        What::Config => config_schema(),
        What::Rules => rules_schema().to_owned(),
    };
    terminal.print(&schema)?;
    Ok(0)
}
