//! Pseudo-header fields of the other direction.

use super::head::OddHead;
use super::samples::{asked, last};
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// Response pseudo-header in a request or the reverse.
pub(in crate::rules) static PSEUDO_HEADER_WRONG_DIRECTION: Rule = Rule {
    code: "MSG006",
    name: "pseudo-header-wrong-direction",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.3", Some(Level::Must)), rfc7540("8.1.2.1", Some(Level::Must))],
    summary: "Response pseudo-header in a request or the reverse",
    why: "Requests have no :status, responses have none of the pseudo-header fields of requests.",
    meaning: ":status in a request or in PUSH_PROMISE; :method, :scheme, :authority, :path or :protocol in a response.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Check that the right serializer is used: fields of a request copied into its response are the usual \
        cause.",
    ],
    symptoms: &[
        "Go: mix of request and response pseudo headers",
        "h2 (Rust): cannot use :status header for requests; stream=…",
        "hyper-h2: Encountered response-only headers …",
    ],
    refs: &[],
    h2spec: &["http2/8.1.2.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([last(&[(":status", "200"), (":path", "/")])]),
    quiet: || asked().server([last(&[(":status", "200"), ("path", "/")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::WRONG_DIRECTION)) {
        let asks = event.side() == Side::Client || odd.is_promised();
        let known = [
            (":method", Traits::METHOD),
            (":scheme", Traits::SCHEME),
            (":authority", Traits::AUTHORITY),
            (":path", Traits::PATH),
            (":protocol", Traits::PROTOCOL),
        ];
        let name = match known.iter().find(|(_, traits)| odd.has(*traits)) {
            Some((name, _)) if !asks => *name,
            _ => ":status",
        };
        let words = format!("has {name}, which belongs into a {}", if asks { "response" } else { "request" });
        verdict.say(odd.draft(event, &words).told_by(name));
    }
}
