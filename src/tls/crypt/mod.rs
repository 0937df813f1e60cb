//! Opens sealed records. Everything that needs the cryptographic library stands in one file beside this one; without the feature
//! `decrypt` its twin opens nothing.

#[cfg_attr(feature = "decrypt", path = "ring.rs")]
#[cfg_attr(not(feature = "decrypt"), path = "nothing.rs")]
mod library;

pub(super) use library::{Opener, opens};

use std::ops::Range;

/// What a record held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The content type; in TLS 1.3 the inner one.
    pub(super) kind: u8,
    /// Where the plaintext stands in the record's body.
    pub(super) plain: Range<usize>,
}
