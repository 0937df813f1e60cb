//! HEADERS in the middle of a message.

use super::head::OddHead;
use super::samples::{head, last};
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, post};

/// HEADERS in the middle of a message.
pub(in crate::rules) static SECOND_HEADERS_WITHOUT_END_STREAM: Rule = Rule {
    code: "MSG019",
    name: "second-headers-without-end-stream",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.1", Some(Level::Must)), rfc7540("8.1", Some(Level::Must))],
    summary: "HEADERS in the middle of a message",
    why: "Behind the head of a message come content and trailers, and trailers end the stream.",
    meaning: "A client sends further HEADERS without END_STREAM on a stream that has its request. A server sends \
        HEADERS without END_STREAM behind those of the final response: a second final response, or an interim \
        one that comes too late.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "The sender's own order is exact. Interim responses are told by their :status: where one is unknown, what \
        follows it on the stream is not judged. A second request line on the stream is stream-id-reused.",
    not_blamed: "It only received the message.",
    remedy: &["Send END_STREAM with trailers.", "Send one final response on a stream."],
    symptoms: &[
        "hyper-h2: Trailers must have END_STREAM set",
        "h2 (Rust): recv_headers: trailers frame was not EOS; stream=…",
    ],
    refs: &[],
    h2spec: &["http2/8.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([head(&[("x", "1")])]),
    quiet: || Script::open().client([post(1)]).client([last(&[("x", "1")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::WITHIN_MESSAGE)) {
        let words = match (event.side(), odd.head.status) {
            (Side::Server, Some(status)) => {
                format!("has the :status {status}, after the final response had begun")
            }
            _ => "does not end the stream, as trailers must".to_owned(),
        };
        verdict.say(odd.draft(event, &words));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{asked, head};
    use super::SECOND_HEADERS_WITHOUT_END_STREAM;
    use crate::rules::tests::finding;
    use crate::script::{Script, data, headers, post, response};

    fn accused(script: &Script) -> bool {
        finding(&SECOND_HEADERS_WITHOUT_END_STREAM, script).is_some()
    }

    #[test]
    fn an_interim_response_behind_the_final_one_is_told() {
        assert!(accused(&asked().server([response(1)]).server([head(&[(":status", "103")])])));
        assert!(!accused(&asked().server([
            head(&[(":status", "100")]),
            head(&[(":status", "103")]),
            response(1)
        ])));
    }

    #[test]
    fn behind_a_response_whose_status_is_unknown_nothing_is_told() {
        let broken = headers(1, &[0x88, 0xbe]);
        assert!(accused(&asked().server([response(1), response(1)])));
        assert!(!accused(&asked().server([headers(1, &[0xbe]), response(1)])));
        assert!(accused(&asked().server([broken, response(1)])));
    }

    #[test]
    fn behind_a_response_that_is_lost_nothing_is_told() {
        let script = Script::open().client([post(1)]).server([head(&[(":status", "103")])]);
        let lost = script.packets().len() - 1;
        let script = script.server([response(1)]).server([data(1, b"x")]);
        assert!(!accused(&script.lose(lost)));
    }
}
