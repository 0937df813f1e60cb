//! From pieces of one side's octets to records (RFC 8446 §5.1). The body of a record is copied once, into a buffer that goes from
//! record to record, and only when it is asked for. Behind a gap whose end lies in no known record, records are searched for.

use super::names::ContentType;
use super::search::Search;
use super::shared::Buffers;
use crate::base::{Origin, to_index, to_u64};

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: ContentType,
    /// Octets of the body.
    pub(super) length: usize,
    /// As sent.
    pub(super) octets: [u8; HEADER_OCTETS],
}

/// From the first octet of something to its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The packet with the first octet; `tcp_end` is the offset at which it stands.
    pub start: Origin,
    /// The packet with the last octet; `tcp_end` is the offset behind it, `peer_acked` that of the packet with the **first** octet: what
    /// the sender had acknowledged when it began to speak.
    pub end: Origin,
}

/// Octets of a record's header.
pub(super) const HEADER_OCTETS: usize = 5;

/// Longest body: what SSL 3.0 to TLS 1.2 allow (RFC 5246 §6.2.3); TLS 1.3 allows less.
const LONGEST: usize = (1 << 14) + 2048;

/// What comes next.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing, without more octets.
    More,
    /// A header, and where it stands: [`Records::keep`] or [`Records::skip`] has to be called.
    Header(Header, Stretch),
    /// The body of a record that was kept and came in parts. The buffer goes back to where it came from.
    Body(Header, Stretch, Vec<u8>),
    /// The end of a record that was skipped.
    Skipped(Header, Stretch),
    /// Octets that are no header: [`Records::lose`] or [`Records::end`] has to be called.
    NoHeader([u8; HEADER_OCTETS], Origin),
    /// Records were found again, behind so many octets.
    Found(Origin, u64),
}

/// What a gap did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// It lies inside the body of a record, whose end is known.
    Inside,
    /// It lies inside the body of a record that is skipped already.
    Skipped,
    /// The end of a record is lost.
    Open,
    /// Nothing is read any more, or searched for already.
    Unread,
}

/// Records of one side.
#[derive(Debug, Default)]
pub(super) struct Records {
    state: State,
    head: [u8; HEADER_OCTETS],
    filled: u8,
    /// True when a header was read.
    begun: bool,
    start: Origin,
    body: Vec<u8>,
    /// Octets found again behind a gap, still to be read.
    replay: Option<Box<Replay>>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Head,
    /// A header that somebody has to decide on.
    Asked(Header),
    /// A body that is wanted, with the octets still to come.
    Body(Header, usize),
    /// A body that nobody wants, with the octets still to come.
    Skip(Header, usize),
    Search(Box<Search>),
    Ended,
}

/// Octets that were held, and where they come from.
#[derive(Debug, Default)]
pub(super) struct Replay {
    pub(super) octets: Vec<u8>,
    /// End of each chunk, and its origin.
    pub(super) chunks: Vec<(usize, Origin)>,
    pub(super) at: usize,
}

impl Header {
    pub(super) fn read(octets: [u8; HEADER_OCTETS]) -> Option<Self> {
        let [kind, major, _, high, low] = octets;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let sound = matches!(kind, 20..=24) && major == 3 && length <= LONGEST;
        sound.then_some(Self { kind: ContentType(kind), length, octets })
    }

    /// A header where the first one stands.
    pub(super) fn of_first(octets: [u8; HEADER_OCTETS]) -> Option<Self> {
        Self::read(octets).or_else(|| Self::sslv2_hello(octets))
    }

    /// A hello of SSL 2.0 form, as old clients send it to offer newer versions too (RFC 5246 §E.2).
    fn sslv2_hello(octets: [u8; HEADER_OCTETS]) -> Option<Self> {
        let [high @ 0x80..=0xff, low, 1, major, _] = octets else { return None };
        let length = usize::from(u16::from_be_bytes([high & 0x7f, low]));
        let sound = matches!(major, 0 | 3) && length >= 9;
        sound.then_some(Self { kind: SSLV2_HELLO, length, octets })
    }
}

/// Stands for a hello of SSL 2.0 form, which no content type names.
pub(super) const SSLV2_HELLO: ContentType = ContentType(0);

impl Records {
    /// Records of a stream whose beginning is not known.
    pub(super) fn joined_late() -> Self {
        Self { state: State::Search(Box::default()), begun: true, ..Self::default() }
    }

