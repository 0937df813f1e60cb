//! A request of very many fields (CVE-2016-8740).

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, block, headers};

/// Very many field lines in one section.
pub(in crate::rules) static TOO_MANY_FIELDS: Rule = Rule {
    code: "ABU012",
    name: "too-many-fields",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5.1", Some(Level::Should)), rfc7540("10.5.1", Some(Level::Should))],
    summary: "Very many field lines in one section",
    why: "Each field line costs its receiver more than its octets; a server should watch for such use and \
        limit it.",
    meaning: "More than 200 field lines in one field block of a client.",
    harm: "Memory and time go into fields that no server reads, below any limit on octets.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Cookies that are split \
        into crumbs (RFC 9113 section 8.2.3) count one by one.",
    not_blamed: "It reads what it is sent.",
    remedy: &["Limit the number of fields apart from their octets."],
    symptoms: &[],
    refs: &["CVE-2016-8740"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        let fields = [("x", "y"); 210];
        Script::open().client([headers(1, &[block(REQUEST), block(&fields)].concat()).map(Wire::end_stream)])
    },
    quiet: || {
        let fields = [("x", "y"); 190];
        Script::open().client([headers(1, &[block(REQUEST), block(&fields)].concat()).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::HeavyBlock], judge)],
};

/// A request for the examples.
const REQUEST: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")];

/// Wireshark stops here; Node (128 pairs) and Envoy (100) bear fewer.
const MOST: u32 = 200;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::HeavyBlock { head } = event.fact.kind else { return };
    if event.side() == Side::Client && head.block.fields > MOST {
        let fields = head.block.fields;
        let message = format!("The client sent a field block of {fields} fields; Node bears 128, Envoy 100.");
        verdict.say(Draft::against_sender(event, message));
    }
}
