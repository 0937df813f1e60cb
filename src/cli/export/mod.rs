//! `h2lint export annotated|har|qlog|pcap FILE -o OUT`: a capture for other tools. One export a file.

mod annotated;
mod packets;
mod rows;
mod sink;

use std::path::PathBuf;

use clap::Subcommand;

use super::terminal::Terminal;
use crate::error::Error;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A pcapng of the same packets, with the findings as comments on the packets that prove them, and the key lines that were used
    Annotated(annotated::Args),
    /// An HTTP archive (HAR 1.2): every request with its fields, sizes and times; no bodies
    Har(rows::Args),
    /// Events of HTTP/2 for qlog viewers (JSON-SEQ): every frame with what is in it
    Qlog(rows::Args),
    /// Only the packets of some connections, in the format of the capture
    Pcap(packets::Args),
}

/// What is read, and what is written.
#[derive(Debug, clap::Args)]
struct Paths {
    /// A capture: pcap or pcapng, compressed or not
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file to write; '-' is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<u8, Error> {
    match args.what {
        What::Annotated(args) => annotated::run(&args, terminal),
        What::Har(args) => rows::har(&args, terminal),
        What::Qlog(args) => rows::qlog(&args, terminal),
        What::Pcap(args) => packets::run(&args, terminal),
    }
}

/// `1 packet`, `2 packets`.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
