//! `h2lint show FILE --as VIEW`: what happened, without a judgement. Frames are written as they come.

use std::path::PathBuf;

use clap::ValueEnum;

use super::flags::{Looking, Reading};
use super::narrowing::{Narrowed, Narrowing};
use super::settings::{Configuring, Settled};
use super::talk::Talk;
use super::terminal::Terminal;
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline;
use crate::policy::Policy;
use crate::report::{
    FrameElements, FrameLines, Look, call_lines, concurrency_header, concurrency_line, connection_lines,
    element, frame_header, handshake_header, handshake_line, headed, header_header, header_line,
    ladder_header, ladder_line, latency_header, latency_line, leg_header, leg_line, ping_header, ping_line,
    setting_lines, stream_header, stream_line, table_header, table_line, window_header, window_line,
};
use crate::views::{
    CallList, ConnectionLine, Frames, HANDSHAKE_INTEREST, HEADERS_INTEREST, Interest, LATENCY_INTEREST,
    Ladder, Leg, Legs, NO_INTEREST, Observed, PINGS_INTEREST, Room, SETTINGS_INTEREST, Secrets, SettingLine,
    Streams, Tables, connections, handshake, headers, latency, pings, settings,
};

/// The words of the command.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A capture: pcap or pcapng; '-' is standard input; several files are read as one capture
    #[arg(value_name = "FILE", required_unless_present = "read")]
    files: Vec<PathBuf>,
    /// The same as FILE
    #[arg(short, long, value_name = "FILE")]
    read: Vec<PathBuf>,
    /// What is shown. In frames: ES is END_STREAM, EH END_HEADERS, PAD PADDED, PRI PRIORITY, and windows are those left for the
    /// sender of DATA, of the stream and of the connection
    #[arg(long = "as", value_enum, value_name = "VIEW", default_value_t = View::Conns)]
    view: View,
    /// Tables of hpack behind this packet instead of at the end
    #[arg(long, value_name = "N")]
    at_pkt: Option<u64>,
    /// Values of authorization, cookies and tokens are shown, not masked
    #[arg(long)]
    show_secrets: bool,
    /// text: a line each; json: an array of the same rows
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    narrowing: Narrowing,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    looking: Looking,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum View {
    /// TCP connections
    Conns,
    /// HTTP/2 frames, with the state and the windows after each
    Frames,
    /// Streams, with their way through the states
    Streams,
    /// Values announced in SETTINGS
    Settings,
    /// gRPC calls: messages and octets of client/server, time to the first answer and in all
    Grpc,
    /// PINGs, with their round trip and who answers
    Pings,
    /// Messages of TLS and of upgrades: versions, suites, ALPN and NPN, alerts
    Handshake,
    /// Windows of flow control over time: of the connection (stream 0) and of streams, for each sender
    Windows,
    /// Streams open over time against MAX_CONCURRENT_STREAMS
    Concurrency,
    /// Requests on the two connections of a proxy: who ended each first, and how long it took into the proxy, behind it and out of it
    Legs,
    /// Frames as arrows between the two ends, silences, and acknowledgements of TCP that prove receipt
    Ladder,
    /// Field lines as they are on the wire: how written, octets saved, known or not
    Headers,
    /// Entries of the dynamic tables, with their certainty
    Hpack,
    /// Where the time of each call went: queue, network (one round trip), server, without credit, behind losses, rest
    Latency,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    Text,
    Json,
}

/// Rows on their way out.
struct Sheet<'a> {
    shape: Shape,
    look: Look,
    /// What stands above the rows; written with the first one, so that a file that is no capture prints nothing.
    above: String,
    rows: u64,
    /// Rows on their way.
    buffer: Vec<u8>,
    terminal: &'a mut Terminal,
    failed: Option<Error>,
}

