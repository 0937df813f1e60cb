//! PING and its acknowledgement.

pub(super) mod ping_bad_length;
pub(super) mod ping_on_stream;
