//! A field block that another frame interrupts.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, continuation, get, ping, unknown};

/// Another frame inside an unfinished field block.
pub(in crate::rules) static FIELD_BLOCK_INTERRUPTED: Rule = Rule {
    code: "CON001",
    name: "field-block-interrupted",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("4.3", Some(Level::Must)),
        rfc9113("6.2", Some(Level::Must)),
        rfc9113("6.6", Some(Level::Must)),
        rfc9113("6.10", Some(Level::Must)),
        rfc7540("4.3", Some(Level::Must)),
        rfc7540("6.2", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
        rfc7540("6.10", Some(Level::Must)),
    ],
    summary: "Another frame inside an unfinished field block",
    why: "Between the frames of a field block the same side sends nothing else.",
    meaning: "After HEADERS, PUSH_PROMISE or CONTINUATION without END_HEADERS the sender's next frame is not \
        CONTINUATION.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR; the HPACK table is lost.",
    doubt: "Own-stream fact; no gap between the two frames. Nothing is said of HPACK in this direction afterwards.",
    not_blamed: "Only one side writes a field block.",
    remedy: &["Write all fragments of a block in one go, under one lock."],
    symptoms: &[
        "nghttp2: unexpected non-CONTINUATION frame or stream_id is invalid",
        "h2 (Rust): expected CONTINUATION, got …",
        "hyper-h2: Invalid frame during header block.",
    ],
    refs: &[],
    h2spec: &[
        "http2/4.3/2",
        "http2/4.3/3",
        "http2/6.2/1",
        "http2/6.2/2",
        "http2/6.10/2",
        "client/6.2/1",
        "client/6.10/2",
    ],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &["extension-frame-in-field-block"],
    fires: || Script::open().client([get(1).map(Wire::unfinished), ping([0; 8]), continuation(1, &[])]),
    quiet: || Script::open().client([get(1).map(Wire::unfinished), continuation(1, &[])]),
    judges: &[Judge::On(&[On::BlockInterrupted], judge)],
};

/// Extension frame inside a field block.
pub(in crate::rules) static EXTENSION_FRAME_IN_FIELD_BLOCK: Rule = Rule {
    code: "CON005",
    name: "extension-frame-in-field-block",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.5", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "Extension frame inside a field block",
    why: "Extension frames are not allowed inside a field block either.",
    meaning: "Frame of unknown type while a field block is open in that direction. Special case of \
        field-block-interrupted, which folds into this one.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Own-stream fact.",
    not_blamed: "Only one side writes a field block.",
    remedy: &["Hold back extension frames until END_HEADERS."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/5.5/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1).map(Wire::unfinished), unknown(0xfa, 0, b""), continuation(1, &[])])
    },
    quiet: || Script::open().client([get(1), unknown(0xfa, 0, b"")]),
    judges: &[Judge::On(&[On::BlockInterrupted], extension)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(draft) = interrupted(event) {
        verdict.say(draft);
    }
}

fn extension(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.frame().is_some_and(|kind| kind.name().is_none())
        && let Some(draft) = interrupted(event)
    {
        verdict.say(draft);
    }
}

fn interrupted(event: &Event<'_>) -> Option<Draft> {
    let (Kind::BlockInterrupted { open }, Some(header)) = (event.fact.kind, event.header()) else {
        return None;
    };
    let side = event.side();
    let message = format!(
        "The {} sent {} inside the field block of {} on stream {}.",
        side.word(),
        header.kind,
        open.kind,
        open.stream
    );
    let begun = format!("{} without END_HEADERS on stream {}", open.kind, open.stream);
    Some(Draft::against_sender(event, message).shows(EvidenceRole::Proof, side, open.start, begun))
}
