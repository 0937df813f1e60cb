//! SETTINGS parameters (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1).

use std::fmt;

/// The parameters of one SETTINGS payload, in their order, unknown ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    octets: &'a [u8],
}

impl<'a> Settings<'a> {
    /// Takes a payload, or the decoded value of `HTTP2-Settings`. Octets behind the last whole parameter are not read.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { octets }
    }

    /// Each parameter with its value.
    pub fn iter(&self) -> impl Iterator<Item = (Setting, u32)> + use<'a> {
        let (parameters, _) = self.octets.as_chunks::<6>();
        parameters.iter().map(|[i0, i1, v0, v1, v2, v3]| {
            (Setting(u16::from_be_bytes([*i0, *i1])), u32::from_be_bytes([*v0, *v1, *v2, *v3]))
        })
    }

    /// True when there is no parameter.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.octets.len() < 6
    }
}

/// A parameter's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Setting(pub u16);

#[expect(missing_docs, reason = "the names are the registry's")]
impl Setting {
    pub const HEADER_TABLE_SIZE: Self = Self(0x1);
    pub const ENABLE_PUSH: Self = Self(0x2);
    pub const MAX_CONCURRENT_STREAMS: Self = Self(0x3);
    pub const INITIAL_WINDOW_SIZE: Self = Self(0x4);
    pub const MAX_FRAME_SIZE: Self = Self(0x5);
    pub const MAX_HEADER_LIST_SIZE: Self = Self(0x6);
    pub const ENABLE_CONNECT_PROTOCOL: Self = Self(0x8);
    pub const NO_RFC7540_PRIORITIES: Self = Self(0x9);

    /// The registered name without `SETTINGS_`, where the identifier is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::HEADER_TABLE_SIZE => "HEADER_TABLE_SIZE",
            Self::ENABLE_PUSH => "ENABLE_PUSH",
            Self::MAX_CONCURRENT_STREAMS => "MAX_CONCURRENT_STREAMS",
            Self::INITIAL_WINDOW_SIZE => "INITIAL_WINDOW_SIZE",
            Self::MAX_FRAME_SIZE => "MAX_FRAME_SIZE",
            Self::MAX_HEADER_LIST_SIZE => "MAX_HEADER_LIST_SIZE",
            Self::ENABLE_CONNECT_PROTOCOL => "ENABLE_CONNECT_PROTOCOL",
            Self::NO_RFC7540_PRIORITIES => "NO_RFC7540_PRIORITIES",
            _ => return None,
        })
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_order_and_unknown_ones_survive() {
        let settings = Settings::new(&[0, 4, 0, 0, 0, 1, 0x0a, 0x0a, 1, 2, 3, 4, 9]);
        let all: Vec<_> = settings.iter().collect();
        assert_eq!(all, [(Setting::INITIAL_WINDOW_SIZE, 1), (Setting(0x0a0a), 0x0102_0304)]);
    }
}
