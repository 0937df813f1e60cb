//! HPACK decoding and the dynamic table.
