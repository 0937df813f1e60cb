//! CONNECT with too much or too little.

use super::head::OddHead;
use super::samples::{head, tunnel};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// CONNECT with wrong pseudo-headers.
pub(in crate::rules) static BAD_CONNECT_REQUEST: Rule = Rule {
    code: "MSG028",
    name: "bad-connect-request",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.5", Some(Level::Must)), rfc7540("8.3", Some(Level::Must))],
    summary: "CONNECT with wrong pseudo-headers",
    why: "CONNECT has :method and :authority with host and port, and neither :scheme nor :path.",
    meaning: "A request with method CONNECT and without :protocol has :scheme or :path, or no :authority, or one \
        without a port (RFC 9110 9.3.6).",
    harm: "The proxy treats the request as malformed, or connects to somewhere else.",
    doubt: "Judged only when every field of the block is known and the stream was seen from its beginning: an index \
        that leads nowhere may be the missing field.",
    not_blamed: "It only received the message.",
    remedy: &["Send only :method and :authority, with host and port."],
    symptoms: &[],
    refs: &["RFC 9110 9.3.6"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([head(&[
            (":method", "CONNECT"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a:1"),
        ])])
    },
    quiet: || tunnel(),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::BAD_CONNECT)) else { return };
    let words = if odd.has(Traits::SCHEME | Traits::PATH) {
        "is CONNECT and has :scheme or :path"
    } else if odd.has(Traits::AUTHORITY) {
        "is CONNECT and names no port in its :authority"
    } else {
        "is CONNECT and has no :authority"
    };
    verdict.say(odd.draft(event, words));
}
