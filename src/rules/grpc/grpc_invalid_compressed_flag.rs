//! Messages that begin with a flag that means nothing.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, call, data};

/// Compressed-Flag is not 0 or 1.
pub(in crate::rules) static GRPC_INVALID_COMPRESSED_FLAG: Rule = Rule {
    code: "GRP008",
    name: "grpc-invalid-compressed-flag",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "Compressed-Flag is not 0 or 1",
    why: "The first octet of a message is 0, or 1 when the message is compressed.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires on the first message of a side whose first octet is anything else; \
        0x80 marks the trailers of gRPC-Web, and the finding says so.",
    harm: "The receiver ends the call with INTERNAL; often both sides are out of step from here on.",
    doubt: "Messages are followed from the first octet of the content. Content that is missing in the \
        capture makes the rule silent for that side of the call, and so does the first finding.",
    not_blamed: "It can only take what follows as the length of a message.",
    remedy: &[
        "See how the proxy or codec frames messages.",
        "Trailers in the content belong to gRPC-Web: send application/grpc-web, or translate at the proxy.",
    ],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([call(1, &[]), data(1, &[2, 0, 0, 0, 1, 7]).map(Wire::end_stream)]),
    quiet: || {
        Script::open().client([
            call(1, &[("grpc-encoding", "gzip")]),
            data(1, &[1, 0, 0, 0, 1, 7]).map(Wire::end_stream),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::OddFlag) else { return };
    let Some(flag) = call.sides[event.side()].messages.odd_flag else { return };
    let web = if flag & 0x80 != 0 { ", which marks trailers of gRPC-Web" } else { "" };
    let side = event.side().word();
    let message =
        format!("A message of the {side} on {} begins with 0x{flag:02x}{web}, not with 0 or 1.", words(call));
    verdict.say(about(event, call, message));
}