/// Runs the command.
pub(super) fn run(args: Args, terminal: &mut Terminal) -> Result<u8, Error> {
    let settled = args.settle()?;
    if args.configuring.show_config {
        terminal.print(&settled.show())?;
        return Ok(0);
    }
    let talk = Talk::of_environment()?;
    let look = Look { clock: settled.clock(), ..args.looking.rows() };
    let wanted = args.wanted(&settled, terminal)?;
    let (above, buffer) = (String::new(), Vec::new());
    let mut sheet = Sheet { shape: args.format, look, above, rows: 0, buffer, terminal, failed: None };
    let report = match args.view {
        View::Conns => show_connections(&args, &wanted, &mut sheet),
        View::Frames => frames(&args, &wanted, &mut sheet),
        View::Streams => streams(&args, &wanted, &mut sheet),
        View::Settings => show_settings(&args, &wanted, &mut sheet),
        View::Grpc => show_calls(&args, &wanted, &mut sheet),
        View::Handshake => show_handshakes(&args, &wanted, &mut sheet),
        View::Pings => show_pings(&args, &wanted, &mut sheet),
        View::Windows => windows(&args, &wanted, &mut sheet),
        View::Concurrency => concurrency(&args, &wanted, &mut sheet),
        View::Legs => legs(&args, &wanted, &mut sheet),
        View::Ladder => ladder(&args, &wanted, &mut sheet),
        View::Headers => show_headers(&args, &wanted, &mut sheet),
        View::Hpack => tables(&args, &wanted, &mut sheet),
        View::Latency => show_latency(&args, &wanted, &mut sheet),
    };
    let report = report.inspect_err(|_| sheet.send())?;
    sheet.finish()?;
    for notice in report.notices.iter().filter(|_| talk >= Talk::Notices) {
        terminal.complain(&notice.text);
    }
    Ok(unread(&report, terminal))
}

/// The exit code, by whether the inputs were read in full; says what was not.
pub(super) fn unread(report: &Report, terminal: &Terminal) -> u8 {
    let unread =
        report.inputs.iter().find_map(|input| input.error.as_ref().map(|error| (&input.path, error)));
    let Some((path, error)) = unread else { return 0 };
    terminal.complain(&format!("{path} was not read in full: {error}"));
    3
}

fn frames(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Frames::default();
    let (mut lines, mut elements) = (FrameLines::new(look), FrameElements::default());
    sheet.begin(&format!("{}\n", frame_header(&look)));
    args.analyze(Frames::INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.push(&seen, &mut |line| {
                if wanted.stream(line.conn, line.stream) && wanted.moment(line.t) {
                    sheet.write(|row| elements.write(line, row), |row| lines.write(line, row));
                }
            });
        }
    })
}

fn streams(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Streams::default();
    sheet.begin(&format!("{}\n", stream_header(&look)));
    args.analyze(Streams::INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.push(&seen, &mut |line| {
                if wanted.stream(line.conn, line.stream) {
                    sheet.row(|| element(&line), || format!("{}\n", stream_line(&line, &look)));
                }
            });
        }
    })
}

fn legs(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Legs::default();
    sheet.begin(&format!("{}\n", leg_header(&look)));
    args.analyze(Legs::INTEREST, &mut |seen| {
        view.push(&seen, &mut |line| {
            let of = |leg: &Leg| wanted.conn(leg.conn) && wanted.stream(leg.conn, leg.stream);
            if of(&line.front) || of(&line.back) {
                sheet.row(|| element(&line), || format!("{}\n", leg_line(&line, &look)));
            }
        });
    })
}

fn ladder(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Ladder::new(args.narrowing.stream);
    sheet.begin(&format!("{}\n", ladder_header(&look)));
    args.analyze(Ladder::INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.push(&seen, &mut |line| {
                if wanted.moment(line.t)
                    && line.stream().is_none_or(|stream| wanted.stream(line.conn, stream))
                {
                    sheet.row(|| element(&line), || format!("{}\n", ladder_line(&line, &look)));
                }
            });
        }
    })
}

fn show_headers(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let (look, secrets) = (sheet.look, args.secrets());
    sheet.begin(&format!("{}\n", header_header(&look)));
    args.analyze(HEADERS_INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            headers(&seen, secrets, &mut |line| {
                if wanted.stream(line.conn, line.stream) && wanted.moment(line.t) {
                    sheet.row(|| element(&line), || format!("{}\n", header_line(&line, &look)));
                }
            });
        }
    })
}

