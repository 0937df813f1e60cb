//! Patterns that exhaust a peer.

mod excess;

pub(super) mod continuation_flood;
pub(super) mod data_dribble;
pub(super) mod empty_frame_flood;
pub(super) mod hpack_bomb;
pub(super) mod internal_data_buffering;
pub(super) mod made_you_reset;
pub(super) mod ping_flood;
pub(super) mod priority_churn;
pub(super) mod rapid_reset;
pub(super) mod refused_stream_storm;
pub(super) mod settings_flood;
pub(super) mod slow_read;
pub(super) mod too_many_fields;
pub(super) mod window_update_flood;
pub(super) mod zero_length_headers;
