//! Quantities that flags take: sizes, lengths of time, and the patience of a middlebox.

use std::str::FromStr;

use crate::base::Span;
use crate::pipeline::LEAST_MEMORY;

/// A size in octets: `512M`, `1G`, `1.5GiB`, `1073741824`. Units are powers of 1024.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size(pub(super) u64);

/// A length of time: `500ms`, `30s`, `1.5m`, `2h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience(pub(super) Span);

/// How long something on the way lets a connection be silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdleTimeout {
    pub(super) name: String,
    pub(super) seconds: u32,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || "write octets, or a number with K, M, G or T, such as 512M".to_owned();
        let (number, unit) = split(text);
        let unit = unit.to_ascii_uppercase();
        let plain = unit.strip_suffix("IB").or_else(|| unit.strip_suffix('B')).unwrap_or(&unit);
        let scale = [
            ("", 1.0),
            ("K", 1024.0),
            ("M", 1_048_576.0),
            ("G", 1_073_741_824.0),
            ("T", 1_099_511_627_776.0),
        ];
        let scale = scale.into_iter().find(|(name, _)| *name == plain).ok_or_else(usage)?.1;
        let octets = whole(number.ok_or_else(usage)? * scale).ok_or_else(usage)?;
        if octets < LEAST_MEMORY {
            return Err(format!("at least {}M", LEAST_MEMORY >> 20));
        }
        Ok(Self(octets))
    }
}

impl FromStr for Patience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || "write a number with ms, s, m or h, such as 30s".to_owned();
        let (number, unit) = split(text);
        let units = [("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
        let scale = units.into_iter().find(|(name, _)| *name == unit).ok_or_else(usage)?.1;
        let nanoseconds =
            whole(number.ok_or_else(usage)? * scale).and_then(|number| i64::try_from(number).ok());
        nanoseconds.map(|nanoseconds| Self(Span(nanoseconds))).ok_or_else(usage)
    }
}

impl FromStr for IdleTimeout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || "write NAME=SECONDS, such as \"our firewall=900\"".to_owned();
        let (name, seconds) = text.rsplit_once('=').ok_or_else(usage)?;
        let seconds =
            seconds.parse().ok().filter(|seconds| *seconds > 0 && !name.is_empty()).ok_or_else(usage)?;
        Ok(Self { name: name.to_owned(), seconds })
    }
}

/// The number at the beginning, and what stands behind it.
fn split(text: &str) -> (Option<f64>, &str) {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let number = text.strip_suffix(unit).and_then(|number| number.parse().ok());
    (number, unit)
}

/// A number of octets or nanoseconds; parts of one are nothing.
fn whole(number: f64) -> Option<u64> {
    format!("{:.0}", number.floor()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        for (text, octets) in [
            ("1G", 1 << 30),
            ("512M", 512 << 20),
            ("1.5GiB", 3 << 29),
            ("20mb", 20 << 20),
            ("33554432", 1 << 25),
            ("1T", 1 << 40),
        ] {
            assert_eq!(text.parse(), Ok(Size(octets)), "{text}");
        }
        for text in ["", "G", "1X", "-1G", "1G2", "1..2G", "99999999999T"] {
            assert!(text.parse::<Size>().unwrap_err().starts_with("write octets"), "{text}");
        }
        assert_eq!("1M".parse::<Size>().unwrap_err(), "at least 16M");
    }

    #[test]
    fn lengths_of_time_are_read_with_their_units() {
        for (text, ms) in [("500ms", 500), ("30s", 30_000), ("1.5m", 90_000), ("2h", 7_200_000), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Patience(Span::millis(ms))), "{text}");
        }
        for text in ["", "30", "s", "-1s", "1d", "999999999999h"] {
            assert!(text.parse::<Patience>().is_err(), "{text}");
        }
    }

    #[test]
    fn idle_timeouts_are_read() {
        let known = IdleTimeout { name: "a=b".to_owned(), seconds: 900 };
        assert_eq!("a=b=900".parse(), Ok(known));
        for text in ["", "900", "=900", "a=", "a=x", "a=0", "a=1.5"] {
            assert!(text.parse::<IdleTimeout>().is_err(), "{text}");
        }
    }
}
