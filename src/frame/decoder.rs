//! From pieces of plaintext to frames. Gaps inside a payload of known length are stepped over; any other gap loses the frame
//! boundary.

use super::payload::wrong_length;
use super::resync::{Found, Search, plausible};
use super::{Data, Fault, Flags, FrameType, HEADER_OCTETS, Header, Malformed, PREFACE, Padding, Payload};
use crate::base::{Origin, Piece, to_index, to_u32, to_u64};
use crate::limits;

/// What the decoder says. For each frame: `Start`, for DATA any number of `Data`, then `End`; or all of them at once as `Whole`.
#[derive(Clone, Copy, Debug)]
pub enum Output<'a> {
    /// A header is complete.
    Start {
        /// The header.
        header: &'a Header,
        /// The packet with the frame's first octet; `tcp_end` is the offset at which the frame begins.
        start: &'a Origin,
    },
    /// Content of a DATA frame passes, padding taken off.
    Data {
        /// The header.
        header: &'a Header,
        /// The octets.
        content: &'a [u8],
        /// As in `Start`.
        start: &'a Origin,
        /// The packet that carries these octets.
        end: &'a Origin,
    },
    /// The frame is complete.
    End {
        /// The header.
        header: &'a Header,
        /// What was in it.
        payload: &'a Payload<'a>,
        /// As in `Start`.
        start: &'a Origin,
        /// The packet with the last octet.
        end: &'a Origin,
    },
    /// A frame that is complete in the piece in which it began.
    Whole {
        /// The header.
        header: &'a Header,
        /// Content of DATA; empty for other frames.
        content: &'a [u8],
        /// What was in it.
        payload: &'a Payload<'a>,
        /// As in `Start`.
        start: &'a Origin,
        /// The packet with the last octet, and with the first.
        end: &'a Origin,
    },
    /// A connection preface where a frame should begin (RFC 9113 §3.4).
    Preface {
        /// The packet that completed it.
        origin: &'a Origin,
    },
    /// A gap swallowed the frame boundary: what follows cannot be read until a chain of frames is found in it.
    Lost {
        /// The packet that showed it.
        origin: &'a Origin,
    },
    /// Frames were found again.
    Resynchronised {
        /// The packet in which the first of them begins.
        origin: &'a Origin,
        /// Octets skipped.
        skipped: u64,
    },
}

/// Frames of one side.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// Octets of a header or payload that spans pieces.
    buffer: Vec<u8>,
    start: Origin,
    /// Frames that must still look like frames before those found again are believed.
    doubtful: u8,
}

#[derive(Debug, Default)]
enum State {
    /// At or inside a header.
    #[default]
    Header,
    Data(Header, Progress),
    /// A payload that is read whole, with the octets still to come.
    Payload(Header, u32),
    /// A payload that cannot be read, with the octets still to come.
    Skip(Header, u32),
    /// Inside a misplaced preface, with the octets still to come.
    Preface(u32),
    /// Frame boundaries are lost.
    Search(Box<Search>),
}

/// How far a DATA frame has passed.
#[derive(Clone, Copy, Debug)]
struct Progress {
    left: u32,
    /// Octets of padding at the end; `None` until the pad length passed.
    padding: Option<u8>,
    zero: bool,
    missing: u32,
}

impl Decoder {
    /// Octets that wait for the rest of their frame, or for it to be clear where frames begin.
    #[must_use]
    pub fn buffered(&self) -> usize {
        match &self.state {
            State::Search(search) => search.weight(),
            _ => self.buffer.len(),
        }
    }

    /// A decoder for a stream whose beginning is not known: it looks for frames first.
    #[must_use]
    pub fn joined_late() -> Self {
        Self { state: State::Search(Box::default()), ..Self::default() }
    }

    /// The end: octets that are held, begin with a frame and end with one are believed to be frames, however few.
    pub fn finish(&mut self, emit: &mut impl FnMut(Output<'_>)) {
        if let State::Search(search) = &mut self.state {
            let found = search.whole(LONGEST);
            self.resume(found, emit);
        }
    }

    /// Takes the next piece of plaintext.
    pub fn push(&mut self, piece: &Piece<'_>, emit: &mut impl FnMut(Output<'_>)) {
        match piece {
            Piece::Chunk { bytes, origin } => {
                let mut rest = *bytes;
                while !rest.is_empty() {
                    rest = self.advance(rest, origin, emit);
                }
            }
            Piece::Gap { length, origin, .. } => self.gap(*length, origin, emit),
        }
    }

