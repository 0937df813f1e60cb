//! A rule is plain data: its words, when it wakes, what it needs, and the function that judges. The compiler refuses a rule
//! without its words.

use super::event::{Event, Offence};
use super::second::{Revision, Standing};
use super::summary::CaptureView;
use super::verdict::Verdict;
use crate::conn::On;
use crate::finding::{Culprit, Level, Reference, Severity};
use crate::script::Script;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Area letters and three digits; stable for ever.
    pub code: &'static str,
    /// Kebab-case; stable for ever.
    pub name: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// Where it belongs.
    pub area: Area,
    /// How bad its findings are.
    pub severity: Severity,
    /// How bad under RFC 7540, where that differs.
    pub severity_rfc7540: Option<Severity>,
    /// What one finding is about.
    pub scope: Scope,
    /// The error code that the RFC names, or empty.
    pub error_code: &'static str,
    /// Whom it may blame, the usual one first.
    pub culprits: &'static [Culprit],
    /// Groups for `--select @tag`.
    pub tags: &'static [&'static str],
    /// On what the judgement rests.
    pub view: View,
    /// The sections it rests on.
    pub rfc: &'static [Reference],
    /// One line: what it finds.
    pub summary: &'static str,
    /// One sentence for the report: the requirement.
    pub why: &'static str,
    /// When it fires, in full.
    pub meaning: &'static str,
    /// What comes of it.
    pub harm: &'static str,
    /// What a capture cannot prove, and when the rule is lowered or silent.
    pub doubt: &'static str,
    /// One sentence: why the side that is not blamed is not at fault.
    pub not_blamed: &'static str,
    /// What to do.
    pub remedy: &'static [&'static str],
    /// Error texts people arrive with, `who: text`.
    pub symptoms: &'static [&'static str],
    /// Other specifications and reports from the field.
    pub refs: &'static [&'static str],
    /// Cases of h2spec and h2specd in which one side commits this.
    pub h2spec: &'static [&'static str],
    /// Names of the options it reads.
    pub options: &'static [&'static str],
    /// The coverage it needs.
    pub needs: &'static [Need],
    /// Rules whose finding swallows one of this rule with the same root.
    pub folds_into: &'static [&'static str],
    /// The smallest conversation in which it fires.
    pub fires: fn() -> Script,
    /// The nearest legal one.
    pub quiet: fn() -> Script,
    /// When it wakes, and the function that judges.
    pub judges: &'static [Judge],
}

/// When a rule wakes, and what it does then.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// On facts of these kinds.
    On(&'static [On], fn(&Event<'_>, &mut Verdict<'_>)),
    /// On facts of these kinds, where there is what it speaks of: without that it would say nothing.
    Given(Given, &'static [On], fn(&Event<'_>, &mut Verdict<'_>)),
    /// On findings of other rules: the second phase of an event.
    Offence(fn(&Offence, &Event<'_>, &mut Verdict<'_>)),
    /// At the end of the capture, over what the file showed and the summaries of its connections.
    Capture(fn(&CaptureView<'_>, &mut Verdict<'_>)),
    /// At the end of the capture, for each finding of this rule on a connection: what other connections do to it.
    Second(fn(&Standing<'_>, &CaptureView<'_>) -> Revision),
}

/// What most connections do not have, and some judges speak of alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// TLS.
    Tls,
    /// A message of HTTP/1.x.
    Http1,
    /// A fault, or an error of either side.
    Owed,
    /// In GOAWAY or RST_STREAM, another code than NO_ERROR.
    Error,
    /// At the end, something out of the ordinary. Without it all of the connection was seen, from its preface on and within the time
    /// after which streams hang; every stream was answered to its end; no acknowledgement is owed, nothing waits for credit, nobody
    /// came back after a silence or asked for signs of life, and there are no calls of gRPC.
    Trouble,
}

/// Where rules live: a folder, and three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    /// Three letters.
    pub code: &'static str,
    /// The folder under `src/rules`.
    pub folder: &'static str,
    /// What it is about.
    pub words: &'static str,
}

/// What one finding is about; the same again on the same thing is counted, not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One frame.
    Frame,
    /// One stream.
    Stream,
    /// One connection.
    Connection,
    /// The capture.
    Capture,
}

impl Scope {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Stream => "stream",
            Self::Connection => "connection",
            Self::Capture => "capture",
        }
    }
}

/// On what a judgement rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The octets of one frame, record or head.
    Wire,
    /// What the party itself sent, in its own order.
    Own,
    /// The party gets every benefit.
    Permissive,
    /// The party must have processed a frame of its peer.
    Processed,
    /// Something is owed after a frame of the peer that the party's TCP acknowledged.
    Reaction,
    /// Elapsed time, or the end of the connection.
    Timer,
    /// TLS handshake messages.
    Handshake,
}

impl View {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Own => "own",
            Self::Permissive => "permissive",
            Self::Processed => "processed",
            Self::Reaction => "reaction",
            Self::Timer => "timer",
            Self::Handshake => "handshake",
        }
    }
}

/// Coverage that a rule needs. What is not met mutes or lowers, and the engine does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Cleartext, or decrypted.
    Plaintext,
    /// The first octets of the connection.
    Start,
    /// The judged direction is frame-synchronised and whole.
    Frames,
    /// The other direction is whole as well.
    PeerFrames,
    /// The payload was captured.
    Payload,
    /// The dynamic table of the direction is exact.
    Hpack,
    /// TCP acknowledgements of the judged party.
    Acks,
    /// Trustworthy time stamps.
    Time,
    /// The end of the connection, or the full waiting time.
    End,
    /// The TLS hello flights.
    Handshake,
}

impl Need {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Start => "start",
            Self::Frames => "frames",
            Self::PeerFrames => "peer-frames",
            Self::Payload => "payload",
            Self::Hpack => "hpack",
            Self::Acks => "acks",
            Self::Time => "time",
            Self::End => "end",
            Self::Handshake => "handshake",
        }
    }
}

/// A section of RFC 9113.
#[must_use]
pub const fn rfc9113(section: &'static str, level: Option<Level>) -> Reference {
    Reference { doc: "RFC 9113", section, level }
}

/// A section of RFC 7540.
#[must_use]
pub const fn rfc7540(section: &'static str, level: Option<Level>) -> Reference {
    Reference { doc: "RFC 7540", section, level }
}
