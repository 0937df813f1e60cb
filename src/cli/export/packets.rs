//! `h2lint export pcap`: the packets of some connections, as they are. The capture is read twice: to know the connections, and to copy.

use std::collections::BTreeSet;

use super::super::flags::{Judging, Reading};
use super::super::narrowing::{complain_of_lists, needs_a_file, survey};
use super::super::show::unread;
use super::super::terminal::Terminal;
use super::annotated::judged;
use super::rows::NOTHING;
use super::sink::{Sink, quiet, tell};
use super::{Paths, counted};
use crate::base::{PacketNumber, to_u64};
use crate::capture::{Reader, Rewriting, rewrite};
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline::{MAX_EXPORTED_FRAGMENTS, Sorter, Wishes};
use crate::policy::Filter;
use crate::views::NO_INTEREST;

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    paths: Paths,
    /// Only this connection; repeatable
    #[arg(long, value_name = "N", help_heading = "Input")]
    conn: Vec<u64>,
    /// Only the connections of findings, as analyze shows them
    #[arg(long, help_heading = "Input")]
    findings: bool,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    judging: Judging,
}

/// Runs the command.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<u8, Error> {
    needs_a_file(std::slice::from_ref(&args.paths.file), "export pcap")?;
    let (report, chosen) = args.choose(terminal)?;
    if chosen.is_empty() {
        let unread = unread(&report, terminal);
        terminal.complain("no connection was chosen, and nothing is written");
        return Ok(if unread > 0 { unread } else { NOTHING });
    }
    if report.fragments.len() >= MAX_EXPORTED_FRAGMENTS {
        terminal.complain("there are too many IP fragments to remember; some of the later ones are left out");
    }
    let fragments: BTreeSet<PacketNumber> =
        report.fragments.iter().filter(|(_, conn)| chosen.contains(conn)).map(|(pkt, _)| *pkt).collect();
    let mut reader = Reader::open(&args.paths.file)?;
    let (mut sorter, mut sink) = (Sorter::new(&args.reading.wishes(NO_INTEREST)), Sink::open(&args.paths)?);
    let mut packets = 0;
    let written = rewrite(&mut reader, sink.parts(), &Rewriting::default(), &mut |packet| {
        let own = sorter.connection(packet).is_some_and(|conn| chosen.contains(&conn));
        (own || fragments.contains(&packet.place().pkt)).then_some(&[])
    });
    quiet(written.map(|copied| packets = copied.packets))?;
    sink.finish()?;
    let connections = counted(to_u64(chosen.len()), "connection");
    tell(&args.paths, &format!("{} of {connections}", counted(packets, "packet")), terminal)?;
    Ok(unread(&report, terminal))
}

impl Args {
    /// The connections that are wanted.
    fn choose(&self, terminal: &Terminal) -> Result<(Report, BTreeSet<u64>), Error> {
        let filter = self.judging.filter.as_deref().map(Filter::read).transpose()?;
        if self.conn.is_empty() && filter.is_none() && !self.findings {
            let said = "which connections? --conn N, --filter EXPR or --findings";
            return Err(Error::Usage(said.to_owned()));
        }
        let (report, mut chosen) = if self.findings {
            let (report, _) = judged(&self.paths, &self.reading, &self.judging, terminal)?;
            let of = report.counting().flat_map(|finding| finding.conn.iter().chain(&finding.conns).copied());
            let chosen = of.collect();
            (report, chosen)
        } else {
            let wishes = self.reading.wishes(NO_INTEREST);
            let wishes = Wishes { limit_fragments: MAX_EXPORTED_FRAGMENTS, ..wishes };
            let files = std::slice::from_ref(&self.paths.file);
            let (report, _) = survey(files, wishes, &self.reading)?;
            let chosen = match &filter {
                Some(filter) => {
                    complain_of_lists(&report, terminal);
                    filter.choose(&report).connections().clone()
                }
                None => (0..report.totals.connections).collect(),
            };
            (report, chosen)
        };
        chosen.retain(|conn| self.conn.is_empty() || self.conn.contains(conn));
        Ok((report, chosen))
    }
}
