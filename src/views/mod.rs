//! Facts become plain rows: what `show` prints and what others may write out. A view judges nothing.
//!
//! [`Frames`] and [`Streams`] hear every fact of a capture and say their rows as soon as these are complete; nothing is held
//! beyond what is open. [`settings`] reads a connection when it ends, [`connections`] a finished report.

mod calls;
mod connections;
mod events;
mod fields;
mod flags;
mod frames;
mod handshake;
mod headers;
mod ladder;
mod latency;
mod legs;
mod note;
mod pings;
mod room;
mod secret;
mod settings;
mod streams;
mod tables;
mod transactions;

use std::net::IpAddr;

use crate::base::{PerSide, Place, Span};
use crate::conn::{Connection, Fact, Stream, StreamState};
use crate::grpc::Calls;
use crate::http1::Exchange;
use crate::tls::Negotiation;

pub use crate::conn::Interest;
pub use calls::{CallLine, CallList};
pub use connections::{ConnectionLine, address_and_port, connections, endpoint};
pub use events::{Event, Events, FrameContent, FrameEvent, Happened};
pub use fields::{ExportField, ExportFields, Word};
pub use flags::FlagNames;
pub use frames::{FrameLine, Frames};
pub use handshake::{HANDSHAKE_INTEREST, HandshakeLine, handshake};
pub use headers::{HEADERS_INTEREST, HeaderLine, has_headers, headers};
pub use ladder::{Ladder, LadderLine, Rung};
pub use latency::{LATENCY_INTEREST, LatencyLine, latency};
pub use legs::{Leg, LegLine, Legs};
pub use pings::{PINGS_INTEREST, PingLine, pings};
pub use room::{ConcurrencyLine, Room, STEPS, WindowLine};
pub use secret::Secrets;
pub use settings::{SETTINGS_INTEREST, SettingLine, settings};
pub use streams::{StateMark, StreamLine, Streams};
pub use tables::{TableLine, Tables};
pub use transactions::{Timing, Transaction, Transactions};

/// The facts that nobody needs to hear when no view listens.
pub const NO_INTEREST: Interest = Interest::NONE;

/// A fact with its surroundings, as views hear it.
#[derive(Clone, Copy)]
pub struct Observed<'a> {
    /// Number of the connection.
    pub conn: u64,
    /// First packet of the connection.
    pub first: Place,
    /// Address and port of both ends, once it is known who is the client.
    pub ends: Option<&'a PerSide<(IpAddr, u16)>>,
    /// What happened.
    pub fact: &'a Fact<'a>,
    /// The connection, the fact already counted in.
    pub connection: &'a Connection,
    /// The gRPC calls on it.
    pub grpc: &'a Calls,
    /// What TLS negotiated, where there is TLS.
    pub tls: Option<&'a Negotiation>,
    /// What stands before HTTP/2, or in its place.
    pub http1: &'a Exchange,
}

impl Observed<'_> {
    /// Time from the first packet of the connection to this one.
    fn since_first(&self, at: Place) -> Span {
        at.time.since(self.first.time)
    }
}

/// The word for the state of a stream; one that no orderly opening made known is idle still.
const fn state(stream: &Stream) -> &'static str {
    if stream.irregular { StreamState::Idle.word() } else { stream.state.word() }
}

#[cfg(test)]
mod tests;
