//! Frames that a promised or pushed stream does not allow.

use crate::base::Side;
use crate::conn::{Input, Kind, On, StreamState};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, push_promise, response, window_update};

/// Frame other than HEADERS, RST_STREAM or PRIORITY on a promised stream.
pub(in crate::rules) static SERVER_FRAME_ON_RESERVED_STREAM: Rule = Rule {
    code: "STS011",
    name: "server-frame-on-reserved-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.1", Some(Level::Must)), rfc7540("5.1", Some(Level::Must))],
    summary: "Frame other than HEADERS, RST_STREAM or PRIORITY on a promised stream",
    why: "On a stream that it promised a server sends HEADERS first.",
    meaning: "Server sends DATA, WINDOW_UPDATE or PUSH_PROMISE on a stream it reserved before sending its \
        response HEADERS.",
    harm: "The client ends the connection with PROTOCOL_ERROR.",
    doubt: "Own-stream fact (reserved local).",
    not_blamed: "It can only wait for the pushed response.",
    remedy: &["Begin pushed responses with HEADERS."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([push_promise(1, 2)]).server([data(2, b"x")]),
    quiet: || {
        Script::open().client([get(1)]).server([push_promise(1, 2)]).server([response(2), data(2, b"x")])
    },
    judges: &[Judge::On(&[On::IllegalStep], server)],
};

/// Client HEADERS or DATA on a server-initiated stream.
pub(in crate::rules) static CLIENT_FRAME_ON_PUSHED_STREAM: Rule = Rule {
    code: "STS012",
    name: "client-frame-on-pushed-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("5.1.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("5.1.1", Some(Level::Must)),
    ],
    summary: "Client HEADERS or DATA on a server-initiated stream",
    why: "A client sends no HEADERS and no DATA on a stream that the server opened.",
    meaning: "Client sends HEADERS, DATA or CONTINUATION on an even stream that was promised (reserved remote, \
        then half-closed local). RST_STREAM, WINDOW_UPDATE and PRIORITY are allowed.",
    harm: "The server ends the connection with PROTOCOL_ERROR.",
    doubt: "Client never may; state of the promise is irrelevant. On an unpromised even stream report \
        client-even-stream-id.",
    not_blamed: "A pushed stream carries its response only.",
    remedy: &["Reset unwanted pushes with RST_STREAM only."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([push_promise(1, 2)]).client([data(2, b"x")]),
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2)]).client([window_update(2, 100)]),
    judges: &[Judge::On(&[On::IllegalStep], client)],
};

fn server(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::IllegalStep { input, stream: Some(stream), .. } = event.fact.kind else { return };
    let first = matches!(input, Input::Data | Input::WindowUpdate | Input::PushPromise);
    if let Some(header) = event
        .header()
        .filter(|_| event.side() == Side::Server && stream.state == StreamState::Reserved && first)
    {
        let message = format!(
            "The server sent {} on the promised stream {} before its response.",
            header.kind, stream.id
        );
        let promised = Draft::against_sender(event, message);
        verdict.say(promised.shows(EvidenceRole::Proof, Side::Server, stream.opened, "PUSH_PROMISE"));
    }
}

fn client(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::IllegalStep { input, stream: Some(stream), .. } = event.fact.kind else { return };
    let pushed = event.side() == Side::Client && !stream.id.is_odd() && !stream.irregular;
    if let Some(header) = event.header().filter(|_| pushed && matches!(input, Input::Headers | Input::Data)) {
        let message =
            format!("The client sent {} on stream {}, which the server opened.", header.kind, stream.id);
        let promised = Draft::against_sender(event, message);
        verdict.say(promised.shows(EvidenceRole::Proof, Side::Server, stream.opened, "PUSH_PROMISE"));
    }
}
