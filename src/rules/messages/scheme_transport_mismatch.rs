//! A scheme that does not fit the transport.

use super::head::OddHead;
use super::samples::{get_with, request};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// :scheme does not fit the transport.
pub(in crate::rules) static SCHEME_TRANSPORT_MISMATCH: Rule = Rule {
    code: "MSG032",
    name: "scheme-transport-mismatch",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["style"],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", None), rfc7540("8.1.2.3", None)],
    summary: ":scheme does not fit the transport",
    why: "The scheme is that of the URI; servers compare it with the transport.",
    meaning: "The first request of a connection whose :scheme is https without TLS, or http over TLS. Further ones are \
        not told.",
    harm: "Behind a proxy that ends TLS it is right; servers that do not trust the proxy answer 400 or reset the \
        stream.",
    doubt: "Legal behind proxies that end TLS, so nothing but a hint.",
    not_blamed: "It did not choose the scheme.",
    remedy: &["Take :scheme from the original URI, and let the server trust the proxy."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "https"),
            (":path", "/"),
            (":authority", "a"),
        ])])
    },
    quiet: || Script::open().client([get_with(&[])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::OTHER_SCHEME)) {
        let words = match event.conn.encrypted {
            true => "has the :scheme http on a connection with TLS",
            false => "has the :scheme https on a connection without TLS",
        };
        verdict.say(odd.draft(event, words));
    }
}
