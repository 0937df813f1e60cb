//! Answers that are something else than gRPC.

use super::{about, quoted, words};
use crate::conn::{Named, On};
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, block, call, data, finish, headers, message};

/// Response to a gRPC call is not gRPC.
pub(in crate::rules) static GRPC_BAD_RESPONSE_CONTENT_TYPE: Rule = Rule {
    code: "GRP003",
    name: "grpc-bad-response-content-type",
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
    summary: "Response to a gRPC call is not gRPC",
    why: "The answer to a gRPC call has a content-type that begins with application/grpc.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the final response to it has status 200 and a content-type that \
        does not begin with application/grpc, or none at all in a block of which every field is known.",
    harm: "Clients cannot read such an answer and report UNKNOWN or INTERNAL, often with the page of a \
        gateway as message.",
    doubt: "Certain for this hop. An answer with another HTTP status is told by grpc-http-error-status \
        instead. It is typical for the page of a proxy, so the server named here need not be the one \
        that was meant.",
    not_blamed: "It asked for gRPC by its content-type.",
    remedy: &[
        "Look at the gateway between client and server.",
        "Route /service/method to the gRPC backend over HTTP/2.",
    ],
    symptoms: &[
        "grpc-go: transport: received unexpected content-type \"text/html\"",
        "grpc-dotnet: Bad gRPC response. Invalid content-type value: text/html",
        "grpc-java: INTERNAL: HTTP status code 200 invalid content-type: text/html",
        "grpc-go: malformed header: missing HTTP content-type",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            headers(1, &block(&[(":status", "200"), ("content-type", "text/html")])),
            data(1, b"<html>").map(Wire::end_stream),
        ])
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
    let Some(call) = event.grpc.noticed(Notice::NotGrpc) else { return };
    let kind = call.response.as_ref().and_then(|response| response.get(Named::ContentType)).map(quoted);
    let kind = kind.map_or_else(|| "no content-type".to_owned(), |kind| format!("content-type {kind}"));
    verdict.say(about(event, call, format!("The answer to {} has {kind}: it is not gRPC.", words(call))));
}
