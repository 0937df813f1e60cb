//! Numbering of streams.

pub(super) mod bad_stream_id;
