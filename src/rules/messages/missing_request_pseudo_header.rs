//! Requests that lack a pseudo-header field.

use super::head::OddHead;
use super::samples::request;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Request without :method, :scheme or :path.
pub(in crate::rules) static MISSING_REQUEST_PSEUDO_HEADER: Rule = Rule {
    code: "MSG010",
    name: "missing-request-pseudo-header",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", Some(Level::Must)), rfc7540("8.1.2.3", Some(Level::Must))],
    summary: "Request without :method, :scheme or :path",
    why: "A request has :method, :scheme and :path.",
    meaning: "The first HEADERS of a stream that the client opened lack one of the three. CONNECT needs neither \
        :scheme nor :path (see bad-connect-request), extended CONNECT has a rule of its own.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "Judged only when every field of the block is known and the stream was seen from its beginning: an index \
        that leads nowhere may be the missing field. Behind a loss the first HEADERS that are seen may be \
        trailers: not judged until a request was recognised.",
    not_blamed: "It only received the message.",
    remedy: &["Send all three with every request."],
    symptoms: &[
        "hyper-h2: Header block missing mandatory … header",
        "nghttp2: Violation in HTTP messaging rule",
    ],
    refs: &[],
    h2spec: &["http2/8.1.2.3/2", "http2/8.1.2.3/3", "http2/8.1.2.3/4"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[(":method", "GET"), (":scheme", "http"), (":authority", "a")])])
    },
    quiet: || Script::open().client([request(&[(":method", "CONNECT"), (":authority", "a:443")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let lacking = [(":method", Shape::NO_METHOD), (":scheme", Shape::NO_SCHEME), (":path", Shape::NO_PATH)];
    let Some(odd) = OddHead::sent(event) else { return };
    let names: Vec<_> = lacking.iter().filter(|(_, shape)| odd.is(*shape)).map(|(name, _)| *name).collect();
    if !names.is_empty() {
        let names = names.join(" and no ");
        verdict.say(odd.draft(event, &format!("has no {names}")).told_by(names));
    }
}
