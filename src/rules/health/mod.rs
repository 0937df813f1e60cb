//! Slow, stuck, idle or badly tuned connections.

pub(super) mod connection_lost_with_open_streams;
pub(super) mod dead_peer_detected;
pub(super) mod downgrade_to_http11;
pub(super) mod enhance_your_calm;
pub(super) mod flow_control_stall;
pub(super) mod hpack_unused;
pub(super) mod http11_required;
pub(super) mod hung_stream;
pub(super) mod idle_connection_killed;
pub(super) mod keepalive_longer_than_idle_timeout;
pub(super) mod keepalive_missing;
pub(super) mod max_concurrent_saturated;
pub(super) mod misdirected_request;
pub(super) mod one_connection_hot;
pub(super) mod parallel_connections;
pub(super) mod slow_ping_ack;
pub(super) mod stream_id_near_exhaustion;
pub(super) mod tcp_loss_stall;
pub(super) mod tiny_data_frames;
pub(super) mod window_limits_throughput;
