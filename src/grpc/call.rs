//! One call: the fields of its request and of its answer, the messages of both sides, its ends.

use std::sync::Arc;

use super::messages::Messages;
use super::text::percent_decoded;
use crate::base::{Origin, PerSide, Side, Span};
use crate::conn::{Head, Metadata, Named, Request};

/// A gRPC call: a stream whose content-type says so.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its stream.
    pub stream: u32,
    /// Which of the protocols by that name it is.
    pub flavour: Flavour,
    /// The request line, as far as its fields are known.
    pub line: Option<Arc<Request>>,
    /// The fields of the request; `None` when the answer alone tells that this is a call.
    pub request: Option<Part>,
    /// The fields of the final response.
    pub response: Option<Part>,
    /// The fields behind the content of the answer.
    pub trailers: Option<Part>,
    /// The HTTP status of the final response.
    pub http_status: Option<u16>,
    /// grpc-timeout, where it can be read.
    pub timeout: Option<Span>,
    /// What each side sent.
    pub sides: PerSide<Half>,
}

/// A protocol by the name of gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web: trailers stand in the content.
    Web,
    /// gRPC-Web in base64.
    WebText,
}

/// What one side sent in a call.
#[derive(Clone, Debug, Default)]
pub struct Half {
    /// Its messages.
    pub messages: Messages,
    /// Where its END_STREAM was.
    pub ended: Option<Origin>,
    /// Where its RST_STREAM was, and the error code.
    pub reset: Option<(Origin, u32)>,
    /// True when frames of it may be missing.
    pub blind: bool,
}

/// A field block of a call.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where it began.
    pub start: Origin,
    /// Where it was complete.
    pub end: Origin,
    /// Every field of it is known.
    pub whole: bool,
    /// Its content-type is one of gRPC or gRPC-Web.
    pub grpc: bool,
    metadata: Option<Arc<Metadata>>,
}

/// How the messages of a call go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One message each way.
    Unary,
    /// Several of the client, one of the server.
    ClientStreaming,
    /// One of the client, several of the server.
    ServerStreaming,
    /// Several each way, or in turns.
    BidiStreaming,
    /// What was seen fits more than one.
    Unknown,
}

/// Where the status of a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// In trailers.
    Trailers,
    /// In the only field block of the answer (Trailers-Only).
    TrailersOnly,
    /// In fields behind which the answer goes on.
    Early,
    /// In the content (gRPC-Web).
    Content,
}

impl Shape {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ClientStreaming => "client_streaming",
            Self::ServerStreaming => "server_streaming",
            Self::BidiStreaming => "bidi_streaming",
            Self::Unknown => "unknown",
        }
    }
}

impl Part {
    pub(super) fn new(start: Origin, end: Origin, head: &Head) -> Self {
        let grpc = head.is_grpc() || head.is_grpc_web();
        Self { start, end, whole: head.is_whole(), grpc, metadata: head.metadata.clone() }
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, named: Named) -> Option<&[u8]> {
        self.metadata.as_deref()?.get(named)
    }

    /// True when the value of the first field of this name has not the prescribed form.
    #[must_use]
    pub fn is_malformed(&self, named: Named) -> bool {
        self.metadata.as_deref().is_some_and(|metadata| metadata.is_malformed(named))
    }

    /// The encoding of compressed messages, unless that is `identity`.
    #[must_use]
    pub fn encoding(&self) -> Option<&[u8]> {
        self.get(Named::Encoding).filter(|encoding| !encoding.eq_ignore_ascii_case(b"identity"))
    }
}

impl Call {
    pub(super) fn new(stream: u32, flavour: Flavour) -> Self {
        Self {
            stream,
            flavour,
            line: None,
            request: None,
            response: None,
            trailers: None,
            http_status: None,
            timeout: None,
            sides: PerSide::default(),
        }
    }

