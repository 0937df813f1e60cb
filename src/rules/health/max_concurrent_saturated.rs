//! Requests queue in the client, because the server allows no more streams.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, get, response};

/// Client runs at MAX_CONCURRENT_STREAMS.
pub(in crate::rules) static MAX_CONCURRENT_SATURATED: Rule = Rule {
    code: "HLT001",
    name: "max-concurrent-saturated",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["performance", "predict"],
    view: View::Timer,
    rfc: &[rfc9113("5.1.2", None), rfc7540("5.1.2", None)],
    summary: "Client runs at MAX_CONCURRENT_STREAMS",
    why: "A client may not open more streams than MAX_CONCURRENT_STREAMS; what comes on top waits in the \
        client.",
    meaning: "The client had as many streams open as the server allows, for more than 100 ms (default) in all, \
        and at least twice a new stream followed within 1 ms after another one had closed.",
    harm: "Requests wait in a queue that no server sees: latency grows while the server looks idle.",
    doubt: "How many streams are open is exact; that requests queue is read off the timing, hence likely.",
    not_blamed: "It may set the limit as it sees fit.",
    remedy: &[
        "Raise MAX_CONCURRENT_STREAMS of the server, or let the client open a second connection.",
        "Shorten streams that live long, or give them a connection of their own.",
    ],
    symptoms: &[
        "grpc-java: DEADLINE_EXCEEDED: … buffered_nanos=…",
        "Java HttpClient: too many concurrent streams",
    ],
    refs: &[],
    h2spec: &[],
    options: &["stall_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let open = Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 1)]).client([get(1)]);
        (0..6_u32).fold(open, |script, at| {
            let stream = at.saturating_mul(2).saturating_add(1);
            let done = script.wait(Span::millis(40)).server([response(stream).map(Wire::end_stream)]);
            done.client([get(stream.saturating_add(2))])
        })
    },
    quiet: || {
        let open = Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 1)]).client([get(1)]);
        (0..6_u32).fold(open, |script, at| {
            let stream = at.saturating_mul(2).saturating_add(1);
            let done = script.wait(Span::millis(40)).server([response(stream).map(Wire::end_stream)]);
            done.wait(Span::millis(20)).client([get(stream.saturating_add(2))])
        })
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// Streams that follow another one at once, before that is called a queue.
const QUEUE: u32 = 2;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(crowding) = event.conn.crowding() else { return };
    let (Some(first), full) = (crowding.first, crowding.until(event.now)) else { return };
    if full <= event.options.thresholds.stall || crowding.followed < QUEUE {
        return;
    }
    let whole = event.now.time.since(event.conn.transport.first.time);
    let share = full.0.saturating_mul(100).checked_div(whole.0).unwrap_or_default();
    let message = format!(
        "The client was at its limit of {} streams for {full} ({share} % of the time); {} times the next request \
         started within 1 ms after a stream had closed.",
        crowding.limit, crowding.followed
    );
    let draft =
        Draft::new(Culprit::Client, message, first, first).at_most(Confidence::Likely).over(full).shows(
            EvidenceRole::Cause,
            Side::Client,
            first,
            format!("the limit of {} streams is reached first", crowding.limit),
        );
    verdict.say(draft);
}
