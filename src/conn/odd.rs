//! Fields that are not as they should be, kept from the block they came in for those who must name them; and which traits those are.

use crate::hpack::{Field, Text, Traits};
use crate::limits;

/// A field with a trait that no rightful field has where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddField {
    /// What is noteworthy about it.
    pub traits: Traits,
    /// Its name, octets beyond printable ASCII escaped; bounded.
    pub name: String,
    /// Its value in the same way, where rules may show it: never one that may be a secret.
    pub value: Option<String>,
}

/// Traits that no rightful field has, whatever message it belongs to.
pub(super) const ODD: Traits = Traits::EMPTY_NAME
    .or(Traits::UPPERCASE_NAME)
    .or(Traits::INVALID_NAME)
    .or(Traits::UNUSUAL_NAME)
    .or(Traits::INVALID_VALUE)
    .or(Traits::CONTROL_IN_VALUE)
    .or(Traits::SURROUNDED_VALUE)
    .or(Traits::OTHER_PSEUDO)
    .or(Traits::AFTER_REGULAR)
    .or(Traits::REPEATED)
    .or(Traits::MALFORMED_METHOD)
    .or(Traits::MALFORMED_SCHEME)
    .or(Traits::MALFORMED_PATH)
    .or(Traits::UNUSUAL_PATH)
    .or(Traits::USERINFO)
    .or(Traits::SWITCHING)
    .or(Traits::MALFORMED_STATUS)
    .or(Traits::UNUSUAL_STATUS)
    .or(Traits::CONNECTION_SPECIFIC)
    .or(Traits::TE_OTHER)
    .or(Traits::MALFORMED_CONTENT_LENGTH);

impl OddField {
    pub(super) fn of(field: &Field<'_>) -> Self {
        let secret = field.traits.intersects(SECRET) || !field.traits.intersects(SHOWN);
        let value = field.value.known().filter(|_| !secret).map(|value| {
            let end = value.iter().position(|octet| *octet == b'?' && field.traits.contains(Traits::PATH));
            shown(end.and_then(|end| value.get(..end)).unwrap_or(value))
        });
        let name = match field.name {
            Text::Known(octets) => shown(octets),
            Text::Unknown(_) => field.name.to_string(),
        };
        Self { traits: field.traits, name, value }
    }
}

/// Octets as text, the first of them where there are many.
fn shown(octets: &[u8]) -> String {
    match octets.get(..limits::MAX_SHOWN_TEXT) {
        Some(first) if first.len() < octets.len() => format!("{}…", first.escape_ascii()),
        _ => octets.escape_ascii().to_string(),
    }
}

/// Fields whose values rules show.
const SHOWN: Traits = Traits::METHOD
    .or(Traits::SCHEME)
    .or(Traits::PATH)
    .or(Traits::STATUS)
    .or(Traits::TE)
    .or(Traits::CONTENT_LENGTH)
    .or(Traits::HOST);

const SECRET: Traits = Traits::SECRET.or(Traits::TOKEN).or(Traits::USERINFO);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpack::{Coding, Decoder, Encoder, Representation};

    fn odd(name: &[u8], value: &[u8]) -> OddField {
        let mut block = Encoder::new();
        block.named_literal(Representation::WithoutIndexing, name, value, Coding::Plain);
        let mut fields = Vec::new();
        Decoder::new().decode(block.octets(), &mut |field| fields.push(OddField::of(&field)));
        fields.remove(0)
    }

    #[test]
    fn a_query_and_a_secret_are_not_kept() {
        assert_eq!(odd(b":path", b"a?token=1").value.as_deref(), Some("a"));
        assert_eq!(odd(b"Authorization", b"Bearer x").value, None);
        assert_eq!(odd(b"Cookie", b"a=b").name, "Cookie");
    }

    #[test]
    fn a_long_or_strange_name_is_cut_and_escaped() {
        let long = odd(&[b'A'; 300], b"");
        assert_eq!(long.name.chars().count(), limits::MAX_SHOWN_TEXT + 1);
        assert_eq!(odd(b"a\r\nb", b"").name, "a\\r\\nb");
    }
}
