//! The primitives of a field block, read one behind the other: integers (RFC 7541 §5.1) and strings (RFC 7541 §5.2).

use crate::base::{to_index, to_u32};

use super::huffman;
use super::{Fault, FaultKind};

/// A place in a block.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    length: usize,
}

/// A string as read.
pub(super) struct Literal<'s> {
    pub(super) octets: &'s [u8],
    pub(super) huffman: bool,
}

impl<'a> Cursor<'a> {
    /// The beginning of a block.
    pub(super) const fn new(block: &'a [u8]) -> Self {
        Self { rest: block, length: block.len() }
    }

    /// The next octet, unless the block has ended.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Octets read so far.
    pub(super) fn offset(&self) -> u32 {
        to_u32(self.length.wrapping_sub(self.rest.len()))
    }

    /// Reads an integer whose prefix are the bits of `mask` in the next octet.
    pub(super) fn integer(&mut self, mask: u8) -> Result<u32, Fault> {
        let start = *self;
        let Some((&first, rest)) = self.rest.split_first() else { return Err(start.truncated(1)) };
        self.rest = rest;
        let prefix = first & mask;
        if prefix < mask { Ok(u32::from(prefix)) } else { self.continuation(start, mask) }
    }

    /// Reads what follows a prefix of ones. Five octets hold every value that can matter; no encoder needs more.
    #[cold]
    fn continuation(&mut self, start: Self, mask: u8) -> Result<u32, Fault> {
        let mut value = u64::from(mask);
        for shift in [0, 7, 14, 21, 28] {
            let Some((&octet, rest)) = self.rest.split_first() else { return Err(start.truncated(1)) };
            self.rest = rest;
            value = value.saturating_add(u64::from(octet & 0x7f).wrapping_shl(shift));
            if octet & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| start.fault(FaultKind::IntegerTooLarge));
            }
        }
        let last = self.rest.iter().position(|octet| octet & 0x80 == 0).unwrap_or(self.rest.len());
        let more = self.rest.iter().take(last.saturating_add(1)).any(|octet| octet & 0x7f != 0);
        let large = more || u32::try_from(value).is_err();
        Err(start.fault(if large { FaultKind::IntegerTooLarge } else { FaultKind::IntegerTooLong }))
    }

    /// Reads a string; what was Huffman-coded is decoded into `scratch`.
    pub(super) fn string<'s>(&mut self, scratch: &'s mut Vec<u8>) -> Result<Literal<'s>, Fault>
    where
        'a: 's,
    {
        let start = *self;
        let huffman = self.peek().is_some_and(|first| first & 0x80 != 0);
        let length = to_index(u64::from(self.integer(0x7f)?));
        let after = self.rest;
        let Some((octets, rest)) = after.split_at_checked(length) else {
            return Err(start.truncated(length.saturating_sub(after.len())));
        };
        if !huffman {
            self.rest = rest;
            return Ok(Literal { octets, huffman });
        }
        let decoded = huffman::decode(after, length, scratch).map_err(|flaw| {
            let offset = self.offset().saturating_add(to_u32(flaw.octet));
            Fault { offset, kind: flaw.kind }
        })?;
        self.rest = rest;
        Ok(Literal { octets: scratch.get(..decoded).unwrap_or_default(), huffman })
    }

    /// A mistake at this place.
    pub(super) fn fault(&self, kind: FaultKind) -> Fault {
        Fault { offset: self.offset(), kind }
    }

    fn truncated(&self, missing: usize) -> Fault {
        self.fault(FaultKind::Truncated { missing: to_u32(missing) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(octets: &[u8], mask: u8) -> Result<(u32, u32), FaultKind> {
        let mut cursor = Cursor::new(octets);
        let value = cursor.integer(mask).map_err(|fault| fault.kind)?;
        Ok((value, cursor.offset()))
    }

    #[test]
    fn integers_of_rfc_7541_appendix_c_1_are_read() {
        assert_eq!(integer(&[0x0a], 0x1f), Ok((10, 1)));
        assert_eq!(integer(&[0x1f, 0x9a, 0x0a], 0x1f), Ok((1337, 3)));
        assert_eq!(integer(&[0x2a], 0xff), Ok((42, 1)));
    }

    #[test]
    fn the_largest_integer_has_32_bits() {
        assert_eq!(integer(&[0x7f, 0x80, 0xff, 0xff, 0xff, 0x0f], 0x7f), Ok((u32::MAX, 6)));
        assert_eq!(integer(&[0x7f, 0x81, 0xff, 0xff, 0xff, 0x0f], 0x7f), Err(FaultKind::IntegerTooLarge));
        assert_eq!(integer(&[0x7f, 0xff, 0xff, 0xff, 0xff, 0x7f], 0x7f), Err(FaultKind::IntegerTooLarge));
    }

    #[test]
    fn octets_without_value_make_an_integer_too_long_others_too_large() {
        assert_eq!(integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x00], 0x7f), Ok((127, 6)));
        assert_eq!(
            integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x01], 0x7f),
            Err(FaultKind::IntegerTooLong)
        );
        assert_eq!(
            integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 0x7f),
            Err(FaultKind::IntegerTooLong)
        );
        assert_eq!(
            integer(&[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 0x7f),
            Err(FaultKind::IntegerTooLarge)
        );
    }

    #[test]
    fn a_cut_integer_and_a_cut_string_tell_what_is_missing() {
        let missing = |missing| FaultKind::Truncated { missing };
        assert_eq!(integer(&[], 0x7f), Err(missing(1)));
        assert_eq!(integer(&[0x7f, 0x80], 0x7f), Err(missing(1)));
        let fault = Cursor::new(&[0x05, b'a', b'b']).string(&mut Vec::new()).err().unwrap();
        assert_eq!(fault, Fault { offset: 0, kind: missing(3) });
    }
}
