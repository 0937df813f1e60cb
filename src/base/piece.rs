//! A byte stream in order, and what goes with it: pieces, signals, losses.

use super::{Origin, Span};

/// The next part of one side's byte stream.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// Octets, in order. `origin.tcp_end` is the offset behind the last of them.
    Chunk {
        /// The octets.
        bytes: &'a [u8],
        /// Where they come from.
        origin: Origin,
    },
    /// Octets that exist but are not in the capture. The stream goes on behind them.
    Gap {
        /// How many octets are missing; 0 when nobody knows (a record of unknown plaintext length).
        length: u64,
        /// Why they are missing.
        loss: LossKind,
        /// The packet that showed that they are missing; `tcp_end` is the offset behind the gap.
        origin: Origin,
    },
}

/// What happens on a connection without octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A SYN of this side (the client's, then the server's).
    Opened,
    /// This side acknowledged more of its peer's octets: `origin.peer_acked` says up to where.
    Acked,
    /// This side announced a receive window of zero (`open` false) or opened it again.
    Window {
        /// False when the window closed.
        open: bool,
    },
    /// A TCP keep-alive of this side, or its first segment after the other side broke a silence: the end lives.
    KeepAlive,
    /// This side ended its direction in order; `origin.tcp_end` is the offset of the end.
    Fin {
        /// True when every octet before the end was captured.
        complete: bool,
    },
    /// This side reset the connection.
    Rst {
        /// True when the segment carried an acknowledgement.
        acknowledges: bool,
        /// True when it travelled another distance than every other segment of this side: its time to live differs.
        foreign: bool,
    },
    /// The connection was silent on both sides until this segment of this side.
    Resumed {
        /// For so long.
        silent: Span,
        /// True when the segment carries octets, or probes whether the peer lives.
        asks: bool,
    },
    /// This side sent octets again that had passed before; `origin.tcp_end` is the offset behind them.
    Resent,
    /// This side sent again what was lost, while later octets of it were there already.
    Refilled {
        /// How long these had waited.
        waited: Span,
    },
}

/// Why octets are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// The receiver acknowledged them, yet the capture has no packet with them.
    Captured,
    /// The packet is there, but the capture kept only its beginning.
    Snaplen,
    /// The connection ended, or a cap was reached, before they came.
    Unfinished,
}

/// Something that could not be seen, as a floor reports it. The engine adds these up to the coverage of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The first octets of this side are not in the capture.
    StartMissing,
    /// Octets in the middle are missing.
    Gap(LossKind),
    /// Octets are there, but frames cannot be found in them any more.
    Unsynchronised,
    /// Frames were found again behind a gap.
    Resynchronised,
    /// The dynamic table of this side is not known in full.
    HpackUnknown,
    /// The dynamic table is exact again.
    HpackExact,
    /// Octets are encrypted and no key is at hand.
    NoKeys,
    /// A cap was reached; the text names it.
    LimitReached(&'static str),
}
