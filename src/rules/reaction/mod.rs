//! Was an error answered, rightly answered, and justified?

pub(super) mod error_close_without_goaway;
pub(super) mod error_explained;
pub(super) mod error_ignored;
pub(super) mod error_not_justified;
pub(super) mod legal_behaviour_rejected;
pub(super) mod malformed_message_accepted;
pub(super) mod open_after_error_goaway;
mod showing;
pub(super) mod wrong_error_code;

#[cfg(test)]
mod tests;
