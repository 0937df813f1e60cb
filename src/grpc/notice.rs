//! What is noteworthy about a call, as a set of bits: legal traffic sets none of them, so that nobody is woken.

/// Something noteworthy about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The request has no `te: trailers`.
    NoTe,
    /// The request is no POST, or its path is not `/service/method`.
    OddRequestLine,
    /// grpc-timeout has not the prescribed form, or is zero.
    OddTimeout,
    /// A `-bin` field or grpc-message has not the prescribed form.
    OddMetadata,
    /// The answer's content-type is not one of gRPC.
    NotGrpc,
    /// The answer's HTTP status is not 200.
    HttpStatus,
    /// grpc-status in fields behind which the answer goes on, or a second time.
    StatusMisplaced,
    /// grpc-status that is no plain number up to 16.
    OddStatus,
    /// The answer names an encoding that the request does not.
    EncodingNotAccepted,
    /// The server ended the call without a grpc-status.
    NoStatus,
    /// The call ended with a grpc-status other than 0.
    Failed,
    /// A side ended inside a message.
    Truncated,
    /// The first octet of a message is neither 0 nor 1.
    OddFlag,
    /// A message is marked as compressed, and no encoding is named.
    NoEncoding,
    /// RST_STREAM before a grpc-status.
    Reset,
    /// The call took as long as its grpc-timeout, or nearly so when the client cancelled it.
    Late,
    /// The client ends the call, or a side resets it, that the server had ended before.
    AnsweredFirst,
}

/// A set of notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notices(u32);

impl Notices {
    /// Nothing noteworthy.
    pub const NONE: Self = Self(0);

    /// True when this one is in the set.
    #[must_use]
    pub const fn has(self, notice: Notice) -> bool {
        self.0 & bit(notice) != 0
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn add_if(&mut self, so: impl Into<Option<bool>>, notice: Notice) {
        if so.into() == Some(true) {
            self.add(notice);
        }
    }

    pub(super) const fn add(&mut self, notice: Notice) {
        self.0 |= bit(notice);
    }
}

#[expect(clippy::as_conversions, reason = "a fieldless enum's own number, below 32")]
const fn bit(notice: Notice) -> u32 {
    1 << notice as u32
}
