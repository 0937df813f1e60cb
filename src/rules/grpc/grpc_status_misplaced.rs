//! Statuses that come before the end.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// grpc-status in the initial headers of a response that continues.
pub(in crate::rules) static GRPC_STATUS_MISPLACED: Rule = Rule {
    code: "GRP005",
    name: "grpc-status-misplaced",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "grpc-status in the initial headers of a response that continues",
    why: "The status of a call comes once, in its last field block.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when a field block with :status and without END_STREAM carries \
        grpc-status, or when grpc-status stands in the first field block and again in the trailers.",
    harm: "Clients differ: some take the call as ended at once and drop what follows, others ignore the \
        early status and report that there was none.",
    doubt: "A fact of the own stream. With END_STREAM on the same HEADERS it is a Trailers-Only answer, as \
        it should be.",
    not_blamed: "It reads what it gets.",
    remedy: &["Send grpc-status once: in trailers, or in a Trailers-Only HEADERS with END_STREAM."],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            answer(1, &[("grpc-status", "0")]),
            data(1, &message(b"ho")),
            finish(1, "0", &[]),
        ])
    },
    quiet: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[("grpc-status", "5")]).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::StatusMisplaced) else { return };
    let message = match call.trailers {
        None => format!("The answer to {} begins with grpc-status, and goes on.", words(call)),
        Some(_) => format!(
            "The answer to {} has grpc-status at its beginning and again in its trailers.",
            words(call)
        ),
    };
    verdict.say(about(event, call, message));
}
