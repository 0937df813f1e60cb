//! RFC 7540 priority and RFC 9218 PRIORITY_UPDATE.

pub(super) mod priority_bad_length;
pub(super) mod priority_on_stream_zero;
pub(super) mod priority_self_dependency;
pub(super) mod priority_signal_after_opt_out;
pub(super) mod priority_update;
