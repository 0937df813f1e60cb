//! A reaction that is owed, and what became of it.

use super::Cause;
use crate::base::{Origin, PerSide, Place, Side, Span};
use crate::conn::{Connection, Ended, Goaway, MessageState, Stream};
use crate::finding::Confidence;
use crate::frame::{ErrorCode, StreamId};
use crate::rules::{Event, Scope, View};

/// A reaction that is owed for a certain fault.
#[derive(Clone, Debug)]
pub struct Due {
    /// The fault.
    pub cause: Cause,
    /// Who owes.
    pub debtor: Side,
    /// What the error has to end.
    pub ends: Reach,
    /// RST_STREAM of the debtor on the stream of the fault.
    reset: Option<(Origin, ErrorCode)>,
    /// The stream, when it was over.
    over: Option<End>,
}

/// What an error has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The connection: GOAWAY, and the TCP connection is closed (RFC 9113 §5.4.1).
    Connection,
    /// One stream: RST_STREAM (RFC 9113 §5.4.2).
    Stream,
}

/// What became of a reaction that was owed.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Nothing was owed after all, or it cannot be told.
    Nothing,
    /// It came.
    Done(Reaction),
    /// A malformed message got a good answer, or was taken to its end.
    Accepted {
        /// Where the answer, or the end of the message, was.
        at: Origin,
        /// The answer's status code.
        status: Option<u16>,
        /// When the fault was covered.
        since: Place,
        /// How certain it is that the fault was there to be seen by then.
        confidence: Confidence,
    },
    /// It never came.
    Ignored(Ignored),
}

/// A reaction.
#[derive(Clone, Copy, Debug)]
pub enum Reaction {
    /// GOAWAY or RST_STREAM with this code.
    Error(Origin, ErrorCode),
    /// The connection was closed without an error code before its peer closed it.
    Close(Origin),
    /// A malformed request was refused by a status code.
    Refusal,
}

/// A reaction that never came.
#[derive(Clone, Copy, Debug)]
pub struct Ignored {
    /// What shows it.
    pub proof: Proof,
    /// When the fault was covered.
    pub since: Place,
    /// Time from there to the end.
    pub over: Span,
    /// Where the end was; `None` for a connection that was open when the capture ended.
    pub end: Option<Origin>,
}

/// What shows that a reaction never came.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// The very field block with the fault was answered as if it were good.
    Answered(Origin),
    /// Something that the offender sent later was answered.
    Processed(Origin),
    /// One of these, but the offender reset the connection, so that an error may have been on its way; or the receiver itself may have
    /// widened what it allows, and that was on its way.
    Unsure(Origin),
    /// The wait was over.
    Expired,
    /// The offender waited, and gave up.
    GivenUp,
}

/// What is known of a stream at its end.
#[derive(Clone, Copy, Debug)]
struct End {
    opened: Origin,
    answered: Option<Origin>,
    status: Option<u16>,
    ended: PerSide<Option<Origin>>,
    reset: PerSide<Option<(Origin, ErrorCode)>>,
}

impl Due {
    /// What a fault makes owed; `None` when that is nothing.
    pub(super) fn of(cause: &Cause, conn: &Connection) -> Option<Self> {
        let debtor = cause.culprit.peer();
        let ends = match cause.rule.scope {
            Scope::Stream => Reach::Stream,
            Scope::Connection | Scope::Frame | Scope::Capture => Reach::Connection,
        };
        let hangs_on_stream = ends == Reach::Stream || cause.rule.names(ErrorCode::STREAM_CLOSED);
        let beyond =
            |last: StreamId| ends == Reach::Stream && cause.stream.is_some_and(|stream| stream > last.0);
        let free = hangs_on_stream && is_over(cause, debtor, conn);
        let mut goaways = conn.sides[debtor].goaways.iter();
        let parted =
            goaways.any(|goaway| goaway.code != ErrorCode::NO_ERROR || beyond(goaway.last_stream_id));
        (cause.demands_reaction() && !free && !parted).then_some(Self {
            cause: *cause,
            debtor,
            ends,
            reset: None,
            over: None,
        })
    }

