//! Paths that no request for http or https has.

use super::head::OddHead;
use super::samples::request;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Empty or malformed :path.
pub(in crate::rules) static INVALID_PATH: Rule = Rule {
    code: "MSG011",
    name: "invalid-path",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", Some(Level::Must)), rfc7540("8.1.2.3", Some(Level::Must))],
    summary: "Empty or malformed :path",
    why: "The :path of a request for http or https begins with a slash; only OPTIONS may have an asterisk instead.",
    meaning: "In a request for http or https :path is empty, or neither begins with / nor is the * of OPTIONS. Spaces, \
        control octets and # in it: a warning.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Send / when the URI has no path, * only for OPTIONS on the whole server.",
        "Leave the fragment out, and encode spaces.",
    ],
    symptoms: &["hyper-h2: An empty :path header is forbidden"],
    refs: &[],
    h2spec: &["http2/8.1.2.3/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", ""),
            (":authority", "a"),
        ])])
    },
    quiet: || {
        Script::open().client([request(&[
            (":method", "OPTIONS"),
            (":scheme", "http"),
            (":path", "*"),
            (":authority", "a"),
        ])])
    },
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::sent(event) else { return };
    if odd.is(Shape::BAD_PATH) {
        let path = odd.value(Traits::MALFORMED_PATH);
        let words = match odd.has(Traits::MALFORMED_PATH) {
            true if path == "\"\"" => "has an empty :path".to_owned(),
            true => format!("has the :path {path}, which does not begin with a slash"),
            false => "has the :path \"*\", which only OPTIONS may have".to_owned(),
        };
        verdict.say(odd.draft(event, &words));
    } else if odd.is(Shape::STRANGE_PATH) {
        let words = "has a space, a control octet or \"#\" in its :path";
        verdict.say(odd.draft(event, words).severity(Severity::Warning));
    }
}
