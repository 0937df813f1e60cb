//! Answers with an error of HTTP instead of gRPC.

use super::{about, capital, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::{Notice, of_http_status};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, block, call, data, headers, message};

/// gRPC call answered with a non-200 HTTP status.
pub(in crate::rules) static GRPC_HTTP_ERROR_STATUS: Rule = Rule {
    code: "GRP011",
    name: "grpc-http-error-status",
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
    summary: "gRPC call answered with a non-200 HTTP status",
    why: "A gRPC server answers with :status 200 and says in grpc-status how the call went.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the :status of the final response is not 200, and tells what \
        clients make of it: 400 INTERNAL, 401 UNAUTHENTICATED, 403 PERMISSION_DENIED, 404 UNIMPLEMENTED, \
        429, 502, 503 and 504 UNAVAILABLE, any other UNKNOWN.",
    harm: "The client has to guess a status, and the message of the real error is lost.",
    doubt: "A fact. 415 is the prescribed answer to a content-type that the server does not support, and \
        told as information only. Whether the answer comes from the server itself or from a proxy cannot \
        be seen on this hop.",
    not_blamed: "Its request is a gRPC call, and it made of the answer what it could.",
    remedy: &[
        "The answer came from a proxy or from an HTTP handler: check routing and the health of the backend.",
    ],
    symptoms: &[
        "grpc-go: unexpected HTTP status code received from server: 502 (Bad Gateway)",
        "grpc-core: Received http2 header with status: 502",
        "grpc-node: Received HTTP status code 502",
        "grpc-dotnet: Bad gRPC response. HTTP status code: 502",
        "grpc-go: unexpected HTTP status code received from server: 464",
    ],
    refs: &["gRPC http-grpc-status-mapping"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([headers(1, &block(&[(":status", "503")])).map(Wire::end_stream)])
    },
    quiet: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[("grpc-status", "14")]).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::HttpStatus) else { return };
    let Some(status) = call.http_status else { return };
    let said = call.code().map_or_else(
        || format!("clients report {}", of_http_status(status)),
        |code| format!("grpc-status is {code}"),
    );
    let message = format!("{} was answered with HTTP status {status}; {said}.", capital(&words(call)));
    let draft = about(event, call, message);
    verdict.say(if status == 415 { draft.severity(Severity::Info) } else { draft });
}
