//! Metadata that cannot be decoded.

use super::{about, quoted, words};
use crate::base::Side;
use crate::conn::{Named, On};
use crate::finding::{Culprit, Severity};
use crate::grpc::{Notice, Part};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// Binary or percent encoding broken.
pub(in crate::rules) static GRPC_INVALID_METADATA_ENCODING: Rule = Rule {
    code: "GRP018",
    name: "grpc-invalid-metadata-encoding",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "Binary or percent encoding broken",
    why: "Binary metadata is base64, and a grpc-message is printable ASCII with percent signs for anything \
        else.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when a field whose name ends with -bin is not base64 (with or \
        without padding, in parts divided by commas), or when grpc-message has a percent sign without \
        two hexadecimal digits or an octet outside 0x20 to 0x7e.",
    harm: "The receiver drops the value, or the whole call: libraries differ.",
    doubt: "A fact of one field, of which the capture has every octet.",
    not_blamed: "It can only read what is there.",
    remedy: &[
        "Encode binary metadata in base64, and the message with percent signs; the libraries do both when they are given the plain value.",
    ],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .server([answer(1, &[]), finish(1, "5", &[("grpc-message", "100% wrong")])])
    },
    quiet: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            answer(1, &[("key-bin", "YWI,YWI=")]),
            finish(1, "5", &[("grpc-message", "100%25 wrong")]),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::OddMetadata) else { return };
    let own: &[&Option<Part>] = match event.side() {
        Side::Client => &[&call.request],
        Side::Server => &[&call.trailers, &call.response],
    };
    for part in own.iter().filter_map(|part| part.as_ref()).take(1) {
        let broken = part.get(Named::BrokenBinary).map(|name| {
            let name = String::from_utf8_lossy(name).into_owned();
            (format!("The field {name} on {} is not base64.", words(call)), name)
        });
        let message = part.get(Named::Message).filter(|_| part.is_malformed(Named::Message)).map(|text| {
            let said =
                format!("The grpc-message of {} is not percent-encoded: {}.", words(call), quoted(text));
            (said, "grpc-message".to_owned())
        });
        for (message, field) in broken.into_iter().chain(message) {
            verdict.say(about(event, call, message).told_by(field));
        }
    }
}
