//! A connection that ends without a word.

use crate::base::Side;
use crate::conn::{Leave, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, counted, rfc7540, rfc9113};
use crate::script::{Script, get, goaway, response};

/// Connection closed without GOAWAY.
pub(in crate::rules) static CLOSE_WITHOUT_GOAWAY: Rule = Rule {
    code: "GOA007",
    name: "close-without-goaway",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should"],
    view: View::Own,
    rfc: &[
        rfc9113("6.8", Some(Level::Should)),
        rfc9113("9.1", Some(Level::Should)),
        rfc7540("6.8", Some(Level::Should)),
        rfc7540("9.1", Some(Level::Should)),
    ],
    summary: "Connection closed without GOAWAY",
    why: "An end that closes the connection sends GOAWAY first.",
    meaning: "X sends the first FIN, or a reset without one, and never sent GOAWAY; nor had one of its peer \
        arrived before. Told as a fact when no stream was open then, whichever side X is.",
    harm: "The peer cannot tell which requests were processed, and may send none of them again.",
    doubt: "It takes all that X sent up to its end, and all that its peer sent. A reset that \
        acknowledges nothing is not taken for X's: it answers for a connection that is no longer \
        known, or comes from something in between. Who closes towards a peer that broke the protocol \
        is not blamed. Clients such as curl and grpc-go end an idle connection without GOAWAY as a \
        habit; nothing is lost then. That calls were lost is told by \
        connection-lost-with-open-streams, never here.",
    not_blamed: "It was left without a word.",
    remedy: &["Send GOAWAY with the last stream that was processed before closing, so that the peer knows \
        what it can send again."],
    symptoms: &[
        "grpc-go: error reading from server: EOF",
        "grpc-java: Network closed for unknown reason",
        "grpc-core: Socket closed",
        "Java HttpClient: HTTP/1.1 header parser received no bytes",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::End],
    folds_into: &["http1-answer-to-preface"],
    fires: || Script::open().client([get(1)]).fin(Side::Server).fin(Side::Client),
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1), goaway(1, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
            .fin(Side::Client)
    },
    judges: &[Judge::On(&[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    let Some((side, end, how)) = conn.transport.left_first() else { return };
    if how == Leave::Rst && !conn.transport.rst(side).is_some_and(|(_, acknowledges)| acknowledges) {
        return;
    }
    if !conn.sides[side].goaways.is_empty() {
        return;
    }
    let peer = side.peer();
    let farewell =
        conn.sides[peer].goaways.first().is_some_and(|goaway| goaway.end.tcp_end <= end.peer_acked);
    let whole = Side::BOTH.iter().all(|side| event.coverage.sides[*side].whole());
    let misled = event.offences[peer] > 0 || conn.sides[side].total() == 0;
    if farewell || misled || !whole {
        return;
    }
    let open = conn
        .streams
        .iter()
        .filter(|stream| stream.counts())
        .filter(|stream| stream.opened_by == side || stream.opened_end <= end.peer_acked)
        .count();
    let (who, verb) = (side.word(), if how == Leave::Rst { "reset" } else { "closed" });
    let left = match open {
        0 => "no stream was open".to_owned(),
        open => counted(open, "stream was open", "streams were open"),
    };
    let message = format!("The {who} {verb} the connection without GOAWAY; {left}.");
    let draft =
        Draft::new(Culprit::of(side), message, end, end).shows(EvidenceRole::Cause, side, end, how.word());
    verdict.say(if open == 0 { draft.severity(Severity::Info) } else { draft });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{Wire, data};

    fn severity(script: &Script) -> Option<(Severity, &'static str)> {
        finding(&CLOSE_WITHOUT_GOAWAY, script).map(|finding| (finding.severity, finding.culprit.role.word()))
    }

    fn idle() -> Script {
        Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)])
    }

    #[test]
    fn an_idle_connection_may_end_so_and_it_is_told() {
        assert_eq!(severity(&idle().close()), Some((Severity::Info, "client")));
        assert_eq!(severity(&idle().fin(Side::Server)), Some((Severity::Info, "server")));
        assert_eq!(severity(&idle().rst(Side::Server)), Some((Severity::Info, "server")));
        assert_eq!(severity(&idle()), None, "the end of the capture is no close");
    }

    #[test]
    fn a_farewell_of_the_peer_that_passed_before_suffices() {
        assert_eq!(severity(&idle().server([goaway(1, ErrorCode::NO_ERROR)]).close()), None);
        assert_eq!(
            severity(&idle().fin(Side::Client).server([goaway(1, ErrorCode::NO_ERROR)])),
            Some((Severity::Info, "client"))
        );
    }

    #[test]
    fn who_leaves_a_peer_that_broke_the_protocol_is_not_blamed() {
        assert_eq!(severity(&idle().client([data(0, b"x")]).fin(Side::Server)), None);
    }

    #[test]
    fn quiet_when_a_goaway_may_be_in_a_hole() {
        let script = idle().server([goaway(1, ErrorCode::NO_ERROR)]).fin(Side::Server).fin(Side::Client);
        assert_eq!(severity(&script), None);
        assert_eq!(severity(&script.lose(9)), None);
    }
}
