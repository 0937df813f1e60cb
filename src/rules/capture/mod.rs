//! Quality of the capture itself: what was cut, lost, doubled or unreadable.

pub(super) mod connection;
pub(super) mod duplicates_removed;
pub(super) mod file;
pub(super) mod keylog_mismatch;
