//! PING without measure (CVE-2019-9512).

use super::excess::{self, Bears};
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping};

/// PING frames at high rate.
pub(in crate::rules) static PING_FLOOD: Rule = Rule {
    code: "ABU005",
    name: "ping-flood",
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
    summary: "PING frames at high rate",
    why: "Each PING asks for an answer that has to be queued; a receiver should watch for such use and limit \
        it.",
    meaning: "More than 60 PING frames within a minute, or more than 100 that have not been acknowledged. A PING \
        that follows DATA of the peer does not count towards the rate: gRPC measures the path that way.",
    harm: "A receiver whose answers are not read queues them without bound.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. For the second limit \
        the other direction must be whole, or acknowledgements might be missing from the capture only.",
    not_blamed: "It must answer every PING.",
    remedy: &[
        "Limit PING frames and the acknowledgements that wait to be sent.",
        "Check the keepalive interval of the sender.",
    ],
    symptoms: &[
        "nghttp2: Flooding was detected in this HTTP/2 session, and it must be closed",
        "Envoy: http2.outbound_control_frames_flood",
    ],
    refs: &["CVE-2019-9512"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || (0..70_u8).fold(Script::open(), |script, at| script.client([ping([at; 8])])),
    quiet: || (0..50_u8).fold(Script::open(), |script, at| script.client([ping([at; 8])])),
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[
    Bears { most: 2, words: "gRPC (two strikes)" },
    Bears { most: 60, words: "Traffic Server (60 a minute)" },
    Bears { most: 1000, words: "nghttp2 (1000 answers that wait)" },
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::Pings, Pattern::PingsWaiting]) else { return };
    let side = event.side();
    let waiting = excess.pattern == Pattern::PingsWaiting;
    if waiting && !event.coverage.sides[side.peer()].whole() {
        return;
    }
    let what = if waiting { "PING frames wait for their acknowledgement" } else { "PING frames" };
    let message = format!(
        "The {} sent PING without measure: {} {what} within {}{}.",
        side.word(),
        excess.count,
        excess.over,
        excess::reacted(excess.count, BEAR)
    );
    verdict.say(excess::draft(event, excess, side, message, "PING"));
}
