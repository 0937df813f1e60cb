//! `h2lint` reads packet captures offline and says what went wrong on an HTTP/2 connection, who did it, how certain that is,
//! and which packets prove it.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod base;
pub mod error;
pub mod limits;
pub mod capture;
pub mod hpack;
pub mod link;
pub mod tcp;
pub mod frame;
