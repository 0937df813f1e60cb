//! What is written where: formats on standard output and in files, for one verdict and for scans alike.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use super::flags::Looking;
use super::settings::{Settled, flags};
use super::stamp::Watch;
use super::talk::Talk;
use super::terminal::{Terminal, write_file};
use crate::capture::same_file;
use crate::error::Error;
use crate::finding::{Report, Severity};
use crate::pipeline::StreamsListed;
use crate::policy::{GroupBy, Layer, Value};
use crate::report::{Detail, Drawings, Format, Look, Ndjson, Paint, Rows, html};
use crate::views::Secrets;

/// The words.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// What is written to standard output [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = words())]
    format: Option<String>,
    /// Write to a file as well; repeatable: -o json=report.json -o sarif=report.sarif
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// What a row of CSV is
    #[arg(long, value_name = "ROWS", value_enum, default_value_t = RowsWord::Findings)]
    rows: RowsWord,
    /// How much text: verdict and a line for each group of findings; with evidence; everything [default: normal]
    #[arg(long, value_name = "HOW", value_parser = ["brief", "normal", "full"])]
    detail: Option<String>,
    /// Names of servers in place of addresses where they are known: SNI or :authority
    #[arg(long)]
    names: bool,
    /// Values of authorization, cookies and tokens are shown in pages, not masked
    #[arg(long)]
    show_secrets: bool,
    /// No limit to the groups of findings, blind spots, captures and connections that text lists
    #[arg(long)]
    all: bool,
    /// Only the line with the verdict, and no notices; H2LINT_LOG=error leaves out the notices only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell on standard error what was read and what is not shown; so does H2LINT_LOG=info
    #[arg(short, long)]
    verbose: bool,
    /// Say how long the run took and how much memory: the report is no longer the same every time
    #[arg(long)]
    stamp: bool,
}

/// How equal findings are gathered.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Grouping {
    /// What equal findings share: rule and server; rule and culprit; rule and connection; rule and capture
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = GroupWord::Rule)]
    group_by: GroupWord,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GroupWord {
    Rule,
    Culprit,
    Conn,
    File,
}

impl Grouping {
    /// What the word means.
    pub(super) const fn meaning(self) -> GroupBy {
        match self.group_by {
            GroupWord::Rule => GroupBy::Rule,
            GroupWord::Culprit => GroupBy::Culprit,
            GroupWord::Conn => GroupBy::Connection,
            GroupWord::File => GroupBy::File,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RowsWord {
    Findings,
    Connections,
    Streams,
}

fn words() -> PossibleValuesParser {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.word()))
}

/// What the words mean.
pub(super) struct Plan {
    pub(super) talk: Talk,
    pub(super) look: Look,
    format: Format,
    files: Vec<(Format, PathBuf)>,
    names: Names,
    secrets: Secrets,
    watch: Option<Watch>,
}

/// What servers are called in text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// What the configuration calls them, else their address.
    Given,
    /// Their SNI or :authority as well.
    Known,
}

impl Output {
    /// The flags that a configuration may set as well.
    pub(super) fn layer(&self) -> Layer {
        let text = |word: &Option<String>| word.clone().map(Value::Text);
        let files = (!self.output.is_empty()).then(|| Value::List(self.output.clone()));
        flags([("format", text(&self.format)), ("detail", text(&self.detail)), ("output", files)])
    }

    /// What is to be written, under a policy.
    ///
    /// # Errors
    /// When a format or a destination is none.
    pub(super) fn plan(
        &self,
        settled: &Settled,
        looking: &Looking,
        fail_on: Option<Severity>,
    ) -> Result<Plan, Error> {
        let settings = &settled.settings;
        let detail = match (self.quiet, settings.text("detail")) {
            (true, _) => Detail::Verdict,
            (false, Some("brief")) => Detail::Brief,
            (false, Some("full")) => Detail::Full,
            (false, _) => Detail::Normal,
        };
        let rows = match self.rows {
            RowsWord::Findings => Rows::Findings,
            RowsWord::Connections => Rows::Connections,
            RowsWord::Streams => Rows::Streams,
        };
        Ok(Plan {
            talk: match (self.quiet, self.verbose) {
                (true, _) => Talk::Errors,
                (false, false) => Talk::of_environment()?,
                (false, true) => Talk::Everything,
            },
            watch: self.stamp.then(Watch::start),
            look: Look { all: self.all, rows, fail_on, clock: settled.clock(), ..looking.look(detail) },
            format: settled.told("format", Format::read(settings.text("format").unwrap_or("text")))?,
            files: settled
                .told("output", settings.list("output").iter().map(|word| destination(word)).collect())?,
            names: if self.names { Names::Known } else { Names::Given },
            secrets: if self.show_secrets { Secrets::Shown } else { Secrets::Masked },
        })
    }
}

