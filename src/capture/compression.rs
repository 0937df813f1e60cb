//! The compressions that a capture file may come in, by their first octets.

/// How a capture file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, one member or several (RFC 1952).
    Gzip,
    /// Zstandard, one frame or several (RFC 8878).
    Zstd,
    /// LZ4 frames.
    Lz4,
    /// xz, one stream or several.
    Xz,
    /// bzip2, one stream or several.
    Bzip2,
}

impl Compression {
    /// Octets by which it is recognised.
    pub(super) const RECOGNISED_BY: usize = 6;

    /// None when the octets begin something else.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            // A skippable frame in front is what parallel and seekable zstd write; LZ4 has the same kind, but nobody begins with it.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, _, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_octets_tell_the_compression() {
        let cases: [(&[u8], _); 8] = [
            (b"\x1f\x8b\x08\x00\x00\x00", Some(Compression::Gzip)),
            (b"\x28\xb5\x2f\xfd\x04\x58", Some(Compression::Zstd)),
            (b"\x50\x2a\x4d\x18\x04\x00", Some(Compression::Zstd)),
            (b"\x04\x22\x4d\x18\x64\x40", Some(Compression::Lz4)),
            (b"\xfd7zXZ\x00", Some(Compression::Xz)),
            (b"BZh91A", Some(Compression::Bzip2)),
            (b"BZhat!", None),
            (b"\xd4\xc3\xb2\xa1\x02\x00", None),
        ];
        for (head, expected) in cases {
            assert_eq!(Compression::recognise(head), expected);
        }
    }
}
