//! LZ4 frames one behind another. The decoder takes one frame and calls a cut between two blocks its end.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use lz4_flex::frame::FrameDecoder;

use super::packed::{Packed, Supply};
use super::zstd::skip_skippable;

pub(super) struct Lz4<R: Read> {
    /// Made anew for each frame, since it would reuse buffers of the wrong size. None at the end.
    decoder: Option<FrameDecoder<Packed<R>>>,
    supply: Arc<Supply>,
}

impl<R: Read> Lz4<R> {
    pub(super) fn new(packed: Packed<R>) -> Self {
        let supply = packed.supply();
        Self { decoder: Some(FrameDecoder::new(packed)), supply }
    }

    /// Goes to the next frame; false when there is none.
    fn next_frame(&mut self) -> io::Result<bool> {
        let Some(decoder) = self.decoder.take() else { return Ok(false) };
        let mut packed = decoder.into_inner();
        skip_skippable(&mut packed)?;
        if packed.peek(1)?.is_empty() {
            return Ok(false);
        }
        self.decoder = Some(FrameDecoder::new(packed));
        Ok(true)
    }
}

impl<R: Read> Read for Lz4<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(room)?;
            if count > 0 || room.is_empty() {
                return Ok(count);
            }
            if self.supply.is_exhausted() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if !self.next_frame()? {
                break;
            }
        }
        Ok(0)
    }
}
