//! Values that a view does not say unless it is asked to: those of fields that carry secrets.

use crate::hpack::{Text, Traits};

/// Whether the values of secret fields are said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// Their length only.
    #[default]
    Masked,
    /// As they are.
    Shown,
}

impl Secrets {
    /// The value of a field with these traits.
    pub(super) fn value(self, traits: Traits, value: Text<'_>) -> String {
        match value {
            Text::Known(octets) if self.hides(traits) => format!("<masked, {} octets>", octets.len()),
            value => text(value),
        }
    }

    /// True when the value of a field with these traits is not said.
    pub(super) const fn hides(self, traits: Traits) -> bool {
        matches!(self, Self::Masked) && traits.contains(Traits::SECRET)
    }
}

/// The text as it is, or `<unknown#62>`.
pub(super) fn text(text: Text<'_>) -> String {
    match text {
        Text::Known(octets) => String::from_utf8_lossy(octets).into_owned(),
        unknown @ Text::Unknown(_) => unknown.to_string(),
    }
}
