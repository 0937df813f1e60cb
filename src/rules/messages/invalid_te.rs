//! te where it may not be, or with more than trailers.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// TE with a value other than "trailers", or in a response.
pub(in crate::rules) static INVALID_TE: Rule = Rule {
    code: "MSG022",
    name: "invalid-te",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.2.2", Some(Level::Must)), rfc7540("8.1.2.2", Some(Level::Must))],
    summary: "TE with a value other than \"trailers\", or in a response",
    why: "te stands in requests only, and says nothing but trailers.",
    meaning: "te in a request has a member other than trailers, in whatever case. te stands in a response.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &["Send te: trailers, or no te."],
    symptoms: &["hyper-h2: Invalid value for TE header: …"],
    refs: &["RFC 9110 10.1.4"],
    h2spec: &["http2/8.1.2.2/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("te", "trailers, deflate")])]),
    quiet: || Script::open().client([get_with(&[("te", "Trailers")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event) else { return };
    if odd.is(Shape::TE_FROM_SERVER) {
        verdict.say(odd.draft(event, "has te, which is a field of requests"));
    } else if odd.has(Traits::TE_OTHER) {
        let words = format!(
            "has the field te with {}; only \"trailers\" may stand there",
            odd.value(Traits::TE_OTHER)
        );
        verdict.say(odd.draft(event, &words));
    }
}
