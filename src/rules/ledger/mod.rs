//! The ledger of a connection: faults, the reactions that they make owed, and the errors that ask for a reason.
//!
//! A fault makes its receiver owe an error (RFC 9113 §5.4), and an error has a fault that deserved it. Which of both holds is known
//! only at the end: a late reaction is one, and a fault may come to light late. So the ledger follows, and the rules of the area REA
//! judge when the connection, or the capture, is over. Connections without faults and errors have none.

mod cause;
mod complaint;
mod due;
mod owing;

use super::areas;
use super::event::Offence;
use super::rule::Scope;
use crate::base::{Origin, PerSide, Side};
use crate::conn::{Connection, Fact, Kind};
use crate::finding::Severity;
use crate::frame::{ErrorCode, StreamId};
use crate::limits;

pub use cause::Cause;
pub use complaint::{Complaint, Reason, Tolerated};
pub use due::{Due, Ignored, Outcome, Proof, Reach, Reaction};
pub(super) use owing::accuses;

/// What faults made owed, and what errors were sent.
#[derive(Debug, Default)]
pub struct Ledger(Option<Box<Book>>);

/// The ledger of a connection that has one.
#[derive(Debug, Default)]
struct Book {
    causes: Vec<Cause>,
    dues: Vec<Due>,
    complaints: Vec<Complaint>,
    /// Where each side's first error GOAWAY was complete.
    farewells: PerSide<Option<(Origin, ErrorCode)>>,
    /// Streams that a side opened although it had its peer's error GOAWAY.
    late: Vec<Late>,
    /// Sides whose faults are beyond the cap.
    overflowed: PerSide<bool>,
}

/// A stream that was opened behind an error GOAWAY.
#[derive(Clone, Copy, Debug)]
pub struct Late {
    /// The stream.
    pub stream: u32,
    /// Where it was opened.
    pub opened: Origin,
    /// Where it was answered with HEADERS, as far as that was seen.
    pub answered: Option<Origin>,
}

impl Ledger {
    /// Follows what happens. Nothing is kept of a connection without faults and errors.
    #[inline]
    pub(super) fn hear(&mut self, fact: &Fact<'_>, conn: &Connection) {
        if self.0.is_some() || matches!(fact.kind, Kind::Reset { .. } | Kind::Goaway { .. }) {
            self.follow(fact, conn);
        }
    }

    fn follow(&mut self, fact: &Fact<'_>, conn: &Connection) {
        match fact.kind {
            Kind::Reset { code, stream } if self.0.is_some() || Complaint::is_error(code) => {
                let book = self.0.get_or_insert_default();
                for due in book.dues.iter_mut().filter(|due| due.is_about(stream.id.0)) {
                    due.see_reset(fact.side, fact.end, code);
                }
                book.complain(fact, Some(stream.id.0), code, conn);
            }
            Kind::Goaway { code, .. } if code != ErrorCode::NO_ERROR => {
                let book = self.0.get_or_insert_default();
                book.complain(fact, None, code, conn);
                book.farewells[fact.side].get_or_insert((fact.end, code));
            }
            Kind::Closed(stream) => {
                let Some(book) = &mut self.0 else { return };
                for due in book.dues.iter_mut().filter(|due| due.is_about(stream.id.0)) {
                    due.see_end(stream);
                }
                for late in book.late.iter_mut().filter(|late| late.stream == stream.id.0) {
                    late.answered = due::answered(stream);
                }
            }
            Kind::Opened(stream) => {
                let Some(book) = &mut self.0 else { return };
                let farewell = book.farewells[fact.side.peer()];
                let knew = farewell.is_some_and(|(sent, _)| sent.covered_by(&fact.start));
                if knew && fact.side == Side::Client && book.late.len() < limits::MAX_DUES {
                    book.late.push(Late { stream: stream.id.0, opened: fact.start, answered: None });
                }
            }
            _ => {}
        }
    }

    /// A rule found a fault, or would have if it had been allowed to.
    pub(super) fn note(&mut self, offence: &Offence, conn: &Connection) {
        let Some(culprit) = offence.culprit.side() else { return };
        let counts = offence.severity == Severity::Error || !offence.rule.error_code.is_empty();
        if !counts || offence.rule.area == areas::REACTION || offence.scope == Scope::Capture {
            return;
        }
        self.0.get_or_insert_default().note(&Cause::of(offence, culprit), conn);
    }

    /// True when nothing was written into it.
    #[inline]
    #[must_use]
    pub const fn is_blank(&self) -> bool {
        self.0.is_none()
    }

    /// Reactions that are owed.
    pub fn dues(&self) -> impl Iterator<Item = &Due> {
        self.0.iter().flat_map(|book| &book.dues)
    }

    /// Errors that were sent.
    pub fn complaints(&self) -> impl Iterator<Item = &Complaint> {
        self.0.iter().flat_map(|book| &book.complaints)
    }

    /// What the error answers.
    #[must_use]
    pub fn reason(&self, complaint: &Complaint) -> Reason<'_> {
        let Some(book) = &self.0 else { return Reason::None };
        match complaint.reason(&book.causes) {
            Reason::None if book.overflowed[complaint.side.peer()] => Reason::Unclear,
            reason => reason,
        }
    }

    /// Where a side's first error GOAWAY was complete, and its code.
    #[must_use]
    pub fn farewell(&self, side: Side) -> Option<(Origin, ErrorCode)> {
        self.0.as_ref().and_then(|book| book.farewells[side])
    }

    /// Streams that the client opened although it had the server's error GOAWAY; bounded.
    pub fn late(&self) -> impl Iterator<Item = &Late> {
        self.0.iter().flat_map(|book| &book.late)
    }
}

impl Late {
    /// Where the server answered it with HEADERS.
    #[must_use]
    pub fn answer(&self, conn: &Connection) -> Option<Origin> {
        let here = || due::answered(conn.streams.get(StreamId(self.stream))?);
        self.answered.or_else(here)
    }
}

impl Book {
    /// The same fault again is no new cause, unless it is more certain than before.
    fn note(&mut self, cause: &Cause, conn: &Connection) {
        let full = self.causes.len() >= limits::MAX_CAUSES;
        let known = self.causes.iter_mut().find(|known| known.is_same(cause));
        match known {
            Some(known) if known.confidence >= cause.confidence => return,
            Some(known) => *known = *cause,
            None if full => self.overflowed[cause.culprit] = true,
            None => self.causes.push(*cause),
        }
        let Some(due) = Due::of(cause, conn) else { return };
        if self.dues.len() < limits::MAX_DUES && !self.dues.iter().any(|known| known.covers(&due)) {
            self.dues.push(due);
        }
    }

    /// An error was sent. Only the first one of a side about a stream, and about the connection, asks for a reason; none about a
    /// stream that the side had reset already, with whatever code: repeated-rst-stream tells that.
    fn complain(&mut self, fact: &Fact<'_>, stream: Option<u32>, code: ErrorCode, conn: &Connection) {
        let before = |known: &&Complaint| known.side == fact.side && known.stream == stream;
        let again = self.complaints.iter().any(|known| before(&known));
        let parted = self.farewells[fact.side].is_some();
        let stream_of = |stream: u32| conn.streams.get(StreamId(stream));
        let reset = stream.and_then(stream_of).and_then(|stream| stream.sent[fact.side].reset());
        let over = reset.is_some_and(|(first, _)| first != fact.end);
        let room = self.complaints.len() < limits::MAX_CAUSES;
        if Complaint::is_error(code) && !again && !over && !parted && room {
            self.complaints.push(Complaint::of(fact, stream, code, conn));
        }
    }
}
