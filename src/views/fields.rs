//! The fields of a block as exports write them: text where it is text, octets where it is not, and no secrets unless they are asked for.

use std::borrow::Cow;

use super::secret::Secrets;
use crate::base::to_u64;
use crate::hpack::{Decoder, Text};
use crate::limits;

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportField {
    /// Its name. Stems from the traffic.
    pub name: Word,
    /// Its value; `<masked, 24 octets>` for a secret. Stems from the traffic.
    pub value: Word,
}

/// A name or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Text without controls, or `<unknown#62>`.
    Text(String),
    /// Octets that are no such text.
    Octets(Vec<u8>),
}

/// The fields of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFields {
    /// The fields, in their order.
    pub list: Vec<ExportField>,
    /// Octets of the block on the wire.
    pub octets: u64,
    /// Fields that are not in the list, because there was too much of them.
    pub left_out: u64,
}

impl Word {
    fn of(text: Text<'_>) -> Self {
        match text {
            Text::Known(octets) => match std::str::from_utf8(octets) {
                Ok(text) if !text.chars().any(|char| char.is_control() && char != '\t') => {
                    Self::Text(text.to_owned())
                }
                _ => Self::Octets(octets.to_vec()),
            },
            unknown @ Text::Unknown(_) => Self::Text(unknown.to_string()),
        }
    }

    /// As text; what is none is replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Octets(octets) => String::from_utf8_lossy(octets),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Octets(octets) => octets.len(),
        }
    }
}

impl ExportFields {
    /// Decodes a block, with a copy of its decoder in `scratch`; no more than `room` octets of it are kept.
    pub(super) fn decode(
        octets: &[u8],
        decoder: &Decoder,
        scratch: &mut Decoder,
        (secrets, room): (Secrets, usize),
    ) -> Self {
        // The connection decodes the block after this; its decoder may not advance here.
        scratch.clone_from(decoder);
        let mut fields = Self { octets: to_u64(octets.len()), ..Self::default() };
        let mut left = room.min(limits::MAX_EXPORTED_BLOCK);
        scratch.decode(octets, &mut |field| {
            let value = if secrets.hides(field.traits) {
                Word::Text(secrets.value(field.traits, field.value))
            } else {
                Word::of(field.value)
            };
            let field = ExportField { name: Word::of(field.name), value };
            match left.checked_sub(field.len()) {
                Some(rest) => {
                    left = rest;
                    fields.list.push(field);
                }
                None => fields.left_out = fields.left_out.saturating_add(1),
            }
        });
        fields
    }

    /// The value of the first field with this name, where both are text.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.list.iter().find(|field| matches!(&field.name, Word::Text(text) if text == name));
        found.and_then(|field| match &field.value {
            Word::Text(text) => Some(text.as_str()),
            Word::Octets(_) => None,
        })
    }

    /// Octets that are kept.
    pub(super) fn kept(&self) -> usize {
        self.list.iter().map(ExportField::len).fold(0, usize::saturating_add)
    }
}

impl ExportField {
    /// Octets that it takes, with what a list spends on it.
    fn len(&self) -> usize {
        self.name.len().saturating_add(self.value.len()).saturating_add(SPENT)
    }
}

/// Octets that a field takes beside its text.
const SPENT: usize = size_of::<ExportField>();

#[cfg(test)]
mod tests {
    use super::*;

    /// `:method GET`, `x: a`, `y` with a control, `authorization: s`.
    const BLOCK: &[u8] = b"\x82\0\x01x\x01a\0\x01y\x01\x07\0\x0dauthorization\x01s";

    fn read(secrets: Secrets, room: usize) -> ExportFields {
        ExportFields::decode(BLOCK, &Decoder::default(), &mut Decoder::default(), (secrets, room))
    }

    #[test]
    fn text_is_text_octets_are_octets_and_secrets_are_told_by_their_length() {
        let masked = read(Secrets::Masked, usize::MAX);
        let values: Vec<&Word> = masked.list.iter().map(|field| &field.value).collect();
        let text = |text: &str| Word::Text(text.to_owned());
        let expected = [text("GET"), text("a"), Word::Octets(vec![7]), text("<masked, 1 octets>")];
        assert_eq!(values, expected.iter().collect::<Vec<_>>());
        assert_eq!((masked.value("x"), masked.value("y"), masked.value("z")), (Some("a"), None, None));
        assert_eq!(read(Secrets::Shown, usize::MAX).value("authorization"), Some("s"));
        assert_eq!((masked.octets, masked.left_out), (to_u64(BLOCK.len()), 0));
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let some = read(Secrets::Masked, 2 * SPENT + 12);
        assert_eq!((some.list.len(), some.left_out), (2, 2));
        assert!(some.kept() <= 2 * SPENT + 12);
        assert_eq!(read(Secrets::Masked, 0).left_out, 4);
    }
}
