//! Was an error answered, rightly answered, and justified?
