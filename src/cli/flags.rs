//! Flags that several commands share: as words first, then as what they mean.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anstream::AutoStream;
use clap::ValueEnum;
use terminal_size::{Width, terminal_size_of};

use super::quantities::{IdleTimeout, Patience, Size};
use super::settings::{Configuring, Settled, flags, local};
use crate::error::Error;
use crate::finding::{Culprit, Notice};
use crate::pipeline::{DecodeAs, KeyLog, Wishes, add_keys};
use crate::policy::{Layer, Value};
use crate::report::{Charset, Clock, Detail, Lines, Look, Paint};
use crate::rules::{Options, Spec};
use crate::views::Interest;

/// How a capture is read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct Reading {
    /// Key log in the NSS format; repeatable. H2LINT_KEYLOG and SSLKEYLOGFILE name further ones, and CAPTURE.keys is found by itself
    #[arg(long, value_name = "FILE")]
    keylog: Vec<PathBuf>,
    /// What is spoken on a port, in place of what it looks like; repeatable. http2: without TLS, from the first octet on, even without a
    /// preface; none: the port is not looked at
    #[arg(long, value_name = "PORT=http2|tls|none")]
    decode_as: Vec<DecodeAs>,
    /// The RFC that judges [default: rfc9113]
    #[arg(long, value_name = "RFC", value_enum)]
    spec: Option<SpecWord>,
    /// Connections that a report lists at most; totals count all
    #[arg(long, value_name = "N", default_value_t = Wishes::default().limit_connections)]
    limit_conns: usize,
    /// Streams that a report lists at most; totals count all [default: 1000; 10000 for a page alone]
    #[arg(long, value_name = "N")]
    limit_streams: Option<usize>,
    /// Threads that judge, several captures or the connections of one; 0 for one a core
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        env = "H2LINT_THREADS",
        hide_env = true,
        help_heading = "Run"
    )]
    threads: usize,
    /// What the live connections of a capture may hold in memory; beyond it those that were silent longest are judged by what was seen of
    /// them, and the report says so. The report and what compares connections come on top: 50M usually, 160M at most [default: 1G]
    #[arg(long, value_name = "SIZE", help_heading = "Run")]
    max_memory: Option<Size>,
    /// How long a capture is read at most: 500ms, 30s, 5m. What was read by then is judged, and the exit code is 3
    #[arg(long, value_name = "DUR", help_heading = "Run")]
    timeout: Option<Patience>,
}

/// Which rules count, and what for.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct Judging {
    /// Only these: codes, names, prefixes (STS), tags (@must); separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    ignore: Vec<String>,
    /// These as well, rules of style among them
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    extend_select: Vec<String>,
    /// strict adds the rules tagged style; lenient keeps certain errors only [default: default]
    #[arg(long, value_enum)]
    level: Option<LevelWord>,
    /// What is less certain is neither shown nor counted [default: likely]
    #[arg(long, value_name = "CONFIDENCE", value_enum)]
    min_confidence: Option<ConfidenceWord>,
    /// The severity from which a finding makes the exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailWord>,
    /// Only what this holds for: conn==3, host==10.0.0.2, port==50051, time in 1.5s..9s, authority=="a", path~"^/pkg.Svc/",
    /// grpc.status!=0, server, client, via, stream, method, status; joined by &&
    #[arg(long, value_name = "EXPR", help_heading = "Input")]
    pub(super) filter: Option<String>,
    /// Only findings with this culprit
    #[arg(long, value_name = "CULPRIT", value_enum)]
    blame: Option<CulpritWord>,
    /// Rules that must speak, or the exit code is 1; what they find does not fail the run. PRE001, PRE001@server, count(PRE001) == 2
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(super) expect: Vec<String>,
    /// A further idle timeout of something on the way, to recognise connections that it kills; repeatable
    #[arg(long, value_name = "NAME=SECONDS")]
    known_lb: Vec<IdleTimeout>,
    /// Findings never change the exit code
    #[arg(long)]
    exit_zero: bool,
    /// A capture without HTTP/2 is exit code 0, not 4
    #[arg(long)]
    allow_empty: bool,
    /// Findings that are known and do not count [default: .h2lint-baseline.json, searched upwards to the root of the repository]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Use no baseline
    #[arg(long, conflicts_with_all = ["baseline", "new_only"])]
    pub(super) no_baseline: bool,
    /// Report only what the baseline does not hold; without a baseline this is an error
    #[arg(long)]
    new_only: bool,
    #[command(flatten)]
    pub(super) configuring: Configuring,
}

