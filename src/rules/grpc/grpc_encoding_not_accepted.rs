//! Answers in an encoding that nobody asked for.

use super::{about, quoted, words};
use crate::base::Side;
use crate::conn::{Named, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::grpc::{Notice, Part};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// Message encoding the peer did not offer.
pub(in crate::rules) static GRPC_ENCODING_NOT_ACCEPTED: Rule = Rule {
    code: "GRP010",
    name: "grpc-encoding-not-accepted",
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
    summary: "Message encoding the peer did not offer",
    why: "A server compresses only with an encoding that the request accepts or uses itself.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the grpc-encoding of the answer is not identity, is not among \
        the request's grpc-accept-encoding, and is not the request's own grpc-encoding.",
    harm: "A client without that encoding cannot read the answer and ends the call with INTERNAL or \
        UNIMPLEMENTED.",
    doubt: "Needs the field blocks of both sides, the request's with every field known. That the client can \
        decompress it all the same cannot be seen.",
    not_blamed: "It said which encodings it accepts.",
    remedy: &["Compress only with an encoding from grpc-accept-encoding."],
    symptoms: &[
        "grpc-go: grpc: Decompressor is not installed for grpc-encoding \"gzip\"",
        "grpc-dotnet: Unsupported grpc-encoding value 'gzip'.",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[("grpc-encoding", "snappy")]), finish(1, "0", &[])])
    },
    quiet: || {
        Script::open()
            .client([call(1, &[("grpc-accept-encoding", "identity, snappy")]).map(Wire::end_stream)])
            .server([answer(1, &[("grpc-encoding", "snappy")]), finish(1, "0", &[])])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::EncodingNotAccepted) else { return };
    let encoding = call.response.as_ref().and_then(Part::encoding).unwrap_or_default();
    let accepted = call.request.as_ref().and_then(|request| request.get(Named::AcceptEncoding));
    let accepted = accepted.map_or_else(|| "none".to_owned(), quoted);
    let message = format!(
        "The answer to {} is encoded in {}; the request accepts {accepted}.",
        words(call),
        quoted(encoding)
    );
    let draft = about(event, call, message);
    verdict.say(match &call.request {
        Some(request) => draft.shows(EvidenceRole::Context, Side::Client, request.start, "the request"),
        None => draft,
    });
}
