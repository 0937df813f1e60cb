//! What RFC 9113 asks of TLS, and how the handshake ended.
