//! gRPC over HTTP/2: each rule wakes when the floor `grpc` has noticed something about a call.

pub(super) mod grpc_bad_request_line;
pub(super) mod grpc_bad_response_content_type;
pub(super) mod grpc_bad_timeout;
pub(super) mod grpc_compressed_without_encoding;
pub(super) mod grpc_deadline_exceeded;
pub(super) mod grpc_early_response_without_reset;
pub(super) mod grpc_encoding_not_accepted;
pub(super) mod grpc_error_status;
pub(super) mod grpc_http_error_status;
pub(super) mod grpc_invalid_compressed_flag;
pub(super) mod grpc_invalid_metadata_encoding;
pub(super) mod grpc_invalid_status_value;
pub(super) mod grpc_keepalive_too_aggressive;
pub(super) mod grpc_message_truncated;
pub(super) mod grpc_missing_status;
pub(super) mod grpc_missing_te;
pub(super) mod grpc_status_misplaced;
pub(super) mod grpc_stream_reset;
pub(super) mod grpc_too_many_pings;

use super::{Draft, Event, Need};
use crate::base::Digits;
use crate::grpc::Call;

/// A finding about a call, against the sender of the frame that shows it. The floor tells of a field only what it could read, and
/// of an absence only where the whole block is known: that holds without the rest of the dynamic table.
fn about(event: &Event<'_>, call: &Call, message: String) -> Draft {
    let draft = Draft::against_sender(event, message).stream(call.stream).without(Need::Hpack);
    named(draft, call)
}

/// Tells the faults of one method from those of another one.
fn named(draft: Draft, call: &Call) -> Draft {
    match name(call) {
        Some(name) => draft.told_by(name),
        None => draft,
    }
}

/// `pkg.Service/Method`.
fn name(call: &Call) -> Option<String> {
    let (service, method) = call.method()?;
    Some([short(service), "/", short(method)].concat())
}

/// The beginning of a long text: findings are kept, and name what traffic can make as long as it likes.
fn short(text: &str) -> &str {
    if text.len() <= MOST_SHOWN {
        return text;
    }
    text.char_indices().nth(MOST_SHOWN).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Letters that a finding shows of a text.
const MOST_SHOWN: usize = 128;

/// A call in a few words: `stream 1 (pkg.Service/Method)`.
fn words(call: &Call) -> String {
    let stream = Digits::of(u64::from(call.stream));
    match name(call) {
        Some(name) => ["stream ", stream.as_str(), " (", &name, ")"].concat(),
        None => ["stream ", stream.as_str()].concat(),
    }
}

/// The same at the beginning of a sentence.
fn capital(words: &str) -> String {
    words.strip_prefix("stream").map_or_else(|| words.to_owned(), |rest| format!("Stream{rest}"))
}

/// Text of the traffic, quoted.
fn quoted(text: &[u8]) -> String {
    format!("\"{}\"", String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests;