    pub(super) fn is_about(&self, stream: u32) -> bool {
        self.cause.stream == Some(stream)
    }

    /// The first error on a stream, or of the connection, may hide others.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let same = self.ends == Reach::Connection || self.cause.stream == other.cause.stream;
        self.debtor == other.debtor && self.ends == other.ends && same
    }

    pub(super) fn see_reset(&mut self, side: Side, at: Origin, code: ErrorCode) {
        if side == self.debtor {
            self.reset.get_or_insert((at, code));
        }
    }

    pub(super) fn see_end(&mut self, stream: &Stream) {
        self.over = Some(End::of(stream));
    }

    /// Where the fault's octets were complete, as an offset of the offender's stream.
    const fn offset(&self) -> u64 {
        self.cause.end.tcp_end
    }

    fn knew(&self, later: &Origin) -> bool {
        self.cause.end.covered_by(later)
    }

    fn stream(&self, conn: &Connection) -> Option<End> {
        conn.streams.get(StreamId(self.cause.stream?)).map(End::of).or(self.over)
    }

    /// What became of it, now that the connection, or the capture, is over.
    #[must_use]
    pub fn outcome(&self, event: &Event<'_>) -> Outcome {
        let conn = event.conn;
        let Some(since) = conn.sides[self.debtor].knowledge.covered_since(self.offset()) else {
            return Outcome::Nothing;
        };
        if let Some(done) = self.done(conn) {
            return done;
        }
        let judged = match self.ends {
            Reach::Connection => None,
            Reach::Stream => self.on_stream(event, since),
        };
        judged.unwrap_or_else(|| self.ignored(event, since).map_or(Outcome::Nothing, Outcome::Ignored))
    }

    /// GOAWAY, RST_STREAM on the stream, or the end of the connection, by the debtor.
    fn done(&self, conn: &Connection) -> Option<Outcome> {
        let goaways = &conn.sides[self.debtor].goaways;
        let late = |end: &Origin| self.knew(end);
        // A farewell to somebody who has left is no reaction to what he did.
        let answers =
            |goaway: &&Goaway| goaway.code != ErrorCode::NO_ERROR || (late(&goaway.end) && !goaway.unheard);
        let goaway = goaways.iter().find(answers);
        let reset = self.reset.or_else(|| self.stream(conn)?.reset[self.debtor]);
        let error = match (self.ends, goaway, reset) {
            (Reach::Stream, _, Some(reset)) => Some(reset),
            (_, Some(goaway), _) => Some((goaway.end, goaway.code)),
            (_, None, reset) => reset.filter(|(_, code)| *code != ErrorCode::NO_ERROR),
        };
        if let Some((at, code)) = error {
            return Some(if late(&at) { Outcome::Done(Reaction::Error(at, code)) } else { Outcome::Nothing });
        }
        match conn.transport.ended() {
            (Ended::Fin(side) | Ended::Rst(side), Some(end)) if side == self.debtor => {
                Some(if late(&end) { Outcome::Done(Reaction::Close(end)) } else { Outcome::Nothing })
            }
            _ => None,
        }
    }

    /// What else settles a stream error. `None` when it was owed to the end.
    fn on_stream(&self, event: &Event<'_>, since: Place) -> Option<Outcome> {
        let Some(stream) = self.stream(event.conn) else { return Some(Outcome::Nothing) };
        let given_up = stream.reset[self.cause.culprit].is_some();
        let finished = stream.ended[self.debtor].filter(|_| self.debtor == Side::Server);
        if given_up || finished.is_some_and(|end| !self.knew(&end)) {
            return Some(Outcome::Nothing);
        }
        if !self.cause.rule.is_malformed_message() {
            return None;
        }
        match self.debtor {
            Side::Server => self.answer(event, &stream, since),
            Side::Client => Some(self.taken(event, &stream, since)),
        }
    }

    /// The server's answer to a malformed request.
    fn answer(&self, event: &Event<'_>, stream: &End, since: Place) -> Option<Outcome> {
        let at = stream.answered?;
        let Some(status) = stream.status else {
            return stream.ended.server.is_some().then_some(Outcome::Nothing);
        };
        let (read, _) = event.conn.sides[self.debtor].knowledge.proved();
        let seen = stream.opened == self.cause.start || read > self.offset();
        let had_time = at.at.time.since(since.time) >= event.grace();
        let confidence = if seen { Confidence::Certain } else { Confidence::Likely };
        let accepted = Outcome::Accepted { at, status: Some(status), since, confidence };
        match status {
            400.. => Some(Outcome::Done(Reaction::Refusal)),
            _ if !self.knew(&at) || !(seen || had_time) => Some(Outcome::Nothing),
            200..400 if self.cause.rule.must_not_be_accepted() => Some(accepted),
            _ => None,
        }
    }

    /// A malformed response that went on behind its fault, and was taken to its end. One that ended with the fault may have failed
    /// without a word: there was no stream left to reset.
    fn taken(&self, event: &Event<'_>, stream: &End, since: Place) -> Outcome {
        let (rule, knowledge) = (self.cause.rule, &event.conn.sides[self.debtor].knowledge);
        let Some(at) = stream.ended[self.cause.culprit].filter(|_| rule.must_not_be_accepted()) else {
            return Outcome::Nothing;
        };
        let went_on = at.tcp_end > self.offset() && knowledge.covered() > at.tcp_end;
        let between = at.at.time.since(since.time) >= event.grace();
        if went_on && between && self.ignored(event, since).is_some() {
            Outcome::Accepted { at, status: stream.status, since, confidence: Confidence::Likely }
        } else {
            Outcome::Nothing
        }
    }

    /// Silence that was long enough, or broken by an answer to something later.
    fn ignored(&self, event: &Event<'_>, since: Place) -> Option<Ignored> {
        let conn = event.conn;
        let (ended, end) = conn.transport.ended();
        let over = end.map_or(event.now, |end| end.at).time.since(since.time);
        let (read, proof) = conn.sides[self.debtor].knowledge.proved();
        let given_up = ended != Ended::Open && over >= event.options.reaction_given_up;
        let permissive = self.cause.rule.view == View::Permissive;
        let unsure = permissive || matches!(ended, Ended::Rst(_));
        let proof = match self.answered(conn) {
            Some(answer) if permissive => Proof::Unsure(answer),
            Some(answer) => Proof::Answered(answer),
            None if read > self.offset() && unsure => Proof::Unsure(proof),
            None if read > self.offset() => Proof::Processed(proof),
            None if over >= event.options.reaction_wait => Proof::Expired,
            None if given_up => Proof::GivenUp,
            None => return None,
        };
        Some(Ignored { proof, since, over, end })
    }

    /// A good answer to the very field block that carries the fault.
    fn answered(&self, conn: &Connection) -> Option<Origin> {
        let stream = self.stream(conn).filter(|_| self.debtor == Side::Server)?;
        let good = matches!(stream.status, Some(200..400)) && stream.opened == self.cause.start;
        stream.answered.filter(|at| good && self.knew(at))
    }
}

impl End {
    fn of(stream: &Stream) -> Self {
        Self {
            opened: stream.opened,
            answered: stream.answered,
            status: stream.status,
            ended: PerSide::from_fn(|side| stream.sent[side].ended),
            reset: PerSide::from_fn(|side| stream.sent[side].reset()),
        }
    }
}

/// True when the stream of a fault was over for its receiver before the fault passed, or when nobody knows.
fn is_over(cause: &Cause, debtor: Side, conn: &Connection) -> bool {
    let Some(stream) = cause.stream.and_then(|stream| conn.streams.get(StreamId(stream))) else {
        return true;
    };
    let own = &stream.sent[debtor];
    let before = |at: Origin| at.at.pkt <= cause.start.at.pkt;
    let ended = debtor == Side::Server && own.ended.is_some_and(before);
    let both = own.ended.is_some()
        && stream.sent[cause.culprit].ended.is_some_and(|end| end.tcp_end < cause.start.tcp_end);
    own.reset().is_some() || stream.sent[cause.culprit].reset().is_some() || ended || both
}

/// Where a stream was answered with HEADERS.
pub(super) fn answered(stream: &Stream) -> Option<Origin> {
    stream.answered.filter(|_| stream.sent.server.message >= MessageState::Head)
}
