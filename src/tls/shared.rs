//! What the sessions of one capture share: which earlier session a resumed one goes on with, buffers for records, and
//! certificates.

use super::certificate::Certificates;
use super::resumptions::Resumptions;
use crate::limits::MAX_IDLE_BUFFERS;

/// What the sessions of one capture share. One for each capture, or for each worker on it.
#[derive(Debug, Default)]
pub struct Shared {
    pub(super) resumptions: Resumptions,
    pub(super) buffers: Buffers,
    pub(super) certificates: Certificates,
}

impl Shared {
    /// For so many workers, who share out the connections of one capture among them.
    #[must_use]
    pub fn crew(count: usize) -> Vec<Self> {
        let each = Resumptions::crew(count).into_iter();
        each.map(|resumptions| Self { resumptions, ..Self::default() }).collect()
    }

    /// The packet at work from here on, counted over all connections of the capture.
    pub const fn reach(&mut self, turn: u64) {
        self.resumptions.reach(turn);
    }

    /// All packets of this worker before this one are done.
    pub fn pass(&self, turn: u64) {
        self.resumptions.pass(turn);
    }
}

/// Buffers that go from record to record.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    idle: Vec<Vec<u8>>,
}

impl Buffers {
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.idle.pop().unwrap_or_default()
    }

    pub(super) fn give(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() > 0 && self.idle.len() < MAX_IDLE_BUFFERS {
            buffer.clear();
            self.idle.push(buffer);
        }
    }
}
