//! An interface of a pcapng section: its link type, and what its time stamps mean.

use super::LinkType;
use crate::base::Time;

/// One interface, as its description block declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// Longest packet it captures; 0 when there is no limit.
    pub(super) snaplen: u32,
    pub(super) resolution: Resolution,
    /// Seconds to be added to every time stamp.
    pub(super) offset: i64,
    /// Packets that the interface and the system dropped, by its latest statistics.
    pub(super) drops: (u64, u64),
}

/// How long one unit of a time stamp is: the option `if_tsresol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// Units of this many nanoseconds.
    Nanoseconds(u64),
    /// This many units to a nanosecond; 0 when the units are too short to ever make up one.
    PerNanosecond(u64),
    /// Two to this power units to a second.
    Binary(u8),
}

impl Interface {
    /// The moment that a time stamp of this interface means; far moments saturate (years 1677 and 2262).
    #[inline]
    pub(super) fn time(&self, stamp: u64) -> Time {
        let since = self.resolution.nanoseconds(stamp);
        match self.offset {
            0 => Time(i64::try_from(since).unwrap_or(i64::MAX)),
            offset => shifted(since, offset),
        }
    }
}

impl Resolution {
    /// Microseconds: what holds where an interface says nothing.
    pub(super) const DEFAULT: Self = Self::Nanoseconds(1_000);

    /// Reads the option: its high bit tells powers of two from powers of ten.
    pub(super) fn from_option(value: u8) -> Self {
        let power = value & 0x7f;
        if value & 0x80 != 0 {
            return Self::Binary(power);
        }
        match 9_u8.checked_sub(power) {
            Some(coarser) => Self::Nanoseconds(10_u64.saturating_pow(u32::from(coarser))),
            None => {
                let finer = u32::from(power.saturating_sub(9));
                Self::PerNanosecond(10_u64.checked_pow(finer).unwrap_or(0))
            }
        }
    }

    /// True when it is finer than microseconds.
    pub(super) const fn is_finer_than_micro(self) -> bool {
        match self {
            Self::Nanoseconds(length) => length < 1_000,
            Self::PerNanosecond(_) => true,
            Self::Binary(power) => power >= 20,
        }
    }

    #[inline]
    fn nanoseconds(self, stamp: u64) -> u64 {
        match self {
            Self::Nanoseconds(length) => stamp.saturating_mul(length),
            Self::PerNanosecond(units) => stamp.checked_div(units).unwrap_or(0),
            Self::Binary(power) => {
                let scaled = u128::from(stamp).saturating_mul(1_000_000_000) >> power;
                u64::try_from(scaled).unwrap_or(u64::MAX)
            }
        }
    }
}

/// In 128 bits, since a large stamp with a large negative offset may well be an ordinary moment.
fn shifted(since: u64, offset: i64) -> Time {
    let moved = i128::from(since).saturating_add(i128::from(offset).saturating_mul(1_000_000_000));
    let limit = if moved < 0 { i64::MIN } else { i64::MAX };
    Time(i64::try_from(moved).unwrap_or(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(option: u8, offset: i64) -> Interface {
        Interface {
            link: LinkType(1),
            snaplen: 0,
            resolution: Resolution::from_option(option),
            offset,
            drops: (0, 0),
        }
    }

    #[test]
    fn decimal_resolutions_from_seconds_to_beyond_picoseconds_are_exact() {
        let read = |option, stamp| interface(option, 0).time(stamp).0;
        assert_eq!(read(0, 3), 3_000_000_000);
        assert_eq!(read(6, 1_700_000_000_123_456), 1_700_000_000_123_456_000);
        assert_eq!(read(9, 1_700_000_000_123_456_789), 1_700_000_000_123_456_789);
        assert_eq!(read(12, 1_999_999_999_999), 1_999_999_999);
        assert_eq!(read(18, 2_500_000_000_000_000_000), 2_500_000_000);
        assert_eq!(read(60, u64::MAX), 0);
    }

    #[test]
    fn binary_resolutions_are_exact() {
        let read = |option: u8, stamp| interface(0x80 | option, 0).time(stamp).0;
        assert_eq!(read(10, 1_536), 1_500_000_000);
        assert_eq!(read(32, (1_700_000_000 << 32) | (1 << 31)), 1_700_000_000_500_000_000);
        assert_eq!(read(0, 7), 7_000_000_000);
        assert_eq!(read(127, u64::MAX), 0);
    }

    #[test]
    fn a_negative_offset_may_lead_before_1970() {
        assert_eq!(interface(6, -5).time(2_000_000).0, -3_000_000_000);
        assert_eq!(interface(6, 3_600).time(0).0, 3_600_000_000_000);
    }

    #[test]
    fn moments_beyond_2106_are_read_and_far_ones_saturate() {
        assert_eq!(interface(6, 0).time(5_000_000_000_000_000).0, 5_000_000_000_000_000_000);
        assert_eq!(interface(6, 0).time(u64::MAX).0, i64::MAX);
        assert_eq!(interface(6, i64::MIN).time(0).0, i64::MIN);
        assert_eq!(interface(0, -10_000_000_000).time(10_000_000_007).0, 7_000_000_000);
    }

    #[test]
    fn only_resolutions_below_a_microsecond_are_fine() {
        assert!(
            ![0, 3, 6, 0x80 | 19]
                .map(|option| Resolution::from_option(option).is_finer_than_micro())
                .contains(&true)
        );
        assert!(
            ![7, 9, 12, 0x80 | 20]
                .map(|option| Resolution::from_option(option).is_finer_than_micro())
                .contains(&false)
        );
    }
}