impl Plan {
    /// Keeps a capture from being written over by its own report.
    ///
    /// # Errors
    /// When a report is to go where a capture is.
    pub(super) fn spare<'a>(&self, mut captures: impl Iterator<Item = &'a PathBuf>) -> Result<(), Error> {
        if self.files.is_empty() {
            return Ok(());
        }
        let over = captures.find(|capture| self.files.iter().any(|(_, path)| same_file(capture, path)));
        over.map_or(Ok(()), |path| {
            let path = path.display();
            Err(Error::Usage(format!("-o would write over the capture {path}; give another path")))
        })
    }

    /// What the diagrams of a page may say, when one is to be written: it wants the facts.
    pub(super) fn drawn(&self) -> Option<Secrets> {
        self.formats().any(|format| format == Format::Html).then_some(self.secrets)
    }

    /// True when nothing but a page lists streams.
    pub(super) fn only_draws(&self) -> bool {
        let lists = |format| matches!(format, Format::Json | Format::Ndjson | Format::Csv);
        self.drawn().is_some() && !self.formats().any(lists)
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        self.files.iter().map(|(format, _)| *format).chain([self.format])
    }

    /// True when what is to be written says how long packet records are.
    pub(super) fn measures(&self) -> bool {
        let tells = |format| matches!(format, Format::Json | Format::Ndjson | Format::Html | Format::Sarif);
        self.formats().any(tells)
    }

    /// The streams that what is to be written lists: text and the formats of CI only speak of those that findings name.
    pub(super) fn streams(&self) -> StreamsListed {
        let lists = |format| matches!(format, Format::Json | Format::Html | Format::Ndjson | Format::Csv);
        if self.formats().any(lists) { StreamsListed::Slowest } else { StreamsListed::Named }
    }

    /// Says what the run took, when that is asked for.
    pub(super) fn stamp(&self, report: &mut Report) {
        if let Some(watch) = self.watch {
            report.stats = watch.read();
        }
    }

    /// Calls servers by the names that are asked for.
    pub(super) fn rename(&self, report: &mut Report) {
        for row in report.connections.iter_mut().filter(|_| self.names == Names::Known) {
            row.server.alias = row.server.alias.take().or_else(|| row.server.name.clone());
        }
    }

    /// Writes a whole report; pages show the drawings.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn write(
        &self,
        report: &Report,
        drawings: &Drawings,
        terminal: &mut Terminal,
    ) -> Result<(), Error> {
        self.print(report, drawings, terminal)?;
        for (format, path) in &self.files {
            self.save((*format, path), report, drawings)?;
        }
        self.summarise(report)
    }

    /// What goes out while captures are still read.
    ///
    /// # Errors
    /// When a file cannot be opened.
    pub(super) fn stream(&self) -> Result<Streaming, Error> {
        let wanted = self.files.iter().filter(|(format, _)| *format == Format::Ndjson);
        let open = |(_, path): &(Format, PathBuf)| {
            let file = File::create(path).map_err(|source| Error::Write { path: path.clone(), source })?;
            Ok((path.clone(), BufWriter::new(file)))
        };
        let stdout = self.format == Format::Ndjson;
        let files = wanted.map(open).collect::<Result<Vec<_>, Error>>()?;
        let idle = !stdout && files.is_empty();
        Ok(Streaming { lines: Ndjson::default(), stdout, files, idle })
    }

    /// Writes the rest of a report of which parts were streamed.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn finish(
        &self,
        report: &Report,
        drawings: &Drawings,
        streaming: Streaming,
        terminal: &mut Terminal,
    ) -> Result<(), Error> {
        streaming.finish(report, terminal)?;
        if self.format != Format::Ndjson {
            self.print(report, drawings, terminal)?;
        }
        for (format, path) in self.files.iter().filter(|(format, _)| *format != Format::Ndjson) {
            self.save((*format, path), report, drawings)?;
        }
        if self.talk >= Talk::Notices && !self.files.is_empty() {
            let names: Vec<_> = self.files.iter().map(|(_, path)| path.display().to_string()).collect();
            terminal.complain(&format!("wrote {}", names.join(" ")));
        }
        self.summarise(report)
    }

    fn print(&self, report: &Report, drawings: &Drawings, terminal: &mut Terminal) -> Result<(), Error> {
        match self.format {
            Format::Json => terminal.put_by(|out| write_report(report, out)),
            other => terminal.put(written(other, report, drawings, &self.look)),
        }?;
        terminal.flush()
    }

    fn save(
        &self,
        (format, path): (Format, &Path),
        report: &Report,
        drawings: &Drawings,
    ) -> Result<(), Error> {
        if format != Format::Json {
            return write_file(path, written(format, report, drawings, &self.plain()));
        }
        let write = |file| {
            let mut out = BufWriter::new(file);
            write_report(report, &mut out)?;
            out.flush()
        };
        File::create(path).and_then(write).map_err(|source| failed(path, source))
    }

    fn plain(&self) -> Look {
        Look { paint: Paint::Plain, ..self.look }
    }

    /// A job of GitHub names a file for a summary in Markdown.
    fn summarise(&self, report: &Report) -> Result<(), Error> {
        let wanted =
            self.format == Format::Github || self.files.iter().any(|(format, _)| *format == Format::Github);
        let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| wanted && !path.is_empty())
        else {
            return Ok(());
        };
        let text = Format::Md.write(report, &self.plain());
        let appended = OpenOptions::new().append(true).create(true).open(&path);
        appended
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| Error::Write { path: path.into(), source })
    }
}

