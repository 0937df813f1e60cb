//! Padding that carries something.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post};

/// Padding octets are not zero.
pub(in crate::rules) static NONZERO_PADDING: Rule = Rule {
    code: "FRM011",
    name: "nonzero-padding",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Wire,
    rfc: &[
        rfc9113("6.1", Some(Level::Must)),
        rfc9113("6.2", Some(Level::Must)),
        rfc9113("6.6", Some(Level::Must)),
        rfc7540("6.1", Some(Level::Must)),
        rfc7540("6.2", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
    ],
    summary: "Padding octets are not zero",
    why: "Padding octets are zero.",
    meaning: "Any octet of the padding in DATA, HEADERS or PUSH_PROMISE differs from 0.",
    harm: "Stale memory may leak in them; a receiver may end the connection with PROTOCOL_ERROR.",
    doubt: "Needs the complete frame payload (snaplen). Check it only where padding length is valid.",
    not_blamed: "The padding is its sender's doing.",
    remedy: &["Zero the padding: stale buffer contents leak memory."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([data(1, b"x").map(|frame| frame.padded(3, 0x55))]),
    quiet: || Script::open().client([post(1)]).client([data(1, b"x").map(|frame| frame.padded(3, 0))]),
    judges: &[Judge::On(&[On::NonzeroPadding], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header() else { return };
    let message =
        format!("The {} sent {} with padding that is not all zero.", event.side().word(), header.kind);
    verdict.say(Draft::against_sender(event, message));
}
