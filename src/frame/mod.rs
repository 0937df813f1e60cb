//! Bytes become HTTP/2 frames (RFC 9113 §4, §6; RFC 7838; RFC 8336; RFC 9218). A view judges nothing: reserved bits, unknown
//! types and flags, wrong lengths and bad padding are preserved as they stand.
//!
//! [`Decoder`] takes the pieces of one side's plaintext and says [`Output::Start`], [`Output::Data`], [`Output::End`] for each
//! frame, or [`Output::Whole`] for one that is complete at once. The octets of DATA pass through and are never held; other payloads
//! are read whole.

mod decoder;
mod header;
mod payload;
mod resync;
mod settings;

pub use decoder::{Decoder, Output};
pub use header::{ErrorCode, Flags, FrameType, Header, StreamId};
pub use payload::{Data, Fault, Malformed, Padding, Payload, Priority};
pub use settings::{Setting, Settings};

/// The octets that a client sends first (RFC 9113 §3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The longest payload that a frame header can announce.
pub const MAX_LENGTH: u32 = 0x00ff_ffff;

/// Octets of a frame header.
pub const HEADER_OCTETS: usize = 9;

#[cfg(test)]
mod tests;
