//! Flags that several commands share: as words first, then as what they mean.

use std::path::PathBuf;

use anstream::AutoStream;
use clap::ValueEnum;

use crate::capture::key_log;
use crate::error::Error;
use crate::finding::{Confidence, Notice, Severity};
use crate::pipeline::{KeyLog, Wishes, add_keys};
use crate::policy::{Policy, Selection, Strictness};
use crate::report::{Charset, Clock, Detail, Look, Paint};
use crate::rules::{Options, Spec};
use crate::views::Interest;

/// How a capture is read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct Reading {
    /// Key log in the NSS format; repeatable. H2LINT_KEYLOG and SSLKEYLOGFILE name further ones, and CAPTURE.keys is found by itself
    #[arg(long, value_name = "FILE")]
    keylog: Vec<PathBuf>,
    /// The RFC that judges
    #[arg(long, value_name = "RFC", value_enum, default_value_t = SpecWord::Rfc9113)]
    spec: SpecWord,
    /// Connections that a report lists at most; totals count all
    #[arg(long, value_name = "N", default_value_t = Wishes::default().limit_connections)]
    limit_conns: usize,
    /// Streams that a report lists at most; totals count all
    #[arg(long, value_name = "N", default_value_t = Wishes::default().limit_streams)]
    limit_streams: usize,
    /// Threads of a scan; 0 for one a core. One capture is read on one thread
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
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
    /// strict adds the rules tagged style; lenient keeps certain errors only
    #[arg(long, value_enum, default_value_t = LevelWord::Default)]
    level: LevelWord,
    /// What is less certain is neither shown nor counted
    #[arg(long, value_name = "CONFIDENCE", value_enum, default_value_t = ConfidenceWord::Likely)]
    min_confidence: ConfidenceWord,
    /// The severity from which a finding makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailWord::Error)]
    fail_on: FailWord,
    /// Findings never change the exit code
    #[arg(long)]
    exit_zero: bool,
    /// A capture without HTTP/2 is exit code 0, not 4
    #[arg(long)]
    allow_empty: bool,
    /// Ignore configuration files. There is nothing to ignore yet: this version reads none
    #[arg(long)]
    isolated: bool,
    /// Use no baseline. There is nothing to leave out yet: this version reads none
    #[arg(long)]
    no_baseline: bool,
}

/// How text looks.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Looking {
    /// Moments: seconds since the connection's first packet, date and time in UTC, or seconds since 1970
    #[arg(long, value_name = "CLOCK", value_enum, default_value_t = TimeWord::Relative)]
    time: TimeWord,
    /// Colours; auto: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE counts as well
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorWord::Auto)]
    color: ColorWord,
    /// Only ASCII characters
    #[arg(long)]
    ascii: bool,
    /// Columns to fill [default: 80]
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
enum FailWord {
    Error,
    Warning,
    Info,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TimeWord {
    Relative,
    Utc,
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
            SpecWord::Rfc9113 => Spec::Rfc9113,
            SpecWord::Rfc7540 => Spec::Rfc7540,
        };
        Wishes {
            options: Options { spec, ..Options::default() },
            limit_connections: self.limit_conns,
            limit_streams: self.limit_streams,
            limit_keys: 0,
            interest,
        }
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
            let octets = key_log(path)
                .map_err(|error| Error::Usage(format!("--keylog {}: {}", path.display(), cause(&error))))?;
            notices.extend(add_keys(&mut keys, &path.display().to_string(), &octets));
        }
        let named = KEY_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        for (name, path) in named.filter(|(_, path)| !path.is_empty()) {
            let path = PathBuf::from(path);
            match key_log(&path) {
                Ok(octets) => notices.extend(add_keys(&mut keys, &path.display().to_string(), &octets)),
                Err(error) => {
                    let text = format!("{name} names {}: {}", path.display(), cause(&error));
                    notices.push(Notice { kind: "keys_not_used", text });
                }
            }
        }
        Ok((keys, notices))
    }
}

/// Variables of the environment that name key logs: the program's own, and the one that browsers and libraries write to.
const KEY_VARIABLES: [&str; 2] = ["H2LINT_KEYLOG", "SSLKEYLOGFILE"];

/// What the machine says of a file, without its path.
fn cause(error: &Error) -> String {
    match error {
        Error::Read { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

impl Judging {
    /// What counts.
    ///
    /// # Errors
    /// When a list names what is no rule, prefix or tag.
    pub(super) fn policy(&self) -> Result<Policy, Error> {
        Ok(Policy {
            fail_on: match self.fail_on {
                FailWord::Error => Some(Severity::Error),
                FailWord::Warning => Some(Severity::Warning),
                FailWord::Info => Some(Severity::Info),
                FailWord::Never => None,
            },
            min_confidence: match self.min_confidence {
                ConfidenceWord::Certain => Confidence::Certain,
                ConfidenceWord::Likely => Confidence::Likely,
                ConfidenceWord::Possible => Confidence::Possible,
            },
            level: match self.level {
                LevelWord::Strict => Strictness::Strict,
                LevelWord::Default => Strictness::Default,
                LevelWord::Lenient => Strictness::Lenient,
            },
            selection: Selection::read(&self.select, &self.extend_select, &self.ignore)?,
            allow_empty: self.allow_empty,
            exit_zero: self.exit_zero,
        })
    }
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
                TimeWord::Relative => Clock::Relative,
                TimeWord::Utc => Clock::Utc,
                TimeWord::Epoch => Clock::Epoch,
            },
            ..Look::default()
        }
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
