//! Calls that took as long as they were allowed to.

use super::{capital, named, words};
use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::grpc::Notice;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, finish, message};

/// Call ran longer than its grpc-timeout.
pub(in crate::rules) static GRPC_DEADLINE_EXCEEDED: Rule = Rule {
    code: "GRP014",
    name: "grpc-deadline-exceeded",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["grpc"],
    view: View::Timer,
    rfc: &[],
    summary: "Call ran longer than its grpc-timeout",
    why: "A client gives up at its deadline, whatever the server has done by then.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the time from the first packet of its request to the end of the \
        answer, or to the client's RST_STREAM with CANCEL, is at least its grpc-timeout.",
    harm: "The client reports DEADLINE_EXCEEDED; what the server did was in vain.",
    doubt: "Rests on the time stamps of the capture; what the call waited for before its HEADERS were sent \
        is not in it. A client that cancels within the last twentieth of the time is likely, not \
        certainly, at its deadline. Information, not a fault: the deadline may be too short.",
    not_blamed: "It may give up at the deadline that it announced.",
    remedy: &[
        "Find what the time was spent on: a flow-control stall, waiting at MAX_CONCURRENT_STREAMS, or a slow server; see the findings about health on the stream.",
    ],
    symptoms: &[
        "any: DEADLINE_EXCEEDED",
        "grpc-go: context deadline exceeded",
        "grpc-core: Deadline Exceeded",
        "grpc-java: deadline exceeded after …",
    ],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[("grpc-timeout", "100m")]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .wait(Span::millis(300))
            .server([answer(1, &[]), finish(1, "4", &[])])
    },
    quiet: || {
        Script::open()
            .client([call(1, &[("grpc-timeout", "1S")]), data(1, &message(b"hi")).map(Wire::end_stream)])
            .wait(Span::millis(300))
            .server([answer(1, &[]), finish(1, "0", &[])])
    },
    judges: &[Judge::On(&[On::CallNoticed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(call) = event.grpc.noticed(Notice::Late) else { return };
    let (Some(request), Some((took, allowed))) = (&call.request, call.lasted(&event.fact.end)) else {
        return;
    };
    let (fact, side) = (event.fact, event.side());
    let end = if side == Side::Client { "the client cancelled it" } else { "it ended" };
    let message = format!("{} was given {allowed}; {end} after {took}.", capital(&words(call)));
    let confidence = if took >= allowed { Confidence::Certain } else { Confidence::Likely };
    let draft = Draft::new(Culprit::Server, message, fact.start, fact.end)
        .stream(call.stream)
        .over(took)
        .without(Need::Hpack)
        .at_most(confidence)
        .shows(EvidenceRole::Cause, Side::Client, request.start, format!("HEADERS: grpc-timeout {allowed}"))
        .shows(EvidenceRole::Effect, side, fact.end, end);
    verdict.say(named(draft, call));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::ErrorCode;
    use crate::rules::tests::report;
    use crate::script::rst_stream;

    #[test]
    fn a_client_that_cancels_near_its_deadline_is_likely_at_it() {
        for (waited, confidence) in
            [(150, None), (195, Some(Confidence::Likely)), (205, Some(Confidence::Certain))]
        {
            let script = Script::open()
                .client([call(1, &[("grpc-timeout", "200m")]).map(Wire::end_stream)])
                .wait(Span::millis(waited))
                .client([rst_stream(1, ErrorCode::CANCEL)]);
            let report = report(&script);
            let found = report.findings.iter().find(|finding| finding.rule == "GRP014");
            assert_eq!(found.map(|finding| finding.confidence), confidence, "{waited} ms");
        }
    }
}
