//! A packet's number, which also knows the file when several are read as one capture: it only grows, across files too.

use std::fmt::{self, Display, Formatter};
use std::num::NonZeroU64;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A packet record of the capture: its number in its file, from 1, as Wireshark's `frame.number`, and the file. 0 is no packet.
/// Later packets are greater, in whichever file they stand.
///
/// It is kept as one more than it is, so that a place or an origin that may be absent takes no more room than one that is there: a
/// connection has some fifty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketNumber(NonZeroU64);

/// Bits for the number in the file: 2^44 packets are a file of a petabyte.
const BITS: u32 = 44;

impl PacketNumber {
    /// No packet.
    pub const NONE: Self = Self(NonZeroU64::MIN);

    /// The packet with this number, in the file with this index, from 0.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "a widening, which `From` cannot do in a constant")]
    pub const fn new(input: u32, number: u64) -> Self {
        let most = (1 << BITS) - 1;
        let number = if number > most { most } else { number };
        // The index fits as long as there are fewer than a million files.
        Self(NonZeroU64::MIN.saturating_add((input as u64) << BITS | number))
    }

    const fn plain(self) -> u64 {
        self.0.get().wrapping_sub(1)
    }

    /// The number in its file, from 1.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.plain() & ((1 << BITS) - 1)
    }

    /// The index of its file, from 0, among those read as one capture.
    #[must_use]
    pub const fn input(self) -> u64 {
        self.plain() >> BITS
    }

    /// True when there is no such packet.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.plain() == 0
    }
}

impl Default for PacketNumber {
    #[inline]
    fn default() -> Self {
        Self::NONE
    }
}

impl From<u64> for PacketNumber {
    /// A packet of the only file.
    fn from(number: u64) -> Self {
        Self::new(0, number)
    }
}

/// The number; behind it the file, where that is not the first one.
impl Display for PacketNumber {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.input() {
            0 => self.number().fmt(f),
            input => write!(f, "{} of file {}", self.number(), input.saturating_add(1)),
        }
    }
}

impl Serialize for PacketNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}

/// A packet of the only file: a report names files beside the numbers.
impl<'de> Deserialize<'de> for PacketNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_over_files_and_keep_their_own_count() {
        let (last, first) = (PacketNumber::new(0, 900), PacketNumber::new(1, 1));
        assert!(last < first);
        assert_eq!((first.input(), first.number()), (1, 1));
        assert_eq!([last.to_string(), first.to_string()], ["900", "1 of file 2"]);
        assert_eq!(serde_json::to_string(&first).unwrap(), "1");
        assert!(PacketNumber::NONE.is_none() && !first.is_none());
        assert_eq!(PacketNumber::default(), PacketNumber::new(0, 0));
    }

    #[test]
    fn one_that_may_be_absent_takes_no_more_room() {
        assert_eq!(size_of::<Option<PacketNumber>>(), size_of::<PacketNumber>());
        assert_eq!(size_of::<Option<crate::base::Origin>>(), size_of::<crate::base::Origin>());
    }
}
