//! Promises on behalf of others.

use super::samples::promise;
use crate::conn::{On, Shape};
use crate::finding::{Confidence, Culprit, Severity};
use crate::rules::messages::head::OddHead;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, push_promise};

/// Promise for an authority not seen on this connection.
pub(in crate::rules) static PUSH_FOREIGN_AUTHORITY: Rule = Rule {
    code: "PUS008",
    name: "push-foreign-authority",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["style"],
    view: View::Own,
    rfc: &[rfc9113("8.4", None), rfc9113("10.1", None), rfc7540("8.2", None), rfc7540("10.1", None)],
    summary: "Promise for an authority not seen on this connection",
    why: "A server pushes only what it is authoritative for.",
    meaning: "The promised :authority is none of those that the client asked for on the connection; case and the usual \
        ports make no difference.",
    harm: "The client resets the promised stream, or ignores the response.",
    doubt: "Who is authoritative is decided by the certificate, of which an observer sees only a part: told, and \
        likely at most. Not judged where requests may be missing or not wholly known, or where more authorities \
        were asked for than are kept.",
    not_blamed: "It never asked for it.",
    remedy: &["Push only for names that the certificate covers."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack, Need::Handshake],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1)]).server([promise(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/p"),
            (":authority", "b.example"),
        ])])
    },
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2)]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::FOREIGN_AUTHORITY)) {
        let words = "is for an authority that no request on this connection named";
        verdict.say(odd.draft(event, words).at_most(Confidence::Likely));
    }
}
