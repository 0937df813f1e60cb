//! The stream machine of RFC 9113 §5.1 (RFC 7540 §5.1) as one total table, in the order in which frames pass the tap.
//!
//! The RFC draws the figure once for each endpoint; an observer sees one stream with two ends, so "half-closed (local)" of one is
//! "half-closed (remote)" of the other: here a state says *who* did it. [`StreamState::step`] answers three ways: the frame
//! moves the stream, or no view of the sender allows it, or it is allowed only as long as something the peer sent had not arrived.

use crate::base::Side;
use crate::frame::ErrorCode;

/// State of a stream at the tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// Never used.
    Idle,
    /// Promised by the server, its response not begun: reserved (local) for the server, (remote) for the client.
    Reserved,
    /// Both may send.
    Open,
    /// This side sent END_STREAM, or may never send (the client on a pushed stream).
    HalfClosed(Side),
    /// Nobody may send any more.
    Closed(Closed),
}

/// How a stream came to its end. Neither ended nor reset: an identifier that was skipped (RFC 9113 §5.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// Who sent END_STREAM.
    pub ended: Sides,
    /// Who sent RST_STREAM.
    pub reset: Sides,
}

/// A set of sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// Neither.
    #[default]
    Neither,
    /// Only this one.
    One(Side),
    /// Both.
    Both,
}

/// What a side does to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// HEADERS.
    Headers,
    /// DATA.
    Data,
    /// END_STREAM on one of them, when the frame is complete.
    EndStream,
    /// RST_STREAM.
    RstStream,
    /// WINDOW_UPDATE.
    WindowUpdate,
    /// PRIORITY.
    Priority,
    /// PUSH_PROMISE sent on this stream, promising another one.
    PushPromise,
    /// PUSH_PROMISE that promises this stream.
    Reserve,
}

/// What an input does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Allowed; the stream is in this state now.
    To(StreamState),
    /// Allowed while what the peer sent before was still on its way; the state stays.
    Race,
    /// Not allowed to this sender in any view.
    Illegal(Illegal),
}

/// Why a step is not allowed, and what the receiver owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Illegal {
    /// Section of RFC 9113.
    pub section: &'static str,
    /// The error code that the section names.
    pub error: ErrorCode,
    /// What the error ends.
    pub scope: Scope,
}

/// What an error ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole connection (RFC 9113 §5.4.1).
    Connection,
    /// One stream (RFC 9113 §5.4.2).
    Stream,
}

const IDLE: Step =
    Step::Illegal(Illegal { section: "5.1", error: ErrorCode::PROTOCOL_ERROR, scope: Scope::Connection });
const RESERVED: Step = IDLE;
const NOT_YOURS: Step =
    Step::Illegal(Illegal { section: "8.4", error: ErrorCode::PROTOCOL_ERROR, scope: Scope::Connection });
const IN_USE: Step =
    Step::Illegal(Illegal { section: "5.1.1", error: ErrorCode::PROTOCOL_ERROR, scope: Scope::Connection });
const CLOSED: Step =
    Step::Illegal(Illegal { section: "5.1", error: ErrorCode::STREAM_CLOSED, scope: Scope::Stream });

impl StreamState {
    /// What `input` by `from` does to a stream in this state.
    #[inline]
    #[must_use]
    pub fn step(self, from: Side, input: Input) -> Step {
        match self {
            Self::Idle => self.idle(from, input),
            Self::Reserved => self.reserved(from, input),
            Self::Open => self.open(from, input, Sides::Neither),
            Self::HalfClosed(ended) if ended == from => self.half_closed_own(from, input),
            Self::HalfClosed(ended) => self.open(from, input, Sides::One(ended)),
            Self::Closed(closed) => self.closed(from, input, closed),
        }
    }

    fn idle(self, from: Side, input: Input) -> Step {
        match (from, input) {
            (Side::Client, Input::Headers) => Step::To(Self::Open),
            (Side::Server, Input::Reserve) => Step::To(Self::Reserved),
            (_, Input::Priority) => Step::To(self),
            (Side::Client, Input::Reserve | Input::PushPromise) => NOT_YOURS,
            (Side::Server, Input::Headers | Input::PushPromise)
            | (_, Input::Data | Input::EndStream | Input::RstStream | Input::WindowUpdate) => IDLE,
        }
    }