    /// The next step through `rest`, the end of a piece whose end is `origin`.
    pub(super) fn step(&mut self, rest: &mut &[u8], origin: &Origin) -> Step {
        if let Some(mut replay) = self.replay.take() {
            while let Some((bytes, origin)) = replay.next() {
                let mut left = bytes;
                let step = self.advance(&mut left, &origin);
                replay.at = replay.at.saturating_add(bytes.len().saturating_sub(left.len()));
                if !matches!(step, Step::More) {
                    match &mut self.replay {
                        Some(found) => found.append(&replay),
                        None => self.replay = Some(replay),
                    }
                    return step;
                }
            }
        }
        self.advance(rest, origin)
    }

    fn advance(&mut self, rest: &mut &[u8], origin: &Origin) -> Step {
        match &mut self.state {
            State::Head | State::Asked(_) => self.header(rest, origin),
            State::Body(header, left) => {
                let taken = take(rest, *left);
                self.body.extend_from_slice(taken);
                *left = left.saturating_sub(taken.len());
                let (header, done) = (*header, *left == 0);
                if !done {
                    return Step::More;
                }
                self.state = State::Head;
                let body = std::mem::take(&mut self.body);
                Step::Body(header, self.stretch(origin, rest), body)
            }
            State::Skip(header, left) => {
                let taken = take(rest, *left);
                *left = left.saturating_sub(taken.len());
                let (header, done) = (*header, *left == 0);
                if !done {
                    return Step::More;
                }
                self.state = State::Head;
                Step::Skipped(header, self.stretch(origin, rest))
            }
            State::Search(search) => {
                let Some((replay, skipped)) = search.push(std::mem::take(rest), origin) else {
                    return Step::More;
                };
                self.state = State::Head;
                let found = replay.chunks.first().map_or(*origin, |(_, origin)| *origin);
                self.replay = Some(Box::new(replay));
                Step::Found(found, skipped)
            }
            State::Ended => {
                *rest = &[];
                Step::More
            }
        }
    }

    fn header(&mut self, rest: &mut &[u8], origin: &Origin) -> Step {
        if rest.is_empty() {
            return Step::More;
        }
        if self.filled == 0 {
            self.start = origin.before(to_u64(rest.len()));
        }
        match rest.split_first_chunk() {
            Some((head, behind)) if self.filled == 0 => (self.head, *rest) = (*head, behind),
            _ if !self.fill(rest) => return Step::More,
            _ => {}
        }
        let read = if self.begun { Header::read(self.head) } else { Header::of_first(self.head) };
        match read {
            Some(header) => {
                self.begun = true;
                self.state = State::Asked(header);
                Step::Header(header, self.stretch(origin, rest))
            }
            None => Step::NoHeader(self.head, origin.before(to_u64(rest.len()))),
        }
    }

    /// Goes on with a header that came in parts; true when it is whole.
    fn fill(&mut self, rest: &mut &[u8]) -> bool {
        let wanted = HEADER_OCTETS.saturating_sub(self.filled.into());
        let taken = take(rest, wanted);
        for (room, octet) in self.head.iter_mut().skip(self.filled.into()).zip(taken) {
            *room = *octet;
            self.filled = self.filled.saturating_add(1);
        }
        let whole = taken.len() == wanted;
        self.filled = if whole { 0 } else { self.filled };
        whole
    }

    /// The body of the record whose header came last is wanted: handed out at once when all of it is in `rest`, the end of a piece whose
    /// end is `origin`, and nothing else is to be read before.
    pub(super) fn keep(
        &mut self,
        rest: &mut &[u8],
        origin: &Origin,
        buffers: &mut Buffers,
    ) -> Option<(Stretch, Vec<u8>)> {
        let State::Asked(header) = self.state else { return None };
        let mut body = buffers.take();
        body.extend_from_slice(header.early());
        match rest.split_at_checked(header.behind()).filter(|_| self.replay.is_none()) {
            Some((taken, left)) => {
                body.extend_from_slice(taken);
                *rest = left;
                self.state = State::Head;
                Some((self.stretch(origin, rest), body))
            }
            None => {
                self.body = body;
                self.state = State::Body(header, header.behind());
                None
            }
        }
    }

    /// The body of the record whose header came last is not wanted.
    pub(super) fn skip(&mut self) {
        if let State::Asked(header) = self.state {
            self.state = State::Skip(header, header.behind());
        }
    }

    /// What stands here is no record: they are searched for from the next octet on.
    pub(super) fn lose(&mut self) {
        self.body = Vec::new();
        self.filled = 0;
        self.begun = true;
        let mut search = Box::<Search>::default();
        if let Some(replay) = self.replay.take() {
            search.begin_with(*replay);
        }
        self.state = State::Search(search);
    }

