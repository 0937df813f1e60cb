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

/// The block that is open, if one is: few are sent in more than one frame.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    open: Option<Box<Unfinished>>,
    /// The stream of a block that another frame interrupted: what is left of it comes in vain.
    abandoned: Option<StreamId>,
    /// Frames before are missing: the beginning of a block may be among them.
    beginning_missing: bool,
}

/// What there is of a block.
#[derive(Debug)]
struct Unfinished {
    block: LongBlock,
    fragments: Vec<u8>,
    /// A fragment was lost, or a cap reached.
    broken: bool,
}

impl Assembly {
    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.fragments.capacity())
    }

    pub(super) fn open(&self) -> Option<OpenBlock> {
        self.open.as_ref().map(|open| open.block.open)
    }

    pub(super) fn begin(&mut self, open: OpenBlock, fragment: Option<&[u8]>) {
        let octets = to_u64(fragment.map_or(0, <[u8]>::len));
        let block = LongBlock { open, frames: 0, octets, last: open.start };
        self.open = Some(Box::new(Unfinished { block, fragments: Vec::new(), broken: false }));
        self.abandoned = None;
        self.add(fragment);
    }

    /// A CONTINUATION that does not end the block.
    pub(super) fn count(&mut self, length: u32, end: &Origin) {
        if let Some(Unfinished { block, .. }) = self.open.as_deref_mut() {
            block.frames = block.frames.saturating_add(1);
            block.octets = block.octets.saturating_add(u64::from(length));
            block.last = *end;
        }
    }

    /// The open block, when it has gone on for long.
    pub(super) fn long(&self, frames: u32, octets: u64) -> Option<LongBlock> {
        let block = self.open.as_ref()?.block;
        (block.frames >= frames || block.octets >= octets).then_some(block)
    }

    /// Takes the next fragment; `None` for one that could not be read.
    pub(super) fn add(&mut self, fragment: Option<&[u8]>) {
        let Some(Unfinished { fragments, broken, .. }) = self.open.as_deref_mut() else { return };
        match fragment {
            Some(octets) if fragments.len().saturating_add(octets.len()) <= limits::MAX_FIELD_BLOCK => {
                fragments.extend_from_slice(octets);
            }
            _ => *broken = true,
        }
    }

    /// The block is complete: its octets, unless some are missing.
    pub(super) fn finish(&mut self) -> Option<(OpenBlock, Option<Vec<u8>>)> {
        let Unfinished { block, fragments, broken } = *self.open.take()?;
        Some((block.open, (!broken).then_some(fragments)))
    }

    /// Another frame came where only CONTINUATION may.
    pub(super) fn interrupt(&mut self) {
        self.abandoned = self.open.take().map(|open| open.block.open.stream);
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