    fn reserved(self, from: Side, input: Input) -> Step {
        match (from, input) {
            (Side::Server, Input::Headers) => Step::To(Self::HalfClosed(Side::Client)),
            (_, Input::RstStream) => {
                Step::To(Self::Closed(Closed { ended: Sides::Neither, reset: Sides::One(from) }))
            }
            (_, Input::Priority) | (Side::Client, Input::WindowUpdate) => Step::To(self),
            (_, Input::Reserve) => IN_USE,
            (Side::Client, Input::PushPromise) => NOT_YOURS,
            (Side::Server, Input::WindowUpdate | Input::PushPromise)
            | (Side::Client, Input::Headers)
            | (_, Input::Data | Input::EndStream) => RESERVED,
        }
    }

    /// A sender that has not ended its side; `ended` says whether its peer has.
    #[inline]
    fn open(self, from: Side, input: Input, ended: Sides) -> Step {
        match (from, input) {
            (_, Input::Headers | Input::Data | Input::WindowUpdate | Input::Priority)
            | (Side::Server, Input::PushPromise) => Step::To(self),
            (_, Input::EndStream) => Step::To(match ended {
                Sides::Neither => Self::HalfClosed(from),
                Sides::One(_) | Sides::Both => {
                    Self::Closed(Closed { ended: Sides::Both, reset: Sides::Neither })
                }
            }),
            (_, Input::RstStream) => Step::To(Self::Closed(Closed { ended, reset: Sides::One(from) })),
            (Side::Client, Input::PushPromise) => NOT_YOURS,
            (_, Input::Reserve) => IN_USE,
        }
    }

    /// A sender that has ended its side.
    fn half_closed_own(self, from: Side, input: Input) -> Step {
        match (from, input) {
            (_, Input::WindowUpdate | Input::Priority) => Step::To(self),
            (_, Input::RstStream) => {
                Step::To(Self::Closed(Closed { ended: Sides::One(from), reset: Sides::One(from) }))
            }
            (_, Input::Headers | Input::Data | Input::EndStream) | (Side::Server, Input::PushPromise) => {
                CLOSED
            }
            (Side::Client, Input::PushPromise) => NOT_YOURS,
            (_, Input::Reserve) => IN_USE,
        }
    }

    fn closed(self, from: Side, input: Input, closed: Closed) -> Step {
        let (own_reset, own_end) = (closed.reset.contains(from), closed.ended.contains(from));
        let peer_acted = closed.reset.contains(from.peer()) || closed.ended.contains(from.peer());
        match (from, input) {
            (_, Input::Priority) => Step::To(self),
            (Side::Client, Input::PushPromise) => NOT_YOURS,
            (_, Input::Reserve) => IN_USE,
            (_, Input::RstStream | Input::WindowUpdate) if peer_acted && !own_reset => Step::Race,
            (_, Input::Headers | Input::Data | Input::EndStream | Input::PushPromise)
                if closed.reset.contains(from.peer()) && !own_reset && !own_end =>
            {
                Step::Race
            }
            (_, Input::RstStream | Input::WindowUpdate)
            | (_, Input::Headers | Input::Data | Input::EndStream)
            | (Side::Server, Input::PushPromise) => CLOSED,
        }
    }

    /// The word of the RFC's figure as the client sees it: `half_closed_local` is the client's own doing.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Reserved => "reserved_remote",
            Self::Open => "open",
            Self::HalfClosed(Side::Client) => "half_closed_local",
            Self::HalfClosed(Side::Server) => "half_closed_remote",
            Self::Closed(_) => "closed",
        }
    }
}

impl Sides {
    /// True when `side` is in the set.
    #[must_use]
    pub fn contains(self, side: Side) -> bool {
        match self {
            Self::Neither => false,
            Self::One(one) => one == side,
            Self::Both => true,
        }
    }

    /// The set with `side` in it.
    #[must_use]
    pub fn with(self, side: Side) -> Self {
        match self {
            Self::Neither => Self::One(side),
            Self::One(one) if one == side => self,
            Self::One(_) | Self::Both => Self::Both,
        }
    }
}

impl Input {
    /// Every input, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::Headers,
        Self::Data,
        Self::EndStream,
        Self::RstStream,
        Self::WindowUpdate,
        Self::Priority,
        Self::PushPromise,
        Self::Reserve,
    ];
}
