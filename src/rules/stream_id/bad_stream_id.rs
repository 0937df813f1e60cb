//! Identifiers that a new stream may not have.

use crate::base::Side;
use crate::conn::{BadStreamId, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, post, response, trailers};

/// Client opens an even-numbered stream.
pub(in crate::rules) static CLIENT_EVEN_STREAM_ID: Rule = Rule {
    code: "SID001",
    name: "client-even-stream-id",
    since: "0.1.0",
    area: areas::STREAM_ID,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.1.1", Some(Level::Must)), rfc7540("5.1.1", Some(Level::Must))],
    summary: "Client opens an even-numbered stream",
    why: "Streams that a client opens have odd identifiers.",
    meaning: "Client HEADERS on an even stream that was not promised by the server.",
    harm: "The server ends the connection with PROTOCOL_ERROR.",
    doubt: "If the server pushes, require that no PUSH_PROMISE for the identifier passed (else \
        client-frame-on-pushed-stream).",
    not_blamed: "It never promised that stream.",
    remedy: &["Use 1, 3, 5, ..."],
    symptoms: &[
        "h2 (Rust): cannot open stream … - not client initiated",
        "hyper-h2: Invalid stream ID for peer.",
    ],
    refs: &[],
    h2spec: &["http2/5.1.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(2)]),
    quiet: || Script::open().client([get(7)]),
    judges: &[Judge::On(&[On::BadStreamId], even)],
};

/// New stream identifier not greater than earlier ones.
pub(in crate::rules) static STREAM_ID_NOT_INCREASING: Rule = Rule {
    code: "SID002",
    name: "stream-id-not-increasing",
    since: "0.1.0",
    area: areas::STREAM_ID,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("5.1.1", Some(Level::Must)), rfc7540("5.1.1", Some(Level::Must))],
    summary: "New stream identifier not greater than earlier ones",
    why: "Each new stream has a higher identifier than every one its opener used before.",
    meaning: "Client HEADERS on an odd stream below the client's highest opened one that was never opened \
        (implicitly closed). Server promises are judged by push-bad-promised-id.",
    harm: "The server ends the connection with PROTOCOL_ERROR, or ignores the request for ever.",
    doubt: "Own-stream fact; needs all HEADERS of the client since the start (a missed HEADERS in a gap \
        acquits). nghttp2 ignores the frame instead of failing.",
    not_blamed: "It only sees the identifiers that the client chooses.",
    remedy: &["Allocate the identifier when the HEADERS is written, under the same lock as the write."],
    symptoms: &["h2 (Rust): id (…) < next_id (…)"],
    refs: &[],
    h2spec: &["http2/5.1.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([get(5)]).client([get(3)]),
    quiet: || Script::open().client([get(3)]).client([get(9)]),
    judges: &[Judge::On(&[On::BadStreamId], not_increasing)],
};

/// Stream identifier used for a second request.
pub(in crate::rules) static STREAM_ID_REUSED: Rule = Rule {
    code: "SID003",
    name: "stream-id-reused",
    since: "0.1.0",
    area: areas::STREAM_ID,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "STREAM_CLOSED or PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("5.1.1", Some(Level::Must)),
        rfc9113("5.1", Some(Level::Must)),
        rfc7540("5.1.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
    ],
    summary: "Stream identifier used for a second request",
    why: "A stream identifier is used for one request only.",
    meaning: "HEADERS on a stream the client already used whose field block contains request pseudo-headers.",
    harm: "The server ends the connection, or takes the request for trailers.",
    doubt: "The pseudo-headers separate reuse from trailers, so the HPACK state must be known; without it \
        report headers-after-end-stream where that holds.",
    not_blamed: "It only sees the identifiers that the client chooses.",
    remedy: &["Never recycle identifiers; open a new connection when they run out."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/5.1/12", "http2/5.1/9", "client/5.1/9"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).client([get(1)]),
    quiet: || Script::open().client([post(1)]).client([trailers(1)]),
    judges: &[Judge::On(&[On::BadStreamId], reused)],
};

fn even(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let (Kind::BadStreamId(BadStreamId::Even), Some(header)) = (event.fact.kind, event.header()) {
        let message = format!("The client opened stream {}; its identifiers must be odd.", header.stream);
        verdict.say(Draft::against_sender(event, message));
    }
}

fn not_increasing(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::BadStreamId(BadStreamId::NotIncreasing { highest }), Some(header)) =
        (event.fact.kind, event.header())
    else {
        return;
    };
    let message = format!("The client opened stream {} after stream {highest}.", header.stream);
    let mut draft = Draft::against_sender(event, message);
    if let Some(stream) = event.conn.streams.get(highest) {
        draft =
            draft.shows(EvidenceRole::Proof, Side::Client, stream.opened, format!("stream {highest} opened"));
    }
    verdict.say(draft);
}

fn reused(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::BadStreamId(BadStreamId::Reused), Some(header)) = (event.fact.kind, event.header()) else {
        return;
    };
    let message = format!("The client sent a second request on stream {}.", header.stream);
    let mut draft = Draft::against_sender(event, message);
    if let Some(stream) = event.conn.streams.get(header.stream) {
        draft = draft.shows(EvidenceRole::Proof, Side::Client, stream.opened, "the first request");
    }
    verdict.say(draft);
}
