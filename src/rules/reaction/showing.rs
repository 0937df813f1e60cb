//! Words and evidence that rules about reactions have in common: the fault, its acknowledgement, the error.

use crate::base::{Origin, Place};
use crate::conn::Connection;
use crate::finding::EvidenceRole;
use crate::frame::ErrorCode;
use crate::rules::Draft;
use crate::rules::ledger::{Cause, Complaint, Due, Reach};

/// What is owed: kind of error, its code, and the fault.
pub(super) fn owed(due: &Due) -> String {
    let kind = match due.ends {
        Reach::Connection => "a connection error",
        Reach::Stream => "a stream error",
    };
    let Cause { rule, start, .. } = due.cause;
    format!("{kind} of type {} for {} in pkt {}", rule.error_code, rule.name, start.at.pkt)
}

impl Draft {
    /// With the fault as the cause.
    pub(super) fn caused_by(self, cause: &Cause) -> Self {
        let stream = self.stream;
        let mut draft = Self { stream: cause.stream, ..self };
        draft = draft.frame(EvidenceRole::Cause, cause.culprit, cause.start, cause.end, cause.words());
        Self { stream, ..draft }
    }

    /// With the packet that acknowledges the fault.
    pub(super) fn covered(self, due: &Due, since: Place) -> Self {
        let arrived = Origin { at: since, tcp_end: 0, peer_acked: due.cause.end.tcp_end };
        self.knowing("the faulty octets arrived", format!("pkt {} acknowledges them", since.pkt)).shows(
            EvidenceRole::Proof,
            due.debtor,
            arrived,
            "TCP ACK: the fault arrived",
        )
    }

    /// With the error as what came of it.
    pub(super) fn error(self, complaint: &Complaint) -> Self {
        let words = error_words(complaint.stream, complaint.code);
        let (side, start, end) = (complaint.side, complaint.start, complaint.end);
        let stream = self.stream;
        let draft = Self { stream: complaint.stream, ..self };
        Self { stream, ..draft.frame(EvidenceRole::Effect, side, start, end, words) }
    }
}

/// An error frame in words.
pub(super) fn error_words(stream: Option<u32>, code: ErrorCode) -> String {
    match stream {
        None => format!("GOAWAY {code}"),
        Some(stream) => format!("RST_STREAM {code} on stream {stream}"),
    }
}

/// The end of a connection, as evidence.
pub(super) fn end_words(conn: &Connection) -> &'static str {
    match conn.transport.ended().0 {
        crate::conn::Ended::Fin(_) => "FIN",
        crate::conn::Ended::Rst(_) => "RST",
        crate::conn::Ended::Open => "end of the capture",
    }
}
