//! Content before the response that it belongs to.

use super::samples::asked;
use crate::base::Side;
use crate::conn::{Kind, OddContent, On};
use crate::finding::{Culprit, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{data, response};

/// Response DATA before the final response HEADERS.
pub(in crate::rules) static DATA_BEFORE_FINAL_HEADERS: Rule = Rule {
    code: "MSG020",
    name: "data-before-final-headers",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("8.1", None), rfc7540("8.1", None)],
    summary: "Response DATA before the final response HEADERS",
    why: "The final response's HEADERS come before its content.",
    meaning: "A server sends DATA on a stream that a client opened before any HEADERS, or behind interim responses \
        only.",
    harm: "The client resets the stream with PROTOCOL_ERROR.",
    doubt: "The server's own order is exact. Where a response before it was lost or its :status is unknown, nothing \
        is said.",
    not_blamed: "It has no response to which the content would belong.",
    remedy: &["Send the final response's HEADERS first."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || asked().server([data(1, b"x")]),
    quiet: || asked().server([response(1), data(1, b"x")]),
    judges: &[Judge::On(&[On::OddContent], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::OddContent { fault: OddContent::BeforeHead, stream } = event.fact.kind else { return };
    if event.side() == Side::Server && stream.opened_by == Side::Client {
        let message =
            format!("The server sent DATA on stream {} before the final response's HEADERS.", stream.id);
        verdict.say(Draft::against_sender(event, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{Script, Wire, ping, post, trailers};

    #[test]
    fn trailers_that_show_a_stream_behind_a_gap_say_nothing_of_what_was_answered_before() {
        let asked = Script::open().client([post(1)]).server([ping([1; 8]), response(1)]);
        // Frames that are found again behind a gap are believed after some more of them.
        let said = asked.client([ping([2; 8]), ping([3; 8])]).server((0..10).map(|at| ping([at; 8])));
        let ended = said.client([trailers(1), ping([6; 8])]).server([data(1, b"x")]);
        let whole = ended.server([data(1, b"").map(Wire::end_stream), ping([7; 8])]).close();
        let packets = whole.packets().len();
        for (first, last) in (0..packets).flat_map(|first| (first..packets).map(move |last| (first, last))) {
            for other in 0..packets {
                let lost = (0..packets).rev().filter(|at| (first..=last).contains(at) || *at == other);
                let left = lost.fold(whole.clone(), Script::lose);
                assert!(finding(&DATA_BEFORE_FINAL_HEADERS, &left).is_none(), "{first}..={last}, {other}");
            }
        }
    }
}
