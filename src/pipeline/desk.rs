//! What everybody at work on a capture needs to hand: wishes, keys, and what sessions of TLS share.

use std::cell::RefCell;
use std::sync::Arc;

use super::opening::Secured;
use super::wishes::Wishes;
use crate::conn::Thresholds;
use crate::tls::{KeyLog, Negotiation, Shared};

/// What the analysis of a capture works with.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) wishes: Wishes,
    /// What is too much, as the wishes say: all connections share it.
    pub(super) thresholds: Arc<Thresholds>,
    pub(super) keys: Arc<KeyLog>,
    /// Touched only while a session of TLS is at work.
    pub(super) shared: RefCell<Shared>,
}

impl Desk {
    pub(super) fn new(wishes: Wishes, keys: Arc<KeyLog>, shared: Shared) -> Self {
        let thresholds = Arc::new(wishes.options.thresholds);
        Self { wishes, thresholds, keys, shared: shared.into() }
    }
}

/// What is seen besides a connection itself: the wishes, and the TLS around it.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) wishes: &'a Wishes,
    pub(super) tls: Option<&'a Negotiation>,
}

impl Sight<'_> {
    /// Whether octets stand inside TLS.
    pub(super) const fn secured(&self) -> Secured {
        if self.tls.is_some() { Secured::Yes } else { Secured::No }
    }
}
