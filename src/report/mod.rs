//! How answers are written: reports and rows in each [`Format`], the words of rules, the JSON Schema. Everything here returns
//! text; writing it is the caller's business.

#[cfg(feature = "cli")]
mod annotation;
mod baseline;
#[cfg(feature = "cli")]
mod captures;
mod coverage;
#[cfg(feature = "cli")]
mod csv;
#[cfg(feature = "cli")]
mod diff;
mod found;
mod frames;
#[cfg(feature = "cli")]
mod github;
#[cfg(feature = "cli")]
mod gitlab;
mod har;
#[cfg(feature = "cli")]
mod html;
mod json;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod look;
#[cfg(feature = "cli")]
mod md;
#[cfg(feature = "cli")]
mod ndjson;
#[cfg(feature = "cli")]
mod numbers;
mod qlog;
mod rules;
mod sanitize;
#[cfg(feature = "cli")]
mod sarif;
mod schema;
#[cfg(feature = "cli")]
mod suite;
#[cfg(feature = "cli")]
mod text;

use crate::error::Error;
#[cfg(feature = "cli")]
use crate::finding::Report;
use crate::policy::suggestion;

#[cfg(feature = "cli")]
pub use annotation::{annotations, is_annotation};
pub use baseline::baseline_lines;
pub use coverage::{coverage_as_json, coverage_as_markdown};
#[cfg(feature = "cli")]
pub use diff::{diff_markdown, diff_text};
pub use found::{found_as_json, topic_as_json};
pub use frames::FrameElements;
pub use har::{har_begin, har_end, har_entry};
#[cfg(feature = "cli")]
pub use html::{Drawings, report as html};
pub use json::{element, report as json};
#[cfg(feature = "cli")]
pub use look::{Charset, Clock, Detail, Lines, Look, Paint, Rows};
#[cfg(feature = "cli")]
pub use ndjson::Ndjson;
pub use qlog::{qlog_begin, qlog_event};
pub use rules::{rules_as_json, rules_as_markdown};
pub use sanitize::{ascii, clean};
pub use schema::{report_schema, rules_schema};
#[cfg(feature = "cli")]
pub use suite::{Tested, TestedCase, suite_junit, suite_text};
#[cfg(feature = "cli")]
pub use text::{
    FrameLines, call_lines, concurrency_header, concurrency_line, connection_lines, coverage_table, example,
    found_page, frame_header, handshake_header, handshake_line, headed, header_header, header_line,
    key_lines, ladder_header, ladder_line, latency_header, latency_line, leg_header, leg_line, ping_header,
    ping_line, report as text, rule_page, rule_table, scenario_table, setting_lines, stream_header,
    stream_line, table_header, table_line, topic_page, topic_table, window_header, window_line,
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
    /// One page that draws the report.
    #[cfg(feature = "cli")]
    Html,
    /// One object a line, for pipes.
    #[cfg(feature = "cli")]
    Ndjson,
    /// Test results, for CI.
    #[cfg(feature = "cli")]
    Junit,
    /// SARIF 2.1.0, for code scanning.
    #[cfg(feature = "cli")]
    Sarif,
    /// Annotations of GitHub's workflows.
    #[cfg(feature = "cli")]
    Github,
    /// GitLab's Code Quality.
    #[cfg(feature = "cli")]
    Gitlab,
    /// Markdown, to paste into an issue.
    #[cfg(feature = "cli")]
    Md,
    /// Rows for spreadsheets.
    #[cfg(feature = "cli")]
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "cli")]
        Self::Text,
        Self::Json,
        #[cfg(feature = "cli")]
        Self::Html,
        #[cfg(feature = "cli")]
        Self::Ndjson,
        #[cfg(feature = "cli")]
        Self::Junit,
        #[cfg(feature = "cli")]
        Self::Sarif,
        #[cfg(feature = "cli")]
        Self::Github,
        #[cfg(feature = "cli")]
        Self::Gitlab,
        #[cfg(feature = "cli")]
        Self::Md,
        #[cfg(feature = "cli")]
        Self::Csv,
    ];

    /// The word that names it on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            #[cfg(feature = "cli")]
            Self::Text => "text",
            Self::Json => "json",
            #[cfg(feature = "cli")]
            Self::Html => "html",
            #[cfg(feature = "cli")]
            Self::Ndjson => "ndjson",
            #[cfg(feature = "cli")]
            Self::Junit => "junit",
            #[cfg(feature = "cli")]
            Self::Sarif => "sarif",
            #[cfg(feature = "cli")]
            Self::Github => "github",
            #[cfg(feature = "cli")]
            Self::Gitlab => "gitlab",
            #[cfg(feature = "cli")]
            Self::Md => "md",
            #[cfg(feature = "cli")]
            Self::Csv => "csv",
        }
    }

    /// The format with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(word: &str) -> Result<Self, Error> {
        let known: Vec<_> = Self::ALL.iter().map(|format| format.word()).collect();
        let found = Self::ALL.iter().copied().find(|format| format.word() == word);
        found.ok_or_else(|| {
            let help = suggestion(word, known.iter().copied());
            let help = help.unwrap_or_else(|| format!("there are {}", known.join(", ")));
            Error::Usage(format!("unknown format `{word}`; {help}"))
        })
    }

    /// Writes a report.
    #[cfg(feature = "cli")]
    #[must_use]
    pub fn write(self, report: &Report, look: &Look) -> String {
        match self {
            Self::Text => text::report(report, look),
            Self::Json => json::report(report),
            Self::Html => html::report(report, &Drawings::default()),
            Self::Ndjson => ndjson::report(report),
            Self::Junit => junit::report(report, look),
            Self::Sarif => sarif::report(report),
            Self::Github => github::report(report),
            Self::Gitlab => gitlab::report(report),
            Self::Md => md::report(report),
            Self::Csv => csv::report(report, look.rows),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "cli")]
mod tests;
#[cfg(test)]
mod validator;