/// NDJSON on its way out, capture by capture.
pub(super) struct Streaming {
    lines: Ndjson,
    stdout: bool,
    files: Vec<(PathBuf, BufWriter<File>)>,
    idle: bool,
}

impl Streaming {
    /// Writes the lines of a capture.
    pub(super) fn capture(&mut self, part: &Report, terminal: &mut Terminal) -> Result<(), Error> {
        if self.idle {
            return Ok(());
        }
        let text = self.lines.capture(part, true);
        self.put(&text, terminal)
    }

    fn finish(mut self, report: &Report, terminal: &mut Terminal) -> Result<(), Error> {
        if self.idle {
            return Ok(());
        }
        self.put(&Ndjson::summary(report), terminal)?;
        self.files.iter_mut().try_for_each(|(path, file)| file.flush().map_err(|error| failed(path, error)))
    }

    fn put(&mut self, text: &str, terminal: &mut Terminal) -> Result<(), Error> {
        if self.stdout {
            terminal.print(text)?;
        }
        let write = |(path, file): &mut (PathBuf, BufWriter<File>)| {
            file.write_all(text.as_bytes()).map_err(|error| failed(path, error))
        };
        self.files.iter_mut().try_for_each(write)
    }
}

fn written(format: Format, report: &Report, drawings: &Drawings, look: &Look) -> String {
    match format {
        Format::Html => html(report, drawings),
        other => other.write(report, look),
    }
}

/// What [`Format::Json`] is, written as it is made: of ten thousand findings it is 24 MB.
fn write_report(report: &Report, into: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *into, report)?;
    into.write_all(b"\n")
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::Write { path: path.to_path_buf(), source }
}

fn destination(word: &str) -> Result<(Format, PathBuf), Error> {
    let parts = word.split_once('=').filter(|(_, path)| !path.is_empty());
    let (format, path) = parts
        .ok_or_else(|| Error::Usage(format!("-o {word}: write FORMAT=PATH, such as -o json=report.json")))?;
    Ok((Format::read(format)?, PathBuf::from(path)))
}
