//! GOAWAY without room for its two fields.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{ErrorCode, FrameType};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway};

/// GOAWAY shorter than 8 octets.
pub(in crate::rules) static GOAWAY_TOO_SHORT: Rule = Rule {
    code: "GOA002",
    name: "goaway-too-short",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc9113("4.2", Some(Level::Must)),
        rfc9113("6.8", Some(Level::Must)),
        rfc7540("4.2", Some(Level::Must)),
        rfc7540("6.8", Some(Level::Must)),
    ],
    summary: "GOAWAY shorter than 8 octets",
    why: "GOAWAY has a last stream identifier and an error code, 8 octets, before any debug data.",
    meaning: "A GOAWAY frame shorter than 8 octets.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR, and never learns which requests can \
        be sent again.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Send both fields; debug data alone may be left out."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.payload(&[0; 4]))]),
    quiet: || Script::open().client([goaway(0, ErrorCode::NO_ERROR)]),
    judges: &[Judge::On(&[On::Malformed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::GOAWAY) {
        let (who, length) = (event.side().word(), header.length);
        let message = format!("The {who} sent GOAWAY of {length} octets; its fixed fields alone take 8.");
        verdict.say(Draft::against_sender(event, message));
    }
}
