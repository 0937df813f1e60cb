//! The violations that are planted into legal conversations, each of one rule.

mod calls;
mod connection;
mod frames;
mod messages;
mod order;

use super::stage::{Plant, Planted};

/// Every violation, by each side that commits it.
pub fn plants() -> Vec<Planted> {
    let tables = [frames::PLANTS, messages::PLANTS, connection::PLANTS, calls::PLANTS, order::PLANTS];
    tables.into_iter().flatten().flat_map(Plant::each).collect()
}
