//! `--conn`, `--stream`, `--filter`: which rows a view or an export is asked for. A filter asks for what is known only at the end, such
//! as a status: the capture is then read twice.

use std::path::{Path, PathBuf};

use super::flags::Reading;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline::{self, KeyLog, Wishes};
use crate::policy::{Chosen, Filter};

/// The words.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct Narrowing {
    /// Only this connection; repeatable
    #[arg(long, value_name = "N")]
    conn: Vec<u64>,
    /// Only this stream of each connection; 0 is the connection itself
    #[arg(long, value_name = "S")]
    pub(super) stream: Option<u32>,
    /// Only what this holds for, as for analyze: conn==3, host==10.0.0.2, port==50051, time in 1.5s..9s, authority=="a",
    /// path~"^/pkg.Svc/", grpc.status!=0, server, client, via, stream, method, status; joined by &&
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
}

/// What the words mean for a capture.
pub(super) struct Narrowed {
    conns: Vec<u64>,
    stream: Option<u32>,
    chosen: Option<Chosen>,
}

impl Narrowing {
    /// What they mean for this capture.
    ///
    /// # Errors
    /// When the filter cannot be read, or the capture.
    pub(super) fn settle(
        &self,
        files: &[PathBuf],
        (wishes, reading): (Wishes, &Reading),
        terminal: &Terminal,
    ) -> Result<Narrowed, Error> {
        let filter = self.filter.as_deref().map(Filter::read).transpose()?;
        let choose = |filter: Filter| {
            needs_a_file(files, "--filter")?;
            let (report, _) = survey(files, wishes, reading)?;
            complain_of_lists(&report, terminal);
            Ok(filter.choose(&report))
        };
        let chosen = filter.map(choose).transpose()?;
        Ok(Narrowed { conns: self.conn.clone(), stream: self.stream, chosen })
    }
}

impl Narrowed {
    /// True for a connection of which something is wanted.
    pub(super) fn conn(&self, conn: u64) -> bool {
        let named = self.conns.is_empty() || self.conns.contains(&conn);
        named && self.chosen.as_ref().is_none_or(|chosen| chosen.connections().contains(&conn))
    }

    /// True for a stream that is wanted, of a connection that is.
    pub(super) fn stream(&self, conn: u64, stream: u32) -> bool {
        let named = self.stream.is_none_or(|wanted| wanted == stream);
        named && self.chosen.as_ref().is_none_or(|chosen| chosen.has_stream(conn, stream))
    }

    /// True for a moment that is wanted, in seconds since the first packet of its connection.
    pub(super) fn moment(&self, t: f64) -> bool {
        self.span((t, t))
    }

    /// True for what lasted from one such moment to another, where any of that is wanted.
    pub(super) fn span(&self, span: (f64, f64)) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.has_time(span))
    }
}

/// Reads a capture for what its report lists, with longer lists than a report that is shown.
pub(super) fn survey(
    files: &[PathBuf],
    wishes: Wishes,
    reading: &Reading,
) -> Result<(Report, KeyLog), Error> {
    let (keys, _) = reading.keys()?;
    let most = pipeline::MAX_FILTERED;
    let wishes = Wishes { limit_connections: most, limit_streams: most, ..wishes };
    pipeline::judge(files, &wishes, keys)
}

/// Says when a filter saw less than everything.
pub(super) fn complain_of_lists(report: &Report, terminal: &Terminal) {
    let left = report.omitted;
    if left.connections > 0 || left.streams > 0 {
        terminal.complain(&format!(
            "the filter looked at the first {0} connections and at {0} streams; {1} connections and {2} streams are left out",
            pipeline::MAX_FILTERED,
            left.connections,
            left.streams
        ));
    }
}

/// What reads a capture twice cannot read a pipe.
pub(super) fn needs_a_file(files: &[PathBuf], what: &str) -> Result<(), Error> {
    if files.iter().any(|file| file == Path::new("-")) {
        let said = format!("{what} reads the capture twice: it needs a file, not standard input");
        return Err(Error::Usage(said));
    }
    Ok(())
}
