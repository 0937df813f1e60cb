//! Sequence numbers wrap, offsets do not: the only place where one becomes the other.

/// The 64-bit offset of sequence number `sequence`, in a stream whose offset 0 has number `zero`, nearest to `reference`.
/// `None` when it lies before offset 0.
pub(super) fn offset(sequence: u32, zero: u32, reference: u64) -> Option<u64> {
    let expected = zero.wrapping_add(low(reference));
    let forward = sequence.wrapping_sub(expected);
    if forward < 1 << 31 {
        reference.checked_add(u64::from(forward))
    } else {
        reference.checked_sub(u64::from(expected.wrapping_sub(sequence)))
    }
}

/// Its last 32 bits.
pub(super) fn low(offset: u64) -> u32 {
    let [.., a, b, c, d] = offset.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn numbers_that_wrap_give_offsets_that_grow() {
        assert_eq!(offset(0xffff_fff0, 0xffff_fff0, 0), Some(0));
        assert_eq!(offset(0x10, 0xffff_fff0, 0), Some(0x20));
        assert_eq!(offset(0x10, 0xffff_fff0, 0x1_0000_0000), Some(0x1_0000_0020));
    }

    #[test]
    fn a_number_before_the_stream_has_no_offset() {
        assert_eq!(offset(99, 100, 0), None);
        assert_eq!(offset(99, 100, 5), None);
        assert_eq!(offset(104, 100, 5), Some(4));
    }
}
