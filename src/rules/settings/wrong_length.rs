//! SETTINGS of a length that it cannot have.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{Flags, FrameType, Setting};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings, settings_ack};

/// SETTINGS with ACK flag and non-empty payload.
pub(in crate::rules) static SETTINGS_ACK_WITH_PAYLOAD: Rule = Rule {
    code: "SET001",
    name: "settings-ack-with-payload",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5", Some(Level::Must)), rfc7540("6.5", Some(Level::Must))],
    summary: "SETTINGS with ACK flag and non-empty payload",
    why: "A SETTINGS frame with the ACK flag has no payload.",
    meaning: "SETTINGS frame, ACK flag set, length other than 0.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "Single-frame fact; needs only the 9-octet header.",
    not_blamed: "An acknowledgement is written by its sender alone.",
    remedy: &["Send the ACK as a separate empty frame."],
    symptoms: &["nghttp2: SETTINGS: ACK and payload != 0"],
    refs: &[],
    h2spec: &["http2/6.5/1", "client/6.5/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open().client([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]).map(|frame| frame.flag(1))])
    },
    quiet: || Script::open().server([settings(&[])]).client([settings_ack()]),
    judges: &[Judge::On(&[On::Malformed], ack)],
};

/// SETTINGS length is not a multiple of 6.
pub(in crate::rules) static SETTINGS_BAD_LENGTH: Rule = Rule {
    code: "SET003",
    name: "settings-bad-length",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5", Some(Level::Must)), rfc7540("6.5", Some(Level::Must))],
    summary: "SETTINGS length is not a multiple of 6",
    why: "The payload of SETTINGS is a sequence of parameters of 6 octets each.",
    meaning: "SETTINGS without ACK whose length modulo 6 is not 0.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Encode each parameter as 2-octet identifier plus 4-octet value."],
    symptoms: &["nginx: client sent SETTINGS frame with incorrect length …", "any: FRAME_SIZE_ERROR"],
    refs: &[],
    h2spec: &["http2/6.5/3", "client/6.5/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([settings(&[]).map(|frame| frame.payload(&[0, 3, 0, 0, 1]))]),
    quiet: || Script::open().client([settings(&[(Setting::MAX_CONCURRENT_STREAMS, 1)])]),
    judges: &[Judge::On(&[On::Malformed], length)],
};

fn ack(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header().filter(|header| header.kind == FrameType::SETTINGS) else { return };
    if header.flags.has(Flags::ACK) {
        let message = format!(
            "The {} sent a SETTINGS ACK with {} octets of payload.",
            event.side().word(),
            header.length
        );
        verdict.say(Draft::against_sender(event, message));
    }
}

fn length(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header().filter(|header| header.kind == FrameType::SETTINGS) else { return };
    if !header.flags.has(Flags::ACK) {
        let message = format!(
            "The {} sent SETTINGS of {} octets, which is no multiple of 6.",
            event.side().word(),
            header.length
        );
        verdict.say(Draft::against_sender(event, message));
    }
}
