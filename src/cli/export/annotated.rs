//! `h2lint export annotated`: the capture again, as Wireshark shows it, with the findings on the packets that prove them.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::super::flags::{Judging, Reading};
use super::super::keys::lines;
use super::super::narrowing::needs_a_file;
use super::super::show::unread;
use super::super::terminal::Terminal;
use super::sink::{Sink, quiet, tell};
use super::{Paths, counted};
use crate::base::{PacketNumber, to_u64};
use crate::capture::{Form, Reader, Rewriting, embedded_secrets, rewrite};
use crate::error::Error;
use crate::finding::{KeyRow, Report};
use crate::pipeline::{KeyLog, MAX_EXPORTED_FRAGMENTS, MAX_FILTERED, Wishes, judge};
use crate::report::{Detail, annotations, is_annotation};
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    paths: Paths,
    /// What a comment says: rule, blame and the packet's part in it; the finding's sentence as well; also why, and what to do
    #[arg(long, value_name = "HOW", value_enum, default_value_t = HowWord::Normal)]
    comment: HowWord,
    /// Leave the key lines out: the packets stay encrypted for whoever gets the file, unless the capture has keys inside
    #[arg(long)]
    no_keys: bool,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HowWord {
    Brief,
    Normal,
    Full,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    needs_a_file(std::slice::from_ref(&args.paths.file), "export annotated")?;
    let (report, keys) = judged(&args.paths, &args.reading, &args.judging, terminal)?;
    let how = match args.comment {
        HowWord::Brief => Detail::Brief,
        HowWord::Normal => Detail::Normal,
        HowWord::Full => Detail::Full,
    };
    let comments = annotations(&report, how);
    let secrets = if args.no_keys { String::new() } else { args.secrets(&report, &keys) };
    let wanted = Rewriting {
        form: Form::Pcapng,
        secrets: secrets.as_bytes(),
        stale: Some(is_annotation),
        ..Rewriting::default()
    };
    let mut reader = Reader::open(&args.paths.file)?;
    let mut sink = Sink::open(&args.paths)?;
    let mut uncommented = 0;
    let written = rewrite(&mut reader, sink.parts(), &wanted, &mut |packet| {
        let number = PacketNumber::from(packet.number);
        Some(comments.get(&number).map(Vec::as_slice).unwrap_or_default())
    });
    quiet(written.map(|copied| uncommented = copied.uncommented))?;
    sink.finish()?;
    if uncommented > 0 {
        let packets = counted(uncommented, "packet");
        terminal.complain(&format!("{packets} got no comment: a Simple Packet Block takes none"));
    }
    let beyond = report.totals.connections.saturating_sub(to_u64(args.reading.connections()));
    if !secrets.is_empty() && beyond > 0 {
        let last = counted(beyond, "connection");
        terminal.complain(&format!("keys of the last {last} are not written (--limit-conns)"));
    }
    tell(&args.paths, &said(&report, &comments, &secrets), terminal)?;
    Ok(unread(&report, terminal))
}

impl Args {
    /// The lines that open the capture's connections, unless it has them inside.
    fn secrets(&self, report: &Report, keys: &KeyLog) -> String {
        let inside = embedded_secrets(&self.paths.file).unwrap_or_default();
        let inside = String::from_utf8_lossy(&inside).to_lowercase();
        let rows: Vec<&KeyRow> = report.connections.iter().filter_map(|row| row.keys.as_deref()).collect();
        let lines = lines(&rows, keys);
        let new = lines.lines().filter(|line| !inside.contains(&line.to_lowercase()));
        new.map(|line| format!("{line}\n")).collect()
    }
}

/// Reads and judges a capture, as `analyze` does.
pub(super) fn judged(
    paths: &Paths,
    reading: &Reading,
    judging: &Judging,
    terminal: &Terminal,
) -> Result<(Report, KeyLog), Error> {
    let settled = judging.settle(&[reading.layer()])?;
    let policy = settled.policy(judging)?;
    let mut wishes = reading.wishes(NO_INTEREST);
    settled.tune(&mut wishes);
    // A filter asks what is listed.
    let filtered = judging.filter.is_some();
    let wishes = Wishes {
        limit_keys: wishes.limit_connections,
        limit_fragments: MAX_EXPORTED_FRAGMENTS,
        limit_connections: if filtered { MAX_FILTERED } else { wishes.limit_connections },
        limit_streams: if filtered { MAX_FILTERED } else { wishes.limit_streams },
        ..wishes
    };
    let (keys, notices) = reading.keys()?;
    let files = std::slice::from_ref(&paths.file);
    let (mut report, keys) = judge(files, &wishes, keys)?;
    policy.apply(&mut report);
    for notice in report.notices.iter().chain(&notices) {
        terminal.complain(&notice.text);
    }
    Ok((report, keys))
}

fn said(report: &Report, comments: &BTreeMap<PacketNumber, Vec<String>>, secrets: &str) -> String {
    let on_them = comments.values().map(|comments| to_u64(comments.len())).fold(0, u64::saturating_add);
    let findings = counted(to_u64(report.counting().count()), "finding");
    let packets = counted(to_u64(comments.len()), "packet");
    let comments = counted(on_them, "comment");
    let keys = match secrets.lines().count() {
        0 => String::new(),
        lines => format!("; {} inside", counted(to_u64(lines), "key line")),
    };
    format!("{comments} on {packets}, of {findings}{keys}")
}
