//! The octets of the file, in one growable block. A record is asked for by its length and stands in the block as a whole; how
//! many octets each `read` returned never shows. Records are known by their ranges in the block, which stay valid until the
//! next [`Source::fill`].

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

#[cfg(feature = "compress")]
use super::unpack::{Stop, Unpacker};
use super::{Compression, Fault, FileFacts, ReadBlock};
use crate::base::to_u64;
use crate::limits::READ_BLOCK;

/// A reader with the block of octets that were read from it and not yet used.
#[derive(Debug)]
pub(super) struct Source<R: Read> {
    octets: Octets<R>,
    block: ReadBlock,
    /// Blocks that others may still look at, the oldest first.
    lent: VecDeque<ReadBlock>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
    /// How the octets ended, when that was before the end of the compressed data.
    broken: Option<Broken>,
}

/// Where the octets come from.
#[derive(Debug)]
enum Octets<R: Read> {
    Plain(R),
    #[cfg(feature = "compress")]
    Packed(Box<Unpacker<R>>),
}

/// What is wrong with compressed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The file ends before it does.
    Cut,
    /// It contradicts itself, or wants more memory than is given.
    Damaged,
}

impl<R: Read> Source<R> {
    /// Nothing is read yet.
    pub(super) fn new(read: R) -> Self {
        Self::of(Octets::Plain(read))
    }

