//! Fields that come too late in trailers.

use super::head::OddHead;
use super::samples::{asked, last};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::response;

/// Field that must not be a trailer.
pub(in crate::rules) static FORBIDDEN_TRAILER_FIELD: Rule = Rule {
    code: "MSG027",
    name: "forbidden-trailer-field",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["style"],
    view: View::Own,
    rfc: &[rfc9113("8.1", None), rfc7540("8.1", None)],
    summary: "Field that must not be a trailer",
    why: "Fields that frame, route, authorise or describe a message stand in its head.",
    meaning: "Trailers have a field of this list: content-length, transfer-encoding, host, te, trailer, expect, \
        cache-control, max-forwards, pragma, range and if-*, authorization, www-authenticate and their kin, cookie, set-cookie, \
        location, content-encoding, content-type, content-range.",
    harm: "Receivers ignore such fields, or some of them obey.",
    doubt: "RFC 9110 leaves it to each field's definition; the list is fixed here. What the block is follows from \
        the sender's earlier HEADERS on the stream.",
    not_blamed: "It only received the message.",
    remedy: &["Send these in the head of the message."],
    symptoms: &[],
    refs: &["RFC 9110 6.5.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([response(1)]).server([last(&[("set-cookie", "a=b")])]),
    quiet: || asked().server([response(1)]).server([last(&[("x-checksum", "1")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::NOT_FOR_TRAILERS)) {
        let name = odd.name(Traits::NO_TRAILER);
        verdict.say(
            odd.draft(event, &format!("has the field {name}, which has no place in trailers")).told_by(name),
        );
    }
}
