//! Names of application protocols: ALPN (RFC 7301), and NPN (draft-agl-tls-nextprotoneg-04), its predecessor.

use std::borrow::Cow;
use std::fmt;

use super::grammar::{vector8, vector16, whole};
use crate::limits::MAX_HELLO_ITEMS;

/// The name of an application protocol; those that most hellos carry are borrowed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProtocolName(pub Cow<'static, [u8]>);

/// Names that most hellos carry.
const COMMON: [&[u8]; 4] = [ProtocolName::H2, b"http/1.1", b"h2-16", b"h2-14"];

/// An ALPN extension, or that there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Alpn {
    /// No extension.
    #[default]
    Absent,
    /// An extension without a name in it.
    Empty,
    /// An extension that cannot be read: lengths that contradict each other, or an empty name.
    Malformed,
    /// Names, in the order of preference.
    Names(Vec<ProtocolName>),
}

impl ProtocolName {
    /// HTTP/2 over TLS (RFC 9113 §3.1).
    pub const H2: &'static [u8] = b"h2";

    /// The name with these octets.
    #[must_use]
    pub fn new(octets: &[u8]) -> Self {
        let common = COMMON.into_iter().find(|common| *common == octets);
        Self(common.map_or_else(|| Cow::Owned(octets.to_vec()), Cow::Borrowed))
    }

    /// True when this is the name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        *self.0 == *name.as_bytes()
    }

    /// The name as text; see [`fmt::Display`].
    #[must_use]
    pub fn text(&self) -> Cow<'static, str> {
        match self.0 {
            Cow::Borrowed(name) if name.iter().copied().all(is_plain) => String::from_utf8_lossy(name),
            _ => self.to_string().into(),
        }
    }

    /// True for a value reserved by RFC 8701: two equal octets 0x0a, 0x1a … 0xfa.
    #[must_use]
    pub fn is_grease(&self) -> bool {
        matches!(*self.0, [high, low] if high == low && high & 0x0f == 0x0a)
    }
}

impl fmt::Display for ProtocolName {
    /// Text where it is printable ASCII, `\x` escapes where it is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(&self.0) {
            Ok(text) if text.bytes().all(is_plain) => f.write_str(text),
            _ => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

/// True for an octet that stands for itself in text.
const fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'/' | b'.' | b'-' | b'_')
}

impl fmt::Debug for ProtocolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Alpn {
    /// Reads the octets of an extension.
    pub(super) fn read(extension: &[u8]) -> Self {
        match whole(extension, vector16) {
            Some([]) => Self::Empty,
            Some(list) => names(list).map_or(Self::Malformed, Self::Names),
            None => Self::Malformed,
        }
    }

    /// The names; empty when there are none.
    #[must_use]
    pub fn names(&self) -> &[ProtocolName] {
        if let Self::Names(names) = self { names } else { &[] }
    }

    /// True when this is one of the names.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().iter().any(|known| known.is(name))
    }

    /// True when there is no extension.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Names behind lengths of one octet; `None` when they do not fill `list`, or when one is empty.
pub(super) fn names(mut list: &[u8]) -> Option<Vec<ProtocolName>> {
    let mut names = Vec::new();
    while !list.is_empty() {
        let (rest, name) = vector8(list).ok()?;
        if name.is_empty() {
            return None;
        }
        if names.len() < MAX_HELLO_ITEMS {
            names.push(ProtocolName::new(name));
        }
        list = rest;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_order_and_print() {
        let alpn = Alpn::read(b"\x00\x0c\x02h2\x08http/1.1");
        assert_eq!(format!("{:?}", alpn.names()), r#"["h2", "http/1.1"]"#);
        assert!(alpn.has("h2") && !alpn.has("h2c"));
        assert!(ProtocolName::new(&[0x6a, 0x6a]).is_grease());
        assert_eq!(ProtocolName::new(&[b'h', 0xff]).to_string(), "h\\xff");
    }

    #[test]
    fn a_list_without_names_is_empty_and_one_that_contradicts_itself_malformed() {
        assert_eq!(Alpn::read(b"\x00\x00"), Alpn::Empty);
        for octets in [&b""[..], b"\x00\x03\x02h", b"\x00\x03\x03h2", b"\x00\x01\x00", b"\x00\x03\x02h2x"] {
            assert_eq!(Alpn::read(octets), Alpn::Malformed, "{octets:?}");
        }
    }
}
