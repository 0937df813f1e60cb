//! What the sessions of one capture share: which earlier session a resumed one goes on with, and buffers for records.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

use super::keylog::Random;
use crate::limits::{MAX_IDLE_BUFFERS, MAX_RESUMPTIONS};

/// What the sessions of one capture share. One for each capture, or for each worker on it.
#[derive(Debug, Default)]
pub struct Shared {
    pub(super) resumptions: Resumptions,
    pub(super) buffers: Buffers,
}

/// Earlier sessions up to TLS 1.2, by what a client names them with when it resumes one: session id or ticket. A key log may hold the
/// secret of the first one only.
#[derive(Debug, Default)]
pub(super) struct Resumptions {
    randoms: HashMap<u64, Random, foldhash::fast::FixedState>,
    order: VecDeque<u64>,
}

impl Resumptions {
    /// The session of `random` can be resumed by this id or ticket.
    pub(super) fn remember(&mut self, name: &[u8], random: Random) {
        let key = key(name);
        if self.randoms.insert(key, random).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > MAX_RESUMPTIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.randoms.remove(&oldest);
        }
    }

    /// The client random under which the master secret of a session resumed by this id or ticket was logged.
    pub(super) fn find(&self, name: &[u8]) -> Option<Random> {
        self.randoms.get(&key(name)).copied()
    }
}

/// A name's hash: two names that share one cost a session that cannot be opened, and nothing worse.
fn key(name: &[u8]) -> u64 {
    foldhash::quality::FixedState::default().hash_one(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_session_is_forgotten_first() {
        let mut known = Resumptions::default();
        for number in 0..=MAX_RESUMPTIONS {
            known.remember(&number.to_be_bytes(), Random([1; 32]));
        }
        assert_eq!(known.find(&0_usize.to_be_bytes()), None);
        assert_eq!(known.find(&1_usize.to_be_bytes()), Some(Random([1; 32])));
        known.remember(&1_usize.to_be_bytes(), Random([2; 32]));
        assert_eq!(known.find(&1_usize.to_be_bytes()), Some(Random([2; 32])));
        assert_eq!(known.order.len(), known.randoms.len());
    }
}
