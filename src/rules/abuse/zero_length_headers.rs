//! Field lines that have not even a name (CVE-2019-9516).

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, block, headers};

/// Field lines with empty name and value.
pub(in crate::rules) static ZERO_LENGTH_HEADERS: Rule = Rule {
    code: "ABU008",
    name: "zero-length-headers",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "Field lines with empty name and value",
    why: "A field without a name means nothing and still takes memory; a receiver should watch for such use \
        and limit it.",
    meaning: "A field block has more than 5 fields with an empty name, whether or not they have a value.",
    harm: "Each costs the decoder one octet to carry and the receiver an entry to keep.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. An empty name is also \
        reported as invalid-field-name.",
    not_blamed: "It did not ask for such fields.",
    remedy: &["Reject field lines with an empty name."],
    symptoms: &[],
    refs: &["CVE-2019-9516"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        let empty = [("", ""); 6];
        Script::open().client([headers(1, &[block(REQUEST), block(&empty)].concat()).map(Wire::end_stream)])
    },
    quiet: || {
        let some = [("x", ""); 6];
        Script::open().client([headers(1, &[block(REQUEST), block(&some)].concat()).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::HeavyBlock], judge)],
};

/// A request for the examples.
const REQUEST: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")];

/// More fields without a name than this are no slip.
const SLIPS: u32 = 5;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::HeavyBlock { head } = event.fact.kind else { return };
    if head.block.nameless > SLIPS {
        let message = format!(
            "A field block of the {} has {} fields without a name.",
            event.side().word(),
            head.block.nameless
        );
        verdict.say(Draft::against_sender(event, message));
    }
}
