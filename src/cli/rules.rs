//! `h2lint rules`: the catalogue.

use clap::ValueEnum;

use super::flags::Looking;
use super::terminal::Terminal;
use crate::error::Error;
use crate::report::{Detail, rule_table, rules_as_json, rules_as_markdown};
use crate::rules::catalog;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
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
    let list = match args.format {
        Shape::Text => rule_table(catalog(), &args.looking.look(Detail::Normal)),
        Shape::Json => rules_as_json(catalog()),
        Shape::Md => rules_as_markdown(catalog()),
    };
    terminal.print(&list)?;
    Ok(0)
}
