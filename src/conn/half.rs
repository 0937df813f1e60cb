//! One side of a connection: what it sent, what it announced, what binds it.

use super::block::Assembly;
use super::chatter::Pieces;
use super::credit::Credit;
use super::knowledge::Knowledge;
use super::message::Gatherer;
use super::pings::Pings;
use super::priority::Prioritized;
use super::recent::Recent;
use super::settings::Ledger;
use crate::base::{Origin, PacketNumber, Time};
use crate::frame::{ErrorCode, FrameType, Header, Setting, StreamId};
use crate::hpack::Decoder;
use crate::limits;

/// One side of a connection.
pub struct Half {
    /// Its first frame: header, and where it began.
    pub first_frame: Option<(Header, Origin)>,
    /// The packet in which its last frame that is neither GOAWAY nor RST_STREAM began.
    pub last_ordinary: PacketNumber,
    /// Its last frames.
    pub recent: Recent,
    /// When its last frame began.
    pub last_spoke: Time,
    /// Where its first HEADERS began.
    pub first_headers: Option<Origin>,
    /// SETTINGS frames that it sent before its first HEADERS.
    pub settings_before_headers: u32,
    /// What it announced in SETTINGS.
    pub settings: Ledger,
    /// What its peer's SETTINGS make binding for it.
    pub limits: Limits,
    /// What it knew of what its peer sent.
    pub knowledge: Knowledge,
    /// Connection credit left for DATA that it sends, in octets.
    pub window: i64,
    /// DATA frames that it sent outside gRPC calls.
    pub pieces: Pieces,
    /// Octets of DATA that it sent, padding included.
    pub carried: u64,
    /// Least credit that was left.
    pub least_window: i64,
    /// What else is known of the credit for DATA that it sends.
    pub credit: Credit,
    /// GOAWAY frames that it sent; bounded.
    pub goaways: Vec<Goaway>,
    /// The highest stream of its peer that its GOAWAY frames leave.
    pub accepts: StreamId,
    /// What stood where a frame should begin and was none.
    pub not_a_frame: Option<Box<(Header, Origin)>>,
    /// How many frames there were when one was of an unknown type and too long; 0 as long as none was.
    pub(super) strange: u64,
    /// Its PINGs.
    pub pings: Pings,
    /// Streams of its peer that it refused or reset, and streams that it reset: RST_STREAM frames by this side.
    pub resets: u64,
    /// Of these, those with REFUSED_STREAM.
    pub refused: u64,
    counts: [u64; 14],
    pub(super) block: Assembly,
    pub(super) hpack: Decoder,
    pub(super) gatherer: Gatherer,
    pub(super) prioritized: Option<Box<Prioritized>>,
}

/// The most that a side's peer allows it, counted in its favour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// MAX_FRAME_SIZE.
    pub frame_size: u32,
    /// INITIAL_WINDOW_SIZE of its streams.
    pub initial_window: u32,
    /// MAX_CONCURRENT_STREAMS for streams that it opens.
    pub concurrent_streams: u32,
    /// HEADER_TABLE_SIZE for its field blocks.
    pub table_size: u32,
    /// MAX_HEADER_LIST_SIZE for its field sections; advisory.
    pub header_list: u32,
}

/// A GOAWAY frame.
#[derive(Clone, Debug)]
pub struct Goaway {
    /// Where it was complete.
    pub end: Origin,
    /// The last stream of the peer that was or might be acted on.
    pub last_stream_id: StreamId,
    /// Why.
    pub code: ErrorCode,
    /// Text for people; bounded.
    pub debug: Box<[u8]>,
    /// True when its receiver had left by then.
    pub unheard: bool,
}

impl Limits {
    /// What a peer allows that announced nothing (RFC 9113 §6.5.2).
    pub const INITIAL: Self = Self {
        frame_size: 16_384,
        initial_window: 65_535,
        concurrent_streams: u32::MAX,
        table_size: 4096,
        header_list: u32::MAX,
    };

    /// What `peer` allows.
    #[must_use]
    pub fn of(peer: &Ledger) -> Self {
        let most = peer.most();
        let permitted = |setting| most.get(setting).unwrap_or_default();
        Self {
            frame_size: permitted(Setting::MAX_FRAME_SIZE),
            initial_window: permitted(Setting::INITIAL_WINDOW_SIZE),
            concurrent_streams: permitted(Setting::MAX_CONCURRENT_STREAMS),
            table_size: permitted(Setting::HEADER_TABLE_SIZE),
            header_list: permitted(Setting::MAX_HEADER_LIST_SIZE),
        }
    }
}

