//! PUSH_PROMISE from the wrong end.

use crate::conn::{BadPromise, Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, post, push_promise, response};

/// Client sends PUSH_PROMISE.
pub(in crate::rules) static PUSH_PROMISE_FROM_CLIENT: Rule = Rule {
    code: "PUS001",
    name: "push-promise-from-client",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("8.4", Some(Level::Must)), rfc7540("8.2", Some(Level::Must))],
    summary: "Client sends PUSH_PROMISE",
    why: "Only servers push.",
    meaning: "PUSH_PROMISE in the client's direction, on whatever stream.",
    harm: "The server ends the connection with PROTOCOL_ERROR.",
    doubt: "One frame shows it, once it is known which end is the client.",
    not_blamed: "A server cannot be the receiver of a push.",
    remedy: &["Clients cannot push: send the request on a stream of its own."],
    symptoms: &["hyper-h2: Cannot receive pushed streams as a server"],
    refs: &[],
    h2spec: &["http2/8.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([push_promise(1, 2)]),
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([push_promise(1, 2)])
            .server([response(1).map(Wire::end_stream), response(2).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::BadPromise], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Kind::BadPromise { fault: BadPromise::FromClient, promised } = event.fact.kind {
        let message =
            format!("The client sent PUSH_PROMISE for stream {promised}; only servers may promise.");
        verdict.say(Draft::against_block(event, message));
    }
}
