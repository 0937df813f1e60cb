//! An error that a side sent, and the question what deserved it.

use super::Cause;
use crate::base::{Origin, PacketNumber, Side, Span};
use crate::conn::{Connection, Fact, Knew};
use crate::finding::{Confidence, Severity};
use crate::frame::{ErrorCode, Flags, FrameType, Header, Setting, StreamId};
use crate::rules::Spec;

/// A GOAWAY or RST_STREAM with an error code that accuses the peer.
#[derive(Clone, Copy, Debug)]
pub struct Complaint {
    /// Who sent it.
    pub side: Side,
    /// The stream, for RST_STREAM.
    pub stream: Option<u32>,
    /// Its code.
    pub code: ErrorCode,
    /// Where it began.
    pub start: Origin,
    /// Where it was complete.
    pub end: Origin,
    /// The last frame of the peer that its sender had received, on that stream or at all.
    pub last: Option<(Header, Origin)>,
    /// A frame of the peer that had to be tolerated, among the last ones.
    pub tolerated: Option<(Tolerated, Header, Origin)>,
    /// Time since the last frame of either side, on that stream or at all.
    pub idle: Option<Span>,
    /// True when the field blocks of the peer could all be read until then.
    pub fields_known: bool,
    /// True when it says STREAM_CLOSED of a stream that both sides had ended, which is so.
    pub belated: bool,
}

/// Why a frame is no reason for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerated {
    /// Sent before its sender received the reset of its stream.
    InFlight,
    /// An unknown frame type.
    UnknownType,
    /// An unknown setting.
    UnknownSetting,
    /// A flag that the type does not define.
    UndefinedFlag,
    /// The reserved bit.
    ReservedBit,
    /// PRIORITY, which any state allows.
    Priority,
    /// WINDOW_UPDATE or RST_STREAM on a stream that is over.
    Closed,
    /// A frame without content.
    Empty,
    /// DATA beyond a smaller window that its sender has not acknowledged.
    SmallerWindow,
}

/// What an error answers.
#[derive(Clone, Copy, Debug)]
pub enum Reason<'a> {
    /// A fault that deserves this code.
    Fault(&'a Cause),
    /// A fault that deserves another code.
    OtherCode(&'a Cause),
    /// A fault that may be one, but coverage or confidence does not let it be told.
    Muted,
    /// There are faults, but whether the error answers one of them cannot be seen.
    Unclear,
    /// Nothing.
    None,
}

impl Complaint {
    /// True for codes with a cause in what the peer sent, or did not send.
    #[must_use]
    pub const fn is_error(code: ErrorCode) -> bool {
        super::accuses(code) || matches!(code, ErrorCode::SETTINGS_TIMEOUT | ErrorCode::INADEQUATE_SECURITY)
    }

    pub(super) fn of(fact: &Fact<'_>, stream: Option<u32>, code: ErrorCode, conn: &Connection) -> Self {
        let peer = &conn.sides[fact.side.peer()];
        let about = |header: &Header| stream.is_none_or(|stream| header.stream.0 == stream);
        let received = || {
            let before = |(_, start): &(Header, Origin)| start.tcp_end < fact.start.peer_acked;
            peer.recent.newest_first().filter(before).filter(|(header, _)| about(header))
        };
        let last = received().next();
        let tolerated = received().enumerate().find_map(|(back, (header, start))| {
            let why = Tolerated::of(&header, &start, fact.side, code, conn, back == 0)?;
            Some((why, header, start))
        });
        let own = conn.sides[fact.side].recent.newest_first().filter(|(header, _)| about(header)).nth(1);
        let times = [last, own].into_iter().flatten().map(|(_, start)| start.at.time).max();
        let closed = stream.and_then(|stream| conn.streams.get(StreamId(stream)));
        let ended =
            closed.is_some_and(|stream| Side::BOTH.iter().all(|side| stream.sent[*side].ended.is_some()));
        Self {
            belated: code == ErrorCode::STREAM_CLOSED && ended,
            side: fact.side,
            stream,
            code,
            start: fact.start,
            end: fact.end,
            last,
            tolerated,
            idle: times.map(|time| fact.start.at.time.since(time).max(Span::ZERO)),
            fields_known: peer.hpack_exact(),
        }
    }

    /// The fault that it answers: of one that had begun to arrive, or that only time brought to light.
    pub(super) fn reason<'a>(&self, causes: &'a [Cause]) -> Reason<'a> {
        let theirs = || causes.iter().filter(|cause| cause.culprit != self.side);
        let near = |cause: &&Cause| cause.had_begun(&self.start) && self.is_about(cause);
        let sure = |cause: &&Cause| cause.confidence.is_some_and(|how| how >= Confidence::Likely);
        let deserved = |cause: &&Cause| cause.fits(self.code, Spec::Rfc9113);
        let best =
            theirs().filter(near).filter(sure).filter(deserved).max_by_key(|cause| self.nearness(cause));
        if let Some(cause) = best {
            return Reason::Fault(cause);
        }
        if theirs().filter(near).any(|cause| !sure(&cause)) {
            return Reason::Muted;
        }
        let certain = |cause: &&Cause| cause.demands_reaction();
        match theirs().filter(near).find(certain) {
            Some(cause) => Reason::OtherCode(cause),
            None if theirs().next().is_some() => Reason::Unclear,
            None => Reason::None,
        }
    }

    /// True for faults on its stream or on none. GOAWAY may be about any.
    fn is_about(&self, cause: &Cause) -> bool {
        self.stream.is_none() || cause.stream.is_none() || cause.stream == self.stream
    }

    /// How well a fault explains it: what names its code and its stream, what is graver, and what came last.
    fn nearness(&self, cause: &Cause) -> (bool, bool, Severity, PacketNumber) {
        let same_stream = cause.stream.is_some() && cause.stream == self.stream;
        (cause.rule.names(self.code), same_stream, cause.severity, cause.start.at.pkt)
    }
}

