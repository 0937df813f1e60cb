//! Responses without a status code.

use super::head::OddHead;
use super::samples::{asked, last};
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// Response without a valid :status.
pub(in crate::rules) static INVALID_STATUS: Rule = Rule {
    code: "MSG016",
    name: "invalid-status",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.3.2", Some(Level::Must)), rfc7540("8.1.2.4", Some(Level::Must))],
    summary: "Response without a valid :status",
    why: "Every response, an interim one too, has a :status of three digits.",
    meaning: "A response that is no trailers lacks :status, or its value is no number from 100 to 599 of three digits; \
        from 600 to 999: a warning.",
    harm: "The client treats the response as malformed: it resets the stream with PROTOCOL_ERROR and reports a \
        broken server.",
    doubt: "Judged only when every field of the block is known and the stream was seen from its beginning: an index \
        that leads nowhere may be the missing field. A value that is known is judged in any case.",
    not_blamed: "It asked in order, and cannot know what the answer means.",
    remedy: &["Send exactly one :status of three digits, in interim responses too."],
    symptoms: &[
        "Go: malformed response from server: missing status pseudo header",
        "Go: malformed response from server: malformed non-numeric status pseudo header",
        "grpc-go: malformed header: missing HTTP status",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([last(&[("x", "1")])]),
    quiet: || asked().server([last(&[(":status", "599")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let answers = event.side() == Side::Server;
    let Some(odd) = OddHead::sent(event).filter(|odd| answers && !odd.is(Shape::PSEUDO_IN_TRAILERS)) else {
        return;
    };
    if odd.is(Shape::NO_STATUS) {
        verdict.say(odd.draft(event, "has no :status"));
    } else if odd.has(Traits::MALFORMED_STATUS) {
        let status = odd.value(Traits::MALFORMED_STATUS);
        verdict
            .say(odd.draft(event, &format!("has the :status {status}, which is no number from 100 to 599")));
    } else if odd.has(Traits::UNUSUAL_STATUS) {
        let status = odd.value(Traits::UNUSUAL_STATUS);
        let words = format!("has the :status {status}, which is beyond 599");
        verdict.say(odd.draft(event, &words).severity(Severity::Warning));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Side, Span};
    use crate::rules::tests::report;
    use crate::script::{Script, get, ping, response, trailers};

    #[test]
    fn trailers_are_no_response_where_the_request_is_found_again_behind_a_gap_of_the_server() {
        let open = Script::open();
        let hidden = open.packets().len();
        let asked = open.client([ping([1; 8])]).ack(Side::Server).wait(Span::millis(20)).client([get(1)]);
        let answer = asked.packets().len();
        // The server's frames are found again by these, and the request only by those of the client behind them.
        let answered = asked.server([response(1)]).server([ping([9; 8])]).ack(Side::Client);
        let pings = answered.wait(Span::millis(20)).server((0..12).map(|at| ping([at; 8])));
        let found = pings.client([ping([4; 8])]).client([ping([5; 8])]).wait(Span::millis(20));
        let script = found.server([trailers(1)]).ack(Side::Client).lose(answer).lose(hidden);
        let names: Vec<_> = report(&script).findings.iter().map(|finding| finding.name).collect();
        assert!(names.contains(&"frame-boundaries-lost") && !names.contains(&"invalid-status"), "{names:?}");
    }
}
