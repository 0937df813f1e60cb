//! `h2lint rules`: the catalogue, and with `--coverage` the requirements of the RFCs that it checks.

use clap::ValueEnum;

use super::flags::Looking;
use super::terminal::Terminal;
use crate::error::Error;
use crate::report::{
    Detail, coverage_as_json, coverage_as_markdown, coverage_table, rule_table, rules_as_json,
    rules_as_markdown,
};
use crate::rules::catalog;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Instead of the rules, every requirement of the RFCs: who checks it, or why a capture cannot show it
    #[arg(long)]
    coverage: bool,
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    looking: Looking,
}

/// How the list is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    Text,
    Json,
    Md,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let look = args.looking.look(Detail::Normal);
    let list = match (args.coverage, args.format) {
        (false, Shape::Text) => rule_table(catalog(), &look),
        (false, Shape::Json) => rules_as_json(catalog()),
        (false, Shape::Md) => rules_as_markdown(catalog()),
        (true, Shape::Text) => coverage_table(&look),
        (true, Shape::Json) => coverage_as_json(),
        (true, Shape::Md) => coverage_as_markdown(),
    };
    terminal.print(&list)?;
    Ok(0)
}
