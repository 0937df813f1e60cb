//! The kinds of facts by name alone: what rules and views subscribe to, and who asks for which.

use super::fact::Kind;
use crate::base::Signal;

/// The kinds of facts by name alone: what rules and views subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the variants of `Kind`, and the signals")]
pub enum On {
    Frame,
    Preface,
    PrefaceAgain,
    FirstFrame,
    WrongFirstFrame,
    FirstHeaders,
    WrongStream,
    Oversized,
    UndefinedFlags,
    ReservedBit,
    Malformed,
    NonzeroPadding,
    BlockInterrupted,
    ContinuationElsewhere,
    UnexpectedContinuation,
    IllegalStep,
    Race,
    BadStreamId,
    TooManyStreams,
    Opened,
    Closed,
    FieldBlock,
    Head,
    BlockFault,
    OddHead,
    OddContent,
    BadPromise,
    WindowExceeded,
    WindowOverflow,
    Starved,
    Settings,
    SettingsAcked,
    SurplusAck,
    Reset,
    Goaway,
    OpenedAfterGoaway,
    AnsweredAfterGoaway,
    UnsolicitedPingAck,
    Advertised,
    NotAFrame,
    ZeroIncrement,
    SelfDependency,
    PriorityAfterOptOut,
    PriorityUpdate,
    Unsynchronised,
    Resynchronised,
    Excess,
    LongBlock,
    HeavyBlock,
    Syn,
    Acked,
    Window,
    KeepAlive,
    Resumed,
    Resent,
    Refilled,
    PingAcked,
    Misdirected,
    Fin,
    Rst,
    BadPreface,
    Unfinished,
    Negotiated,
    End,
    CallFields,
    CallContent,
    CallContentLost,
    CallEnded,
    Pinged,
    CallNoticed,
}

impl On {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Frame,
        Self::Preface,
        Self::PrefaceAgain,
        Self::FirstFrame,
        Self::WrongFirstFrame,
        Self::FirstHeaders,
        Self::WrongStream,
        Self::Oversized,
        Self::UndefinedFlags,
        Self::ReservedBit,
        Self::Malformed,
        Self::NonzeroPadding,
        Self::BlockInterrupted,
        Self::ContinuationElsewhere,
        Self::UnexpectedContinuation,
        Self::IllegalStep,
        Self::Race,
        Self::BadStreamId,
        Self::TooManyStreams,
        Self::Opened,
        Self::Closed,
        Self::FieldBlock,
        Self::Head,
        Self::BlockFault,
        Self::OddHead,
        Self::OddContent,
        Self::BadPromise,
        Self::WindowExceeded,
        Self::WindowOverflow,
        Self::Starved,
        Self::Settings,
        Self::SettingsAcked,
        Self::SurplusAck,
        Self::Reset,
        Self::Goaway,
        Self::OpenedAfterGoaway,
        Self::AnsweredAfterGoaway,
        Self::UnsolicitedPingAck,
        Self::Advertised,
        Self::NotAFrame,
        Self::ZeroIncrement,
        Self::SelfDependency,
        Self::PriorityAfterOptOut,
        Self::PriorityUpdate,
        Self::Unsynchronised,
        Self::Resynchronised,
        Self::Excess,
        Self::LongBlock,
        Self::HeavyBlock,
        Self::Syn,
        Self::Acked,
        Self::Window,
        Self::KeepAlive,
        Self::Resumed,
        Self::Resent,
        Self::Refilled,
        Self::PingAcked,
        Self::Misdirected,
        Self::Fin,
        Self::Rst,
        Self::BadPreface,
        Self::Unfinished,
        Self::Negotiated,
        Self::End,
        Self::CallFields,
        Self::CallContent,
        Self::CallContentLost,
        Self::CallEnded,
        Self::Pinged,
        Self::CallNoticed,
    ];

    /// How many kinds there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The kind's place in a table of all of them.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "a fieldless enum's own number")]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The kinds of facts that somebody asks for. Those that accompany every frame are made only then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest(u128);

impl Interest {
    /// Everything.
    pub const ALL: Self = Self(u128::MAX);
    /// Nothing that can be left out.
    pub const NONE: Self = Self(0);

    /// This kind too.
    #[must_use]
    pub const fn with(self, on: On) -> Self {
        Self(self.0 | 1 << on.index())
    }

    /// True when somebody asks for this kind.
    #[must_use]
    pub const fn wants(self, on: On) -> bool {
        self.0 & 1 << on.index() != 0
    }
}

impl Default for Interest {
    fn default() -> Self {
        Self::ALL
    }
}