    /// Passes over so many octets without a word, when they lie inside the content of a DATA frame that is not padded and goes on behind
    /// them. False where they are for [`Decoder::push`].
    #[inline]
    pub fn passes(&mut self, octets: usize) -> bool {
        let State::Data(_, Progress { left, padding: Some(0), .. }) = &mut self.state else { return false };
        let behind = left.checked_sub(to_u32(octets)).filter(|behind| *behind > 0);
        *left = behind.unwrap_or(*left);
        behind.is_some()
    }

    /// The frame in which the stream stands: its header, when it is complete, and the octets still to come. `None` at a frame
    /// boundary.
    #[must_use]
    pub fn unfinished(&self) -> Option<(Option<Header>, u32)> {
        match &self.state {
            State::Header if self.buffer.is_empty() => None,
            State::Header => Some((None, to_u32(HEADER_OCTETS.saturating_sub(self.buffer.len())))),
            State::Data(header, Progress { left, .. })
            | State::Payload(header, left)
            | State::Skip(header, left) => Some((Some(*header), *left)),
            State::Preface(left) => Some((None, *left)),
            State::Search(_) => None,
        }
    }

    /// Where the frame that [`Decoder::unfinished`] names began.
    #[must_use]
    pub const fn start(&self) -> &Origin {
        &self.start
    }

    /// Octets in which frames were searched for in vain.
    #[must_use]
    pub fn searched(&self) -> u64 {
        if let State::Search(search) = &self.state { search.searched() } else { 0 }
    }

    /// True when frame boundaries are known.
    #[must_use]
    pub const fn synchronised(&self) -> bool {
        !matches!(self.state, State::Search(_))
    }

