//! Finding frames again behind a gap, or in a connection that the capture joined late: candidate offsets are tracked, and the first
//! chain of three linked plausible headers is believed.
//!
//! A header that is plausible by chance is rare (about one in a million octets of noise), a chain of three practically never
//! occurs: the length of each leads exactly to the next.

use super::payload::wrong_length;
use super::{FrameType, HEADER_OCTETS, Header, StreamId};
use crate::base::{Origin, to_index, to_u64};
use crate::limits;

/// Octets in which frames are searched for.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The octets that a chain may begin in; trimmed from the front.
    octets: Vec<u8>,
    /// End of each chunk in `octets`, and where it came from.
    chunks: Vec<(usize, Origin)>,
    /// First octet that was not yet looked at as the beginning of a chain.
    looked: usize,
    /// Octets dropped from the front so far.
    dropped: u64,
}

/// Where a chain was found.
pub(super) struct Found {
    /// Octets from the first header of the chain on.
    pub octets: Vec<u8>,
    /// End of each chunk in them, and where it came from.
    pub chunks: Vec<(usize, Origin)>,
    /// Octets skipped before it.
    pub skipped: u64,
}

impl Found {
    /// Takes more octets, which follow.
    pub(super) fn add(&mut self, bytes: &[u8], origin: &Origin) {
        self.octets.extend_from_slice(bytes);
        self.chunks.push((self.octets.len(), *origin));
    }
}

/// Linked headers that make a chain.
const CHAIN: usize = 3;

impl Search {
    /// Takes more octets; `longest` is the largest payload that the receiver can have allowed.
    pub(super) fn push(&mut self, bytes: &[u8], origin: &Origin, longest: u32) -> Option<Found> {
        self.octets.extend_from_slice(bytes);
        self.chunks.push((self.octets.len(), *origin));
        let found = self.find(longest);
        if found.is_none() && self.octets.len() > limits::MAX_UNDECIDED {
            self.trim(self.octets.len().saturating_sub(limits::MAX_UNDECIDED));
        }
        found
    }

    /// Octets taken so far.
    pub(super) fn searched(&self) -> u64 {
        self.dropped.saturating_add(to_u64(self.octets.len()))
    }

    /// Everything that is held, when it is nothing but plausible frames from the first octet on: one that ends with the last octet, or
    /// several of which the last may be cut.
    pub(super) fn whole(&mut self, longest: u32) -> Option<Found> {
        let (mut at, mut frames) = (0, 0_u32);
        while let Some(rest) = self.octets.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(header) = Header::read(rest) else { break };
            if !plausible(&header, longest) {
                return None;
            }
            frames = frames.saturating_add(1);
            at = at.saturating_add(HEADER_OCTETS).saturating_add(to_index(u64::from(header.length)));
        }
        let believed = frames >= 2 || frames == 1 && at == self.octets.len();
        (believed && self.dropped == 0).then(|| self.take(0))
    }

    fn find(&mut self, longest: u32) -> Option<Found> {
        let mut at = self.looked;
        // The first candidate that more octets could still confirm.
        let mut open = None;
        while at.saturating_add(HEADER_OCTETS) <= self.octets.len() {
            match self.chain(at, longest) {
                // What begins earlier and may still be confirmed goes first: a later chain may lie inside its payloads.
                Chain::Complete if open.is_none() => return Some(self.take(at)),
                Chain::Open => open = open.or(Some(at)),
                Chain::Complete | Chain::Broken => {}
            }
            at = at.saturating_add(1);
        }
        self.looked = open.unwrap_or(at);
        None
    }

    /// Follows the lengths from one header to the next.
    fn chain(&self, start: usize, longest: u32) -> Chain {
        let mut at = start;
        for _ in 0..CHAIN {
            let Some(header) = self.octets.get(at..).and_then(Header::read) else { return Chain::Open };
            if !plausible(&header, longest) {
                return Chain::Broken;
            }
            let length = to_index(u64::from(header.length));
            at = at.saturating_add(HEADER_OCTETS).saturating_add(length);
        }
        Chain::Complete
    }

    fn take(&mut self, at: usize) -> Found {
        let skipped = self.dropped.saturating_add(to_u64(at));
        let octets = self.octets.split_off(at);
        let chunks = self.chunks.iter().filter(|(end, _)| *end > at);
        let chunks = chunks.map(|(end, origin)| (end.saturating_sub(at), *origin)).collect();
        *self = Self::default();
        Found { octets, chunks, skipped }
    }

    fn trim(&mut self, length: usize) {
        self.octets.drain(..length);
        self.chunks.retain_mut(|(end, _)| {
            *end = end.saturating_sub(length);
            *end > 0
        });
        self.looked = self.looked.saturating_sub(length);
        self.dropped = self.dropped.saturating_add(to_u64(length));
    }
}

