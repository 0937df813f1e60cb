//! Server push.
