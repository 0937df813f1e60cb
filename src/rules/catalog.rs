//! Every rule, one line each, in the order of their codes.

use super::{
    Rule, abuse, capture, continuation, flow_control, framing, goaway, health, ping, preface, priority,
    settings, stream_id, stream_state,
};

/// Version of the catalogue: raised with every rule that is added or changes its meaning.
pub const RULES_VERSION: &str = "1";

static CATALOG: &[&Rule] = &[
    // CAP
    &capture::file::SNAPLEN_CUT,
    &capture::connection::PACKETS_MISSING,
    &capture::connection::ONE_DIRECTION,
    &capture::file::TRUNCATED_FILE,
    &capture::connection::JOINED_MIDSTREAM,
    &capture::file::CLOCK_JUMPS,
    &capture::connection::CONFLICTING_RETRANSMISSION,
    &capture::connection::FRAME_BOUNDARIES_LOST,
    // NEG
    // TLS
    // PRE
    &preface::missing_server_settings::MISSING_SERVER_SETTINGS,
    &preface::first_frame::SERVER_FIRST_FRAME_NOT_SETTINGS,
    &preface::server_settings_only_after_headers::SERVER_SETTINGS_ONLY_AFTER_HEADERS,
    &preface::settings_deadlock::SETTINGS_DEADLOCK,
    &preface::client_waited_for_server_settings::CLIENT_WAITED_FOR_SERVER_SETTINGS,
    &preface::bad_client_preface::BAD_CLIENT_PREFACE,
    &preface::first_frame::MISSING_CLIENT_SETTINGS,
    &preface::misplaced_preface::MISPLACED_PREFACE,
    &preface::second_initial_settings::SECOND_INITIAL_SETTINGS,
    &preface::two_http2_stacks::TWO_HTTP2_STACKS,
    // SET
    &settings::wrong_length::SETTINGS_ACK_WITH_PAYLOAD,
    &settings::settings_on_stream::SETTINGS_ON_STREAM,
    &settings::wrong_length::SETTINGS_BAD_LENGTH,
    &settings::bad_value::SETTINGS_BAD_ENABLE_PUSH,
    &settings::server_enables_push::SERVER_ENABLES_PUSH,
    &settings::bad_value::SETTINGS_BAD_INITIAL_WINDOW_SIZE,
    &settings::bad_value::SETTINGS_BAD_MAX_FRAME_SIZE,
    &settings::enable_connect_protocol::SETTINGS_BAD_ENABLE_CONNECT_PROTOCOL,
    &settings::no_rfc7540_priorities::SETTINGS_BAD_NO_RFC7540_PRIORITIES,
    &settings::unexpected_settings_ack::UNEXPECTED_SETTINGS_ACK,
    &settings::settings_not_acked::SETTINGS_NOT_ACKED,
    &settings::slow_settings_ack::SLOW_SETTINGS_ACK,
    &settings::low_max_concurrent_streams::LOW_MAX_CONCURRENT_STREAMS,
    // FRM
    &framing::frame_too_large::FRAME_TOO_LARGE,
    &framing::on_stream_zero::DATA_ON_STREAM_ZERO,
    &framing::on_stream_zero::HEADERS_ON_STREAM_ZERO,
    &framing::on_stream_zero::RST_STREAM_ON_STREAM_ZERO,
    &framing::bad_padding::DATA_BAD_PADDING,
    &framing::bad_padding::HEADER_FRAME_BAD_PADDING,
    &framing::wrong_length::FRAME_TOO_SHORT,
    &framing::wrong_length::RST_STREAM_BAD_LENGTH,
    &framing::undefined_flag_set::UNDEFINED_FLAG_SET,
    &framing::reserved_bit_set::RESERVED_BIT_SET,
    &framing::nonzero_padding::NONZERO_PADDING,
    &framing::truncated_frame_at_close::TRUNCATED_FRAME_AT_CLOSE,
    // CON
    &continuation::field_block_interrupted::FIELD_BLOCK_INTERRUPTED,
    &continuation::continuation_on_wrong_stream::CONTINUATION_ON_WRONG_STREAM,
    &continuation::unexpected_continuation::UNEXPECTED_CONTINUATION,
    &continuation::continuation_on_stream_zero::CONTINUATION_ON_STREAM_ZERO,
    &continuation::field_block_interrupted::EXTENSION_FRAME_IN_FIELD_BLOCK,
    &continuation::field_block_never_finished::FIELD_BLOCK_NEVER_FINISHED,
    // HPK
    // STS
    &stream_state::idle_stream::DATA_ON_IDLE_STREAM,
    &stream_state::idle_stream::RST_STREAM_ON_IDLE_STREAM,
    &stream_state::idle_stream::WINDOW_UPDATE_ON_IDLE_STREAM,
    &stream_state::server_headers_on_idle_stream::SERVER_HEADERS_ON_IDLE_STREAM,
    &stream_state::after_end_stream::DATA_AFTER_END_STREAM,
    &stream_state::after_end_stream::HEADERS_AFTER_END_STREAM,
    &stream_state::frame_after_rst_stream_sent::FRAME_AFTER_RST_STREAM_SENT,
    &stream_state::after_peer::FRAME_AFTER_RST_STREAM_RECEIVED,
    &stream_state::after_peer::RST_STREAM_ANSWERED_WITH_RST_STREAM,
    &stream_state::repeated_rst_stream::REPEATED_RST_STREAM,
    &stream_state::pushed_stream::SERVER_FRAME_ON_RESERVED_STREAM,
    &stream_state::pushed_stream::CLIENT_FRAME_ON_PUSHED_STREAM,
    &stream_state::max_concurrent_streams_exceeded::MAX_CONCURRENT_STREAMS_EXCEEDED,
    &stream_state::after_peer::WINDOW_UPDATE_ON_CLOSED_STREAM,
    &stream_state::refused_stream_after_processing::REFUSED_STREAM_AFTER_PROCESSING,
    // SID
    &stream_id::bad_stream_id::CLIENT_EVEN_STREAM_ID,
    &stream_id::bad_stream_id::STREAM_ID_NOT_INCREASING,
    &stream_id::bad_stream_id::STREAM_ID_REUSED,
    // FLW
    &flow_control::window_exceeded::STREAM_WINDOW_EXCEEDED,
    &flow_control::window_exceeded::CONNECTION_WINDOW_EXCEEDED,
    &flow_control::zero_window_update::ZERO_WINDOW_UPDATE_ON_STREAM,
    &flow_control::zero_window_update::ZERO_WINDOW_UPDATE_ON_CONNECTION,
    &flow_control::window_overflow::STREAM_WINDOW_OVERFLOW,
    &flow_control::window_overflow::CONNECTION_WINDOW_OVERFLOW,
    &flow_control::window_overflow::SETTINGS_WINDOW_OVERFLOW,
    &flow_control::window_update_bad_length::WINDOW_UPDATE_BAD_LENGTH,
    &flow_control::connection_window_leak::CONNECTION_WINDOW_LEAK,
    &flow_control::tcp_window_closed_by_receiver::TCP_WINDOW_CLOSED_BY_RECEIVER,
    &flow_control::stream_window_never_refilled::STREAM_WINDOW_NEVER_REFILLED,
    &flow_control::connection_window_deadlock::CONNECTION_WINDOW_DEADLOCK,
    // MSG
    // PUS
    // PRI
    &priority::priority_on_stream_zero::PRIORITY_ON_STREAM_ZERO,
    &priority::priority_bad_length::PRIORITY_BAD_LENGTH,
    &priority::priority_self_dependency::PRIORITY_SELF_DEPENDENCY,
    &priority::priority_signal_after_opt_out::PRIORITY_SIGNAL_AFTER_OPT_OUT,
    &priority::priority_update::PRIORITY_UPDATE_FROM_SERVER,
    &priority::priority_update::BAD_PRIORITY_UPDATE,
    // PNG
    &ping::ping_on_stream::PING_ON_STREAM,
    &ping::ping_bad_length::PING_BAD_LENGTH,
    &ping::ping_not_acked::PING_NOT_ACKED,
    &ping::unsolicited_ping_ack::UNSOLICITED_PING_ACK,
    &ping::unsolicited_ping_ack::PING_ACK_ANSWERED,
    // GOA
    &goaway::goaway_on_stream::GOAWAY_ON_STREAM,
    &goaway::goaway_too_short::GOAWAY_TOO_SHORT,
    &goaway::last_stream_id::GOAWAY_LAST_STREAM_ID_INCREASED,
    &goaway::last_stream_id::GOAWAY_LAST_STREAM_ID_PARITY,
    &goaway::new_stream_after_goaway::NEW_STREAM_AFTER_GOAWAY,
    &goaway::last_stream_id::GOAWAY_LAST_STREAM_ID_CONTRADICTED,
    &goaway::close_without_goaway::CLOSE_WITHOUT_GOAWAY,
    &goaway::no_two_step_shutdown::NO_TWO_STEP_SHUTDOWN,
    &goaway::goaway_error_received::GOAWAY_ERROR_RECEIVED,
    &goaway::goaway_promise_broken::GOAWAY_PROMISE_BROKEN,
    &goaway::goaway_by_request_count::GOAWAY_BY_REQUEST_COUNT,
    // REA
    // GRP
    // ABU
    &abuse::rapid_reset::RAPID_RESET,
    &abuse::made_you_reset::MADE_YOU_RESET,
    &abuse::continuation_flood::CONTINUATION_FLOOD,
    &abuse::data_dribble::DATA_DRIBBLE,
    &abuse::ping_flood::PING_FLOOD,
    &abuse::priority_churn::PRIORITY_CHURN,
    &abuse::settings_flood::SETTINGS_FLOOD,
    &abuse::zero_length_headers::ZERO_LENGTH_HEADERS,
    &abuse::internal_data_buffering::INTERNAL_DATA_BUFFERING,
    &abuse::empty_frame_flood::EMPTY_FRAME_FLOOD,
    &abuse::hpack_bomb::HPACK_BOMB,
    &abuse::too_many_fields::TOO_MANY_FIELDS,
    &abuse::slow_read::SLOW_READ,
    &abuse::window_update_flood::WINDOW_UPDATE_FLOOD,
    &abuse::refused_stream_storm::REFUSED_STREAM_STORM,
    // HLT
    &health::max_concurrent_saturated::MAX_CONCURRENT_SATURATED,
    &health::stream_id_near_exhaustion::STREAM_ID_NEAR_EXHAUSTION,
    &health::idle_connection_killed::IDLE_CONNECTION_KILLED,
    &health::keepalive_missing::KEEPALIVE_MISSING,
    &health::dead_peer_detected::DEAD_PEER_DETECTED,
    &health::slow_ping_ack::SLOW_PING_ACK,
    &health::flow_control_stall::FLOW_CONTROL_STALL,
    &health::window_limits_throughput::WINDOW_LIMITS_THROUGHPUT,
    &health::enhance_your_calm::ENHANCE_YOUR_CALM,
    &health::connection_lost_with_open_streams::CONNECTION_LOST_WITH_OPEN_STREAMS,
    &health::hung_stream::HUNG_STREAM,
    &health::http11_required::HTTP11_REQUIRED,
    &health::downgrade_to_http11::DOWNGRADE_TO_HTTP11,
    &health::misdirected_request::MISDIRECTED_REQUEST,
    &health::parallel_connections::PARALLEL_CONNECTIONS,
    &health::keepalive_longer_than_idle_timeout::KEEPALIVE_LONGER_THAN_IDLE_TIMEOUT,
    &health::tcp_loss_stall::TCP_LOSS_STALL,
    &health::tiny_data_frames::TINY_DATA_FRAMES,
    &health::one_connection_hot::ONE_CONNECTION_HOT,
    &health::hpack_unused::HPACK_UNUSED,
];

/// Every rule.
#[must_use]
pub fn catalog() -> &'static [&'static Rule] {
    CATALOG
}

/// The rule with this code or name.
#[must_use]
pub fn find(word: &str) -> Option<&'static Rule> {
    catalog().iter().find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name == word).copied()
}
