//! From pieces of plaintext to frames. Gaps inside a payload of known length are stepped over; any other gap loses the frame
//! boundary.

use super::payload::wrong_length;
use super::resync::{Found, Search, plausible};
use super::{Data, Fault, Flags, FrameType, HEADER_OCTETS, Header, Malformed, PREFACE, Padding, Payload};
use crate::base::{Origin, Piece, to_index, to_u32, to_u64};
use crate::limits;

/// What the decoder says. For each frame: `Start`, for DATA any number of `Data`, then `End`.
#[derive(Clone, Copy, Debug)]
pub enum Output<'a> {
    /// A header is complete.
    Start {
        /// The header.
        header: Header,
        /// The packet with the frame's first octet; `tcp_end` is the offset at which the frame begins.
        start: &'a Origin,
    },
    /// Content of a DATA frame passes, padding taken off.
    Data {
        /// The header.
        header: Header,
        /// The octets.
        content: &'a [u8],
    },
    /// The frame is complete.
    End {
        /// The header.
        header: Header,
        /// What was in it.
        payload: Payload<'a>,
        /// As in `Start`.
        start: &'a Origin,
        /// The packet with the last octet.
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
    fn misled(&mut self, header: &Header, origin: &Origin, emit: &mut impl FnMut(Output<'_>)) -> bool {
        if self.doubtful == 0 {
            return false;
        }
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
        bytes: &'b [u8],
        origin: &Origin,
        emit: &mut impl FnMut(Output<'_>),
    ) -> &'b [u8] {
        if self.buffer.is_empty() {
            self.start = behind(origin, bytes);
            if let Some(header) = Header::read(bytes) {
                let rest = bytes.get(HEADER_OCTETS..).unwrap_or_default();
                if self.misled(&header, &behind(origin, rest), emit) {
                    return bytes;
                }
                if let Some((payload, rest)) = whole(&header, rest) {
                    emit(Output::Start { header, start: &self.start });
                    let payload = Payload::read(&header, payload);
                    emit(Output::End { header, payload, start: &self.start, end: &behind(origin, rest) });
                    return rest;
                }
                self.begin(header, &behind(origin, rest), emit);
                return rest;
            }
        }
        let missing = HEADER_OCTETS.saturating_sub(self.buffer.len());
        let (taken, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        self.buffer.extend_from_slice(taken);
        if let Some(header) = Header::read(&self.buffer) {
            self.buffer.clear();
            let end = behind(origin, rest);
            if self.misled(&header, &end, emit) {
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
        emit(Output::Start { header, start: &self.start });
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
            emit(Output::End { header, payload: Payload::read(&header, &[]), start: &start, end: origin });
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
            emit(Output::Data { header, content });
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
        emit(Output::End { header, payload, start: &self.start, end });
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

/// The payload of a frame that is wholly here and is no DATA, and what follows it: the usual case, without any state.
fn whole<'b>(header: &Header, rest: &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
    let ordinary = header.kind != FrameType::DATA && header.kind != PREFACE_TYPE;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::LossKind;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).expect("short");
        let mut octets = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
        octets.extend_from_slice(payload);
        octets
    }

    fn chunk(bytes: &[u8], end: usize) -> Piece<'_> {
        Piece::Chunk { bytes, origin: Origin { tcp_end: to_u64(end), ..Origin::default() } }
    }

    fn gap(length: u64) -> Piece<'static> {
        Piece::Gap { length, loss: LossKind::Captured, origin: Origin::default() }
    }

    /// Everything the decoder says about `stream`, cut after every `step` octets; DATA content is joined.
    fn said(stream: &[u8], step: usize) -> Vec<String> {
        let mut decoder = Decoder::default();
        let (mut lines, mut content) = (Vec::new(), Vec::new());
        for (turn, bytes) in stream.chunks(step).enumerate() {
            decoder.push(&chunk(bytes, turn * step + bytes.len()), &mut |output| match output {
                Output::Data { content: octets, .. } => content.extend_from_slice(octets),
                Output::Start { header, start } => {
                    lines.push(format!("start {header:?} at {}", start.tcp_end))
                }
                Output::End { payload, end, .. } => {
                    lines.push(format!("end {payload:?} {content:?} at {}", end.tcp_end));
                    content.clear();
                }
                other => lines.push(format!("{other:?}")),
            });
        }
        lines
    }

    #[test]
    fn however_the_stream_is_cut_the_frames_are_the_same() {
        let mut stream = frame(4, 0, 0, &[0, 4, 0, 0, 0, 9]);
        stream.extend(frame(0, 8, 1, &[2, b'a', b'b', 0, 0]));
        stream.extend(frame(0, 1, 1, b""));
        stream.extend(frame(0x77, 0xff, 9, b"extension"));
        let whole = said(&stream, stream.len());
        assert_eq!(whole.len(), 8);
        for step in 1..stream.len() {
            assert_eq!(said(&stream, step), whole, "cut every {step} octets");
        }
    }

    #[test]
    fn data_with_padding_as_long_as_the_payload_is_malformed() {
        let lines = said(&frame(0, 8, 1, &[5, 0, 0, 0, 0]), 3);
        assert!(lines[1].contains("Padding { claimed: 5, room: 4 }"), "{lines:?}");
    }

    #[test]
    fn a_gap_inside_data_is_stepped_over_and_counted() {
        let mut decoder = Decoder::default();
        let stream = [frame(0, 0, 1, b"abcdef"), frame(6, 0, 0, b"12345678")].concat();
        let mut ends = Vec::new();
        let mut note = |output: Output<'_>| {
            if let Output::End { payload, .. } = output {
                ends.push(format!("{payload:?}"));
            }
        };
        decoder.push(&chunk(&stream[..11], 11), &mut note);
        decoder.push(&gap(4), &mut note);
        decoder.push(&chunk(&stream[15..], stream.len()), &mut note);
        assert_eq!(ends.len(), 2);
        assert!(ends[0].contains("missing: 4"), "{ends:?}");
        assert!(ends[1].starts_with("Ping"), "{ends:?}");
    }

    #[test]
    fn a_gap_over_a_frame_boundary_loses_synchronisation() {
        let mut decoder = Decoder::default();
        let mut lost = 0;
        let stream = frame(0, 0, 1, b"abc");
        decoder.push(&chunk(&stream[..10], 10), &mut |_| {});
        decoder.push(&gap(3), &mut |output| lost += u32::from(matches!(output, Output::Lost { .. })));
        assert_eq!(lost, 1);
        assert!(!decoder.synchronised());
    }

    #[test]
    fn behind_a_gap_the_next_chain_of_frames_is_found_and_read() {
        let mut decoder = Decoder::default();
        let frames = [frame(6, 0, 0, &[1; 8]), frame(6, 0, 0, &[2; 8]), frame(6, 1, 0, &[1; 8])].concat();
        let mut said = Vec::new();
        let mut note = |output: Output<'_>| match output {
            Output::Lost { .. } => said.push("lost".to_owned()),
            Output::Resynchronised { skipped, .. } => said.push(format!("found behind {skipped}")),
            Output::End { payload, .. } => said.push(format!("{payload:?}")),
            _ => {}
        };
        decoder.push(&gap(100), &mut note);
        decoder.push(&chunk(b"tail of a payload", 117), &mut note);
        decoder.push(&chunk(&frames, 117 + frames.len()), &mut note);
        assert_eq!(said[..3], ["lost", "found behind 17", "Ping([1, 1, 1, 1, 1, 1, 1, 1])"]);
        assert_eq!(said.len(), 5);
    }

    #[test]
    fn frames_found_inside_a_payload_are_given_up_where_the_payload_ends() {
        let inner = [frame(6, 0, 0, &[1; 8]), frame(6, 0, 0, &[2; 8]), frame(6, 1, 0, &[1; 8])].concat();
        let outer = [inner, b"and so on".to_vec()].concat();
        let frames = [frame(8, 0, 0, &[0, 0, 0, 9]), frame(4, 1, 0, b""), frame(6, 1, 0, &[3; 8])].concat();
        for step in [1, 7, 1000] {
            let mut decoder = Decoder::default();
            let mut said = Vec::new();
            let mut note = |output: Output<'_>| match output {
                Output::Lost { .. } => said.push("lost"),
                Output::Resynchronised { .. } => said.push("found"),
                Output::End { header, .. } => said.push(header.kind.name().unwrap_or("?")),
                _ => {}
            };
            decoder.push(&gap(100), &mut note);
            for bytes in [outer.clone(), frames.clone()].concat().chunks(step) {
                decoder.push(&chunk(bytes, 0), &mut note);
            }
            let inner = ["lost", "found", "PING", "PING", "PING", "lost", "found"];
            assert_eq!(
                said,
                [&inner[..], &["WINDOW_UPDATE", "SETTINGS", "PING"]].concat(),
                "cut every {step}"
            );
        }
    }

    #[test]
    fn a_second_preface_at_a_frame_boundary_is_seen_and_frames_go_on_behind_it() {
        let stream = [frame(4, 0, 0, b""), PREFACE.to_vec(), frame(4, 1, 0, b"")].concat();
        let lines = said(&stream, 5);
        assert!(lines[2].starts_with("Preface"), "{lines:?}");
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn the_frame_that_the_end_cuts_is_known() {
        let mut decoder = Decoder::default();
        decoder.push(&chunk(&frame(0, 0, 1, b"abcdef")[..12], 12), &mut |_| {});
        let (header, left) = decoder.unfinished().expect("inside a frame");
        assert_eq!((header.map(|h| h.length), left), (Some(6), 3));
    }
}