/// True when a frame arrived behind the receiver's reset, and nothing proves that its sender had read that by then.
fn on_its_way(conn: &Connection, sender: Side, start: &Origin, reset: &Origin) -> bool {
    let behind = start.tcp_end >= reset.peer_acked;
    behind && !matches!(conn.knew(sender, reset.tcp_end, start), Knew::Processed { .. })
}

impl Tolerated {
    /// Why `receiver` had to bear this frame of its peer; `None` when nothing is special about it.
    fn of(
        header: &Header,
        start: &Origin,
        receiver: Side,
        code: ErrorCode,
        conn: &Connection,
        newest: bool,
    ) -> Option<Self> {
        let sender = receiver.peer();
        let stream = conn.streams.get(header.stream).filter(|_| header.stream != StreamId::CONNECTION);
        let reset = stream.and_then(|stream| stream.sent[receiver].reset());
        let over = stream.is_some_and(|stream| {
            stream.is_closed()
                || (newest && stream.sent[sender].ended.is_some_and(|end| end.tcp_end < start.tcp_end))
        });
        let ours = &conn.sides[receiver].settings;
        let smaller = ours.outstanding().any(|sent| {
            sent.values.get(Setting::INITIAL_WINDOW_SIZE)
                < Some(ours.acknowledged(Setting::INITIAL_WINDOW_SIZE))
                && sent.values.get(Setting::INITIAL_WINDOW_SIZE).is_some()
        });
        let unknown = conn.sides[sender]
            .settings
            .listed()
            .any(|sent| sent.start.tcp_end == start.tcp_end && !sent.unknown.is_empty());
        let undefined = header.flags.0 & !header.kind.defined_flags().0 != 0;
        let promise = header.kind == FrameType::PUSH_PROMISE && sender == Side::Client;
        Some(match header.kind {
            _ if promise => return None,
            _ if reset.is_some_and(|(reset, _)| on_its_way(conn, sender, start, &reset)) => Self::InFlight,
            FrameType::DATA if code == ErrorCode::FLOW_CONTROL_ERROR && smaller => Self::SmallerWindow,
            kind if kind.name().is_none() => Self::UnknownType,
            FrameType::SETTINGS if unknown => Self::UnknownSetting,
            FrameType::WINDOW_UPDATE | FrameType::RST_STREAM if over => Self::Closed,
            _ if undefined => Self::UndefinedFlag,
            _ if header.reserved => Self::ReservedBit,
            FrameType::PRIORITY => Self::Priority,
            FrameType::DATA | FrameType::CONTINUATION
                if header.length == 0 && !header.flags.has(Flags::END_STREAM) =>
            {
                Self::Empty
            }
            _ => return None,
        })
    }

    /// What is special about the frame, behind its name.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::InFlight => "was on its way when the stream was reset",
            Self::UnknownType => "is of an unknown type, which is ignored",
            Self::UnknownSetting => "carries an unknown setting, which is ignored",
            Self::UndefinedFlag => "has a flag that its type does not define, which is ignored",
            Self::ReservedBit => "has the reserved bit set, which is ignored",
            Self::Priority => "is allowed in every state of a stream",
            Self::Closed => "may still arrive on a stream that is over",
            Self::Empty => "is empty, which is allowed",
            Self::SmallerWindow => "exceeds only a smaller window that its sender has not acknowledged",
        }
    }
}
