//! Patterns that exhaust a peer.
