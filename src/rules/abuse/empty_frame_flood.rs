//! Frames that carry nothing and end nothing (CVE-2019-9518).

use super::excess::{self, Bears};
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post};

/// Many empty frames.
pub(in crate::rules) static EMPTY_FRAME_FLOOD: Rule = Rule {
    code: "ABU010",
    name: "empty-frame-flood",
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
    summary: "Many empty frames",
    why: "A frame without payload that ends nothing only costs time; a receiver should watch for such use \
        and limit it.",
    meaning: "More than 100 DATA, HEADERS, CONTINUATION or PUSH_PROMISE frames without any payload and without \
        END_STREAM or END_HEADERS, or more than 10 of them in a row.",
    harm: "They pass flow control without using it and keep the receiver busy.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. A padded frame has a \
        payload and does not count.",
    not_blamed: "It cannot refuse a frame before it has read it.",
    remedy: &["Do not write empty frames; receivers count them."],
    symptoms: &[
        "Envoy: http2.inbound_empty_frames_flood",
        "Netty: Maximum number … of empty data frames without end_of_stream flag received",
        "h2 (Rust): too_many_data_frames",
    ],
    refs: &["CVE-2019-9518"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client((0..20).map(|_| data(1, b""))),
    quiet: || Script::open().client([post(1)]).client((0..9).map(|_| data(1, b""))),
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[
    Bears { most: 1, words: "Envoy (one)" },
    Bears { most: 2, words: "Netty (two in a row)" },
    Bears { most: 100, words: "Rust's h2 (100 empty DATA frames)" },
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::EmptyFrames, Pattern::EmptyInRow]) else { return };
    let side = event.side();
    let row = if excess.pattern == Pattern::EmptyInRow { " in a row" } else { "" };
    let message = format!(
        "The {} sent {} frames{row} that carry nothing and end nothing{}.",
        side.word(),
        excess.count,
        excess::reacted(excess.count, BEAR)
    );
    verdict.say(excess::draft(event, excess, side, message, "frame without payload"));
}
