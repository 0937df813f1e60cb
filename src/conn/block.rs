//! A field block on its way over HEADERS or PUSH_PROMISE and CONTINUATION (RFC 9113 §4.3, §6.10).

use crate::base::Origin;
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

/// The fragments of the block that is open, if one is, in a buffer that is reused.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    open: Option<OpenBlock>,
    fragments: Vec<u8>,
    /// A fragment was lost, or a cap reached.
    broken: bool,
    /// The stream of a block that another frame interrupted: what is left of it comes in vain.
    abandoned: Option<StreamId>,
    /// Frames before are missing: the beginning of a block may be among them.
    beginning_missing: bool,
}

impl Assembly {
    pub(super) const fn open(&self) -> Option<OpenBlock> {
        self.open
    }

    pub(super) fn begin(&mut self, block: OpenBlock, fragment: Option<&[u8]>) {
        self.open = Some(block);
        self.abandoned = None;
        self.broken = false;
        self.fragments.clear();
        self.add(fragment);
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
