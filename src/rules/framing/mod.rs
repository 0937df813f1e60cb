//! Frame headers, lengths, flags, padding.

pub(super) mod bad_padding;
pub(super) mod frame_too_large;
pub(super) mod garbage_between_frames;
pub(super) mod invalid_altsvc_or_origin;
pub(super) mod nonzero_padding;
pub(super) mod on_stream_zero;
pub(super) mod reserved_bit_set;
pub(super) mod truncated_frame_at_close;
pub(super) mod undefined_flag_set;
pub(super) mod wrong_length;
