//! Compressed messages of which nobody says how.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, call, data};

/// Compressed message without grpc-encoding.
pub(in crate::rules) static GRPC_COMPRESSED_WITHOUT_ENCODING: Rule = Rule {
    code: "GRP009",
    name: "grpc-compressed-without-encoding",
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
    summary: "Compressed message without grpc-encoding",
    why: "A side that marks a message as compressed names the encoding in grpc-encoding.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires on the first message with flag 1 of a side whose own field block has \
        no grpc-encoding, or identity, with every field of it known.",
    harm: "The receiver cannot decompress the message and ends the call with INTERNAL or UNIMPLEMENTED.",
    doubt: "Needs the field block of the same side in full, and the messages from the first octet on.",
    not_blamed: "It was not told how to read the message.",
    remedy: &["Send grpc-encoding with the request or the answer, or leave the flag at 0."],
    symptoms: &[
        "grpc-go: grpc: compressed flag set with identity or empty encoding",
        "grpc-java: Can't decode compressed gRPC message as compression not configured",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([call(1, &[]), data(1, &[1, 0, 0, 0, 1, 7]).map(Wire::end_stream)]),
    quiet: || {
        Script::open().client([
            call(1, &[("grpc-encoding", "gzip")]),
            data(1, &[1, 0, 0, 0, 1, 7]).map(Wire::end_stream),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::NoEncoding) else { return };
    let message = format!(
        "A message of the {} on {} is marked as compressed, but no grpc-encoding says how.",
        event.side().word(),
        words(call)
    );
    verdict.say(about(event, call, message));
}
