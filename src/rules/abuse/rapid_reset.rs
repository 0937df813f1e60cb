//! Streams that are opened and cancelled at once, over and over (CVE-2023-44487).

use super::excess::{self, Bears};
use crate::base::Side;
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, get, response, rst_stream};

/// Streams opened and cancelled at high rate.
pub(in crate::rules) static RAPID_RESET: Rule = Rule {
    code: "ABU001",
    name: "rapid-reset",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "Streams opened and cancelled at high rate",
    why: "Every request costs the server work that RST_STREAM does not undo; a server should watch for such \
        use and limit it.",
    meaning: "The client resets its own streams before much of a response came: at least 200 within 30 s, or at \
        least 100 within 1 s of which more than half lived less than a second. The resets must be more \
        than half of the requests opened meanwhile.",
    harm: "The server starts requests, back ends included, that nobody waits for, while the concurrency limit \
        never stops the client.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Browsers cancel bursts \
        when a page is left, and deadlines cancel calls: with resets below half of the requests nothing is \
        said. The count leaves out what the sliding window may have lost, so it is never too high.",
    not_blamed: "It cannot foresee which requests will be cancelled.",
    remedy: &[
        "Server: update, and give each connection a budget of resets.",
        "Client: cancel less, set longer deadlines, share results.",
    ],
    symptoms: &[
        "h2 (Rust): too_many_resets",
        "Go: too_many_early_resets",
        "Netty: Maximum number of RST frames reached",
        "nginx: http2 flood detected",
        "any: ENHANCE_YOUR_CALM",
    ],
    refs: &["CVE-2023-44487"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || {
        let requests = (0..210_u32).flat_map(|at| {
            let stream = at.saturating_mul(2).saturating_add(1);
            [get(stream), rst_stream(stream, ErrorCode::CANCEL)]
        });
        Script::open().client(requests)
    },
    quiet: || {
        (0..210_u32).fold(Script::open(), |script, at| {
            let stream = at.saturating_mul(2).saturating_add(1);
            let script = script.client([get(stream)]);
            if at % 3 == 0 {
                script.client([rst_stream(stream, ErrorCode::CANCEL)])
            } else {
                script.server([response(stream).map(Wire::end_stream)])
            }
        })
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[
    Bears { most: 20, words: "Rust's h2 (20 that wait to be accepted)" },
    Bears { most: 199, words: "Netty (200 in 30 s)" },
    Bears { most: 200, words: "Traffic Server (200 a minute)" },
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::Resets]) else { return };
    let message = format!(
        "The client reset {} of {} requests within {}, before much of a response came{}.",
        excess.count,
        excess.of.max(excess.count),
        excess.over,
        excess::reacted(excess.count, BEAR)
    );
    verdict.say(excess::draft(event, excess, Side::Client, message, "RST_STREAM"));
}
