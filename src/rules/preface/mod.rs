//! Connection preface and first SETTINGS of both sides.

pub(super) mod bad_client_preface;
pub(super) mod client_waited_for_server_settings;
pub(super) mod first_frame;
pub(super) mod misplaced_preface;
pub(super) mod missing_server_settings;
pub(super) mod second_initial_settings;
pub(super) mod server_settings_only_after_headers;
pub(super) mod settings_deadlock;
pub(super) mod two_http2_stacks;
