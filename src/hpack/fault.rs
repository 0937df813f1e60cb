//! What a field block can get wrong, one kind per distinct mistake, each with the octet at which it shows.

use std::fmt;

/// A mistake in a field block. Every one of them is a decoding error of RFC 7541 and a connection error of type
/// COMPRESSION_ERROR in RFC 9113 §4.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Octet of the block at which the mistake shows, from 0; the kind says which octet that is.
    pub offset: u32,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// The kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An indexed field with index 0 (RFC 7541 §6.1). At the representation's first octet; decoding went on behind it.
    IndexZero,
    /// An index that no entry can have (RFC 7541 §2.3.3). At the representation's first octet; decoding went on.
    IndexOutOfRange {
        /// The index on the wire.
        index: u32,
        /// The largest one that could have had an entry.
        largest: u32,
    },
    /// An integer above 2³²−1 (RFC 7541 §5.1). At the integer's first octet; decoding ended.
    IntegerTooLarge,
    /// An integer with more than five continuation octets, the further ones without value (RFC 7541 §5.1): the value
    /// would fit, most decoders refuse it all the same. At the integer's first octet; decoding ended.
    IntegerTooLong,
    /// The block ends inside an integer or a string. At the first octet of what is cut; decoding ended.
    Truncated {
        /// Octets that are missing, at least.
        missing: u32,
    },
    /// A Huffman string contains the end-of-string symbol (RFC 7541 §5.2). At the octet in which the symbol begins;
    /// decoding ended.
    HuffmanEos,
    /// Eight or more bits are left behind the last symbol of a Huffman string (RFC 7541 §5.2). At the octet in which
    /// they begin; decoding ended.
    HuffmanPaddingTooLong,
    /// The last bits of a Huffman string, fewer than eight, are not all ones (RFC 7541 §5.2). At the octet in which they
    /// begin; decoding ended.
    HuffmanPaddingNotOnes,
    /// A size update above what the receiver allows (RFC 7541 §6.3). At the update; decoding went on with the size asked
    /// for, since that is what the sender uses.
    SizeUpdateTooLarge {
        /// The size asked for, in octets.
        asked: u32,
        /// The largest size the receiver may have allowed, in octets.
        limit: u32,
    },
    /// A size update behind a field (RFC 7541 §4.2). At the update; decoding went on with the size asked for.
    SizeUpdateNotFirst,
    /// The sender had acknowledged a smaller limit, yet the block does not begin with a size update that follows it
    /// (RFC 7541 §4.2, RFC 9113 §4.3.1). Behind the updates that the block begins with, if any; decoding went on with
    /// the size that was in force.
    SizeUpdateMissing {
        /// The smallest limit acknowledged since the last block, in octets.
        owed: u32,
        /// The smallest size that the block signals at its beginning, if it does.
        signalled: Option<u32>,
    },
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::IndexZero => write!(f, "index 0"),
            Self::IndexOutOfRange { index, largest } => write!(f, "index {index}, the largest is {largest}"),
            Self::IntegerTooLarge => write!(f, "integer above 2^32-1"),
            Self::IntegerTooLong => write!(f, "integer with more than five continuation octets"),
            Self::Truncated { missing } => write!(f, "the block ends {missing} octets too early"),
            Self::HuffmanEos => write!(f, "EOS inside a Huffman string"),
            Self::HuffmanPaddingTooLong => write!(f, "Huffman padding of 8 bits or more"),
            Self::HuffmanPaddingNotOnes => write!(f, "Huffman padding that is not all ones"),
            Self::SizeUpdateTooLarge { asked, limit } => {
                write!(f, "size update to {asked}, the limit is {limit}")
            }
            Self::SizeUpdateNotFirst => write!(f, "size update behind a field"),
            Self::SizeUpdateMissing { owed, signalled: None } => {
                write!(f, "no size update to {owed} or less")
            }
            Self::SizeUpdateMissing { owed, signalled: Some(size) } => {
                write!(f, "size update to {size}, {owed} or less was owed")
            }
        }
    }
}
