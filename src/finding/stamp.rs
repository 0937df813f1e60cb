//! A moment as reports write it: RFC 3339 in UTC, to the microsecond.

use std::fmt;

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::Time;

/// A moment to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(Time);

impl Stamp {
    /// The moment as far as reports write it.
    #[must_use]
    pub const fn of(time: Time) -> Self {
        Self(Time(time.0.saturating_sub(time.0.rem_euclid(1_000))))
    }

    /// The moment for reckoning; `None` beyond what the calendar knows.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_nanosecond(i128::from(self.0.0)).ok()
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.timestamp().unwrap_or_default())
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let timestamp: Timestamp = String::deserialize(deserializer)?.parse().map_err(D::Error::custom)?;
        i64::try_from(timestamp.as_nanosecond()).map(|at| Self::of(Time(at))).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_to_the_microsecond_and_read_again() {
        let stamp = Stamp::of(Time(1_700_000_000_123_456_999));
        let text = serde_json::to_string(&stamp).unwrap();
        assert_eq!(text, r#""2023-11-14T22:13:20.123456Z""#);
        assert_eq!(serde_json::from_str::<Stamp>(&text).unwrap(), stamp);
        assert_eq!(Stamp::of(Time(-1)).to_string(), "1969-12-31T23:59:59.999999Z");
        assert!(serde_json::from_str::<Stamp>(r#""9000-01-01T00:00:00Z""#).is_err());
    }
}
