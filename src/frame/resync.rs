//! Finding frames again behind a gap, or in a connection that the capture joined late: candidate offsets are tracked, and the first
//! chain of three linked plausible headers is believed.
//!
//! A header that is plausible by chance is rare (about one in a million octets of noise), a chain of three practically never
//! occurs: the length of each leads exactly to the next.

use std::collections::VecDeque;

use super::payload::wrong_length;
use super::{FrameType, HEADER_OCTETS, Header, StreamId};
use crate::base::{Origin, to_index, to_u64};
use crate::limits;

/// Octets in which frames are searched for.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The octets that a chain may begin in; trimmed from the front.
    octets: Vec<u8>,
    /// End of each chunk, counted from the first octet that was searched, and where it came from.
    chunks: VecDeque<(u64, Origin)>,
    /// Places in `octets` where a chain may have begun that more octets could confirm, in order.
    candidates: Vec<usize>,
    /// First place that was not yet looked at.
    scanned: usize,
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
        self.chunks.push_back((self.searched(), *origin));
        let found = self.find(longest);
        if found.is_none() {
            self.trim();
        }
        found
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        self.octets.len().saturating_add(self.chunks.len().saturating_mul(size_of::<(u64, Origin)>()))
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

    /// Looks at each place once, and again only where more octets were needed.
    fn find(&mut self, longest: u32) -> Option<Found> {
        let candidates = std::mem::take(&mut self.candidates);
        for at in candidates {
            match self.chain(at, longest) {
                // What begins earlier and may still be confirmed goes first: a later chain may lie inside its payloads.
                Chain::Complete if self.candidates.is_empty() => return Some(self.take(at)),
                Chain::Complete | Chain::Open => self.candidates.push(at),
                Chain::Broken => {}
            }
        }
        while self.candidates.len() < limits::MAX_FRAME_CANDIDATES
            && let Some(at) = self.next_likely(longest)
        {
            self.scanned = at.saturating_add(1);
            match self.chain(at, longest) {
                Chain::Complete if self.candidates.is_empty() => return Some(self.take(at)),
                Chain::Complete | Chain::Open => self.candidates.push(at),
                Chain::Broken => {}
            }
        }
        None
    }

    /// The next place with a whole header whose first octet and type may be right.
    fn next_likely(&mut self, longest: u32) -> Option<usize> {
        let [_, most, ..] = longest.to_be_bytes();
        let rest = self.octets.get(self.scanned..)?;
        let likely = |header: &[u8]| matches!(header, [high, _, _, kind, ..] if *high <= most && FrameType(*kind).name().is_some());
        match rest.windows(HEADER_OCTETS).position(likely) {
            Some(at) => Some(self.scanned.saturating_add(at)),
            None => {
                let open = HEADER_OCTETS.saturating_sub(1);
                self.scanned = self.scanned.max(self.octets.len().saturating_sub(open));
                None
            }
        }
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
        let (octets, dropped) = (self.octets.split_off(at), self.dropped);
        let end = |end: u64| to_index(end.saturating_sub(dropped)).saturating_sub(at);
        let chunks = self.chunks.iter().map(|(past, origin)| (end(*past), *origin));
        let chunks = chunks.filter(|(end, _)| *end > 0).collect();
        *self = Self::default();
        Found { octets, chunks, skipped }
    }

    /// Drops what is more than a chain may need, by octets or by chunks.
    fn trim(&mut self) {
        let surplus = self.chunks.len().saturating_sub(limits::MAX_HELD_CHUNKS);
        let many = surplus.checked_sub(1).and_then(|last| self.chunks.get(last)).map_or(0, |(end, _)| *end);
        let most = self.searched().saturating_sub(to_u64(limits::MAX_UNDECIDED));
        let length = to_index(many.max(most).saturating_sub(self.dropped));
        if length == 0 {
            return;
        }
        self.octets.drain(..length.min(self.octets.len()));
        self.dropped = self.dropped.saturating_add(to_u64(length));
        while self.chunks.front().is_some_and(|(end, _)| *end <= self.dropped) {
            self.chunks.pop_front();
        }
        self.candidates.retain_mut(|at| match at.checked_sub(length) {
            Some(left) => {
                *at = left;
                true
            }
            None => false,
        });
        self.scanned = self.scanned.saturating_sub(length);
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

    #[test]
    fn octets_one_by_one_are_looked_at_once_and_little_of_where_they_came_from_is_held() {
        let mut search = Search::default();
        for number in 0..40_000 {
            // Now and then what may be a header, to be confirmed 16 000 octets later.
            let octet =
                if number % 9_000 < 9 { [0, 0x3e, 0x80, 0, 0, 0, 0, 0, 1][number % 9_000] } else { 0xff };
            assert!(search.push(&[octet], &origin(1), 16_384).is_none());
        }
        assert!(search.chunks.len() <= limits::MAX_HELD_CHUNKS && search.candidates.len() <= 2);
        assert_eq!((search.searched(), search.octets.len()), (40_000, limits::MAX_HELD_CHUNKS));
    }

    #[test]
    fn what_looks_like_headers_everywhere_is_held_up_to_the_cap_and_a_chain_behind_it_is_found() {
        let mut search = Search::default();
        // Each octet may begin HEADERS of 257 octets, whose chain is open for as long as octets come.
        let posing = [0, 1, 1, 1, 1, 1, 1, 1, 1].repeat(300);
        for part in posing.chunks(7) {
            let _ = search.push(part, &origin(1), 16_384);
            assert!(search.candidates.len() <= limits::MAX_FRAME_CANDIDATES);
        }
        assert!(search.push(&[0xff; 70_000], &origin(2), 16_384).is_none());
        let frames = [frame(0, 0, 1, &[9; 50]), frame(0, 0, 1, &[9; 50]), frame(0, 1, 1, b"")].concat();
        assert!(search.push(&frames, &origin(3), 16_384).is_some());
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
