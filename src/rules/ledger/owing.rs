//! What a rule's words say of the reaction to its fault: whether one must come, and which error codes fit.

use super::Cause;
use crate::finding::{Confidence, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Need, Rule, Scope, Spec, View};

/// The tag of rules whose fault a receiver may bear: the RFCs allow an error, or name none, but do not demand one.
const TOLERABLE: &str = "tolerable";

/// True for the error codes that say: you broke the protocol.
#[must_use]
pub(in crate::rules) const fn accuses(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::PROTOCOL_ERROR
            | ErrorCode::FRAME_SIZE_ERROR
            | ErrorCode::STREAM_CLOSED
            | ErrorCode::FLOW_CONTROL_ERROR
            | ErrorCode::COMPRESSION_ERROR
    )
}

impl Cause {
    /// True when its receiver must raise an error: a certain fault in what was sent, which the RFCs forbid to bear.
    #[must_use]
    pub fn demands_reaction(&self) -> bool {
        let certain = self.severity == Severity::Error && self.confidence == Some(Confidence::Certain);
        certain && self.rule.demands_reaction()
    }

    /// True when an error with this code may answer it.
    #[must_use]
    pub fn fits(&self, code: ErrorCode, spec: Spec) -> bool {
        let generic = matches!(code, ErrorCode::PROTOCOL_ERROR | ErrorCode::INTERNAL_ERROR);
        self.rule.names(code)
            || (generic && spec == Spec::Rfc9113 && self.rule.is_of_http2())
            || (code == ErrorCode::STREAM_CLOSED && self.rule.is_about_states())
    }
}

impl Rule {
    /// True when its sections name this error code.
    #[must_use]
    pub fn names(&self, code: ErrorCode) -> bool {
        code.name().is_some_and(|name| self.error_code.split(" or ").any(|word| word == name))
    }

    /// True when a receiver that sees the fault must raise an error (RFC 9113 §5.4).
    fn demands_reaction(&self) -> bool {
        let sent = match self.view {
            View::Wire | View::Own | View::Processed => true,
            // What had passed decides; an END_STREAM or credit of the receiver on its way makes it another matter for itself.
            View::Permissive => self.scope == Scope::Connection,
            View::Reaction | View::Timer | View::Handshake => false,
        };
        let in_frames = self.needs.contains(&Need::Frames) && !self.error_code.is_empty();
        let scoped = matches!(self.scope, Scope::Connection | Scope::Stream);
        let bearable =
            self.tags.contains(&TOLERABLE) || (self.is_malformed_message() && !self.must_validate());
        sent && in_frames && scoped && !bearable
    }

    /// True for a fault that makes a message malformed (RFC 9113 §8.1.1): a stream error, or a 4xx answer.
    #[must_use]
    pub fn is_malformed_message(&self) -> bool {
        self.scope == Scope::Stream
            && self.names(ErrorCode::PROTOCOL_ERROR)
            && self.cites(&|section| MESSAGE.iter().any(|part| is_within(section, part)))
    }

    /// True for a malformed message that is not to be passed on, whatever else a receiver may leave unseen.
    #[must_use]
    pub fn must_not_be_accepted(&self) -> bool {
        self.is_malformed_message()
            && self.cites(&|section| LISTED.iter().any(|part| is_within(section, part)))
    }

    fn must_validate(&self) -> bool {
        self.must_not_be_accepted() || self.cites(&|section| section == "8.1" || is_within(section, "8.5"))
    }

    /// True for a fault of the connection preface, behind which GOAWAY may be left out (RFC 9113 §3.4).
    #[must_use]
    pub fn is_about_preface(&self) -> bool {
        self.cites(&|section| section == "3.4")
    }

    /// True for a frame in a state of its stream that does not allow it: whether that stream is idle or closed is often a matter of view.
    #[must_use]
    pub fn is_about_states(&self) -> bool {
        self.cites(&|section| is_within(section, "5.1") || section == "6.10")
    }

    /// True when its fault is one against HTTP/2, not against TLS or good manners.
    fn is_of_http2(&self) -> bool {
        let other =
            [ErrorCode::ENHANCE_YOUR_CALM, ErrorCode::INADEQUATE_SECURITY, ErrorCode::SETTINGS_TIMEOUT];
        !self.error_code.is_empty() && !other.iter().any(|code| self.names(*code))
    }

    fn cites(&self, fits: &dyn Fn(&str) -> bool) -> bool {
        let binding = |level: Option<Level>| matches!(level, Some(Level::Must) | None);
        self.rfc.iter().any(|reference| {
            reference.doc == "RFC 9113" && binding(reference.level) && fits(reference.section)
        })
    }
}

/// Sections about messages.
const MESSAGE: [&str; 5] = ["8.1", "8.2", "8.3", "8.5", "8.6"];

/// Of these, the checks that RFC 9113 makes a duty.
const LISTED: [&str; 4] = ["8.1.1", "8.2.1", "8.2.2", "8.3"];

/// True for the section itself, and those below it.
fn is_within(section: &str, whole: &str) -> bool {
    section.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
