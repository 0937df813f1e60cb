//! PING and its acknowledgement.
