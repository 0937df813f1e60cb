//! A small field block that becomes a large one (CVE-2016-6581).

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::{Coding, Encoder, Representation};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, block, headers};

/// Compressed block expands enormously.
pub(in crate::rules) static HPACK_BOMB: Rule = Rule {
    code: "ABU011",
    name: "hpack-bomb",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[
        rfc9113("10.5", Some(Level::Should)),
        rfc9113("10.5.1", Some(Level::Should)),
        rfc7540("10.5", Some(Level::Should)),
        rfc7540("10.5.1", Some(Level::Should)),
    ],
    summary: "Compressed block expands enormously",
    why: "A reference to the dynamic table costs its sender one octet and its receiver the whole entry; a \
        receiver should watch for such use and limit it.",
    meaning: "A field section that is more than 50 times as large as its block and above 64 KiB, or above 1 MiB \
        in any case, counted as RFC 7541 section 4.1 does.",
    harm: "A few packets fill the receiver's memory.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Decoding stops at a \
        cap here too, and the text says so. A field block of a lost table counts only with the fields that \
        are known.",
    not_blamed: "It decodes what it is sent.",
    remedy: &["Announce MAX_HEADER_LIST_SIZE and enforce it while decoding, not afterwards."],
    symptoms: &[
        "h2 (Rust): decoded header list size over abuse limit",
        "Netty: Header size exceeded max allowed size (8192)",
    ],
    refs: &["RFC 7541 7.3", "CVE-2016-6581", "CVE-2016-1544"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        let long = "v".repeat(1800);
        let mut bomb = Encoder::new();
        let form = Representation::IncrementalIndexing;
        bomb.named_literal(form, b"x", long.as_bytes(), Coding::Plain);
        let first = [block(REQUEST), bomb.into_octets()].concat();
        let second = [block(REQUEST), vec![0xbe; 60]].concat();
        Script::open().client([headers(1, &first).map(Wire::end_stream)]).client([
            headers(3, &second).map(Wire::end_stream),
            headers(5, &[block(REQUEST), vec![0xbe; 900]].concat()).map(Wire::end_stream),
        ])
    },
    quiet: || {
        let fields = [("x", "y"); 100];
        Script::open().client([headers(1, &[block(REQUEST), block(&fields)].concat()).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::HeavyBlock], judge)],
};

/// A request for the examples.
const REQUEST: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")];

/// So many times its size a block may grow, and to so many octets without question; to more than the last in no case.
const GROWS: u64 = 50;
const LARGE: u64 = 64 << 10;
const TOO_LARGE: u64 = 1 << 20;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::HeavyBlock { head } = event.fact.kind else { return };
    let (size, octets) = (head.block.size, u64::from(head.block.octets));
    let bomb = size > LARGE && size > octets.saturating_mul(GROWS);
    if !bomb && size <= TOO_LARGE {
        return;
    }
    let stopped = if head.block.capped { ", where decoding was stopped" } else { "" };
    let message = format!(
        "A field block of {octets} octets of the {} becomes {} fields of {size} octets{stopped}.",
        event.side().word(),
        head.block.fields
    );
    let draft = Draft::against_sender(event, message);
    // The cap alone ends what is known of the table: what was decoded before it is certain.
    verdict.say(if head.block.capped { draft.without(Need::Hpack) } else { draft });
}
