//! Messages that never come to their end.

use super::{about, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::Notice;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, call, data};

/// Length prefix does not match the data.
pub(in crate::rules) static GRPC_MESSAGE_TRUNCATED: Rule = Rule {
    code: "GRP007",
    name: "grpc-message-truncated",
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
    summary: "Length prefix does not match the data",
    why: "A side ends its stream behind a message, not inside one.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when a side sends END_STREAM with one to four octets of a prefix, or \
        with fewer octets of a message than its prefix announces.",
    harm: "The receiver cannot read the message and ends the call with INTERNAL.",
    doubt: "The content of DATA is counted without padding, from the first octet on; messages and frames \
        need not begin together. Any octet that is missing in the capture, and RST_STREAM, make the rule \
        silent.",
    not_blamed: "It received every octet that there was.",
    remedy: &["Write whole messages: one octet of flag, four of length, then the message."],
    symptoms: &[
        "grpc-go: unexpected EOF",
        "grpc-java: Encountered end-of-stream mid-frame",
        "grpc-dotnet: Unexpected end of content while reading the message content.",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([call(1, &[]), data(1, &[0, 0, 0, 0, 9, 1, 2]).map(Wire::end_stream)]),
    quiet: || {
        Script::open().client([
            call(1, &[]),
            data(1, &[0, 0, 0]),
            data(1, &[0, 2, 1, 2]).map(Wire::end_stream),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::Truncated) else { return };
    let messages = &call.sides[event.side()].messages;
    let side = event.side().word();
    let missing = messages.missing();
    let message = match messages.is_in_prefix() {
        true => format!(
            "The {side} ended {} inside the prefix of a message, {missing} octets short.",
            words(call)
        ),
        false => format!(
            "The {side} ended {} inside a message: {missing} of {} octets never came.",
            words(call),
            messages.announced()
        ),
    };
    verdict.say(about(event, call, message));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;

    #[test]
    fn quiet_when_octets_are_not_captured() {
        let cut = [0, 0, 0, 0, 9, 1, 2];
        let script = |lost: bool| {
            let script =
                Script::open().client([call(1, &[]), data(1, &[&[0, 0, 0, 0, 40][..], &[7; 40]].concat())]);
            let script = script.client([data(1, &cut).map(Wire::end_stream)]).ack(crate::base::Side::Server);
            if lost { script.lose(6) } else { script }
        };
        let speaks = |script: Script| {
            let report = report(&script);
            report.findings.iter().any(|finding| finding.rule == "GRP007")
        };
        assert!(speaks(script(false)) && !speaks(script(true)));
    }
}
