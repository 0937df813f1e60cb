//! What happened on a connection, as the rules and the views hear it. Traffic that is in order rarely wakes a rule: a fact is a
//! failed step, a limit passed, a change of state; only views ask for every frame.

use super::block::{LongBlock, OpenBlock};
use super::content::OddContent;
use super::credit::Stall;
use super::half::Goaway;
use super::message::Head;
use super::promise::BadPromise;
use super::rates::Excess;
use super::settings::{Announcement, Values};
use super::state::{Illegal, Input};
use super::stream::Stream;
use crate::base::{Origin, Place, Side, Signal, Span};
use crate::frame::{ErrorCode, Fault, Header, Payload, StreamId};
use crate::hpack::{Block, Decoder};

/// Something that happened: what, who did it, and which octets show it.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// Who did it.
    pub side: Side,
    /// The frame it is about.
    pub header: Option<Header>,
    /// Where that frame began.
    pub start: Origin,
    /// Where it was complete, or where it stood when this became known.
    pub end: Origin,
    /// What happened.
    pub kind: Kind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// A frame is complete. For views.
    Frame(Payload<'a>),
    /// The client's connection preface is complete.
    Preface,
    /// A connection preface where a frame should begin.
    PrefaceAgain,
    /// The first frame of a side begins, behind HEADERS of its peer.
    FirstFrame,
    /// The first frame of a side that should be SETTINGS is something else.
    WrongFirstFrame,
    /// The client's first HEADERS begin, behind the server's first frame.
    FirstHeaders,
    /// A frame on stream 0 whose type needs a stream, or the reverse.
    WrongStream,
    /// Longer than the receiver can have allowed.
    Oversized {
        /// The largest payload it can have allowed, in octets.
        limit: u32,
    },
    /// Flags that the type does not define.
    UndefinedFlags {
        /// Those flags.
        bits: u8,
    },
    /// A reserved bit is set, in the header or in the payload.
    ReservedBit,
    /// The payload does not fit the type.
    Malformed(Fault),
    /// Padding that is not all zero.
    NonzeroPadding,
    /// A frame other than CONTINUATION inside a field block.
    BlockInterrupted {
        /// Where the block began, and on which stream.
        open: OpenBlock,
    },
    /// CONTINUATION on another stream than the open field block.
    ContinuationElsewhere {
        /// Where the block began, and on which stream.
        open: OpenBlock,
    },
    /// CONTINUATION without an open field block.
    UnexpectedContinuation,
    /// A step that the stream's state does not allow to this sender.
    IllegalStep {
        /// What it did.
        input: Input,
        /// Why that is not allowed.
        illegal: Illegal,
        /// The stream, unless it is idle or was skipped.
        stream: Option<&'a Stream>,
        /// True for an identifier that a higher one closed.
        skipped: bool,
    },
    /// A step that was allowed only as long as something of the peer had not arrived.
    Race {
        /// What it did.
        input: Input,
        /// The stream.
        stream: &'a Stream,
    },
    /// A stream identifier that its opener may not use.
    BadStreamId(BadStreamId),
    /// HEADERS open a stream that counts beyond the limit which binds the opener.
    TooManyStreams {
        /// Streams that the opener must still count, this one included.
        open: u32,
        /// MAX_CONCURRENT_STREAMS in force for it.
        limit: u32,
    },
    /// A stream is open, or promised.
    Opened(&'a Stream),
    /// A stream is closed.
    Closed(&'a Stream),
    /// A field block is whole, and not decoded yet. For views.
    FieldBlock {
        /// Its octets.
        octets: &'a [u8],
        /// The decoder, as it stands before it.
        decoder: &'a Decoder,
        /// The stream that its fields are about; 0 where that is not known.
        subject: StreamId,
    },
    /// A field block is decoded. For views.
    Head {
        /// What it says.
        head: &'a Head,
        /// Its stream.
        stream: Option<&'a Stream>,
    },
    /// A field block with a fault of RFC 7541, or with more size updates than it ever needs.
    BlockFault(&'a Block),
    /// Fields of a decoded block, or the block as a whole, are not as they should be.
    OddHead {
        /// What it says, its odd fields with it.
        head: &'a Head,
        /// The stream whose message it belongs to.
        stream: Option<&'a Stream>,
        /// Its identifier: that of the promised stream for PUSH_PROMISE.
        subject: StreamId,
    },
    /// The content of a message is not as it should be.
    OddContent {
        /// What is wrong.
        fault: OddContent,
        /// The stream.
        stream: &'a Stream,
    },
    /// A PUSH_PROMISE that its sender may not send, or not there.
    BadPromise {
        /// What is wrong.
        fault: BadPromise,
        /// The promised stream.
        promised: StreamId,
    },
    /// DATA beyond the credit that can have arrived.
    WindowExceeded {
        /// The credit left after it, negative.
        window: i64,
        /// True for the connection's window.
        connection: bool,
    },
    /// Credit that made a window larger than it may be, all DATA deducted that was on its way.
    WindowOverflow {
        /// The window after it, in octets.
        window: i64,
        /// The stream whose window it is; 0 for the connection's.
        stream: StreamId,
    },
    /// A stream was reset whose window was used up.
    Starved {
        /// The sender of the DATA.
        sender: Side,
        /// Since when.
        stall: &'a Stall,
        /// The stream.
        stream: &'a Stream,
    },
    /// `HTTP2-Settings`, SETTINGS that are not the first of their side, or say what few say ([`Announcement::is_rare`]).
    Settings {
        /// What it says.
        announcement: &'a Announcement,
        /// The values of the same side before.
        before: &'a Values,
    },
    /// An acknowledgement of a SETTINGS frame that was more than a second in coming.
    SettingsAcked {
        /// What it acknowledges.
        announcement: &'a Announcement,
        /// When the acknowledging side's TCP had acknowledged it.
        covered: Place,
        /// How long it took from there, the path left out.
        delay: Span,
    },
    /// An acknowledgement for which no SETTINGS is outstanding.
    SurplusAck,
    /// RST_STREAM on a stream that is known.
    Reset {
        /// Why.
        code: ErrorCode,
        /// The stream.
        stream: &'a Stream,
    },
    /// GOAWAY.
    Goaway {
        /// The last stream of the peer that was or might be acted on.
        last_stream_id: StreamId,
        /// Why.
        code: ErrorCode,
        /// The lowest last stream of the GOAWAY frames of this side before; the highest there is when this is the first.
        before: StreamId,
    },
    /// HEADERS or PUSH_PROMISE open a stream after the peer's first GOAWAY passed.
    OpenedAfterGoaway {
        /// The new stream.
        opened: StreamId,
        /// That GOAWAY.
        goaway: &'a Goaway,
    },
    /// A final response, or DATA, on a stream of the peer that a GOAWAY of this side denied.
    AnsweredAfterGoaway {
        /// The stream.
        stream: StreamId,
    },
    /// A PING ACK for which no PING with the same octets is outstanding.
    UnsolicitedPingAck {
        /// Its octets.
        opaque: [u8; 8],
        /// True when it repeats a PING ACK of the peer that nothing answered yet.
        answers_ack: bool,
    },
    /// ALTSVC, or ORIGIN on stream 0.
    Advertised(Payload<'a>),
    /// What stands where a frame should begin is text, or once more an unknown type that is too long.
    NotAFrame,
    /// WINDOW_UPDATE with increment 0.
    ZeroIncrement,
    /// Priority fields that make a stream depend on itself (RFC 7540 §5.3.1).
    SelfDependency,
    /// Priority fields of RFC 7540 by a client that had acknowledged NO_RFC7540_PRIORITIES (RFC 9218 §2.1.1).
    PriorityAfterOptOut,
    /// PRIORITY_UPDATE (RFC 9218 §7.1).
    PriorityUpdate {
        /// The stream whose priority it sets.
        prioritized: StreamId,
        /// True for a push that was never promised.
        unpromised: bool,
        /// Streams of the sender that are active, or idle and prioritized.
        waiting: u32,
        /// MAX_CONCURRENT_STREAMS in force for them.
        limit: u32,
    },
    /// Frame boundaries are lost.
    Unsynchronised,
    /// Frames were found again.
    Resynchronised {
        /// Octets skipped.
        skipped: u64,
    },
    /// A side does something more often than servers bear. `Fact::side` did it; the frame at hand is the last one counted.
    Excess(Excess),
    /// A field block of very many CONTINUATION frames, or very large, is over: ended, interrupted, or the connection is.
    LongBlock {
        /// The block.
        block: LongBlock,
    },
    /// A field block that expands to much more than it is, or has very many fields, or fields without a name.
    HeavyBlock {
        /// What it says.
        head: &'a Head,
    },
    /// PING is acknowledged.
    PingAcked {
        /// Where it was complete.
        sent: Origin,
    },
    /// A response with status 421.
    Misdirected,
    /// A signal of TCP.
    Signal(Signal),
    /// The client's first octets are almost, but not, the connection preface.
    BadPreface {
        /// Octets that agree with it.
        agree: u8,
        /// Octets seen; fewer than 24 when the client ended there.
        seen: u8,
    },
    /// The side ended its stream of octets inside a frame.
    Unfinished {
        /// Octets of the frame that never came.
        left: u32,
    },
    /// The connection, or the capture, is over: what stands below and before HTTP/2, or in its place, is known as far as it ever will be.
    Negotiated,
    /// The connection, or the capture, is over; told of connections that spoke HTTP/2.
    End,
    /// A field block on the stream of a gRPC call.
    CallFields {
        /// What it says.
        head: &'a Head,
        /// Its stream.
        stream: &'a Stream,
        /// The frame that began it has END_STREAM.
        ends_stream: bool,
    },
    /// Content of DATA on the stream of a gRPC call passes, in pieces of any size.
    CallContent {
        /// The octets.
        octets: &'a [u8],
        /// Its stream.
        stream: &'a Stream,
    },
    /// Content of a gRPC call is missing, or cannot be told from padding.
    CallContentLost(&'a Stream),
    /// END_STREAM of the side, on the stream of a gRPC call.
    CallEnded(&'a Stream),
    /// A PING that is no acknowledgement.
    Pinged,
    /// Something noteworthy about a gRPC call: of the floor above, which says what.
    CallNoticed,
}

/// What is wrong with the identifier of a new stream (RFC 9113 §5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadStreamId {
    /// A client used an even one.
    Even,
    /// A higher one was used before, and this one never.
    NotIncreasing {
        /// The highest one used before.
        highest: StreamId,
    },
    /// A second request on a stream that had one.
    Reused,
}
