//! How a report is to look: how much of it, in which signs and colours, how wide.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::sanitize;
use crate::finding::Severity;
use crate::policy::GroupBy;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How much is said.
    pub detail: Detail,
    /// Lists are not cut short.
    pub all: bool,
    /// Which signs may be used.
    pub charset: Charset,
    /// Whether colours may be used.
    pub paint: Paint,
    /// Columns to fill; commands to paste and paths may pass them.
    pub width: usize,
    /// Whether a row may go on in the next line.
    pub lines: Lines,
    /// How moments are written.
    pub clock: Clock,
    /// How findings of several captures are gathered.
    pub group_by: GroupBy,
    /// What a row of CSV is.
    pub rows: Rows,
    /// The severity from which a finding is a failure of JUnit.
    pub fail_on: Option<Severity>,
}

/// Whether a row of `show` may go on in the next line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    /// A row is a line, however long: for `grep` and its like.
    #[default]
    Whole,
    /// What does not fit the page goes on below.
    Folded,
}

/// What a row of CSV is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// A finding.
    #[default]
    Findings,
    /// A TCP connection.
    Connections,
    /// A stream.
    Streams,
}

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// One line: the verdict.
    Verdict,
    /// Verdict, blame, and a line for each group of findings.
    Brief,
    /// With the evidence and what to do.
    #[default]
    Normal,
    /// Everything that is known, of every finding.
    Full,
}

/// Which signs may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Arrows and dots.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

/// Whether colours may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// None.
    #[default]
    Plain,
    /// Those of ANSI terminals.
    Colour,
}

/// How moments are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Seconds since the first packet of the connection.
    #[default]
    Relative,
    /// Date and time in UTC.
    Utc,
    /// Date and time in a zone.
    Local(&'static TimeZone),
    /// Seconds since 1970.
    Epoch,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            detail: Detail::default(),
            all: false,
            charset: Charset::default(),
            paint: Paint::default(),
            width: 80,
            lines: Lines::default(),
            clock: Clock::default(),
            group_by: GroupBy::default(),
            rows: Rows::default(),
            fail_on: Some(Severity::Error),
        }
    }
}

impl Look {
    /// Text that a terminal can show, in the signs allowed.
    #[must_use]
    pub fn say<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.charset {
            Charset::Unicode => sanitize::clean(text),
            Charset::Ascii => sanitize::ascii(text),
        }
    }

    /// True when lists are not cut short.
    #[must_use]
    pub fn lists_all(&self) -> bool {
        self.all || self.detail == Detail::Full
    }
}
