//! Capture time: nanoseconds, always the packet's own, never a clock's.

use std::fmt;

/// A moment: nanoseconds since 1970-01-01 UTC as the capture file states it. May lie before 1970 (negative `if_tsoffset`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A length of time in nanoseconds. Negative when the capture's clock ran back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Time {
    /// Time passed since `earlier`; negative when the clock ran back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The moment `span` later.
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Whole milliseconds.
    #[must_use]
    pub const fn millis(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    /// Whole seconds.
    #[must_use]
    pub const fn seconds(s: i64) -> Self {
        Self(s.saturating_mul(1_000_000_000))
    }

    /// This many times as long.
    #[must_use]
    pub const fn times(self, factor: i64) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// Both, one after the other.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In seconds, for reports.
    #[must_use]
    #[expect(
        clippy::as_conversions,
        reason = "a double is what reports hold; nanoseconds of a century fit its precision"
    )]
    pub const fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// In milliseconds, for reports.
    #[must_use]
    pub const fn as_millis(self) -> f64 {
        self.as_seconds() * 1e3
    }
}

impl fmt::Display for Span {
    /// As a person says it: `20.0 s`, `3.1 ms`, `40 µs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.as_seconds();
        match seconds.abs() {
            s if s >= 0.9995 => write!(f, "{seconds:.1} s"),
            s if s >= 0.00995 => write!(f, "{:.0} ms", seconds * 1e3),
            s if s >= 0.000_995 => write!(f, "{:.1} ms", seconds * 1e3),
            _ => write!(f, "{:.0} µs", seconds * 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_a_person_says_them() {
        let said: Vec<_> = [20_000_000_000, 1_000_000_000, 3_100_000, 250_000_000, 40_000]
            .map(|ns| Span(ns).to_string())
            .to_vec();
        assert_eq!(said, ["20.0 s", "1.0 s", "3.1 ms", "250 ms", "40 µs"]);
    }

    #[test]
    fn a_clock_that_runs_back_gives_a_negative_span() {
        assert_eq!(Time(5).since(Time(9)), Span(-4));
    }
}
