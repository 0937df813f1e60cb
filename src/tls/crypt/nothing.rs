//! Built without the feature `decrypt`: no record is opened, and reports say so.

use super::{Agreed, Opened};
use crate::base::Side;
use crate::tls::keylog::Secret;
use crate::tls::names::Version;
use crate::tls::records::Header;
use crate::tls::suite::CipherSuite;

/// Keys that are never made.
pub(in crate::tls) struct Opener {
    pub(in crate::tls) sequence: u64,
}

/// True when records of this suite can be opened: never.
pub(in crate::tls) const fn opens(_: Version, _: CipherSuite) -> bool {
    false
}

impl Opener {
    pub(in crate::tls) const fn tls13(_: CipherSuite, _: &Secret) -> Option<Self> {
        None
    }

    pub(in crate::tls) const fn of_secret(_: CipherSuite, _: &[u8]) -> Option<Self> {
        None
    }

    pub(in crate::tls) const fn seal(&mut self, _: u8, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    pub(in crate::tls) const fn tls12(_: Agreed<'_>, _: &Secret, _: Side) -> Option<Self> {
        None
    }

    pub(in crate::tls) const fn next_generation(&self) -> Option<Self> {
        None
    }

    pub(in crate::tls) const fn open(&mut self, _: &Header, _: &mut [u8]) -> Option<Opened> {
        None
    }

    pub(in crate::tls) const fn open_as(&self, _: &Header, _: &mut [u8], _: u64) -> Option<Opened> {
        None
    }
}
