//! Promises to show rules with.

use crate::script::{Octets, block, push_promise};

/// PUSH_PROMISE of stream 2 on stream 1 with these fields.
pub(super) fn promise(fields: &[(&str, &str)]) -> Octets {
    let payload = [&[0, 0, 0, 2][..], &block(fields)].concat();
    push_promise(1, 2).map(|frame| frame.payload(&payload))
}
