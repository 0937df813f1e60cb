//! Deadlines that cannot be read.

use super::{about, quoted, words};
use crate::conn::{Named, On};
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, call};

/// grpc-timeout malformed.
pub(in crate::rules) static GRPC_BAD_TIMEOUT: Rule = Rule {
    code: "GRP013",
    name: "grpc-bad-timeout",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "grpc-timeout malformed",
    why: "A grpc-timeout is one to eight digits and a unit: H, M, S, m, u or n.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when its grpc-timeout is anything else.",
    harm: "Servers reject the call, or ignore the deadline and work on for a client that is gone.",
    doubt: "A fact of one field. Zero has the right form but is no positive number: a warning.",
    not_blamed: "It can only read what is there.",
    remedy: &[
        "Send at most eight digits and a unit, for instance 300m for 300 ms; choose a larger unit for longer times.",
    ],
    symptoms: &["grpc-go: malformed grpc-timeout: …"],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([call(1, &[("grpc-timeout", "1.5s")]).map(Wire::end_stream)]),
    quiet: || Script::open().client([call(1, &[("grpc-timeout", "99999999n")]).map(Wire::end_stream)]),
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::OddTimeout) else { return };
    let timeout = call.request.as_ref().and_then(|request| request.get(Named::Timeout)).unwrap_or_default();
    let zero = call.timeout.is_some();
    let fault = if zero { "no positive number" } else { "not digits and a unit" };
    let message = format!("The grpc-timeout of {} is {}, {fault}.", words(call), quoted(timeout));
    let draft = about(event, call, message);
    verdict.say(if zero { draft.severity(Severity::Warning) } else { draft });
}
