//! What the rules of HPACK share: the fault that a block shows, its finding, and requests to show it with.

use crate::conn::Kind;
use crate::hpack::{Block, Fault};
use crate::rules::{Draft, Event};
use crate::script::{Octets, Wire, headers};

/// The block of the event, and its first fault.
pub(super) fn fault<'e>(event: &Event<'e>) -> Option<(&'e Block, Fault)> {
    let Kind::BlockFault(block) = event.fact.kind else { return None };
    Some((block, block.error?))
}

/// A finding about a fault, in words that follow "The client's field block on stream 1".
pub(super) fn draft(event: &Event<'_>, fault: Fault, words: &str) -> Draft {
    let stream = event.header().map(|header| header.stream.0).unwrap_or_default();
    let message = format!(
        "The {}'s field block on stream {stream} {words} (octet {} of the block).",
        event.side().word(),
        fault.offset
    );
    Draft::against_block(event, message)
}

/// A GET on stream 1 that ends it; these octets stand before its fields, those behind them.
pub(super) fn ask(before: &[u8], behind: &[u8]) -> Octets {
    ask_on(1, before, behind)
}

/// The same on another stream.
pub(super) fn ask_on(stream: u32, before: &[u8], behind: &[u8]) -> Octets {
    headers(stream, &[before, GET, behind].concat()).map(Wire::end_stream)
}

/// `:method` GET, `:scheme` http, `:path` /, `:authority` a; nothing of it enters a table.
const GET: &[u8] = &[0x82, 0x86, 0x84, 0x01, 0x01, b'a'];
