//! Answers that end without a status.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// gRPC response ends without grpc-status.
pub(in crate::rules) static GRPC_MISSING_STATUS: Rule = Rule {
    code: "GRP004",
    name: "grpc-missing-status",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "gRPC response ends without grpc-status",
    why: "A server ends every call with a grpc-status, also when all is well.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the server ended a response with :status 200 and a content-type \
        of gRPC by END_STREAM on DATA, or by a last field block that has no grpc-status although every \
        field of it is known.",
    harm: "The client does not know whether the call succeeded and reports UNKNOWN or INTERNAL.",
    doubt: "A fact of the own stream once END_STREAM was seen. A stream that RST_STREAM ended is \
        grpc-stream-reset, an answer that is no gRPC grpc-bad-response-content-type, and a status that \
        came too early grpc-status-misplaced. A proxy that drops trailers causes it: then the server is \
        the proxy.",
    not_blamed: "It waits for a status, which only the server can send.",
    remedy: &[
        "Send trailers with grpc-status at the end of every call.",
        "Let trailers pass in every proxy on the way.",
    ],
    symptoms: &[
        "grpc-go: server closed the stream without sending trailers",
        "grpc-java: Received unexpected EOS on DATA frame from server",
        "grpc-dotnet: No grpc-status found on response.",
        "grpc-node: Call ended without gRPC status",
        "tonic: grpc-status header missing, mapped from HTTP status code 200",
        "grpc-core: Stream removed",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[]), data(1, &message(b"ho")).map(Wire::end_stream)])
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
    let Some(call) = event.grpc.noticed(Notice::NoStatus) else { return };
    let how = if call.trailers.is_some() { "trailers without it" } else { "END_STREAM and no trailers" };
    let message = format!("The server ended {} without grpc-status: {how}.", words(call));
    verdict.say(about(event, call, message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{block, continuation};

    fn speaks(script: &Script) -> bool {
        finding(&GRPC_MISSING_STATUS, script).is_some()
    }

    fn asked() -> Script {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
    }

    #[test]
    fn a_status_in_the_continuation_of_the_trailers_counts() {
        let trailers = [
            finish(1, "0", &[]).map(|frame| frame.payload(&[]).unfinished()),
            continuation(1, &block(&[("grpc-status", "0")])),
        ];
        assert!(!speaks(&asked().server([answer(1, &[]), data(1, &message(b"ho"))]).server(trailers)));
        let trailers = [
            finish(1, "0", &[]).map(|frame| frame.payload(&[]).unfinished()),
            continuation(1, &block(&[("a", "b")])),
        ];
        assert!(speaks(&asked().server([answer(1, &[]), data(1, &message(b"ho"))]).server(trailers)));
    }

    #[test]
    fn quiet_when_the_answer_may_be_in_a_gap() {
        let script = asked().server([answer(1, &[]), data(1, &message(b"ho"))]).server([finish(1, "0", &[])]);
        let packets = script.packets().len();
        assert!(!speaks(&script.clone().lose(packets - 2)) && !speaks(&script.lose(packets - 1)));
    }
}
