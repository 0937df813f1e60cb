//! The programs that the two sides say they are: the first User-Agent and the first Server (RFC 9110 §10.1.5, §10.2.4).

use std::sync::Arc;

use super::Connection;
use crate::base::{Side, text};
use crate::hpack::{Field, Text, Traits};

/// Octets of a name that are kept: products, not the whole story that browsers tell.
const MOST: usize = 80;

/// What a side said first.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered(Option<Arc<str>>);

impl Gathered {
    /// The traits of fields that are still to be told.
    pub(super) const fn wants(&self) -> Traits {
        if self.0.is_none() { Traits::PRODUCT } else { Traits::NONE }
    }

    #[cold]
    pub(super) fn note(&mut self, field: &Field<'_>, value: &[u8]) {
        // Via names others, on the way.
        let own = !matches!(field.name, Text::Known(b"via"));
        if own && self.0.is_none() {
            let value = value.get(..MOST).unwrap_or(value);
            self.0 = Some(text(value));
        }
    }
}

impl Connection {
    /// What a side says it is, at most so many octets of it. A proxy passes on what others said.
    #[must_use]
    pub fn product(&self, side: Side) -> Option<&str> {
        self.sides[side].gatherer.product.0.as_deref()
    }
}
