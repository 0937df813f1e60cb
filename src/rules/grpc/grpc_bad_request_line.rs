//! Requests that no gRPC server can place.

use super::{about, short};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, block, headers};

/// gRPC request is not POST or has a malformed path.
pub(in crate::rules) static GRPC_BAD_REQUEST_LINE: Rule = Rule {
    code: "GRP002",
    name: "grpc-bad-request-line",
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
    summary: "gRPC request is not POST or has a malformed path",
    why: "A gRPC request is a POST to /service/method.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when such a request has a :method other than POST, or a :path that \
        is not a slash, a service, a slash and a method.",
    harm: "Servers answer with UNIMPLEMENTED, or with an HTTP error that the client can only guess from.",
    doubt: "The method is certain. Some stacks let people choose the path, so that a path of another form is \
        told as information only.",
    not_blamed: "It received the request as it is.",
    remedy: &[
        "Use the generated client stub.",
        "A path prefix for a proxy has to be removed before the server sees it.",
    ],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([headers(1, &block(&request("GET", "/pkg.Greeter/Hello"))).map(Wire::end_stream)])
    },
    quiet: || {
        Script::open()
            .client([headers(1, &block(&request("POST", "/pkg.Greeter/Hello"))).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

/// A request with this method and path.
const fn request(method: &'static str, path: &'static str) -> [(&'static str, &'static str); 6] {
    [
        (":method", method),
        (":scheme", "http"),
        (":path", path),
        (":authority", "a.example"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ]
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::OddRequestLine) else { return };
    let Some(line) = &call.line else { return };
    let method = short(line.method.as_deref().unwrap_or("POST"));
    let path = short(line.path.as_deref().unwrap_or_default());
    let message =
        format!("The request of stream {} is {method} {path}, not POST /service/method.", call.stream);
    let draft = about(event, call, message);
    verdict.say(if method == "POST" { draft.severity(Severity::Info) } else { draft });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpack::{Coding, Encoder, Representation};
    use crate::limits::MAX_REQUEST_TEXT;
    use crate::rules::tests::report;

    #[test]
    fn a_path_of_another_form_is_told_and_no_fault() {
        for (path, told) in
            [("/pkg.Greeter/Hello", false), ("/a/b.C/D", false), ("/Hello", true), ("/pkg.Greeter/", true)]
        {
            let script =
                Script::open().client([headers(1, &block(&request("POST", path))).map(Wire::end_stream)]);
            let report = report(&script);
            let found = report.findings.iter().find(|finding| finding.rule == "GRP002");
            assert_eq!(found.map(|finding| finding.severity), told.then_some(Severity::Info), "{path}");
        }
    }

    #[test]
    fn a_path_of_which_a_part_is_kept_is_no_fault_and_a_long_one_is_told_in_short() {
        let found = |path: String| {
            let mut fields = Encoder::new();
            for (name, value) in request("POST", "") {
                let value = if name == ":path" { path.as_bytes() } else { value.as_bytes() };
                let form = Representation::WithoutIndexing;
                fields.named_literal(form, name.as_bytes(), value, Coding::Plain);
            }
            let script = Script::open().client([headers(1, &fields.into_octets()).map(Wire::end_stream)]);
            let findings = report(&script).findings;
            findings.iter().find(|finding| finding.rule == "GRP002").map(|found| found.message.len())
        };
        assert_eq!(found(format!("/{}/Hello", "a".repeat(MAX_REQUEST_TEXT))), None);
        assert!(found(format!("/{}", "a".repeat(5_000))).is_some_and(|length| length < 300));
    }
}
