//! CONTINUATION without an open field block.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, continuation, get, post};

/// CONTINUATION without an open field block.
pub(in crate::rules) static UNEXPECTED_CONTINUATION: Rule = Rule {
    code: "CON003",
    name: "unexpected-continuation",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("6.10", Some(Level::Must)), rfc7540("6.10", Some(Level::Must))],
    summary: "CONTINUATION without an open field block",
    why: "CONTINUATION follows HEADERS, PUSH_PROMISE or CONTINUATION without END_HEADERS, and nothing \
        else.",
    meaning: "CONTINUATION while no block is open in that direction (previous frame had END_HEADERS, or was \
        DATA, or stream idle/closed).",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Own-stream fact; after a resynchronisation point the first CONTINUATION is not judged (its \
        HEADERS may lie in the gap).",
    not_blamed: "Only one side writes a field block.",
    remedy: &["Set END_HEADERS only on the last fragment."],
    symptoms: &["nghttp2: CONTINUATION: unexpected", "h2 (Rust): received unexpected CONTINUATION frame"],
    refs: &[],
    h2spec: &[
        "http2/6.10/4",
        "http2/6.10/5",
        "http2/6.10/6",
        "http2/5.1/4",
        "http2/5.1/7",
        "http2/5.1/10",
        "http2/5.1/13",
        "client/6.10/4",
        "client/6.10/5",
        "client/6.10/6",
        "client/5.1/4",
        "client/5.1/7",
        "client/5.1/10",
    ],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([continuation(1, &[])]),
    quiet: || Script::open().client([get(1).map(Wire::unfinished)]).client([continuation(1, &[])]),
    judges: &[Judge::On(&[On::UnexpectedContinuation], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header() else { return };
    let message = format!(
        "The {} sent CONTINUATION on stream {} without an open field block.",
        event.side().word(),
        header.stream
    );
    verdict.say(Draft::against_sender(event, message));
}