fn tables(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Tables::new(args.at_pkt, args.secrets());
    sheet.begin(&format!("{}\n", table_header(&look)));
    args.analyze(Tables::INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.push(&seen, &mut |line| {
                sheet.row(|| element(&line), || format!("{}\n", table_line(&line, &look)));
            });
        }
    })
}

fn show_handshakes(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    sheet.begin(&format!("{}\n", handshake_header(&look)));
    args.analyze(HANDSHAKE_INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            for line in handshake(&seen).into_iter().filter(|line| wanted.moment(line.t)) {
                sheet.row(|| element(&line), || format!("{}\n", handshake_line(&line, &look)));
            }
        }
    })
}

fn show_pings(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    sheet.begin(&format!("{}\n", ping_header(&look)));
    args.analyze(PINGS_INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            for line in pings(&seen).into_iter().filter(|line| wanted.moment(line.t)) {
                sheet.row(|| element(&line), || format!("{}\n", ping_line(&line, &look)));
            }
        }
    })
}

fn windows(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Room::default();
    sheet.begin(&format!("{}\n", window_header(&look)));
    args.analyze(Room::WINDOWS_INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.windows(&seen, &mut |line| {
                if wanted.stream(line.conn, line.stream) {
                    sheet.row(|| element(&line), || format!("{}\n", window_line(&line, &look)));
                }
            });
        }
    })
}

fn concurrency(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = Room::default();
    sheet.begin(&format!("{}\n", concurrency_header(&look)));
    args.analyze(Room::CONCURRENCY_INTEREST, &mut |seen| {
        if wanted.conn(seen.conn) {
            view.concurrency(&seen, &mut |line| {
                sheet.row(|| element(&line), || format!("{}\n", concurrency_line(&line, &look)));
            });
        }
    })
}

fn show_latency(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    sheet.begin(&format!("{}\n", latency_header(&look)));
    args.analyze(LATENCY_INTEREST, &mut |seen| {
        if let Some(line) = latency(&seen).filter(|_| wanted.conn(seen.conn))
            && wanted.stream(line.conn, line.stream)
        {
            sheet.row(|| element(&line), || format!("{}\n", latency_line(&line, &look)));
        }
    })
}

/// Values come a connection at a time, and the lines of one are aligned with each other.
fn show_settings(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    sheet.begin("");
    args.analyze(SETTINGS_INTEREST, &mut |seen| {
        if !wanted.conn(seen.conn) {
            return;
        }
        let mut lines: Vec<SettingLine> = settings(&seen);
        lines.retain(|line| wanted.moment(line.t));
        if sheet.shape == Shape::Json {
            for line in &lines {
                sheet.row(|| element(line), String::new);
            }
        } else if !lines.is_empty() {
            let gap = if sheet.rows > 0 { "\n" } else { "" };
            sheet.row(String::new, || format!("{gap}{}", headed(&setting_lines(&lines, &look), &look)));
        }
    })
}

/// Calls come a connection at a time, and the lines of one are aligned with each other.
fn show_calls(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    let mut view = CallList::default();
    sheet.begin("");
    args.analyze(CallList::INTEREST, &mut |seen| {
        if !wanted.conn(seen.conn) {
            return;
        }
        view.push(&seen, &mut |mut lines| {
            lines.retain(|line| wanted.stream(line.conn, line.stream));
            if sheet.shape == Shape::Json {
                for line in &lines {
                    sheet.row(|| element(line), String::new);
                }
            } else if !lines.is_empty() {
                let gap = if sheet.rows > 0 { "\n" } else { "" };
                sheet.row(String::new, || format!("{gap}{}", headed(&call_lines(&lines, &look), &look)));
            }
        });
    })
}