/// How text looks.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Looking {
    /// Moments: seconds since the connection's first packet, date and time in UTC or in the zone of this machine, or seconds since 1970 [default: relative]
    #[arg(long, value_name = "CLOCK", value_enum)]
    time: Option<TimeWord>,
    /// Colours; auto: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE counts as well
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorWord::Auto)]
    color: ColorWord,
    /// Only ASCII characters
    #[arg(long)]
    ascii: bool,
    /// Columns to fill [default: 80]; the views of show fill a terminal, and fold what does not fit, in a pipe only where this is given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..))]
    width: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SpecWord {
    Rfc9113,
    Rfc7540,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelWord {
    Strict,
    Default,
    Lenient,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConfidenceWord {
    Certain,
    Likely,
    Possible,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FailWord {
    Error,
    Warning,
    Info,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CulpritWord {
    Client,
    Server,
    Between,
    Capture,
    Unknown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TimeWord {
    Relative,
    Utc,
    Local,
    Epoch,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColorWord {
    Auto,
    Always,
    Never,
}

impl Reading {
    /// What the pipeline is asked for, when a view listens to these facts.
    pub(super) fn wishes(&self, interest: Interest) -> Wishes {
        let spec = match self.spec {
            None | Some(SpecWord::Rfc9113) => Spec::Rfc9113,
            Some(SpecWord::Rfc7540) => Spec::Rfc7540,
        };
        Wishes {
            options: Options { spec, ..Options::default() },
            limit_connections: self.limit_conns,
            limit_streams: self.limit_streams.unwrap_or(Wishes::default().limit_streams),
            limit_keys: 0,
            interest,
            // Read once, and needed until the program ends.
            decode_as: Box::leak(self.decode_as.clone().into_boxed_slice()),
            max_memory: self.max_memory.map_or(Wishes::default().max_memory, |size| size.0),
            timeout: self.timeout.map(|patience| patience.0),
            threads: match self.threads {
                0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
                threads => threads,
            },
            ..Wishes::default()
        }
    }

    /// Streams that a page lists at most.
    pub(super) fn streams_of_a_page(&self) -> usize {
        self.limit_streams.unwrap_or(STREAMS_OF_A_PAGE)
    }

    /// The flags that a configuration may set as well.
    pub(super) fn layer(&self) -> Layer {
        flags([("spec", self.spec.map(word))])
    }

    /// Connections that a report lists at most.
    pub(super) const fn connections(&self) -> usize {
        self.limit_conns
    }

    /// How many threads are wanted; 0 for one a core.
    pub(super) const fn threads(&self) -> usize {
        self.threads
    }

    /// The keys that are given, and what is wrong with them.
    ///
    /// # Errors
    /// When a key log that a flag names cannot be read.
    pub(super) fn keys(&self) -> Result<(KeyLog, Vec<Notice>), Error> {
        let (mut keys, mut notices) = (KeyLog::new(), Vec::new());
        for path in &self.keylog {
            let notice = add_keys(&mut keys, path)
                .map_err(|error| Error::Usage(format!("--keylog {}: {}", path.display(), error.cause())))?;
            notices.extend(notice);
        }
        let named = KEY_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        for (name, path) in named.filter(|(_, path)| !path.is_empty()) {
            let path = PathBuf::from(path);
            match add_keys(&mut keys, &path) {
                Ok(notice) => notices.extend(notice),
                Err(error) => {
                    let text = format!("{name} names {}: {}", path.display(), error.cause());
                    notices.push(Notice { kind: "keys_not_used", text });
                }
            }
        }
        Ok((keys, notices))
    }
}

/// As many as a browser draws at ease, and a page of 5 MB holds.
const STREAMS_OF_A_PAGE: usize = 10_000;

/// Variables of the environment that name key logs: the program's own, and the one that browsers and libraries write to.
const KEY_VARIABLES: [&str; 2] = ["H2LINT_KEYLOG", "SSLKEYLOGFILE"];

impl Judging {
    /// Configuration, environment and flags in one; `others` are flags of other groups.
    ///
    /// # Errors
    /// When a configuration file is wrong, or not there.
    pub(super) fn settle(&self, others: &[Layer]) -> Result<Settled, Error> {
        let list = |words: &[String]| (!words.is_empty()).then(|| Value::List(words.to_vec()));
        let on = |flag: bool| flag.then_some(Value::Flag(true));
        let mut own = flags([
            ("rules.select", list(&self.select)),
            ("rules.ignore", list(&self.ignore)),
            ("rules.extend_select", list(&self.extend_select)),
            ("level", self.level.map(word)),
            ("min_confidence", self.min_confidence.map(word)),
            ("fail_on", self.fail_on.map(word)),
            ("exit_zero", on(self.exit_zero)),
            ("allow_empty", on(self.allow_empty)),
            ("new_only", on(self.new_only)),
            ("baseline", self.baseline.as_ref().map(|path| Value::Text(path.display().to_string()))),
        ]);
        for known in &self.known_lb {
            own.know_idle_timeout(&known.name, known.seconds, "flag --known-lb");
        }
        let layers: Vec<Layer> = others.iter().cloned().chain([own]).collect();
        self.configuring.settle(&layers)
    }

    /// The culprit that is asked for.
    pub(super) fn blame(&self) -> Option<Culprit> {
        self.blame.map(|word| match word {
            CulpritWord::Client => Culprit::Client,
            CulpritWord::Server => Culprit::Server,
            CulpritWord::Between => Culprit::Between,
            CulpritWord::Capture => Culprit::Capture,
            CulpritWord::Unknown => Culprit::Unknown,
        })
    }
}

/// The word of a flag's value.
pub(super) fn word(value: impl ValueEnum) -> Value {
    let named = value.to_possible_value();
    Value::Text(named.map(|named| named.get_name().to_owned()).unwrap_or_default())
}

impl Looking {
    /// How text on standard output looks.
    pub(super) fn look(&self, detail: Detail) -> Look {
        Look {
            detail,
            all: false,
            charset: if self.ascii { Charset::Ascii } else { Charset::Unicode },
            paint: self.color.paint(),
            width: usize::from(self.width.unwrap_or(80)),
            clock: match self.time {
                None | Some(TimeWord::Relative) => Clock::Relative,
                Some(TimeWord::Utc) => Clock::Utc,
                Some(TimeWord::Local) => local(),
                Some(TimeWord::Epoch) => Clock::Epoch,
            },
            ..Look::default()
        }
    }

    /// How rows on standard output look: folded for eyes, as wide as the terminal, and where somebody said how wide the page is;
    /// programs get them whole.
    pub(super) fn rows(&self) -> Look {
        let look = self.look(Detail::Normal);
        let eyes = std::io::stdout().is_terminal();
        let terminal = terminal_size_of(std::io::stdout()).map(|(Width(width), _)| width.max(40));
        let lines = if self.width.is_some() || eyes { Lines::Folded } else { Lines::Whole };
        match self.width.or(terminal.filter(|_| eyes)) {
            Some(width) => Look { lines, width: usize::from(width), ..look },
            None => Look { lines, ..look },
        }
    }

    /// The flags that a configuration may set as well.
    pub(super) fn layer(&self) -> Layer {
        flags([("time", self.time.map(word))])
    }
}

impl ColorWord {
    fn paint(self) -> Paint {
        let colour = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
        };
        if colour { Paint::Colour } else { Paint::Plain }
    }
}
