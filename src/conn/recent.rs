//! The last frames that a side sent: what an error of its peer may answer.

use crate::base::Origin;
use crate::frame::{Flags, FrameType, Header, StreamId};

/// Frames that are remembered. A power of two; few, because each frame of a connection passes here.
const FRAMES: usize = 8;

/// The last frames of a side.
#[derive(Clone, Copy, Debug)]
pub struct Recent {
    headers: [Header; FRAMES],
    starts: [Origin; FRAMES],
    /// How many there were in all.
    count: usize,
}

impl Default for Recent {
    #[inline]
    fn default() -> Self {
        const NONE: Header = Header {
            length: 0,
            kind: FrameType::DATA,
            flags: Flags(0),
            reserved: false,
            stream: StreamId::CONNECTION,
        };
        Self { headers: [NONE; FRAMES], starts: [Origin::default(); FRAMES], count: 0 }
    }
}

impl Recent {
    /// A frame began.
    #[inline]
    pub(super) fn note(&mut self, header: &Header, start: &Origin) {
        let place = self.count % FRAMES;
        if let (Some(known), Some(began)) = (self.headers.get_mut(place), self.starts.get_mut(place)) {
            (*known, *began) = (*header, *start);
        }
        self.count = self.count.wrapping_add(1);
    }

    /// The frames, the last one first, each with where it began.
    pub fn newest_first(&self) -> impl Iterator<Item = (Header, Origin)> + '_ {
        (1..=self.count.min(FRAMES)).filter_map(|back| {
            let place = self.count.wrapping_sub(back) % FRAMES;
            Some((*self.headers.get(place)?, *self.starts.get(place)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
