//! Octets to send: the preface, HTTP/1 text, and frames, right ones and wrong ones.

use crate::base::to_u32;
use crate::frame::{ErrorCode, Flags, FrameType, Header, PREFACE, Setting, StreamId};

/// Something to put into a segment.
#[derive(Clone, Debug)]
pub enum Octets {
    /// These octets.
    Plain(Vec<u8>),
    /// A frame.
    Frame(Wire),
}

/// A frame to be written. Everything about it can be made wrong.
#[derive(Clone, Debug)]
pub struct Wire {
    header: Header,
    payload: Vec<u8>,
    /// A length that is not the payload's.
    claimed: Option<u32>,
}

impl Octets {
    /// The octets on the wire.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        match self {
            Self::Plain(octets) => octets.clone(),
            Self::Frame(wire) => wire.octets(),
        }
    }
}

impl From<Wire> for Octets {
    fn from(wire: Wire) -> Self {
        Self::Frame(wire)
    }
}

impl Wire {
    fn new(kind: FrameType, stream: u32, payload: Vec<u8>) -> Self {
        let header =
            Header { length: 0, kind, flags: Flags::default(), reserved: false, stream: StreamId(stream) };
        Self { header, payload, claimed: None }
    }

    /// With END_STREAM.
    #[must_use]
    pub fn end_stream(self) -> Self {
        self.flag(Flags::END_STREAM.0)
    }

    /// With these flag bits set too.
    #[must_use]
    pub fn flag(mut self, bits: u8) -> Self {
        self.header.flags = Flags(self.header.flags.0 | bits);
        self
    }

    /// Without END_HEADERS: CONTINUATION follows.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.header.flags = Flags(self.header.flags.0 & !Flags::END_HEADERS.0);
        self
    }

    /// On another stream than it should be.
    #[must_use]
    pub fn on(mut self, stream: u32) -> Self {
        self.header.stream = StreamId(stream);
        self
    }

    /// With the reserved bit.
    #[must_use]
    pub fn reserved(mut self) -> Self {
        self.header.reserved = true;
        self
    }

    /// With this payload instead.
    #[must_use]
    pub fn payload(mut self, octets: &[u8]) -> Self {
        self.payload = octets.to_vec();
        self
    }

    /// With a pad length and so many octets of padding.
    #[must_use]
    pub fn padded(mut self, length: u8, filler: u8) -> Self {
        self.payload.insert(0, length);
        self.payload.resize(self.payload.len().saturating_add(usize::from(length)), filler);
        self.flag(Flags::PADDED.0)
    }

    /// With a length field that says so.
    #[must_use]
    pub fn claiming(mut self, length: u32) -> Self {
        self.claimed = Some(length);
        self
    }

    /// The octets on the wire.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let length = self.claimed.unwrap_or_else(|| to_u32(self.payload.len()));
        let mut octets = Header { length, ..self.header }.octets().to_vec();
        octets.extend_from_slice(&self.payload);
        octets
    }
}

/// The client connection preface.
#[must_use]
pub fn preface() -> Octets {
    Octets::Plain(PREFACE.to_vec())
}

/// Text, as HTTP/1.x has it, or any other octets.
#[must_use]
pub fn http1(text: impl AsRef<[u8]>) -> Octets {
    Octets::Plain(text.as_ref().to_vec())
}

/// HEADERS with END_HEADERS and this field block.
#[must_use]
pub fn headers(stream: u32, block: &[u8]) -> Octets {
    Octets::Frame(Wire::new(FrameType::HEADERS, stream, block.to_vec()).flag(Flags::END_HEADERS.0))
}

/// A field block of literals that enter no table.
#[must_use]
pub fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut octets = Vec::new();
    for (name, value) in fields {
        octets.push(0);
        for text in [name, value] {
            octets.push(u8::try_from(text.len()).unwrap_or(126).min(126));
            octets.extend(text.bytes().take(126));
        }
    }
    octets
}

/// A GET that ends the stream.
#[must_use]
pub fn get(stream: u32) -> Octets {
    request(stream, "GET").map(Wire::end_stream)
}

