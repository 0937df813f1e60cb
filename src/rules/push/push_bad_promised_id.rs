//! Promises of streams that cannot be promised.

use crate::conn::{BadPromise, Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, push_promise};

/// Promised stream identifier invalid.
pub(in crate::rules) static PUSH_BAD_PROMISED_ID: Rule = Rule {
    code: "PUS005",
    name: "push-bad-promised-id",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("6.6", Some(Level::Must)),
        rfc9113("5.1.1", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
        rfc7540("5.1.1", Some(Level::Must)),
    ],
    summary: "Promised stream identifier invalid",
    why: "Promised streams have even identifiers that grow.",
    meaning: "The promised identifier is 0, odd, or not above every one that the server promised before.",
    harm: "The client ends the connection with PROTOCOL_ERROR, and every stream on it is lost.",
    doubt: "The server's own frames show it. Promises that the capture lacks can only hide a fault.",
    not_blamed: "It has no say in these identifiers.",
    remedy: &["Take even identifiers, each above the last."],
    symptoms: &["nghttp2: PUSH_PROMISE: invalid promised_stream_id"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([push_promise(1, 4), push_promise(1, 2)]),
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2), push_promise(1, 6)]),
    judges: &[Judge::On(&[On::BadPromise], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BadPromise { fault, promised } = event.fact.kind else { return };
    let why = match fault {
        BadPromise::Zero => "which is the connection itself".to_owned(),
        BadPromise::Odd => "whose identifier only a client may use".to_owned(),
        BadPromise::NotIncreasing { highest } => format!("although it had promised stream {highest} before"),
        _ => return,
    };
    verdict.say(Draft::against_block(event, format!("The server promised stream {promised}, {why}.")));
}
