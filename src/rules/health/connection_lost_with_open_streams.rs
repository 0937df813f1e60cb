//! A connection breaks off in the middle of requests.

use crate::base::Side;
use crate::conn::{Leave, On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::summary::died_idle;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, counted, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, get, response};

/// Connection reset or closed with requests open.
pub(in crate::rules) static CONNECTION_LOST_WITH_OPEN_STREAMS: Rule = Rule {
    code: "HLT010",
    name: "connection-lost-with-open-streams",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server, Culprit::Client, Culprit::Between, Culprit::Unknown],
    tags: &[],
    view: View::Timer,
    rfc: &[rfc9113("5.4.3", None), rfc9113("9.1", None), rfc7540("5.4.3", None)],
    summary: "Connection reset or closed with requests open",
    why: "An end that closes says with GOAWAY which requests it has processed; without it nobody can tell \
        which may be sent again.",
    meaning: "FIN or RST while requests of the client have no complete response, and neither side had sent \
        GOAWAY.",
    harm: "The client cannot know which requests were processed; those that are not idempotent must fail.",
    doubt: "A RST that travelled another distance than the other segments of its side is not that side's. The \
        end of a capture is no close. The missing GOAWAY itself is close-without-goaway, and what GOAWAY \
        promises is goaway-promise-broken.",
    not_blamed: "It did not end the connection.",
    remedy: &["Drain with GOAWAY before closing.", "Look at the timeouts of proxies on the path."],
    symptoms: &[
        "grpc-go: error reading from server: EOF",
        "grpc-go (old): transport is closing",
        "grpc-java: Network closed for unknown reason",
        "grpc-core: Socket closed",
        "Go: unexpected EOF",
        "curl: (56) Recv failure: Connection reset by peer",
        "curl: (18) transfer closed with outstanding read data remaining",
        "Chrome: ERR_CONNECTION_CLOSED",
        "Envoy: upstream connect error or disconnect/reset before headers. reset reason: connection \
        termination",
        "nghttp: Some requests were not processed. total=…, processed=…",
        "httpx: RemoteProtocolError: Server disconnected",
        "nginx: client prematurely closed connection",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks],
    folds_into: &["http1-answer-to-preface"],
    fires: || Script::open().client([get(1)]).server([response(1)]).fin(Side::Server),
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).fin(Side::Server),
    judges: &[Judge::On(&[On::Fin, On::Rst], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (conn, side) = (event.conn, event.side());
    let first = conn.transport.ended().1.is_some_and(|end| end.at.pkt == event.fact.end.at.pkt);
    let announced = Side::BOTH.into_iter().any(|side| !conn.sides[side].goaways.is_empty());
    if !first || announced {
        return;
    }
    let cut: Vec<&Stream> = conn.streams.iter().filter(|stream| unanswered(stream)).collect();
    let oldest = cut.iter().min_by_key(|stream| stream.opened.at.pkt);
    let idle = died_idle(conn, event.options, event.now).is_some();
    let Some(oldest) = oldest.filter(|_| !idle) else { return };
    let (rst, foreign) = (event.fact.kind.on() == On::Rst, conn.transport.is_foreign_rst(side));
    // What follows the peer's close_notify is an answer to it.
    let told = conn.transport.left_first().filter(|(who, _, how)| *who != side && *how == Leave::CloseNotify);
    let (side, start, at, rst) = match told {
        Some((who, farewell, _)) => (who, farewell, farewell, false),
        None => (side, event.fact.start, event.fact.end, rst),
    };
    let culprit = if rst && foreign { Culprit::Between } else { Culprit::of(side) };
    let who =
        if rst && foreign { "Something on the path".to_owned() } else { format!("The {}", side.word()) };
    let how = if rst { "reset" } else { "closed" };
    let quiet = conn.transport.resumed().filter(|resumed| resumed.at.at.pkt == event.fact.end.at.pkt);
    let after = quiet.map(|resumed| format!(", after {} of silence", resumed.silent)).unwrap_or_default();
    let message = format!(
        "{who} {how} the connection while {} no complete response.",
        counted(cut.len(), "request had", "requests had")
    );
    let word = match told {
        Some(_) => Leave::CloseNotify,
        None if rst => Leave::Rst,
        None => Leave::Fin,
    };
    let draft = Draft::new(culprit, message, start, at)
        .at_most(Confidence::Likely)
        .given_all_of(side.peer())
        .shows(EvidenceRole::Cause, side, at, format!("{}{after}", word.word()))
        .shows(
            EvidenceRole::Context,
            Side::Client,
            oldest.opened,
            "the oldest request without a complete response",
        );
    verdict.say(draft);
}

/// A request of the client whose response has not ended, and that nobody has cancelled.
fn unanswered(stream: &Stream) -> bool {
    let opened = stream.opened_by == Side::Client && !stream.irregular;
    let answered = stream.sent.server.ended.is_some() || stream.tunnel.is_some();
    opened && !stream.is_closed() && !answered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{block, data, headers};

    #[test]
    fn a_tunnel_has_had_its_response() {
        let connect = block(&[(":method", "CONNECT"), (":authority", "b.example:25")]);
        let asked = Script::open().client([headers(1, &connect)]);
        let cut = |script: Script| script.fin(Side::Client).fin(Side::Server);
        assert!(
            finding(&CONNECTION_LOST_WITH_OPEN_STREAMS, &cut(asked.clone().server([response(1)]))).is_none()
        );
        assert!(finding(&CONNECTION_LOST_WITH_OPEN_STREAMS, &cut(asked.client([data(1, b"x")]))).is_some());
    }
}
