//! The last frames that a side sent: what an error of its peer may answer.

use crate::base::Origin;
use crate::frame::Header;

/// Frames that are remembered. A power of two; few, because each frame of a connection passes here.
const FRAMES: usize = 8;

/// The last frames of a side.
#[derive(Clone, Copy, Debug)]
pub struct Recent {
    frames: [Option<(Header, Origin)>; FRAMES],
    next: usize,
}

impl Default for Recent {
    #[inline]
    fn default() -> Self {
        Self { frames: [None; FRAMES], next: 0 }
    }
}

impl Recent {
    /// A frame began.
    #[inline]
    pub(super) fn note(&mut self, header: &Header, start: &Origin) {
        if let Some(slot) = self.frames.get_mut(self.next % FRAMES) {
            *slot = Some((*header, *start));
        }
        self.next = self.next.wrapping_add(1);
    }

    /// The frames, the last one first, each with where it began.
    pub fn newest_first(&self) -> impl Iterator<Item = (Header, Origin)> + '_ {
        let places = (1..=FRAMES).map(|back| self.next.wrapping_sub(back) % FRAMES);
        places.filter_map(|place| *self.frames.get(place)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Flags, FrameType, StreamId};

    fn header(stream: u32) -> Header {
        let kind = FrameType::DATA;
        Header { length: 0, kind, flags: Flags(0), reserved: false, stream: StreamId(stream) }
    }

    #[test]
    fn the_last_frames_are_told_newest_first() {
        let mut recent = Recent::default();
        assert_eq!(recent.newest_first().count(), 0);
        for stream in 0..11 {
            recent.note(&header(stream), &Origin::default());
        }
        let streams: Vec<u32> = recent.newest_first().map(|(header, _)| header.stream.0).collect();
        assert_eq!(streams, [10, 9, 8, 7, 6, 5, 4, 3]);
    }
}
