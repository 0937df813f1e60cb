//! A field as the wire has it: name, value, and how they were written.

use std::fmt;

use crate::base::to_u64;

use super::Traits;

/// One field of a field block. Borrows until the next field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, octet for octet.
    pub name: Text<'a>,
    /// The value, octet for octet.
    pub value: Text<'a>,
    /// How it was written.
    pub representation: Representation,
    /// The index on the wire: of the field, or of its name; 0 where the name is written out.
    pub index: u32,
    /// What is noteworthy about it.
    pub traits: Traits,
    /// Where in the block its representation begins, in octets.
    pub offset: u32,
    /// Octets of its representation.
    pub octets: u32,
    /// The name is written out and Huffman-coded.
    pub name_huffman: bool,
    /// The value is written out and Huffman-coded.
    pub value_huffman: bool,
}

/// The text of a name or value, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// The octets.
    Known(&'a [u8]),
    /// It stands at this index, in a part of the dynamic table that was never seen, or where there is none.
    Unknown(u32),
}

/// How a field was written (RFC 7541 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Representation {
    /// As an index only (RFC 7541 §6.1).
    Indexed,
    /// As a literal that enters the dynamic table (RFC 7541 §6.2.1).
    IncrementalIndexing,
    /// As a literal that does not (RFC 7541 §6.2.2).
    WithoutIndexing,
    /// As a literal that no hop may put into a table (RFC 7541 §6.2.3).
    NeverIndexed,
}

impl Field<'_> {
    /// Its size by the measure of RFC 7541 §4.1, in octets; a text that is not known counts as empty.
    #[must_use]
    pub fn size(&self) -> u64 {
        to_u64(self.name.len()).saturating_add(to_u64(self.value.len())).saturating_add(32)
    }

    /// The status code of a `:status` field with a value of three digits.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match (self.traits.contains(Traits::STATUS), self.value) {
            (true, Text::Known(value @ [_, _, _])) => u16::try_from(number(value)?).ok(),
            _ => None,
        }
    }

    /// The number in a `content-length` field that is well formed.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        match (self.traits.contains(Traits::CONTENT_LENGTH), self.value) {
            (true, Text::Known(value)) => number(value).filter(|length| i64::try_from(*length).is_ok()),
            _ => None,
        }
    }
}

impl fmt::Display for Field<'_> {
    /// `name: value`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl<'a> Text<'a> {
    /// The octets, where they are known.
    #[must_use]
    pub const fn known(self) -> Option<&'a [u8]> {
        match self {
            Self::Known(octets) => Some(octets),
            Self::Unknown(_) => None,
        }
    }

    /// How many octets it has; 0 where that is not known.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Known(octets) => octets.len(),
            Self::Unknown(_) => 0,
        }
    }

    /// True for a text known to have no octets.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        matches!(self, Self::Known([]))
    }
}

impl fmt::Display for Text<'_> {
    /// The octets, those beyond printable ASCII escaped, or `<unknown#62>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(octets) => write!(f, "{}", octets.escape_ascii()),
            Self::Unknown(index) => write!(f, "<unknown#{index}>"),
        }
    }
}

impl Representation {
    /// The words of RFC 7541.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Indexed => "indexed",
            Self::IncrementalIndexing => "incremental indexing",
            Self::WithoutIndexing => "without indexing",
            Self::NeverIndexed => "never indexed",
        }
    }
}

/// A decimal number without sign, of at least one digit, that fits 64 bits.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let (&first, rest) = digits.split_first()?;
    rest.iter().try_fold(digit(first)?, |sum, &next| sum.checked_mul(10)?.checked_add(digit(next)?))
}

fn digit(octet: u8) -> Option<u64> {
    octet.is_ascii_digit().then(|| u64::from(octet & 0x0f))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(traits: Traits, value: &[u8]) -> Field<'_> {
        Field {
            name: Text::Known(b"x"),
            value: Text::Known(value),
            representation: Representation::WithoutIndexing,
            index: 0,
            traits,
            offset: 0,
            octets: 0,
            name_huffman: false,
            value_huffman: false,
        }
    }

    #[test]
    fn a_status_is_three_digits_and_nothing_else() {
        let status = |value| field(Traits::STATUS, value).status();
        assert_eq!(
            [status(b"200"), status(b"20"), status(b"2000"), status(b"2x0")],
            [Some(200), None, None, None]
        );
        assert_eq!(field(Traits::PATH, b"200").status(), None);
    }

    #[test]
    fn a_content_length_is_digits_up_to_63_bits() {
        let length = |value| field(Traits::CONTENT_LENGTH, value).content_length();
        assert_eq!(length(b"9223372036854775807"), Some(i64::MAX as u64));
        assert_eq!([length(b"9223372036854775808"), length(b""), length(b"+1"), length(b"5, 5")], [None; 4]);
    }

    #[test]
    fn an_unknown_text_prints_its_index() {
        assert_eq!(Text::Unknown(62).to_string(), "<unknown#62>");
        assert_eq!(Text::Known(b"a\r\xff").to_string(), "a\\r\\xff");
    }
}
