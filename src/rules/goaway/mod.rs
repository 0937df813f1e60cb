//! GOAWAY and shutdown.

pub(super) mod close_without_goaway;
pub(super) mod goaway_by_request_count;
pub(super) mod goaway_error_received;
pub(super) mod goaway_on_stream;
pub(super) mod goaway_promise_broken;
pub(super) mod goaway_too_short;
pub(super) mod last_stream_id;
pub(super) mod new_stream_after_goaway;
pub(super) mod no_two_step_shutdown;