/// A POST whose content follows.
#[must_use]
pub fn post(stream: u32) -> Octets {
    request(stream, "POST")
}

fn request(stream: u32, method: &str) -> Octets {
    let fields = [(":method", method), (":scheme", "http"), (":path", "/"), (":authority", "a.example")];
    headers(stream, &block(&fields))
}

/// A response with status 200 whose content follows.
#[must_use]
pub fn response(stream: u32) -> Octets {
    headers(stream, &block(&[(":status", "200")]))
}

/// Trailers, which end the stream.
#[must_use]
pub fn trailers(stream: u32) -> Octets {
    headers(stream, &block(&[("grpc-status", "0")])).map(Wire::end_stream)
}

/// CONTINUATION with END_HEADERS.
#[must_use]
pub fn continuation(stream: u32, fragment: &[u8]) -> Octets {
    Octets::Frame(Wire::new(FrameType::CONTINUATION, stream, fragment.to_vec()).flag(Flags::END_HEADERS.0))
}

/// DATA.
#[must_use]
pub fn data(stream: u32, content: &[u8]) -> Octets {
    Octets::Frame(Wire::new(FrameType::DATA, stream, content.to_vec()))
}

/// PRIORITY.
#[must_use]
pub fn priority(stream: u32, dependency: u32) -> Octets {
    let mut payload = dependency.to_be_bytes().to_vec();
    payload.push(15);
    Octets::Frame(Wire::new(FrameType::PRIORITY, stream, payload))
}

/// RST_STREAM.
#[must_use]
pub fn rst_stream(stream: u32, code: ErrorCode) -> Octets {
    Octets::Frame(Wire::new(FrameType::RST_STREAM, stream, code.0.to_be_bytes().to_vec()))
}

/// SETTINGS.
#[must_use]
pub fn settings(values: &[(Setting, u32)]) -> Octets {
    let mut payload = Vec::new();
    for (setting, value) in values {
        payload.extend(setting.0.to_be_bytes());
        payload.extend(value.to_be_bytes());
    }
    Octets::Frame(Wire::new(FrameType::SETTINGS, 0, payload))
}

/// SETTINGS with ACK.
#[must_use]
pub fn settings_ack() -> Octets {
    Octets::Frame(Wire::new(FrameType::SETTINGS, 0, Vec::new()).flag(Flags::ACK.0))
}

/// PUSH_PROMISE with END_HEADERS and a GET.
#[must_use]
pub fn push_promise(stream: u32, promised: u32) -> Octets {
    let mut payload = promised.to_be_bytes().to_vec();
    payload.extend(block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/p"),
        (":authority", "a.example"),
    ]));
    Octets::Frame(Wire::new(FrameType::PUSH_PROMISE, stream, payload).flag(Flags::END_HEADERS.0))
}

/// PING.
#[must_use]
pub fn ping(opaque: [u8; 8]) -> Octets {
    Octets::Frame(Wire::new(FrameType::PING, 0, opaque.to_vec()))
}

/// GOAWAY.
#[must_use]
pub fn goaway(last_stream_id: u32, code: ErrorCode) -> Octets {
    let payload = [last_stream_id.to_be_bytes(), code.0.to_be_bytes()].concat();
    Octets::Frame(Wire::new(FrameType::GOAWAY, 0, payload))
}

/// WINDOW_UPDATE.
#[must_use]
pub fn window_update(stream: u32, increment: u32) -> Octets {
    Octets::Frame(Wire::new(FrameType::WINDOW_UPDATE, stream, increment.to_be_bytes().to_vec()))
}

/// A frame of a type that nobody defined.
#[must_use]
pub fn unknown(kind: u8, stream: u32, payload: &[u8]) -> Octets {
    Octets::Frame(Wire::new(FrameType(kind), stream, payload.to_vec()))
}

impl Octets {
    /// Changes a frame; other octets stay as they are.
    #[must_use]
    pub fn map(self, change: impl FnOnce(Wire) -> Wire) -> Self {
        match self {
            Self::Plain(octets) => Self::Plain(octets),
            Self::Frame(wire) => Self::Frame(change(wire)),
        }
    }
}
