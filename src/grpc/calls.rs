//! All calls of a connection: facts of `conn` bring them up to date, and each time it is said what is noteworthy.

use std::collections::{HashMap, VecDeque};

use super::call::{Call, Flavour, Part, Told, method};
use super::keepalive::{Keepalive, Streams};
use super::messages::{Brought, Web};
use super::notice::{Notice, Notices};
use super::text::span_of_timeout;
use crate::base::{Origin, Side, Span};
use crate::conn::{Connection, Fact, Head, Kind, Named, Role, Stream};
use crate::limits;

/// The gRPC calls of one connection: those that are open, and those that closed last.
#[derive(Debug, Default)]
pub struct Calls {
    /// Those that are known; most connections have none.
    known: Option<Box<Known>>,
    /// Calls seen.
    pub count: u64,
    /// The client's PINGs, which few clients send.
    keepalive: Option<Box<Keepalive>>,
    /// What the last fact brought, and on which stream.
    noticed: (u32, Notices),
}

/// The calls that are known.
#[derive(Debug, Default)]
struct Known {
    /// A client chooses the streams; where they come to stand it cannot know.
    calls: HashMap<u32, Box<Call>, foldhash::fast::RandomState>,
    closed: VecDeque<u32>,
    /// The place of a forgotten call, for the next one.
    spare: Option<Box<Call>>,
}

impl Calls {
    /// The call on this stream, while it is open or remembered.
    #[must_use]
    pub fn get(&self, stream: u32) -> Option<&Call> {
        self.known.as_ref()?.calls.get(&stream).map(|call| &**call)
    }

    /// The calls that are open or remembered, by stream.
    #[must_use]
    pub fn all(&self) -> Vec<&Call> {
        let known = self.known.iter().flat_map(|known| known.calls.values());
        let mut all: Vec<&Call> = known.map(|call| &**call).collect();
        all.sort_unstable_by_key(|call| call.stream);
        all
    }

    /// The client's PINGs.
    #[must_use]
    pub fn keepalive(&self) -> &Keepalive {
        self.keepalive.as_deref().unwrap_or(&Keepalive::NONE)
    }

    /// The call about which this was noticed just now.
    #[must_use]
    pub fn noticed(&self, notice: Notice) -> Option<&Call> {
        let (stream, notices) = self.noticed;
        if notices.has(notice) { self.get(stream) } else { None }
    }

    /// Takes a fact. What it brings that is noteworthy is told, and remembered until the next one.
    #[inline]
    pub fn hear(&mut self, fact: &Fact<'_>, conn: &Connection) -> Notices {
        match fact.kind {
            Kind::Opened(stream) | Kind::Closed(stream) if !stream.call => Notices::NONE,
            _ => self.take(fact, conn),
        }
    }

    fn take(&mut self, fact: &Fact<'_>, conn: &Connection) -> Notices {
        let stream = match fact.kind {
            Kind::CallFields { stream, .. }
            | Kind::CallContent { stream, .. }
            | Kind::CallContentLost(stream)
            | Kind::CallEnded(stream)
            | Kind::Closed(stream)
            | Kind::Reset { stream, .. } => stream,
            Kind::Pinged if fact.side == Side::Client => {
                self.ping(fact, conn);
                return Notices::NONE;
            }
            Kind::Unsynchronised => {
                self.lose(fact.side);
                return Notices::NONE;
            }
            _ => return Notices::NONE,
        };
        if !stream.call {
            return Notices::NONE;
        }
        let notices = self.about(stream, fact, conn);
        self.noticed = (stream.id.0, notices);
        notices
    }

