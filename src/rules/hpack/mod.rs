//! HPACK decoding and the dynamic table.

pub(super) mod bad_huffman;
pub(super) mod bad_index;
pub(super) mod bad_integer;
mod fault;
pub(super) mod size_update;
pub(super) mod truncated_block;
