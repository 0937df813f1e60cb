//! Requests without `te: trailers`.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, block, call, data, headers, message};

/// gRPC request without te: trailers.
pub(in crate::rules) static GRPC_MISSING_TE: Rule = Rule {
    code: "GRP001",
    name: "grpc-missing-te",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "gRPC request without te: trailers",
    why: "A gRPC request carries te: trailers, by which the client shows that trailers reach it.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when every field of such a request is known and none is te with the \
        member trailers.",
    harm: "Servers and proxies that look for it answer with an error or leave the trailers out, and with \
        them the status of the call.",
    doubt: "The field is hop-by-hop: a proxy in front may have removed it, so that the finding is about the \
        client of this connection and not about who made the call. Many servers do not insist. A block \
        of which a field is not known is not judged.",
    not_blamed: "It can only see that the field is not there.",
    remedy: &[
        "Send te: trailers with every call.",
        "Behind a proxy: see whether it strips the field; one that does usually drops trailers too.",
    ],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        let te = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/pkg.Greeter/Hello"),
            (":authority", "a.example"),
            ("content-type", "application/grpc"),
        ];
        Script::open().client([headers(1, &block(&te)).map(Wire::end_stream)])
    },
    quiet: || Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]),
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::NoTe) else { return };
    let message = format!("The request of {} has no te: trailers.", words(call));
    verdict.say(about(event, call, message));
}
