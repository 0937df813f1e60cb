//! What RFC 9113 asks of TLS, and how the handshake ended.

pub(super) mod authority_not_covered_by_certificate;
pub(super) mod early_data_request;
pub(super) mod inadequate_security_unjustified;
pub(super) mod tls_compression;
pub(super) mod tls_handshake_failed;
pub(super) mod tls_mandatory_cipher_not_offered;
pub(super) mod tls_missing_sni;
pub(super) mod tls_post_handshake_auth;
pub(super) mod tls_prohibited_cipher;
pub(super) mod tls_renegotiation;
pub(super) mod tls_version_too_low;
pub(super) mod tls_weak_ephemeral_key;

use super::Event;
use crate::base::Side;

/// Bits of an ephemeral key in a finite field that every peer takes (RFC 9113 §9.2.1).
const LEAST_FIELD: u32 = 2048;

/// Bits of an ephemeral key on a curve that every peer takes (RFC 9113 §9.2.1).
const LEAST_CURVE: u32 = 224;

/// True when ALPN selected h2, or HTTP/2 was spoken all the same.
fn speaks_http2(event: &Event<'_>) -> bool {
    let selected = event.tls.is_some_and(|tls| tls.alpn().selected.is_some_and(|name| name.is("h2")));
    let frames = Side::BOTH.into_iter().any(|side| event.conn.sides[side].total() > 0);
    selected || event.conn.preface.is_some() || frames
}
