//! What is known of one side of a session.

use super::crypt::Opener;
use super::keylog::Source;
use super::messages::Messages;
use super::records::Records;
use crate::base::Origin;

/// One side.
#[derive(Default)]
pub(super) struct Half {
    pub(super) records: Records,
    pub(super) messages: Messages,
    pub(super) phase: Phase,
    pub(super) opener: Option<Opener>,
    /// `Some` while the next record may have been sealed with later keys than those at hand, or with a sequence number up to so many
    /// beyond the next one.
    pub(super) doubt: Option<u32>,
    /// Attempts to open records in vain.
    pub(super) tries: u32,
    /// The source of the keys at hand.
    pub(super) next_source: Option<Source>,
    pub(super) opened_by: Option<Source>,
    /// Octets are missing somewhere in what was read.
    pub(super) gap: Option<Origin>,
    /// The plaintext that was handed on ends with a gap.
    pub(super) lost: bool,
    /// Records that cannot be opened are 0-RTT data that the server did not take.
    pub(super) passing_early_data: bool,
    /// 0-RTT data passed that could not be opened.
    pub(super) missed_early_data: bool,
    /// A record before the first application data could not be opened, and may have held some.
    pub(super) unopened: bool,
    /// The latest record could not be opened.
    pub(super) failing: bool,
    /// Octets that are kept of the message of which most is kept.
    pub(super) kept: usize,
}

/// How records of a side are protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not at all.
    #[default]
    Clear,
    /// With keys of this epoch, or of a later one.
    Sealed(Epoch),
    /// With keys that are not at hand.
    Hidden,
}

/// The keys of a side in their order. Up to TLS 1.2 there is one epoch, renewed by renegotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Epoch {
    /// 0-RTT data of the client.
    Early,
    /// Handshake messages of TLS 1.3.
    Handshake,
    /// Application data of TLS 1.3.
    Application,
    /// Up to TLS 1.2.
    Legacy,
}

impl Half {
    pub(super) fn joined_late() -> Self {
        Self { records: Records::joined_late(), ..Self::default() }
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        let messages = self.messages.weight().saturating_add(self.kept);
        self.records.weight().saturating_add(messages)
    }

    /// True when application data pass, as far as is known.
    pub(super) const fn carries_data(&self) -> bool {
        matches!(self.phase, Phase::Sealed(Epoch::Application | Epoch::Legacy))
    }

    /// So many more records may be missing.
    pub(super) fn doubt_more(&mut self, records: u32) {
        let known = self.doubt.unwrap_or(0).saturating_add(records);
        self.doubt = Some(known.min(crate::limits::MAX_SEQUENCES_TRIED));
    }

    /// Goes on with keys that are made when the next record comes.
    pub(super) fn enter(&mut self, epoch: Epoch) {
        self.phase = Phase::Sealed(epoch);
        self.opener = None;
        self.messages.lose();
    }
}

impl std::fmt::Debug for Half {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Half").field("phase", &self.phase).field("doubt", &self.doubt).finish_non_exhaustive()
    }
}
