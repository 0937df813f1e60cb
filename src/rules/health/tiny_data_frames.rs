//! Content in crumbs.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, data, post};

/// Content sent in very small DATA frames.
pub(in crate::rules) static TINY_DATA_FRAMES: Rule = Rule {
    code: "HLT018",
    name: "tiny-data-frames",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Own,
    rfc: &[],
    summary: "Content sent in very small DATA frames",
    why: "Every DATA frame costs nine octets and a turn of both programs.",
    meaning: "At least 1000 DATA frames of one side, with less than 128 octets of content on average; gRPC \
        calls, whose messages may be that small, are left out.",
    harm: "More overhead than content, and peers that limit the number of frames may close.",
    doubt: "The counts are facts. Harmless but for the overhead; streams of events may mean it so.",
    not_blamed: "It reads what it is sent.",
    remedy: &["Buffer what is written, and flush by message, not by field."],
    symptoms: &[],
    refs: &["envoyproxy/envoy#17287"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        (0..11).fold(Script::open().client([post(1)]), |script, _| {
            script.client((0..100).map(|_| data(1, b"crumb")))
        })
    },
    quiet: || {
        (0..9).fold(Script::open().client([post(1)]), |script, _| {
            script.client((0..100).map(|_| data(1, b"crumb")))
        })
    },
    judges: &[Judge::On(&[On::End], judge)],
};

/// So many frames, each with less than so many octets.
const MANY: u64 = 1000;
const SMALL: u64 = 128;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let half = &event.conn.sides[side];
        let pieces = half.pieces;
        if pieces.frames < MANY || pieces.octets >= pieces.frames.saturating_mul(SMALL) {
            continue;
        }
        let mean = pieces.octets.checked_div(pieces.frames).unwrap_or_default();
        let message =
            format!("The {} sent {} DATA frames of {mean} octets on average.", side.word(), pieces.frames);
        let first = half.first_headers.unwrap_or(event.fact.start);
        verdict.say(Draft::new(Culprit::of(side), message, first, event.fact.end).shows(
            EvidenceRole::Context,
            side,
            first,
            "its first message",
        ));
    }
}
