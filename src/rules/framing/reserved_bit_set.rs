//! Reserved bits that are set.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, ping};

/// Reserved bit set to 1.
pub(in crate::rules) static RESERVED_BIT_SET: Rule = Rule {
    code: "FRM010",
    name: "reserved-bit-set",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("4.1", Some(Level::Must)), rfc7540("4.1", Some(Level::Must))],
    summary: "Reserved bit set to 1",
    why: "Reserved bits are left unset.",
    meaning: "The R bit before a stream identifier in the frame header, or before the increment in \
        WINDOW_UPDATE, the Last-Stream-ID in GOAWAY or the promised identifier in PUSH_PROMISE is 1.",
    harm: "None today: receivers ignore them.",
    doubt: "Single-frame fact; receivers must ignore it.",
    not_blamed: "It must ignore the bit.",
    remedy: &["Mask identifiers and increments to 31 bits."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/4.1/3", "client/4.1/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([ping([0; 8]).map(Wire::reserved)]),
    quiet: || Script::open().client([ping([0; 8])]),
    judges: &[Judge::On(&[On::ReservedBit], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header() else { return };
    let place = if header.reserved { "the header" } else { "the payload" };
    let message = format!("The {} set the reserved bit in {place} of {}.", event.side().word(), header.kind);
    verdict.say(Draft::against_sender(event, message));
}
