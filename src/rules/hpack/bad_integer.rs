//! Integers that no receiver has to read.

use super::fault::{ask, draft, fault};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, Level, Severity};
use crate::hpack::FaultKind;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// HPACK integer too long or too large.
pub(in crate::rules) static HPACK_INTEGER_OVERFLOW: Rule = Rule {
    code: "HPK003",
    name: "hpack-integer-overflow",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("4.3", Some(Level::Must)), rfc7540("4.3", Some(Level::Must))],
    summary: "HPACK integer too long or too large",
    why: "An integer beyond what an implementation can hold is a decoding error.",
    meaning: "An index, a length or a table size is above 2^32-1, or is written with more than six octets, those that add \
        nothing counted (RFC 7541 5.1).",
    harm: "The receiver ends the connection with COMPRESSION_ERROR; some decoders overflow instead.",
    doubt: "Where the limit lies is the implementation's choice. No table, string or block of HTTP/2 needs a value above \
        2^32-1: certain. A value that would fit but is written too long: likely.",
    not_blamed: "It cannot be asked to hold such a number.",
    remedy: &["Write integers in their shortest form."],
    symptoms: &[],
    refs: &["RFC 7541 5.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])]),
    quiet: || Script::open().client([ask(&[0x3f, 0xe1, 0x9f, 0x80, 0x80, 0x00], &[])]),
    judges: &[Judge::On(&[On::BlockFault], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((_, fault)) = fault(event) else { return };
    match fault.kind {
        FaultKind::IntegerTooLarge => {
            verdict.say(draft(event, fault, "has an integer above 2^32-1"));
        }
        FaultKind::IntegerTooLong => {
            let words = "has an integer of more than six octets, the last of which add nothing";
            verdict.say(draft(event, fault, words).at_most(Confidence::Likely));
        }
        _ => {}
    }
}
