//! A graceful shutdown in one step.

use crate::base::Side;
use crate::conn::{Connection, Goaway, On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, StreamId};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, counted, rfc7540, rfc9113};
use crate::script::{Script, get, goaway, response};

/// Shutdown without the drain pair of GOAWAY frames.
pub(in crate::rules) static NO_TWO_STEP_SHUTDOWN: Rule = Rule {
    code: "GOA008",
    name: "no-two-step-shutdown",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["should"],
    view: View::Permissive,
    rfc: &[rfc9113("6.8", Some(Level::Should)), rfc7540("6.8", Some(Level::Should))],
    summary: "Shutdown without the drain pair of GOAWAY frames",
    why: "A server that shuts down announces it with GOAWAY 2^31-1, and names the last stream a round \
        trip later.",
    meaning: "The first GOAWAY of the server says NO_ERROR and names a last stream at once. Requests above \
        it that had passed before, or pass within one round trip, are lost and may be sent again; \
        told as a fact when there are none, \
        and when the server had answered nothing at all: then it refuses the connection.",
    harm: "Requests that were on their way are lost; clients that do not send them again report an \
        error.",
    doubt: "The lost requests are those that were on their way, and the style is the server's own. An error needs \
        no announcement; after a GOAWAY or the end of the client there is nothing to announce. \
        Certain \
        when both ends were seen to close: else a farewell of the client may have been lost unseen. \
        Streams up to the last one that stay unanswered are goaway-promise-broken.",
    not_blamed: "Its requests were on their way.",
    remedy: &["Announce 2^31-1 first, wait at least one round trip, then name the last stream and let the \
        streams finish."],
    symptoms: &[
        "Go: http2: Transport received Server's graceful shutdown GOAWAY",
        "Go: http2: server sent GOAWAY and closed the connection; LastStreamID=…, ErrCode=NO_ERROR",
        "grpc-java: Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR",
        "grpc-java: Abrupt GOAWAY closed sent stream. HTTP/2 error code: NO_ERROR",
        "grpc-go: the connection is draining",
        "Go: http2: client conn not usable",
        "OkHttp: ConnectionShutdownException",
        "grpc-java: Abrupt GOAWAY closed unsent stream. HTTP/2 error code: NO_ERROR",
    ],
    refs: &["golang/go#78968", "golang/go#32112"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .blind(Side::Server)
            .client([get(3)])
            .server([goaway(1, ErrorCode::NO_ERROR), response(1)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([goaway(0x7fff_ffff, ErrorCode::NO_ERROR)])
            .client([get(3)])
            .server([goaway(3, ErrorCode::NO_ERROR), response(1), response(3)])
    },
    judges: &[Judge::On(&[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    if !event.coverage.sides.server.whole() {
        return; // The announcement may be what is missing.
    }
    let Some(goaway) = conn.sides.server.goaways.first().filter(|goaway| in_one_step(conn, goaway)) else {
        return;
    };
    let denied = |stream: &&Stream| stream.opened_by == Side::Client && stream.id > goaway.last_stream_id;
    let lost = |stream: &&Stream| {
        stream.opened.peer_acked < goaway.end.tcp_end && !stream.sent.server.has_answered()
    };
    let lost: Vec<&Stream> = conn.streams.iter().filter(denied).filter(lost).collect();
    let last = goaway.last_stream_id;
    let (loss, first) = (lost.len(), lost.iter().min_by_key(|stream| stream.id));
    let words = match loss {
        0 => "no request was lost by it".to_owned(),
        loss => counted(
            loss,
            "request was on its way and may be sent again",
            "requests were on their way and may be sent again",
        ),
    };
    let message = format!("The server shut down with GOAWAY for stream {last} at once; {words}.");
    let mut draft = Draft::new(Culprit::Server, message, goaway.end, goaway.end).shows(
        EvidenceRole::Cause,
        Side::Server,
        goaway.end,
        format!("GOAWAY {}, last stream {last}", goaway.code),
    );
    let told = conn.transport.fin(Side::Client).is_some() && conn.transport.fin(Side::Server).is_some();
    if !told {
        draft = draft.at_most(Confidence::Likely);
    }
    let refused =
        last == StreamId::CONNECTION && conn.streams.iter().all(|stream| !stream.sent.server.has_answered());
    if refused || first.is_none() {
        draft = draft.severity(Severity::Info);
    }
    if Side::BOTH.iter().any(|side| !event.coverage.sides[*side].whole()) {
        draft = draft.at_most(Confidence::Likely);
    }
    if let Some(first) = first {
        let what = format!("stream {} opened", first.id);
        draft = draft.shows(EvidenceRole::Effect, Side::Client, first.opened, what);
    }
    verdict.say(draft);
}

/// True for a shutdown of the server's own will that names the last stream at once.
fn in_one_step(conn: &Connection, goaway: &Goaway) -> bool {
    let left = conn.left_unasked(Side::Client, goaway.end.tcp_end);
    goaway.code == ErrorCode::NO_ERROR && goaway.last_stream_id != StreamId::MAX && !left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::rules::tests::finding;

    fn severity(script: &Script) -> Option<Severity> {
        finding(&NO_TWO_STEP_SHUTDOWN, script).map(|finding| finding.severity)
    }

    #[test]
    fn a_fact_when_nothing_was_lost() {
        let script = Script::open().client([get(1)]).server([response(1), goaway(1, ErrorCode::NO_ERROR)]);
        assert_eq!(severity(&script), Some(Severity::Info));
        let long_after = script.wait(Span::seconds(1)).client([get(3)]);
        assert_eq!(severity(&long_after), Some(Severity::Info));
    }

    #[test]
    fn quiet_on_errors_and_on_the_answer_to_a_farewell() {
        let error = Script::open().client([get(1)]).server([goaway(0, ErrorCode::PROTOCOL_ERROR)]);
        assert_eq!(severity(&error), None);
        let answer =
            Script::open().client([goaway(0, ErrorCode::NO_ERROR)]).server([goaway(0, ErrorCode::NO_ERROR)]);
        assert_eq!(severity(&answer), None);
        let after_fin = Script::open().fin(Side::Client).server([goaway(0, ErrorCode::NO_ERROR)]);
        assert_eq!(severity(&after_fin), None);
    }
}
