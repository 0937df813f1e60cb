//! Promises that are not kept.

use crate::base::Side;
use crate::conn::{Connection, Ended, On, Stream, StreamState};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, push_promise, response};

/// Promised stream never used.
pub(in crate::rules) static PUSH_PROMISE_UNFULFILLED: Rule = Rule {
    code: "PUS009",
    name: "push-promise-unfulfilled",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["style"],
    view: View::Timer,
    rfc: &[rfc9113("8.4.2", None), rfc7540("8.2.2", None)],
    summary: "Promised stream never used",
    why: "What is promised should come, or be reset.",
    meaning: "PUSH_PROMISE, and neither HEADERS nor RST_STREAM on the promised stream until the server ended the \
        connection in order, or for at least 5 s (default) until somebody else did; the client did not reset it either.",
    harm: "The client may have waited for the response instead of asking for it.",
    doubt: "Only said at the end. Certain when the server ended the connection itself; likely when the client did after the \
        wait, or the capture. A client that leaves or says GOAWAY, an error of either side and a limit of the client on the \
        server's streams that leaves no room acquit: the promise could not be kept.",
    not_blamed: "It left the promised stream open.",
    remedy: &["Reset promises that will not be kept; 103 Early Hints do the same with less risk."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["reaction_wait_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([push_promise(1, 2), response(1).map(Wire::end_stream)])
            .fin(Side::Server)
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([push_promise(1, 2), response(1).map(Wire::end_stream)])
            .close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if !event.coverage.sides.client.whole() || could_not(event.conn) {
        return;
    }
    let (ended, end) = event.conn.transport.ended();
    let by_server = ended == Ended::Fin(Side::Server);
    let until = end.map_or(event.conn.transport.last, |end| end.at);
    let mut waiting: Vec<&Stream> = event
        .conn
        .streams
        .iter()
        .filter(|stream| stream.state == StreamState::Reserved && !stream.irregular)
        .filter(|stream| by_server || until.time.since(stream.opened.at.time) >= event.options.reaction_wait)
        .collect();
    waiting.sort_unstable_by_key(|stream| stream.id);
    for stream in waiting {
        let message = format!("The server promised stream {} and never used it.", stream.id);
        let draft = Draft::new(Culprit::Server, message, stream.opened, event.fact.end).stream(stream.id.0);
        let confidence = if by_server { Confidence::Certain } else { Confidence::Likely };
        verdict.say(
            draft
                .at_most(confidence)
                .shows(EvidenceRole::Cause, Side::Server, stream.opened, "PUSH_PROMISE")
                .at(stream.opened.at),
        );
    }
}

/// True when somebody kept the server from what it promised: the client parted, either side raised an error, or no stream was free.
fn could_not(conn: &Connection) -> bool {
    let (client, server) = (&conn.sides.client, &conn.sides.server);
    let raised = server.goaways.iter().any(|goaway| goaway.code != ErrorCode::NO_ERROR);
    let full = conn.streams.active(Side::Server) >= server.limits.concurrent_streams;
    let left = conn.transport.ended().1.is_some_and(|end| conn.left_unasked(Side::Client, end.tcp_end));
    let crossed = conn.transport.ended().0 == Ended::Fin(Side::Server) && left;
    !client.goaways.is_empty() || raised || full || crossed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::frame::Setting;
    use crate::rules::tests::finding;
    use crate::script::{data, goaway, rst_stream, settings, settings_ack};

    fn confidence(script: &Script) -> Option<Confidence> {
        finding(&PUSH_PROMISE_UNFULFILLED, script).map(|finding| finding.confidence)
    }

    fn promised() -> Script {
        Script::open().client([get(1)]).server([push_promise(1, 2), response(1).map(Wire::end_stream)])
    }

    #[test]
    fn only_a_server_that_leaves_is_certainly_to_blame() {
        assert_eq!(confidence(&promised().fin(Side::Server).close()), Some(Confidence::Certain));
        assert_eq!(confidence(&promised().close()), None, "the client left at once");
        assert_eq!(confidence(&promised().rst(Side::Client)), None);
        assert_eq!(confidence(&promised().rst(Side::Server)), None);
        let later = promised().wait(Span::seconds(8)).close();
        assert_eq!(confidence(&later), Some(Confidence::Likely));
    }

    #[test]
    fn quiet_when_the_promise_was_refused_or_could_not_be_kept() {
        let reset = promised().client([rst_stream(2, ErrorCode::CANCEL)]);
        assert_eq!(confidence(&reset.fin(Side::Server).close()), None);
        let parted = promised().client([goaway(0, ErrorCode::NO_ERROR)]);
        assert_eq!(confidence(&parted.fin(Side::Server).close()), None);
        let raised = promised().client([data(1, b"x")]).server([goaway(1, ErrorCode::STREAM_CLOSED)]);
        assert_eq!(confidence(&raised.fin(Side::Server).close()), None);
        let none = promised().client([settings(&[(Setting::MAX_CONCURRENT_STREAMS, 0)])]);
        let full = none.server([settings_ack()]).wait(Span::seconds(9)).fin(Side::Server).close();
        assert_eq!(confidence(&full), None);
    }
}
