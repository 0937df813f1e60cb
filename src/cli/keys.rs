//! `h2lint keys FILE`: which TLS connections can be opened, by what, and what is missing for the others.

use std::path::PathBuf;

use clap::ValueEnum;

use super::flags::{Looking, Reading};
use super::settings::Configuring;
use super::talk::Talk;
use super::terminal::Terminal;
use crate::capture::copy_with_secrets;
use crate::error::Error;
use crate::finding::KeyRow;
use crate::pipeline::{KeyLog, Wishes, judge};
use crate::report::{Detail, Look, element, key_lines};
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A capture: pcap or pcapng; '-' is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the capture to this pcapng file, with the lines inside that open its connections, and no others
    #[arg(short, long, value_name = "OUT.pcapng")]
    output: Option<PathBuf>,
    /// text: a block for each connection; json: an array of rows
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    looking: Looking,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    Text,
    Json,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    if args.output.is_some() && args.file.as_os_str() == "-" {
        return Err(Error::Usage("-o needs a file to read, not standard input".to_owned()));
    }
    let settled = args.configuring.settle(&[args.reading.layer(), args.looking.layer()])?;
    if args.configuring.show_config {
        terminal.print(&settled.show())?;
        return Ok(0);
    }
    let talk = Talk::of_environment()?;
    let (keys, notices) = args.reading.keys()?;
    let mut wishes = args.reading.wishes(NO_INTEREST);
    settled.tune(&mut wishes);
    let wishes = Wishes { limit_keys: wishes.limit_connections, ..wishes };
    let (report, keys) = judge(std::slice::from_ref(&args.file), &wishes, keys)?;
    for notice in report.notices.iter().chain(&notices).filter(|_| talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    let rows: Vec<&KeyRow> = report.connections.iter().filter_map(|row| row.keys.as_deref()).collect();
    let look = Look { clock: settled.clock(), ..args.looking.look(Detail::Normal) };
    match args.format {
        Shape::Json => {
            let elements: Vec<String> = rows.iter().map(element).collect();
            terminal.print(&format!("[{}]\n", elements.join(",\n")))?;
        }
        Shape::Text if rows.is_empty() => terminal.complain("no TLS connection was found"),
        Shape::Text => terminal.print(&key_lines(&rows, &look))?,
    }
    if let Some(output) = &args.output {
        copy_with_secrets(&args.file, output, lines(&rows, &keys).as_bytes())?;
    }
    let unread = report.inputs.iter().find_map(|input| input.error.as_ref());
    if let Some(error) = unread {
        terminal.complain(&format!("{} was not read to its end: {error}", args.file.display()));
        return Ok(3);
    }
    Ok(0)
}

/// The lines that open these connections, each once.
pub(super) fn lines(rows: &[&KeyRow], keys: &KeyLog) -> String {
    let mut names: Vec<&str> = rows.iter().flat_map(|row| &row.used).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let lines = names.into_iter().filter_map(|name| keys.line_of(name));
    lines.map(|line| format!("{line}\n")).collect()
}
