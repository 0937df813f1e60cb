//! Conversions between widths that cannot fail on the machines this program runs on, in one place instead of `as`.

/// A length in memory as the 64-bit offset that the rest of the program counts in.
#[must_use]
pub fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// An offset as an index; saturates on machines with narrow addresses, where such a slice cannot exist.
#[must_use]
pub fn to_index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// A length as 32 bits; saturates, since a longer thing is already beyond every cap.
#[must_use]
pub fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
