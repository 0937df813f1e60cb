//! A field block that goes on and on in CONTINUATION frames (CVE-2024-27316 and its family).

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, block, continuation, get};

/// Field block of endless CONTINUATION frames.
pub(in crate::rules) static CONTINUATION_FLOOD: Rule = Rule {
    code: "ABU003",
    name: "continuation-flood",
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
        rfc9113("6.10", Some(Level::Should)),
        rfc7540("10.5", Some(Level::Should)),
        rfc7540("10.5.1", Some(Level::Should)),
        rfc7540("6.10", Some(Level::Should)),
    ],
    summary: "Field block of endless CONTINUATION frames",
    why: "A field block takes memory and time until it ends, and flow control does not hold it back; a \
        receiver should watch for such use and limit it.",
    meaning: "One field block has more than 8 CONTINUATION frames that do not end it, or more than 64 KiB of \
        fragments before the frame that ends it. Beyond 64 frames or 1 MiB no sane limit allows it, and \
        the text says so.",
    harm: "A receiver that gathers the block runs out of memory; one that decodes as it goes burns a core, \
        and no request shows in any log.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Large cookies and \
        tokens lawfully need a few frames.",
    not_blamed: "It cannot know how long the block will be.",
    remedy: &[
        "Limit frames and octets of a block, and close the connection at the limit.",
        "Sender: send fewer and shorter fields, and let the encoder index them.",
    ],
    symptoms: &[
        "nghttp2: Too many CONTINUATION frames following a HEADER frame",
        "h2 (Rust): too_many_continuations",
        "hyper-h2: Too many continuation frames received.",
        "Envoy: http2.too_many_headers",
    ],
    refs: &[
        "CVE-2024-27316",
        "CVE-2023-45288",
        "CVE-2024-28182",
        "CVE-2024-27983",
        "CVE-2024-27919",
        "CVE-2024-30255",
        "CVE-2024-31309",
        "CVE-2024-24549",
    ],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || {
        let parts = (0..12).map(|_| continuation(1, &block(&[("x", "y")])).map(Wire::unfinished));
        Script::open().client([get(1).map(Wire::unfinished)]).client(parts).client([continuation(1, &[])])
    },
    quiet: || {
        let parts = (0..8).map(|_| continuation(1, &block(&[("x", "y")])).map(Wire::unfinished));
        Script::open().client([get(1).map(Wire::unfinished)]).client(parts).client([continuation(1, &[])])
    },
    judges: &[Judge::On(&[On::LongBlock], judge)],
};

/// No sane limit allows more of them.
const INSANE: (u32, u64) = (64, 1 << 20);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::LongBlock { block } = event.fact.kind else { return };
    let (side, (frames, octets)) = (event.side(), INSANE);
    let insane = block.frames > frames || block.octets > octets;
    let limit = if insane { "; no sane limit allows that" } else { "" };
    let message = format!(
        "A field block of the {} on stream {} went on for {} CONTINUATION frames and {} octets without an end{limit}.",
        side.word(),
        block.open.stream,
        block.frames,
        block.octets
    );
    let draft = Draft::new(Culprit::of(side), message, block.open.start, block.last)
        .stream(block.open.stream.0)
        .frame(
            EvidenceRole::Cause,
            side,
            block.open.start,
            block.open.start,
            format!("{} without END_HEADERS", block.open.kind),
        )
        .shows(EvidenceRole::Cause, side, block.last, "the last CONTINUATION that does not end the block");
    verdict.say(draft);
}
