//! `h2lint` reads packet captures offline and says what went wrong on an HTTP/2 connection, who did it, how certain that is,
//! and which packets prove it.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod base;
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod conn;
pub mod error;
pub mod finding;
pub mod frame;
pub mod grpc;
pub mod hpack;
pub mod http1;
pub mod limits;
pub mod link;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod rules;
pub mod script;
pub mod tcp;
pub mod tls;
pub mod views;