    /// Reads the first octets, to see whether they are compressed; if so, what they unpack to is the source's octets.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn open(read: R) -> io::Result<(Self, Option<Compression>)> {
        let mut source = Self::new(read);
        source.fill(Compression::RECOGNISED_BY)?;
        let compression = Compression::recognise(source.available());
        #[cfg(feature = "compress")]
        if let Some(compression) = compression {
            return Ok((source.unpack(compression), Some(compression)));
        }
        Ok((source, compression))
    }

    fn of(octets: Octets<R>) -> Self {
        let (block, lent) = (ReadBlock::new(READ_BLOCK), VecDeque::new());
        Self { octets, block, lent, start: 0, end: 0, offset: 0, ended: false, broken: None }
    }

    #[cfg(feature = "compress")]
    fn unpack(self, compression: Compression) -> Self {
        let head = self.available().to_vec();
        match self.octets {
            Octets::Plain(read) => Self::of(Octets::Packed(Unpacker::new(compression, head, read).into())),
            packed @ Octets::Packed(_) => Self::of(packed),
        }
    }

    /// Sees to it that `need` octets are available, reading as often as it takes; false when the octets end before.
    ///
    /// # Errors
    ///
    /// What the reader says, unless it was only interrupted. Octets read before stay available.
    #[inline]
    pub(super) fn fill(&mut self, need: usize) -> io::Result<bool> {
        if self.held() >= need { Ok(true) } else { self.refill(need) }
    }

    /// Notes how the octets ended, when that was inside a record of `need` octets or inside compressed data. Without a single
    /// octet of the record, it was the regular end of the file.
    #[cold]
    pub(super) fn note_end(&self, need: usize, facts: &mut FileFacts) {
        if self.held() > 0 || self.broken == Some(Broken::Cut) {
            facts.note_cut(self.offset, to_u64(self.held()), to_u64(need));
        }
        self.note_broken(facts);
    }

    /// Notes damage of the compressed data, where that was what ended the octets.
    pub(super) fn note_broken(&self, facts: &mut FileFacts) {
        if self.broken == Some(Broken::Damaged) {
            facts.note_damage(self.offset, Fault::CompressedData);
        }
    }

    /// What is wrong with the compressed data, once its end was met.
    pub(super) const fn broken(&self) -> Option<Broken> {
        self.broken
    }

    /// The octets that were read and not taken.
    #[inline]
    pub(super) fn available(&self) -> &[u8] {
        self.block.octets(&(self.start..self.end))
    }

    /// Takes the next `length` octets, as far as they are available, and says where in the block they stand.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> Range<usize> {
        let from = self.start;
        self.start = from.saturating_add(length).min(self.end);
        self.offset = self.offset.saturating_add(to_u64(self.start.saturating_sub(from)));
        from..self.start
    }

    /// Octets by their place in the block.
    #[inline]
    pub(super) fn octets(&self, range: &Range<usize>) -> &[u8] {
        self.block.octets(range)
    }

    /// The block in which the octets stand that were taken last.
    pub(super) const fn block(&self) -> &ReadBlock {
        &self.block
    }

    /// Where in the stream of octets the next one to be taken stands.
    #[inline]
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    #[inline]
    const fn held(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    #[cold]
    fn refill(&mut self, need: usize) -> io::Result<bool> {
        let enough = self.make_room(need);
        while self.held() < enough && !self.ended {
            let room = self.block.writable().and_then(|block| block.get_mut(self.end..)).unwrap_or_default();
            let count = match &mut self.octets {
                Octets::Plain(read) => match read.read(room) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    other => other?,
                },
                #[cfg(feature = "compress")]
                Octets::Packed(packed) => match packed.read(room) {
                    Ok(count) => count,
                    Err(Stop::Machine(error)) => return Err(error),
                    Err(Stop::Broken(broken)) => {
                        self.broken = Some(broken);
                        0
                    }
                },
            };
            self.ended = count == 0;
            self.end = self.end.saturating_add(count).min(self.block.len());
        }
        Ok(self.held() >= need)
    }

    /// Moves what is left to the front of this block, or of another one where somebody still looks at this one; the rest of a record is all
    /// that is ever moved. Says how many octets to hold before going on: a block that is lent is worth being filled.
    fn make_room(&mut self, need: usize) -> usize {
        let held = self.start..self.end;
        self.start = 0;
        self.end = held.len();
        if let Some(block) = self.block.writable() {
            block.copy_within(held, 0);
            if need > block.len() {
                block.resize(need, 0);
            }
            return need;
        }
        let mut next = self.spare();
        if let Some(block) = next.writable() {
            block.resize(need.max(block.len()), 0);
            if let Some(front) = block.get_mut(..held.len()) {
                front.copy_from_slice(self.block.octets(&held));
            }
        }
        self.lent.push_back(std::mem::replace(&mut self.block, next));
        need.max(self.block.len() / 2)
    }

    /// A block that nobody looks at.
    fn spare(&mut self) -> ReadBlock {
        let free = self.lent.iter_mut().position(|block| block.writable().is_some());
        free.and_then(|at| self.lent.remove(at)).unwrap_or_else(|| ReadBlock::new(READ_BLOCK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::sample::Chunks;

    #[test]
    fn short_reads_are_joined_until_the_need_is_met() {
        let mut source = Source::new(Chunks::new((0..100).collect(), 7));
        assert!(source.fill(50).unwrap());
        let taken = source.take(50);
        assert_eq!(source.octets(&taken), (0..50).collect::<Vec<u8>>());
        assert!(source.fill(50).unwrap());
        assert_eq!(source.available(), (50..100).collect::<Vec<u8>>());
        assert_eq!(source.offset(), 50);
    }

    #[test]
    fn a_need_beyond_the_end_is_answered_by_what_there_is() {
        let mut source = Source::new(&[1_u8, 2, 3][..]);
        assert!(!source.fill(4).unwrap());
        assert_eq!(source.available(), [1, 2, 3]);
    }

    #[test]
    fn a_need_larger_than_the_block_makes_it_grow() {
        let octets = vec![5_u8; READ_BLOCK + 10];
        let mut source = Source::new(&octets[..]);
        assert!(source.fill(1).unwrap());
        source.take(3);
        assert!(source.fill(READ_BLOCK + 5).unwrap());
        assert!(!source.fill(READ_BLOCK + 8).unwrap());
        assert_eq!(source.offset(), 3);
    }

    #[test]
    fn what_was_read_before_an_error_stays_available() {
        let mut source = Source::new(Chunks::failing(vec![9; 20], 8));
        assert!(source.fill(20).unwrap());
        assert_eq!(source.fill(21).unwrap_err().to_string(), "the disk is gone");
        assert_eq!(source.available(), [9; 20]);
    }

    #[test]
    fn what_somebody_looks_at_stays_as_it_is_while_reading_goes_on() {
        let octets: Vec<u8> = (0..=255).cycle().take(3 * READ_BLOCK).collect();
        let mut source = Source::new(&octets[..]);
        let mut seen = Vec::new();
        let mut at = 0;
        while source.fill(1000).unwrap() {
            let range = source.take(1000);
            assert_eq!(source.octets(&range), &octets[at..at + 1000]);
            if at % 100_000 == 0 {
                seen.push((source.block().clone(), range, at));
            }
            at += 1000;
        }
        assert!(seen.len() > 3 && source.lent.len() >= 2);
        for (block, range, at) in seen {
            assert_eq!(block.octets(&range), &octets[at..at + 1000]);
        }
    }

    #[test]
    fn a_block_that_is_given_back_is_used_again() {
        let octets = vec![7_u8; 8 * READ_BLOCK];
        let mut source = Source::new(&octets[..]);
        let mut last = None;
        while source.fill(4000).unwrap() {
            source.take(4000);
            last = Some(source.block().clone());
        }
        assert!(last.is_some() && source.lent.len() <= 2, "{} blocks", source.lent.len());
    }
}
