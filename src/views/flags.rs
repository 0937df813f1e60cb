//! The flags of a frame by their names.

use serde::{Serialize, Serializer};

use crate::frame::{Flags, FrameType};

/// The flags of a frame; a list of names for whoever writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagNames {
    kind: FrameType,
    flags: Flags,
}

impl FlagNames {
    /// No flags.
    pub const NONE: Self = Self::new(0, 0);

    /// Those of a frame of this type; both as they are on the wire.
    #[must_use]
    pub const fn new(kind: u8, flags: u8) -> Self {
        Self { kind: FrameType(kind), flags: Flags(flags) }
    }

    /// True when none is set.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.flags.0 == 0
    }

    /// Says the name of each, and a short one; undefined ones come together, as `0x…`, behind the others.
    pub fn each(&self, mut say: impl FnMut(&str, &str)) {
        let Self { kind, flags } = *self;
        let mut rest = flags.0;
        if rest == 0 {
            return;
        }
        let defined = kind.defined_flags();
        let named = match kind {
            FrameType::SETTINGS | FrameType::PING => ACK,
            kind if kind.name().is_some() => OTHERS,
            _ => &[],
        };
        for (flag, name, short) in named.iter().filter(|(flag, ..)| defined.has(*flag) && flags.has(*flag)) {
            say(name, short);
            rest &= !flag.0;
        }
        if rest != 0 {
            let rest = format!("0x{rest:02x}");
            say(&rest, &rest);
        }
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.each(|name, _| names.push(name.to_owned()));
        names
    }

    /// Their short names.
    #[must_use]
    pub fn short(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.each(|_, short| names.push(short.to_owned()));
        names
    }
}

impl Serialize for FlagNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

const ACK: &[(Flags, &str, &str)] = &[(Flags::ACK, "ACK", "ACK")];
const OTHERS: &[(Flags, &str, &str)] = &[
    (Flags::END_STREAM, "END_STREAM", "ES"),
    (Flags::END_HEADERS, "END_HEADERS", "EH"),
    (Flags::PADDED, "PADDED", "PAD"),
    (Flags::PRIORITY, "PRIORITY", "PRI"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_a_type_does_not_define_are_told_together() {
        let told = |kind: FrameType, flags| FlagNames::new(kind.0, flags).names().join(" ");
        let said = [
            told(FrameType::HEADERS, 0x2d),
            told(FrameType::DATA, 0x05),
            told(FrameType::SETTINGS, 0x01),
            told(FrameType(0xf0), 0x81),
            told(FrameType::PING, 0),
        ];
        let all = "END_STREAM END_HEADERS PADDED PRIORITY";
        assert_eq!(said, [all, "END_STREAM 0x04", "ACK", "0x81", ""]);
    }
}
