//! Methods and schemes that are none.

use super::head::OddHead;
use super::samples::request;
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// :method or :scheme not a valid token.
pub(in crate::rules) static INVALID_METHOD_OR_SCHEME: Rule = Rule {
    code: "MSG012",
    name: "invalid-method-or-scheme",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must", "security", "smuggling", "tolerable"],
    view: View::Own,
    rfc: &[
        rfc9113("8.3.1", Some(Level::Must)),
        rfc9113("10.3", Some(Level::Must)),
        rfc7540("8.1.2.3", Some(Level::Must)),
    ],
    summary: ":method or :scheme not a valid token",
    why: "A method is a token, and a scheme is a letter followed by letters, digits, plus, minus and dots.",
    meaning: ":method is empty or no token (RFC 9110 9.1), or :scheme does not fit RFC 3986 3.1.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Check both before they are encoded: with a space in it either one splits the request line of HTTP/1.1.",
    ],
    symptoms: &[],
    refs: &["RFC 9110 9.1", "RFC 3986 3.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GE T"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a"),
        ])])
    },
    quiet: || {
        Script::open().client([request(&[
            (":method", "M-SEARCH"),
            (":scheme", "coap+tcp"),
            (":path", "/"),
            (":authority", "a"),
        ])])
    },
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::sent(event).filter(|_| event.side() == Side::Client) else { return };
    let what =
        [(":method", Traits::MALFORMED_METHOD, "a token"), (":scheme", Traits::MALFORMED_SCHEME, "a scheme")];
    if let Some((name, traits, form)) = what.into_iter().find(|(_, traits, _)| odd.has(*traits)) {
        let words = format!("has the {name} {}, which is not {form}", odd.value(traits));
        verdict.say(odd.draft(event, &words).told_by(name));
    }
}
