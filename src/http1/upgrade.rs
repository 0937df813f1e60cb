//! An `Upgrade: h2c` (RFC 7540 §3.2) and what became of it.

use super::{RequestHead, ResponseHead};
use crate::base::Origin;

/// A request to upgrade.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The request.
    pub request: RequestHead,
    /// Where its head was complete.
    pub requested: Origin,
    /// The response to it.
    pub response: Option<ResponseHead>,
    /// Where the head of the response was complete, or the first octets that are none.
    pub answered: Option<Origin>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 101 with `Upgrade: h2c`.
    Accepted,
    /// Another response: the connection stays HTTP/1.x.
    Ignored,
    /// A response with a status from 400.
    Rejected,
    /// The server speaks HTTP/2 without having answered.
    TalkedOver,
    /// No answer was seen.
    Pending,
}

impl Outcome {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
            Self::TalkedOver => "talked_over",
            Self::Pending => "pending",
        }
    }

    /// What a response means for the upgrade.
    #[must_use]
    pub const fn of(response: &ResponseHead) -> Self {
        match response.status {
            101 if response.upgrade_h2c => Self::Accepted,
            400.. => Self::Rejected,
            _ => Self::Ignored,
        }
    }
}
