//! Calls that RST_STREAM ended.

use super::{about, words};
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, Severity};
use crate::frame::ErrorCode;
use crate::grpc::{Notice, of_error_code};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, message, rst_stream};

/// gRPC call ended by RST_STREAM.
pub(in crate::rules) static GRPC_STREAM_RESET: Rule = Rule {
    code: "GRP012",
    name: "grpc-stream-reset",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "gRPC call ended by RST_STREAM",
    why: "A call ends with a status; one that is reset before has none but what clients make of the error \
        code.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires on the first RST_STREAM of such a stream when no grpc-status came \
        before and the server had not ended it, and tells what clients make of the code: REFUSED_STREAM \
        UNAVAILABLE, CANCEL CANCELLED, ENHANCE_YOUR_CALM RESOURCE_EXHAUSTED, INADEQUATE_SECURITY \
        PERMISSION_DENIED, most others INTERNAL.",
    harm: "The call failed without a word of the application. A client that cancels usually ran into its \
        deadline or lost interest.",
    doubt: "A fact, not a fault: information only, but for a server that resets with NO_ERROR and never gave \
        a status, which is a warning. A reset behind the status is lawful.",
    not_blamed: "It did not end the call.",
    remedy: &[
        "Server: send trailers with grpc-status before RST_STREAM.",
        "CANCEL of the client: look for a deadline (grpc-timeout) or a user who gave up.",
    ],
    symptoms: &[
        "grpc-go: stream terminated by RST_STREAM with error code: CANCEL",
        "grpc-java: RST_STREAM closed stream. HTTP/2 error code: INTERNAL_ERROR",
        "grpc-core: Received RST_STREAM with error code 8",
        "grpc-node: Received RST_STREAM with code 2 (Internal server error)",
        "CANCELLED: context canceled",
        "Go: stream error: stream ID …; INTERNAL_ERROR; received from peer",
        ".NET: The HTTP/2 server reset the stream. HTTP/2 error code 'INTERNAL_ERROR' (0x2)",
        "OkHttp: stream was reset: CANCEL",
        "OkHttp: stream was reset: INTERNAL_ERROR",
        "curl: HTTP/2 stream … was reset",
        "Envoy: http2.rx_reset",
        "Envoy: upstream_reset_before_response_started{remote_reset}",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([rst_stream(1, ErrorCode::INTERNAL_ERROR)])
    },
    quiet: || {
        Script::open().client([call(1, &[])]).server([
            answer(1, &[("grpc-status", "5")]).map(Wire::end_stream),
            rst_stream(1, ErrorCode::NO_ERROR),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::Reset) else { return };
    let Some((_, code)) = call.sides[event.side()].reset else { return };
    let side = event.side();
    let message = format!(
        "The {} reset {} with {}; clients report {}.",
        side.word(),
        words(call),
        ErrorCode(code),
        of_error_code(code)
    );
    // What the server sent at the same time may have ended the call in order, and the capture may lack it.
    let whole = side == Side::Server && event.coverage.sides.client.whole();
    let draft =
        about(event, call, message).at_most(if whole { Confidence::Certain } else { Confidence::Likely });
    let unfounded = side == Side::Server && ErrorCode(code) == ErrorCode::NO_ERROR;
    verdict.say(if unfounded { draft.severity(Severity::Warning) } else { draft });
}
