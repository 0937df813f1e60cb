//! Promises of requests that nobody may make for another.

use super::samples::promise;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::messages::head::OddHead;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, push_promise};

/// Promised request not safe and cacheable, or with content.
pub(in crate::rules) static PUSH_UNSAFE_REQUEST: Rule = Rule {
    code: "PUS006",
    name: "push-unsafe-request",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("8.4", Some(Level::Must)),
        rfc9113("8.4.1", Some(Level::Must)),
        rfc7540("8.2", Some(Level::Must)),
        rfc7540("8.2.1", Some(Level::Must)),
    ],
    summary: "Promised request not safe and cacheable, or with content",
    why: "A promised request is safe and cacheable, and has no content.",
    meaning: "The promised :method is neither GET nor HEAD, or content-length is above 0. OPTIONS and TRACE are safe, \
        but cannot be cached.",
    harm: "The client resets the promised stream with PROTOCOL_ERROR.",
    doubt: "The field must be known; literals are, also when the rest of the dynamic table is not.",
    not_blamed: "It never asked for it.",
    remedy: &["Push GET or HEAD only."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1)]).server([promise(&[
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/p"),
            (":authority", "a.example"),
        ])])
    },
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2)]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::UNSAFE_PROMISE)) {
        let content = odd.head.content_length.filter(|length| *length > 0);
        let words = match content {
            Some(length) => format!("has a content-length of {length}; promised requests have no content"),
            None => "is neither GET nor HEAD".to_owned(),
        };
        verdict.say(odd.draft(event, &words));
    }
}