impl Kind<'_> {
    /// True for what accompanies frames and says nothing that other facts do not say: views ask for it, and no rule.
    #[inline]
    #[must_use]
    pub const fn is_for_views(&self) -> bool {
        matches!(self, Self::Frame(_) | Self::FieldBlock { .. } | Self::Head { .. })
    }

    /// The kind by name alone.
    #[inline]
    #[must_use]
    pub const fn on(&self) -> On {
        match self {
            Self::Frame(_) => On::Frame,
            Self::Preface => On::Preface,
            Self::PrefaceAgain => On::PrefaceAgain,
            Self::FirstFrame => On::FirstFrame,
            Self::WrongFirstFrame => On::WrongFirstFrame,
            Self::FirstHeaders => On::FirstHeaders,
            Self::WrongStream => On::WrongStream,
            Self::Oversized { .. } => On::Oversized,
            Self::UndefinedFlags { .. } => On::UndefinedFlags,
            Self::ReservedBit => On::ReservedBit,
            Self::Malformed(_) => On::Malformed,
            Self::NonzeroPadding => On::NonzeroPadding,
            Self::BlockInterrupted { .. } => On::BlockInterrupted,
            Self::ContinuationElsewhere { .. } => On::ContinuationElsewhere,
            Self::UnexpectedContinuation => On::UnexpectedContinuation,
            Self::IllegalStep { .. } => On::IllegalStep,
            Self::Race { .. } => On::Race,
            Self::BadStreamId(_) => On::BadStreamId,
            Self::TooManyStreams { .. } => On::TooManyStreams,
            Self::Opened(_) => On::Opened,
            Self::Closed(_) => On::Closed,
            Self::FieldBlock { .. } => On::FieldBlock,
            Self::Head { .. } => On::Head,
            Self::BlockFault(_) => On::BlockFault,
            Self::OddHead { .. } => On::OddHead,
            Self::OddContent { .. } => On::OddContent,
            Self::BadPromise { .. } => On::BadPromise,
            Self::WindowExceeded { .. } => On::WindowExceeded,
            Self::WindowOverflow { .. } => On::WindowOverflow,
            Self::Starved { .. } => On::Starved,
            Self::Settings { .. } => On::Settings,
            Self::SettingsAcked { .. } => On::SettingsAcked,
            Self::SurplusAck => On::SurplusAck,
            Self::Reset { .. } => On::Reset,
            Self::Goaway { .. } => On::Goaway,
            Self::OpenedAfterGoaway { .. } => On::OpenedAfterGoaway,
            Self::AnsweredAfterGoaway { .. } => On::AnsweredAfterGoaway,
            Self::UnsolicitedPingAck { .. } => On::UnsolicitedPingAck,
            Self::Advertised(_) => On::Advertised,
            Self::NotAFrame => On::NotAFrame,
            Self::ZeroIncrement => On::ZeroIncrement,
            Self::SelfDependency => On::SelfDependency,
            Self::PriorityAfterOptOut => On::PriorityAfterOptOut,
            Self::PriorityUpdate { .. } => On::PriorityUpdate,
            Self::Unsynchronised => On::Unsynchronised,
            Self::Resynchronised { .. } => On::Resynchronised,
            Self::Excess(_) | Self::LongBlock { .. } | Self::HeavyBlock { .. } => self.excess_on(),
            Self::Signal(signal) => signal_on(signal),
            Self::PingAcked { .. } => On::PingAcked,
            Self::Misdirected => On::Misdirected,
            Self::BadPreface { .. } => On::BadPreface,
            Self::Unfinished { .. } => On::Unfinished,
            Self::Negotiated => On::Negotiated,
            Self::End => On::End,
            Self::Pinged => On::Pinged,
            Self::CallFields { .. } | Self::CallContent { .. } => self.call_on(),
            Self::CallContentLost(_) | Self::CallEnded(_) | Self::CallNoticed => self.call_on(),
        }
    }

    /// As [`Kind::on`], for what exceeds what peers send in good faith.
    const fn excess_on(&self) -> On {
        match self {
            Self::LongBlock { .. } => On::LongBlock,
            Self::HeavyBlock { .. } => On::HeavyBlock,
            _ => On::Excess,
        }
    }

    /// As [`Kind::on`], for what happens on a gRPC call.
    const fn call_on(&self) -> On {
        match self {
            Self::CallFields { .. } => On::CallFields,
            Self::CallContent { .. } => On::CallContent,
            Self::CallContentLost(_) => On::CallContentLost,
            Self::CallEnded(_) => On::CallEnded,
            _ => On::CallNoticed,
        }
    }
}

const fn signal_on(signal: &Signal) -> On {
    match signal {
        Signal::Opened => On::Syn,
        Signal::Acked => On::Acked,
        Signal::Window { .. } => On::Window,
        Signal::KeepAlive => On::KeepAlive,
        Signal::Resumed { .. } => On::Resumed,
        Signal::Resent => On::Resent,
        Signal::Refilled { .. } => On::Refilled,
        Signal::Fin { .. } => On::Fin,
        Signal::Rst { .. } => On::Rst,
    }
}