/// What became of a candidate.
enum Chain {
    Complete,
    /// More octets are needed.
    Open,
    Broken,
}

/// True for a header that an HTTP/2 sender may well have written: a registered type, a length that fits it, no reserved bit, only
/// flags that the type defines, a stream where there must be one, and no empty DATA, which zeros in a payload look like.
pub(super) fn plausible(header: &Header, longest: u32) -> bool {
    let connection = header.stream == StreamId::CONNECTION;
    let stream_fits = match header.kind {
        FrameType::SETTINGS | FrameType::PING | FrameType::GOAWAY | FrameType::PRIORITY_UPDATE => connection,
        FrameType::WINDOW_UPDATE | FrameType::ALTSVC | FrameType::ORIGIN => true,
        _ => !connection,
    };
    let empty = header.kind == FrameType::DATA && header.length == 0 && !header.ends_stream();
    let flags_fit = header.flags.0 & !header.kind.defined_flags().0 == 0;
    header.kind.name().is_some()
        && !header.reserved
        && stream_fits
        && flags_fit
        && !empty
        && header.length <= longest
        && wrong_length(header).is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Place;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).expect("short").to_be_bytes();
        let mut octets = vec![0, length[0], length[1], kind, flags, 0, 0, 0, stream];
        octets.extend_from_slice(payload);
        octets
    }

    fn origin(pkt: u64) -> Origin {
        Origin { at: Place { pkt: pkt.into(), ..Place::default() }, ..Origin::default() }
    }

    #[test]
    fn frames_are_found_behind_the_rest_of_a_payload() {
        let frames =
            [frame(0, 0, 1, &[7; 300]), frame(8, 0, 0, &[0, 0, 0, 9]), frame(1, 5, 3, b"block")].concat();
        let mut search = Search::default();
        assert!(search.push(b"the rest of something", &origin(1), 16_384).is_none());
        let found = search.push(&frames, &origin(2), 16_384).expect("a chain");
        assert_eq!((found.octets.len(), found.skipped), (frames.len(), 21));
        assert_eq!(
            found.chunks.first().map(|(end, origin)| (*end, origin.at.pkt.number())),
            Some((frames.len(), 2))
        );
    }

    #[test]
    fn a_chain_may_come_octet_by_octet() {
        let frames = [frame(6, 0, 0, &[0; 8]), frame(6, 1, 0, &[0; 8]), frame(4, 1, 0, b"")].concat();
        let mut search = Search::default();
        let found = frames.iter().filter_map(|octet| search.push(&[*octet], &origin(1), 16_384)).count();
        assert_eq!(found, 1);
    }

    #[test]
    fn zeros_are_no_frames() {
        let mut search = Search::default();
        assert!(search.push(&[0; 100_000], &origin(1), 16_384).is_none());
        assert!(search.octets.len() <= limits::MAX_UNDECIDED);
    }

    proptest! {
        #[test]
        fn noise_is_no_chain(noise in proptest::collection::vec(any::<u8>(), 0..4000)) {
            prop_assert!(Search::default().push(&noise, &origin(1), 16_384).is_none());
        }

        #[test]
        fn a_chain_is_found_behind_any_noise(noise in proptest::collection::vec(128u8.., 0..200)) {
            let frames = [frame(0, 0, 1, &[9; 50]), frame(0, 0, 1, &[9; 50]), frame(0, 1, 1, b"")].concat();
            let octets = [noise.clone(), frames].concat();
            let found = Search::default().push(&octets, &origin(1), 16_384).expect("a chain");
            prop_assert_eq!(found.skipped, to_u64(noise.len()));
        }
    }
}