    /// Consumes some of `bytes`, the octets of a piece whose end is `origin`, and returns the rest.
    fn advance<'b>(
        &mut self,
        bytes: &'b [u8],
        origin: &Origin,
        emit: &mut impl FnMut(Output<'_>),
    ) -> &'b [u8] {
        match &mut self.state {
            State::Header => self.header(bytes, origin, emit),
            State::Data(..) => self.data(bytes, origin, emit),
            State::Payload(header, left) => {
                let (header, left) = (*header, *left);
                self.payload(header, left, bytes, origin, emit)
            }
            State::Skip(header, left) => {
                let header = *header;
                let taken = (*left).min(to_u32(bytes.len()));
                *left = left.saturating_sub(taken);
                let done = *left == 0;
                let rest = bytes.get(to_index(u64::from(taken))..).unwrap_or_default();
                if done {
                    self.end(header, Payload::Unread, &behind(origin, rest), emit);
                }
                rest
            }
            State::Preface(left) => {
                let taken = (*left).min(to_u32(bytes.len()));
                *left = left.saturating_sub(taken);
                let rest = bytes.get(to_index(u64::from(taken))..).unwrap_or_default();
                if *left == 0 {
                    emit(Output::Preface { origin: &behind(origin, rest) });
                    self.state = State::Header;
                }
                rest
            }
            State::Search(search) => {
                let found = search.push(bytes, origin, LONGEST);
                self.resume(found, emit);
                &[]
            }
        }
    }

    /// Goes on with the frames that were found, and with those found behind them when they turn out to be none.
    fn resume(&mut self, mut found: Option<Found>, emit: &mut impl FnMut(Output<'_>)) {
        while let Some(Found { octets, chunks, skipped }) = found.take() {
            self.state = State::Header;
            self.doubtful = DOUBTFUL;
            if let Some((_, origin)) = chunks.first() {
                emit(Output::Resynchronised { origin, skipped });
            }
            let mut start = 0;
            for (end, origin) in chunks {
                let mut rest = octets.get(start..end).unwrap_or_default();
                start = end;
                while !rest.is_empty() {
                    match (&mut found, &mut self.state) {
                        (Some(found), _) => {
                            found.add(rest, &origin);
                            rest = &[];
                        }
                        (None, State::Search(search)) => {
                            found = search.push(rest, &origin, LONGEST);
                            rest = &[];
                        }
                        _ => rest = self.advance(rest, &origin, emit),
                    }
                }
            }
        }
    }

    /// True for a header that cannot be one, so soon after frames were found again that they were none either: the search goes on.
    #[cold]
    fn misled(&mut self, header: &Header, origin: &Origin, emit: &mut impl FnMut(Output<'_>)) -> bool {
        self.doubtful = self.doubtful.saturating_sub(1);
        if plausible(header, LONGEST) {
            return false;
        }
        self.doubtful = 0;
        self.state = State::Search(Box::default());
        emit(Output::Lost { origin });
        true
    }

    fn header<'b>(
        &mut self,
        mut bytes: &'b [u8],
        origin: &Origin,
        emit: &mut impl FnMut(Output<'_>),
    ) -> &'b [u8] {
        while self.buffer.is_empty() && !bytes.is_empty() {
            self.start = behind(origin, bytes);
            let Some((header, rest)) = Header::read_from(bytes) else { break };
            if self.doubtful > 0 && self.misled(&header, &behind(origin, rest), emit) {
                return bytes;
            }
            let Some((octets, rest)) = whole(&header, rest) else {
                self.begin(header, &behind(origin, rest), emit);
                return rest;
            };
            let (content, payload) = if header.kind == FrameType::DATA {
                (octets, Payload::Data(Data { content: header.length, ..Data::default() }))
            } else {
                (&[][..], Payload::read(&header, octets))
            };
            let end = &behind(origin, rest);
            emit(Output::Whole { header: &header, content, payload: &payload, start: &self.start, end });
            bytes = rest;
        }
        let missing = HEADER_OCTETS.saturating_sub(self.buffer.len());
        let (taken, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        self.buffer.extend_from_slice(taken);
        if let Some(header) = Header::read(&self.buffer) {
            self.buffer.clear();
            let end = behind(origin, rest);
            if self.doubtful > 0 && self.misled(&header, &end, emit) {
                self.advance(&header.octets(), &end, emit);
            } else {
                self.begin(header, &end, emit);
            }
        }
        rest
    }

    fn begin(&mut self, header: Header, origin: &Origin, emit: &mut impl FnMut(Output<'_>)) {
        if PREFACE.starts_with(&header.octets()) {
            self.state = State::Preface(to_u32(PREFACE.len().saturating_sub(HEADER_OCTETS)));
            return;
        }
        emit(Output::Start { header: &header, start: &self.start });
        let length = to_index(u64::from(header.length));
        if header.kind == FrameType::DATA {
            let padding = if header.flags.has(Flags::PADDED) { None } else { Some(0) };
            let progress = Progress { left: header.length, padding, zero: true, missing: 0 };
            if header.length == 0 {
                self.end_data(header, progress, origin, emit);
            } else {
                self.state = State::Data(header, progress);
            }
        } else if header.length == 0 {
            let start = self.start;
            let payload = &Payload::read(&header, &[]);
            emit(Output::End { header: &header, payload, start: &start, end: origin });
            self.state = State::Header;
        } else if length > limits::MAX_PAYLOAD {
            self.state = State::Skip(header, header.length);
        } else {
            self.state = State::Payload(header, header.length);
        }
    }

    fn payload<'b>(
        &mut self,
        header: Header,
        left: u32,
        bytes: &'b [u8],
        origin: &Origin,
        emit: &mut impl FnMut(Output<'_>),
    ) -> &'b [u8] {
        let Some((taken, rest)) = bytes.split_at_checked(to_index(u64::from(left))) else {
            self.buffer.extend_from_slice(bytes);
            self.state = State::Payload(header, left.saturating_sub(to_u32(bytes.len())));
            return &[];
        };
        let end = behind(origin, rest);
        if self.buffer.is_empty() {
            self.end(header, Payload::read(&header, taken), &end, emit);
        } else {
            let mut whole = std::mem::take(&mut self.buffer);
            whole.extend_from_slice(taken);
            self.end(header, Payload::read(&header, &whole), &end, emit);
            whole.clear();
            self.buffer = whole;
        }
        rest
    }

    fn data<'b>(&mut self, bytes: &'b [u8], origin: &Origin, emit: &mut impl FnMut(Output<'_>)) -> &'b [u8] {
        let State::Data(header, progress) = &mut self.state else { return bytes };
        let mut bytes = bytes;
        if progress.padding.is_none() && progress.missing == 0 {
            let Some((pad_length, rest)) = bytes.split_first() else { return bytes };
            progress.padding = Some(*pad_length);
            progress.left = progress.left.saturating_sub(1);
            bytes = rest;
        }
        let taken = to_index(u64::from(progress.left)).min(bytes.len());
        let (now, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
        let padding = u32::from(progress.padding.unwrap_or_default());
        let content = to_index(u64::from(progress.left.saturating_sub(padding))).min(now.len());
        let (content, filler) = now.split_at_checked(content).unwrap_or((now, &[]));
        progress.left = progress.left.saturating_sub(to_u32(taken));
        progress.zero &= filler.iter().all(|octet| *octet == 0);
        let (header, progress) = (*header, *progress);
        if !content.is_empty() {
            emit(Output::Data { header: &header, content, start: &self.start, end: &behind(origin, rest) });
        }
        if progress.left == 0 {
            self.end_data(header, progress, &behind(origin, rest), emit);
        }
        rest
    }

    fn end_data(
        &mut self,
        header: Header,
        progress: Progress,
        end: &Origin,
        emit: &mut impl FnMut(Output<'_>),
    ) {
        let padded = header.flags.has(Flags::PADDED);
        let room = header.length.saturating_sub(u32::from(padded));
        let claimed = progress.padding.unwrap_or_default();
        let payload = match wrong_length(&header) {
            Some(fault) => Payload::Malformed(Malformed { fault, octets: &[] }),
            None if u32::from(claimed) > room => {
                Payload::Malformed(Malformed { fault: Fault::Padding { claimed, room }, octets: &[] })
            }
            None => Payload::Data(Data {
                content: room.saturating_sub(u32::from(claimed)),
                padding: padded.then_some(Padding { length: claimed, zero: progress.zero }),
                missing: progress.missing,
            }),
        };
        self.end(header, payload, end, emit);
    }

    fn end(&mut self, header: Header, payload: Payload<'_>, end: &Origin, emit: &mut impl FnMut(Output<'_>)) {
        emit(Output::End { header: &header, payload: &payload, start: &self.start, end });
        self.state = State::Header;
    }

    /// Octets that are missing.
    fn gap(&mut self, length: u64, origin: &Origin, emit: &mut impl FnMut(Output<'_>)) {
        let within = |left: u32| {
            if length > 0 && length <= u64::from(left) { Some(to_u32(to_index(length))) } else { None }
        };
        match &mut self.state {
            State::Data(header, progress) => {
                if let Some(length) = within(progress.left) {
                    progress.left = progress.left.saturating_sub(length);
                    progress.missing = progress.missing.saturating_add(length);
                    let (header, progress) = (*header, *progress);
                    if progress.left == 0 {
                        self.end_data(header, progress, origin, emit);
                    }
                    return;
                }
            }
            State::Payload(header, left) | State::Skip(header, left) => {
                if let Some(length) = within(*left) {
                    let (header, left) = (*header, left.saturating_sub(length));
                    self.buffer.clear();
                    self.state = State::Skip(header, left);
                    if left == 0 {
                        self.end(header, Payload::Unread, origin, emit);
                    }
                    return;
                }
            }
            State::Header | State::Preface(_) => {}
            State::Search(search) => {
                **search = Search::default();
                return;
            }
        }
        self.buffer.clear();
        self.state = State::Search(Box::default());
        emit(Output::Lost { origin });
    }
}

/// The payload of a frame that is wholly here, and what follows it: the usual case, without any state. Padding of DATA is left to
/// those who count it.
fn whole<'b>(header: &Header, rest: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
    let padded = header.kind == FrameType::DATA && header.flags.has(Flags::PADDED);
    let ordinary = !padded && header.kind != PREFACE_TYPE;
    let length = to_index(u64::from(header.length));
    if ordinary && length <= limits::MAX_PAYLOAD { rest.split_at_checked(length) } else { None }
}

/// The longest payload believed of a frame that is searched for: the initial MAX_FRAME_SIZE, which few senders exceed.
const LONGEST: u32 = 16_384;

/// Frames found again that must look like frames: a chain may be found in the content of a frame, but it ends with that frame.
const DOUBTFUL: u8 = 8;

/// What stands in the type's place when a connection preface is read as a frame header.
const PREFACE_TYPE: FrameType = FrameType(b' ');

/// The origin of the octet before `rest`, when the piece that ends with `rest` ends at `origin`.
fn behind(origin: &Origin, rest: &[u8]) -> Origin {
    origin.before(to_u64(rest.len()))
}
