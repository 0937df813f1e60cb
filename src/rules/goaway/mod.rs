//! GOAWAY and shutdown.

pub(super) mod goaway_on_stream;
pub(super) mod goaway_too_short;
