//! Two answers to the question whom a request is for.

use super::head::OddHead;
use super::samples::get_with;
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Host contradicts :authority, or several Host fields.
pub(in crate::rules) static AUTHORITY_HOST_MISMATCH: Rule = Rule {
    code: "MSG014",
    name: "authority-host-mismatch",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: Some(Severity::Info),
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must", "security", "smuggling", "tolerable"],
    view: View::Own,
    rfc: &[rfc9113("8.3.1", Some(Level::Must)), rfc7540("8.1.2.3", None)],
    summary: "Host contradicts :authority, or several Host fields",
    why: "host, where it is sent, says the same as :authority, and is sent once.",
    meaning: "host differs from :authority, or occurs more than once. Case, a final dot, user information and the \
        usual ports of http and https make no difference; CONNECT is left out.",
    harm: "Two hops may take the request for two different sites: access rules are passed by, caches are poisoned.",
    doubt: "The values must be known. RFC 7540 does not forbid it: only told there.",
    not_blamed: "It only received the message.",
    remedy: &["Drop host, or make it equal to :authority; a proxy that rewrites one must rewrite both."],
    symptoms: &[
        "hyper-h2: Request header block has mismatched :authority and Host headers",
        "hyper-h2: Request header block has multiple Host headers.",
    ],
    refs: &["RFC 9110 7.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("host", "b.example")])]),
    quiet: || Script::open().client([get_with(&[("host", "A.example:80")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::sent(event).filter(|_| event.side() == Side::Client) else { return };
    let twice = odd.fields().any(|field| field.traits.contains(Traits::HOST | Traits::REPEATED));
    if odd.is(Shape::HOST_DIFFERS) {
        let authority = odd
            .stream
            .and_then(|stream| stream.request.as_ref())
            .and_then(|request| request.authority.as_deref());
        let shown = authority.filter(|authority| !authority.contains('@')).map(|authority| {
            format!(" \"{}\"", authority.chars().take(64).collect::<String>().escape_default())
        });
        let words = format!(
            "has the host {}, which is not its :authority{}",
            odd.value(Traits::HOST),
            shown.unwrap_or_default()
        );
        verdict.say(odd.draft(event, &words));
    } else if twice {
        verdict.say(odd.draft(event, "has host more than once"));
    }
}