    fn about(&mut self, stream: &Stream, fact: &Fact<'_>, conn: &Connection) -> Notices {
        let id = stream.id.0;
        if let Kind::Closed(_) = fact.kind {
            self.close(id);
            return Notices::NONE;
        }
        let call = match fact.kind {
            Kind::CallFields { head, .. } if head.role == Role::Request => {
                // Behind a gap the request may be found only when frames of the server are missing already.
                let whole = conn.streams.is_whole(stream, Side::Server);
                let mut call = self.open(id, head);
                if let (false, Some(call)) = (whole, &mut call) {
                    call.lose(Side::Server);
                }
                call
            }
            Kind::CallFields { head, .. } if head.role == Role::Response && self.get(id).is_none() => {
                self.open(id, head)
            }
            _ => self.known.as_mut().and_then(|known| known.calls.get_mut(&id)),
        };
        let Some(call) = call else { return Notices::NONE };
        let notices = match fact.kind {
            Kind::CallFields { head, .. } => call.fields(fact, head, stream, conn),
            Kind::CallContent { octets, .. } => call.content(fact, octets),
            Kind::CallContentLost(_) => {
                call.sides[fact.side].messages.lost = true;
                Notices::NONE
            }
            Kind::CallEnded(_) => call.end(fact, conn),
            Kind::Reset { code, .. } => call.reset(fact, code.0),
            _ => Notices::NONE,
        };
        if call.is_judged() { notices } else { Notices::NONE }
    }

    /// A call begins.
    fn open(&mut self, stream: u32, head: &Head) -> Option<&mut Box<Call>> {
        let known = self.known.get_or_insert_default();
        if known.calls.len() >= limits::MAX_OPEN_STREAMS {
            return None;
        }
        let text = head.get(Named::ContentType).is_some_and(|kind| {
            kind.get(..WEB_TEXT.len()).is_some_and(|start| start.eq_ignore_ascii_case(WEB_TEXT))
        });
        let flavour = match (head.is_grpc_web(), text) {
            (true, true) => Flavour::WebText,
            (true, false) => Flavour::Web,
            (false, _) => Flavour::Grpc,
        };
        self.count = self.count.saturating_add(1);
        let call = Call::new(stream, flavour);
        let place = match known.spare.take() {
            Some(mut place) => {
                *place = call;
                place
            }
            None => Box::new(call),
        };
        Some(known.calls.entry(stream).insert_entry(place).into_mut())
    }

    /// A call is over: it is remembered for a while.
    fn close(&mut self, stream: u32) {
        let known = self.known.get_or_insert_default();
        known.closed.push_back(stream);
        if known.closed.len() > limits::MAX_CLOSED_CALLS
            && let Some(oldest) = known.closed.pop_front()
        {
            known.spare = known.calls.remove(&oldest);
        }
    }

    fn ping(&mut self, fact: &Fact<'_>, conn: &Connection) {
        let open = conn.streams.active(Side::Client) > 0;
        let streams = if open { Streams::Some } else { Streams::None };
        self.keepalive.get_or_insert_default().ping(&fact.start, conn.sides.server.message_frames(), streams);
    }

    /// Frames of a side are missing: any of them may have been about an open call.
    fn lose(&mut self, side: Side) {
        for call in self.known.iter_mut().flat_map(|known| known.calls.values_mut()) {
            call.lose(side);
        }
    }
}

impl Call {
    /// Frames of a side are missing: they may have been about this call.
    fn lose(&mut self, side: Side) {
        let half = &mut self.sides[side];
        half.messages.lost = true;
        half.blind = true;
    }

