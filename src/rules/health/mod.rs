//! Slow, stuck, idle or badly tuned connections.
