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

/// A number in decimal, without the detour that formatting takes: what `show` writes is mostly numbers.
#[derive(Clone, Copy, Debug)]
pub struct Digits {
    octets: [u8; 20],
    first: usize,
}

impl Digits {
    /// The digits of a number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        let (mut octets, mut first, mut rest) = ([b'0'; 20], 19, number);
        for (at, octet) in octets.iter_mut().enumerate().rev() {
            *octet |= u8::try_from(rest % 10).unwrap_or_default();
            (first, rest) = (at, rest / 10);
            if rest == 0 {
                break;
            }
        }
        Self { octets, first }
    }

    /// The digits, in ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(self.first..).unwrap_or_default()
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// A length as 32 bits; saturates, since a longer thing is already beyond every cap.
#[must_use]
pub fn to_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_formatting_gives() {
        for number in [0, 7, 10, 99, 100, 65_535, 1_000_000, u64::MAX - 1, u64::MAX] {
            assert_eq!(Digits::of(number).as_str(), number.to_string());
        }
    }
}
