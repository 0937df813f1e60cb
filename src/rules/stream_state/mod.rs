//! Frames in a stream state that does not allow them; the concurrency limit.

pub(super) mod after_end_stream;
pub(super) mod after_peer;
pub(super) mod frame_after_rst_stream_sent;
pub(super) mod idle_stream;
pub(super) mod max_concurrent_streams_exceeded;
pub(super) mod pushed_stream;
pub(super) mod refused_stream_after_processing;
pub(super) mod repeated_rst_stream;
pub(super) mod server_headers_on_idle_stream;