    /// Service and method, where the path has that form.
    #[must_use]
    pub fn method(&self) -> Option<(&str, &str)> {
        method(self.line.as_ref()?.path.as_deref()?)
    }

    /// grpc-status as it stands, and where.
    #[must_use]
    pub fn status(&self) -> Option<(Told, &[u8])> {
        let status =
            |part: &Option<Part>| part.as_ref().is_some_and(|part| part.get(Named::Status).is_some());
        let told = match () {
            () if status(&self.trailers) => Told::Trailers,
            () if status(&self.response) && self.is_trailers_only() => Told::TrailersOnly,
            () if status(&self.response) => Told::Early,
            () => Told::Content,
        };
        Some((told, self.told(told, Named::Status, "grpc-status")?))
    }

    /// grpc-status as a number.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        std::str::from_utf8(self.status()?.1).ok()?.parse().ok()
    }

    /// grpc-message, decoded; `None` where it is absent or empty.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let (told, _) = self.status()?;
        let text = percent_decoded(self.told(told, Named::Message, "grpc-message")?);
        (!text.is_empty()).then_some(text)
    }

    fn told(&self, told: Told, named: Named, name: &str) -> Option<&[u8]> {
        match told {
            Told::Trailers => self.trailers.as_ref()?.get(named),
            Told::TrailersOnly | Told::Early => self.response.as_ref()?.get(named),
            Told::Content => self.sides.server.messages.web_trailer(name),
        }
    }

    /// True when the answer is one field block and nothing else.
    #[must_use]
    pub fn is_trailers_only(&self) -> bool {
        let ended = self.sides.server.ended.map(|ended| ended.tcp_end);
        self.response.as_ref().is_some_and(|response| Some(response.start.tcp_end) == ended)
    }

    /// True when the server has ended it, every field of the answer is known, and none is grpc-status.
    #[must_use]
    pub fn is_without_status(&self) -> bool {
        let answer = self.response.as_ref().is_some_and(|part| part.whole);
        let known = answer && self.trailers.as_ref().is_none_or(|part| part.whole);
        known && !self.sides.server.blind && self.sides.server.ended.is_some() && self.status().is_none()
    }

    /// Where the answer was complete, or a reset ended the call.
    #[must_use]
    pub fn over(&self) -> Option<Origin> {
        let reset = |side: Side| self.sides[side].reset.map(|(at, _)| at);
        let ended =
            self.sides.server.ended.map(|ended| self.trailers.as_ref().map_or(ended, |part| part.end));
        let all = [ended, reset(Side::Client), reset(Side::Server)];
        all.into_iter().flatten().min_by_key(|origin| origin.at.pkt)
    }

    /// How its messages go, as far as that can be told from those that were seen.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let (up, down) = (&self.sides.client.messages, &self.sides.server.messages);
        let asked = self.sides.client.ended.map(|ended| ended.at.pkt);
        let answered = down.first.map(|first| first.at.pkt);
        let after = asked.is_some_and(|asked| answered.is_none_or(|answered| asked < answered));
        let in_turns = answered.is_some_and(|answered| answered < up.last_pkt);
        let fine = self.code() == Some(0);
        let lost = up.lost || down.lost;
        match (up.count, down.count) {
            (2.., 2..) => Shape::BidiStreaming,
            _ if lost => Shape::Unknown,
            (2.., 1) if in_turns => Shape::BidiStreaming,
            (0 | 2.., 1) if fine && after => Shape::ClientStreaming,
            (1, 2..) if after => Shape::ServerStreaming,
            (1, 1) if fine && after => Shape::Unary,
            _ => Shape::Unknown,
        }
    }
}

/// Service and method of a path `/service/method`.
pub(super) fn method(path: &str) -> Option<(&str, &str)> {
    let (service, method) = path.strip_prefix('/')?.rsplit_once('/')?;
    (!service.is_empty() && !method.is_empty()).then_some((service, method))
}
