//! PING and its acknowledgement.

pub(super) mod ping_bad_length;
pub(super) mod ping_not_acked;
pub(super) mod ping_on_stream;
pub(super) mod unsolicited_ping_ack;
