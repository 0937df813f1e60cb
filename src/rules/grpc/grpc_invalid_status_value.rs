//! Statuses that are no status.

use super::{about, quoted, words};
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::grpc::{Notice, is_plain_status};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// grpc-status is not a plain decimal 0..16.
pub(in crate::rules) static GRPC_INVALID_STATUS_VALUE: Rule = Rule {
    code: "GRP006",
    name: "grpc-invalid-status-value",
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
    summary: "grpc-status is not a plain decimal 0..16",
    why: "A grpc-status is one of the numbers 0 to 16, written without leading zeros.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when grpc-status in an answer has other signs than digits, a leading \
        zero, or is greater than 16.",
    harm: "Clients report INTERNAL or UNKNOWN, whatever the server meant.",
    doubt: "A fact of one field. A plain number above 16 is a code that nobody has defined yet, and a \
        warning only.",
    not_blamed: "It can only read what is there.",
    remedy: &["Send the number of the status, for instance 5 for NOT_FOUND, not its name."],
    symptoms: &["grpc-go: malformed grpc-status: …"],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            answer(1, &[]),
            data(1, &message(b"ho")),
            finish(1, "OK", &[]),
        ])
    },
    quiet: || {
        Script::open().client([call(1, &[]), data(1, &message(b"hi")).map(Wire::end_stream)]).server([
            answer(1, &[]),
            data(1, &message(b"ho")),
            finish(1, "16", &[]),
        ])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::OddStatus) else { return };
    let Some((_, status)) = call.status() else { return };
    let (unknown, said) = (is_plain_status(status), quoted(status));
    let fault = if unknown { "a code that is not defined" } else { "no plain number" };
    let message = format!("The grpc-status of {} is {said}, {fault}.", words(call));
    let draft = about(event, call, message);
    verdict.say(if unknown { draft.severity(Severity::Warning) } else { draft });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;

    #[test]
    fn an_unknown_number_is_a_warning_and_anything_else_an_error() {
        for (status, severity) in [("17", Severity::Warning), ("05", Severity::Error), ("", Severity::Error)]
        {
            let script = Script::open()
                .client([call(1, &[]).map(Wire::end_stream)])
                .server([answer(1, &[]), finish(1, status, &[])]);
            let report = report(&script);
            let found = report.findings.iter().find(|finding| finding.rule == "GRP006");
            assert_eq!(found.map(|finding| finding.severity), Some(severity), "{status}");
        }
    }
}
