//! Windows, credit and dead ends of flow control.

pub(super) mod window_exceeded;
pub(super) mod window_overflow;
pub(super) mod window_update_bad_length;
pub(super) mod zero_window_update;
