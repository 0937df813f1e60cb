//! A response that nobody asked for.

use crate::base::Side;
use crate::conn::{Input, Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, response};

/// Server HEADERS on a stream nobody opened.
pub(in crate::rules) static SERVER_HEADERS_ON_IDLE_STREAM: Rule = Rule {
    code: "STS004",
    name: "server-headers-on-idle-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("5.1.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("5.1.1", Some(Level::Must)),
    ],
    summary: "Server HEADERS on a stream nobody opened",
    why: "A server sends HEADERS only on streams that the client opened or that it promised.",
    meaning: "Server HEADERS on an odd stream for which no client HEADERS passed, or on an even stream that no \
        PUSH_PROMISE reserved (RFC 9113 5.1 names the latter).",
    harm: "The client ends the connection with PROTOCOL_ERROR.",
    doubt: "Client HEADERS must pass the tap before the server can answer. Stream 1 after an accepted h2c \
        upgrade counts as opened.",
    not_blamed: "It never opened that stream.",
    remedy: &["Answer only on the request's stream; promise before pushing."],
    symptoms: &[],
    refs: &[],
    h2spec: &["client/5.1.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([response(101)]),
    quiet: || Script::open().client([get(1)]).server([response(1)]),
    judges: &[Judge::On(&[On::IllegalStep], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::IllegalStep { input: Input::Headers, stream: None, .. } = event.fact.kind else { return };
    let Some(header) = event.header().filter(|_| event.side() == Side::Server) else { return };
    let why = if header.stream.is_odd() { "the client never opened" } else { "it never promised" };
    let message = format!("The server sent HEADERS on stream {}, which {why}.", header.stream);
    verdict.say(Draft::against_sender(event, message));
}
