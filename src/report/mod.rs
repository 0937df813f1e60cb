//! How answers are written: reports and rows in each [`Format`], the words of rules, the JSON Schema. Everything here returns
//! text; writing it is the caller's business.

mod baseline;
mod coverage;
#[cfg(feature = "cli")]
mod diff;
mod found;
mod json;
#[cfg(feature = "cli")]
mod look;
#[cfg(feature = "cli")]
mod numbers;
mod rules;
mod sanitize;
mod schema;
#[cfg(feature = "cli")]
mod suite;
#[cfg(feature = "cli")]
mod text;

use crate::error::Error;
#[cfg(feature = "cli")]
use crate::finding::Report;

pub use baseline::baseline_lines;
pub use coverage::{coverage_as_json, coverage_as_markdown};
#[cfg(feature = "cli")]
pub use diff::{diff_markdown, diff_text};
pub use found::{found_as_json, topic_as_json};
pub use json::{element, report as json};
#[cfg(feature = "cli")]
pub use look::{Charset, Clock, Detail, Look, Paint};
pub use rules::{rules_as_json, rules_as_markdown};
pub use sanitize::{ascii, clean};
pub use schema::report_schema;
#[cfg(feature = "cli")]
pub use suite::{Tested, TestedCase, suite_junit, suite_text};
#[cfg(feature = "cli")]
pub use text::{
    call_lines, concurrency_header, concurrency_line, connection_lines, coverage_table, example, found_page,
    frame_header, frame_line, handshake_header, handshake_line, key_lines, latency_header, latency_line,
    ping_header, ping_line, report as text, rule_page, rule_table, scenario_table, setting_lines,
    stream_header, stream_line, topic_page, topic_table, window_header, window_line,
};

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    #[cfg_attr(feature = "cli", default)]
    #[cfg(feature = "cli")]
    Text,
    /// `h2lint/report/1`.
    #[cfg_attr(not(feature = "cli"), default)]
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "cli")]
        Self::Text,
        Self::Json,
    ];

    /// The word that names it on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            #[cfg(feature = "cli")]
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// The format with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(word: &str) -> Result<Self, Error> {
        let known: Vec<_> = Self::ALL.iter().map(|format| format.word()).collect();
        let found = Self::ALL.iter().copied().find(|format| format.word() == word);
        found.ok_or_else(|| Error::Usage(format!("unknown format `{word}`; there are {}", known.join(", "))))
    }

    /// Writes a report.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn write(self, report: &Report, look: &Look) -> String {
        match self {
            Self::Text => text::report(report, look),
            Self::Json => json::report(report),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests;
#[cfg(test)]
mod validator;
