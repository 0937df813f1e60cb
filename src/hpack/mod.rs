//! Field blocks become fields (RFC 7541), in a way that a capture can live with.
//!
//! A [`Decoder`] reads the field blocks of one direction in their order. It hands out each [`Field`] with its name, value
//! and the way it was written, and a summary of the [`Block`]. It cannot fail: a mistake is a [`Fault`] in the summary, a
//! part of the dynamic table that was never seen gives [`Text::Unknown`], and everything that is known stays known. What
//! is noteworthy about a field is a set of [`Traits`], which nobody has to look for again.
//!
//! ```
//! use h2lint::hpack::{Decoder, Text, Traits};
//!
//! let mut decoder = Decoder::new();
//! let mut seen = Vec::new();
//! let block = decoder.decode(&[0x82, 0x84, 0x41, 0x01, b'a'], &mut |field| seen.push(field.to_string()));
//! assert_eq!(seen, [":method: GET", ":path: /", ":authority: a"]);
//! assert!(block.traits.contains(Traits::GET) && block.error.is_none());
//!
//! // The same connection, seen from its second block on: what came before is unknown, what comes now is not.
//! let mut late = Decoder::joined_late();
//! late.decode(&[0xbe, 0x82], &mut |field| seen.push(field.to_string()));
//! assert_eq!(seen[3..], ["<unknown#62>: <unknown#62>", ":method: GET"]);
//! ```
//!
//! The [`Encoder`] writes blocks for scripts and tests, wrong ones too. Not here: which frames make up a block, what the
//! settings are, and whether any of it is a mistake of the sender's.

mod block;
mod cursor;
mod decoder;
mod encode;
mod fault;
mod field;
mod huffman;
mod names;
mod static_table;
mod table;
mod traits;
mod values;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use block::{Block, Updates};
pub use decoder::Decoder;
pub use encode::{Coding, Encoder};
pub use fault::{Fault, FaultKind};
pub use field::{Field, Representation, Text};
pub use table::Entry;
pub use traits::Traits;
