//! Joins the floors: a capture goes in, a report comes out. Nobody else knows the whole building.
//!
//! [`analyze`] reads one capture; [`Analyzer`] takes packets from anywhere. One pass, no clock, the same report every time.

mod analyzer;
mod calls;
mod collector;
mod conclusion;
mod covered;
mod crew;
mod decode;
mod desk;
mod early;
mod ears;
mod files;
mod found;
mod hidden;
mod intake;
mod keyring;
mod layers;
mod listing;
mod losses;
mod negotiation;
mod opening;
mod programs;
mod prologue;
mod rows;
mod secrecy;
mod session;
mod shard;
mod sorter;
mod upper;
mod vantage;
mod weight;
mod wishes;

pub use crate::limits::{LEAST_MEMORY, MAX_EXPORTED_FRAGMENTS, MAX_FILTERED};
pub use crate::tls::KeyLog;
pub use analyzer::Analyzer;
pub use decode::{DecodeAs, Stack};
pub use files::{add_keys, analyze, analyze_octets, analyze_with_keys, judge};
pub use sorter::Sorter;
pub use wishes::{Alias, StreamsListed, Wishes};
