//! The violations that are planted into legal conversations, each of one rule.

mod calls;
mod connection;
mod frames;
mod messages;

use super::stage::Plant;

/// Every violation.
pub fn plants() -> Vec<&'static Plant> {
    [frames::PLANTS, messages::PLANTS, connection::PLANTS, calls::PLANTS].into_iter().flatten().collect()
}
