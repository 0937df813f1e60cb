//! GOAWAY and shutdown.