fn show_connections(args: &Args, wanted: &Narrowed, sheet: &mut Sheet<'_>) -> Result<Report, Error> {
    let look = sheet.look;
    sheet.begin("");
    let mut report = args.analyze(NO_INTEREST, &mut |_| {})?;
    Policy::default().apply(&mut report);
    let lines: Vec<ConnectionLine> = connections(&report).filter(|line| wanted.conn(line.conn)).collect();
    if sheet.shape == Shape::Json {
        for line in &lines {
            sheet.row(|| element(line), String::new);
        }
    } else if !lines.is_empty() {
        sheet.row(String::new, || headed(&connection_lines(&lines, &look), &look));
    }
    Ok(report)
}

impl Args {
    fn analyze(&self, interest: Interest, observe: &mut dyn FnMut(Observed<'_>)) -> Result<Report, Error> {
        let files = self.files();
        let (keys, notices) = self.reading.keys()?;
        let mut wishes = self.reading.wishes(interest);
        self.settle()?.tune(&mut wishes);
        let mut report = pipeline::analyze(&files, &wishes, keys, observe)?;
        report.notices.extend(notices);
        Ok(report)
    }

    fn settle(&self) -> Result<Settled, Error> {
        self.configuring.settle(&[self.reading.layer(), self.looking.layer()])
    }

    const fn secrets(&self) -> Secrets {
        if self.show_secrets { Secrets::Shown } else { Secrets::Masked }
    }

    /// What is wanted, of a capture that may have to be read for that.
    fn wanted(&self, settled: &Settled, terminal: &Terminal) -> Result<Narrowed, Error> {
        let mut wishes = self.reading.wishes(NO_INTEREST);
        settled.tune(&mut wishes);
        self.narrowing.settle(&self.files(), (wishes, &self.reading), terminal)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.files.iter().chain(&self.read).cloned().collect()
    }
}

impl Sheet<'_> {
    /// Sets what stands above the rows of text.
    fn begin(&mut self, header: &str) {
        self.above = if self.shape == Shape::Json { "[".to_owned() } else { headed(header, &self.look) };
    }

    /// A row. Once writing failed, or nobody reads, further ones are not even made.
    fn row(&mut self, json: impl FnOnce() -> String, text: impl FnOnce() -> String) {
        self.fill(|shape, row| {
            let written = match shape {
                Shape::Json => json(),
                Shape::Text => text(),
            };
            row.extend_from_slice(written.as_bytes());
        });
    }

    /// A row that is one line, of which there may be millions.
    fn write(&mut self, json: impl FnOnce(&mut Vec<u8>), text: impl FnOnce(&mut Vec<u8>)) {
        self.fill(|shape, rows| match shape {
            Shape::Json => json(rows),
            Shape::Text => {
                text(rows);
                rows.push(b'\n');
            }
        });
    }

    fn fill(&mut self, fill: impl FnOnce(Shape, &mut Vec<u8>)) {
        if self.failed.is_some() || self.terminal.is_closed() {
            return;
        }
        if !self.above.is_empty() {
            self.buffer.extend_from_slice(std::mem::take(&mut self.above).as_bytes());
        }
        if self.shape == Shape::Json {
            self.buffer.extend_from_slice(if self.rows > 0 { b",\n" } else { b"\n" });
        }
        fill(self.shape, &mut self.buffer);
        self.rows = self.rows.saturating_add(1);
        if self.buffer.len() >= ENOUGH {
            self.send();
        }
    }

    fn finish(mut self) -> Result<(), Error> {
        let end = match (self.shape, self.rows) {
            (Shape::Text, _) => "",
            (Shape::Json, 0) => "]\n",
            (Shape::Json, _) => "\n]\n",
        };
        self.buffer.extend([std::mem::take(&mut self.above).as_str(), end].concat().bytes());
        self.send();
        match self.failed.take() {
            Some(error) => return Err(error),
            None => self.terminal.flush()?,
        }
        if self.rows == 0 {
            self.terminal.complain("nothing to show; `h2lint show FILE --as conns` lists the connections");
        }
        Ok(())
    }

    /// Sends what was written on its way.
    fn send(&mut self) {
        if let (None, Err(error)) = (&self.failed, self.terminal.put(&self.buffer)) {
            self.failed = Some(error);
        }
        self.buffer.clear();
    }
}

/// Octets of rows that are worth being sent.
const ENOUGH: usize = 1 << 16;
