//! Stream identifiers come to their end.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::StreamId;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get};

/// Stream identifiers nearly used up.
pub(in crate::rules) static STREAM_ID_NEAR_EXHAUSTION: Rule = Rule {
    code: "HLT002",
    name: "stream-id-near-exhaustion",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["predict"],
    view: View::Own,
    rfc: &[rfc9113("5.1.1", None), rfc7540("5.1.1", None)],
    summary: "Stream identifiers nearly used up",
    why: "Identifiers are never used again; when they are used up a new connection is needed.",
    meaning: "The highest identifier of a side is above 75 percent of 2^31-1, where grpc-go drains; above 95 \
        percent it is a warning.",
    harm: "Software that does not plan for it fails its next request.",
    doubt: "A fact. The time left supposes that identifiers go on being used as fast.",
    not_blamed: "The other side numbers its own streams.",
    remedy: &["Plan a graceful GOAWAY, or a new connection, in time."],
    symptoms: &[
        "hyper-h2: Exhausted allowed stream IDs",
        "Netty: No more streams can be created on this connection",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1), get(0x6fff_ffff)]),
    quiet: || Script::open().client([get(1), get(0x0fff_ffff)]),
    judges: &[Judge::On(&[On::End], judge)],
};

/// The highest identifier there is.
const HIGHEST: u32 = 0x7fff_ffff;

/// Near the end, and very near, in percent.
const NEAR: u64 = 75;
const VERY_NEAR: u64 = 95;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let highest = event.conn.streams.highest(side).0;
        let used = u64::from(highest).saturating_mul(100).checked_div(u64::from(HIGHEST)).unwrap_or_default();
        if used < NEAR {
            continue;
        }
        let stream = event.conn.streams.get(StreamId(highest));
        let at = stream.map_or(event.fact.start, |stream| stream.opened);
        let message = format!(
            "The {} has used {used} % of its stream identifiers, up to {highest}{}.",
            side.word(),
            left(event, highest)
        );
        let mut draft = Draft::new(Culprit::of(side), message, at, at);
        if used >= VERY_NEAR {
            draft = draft.severity(Severity::Warning);
        }
        verdict.say(draft.shows(EvidenceRole::Cause, side, at, format!("opens stream {highest}")));
    }
}

/// How long the rest lasts at the speed of this connection, where that can be said.
fn left(event: &Event<'_>, highest: u32) -> String {
    let opened = event.conn.streams.iter().map(|stream| (stream.opened.at.time, stream.id.0));
    let first = opened.filter(|(_, id)| id % 2 == highest % 2).min_by_key(|(_, id)| *id);
    let Some((time, id)) = first.filter(|(_, id)| *id < highest) else { return String::new() };
    let passed = event.conn.transport.last.time.since(time).0.max(1);
    let (used, free) = (i64::from(highest.saturating_sub(id)), i64::from(HIGHEST.saturating_sub(highest)));
    let nanoseconds = free.checked_div(used.max(1)).unwrap_or_default().saturating_mul(passed);
    format!("; at this speed the rest lasts {}", Span(nanoseconds))
}
