//! Windows, credit and dead ends of flow control.

pub(super) mod connection_window_deadlock;
pub(super) mod connection_window_leak;
pub(super) mod stream_window_never_refilled;
pub(super) mod tcp_window_closed_by_receiver;
pub(super) mod window_exceeded;
pub(super) mod window_overflow;
pub(super) mod window_update_bad_length;
pub(super) mod zero_window_update;
