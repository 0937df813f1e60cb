//! Promised requests that are none.

use super::samples::promise;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::messages::head::OddHead;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, push_promise};

/// Promised request lacks mandatory fields.
pub(in crate::rules) static PUSH_INCOMPLETE_REQUEST: Rule = Rule {
    code: "PUS007",
    name: "push-incomplete-request",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.4.1", Some(Level::Must)), rfc7540("8.2.1", Some(Level::Must))],
    summary: "Promised request lacks mandatory fields",
    why: "PUSH_PROMISE carries a complete request.",
    meaning: "The promised request lacks :method, :scheme, :path or :authority, or its request line would be malformed \
        in a client's request. Names and values in general are judged by their own rules.",
    harm: "The client resets the promised stream with PROTOCOL_ERROR, or cannot use the response.",
    doubt: "Judged only when every field of the block is known: an index that leads nowhere may be the missing \
        field.",
    not_blamed: "It never asked for it.",
    remedy: &["Write the promised request as a client would."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1)]).server([promise(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/p"),
        ])])
    },
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2)]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event).filter(OddHead::is_promised) else { return };
    let lacking = [
        (":method", Shape::NO_METHOD),
        (":scheme", Shape::NO_SCHEME),
        (":path", Shape::NO_PATH),
        (":authority", Shape::NO_AUTHORITY),
    ];
    let names: Vec<_> = lacking.iter().filter(|(_, shape)| odd.is(*shape)).map(|(name, _)| *name).collect();
    if !names.is_empty() {
        let names = names.join(" and no ");
        verdict.say(odd.draft(event, &format!("has no {names}")).told_by(names));
    } else if let Some((words, _)) = wrong(&odd).find(|(_, wrong)| *wrong) {
        verdict.say(odd.draft(event, words));
    }
}

/// What else is wrong with a request line; fields in general have their own rules, which blame servers too.
fn wrong(odd: &OddHead<'_>) -> impl Iterator<Item = (&'static str, bool)> {
    let connect = Shape::BAD_CONNECT.or(Shape::BAD_EXTENDED_CONNECT);
    [
        ("has a :path that is none", odd.is(Shape::BAD_PATH)),
        ("has a :method that is no token", odd.has(Traits::MALFORMED_METHOD)),
        ("has a :scheme that is none", odd.has(Traits::MALFORMED_SCHEME)),
        ("has user information in its :authority", odd.is(Shape::USERINFO)),
        ("has a host that is not its :authority", odd.is(Shape::HOST_DIFFERS)),
        ("is a malformed CONNECT", odd.is(connect)),
    ]
    .into_iter()
}
