//! Field blocks spread over HEADERS, PUSH_PROMISE and CONTINUATION.

pub(super) mod continuation_on_stream_zero;
pub(super) mod continuation_on_wrong_stream;
pub(super) mod field_block_interrupted;
pub(super) mod field_block_never_finished;
pub(super) mod unexpected_continuation;