    /// True when it is gRPC itself, by the word of the request: then its form is prescribed.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.flavour == Flavour::Grpc && self.request.is_some()
    }

    fn fields(&mut self, fact: &Fact<'_>, head: &Head, stream: &Stream, conn: &Connection) -> Notices {
        let part = Part::new(fact.start, fact.end, head);
        match (fact.side, head.role) {
            (Side::Client, Role::Request) => self.asked(part, head, stream),
            (Side::Server, Role::Response) => self.answered(part, head, stream, fact),
            (Side::Server, Role::Trailers) => self.trailed(part, stream, conn, fact),
            _ => Notices::NONE,
        }
    }

    /// The request.
    fn asked(&mut self, part: Part, head: &Head, stream: &Stream) -> Notices {
        let mut notices = Notices::NONE;
        self.line = stream.request.clone();
        let timeout = part.get(Named::Timeout);
        self.timeout = timeout.and_then(span_of_timeout);
        let path = self.line.as_ref().and_then(|line| line.path.as_deref());
        // What is kept of a long path may be its service alone.
        let odd_path =
            path.is_some_and(|path| path.len() < limits::MAX_REQUEST_TEXT && method(path).is_none());
        let other_method = self.line.as_ref().is_some_and(|line| line.method.is_some()) && !head.is_post();
        notices.add_if(!head.accepts_trailers() && part.whole, Notice::NoTe);
        notices.add_if(odd_path || other_method, Notice::OddRequestLine);
        notices.add_if(
            timeout.is_some() && self.timeout.is_none_or(|span| span == Span::ZERO),
            Notice::OddTimeout,
        );
        notices.add_if(part.get(Named::BrokenBinary).is_some(), Notice::OddMetadata);
        self.request = Some(part);
        notices
    }

    /// The head of the answer.
    fn answered(&mut self, part: Part, head: &Head, stream: &Stream, fact: &Fact<'_>) -> Notices {
        let mut notices = Notices::NONE;
        if self.line.is_none() {
            self.line.clone_from(&stream.request);
        }
        self.http_status = head.status;
        let other_type = !part.grpc && (head.has_content_type() || part.whole);
        if !part.grpc {
            self.sides.server.messages.lost = true;
        }
        let ends = matches!(fact.kind, Kind::CallFields { ends_stream: true, .. })
            || stream.sent.server.ended.is_some();
        let fine = head.status == Some(200);
        notices.add_if(fine && other_type, Notice::NotGrpc);
        notices.add_if(head.status.is_some() && !fine, Notice::HttpStatus);
        notices.add_if(part.get(Named::Status).is_some() && !ends, Notice::StatusMisplaced);
        notices.add_if(self.is_encoding_unasked(&part), Notice::EncodingNotAccepted);
        odd_fields(&part, &mut notices);
        self.response = Some(part);
        if self.sides.server.blind { Notices::NONE } else { notices }
    }

    /// Fields behind the answer's content.
    fn trailed(&mut self, part: Part, stream: &Stream, conn: &Connection, fact: &Fact<'_>) -> Notices {
        let mut notices = Notices::NONE;
        let early = self.response.as_ref().is_some_and(|response| response.get(Named::Status).is_some());
        notices.add_if(part.get(Named::Status).is_some() && early, Notice::StatusMisplaced);
        odd_fields(&part, &mut notices);
        self.trailers = Some(part);
        // END_STREAM on HEADERS whose block goes on in CONTINUATION passed before.
        if stream.sent.server.ended.is_some() {
            self.conclude(fact, conn, &mut notices);
        }
        if self.sides.server.blind { Notices::NONE } else { notices }
    }

    fn is_encoding_unasked(&self, answer: &Part) -> bool {
        let (Some(encoding), Some(request)) = (answer.encoding(), &self.request) else { return false };
        let accepted = request.get(Named::AcceptEncoding).unwrap_or_default();
        let offers = |list: &[u8]| {
            list.split(|octet| *octet == b',').any(|one| one.trim_ascii().eq_ignore_ascii_case(encoding))
        };
        request.whole && !offers(accepted) && !offers(request.get(Named::Encoding).unwrap_or_default())
    }

    fn content(&mut self, fact: &Fact<'_>, octets: &[u8]) -> Notices {
        let head = match fact.side {
            Side::Client => &self.request,
            Side::Server => &self.response,
        };
        let half = &mut self.sides[fact.side];
        if half.ended.is_some() || half.messages.lost {
            return Notices::NONE;
        }
        if head.is_none() {
            half.messages.lost = true;
            return Notices::NONE;
        }
        let web = match self.flavour {
            Flavour::Grpc => Web::No,
            Flavour::Web => Web::Trailers,
            Flavour::WebText => Web::Text,
        };
        let Brought { odd_flag, compressed } = half.messages.push(octets, &fact.start, web);
        let mut notices = Notices::NONE;
        notices.add_if(odd_flag, Notice::OddFlag);
        let unnamed = head.as_ref().is_some_and(|head| head.whole && head.encoding().is_none());
        notices.add_if(compressed && unnamed, Notice::NoEncoding);
        notices
    }

    /// END_STREAM of a side.
    fn end(&mut self, fact: &Fact<'_>, conn: &Connection) -> Notices {
        let mut notices = Notices::NONE;
        let answered = fact.side == Side::Client && self.sides.server.ended.is_some();
        notices.add_if(answered && !self.is_reset(), Notice::AnsweredFirst);
        let half = &mut self.sides[fact.side];
        half.ended.get_or_insert(fact.start);
        notices.add_if(!half.messages.lost && half.messages.missing() > 0, Notice::Truncated);
        if fact.side == Side::Server && !half.blind {
            self.conclude(fact, conn, &mut notices);
        }
        notices
    }

    /// The answer has ended, and its last field block, if that is the end, is complete.
    fn conclude(&self, fact: &Fact<'_>, conn: &Connection, notices: &mut Notices) {
        let block = conn.sides.server.open_block();
        if block.is_some_and(|block| block.stream.0 == self.stream) {
            return;
        }
        match self.status() {
            Some((told, _)) => notices.add_if(told != Told::Early && self.code() != Some(0), Notice::Failed),
            None => {
                let known = |part: &Part| part.whole;
                let answer = self.response.as_ref().is_some_and(|part| part.grpc && known(part));
                let complete = answer && self.trailers.as_ref().is_none_or(known);
                notices.add_if(complete && self.http_status == Some(200), Notice::NoStatus);
            }
        }
        notices.add_if(self.lasted(&fact.end).is_some_and(|(took, allowed)| took >= allowed), Notice::Late);
    }

    fn reset(&mut self, fact: &Fact<'_>, code: u32) -> Notices {
        let mut notices = Notices::NONE;
        let [first, asked, answered] =
            [!self.is_reset(), self.sides.client.ended.is_some(), self.sides.server.ended.is_some()];
        self.sides[fact.side].reset.get_or_insert((fact.end, code));
        notices.add_if(first && answered && !asked, Notice::AnsweredFirst);
        if !first || answered {
            return notices;
        }
        notices.add(Notice::Reset);
        if fact.side == Side::Client && code == CANCEL {
            let nearly = self.lasted(&fact.end).is_some_and(|(took, allowed)| {
                took.0 >= allowed.0.saturating_sub(allowed.0.checked_div(20).unwrap_or_default())
            });
            notices.add_if(nearly, Notice::Late);
        }
        notices
    }

    fn is_reset(&self) -> bool {
        Side::BOTH.iter().any(|side| self.sides[*side].reset.is_some())
    }

    /// How long it took from its request to `end`, and how long it was allowed to.
    #[must_use]
    pub fn lasted(&self, end: &Origin) -> Option<(Span, Span)> {
        let request = self.request.as_ref()?;
        Some((
            end.at.time.since(request.start.at.time),
            self.timeout.filter(|timeout| *timeout > Span::ZERO)?,
        ))
    }
}

/// What the fields of an answer have that is not as prescribed.
fn odd_fields(part: &Part, notices: &mut Notices) {
    let broken = part.get(Named::BrokenBinary).is_some() || part.is_malformed(Named::Message);
    notices.add_if(broken, Notice::OddMetadata);
    notices.add_if(part.is_malformed(Named::Status), Notice::OddStatus);
}

/// The beginning of the content-type of gRPC-Web in base64.
const WEB_TEXT: &[u8] = b"application/grpc-web-text";

/// CANCEL (RFC 9113 §7).
const CANCEL: u32 = 8;
