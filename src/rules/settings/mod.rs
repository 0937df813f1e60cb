//! SETTINGS frames, values and acknowledgements.

pub(super) mod bad_value;
pub(super) mod enable_connect_protocol;
pub(super) mod low_max_concurrent_streams;
pub(super) mod no_rfc7540_priorities;
pub(super) mod server_enables_push;
pub(super) mod settings_not_acked;
pub(super) mod settings_on_stream;
pub(super) mod slow_settings_ack;
pub(super) mod unexpected_settings_ack;
pub(super) mod wrong_length;