    /// Nothing more is read.
    pub(super) fn end(&mut self) {
        *self = Self { state: State::Ended, ..Self::default() };
    }

    /// So many octets are missing; 0 when nobody knows.
    pub(super) fn gap(&mut self, length: u64, buffers: &mut Buffers) -> Hole {
        let missing = to_index(length);
        match &mut self.state {
            State::Body(header, left) if missing > 0 && missing <= *left => {
                self.state = pass(*header, left.saturating_sub(missing));
                buffers.give(std::mem::take(&mut self.body));
                Hole::Inside
            }
            State::Skip(header, left) if missing > 0 && missing <= *left => {
                self.state = pass(*header, left.saturating_sub(missing));
                Hole::Skipped
            }
            State::Ended => Hole::Unread,
            State::Search(search) => {
                search.restart();
                Hole::Unread
            }
            _ => {
                buffers.give(std::mem::take(&mut self.body));
                self.replay = None;
                self.lose();
                Hole::Open
            }
        }
    }

    /// Octets that this holds in memory. For a body it is what the header says: how much room its buffer has follows from who had it before,
    /// and the weight of a connection must follow from its own octets alone.
    pub(super) fn weight(&self) -> usize {
        let own = match &self.state {
            State::Body(header, _) => header.length,
            State::Search(search) => search.weight(),
            State::Head | State::Asked(_) | State::Skip(..) | State::Ended => 0,
        };
        own.saturating_add(self.replay.as_ref().map_or(0, |replay| replay.weight()))
    }

    /// True when a record was begun.
    pub(super) const fn has_begun(&self) -> bool {
        self.begun
    }

    /// True when the stream stands inside a record.
    pub(super) const fn is_inside(&self) -> bool {
        matches!(self.state, State::Body(..) | State::Skip(..)) || self.filled > 0
    }

    /// The record whose end is `origin`, when `rest` follows it.
    fn stretch(&self, origin: &Origin, rest: &[u8]) -> Stretch {
        let mut end = origin.before(to_u64(rest.len()));
        end.peer_acked = self.start.peer_acked;
        Stretch { start: self.start, end }
    }
}

impl Header {
    /// Octets of the body that came with the header: SSL 2.0 has a header of two octets.
    fn early(&self) -> &[u8] {
        if self.kind == SSLV2_HELLO { self.octets.get(2..).unwrap_or_default() } else { &[] }
    }

    /// Octets that follow the five that were read.
    const fn behind(&self) -> usize {
        if self.kind.0 == SSLV2_HELLO.0 { self.length.saturating_sub(3) } else { self.length }
    }
}

impl Replay {
    pub(super) fn weight(&self) -> usize {
        self.octets.capacity().saturating_add(self.chunks.len().saturating_mul(size_of::<(usize, Origin)>()))
    }

    fn next(&self) -> Option<(&[u8], Origin)> {
        let (end, origin) = self.chunks.iter().find(|(end, _)| *end > self.at)?;
        Some((self.octets.get(self.at..*end)?, *origin))
    }

    /// Adds what is left of another one.
    fn append(&mut self, other: &Self) {
        let behind = other.chunks.iter().filter(|(end, _)| *end > other.at);
        let before = self.octets.len();
        self.octets.extend_from_slice(other.octets.get(other.at..).unwrap_or_default());
        self.chunks.extend(
            behind.map(|(end, origin)| (before.saturating_add(end.saturating_sub(other.at)), *origin)),
        );
    }
}

/// The rest of a body that is of no use.
const fn pass(header: Header, left: usize) -> State {
    if left == 0 { State::Head } else { State::Skip(header, left) }
}

fn take<'b>(rest: &mut &'b [u8], wanted: usize) -> &'b [u8] {
    let (taken, left) = rest.split_at_checked(wanted).unwrap_or((rest, &[]));
    *rest = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_weighs_the_same_whatever_buffer_it_has() {
        let mut used = Buffers::default();
        used.give(vec![0; 60_000]);
        let weights = [used, Buffers::default()].map(|mut buffers| {
            let mut records = Records::default();
            let mut rest: &[u8] = &[23, 3, 3, 1, 0, 9, 9];
            assert!(matches!(records.step(&mut rest, &Origin::default()), Step::Header(..)));
            assert!(records.keep(&mut rest, &Origin::default(), &mut buffers).is_none());
            assert!(matches!(records.step(&mut rest, &Origin::default()), Step::More));
            records.weight()
        });
        assert_eq!(weights, [256, 256]);
    }
}
