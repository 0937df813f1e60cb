//! Calls that ended with an error.

use super::{about, capital, quoted, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::{Notice, name};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// Call finished with an error status.
pub(in crate::rules) static GRPC_ERROR_STATUS: Rule = Rule {
    code: "GRP019",
    name: "grpc-error-status",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "Call finished with an error status",
    why: "A grpc-status other than 0 says that the call failed.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the server ended it with a grpc-status other than 0, and tells \
        the name of the status and the message.",
    harm: "The call failed, for a reason that the application knows.",
    doubt: "A fact, and usually no fault of HTTP/2: listed for orientation.",
    not_blamed: "It got the answer that the finding tells.",
    remedy: &["Look at the service that answered: the status and the message are its own."],
    symptoms: &[
        "grpc-go: grpc: received message larger than max (… vs. …)",
        "grpc-core: Received message larger than max",
        "grpc-java: gRPC message exceeds maximum size",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[("grpc-status", "5"), ("grpc-message", "no%20such%20user")])
                .map(Wire::end_stream)])
    },
    quiet: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            answer(1, &[]),
            data(1, &message(b"ho")),
            finish(1, "0", &[]),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::Failed) else { return };
    let Some((_, status)) = call.status() else { return };
    let named = match call.code().and_then(|code| Some((code, name(code)?))) {
        Some((code, name)) => format!("{code} {name}"),
        None => quoted(status),
    };
    let reason = call.message().map(|message| format!(" ({message})")).unwrap_or_default();
    let message = format!("{} ended with grpc-status {named}{reason}.", capital(&words(call)));
    verdict.say(about(event, call, message));
}
