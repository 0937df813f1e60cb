//! Opens sealed records. Everything that needs cryptographic libraries stands in the files beside this one; without the feature
//! `decrypt` their twin opens nothing.

#[cfg(feature = "decrypt")]
mod aead;
#[cfg(feature = "decrypt")]
mod cbc;
#[cfg(feature = "decrypt")]
mod schedule;
#[cfg(feature = "decrypt")]
mod tls12;

#[cfg_attr(feature = "decrypt", path = "opener.rs")]
#[cfg_attr(not(feature = "decrypt"), path = "nothing.rs")]
mod opener;

pub(super) use opener::{Opener, opens};

use super::keylog::Random;
use super::server_hello::ServerHello;
use std::ops::Range;

/// What the hellos say about the keys up to TLS 1.2.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "decrypt"), expect(dead_code, reason = "nothing is opened"))]
pub(super) struct Agreed<'a> {
    /// The client's random.
    pub(super) client: &'a Random,
    /// The answer: random, version, suite, and how the MAC is applied.
    pub(super) server: &'a ServerHello,
}

/// What a record held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The content type; in TLS 1.3 the inner one.
    pub(super) kind: u8,
    /// Where the plaintext stands in the record's body.
    pub(super) plain: Range<usize>,
}
