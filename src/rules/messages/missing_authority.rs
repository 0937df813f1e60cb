//! Requests for nobody.

use super::head::OddHead;
use super::samples::request;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Request has neither :authority nor Host.
pub(in crate::rules) static MISSING_AUTHORITY: Rule = Rule {
    code: "MSG013",
    name: "missing-authority",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", None), rfc7540("8.1.2.3", None)],
    summary: "Request has neither :authority nor Host",
    why: "A request for http or https says which host it is for.",
    meaning: "A request for http or https has neither :authority nor host.",
    harm: "The receiver cannot tell which of its sites is meant; many answer 400 or 421.",
    doubt: "Judged only when every field of the block is known and the stream was seen from its beginning: an index \
        that leads nowhere may be the missing field. A proxy that passes on a request of HTTP/1.0 may have no \
        authority: a warning.",
    not_blamed: "It only received the message.",
    remedy: &["Send :authority."],
    symptoms: &["hyper-h2: Request header block does not have an :authority or Host header."],
    refs: &["RFC 9110 7.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([request(&[(":method", "GET"), (":scheme", "http"), (":path", "/")])]),
    quiet: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            ("host", "a"),
        ])])
    },
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::NO_AUTHORITY)) {
        verdict.say(odd.draft(event, "has neither :authority nor host"));
    }
}
