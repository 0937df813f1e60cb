//! A field block on its way over HEADERS or PUSH_PROMISE and CONTINUATION (RFC 9113 §4.3, §6.10).

use crate::base::{Origin, to_u64};
use crate::frame::{FrameType, StreamId};
use crate::limits;

/// A field block that is not finished.
#[derive(Clone, Copy, Debug)]
pub struct OpenBlock {
    /// The stream it was sent on.
    pub stream: StreamId,
    /// HEADERS or PUSH_PROMISE.
    pub kind: FrameType,
    /// The stream whose message the fields belong to: another one than `stream` for PUSH_PROMISE.
    pub subject: StreamId,
    /// Where its first frame began.
    pub start: Origin,
    /// That frame carries END_STREAM.
    pub ends_stream: bool,
}

/// A field block that took, or takes, many frames.
#[derive(Clone, Copy, Debug)]
pub struct LongBlock {
    /// Where it began, and on which stream.
    pub open: OpenBlock,
    /// CONTINUATION frames that did not end it.
    pub frames: u32,
    /// Octets of its fragments, that of the frame that ends it not counted.
    pub octets: u64,
    /// Where the last of these frames was complete.
    pub last: Origin,
}

/// The fragments of the block that is open, if one is, in a buffer that is reused.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    open: Option<OpenBlock>,
    /// CONTINUATION frames of it that do not end it, the octets so far, and where the last of them was complete.
    frames: u32,
    octets: u64,
    last: Origin,
    fragments: Vec<u8>,
    /// A fragment was lost, or a cap reached.
    broken: bool,
    /// The stream of a block that another frame interrupted: what is left of it comes in vain.
    abandoned: Option<StreamId>,
    /// Frames before are missing: the beginning of a block may be among them.
    beginning_missing: bool,
}

impl Assembly {
    /// Octets that this holds in memory.
    pub(super) const fn weight(&self) -> usize {
        self.fragments.capacity()
    }

    pub(super) const fn open(&self) -> Option<OpenBlock> {
        self.open
    }

    pub(super) fn begin(&mut self, block: OpenBlock, fragment: Option<&[u8]>) {
        self.open = Some(block);
        self.frames = 0;
        self.octets = to_u64(fragment.map_or(0, <[u8]>::len));
        self.last = block.start;
        self.abandoned = None;
        self.broken = false;
        self.fragments.clear();
        self.add(fragment);
    }

    /// A CONTINUATION that does not end the block.
    pub(super) fn count(&mut self, length: u32, end: &Origin) {
        self.frames = self.frames.saturating_add(1);
        self.octets = self.octets.saturating_add(u64::from(length));
        self.last = *end;
    }

    /// The open block, when it has gone on for long.
    pub(super) fn long(&self, frames: u32, octets: u64) -> Option<LongBlock> {
        let open = self.open.filter(|_| self.frames >= frames || self.octets >= octets)?;
        Some(LongBlock { open, frames: self.frames, octets: self.octets, last: self.last })
    }

    /// Takes the next fragment; `None` for one that could not be read.
    pub(super) fn add(&mut self, fragment: Option<&[u8]>) {
        match fragment {
            Some(octets) if self.fragments.len().saturating_add(octets.len()) <= limits::MAX_FIELD_BLOCK => {
                self.fragments.extend_from_slice(octets);
            }
            _ => self.broken = true,
        }
    }

    /// The block is complete: its octets, unless some are missing. [`Assembly::reuse`] takes the buffer back.
    pub(super) fn finish(&mut self) -> Option<(OpenBlock, Option<Vec<u8>>)> {
        let block = self.open.take()?;
        let octets = std::mem::take(&mut self.fragments);
        Some((block, (!self.broken).then_some(octets)))
    }

    pub(super) fn reuse(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.fragments = buffer;
    }

    /// Another frame came where only CONTINUATION may.
    pub(super) fn interrupt(&mut self) {
        self.abandoned = self.open.take().map(|block| block.stream);
        self.fragments.clear();
    }

    /// Frames are missing here.
    pub(super) fn lose(&mut self) {
        self.interrupt();
        self.beginning_missing = true;
    }

    /// A frame other than CONTINUATION came: no block can have been open before it.
    pub(super) const fn settle(&mut self) {
        self.beginning_missing = false;
    }

    /// True for a CONTINUATION of a block that was interrupted, or whose beginning is missing.
    pub(super) fn may_continue(&self, stream: StreamId) -> bool {
        self.beginning_missing || self.abandoned == Some(stream)
    }
}
