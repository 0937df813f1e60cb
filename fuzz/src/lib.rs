//! What the targets share: octets of the fuzzer as choices and as pieces, and everything that can be made of one capture.

mod choices;
mod whole;

pub use choices::Choices;
pub use whole::{everything, is_borne};
