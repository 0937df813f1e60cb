//! The octets of a compressed file, as its decoder takes them. Decoders bury what went wrong in errors of their own, some call a
//! cut file ended, and one reads a short read as the end of the file: so reads are full here as long as there are octets, and
//! [`Supply`] remembers whether they ran out or the machine failed. Octets are handed on in blocks of one size, so that how much
//! a decoder makes of damaged data does not depend on how the file was read.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{to_index, to_u64};
use crate::limits::COMPRESSED_BLOCK;

/// A reader with a block of octets that were read and not yet taken.
#[derive(Debug)]
pub(super) struct Packed<R> {
    read: Chain<Cursor<Vec<u8>>, R>,
    block: Vec<u8>,
    start: usize,
    ended: bool,
    supply: Arc<Supply>,
}

/// What became of the supply of octets. Shared, because some decoders do not let go of their reader after an error.
#[derive(Debug, Default)]
pub(super) struct Supply {
    /// More octets were asked for than there are.
    exhausted: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl<R: Read> Packed<R> {
    /// Octets that were read before come first.
    pub(super) fn new(head: Vec<u8>, read: R) -> Self {
        let read = Cursor::new(head).chain(read);
        Self { read, block: Vec::new(), start: 0, ended: false, supply: Arc::default() }
    }

    /// What is remembered after the reader is given away.
    pub(super) fn supply(&self) -> Arc<Supply> {
        Arc::clone(&self.supply)
    }

    /// The next octets, without taking them; fewer than `count` at the end.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.held().len() < count {
            self.fill()?;
        }
        let held = self.held();
        Ok(held.get(..count).unwrap_or(held))
    }

    /// Takes octets without looking at them, as far as there are any.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn skip(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let step = self.fill_buf()?.len().min(to_index(count));
            if step == 0 {
                break;
            }
            self.consume(step);
            count = count.saturating_sub(to_u64(step));
        }
        Ok(())
    }

    fn held(&self) -> &[u8] {
        self.block.get(self.start..).unwrap_or_default()
    }

    /// Fills the block, as far as there are octets.
    fn fill(&mut self) -> io::Result<()> {
        self.block.drain(..self.start);
        self.start = 0;
        let mut end = self.block.len();
        self.block.resize(COMPRESSED_BLOCK.max(end), 0);
        while let Some(room) = self.block.get_mut(end..).filter(|room| !room.is_empty() && !self.ended) {
            match self.read.read(room) {
                Ok(count) => {
                    self.ended = count == 0;
                    end = end.saturating_add(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.block.truncate(end);
                    let told = io::Error::new(error.kind(), error.to_string());
                    *self.supply.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return Err(told);
                }
            }
        }
        self.block.truncate(end);
        Ok(())
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut done = 0_usize;
        while let Some(rest) = room.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let mut held = self.fill_buf()?;
            let count = held.read(rest)?;
            if count == 0 {
                break;
            }
            self.consume(count);
            done = done.saturating_add(count);
        }
        Ok(done)
    }
}

impl<R: Read> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.held().is_empty() {
            self.fill()?;
            self.supply.exhausted.fetch_or(self.held().is_empty(), Ordering::Relaxed);
        }
        Ok(self.held())
    }

    fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.block.len());
    }
}

impl Supply {
    /// True when a decoder asked for more than there is.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// What the machine said, once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::sample::Chunks;

    #[test]
    fn reads_are_full_however_short_those_below_are() {
        let mut packed = Packed::new(vec![0, 1, 2], Chunks::new((3..100).collect(), 3));
        let mut room = [0; 50];
        assert_eq!(packed.peek(5).unwrap(), [0, 1, 2, 3, 4]);
        assert_eq!(packed.read(&mut room).unwrap(), 50);
        assert_eq!(room.to_vec(), (0..50).collect::<Vec<u8>>());
        packed.skip(40).unwrap();
        assert_eq!(packed.read(&mut room[..10]).unwrap(), 10);
        assert!(!packed.supply().is_exhausted());
        assert_eq!(packed.read(&mut room).unwrap(), 0);
        assert!(packed.supply().is_exhausted());
    }

    #[test]
    fn a_failure_of_the_machine_is_told_from_a_cut() {
        let mut packed = Packed::new(Vec::new(), Chunks::failing(vec![7; 5], 4));
        assert!(packed.read(&mut [0; 9]).is_err());
        assert_eq!(packed.supply().failure().unwrap().to_string(), "the disk is gone");
        assert!(!packed.supply().is_exhausted());
    }
}
