//! Priorities that change all the time (CVE-2019-9513).

use super::excess::{self, Bears};
use crate::base::Side;
use crate::conn::{Kind, On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, priority};

/// Priority tree reshuffled continuously.
pub(in crate::rules) static PRIORITY_CHURN: Rule = Rule {
    code: "ABU006",
    name: "priority-churn",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[
        rfc9113("5.3.2", Some(Level::Should)),
        rfc9113("10.5", Some(Level::Should)),
        rfc7540("5.3", Some(Level::Should)),
        rfc7540("10.5", Some(Level::Should)),
    ],
    summary: "Priority tree reshuffled continuously",
    why: "Every PRIORITY frame makes a server that keeps the tree rearrange it; a server should watch for \
        such use and limit it.",
    meaning: "More than 120 PRIORITY or PRIORITY_UPDATE frames within a minute, or more than 100 for one stream.",
    harm: "A server that honours RFC 7540 priorities spends its time on the tree instead of responses.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Of many streams that \
        take turns the count for one stream may be too low, never too high.",
    not_blamed: "It may take the signals as they come.",
    remedy: &[
        "Server: ignore RFC 7540 priorities and announce NO_RFC7540_PRIORITIES.",
        "Client: signal a priority once, with the request.",
    ],
    symptoms: &["Envoy: http2.inbound_priority_frames_flood"],
    refs: &["CVE-2019-9513"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || Script::open().client((0..130_u32).map(|at| priority(at.wrapping_mul(2).wrapping_add(1), 0))),
    quiet: || Script::open().client((0..90_u32).map(|at| priority(at.wrapping_mul(2).wrapping_add(1), 0))),
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[
    Bears { most: 100, words: "Envoy (100 for a stream)" },
    Bears { most: 120, words: "Traffic Server (120 a minute)" },
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Excess(excess) = event.fact.kind else { return };
    let message = match excess.pattern {
        Pattern::Priorities => format!(
            "The {} sent {} priority signals within {}{}.",
            event.side().word(),
            excess.count,
            excess.over,
            excess::reacted(excess.count, BEAR)
        ),
        Pattern::PrioritiesOf(stream) => {
            format!(
                "The {} changed the priority of stream {stream} more than 100 times.",
                event.side().word()
            )
        }
        _ => return,
    };
    if event.side() == Side::Client {
        verdict.say(excess::draft(event, &excess, Side::Client, message, "priority signal"));
    }
}
