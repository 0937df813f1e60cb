//! Server push.

pub(super) mod push_bad_promised_id;
pub(super) mod push_foreign_authority;
pub(super) mod push_incomplete_request;
pub(super) mod push_promise_bad_parent;
pub(super) mod push_promise_from_client;
pub(super) mod push_promise_on_stream_zero;
pub(super) mod push_promise_unfulfilled;
pub(super) mod push_unsafe_request;
pub(super) mod push_while_disabled;
mod samples;
