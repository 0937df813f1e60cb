//! User names and passwords in :authority.

use super::head::OddHead;
use super::samples::request;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// User information in :authority.
pub(in crate::rules) static USERINFO_IN_AUTHORITY: Rule = Rule {
    code: "MSG015",
    name: "userinfo-in-authority",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must", "security", "smuggling", "tolerable"],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", Some(Level::Must)), rfc7540("8.1.2.3", Some(Level::Must))],
    summary: "User information in :authority",
    why: "The :authority of http and https has no user information.",
    meaning: "The :authority of a request for http or https has an @.",
    harm: "Receivers that cut the host out differently take the request for different sites, and logs keep the \
        password.",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &["Cut user:password@ off, and send it in authorization if it is meant."],
    symptoms: &[],
    refs: &["RFC 9110 4.2.4"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "u:p@a"),
        ])])
    },
    quiet: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "ssh"),
            (":path", "/"),
            (":authority", "u@a"),
        ])])
    },
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::USERINFO)) {
        verdict.say(odd.draft(event, "has user information in its :authority"));
    }
}
