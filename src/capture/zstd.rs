//! Zstandard frames one behind another, with skippable ones between them. The decoder takes one frame, and holds back a window
//! of what it decoded until the frame is over, which a cut frame never is.

use std::io::{self, ErrorKind, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::packed::Packed;
use crate::base::to_u64;
use crate::limits::MAX_COMPRESSION_WINDOW;

pub(super) struct Zstd<R> {
    packed: Packed<R>,
    decoder: FrameDecoder,
    state: State,
}

enum State {
    BetweenFrames,
    InFrame,
    /// The blocks are over; what is held back is still handed out.
    Stopped,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(packed: Packed<R>) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(to_u64(MAX_COMPRESSION_WINDOW));
        Self { packed, decoder, state: State::BetweenFrames }
    }

    /// Goes to the next frame; false when there is none.
    fn next_frame(&mut self) -> io::Result<bool> {
        skip_skippable(&mut self.packed)?;
        if self.packed.peek(1)?.is_empty() {
            return Ok(false);
        }
        self.decoder.init(&mut self.packed).map_err(io::Error::other)?;
        self.state = State::InFrame;
        Ok(true)
    }

    /// Decodes one block. When that fails, an empty last block makes the decoder let go of what it holds back.
    fn next_block(&mut self) {
        if self.decoder.decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1)).is_err() {
            let _ = self.decoder.decode_blocks(LAST_BLOCK, BlockDecodingStrategy::UptoBlocks(1));
            self.state = State::Stopped;
        }
    }

    /// The frame is handed out in full: true when its checksum, if it has one, agrees.
    fn is_sound(&self) -> bool {
        let stated = self.decoder.get_checksum_from_data();
        stated.is_none() || stated == self.decoder.get_calculated_checksum()
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(room);
            }
            match self.state {
                State::Stopped => return Err(ErrorKind::InvalidData.into()),
                State::InFrame if !self.decoder.is_finished() => self.next_block(),
                State::InFrame if !self.is_sound() => self.state = State::Stopped,
                State::InFrame | State::BetweenFrames => {
                    self.state = State::BetweenFrames;
                    if !self.next_frame()? {
                        return Ok(0);
                    }
                }
            }
        }
    }
}

/// Passes over frames that hold no data: 16 magic numbers and a length.
pub(super) fn skip_skippable<R: Read>(packed: &mut Packed<R>) -> io::Result<()> {
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, length @ ..] = packed.peek(8)? {
        let Some(length) = length.first_chunk() else { break };
        let length = u32::from_le_bytes(*length);
        packed.skip(u64::from(length).saturating_add(8))?;
    }
    Ok(())
}

/// The header of an empty raw block that is the last one, and room for a checksum.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
