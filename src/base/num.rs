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
    /// The digits end in the middle; the rest is there to be copied along.
    octets: [u8; 2 * MOST_DIGITS],
    first: usize,
}

/// Digits of the largest number.
const MOST_DIGITS: usize = 20;

/// The numbers below 100 in two digits.
const PAIRS: [[u8; 2]; 100] = pairs();

impl Digits {
    /// The digits of a number.
    #[must_use]
    #[inline]
    pub fn of(number: u64) -> Self {
        let (mut digits, mut rest) = (Self { octets: [0; 2 * MOST_DIGITS], first: MOST_DIGITS }, number);
        let (places, _) = digits.octets.split_at_mut(MOST_DIGITS);
        for places in places.rchunks_exact_mut(2) {
            let pair = PAIRS.get(to_index(rest % 100)).copied().unwrap_or_default();
            places.copy_from_slice(&pair);
            (digits.first, rest) = (digits.first.saturating_sub(2), rest / 100);
            if rest == 0 {
                // A pair in front has a zero in front when it is one digit.
                digits.first = digits.first.saturating_add(usize::from(pair.starts_with(b"0")));
                break;
            }
        }
        digits
    }

    /// The digits, in ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(self.first..MOST_DIGITS).unwrap_or_default()
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// How many digits there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        MOST_DIGITS.saturating_sub(self.first)
    }

    /// Writes a number behind what was written before.
    #[inline]
    pub fn append(number: u64, into: &mut Vec<u8>) {
        match u8::try_from(number) {
            Ok(digit @ ..10) => into.push(b'0' | digit),
            _ => Self::of(number).append_to(into),
        }
    }

    /// Puts the digits behind what was written before. To copy as many octets as there may be costs less than to copy some.
    #[inline]
    pub fn append_to(&self, into: &mut Vec<u8>) {
        let end = into.len().saturating_add(self.count());
        if let Some(digits) = self.octets.get(self.first..).and_then(<[u8]>::first_chunk::<MOST_DIGITS>) {
            into.extend_from_slice(digits);
            into.truncate(end);
        }
    }
}

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [*b"00"; 100];
    let mut number = 0_u8;
    let mut rest: &mut [[u8; 2]] = &mut pairs;
    while let [pair, others @ ..] = rest {
        *pair = [b'0'.saturating_add(number / 10), b'0'.saturating_add(number % 10)];
        number = number.saturating_add(1);
        rest = others;
    }
    pairs
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
            let mut written = b"-".to_vec();
            Digits::append(number, &mut written);
            assert_eq!(Digits::of(number).as_str(), number.to_string());
            assert_eq!(String::from_utf8(written).unwrap(), format!("-{number}"));
        }
    }
}
