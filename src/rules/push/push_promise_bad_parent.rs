//! PUSH_PROMISE on a stream that is not open for it.

use crate::base::Side;
use crate::conn::{BadPromise, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, push_promise, response};

/// PUSH_PROMISE on a stream that is not open for pushing.
pub(in crate::rules) static PUSH_PROMISE_BAD_PARENT: Rule = Rule {
    code: "PUS004",
    name: "push-promise-bad-parent",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("6.6", Some(Level::Must)),
        rfc9113("8.4.1", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
        rfc7540("8.2.1", Some(Level::Must)),
    ],
    summary: "PUSH_PROMISE on a stream that is not open for pushing",
    why: "A server promises on a stream that the client opened and on which it may still send.",
    meaning: "PUSH_PROMISE on an even stream, on one for which no HEADERS of the client had passed, or on one that the \
        server itself had ended or reset.",
    harm: "The client ends the connection with PROTOCOL_ERROR, and every stream on it is lost.",
    doubt: "What the server sent itself is exact. A reset of the client that is on its way acquits; see \
        frame-after-rst-stream-received.",
    not_blamed: "It has no request there to which a promise could belong.",
    remedy: &["Promise before the response is ended; promise only on the client's requests."],
    symptoms: &[
        "nghttp2: PUSH_PROMISE: stream in idle",
        "nghttp2: PUSH_PROMISE: invalid stream_id",
        "h2 (Rust): recv_push_promise: initiating stream is not opened",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .server([push_promise(1, 2)])
    },
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2), response(1).map(Wire::end_stream)]),
    judges: &[Judge::On(&[On::BadPromise], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BadPromise { fault, promised } = event.fact.kind else { return };
    let parent = event.header().map(|header| header.stream).unwrap_or_default();
    let (why, proof) = match fault {
        BadPromise::Recursive => ("which no client opened", None),
        BadPromise::Idle => ("which the client never opened", None),
        BadPromise::Ended(at) => {
            ("after it had ended the stream itself", Some((at, "END_STREAM of the server")))
        }
        BadPromise::Reset(at) => {
            ("after it had reset the stream itself", Some((at, "RST_STREAM of the server")))
        }
        _ => return,
    };
    let message = format!("The server promised stream {promised} on stream {parent}, {why}.");
    let draft = Draft::against_block(event, message);
    verdict.say(match proof {
        Some((at, what)) => draft.shows(EvidenceRole::Proof, Side::Server, at, what),
        None => draft,
    });
}

#[cfg(test)]
mod tests {
    use super::PUSH_PROMISE_BAD_PARENT;
    use crate::base::Side;
    use crate::frame::ErrorCode;
    use crate::rules::tests::finding;
    use crate::script::{Script, Wire, get, push_promise, response, rst_stream};

    fn accused(script: &Script) -> bool {
        finding(&PUSH_PROMISE_BAD_PARENT, script).is_some()
    }

    #[test]
    fn a_reset_of_the_client_in_flight_acquits() {
        let script =
            Script::open().client([get(1)]).blind(Side::Server).client([rst_stream(1, ErrorCode::CANCEL)]);
        assert!(!accused(&script.server([push_promise(1, 2)])));
    }

    #[test]
    fn a_reset_of_the_server_does_not() {
        let script = Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::CANCEL)]);
        assert!(accused(&script.server([push_promise(1, 2)])));
    }

    #[test]
    fn a_pushed_stream_and_an_idle_one_carry_no_promise() {
        let pushed = Script::open().client([get(1)]).server([push_promise(1, 2), response(2)]);
        assert!(accused(&pushed.server([push_promise(2, 4)])));
        assert!(accused(&Script::open().client([get(1)]).server([push_promise(3, 2)])));
    }

    #[test]
    fn a_request_that_the_capture_lacks_acquits() {
        let script = Script::open().client([get(1)]);
        let lost = script.packets().len() - 1;
        let script = script.server([push_promise(1, 2), response(1).map(Wire::end_stream)]);
        assert!(!accused(&script.lose(lost)));
    }
}