impl Default for Half {
    #[inline]
    fn default() -> Self {
        Self {
            first_frame: None,
            last_ordinary: PacketNumber::NONE,
            recent: Recent::default(),
            last_spoke: Time::default(),
            first_headers: None,
            settings_before_headers: 0,
            settings: Ledger::default(),
            limits: Limits::INITIAL,
            knowledge: Knowledge::default(),
            window: 65_535,
            pieces: Pieces::default(),
            carried: 0,
            least_window: 65_535,
            credit: Credit::default(),
            goaways: Vec::new(),
            accepts: StreamId::MAX,
            not_a_frame: None,
            strange: 0,
            pings: Pings::default(),
            resets: 0,
            refused: 0,
            counts: [0; 14],
            block: Assembly::default(),
            hpack: Decoder::new(),
            gatherer: Gatherer::default(),
            prioritized: None,
        }
    }
}

impl Half {
    /// The decoder of its field blocks, as far as they are decoded.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.hpack
    }

    /// While a frame that ends a field block is told ([`super::Kind::Frame`]): what the block says, and the stream that it is about.
    #[must_use]
    pub fn head(&self) -> Option<(&super::Head, StreamId)> {
        self.gatherer.ended()
    }

    /// Frames that it sent, in the order of the types' names; types without a name together as `UNKNOWN`. Types that did not occur are
    /// left out.
    pub fn frames(&self) -> impl Iterator<Item = (&'static str, u64)> + Clone + '_ {
        let counted = NAMES.iter().map(|(name, place)| (*name, self.counts.get(*place).copied()));
        counted.filter_map(|(name, count)| Some((name, count.filter(|count| *count > 0)?)))
    }

    /// How many types of frames it sent, those without a name together.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.counts.iter().filter(|count| **count > 0).count()
    }

    /// Frames of one type that it sent.
    #[must_use]
    pub fn count(&self, kind: FrameType) -> u64 {
        self.counts.get(place(kind)).copied().unwrap_or_default()
    }

    /// All frames that it sent.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.wrapping_add(*count))
    }

    /// True when the dynamic table of its field blocks is known in full.
    #[must_use]
    pub fn hpack_exact(&self) -> bool {
        self.hpack.exact()
    }

    /// True when a text of its field blocks was not kept: too long, or out of all proportion to what was sent.
    #[must_use]
    pub const fn forgoes_texts(&self) -> bool {
        self.gatherer.forgoes
    }

    /// The field block that it has begun and not ended.
    #[must_use]
    pub fn open_block(&self) -> Option<super::OpenBlock> {
        self.block.open()
    }

    pub(super) fn count_frame(&mut self, kind: FrameType) {
        if let Some(count) = self.counts.get_mut(place(kind)) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn spend(&mut self, octets: u32) -> i64 {
        self.carried = self.carried.saturating_add(u64::from(octets));
        self.window = self.window.saturating_sub(i64::from(octets));
        self.least_window = self.least_window.min(self.window);
        self.window
    }

    pub(super) fn note_goaway(&mut self, goaway: Goaway) {
        if self.goaways.is_empty() {
            // Mostly it stays the only one.
            self.goaways = Vec::with_capacity(1);
        }
        if self.goaways.len() < limits::MAX_LISTED_PER_CONNECTION {
            self.goaways.push(goaway);
        }
    }
}

/// The names of frame types in their order, with the places of their counts.
const NAMES: [(&str, usize); 14] = [
    ("ALTSVC", 10),
    ("CONTINUATION", 9),
    ("DATA", 0),
    ("GOAWAY", 7),
    ("HEADERS", 1),
    ("ORIGIN", 11),
    ("PING", 6),
    ("PRIORITY", 2),
    ("PRIORITY_UPDATE", 12),
    ("PUSH_PROMISE", 5),
    ("RST_STREAM", 3),
    ("SETTINGS", 4),
    ("UNKNOWN", 13),
    ("WINDOW_UPDATE", 8),
];

fn place(kind: FrameType) -> usize {
    match kind {
        FrameType(code @ 0..=10) => usize::from(code),
        FrameType::ORIGIN => 11,
        FrameType::PRIORITY_UPDATE => 12,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_is_made_of_fits_the_pieces_that_allocators_cut() {
        let sizes = [size_of::<Half>(), size_of::<crate::conn::Connection>()];
        assert!(sizes[0] <= 1536 && sizes[1] <= 768, "{sizes:?}");
    }

    #[test]
    fn a_peer_that_announced_nothing_allows_what_the_rfc_says() {
        assert_eq!(Limits::INITIAL, Limits::of(&Ledger::default()));
    }

    #[test]
    fn frames_are_counted_under_their_names_in_the_order_of_the_names() {
        let mut half = Half::default();
        for kind in FrameType::KNOWN.into_iter().chain([FrameType(0x77)]) {
            half.count_frame(kind);
            let name = kind.name().unwrap_or("UNKNOWN");
            assert_eq!(half.frames().filter(|(counted, _)| *counted == name).count(), 1, "{name}");
            assert_eq!(half.kinds(), half.frames().count());
        }
        let names: Vec<_> = half.frames().map(|(name, _)| name).collect();
        assert!(names.is_sorted() && names.len() == 14, "{names:?}");
    }
}
