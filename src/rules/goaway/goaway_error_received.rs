//! The connection ends with an error.

use crate::conn::{Goaway, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::{ErrorCode, Header};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, goaway};

/// Connection ended by an error GOAWAY.
pub(in crate::rules) static GOAWAY_ERROR_RECEIVED: Rule = Rule {
    code: "GOA009",
    name: "goaway-error-received",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server, Culprit::Unknown],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("6.8", None), rfc9113("7", None), rfc7540("6.8", None), rfc7540("7", None)],
    summary: "Connection ended by an error GOAWAY",
    why: "GOAWAY with an error code says that its sender gives the connection up.",
    meaning: "GOAWAY carries another error code than NO_ERROR, and no other finding says more about it: \
        what caused it, that nothing did, or which limit it means.",
    harm: "Every open call on the connection is lost.",
    doubt: "Code and debug data are facts; whose fault it was they do not prove. INTERNAL_ERROR is the \
        sender's own, of the others the reason is looked for elsewhere.",
    not_blamed: "It received the error.",
    remedy: &[
        "Read the debug data.",
        "Capture from the first packet on, and with keys, so that the cause can be looked for.",
    ],
    symptoms: &[
        "Go: http2: Transport received GOAWAY from server ErrCode:…",
        "Go: http2: server sent GOAWAY and closed the connection; LastStreamID=…, ErrCode=PROTOCOL_ERROR",
        ".NET: The HTTP/2 server closed the connection. HTTP/2 error code 'PROTOCOL_ERROR' (0x1).",
        "Node: Session closed with error code NGHTTP2_PROTOCOL_ERROR",
        "Chrome: ERR_HTTP2_PROTOCOL_ERROR",
        "Firefox: NS_ERROR_NET_HTTP2_SENT_GOAWAY",
        "grpc-java: Connection closed after GOAWAY. HTTP/2 error code: PROTOCOL_ERROR",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[
        "error-explained",
        "legal-behaviour-rejected",
        "two-http2-stacks",
        "error-not-justified",
        "enhance-your-calm",
    ],
    fires: || Script::open().client([get(1)]).server([goaway(0, ErrorCode::PROTOCOL_ERROR)]),
    quiet: || Script::open().client([get(1)]).server([goaway(0, ErrorCode::NO_ERROR)]),
    judges: &[Judge::Given(Given::Error, &[On::Goaway], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::Goaway { last_stream_id, code, .. }, Some(header)) = (event.fact.kind, event.header()) else {
        return;
    };
    if code == ErrorCode::NO_ERROR {
        return;
    }
    let side = event.side();
    let sent = event.conn.sides[side].goaways.last().filter(|goaway| goaway.end == event.fact.end);
    let message = format!("The {} gave the connection up with {code}{}.", side.word(), debug(sent));
    let own = code == ErrorCode::INTERNAL_ERROR;
    let culprit = if own { Culprit::of(side) } else { Culprit::Unknown };
    let what = words(&header, code, last_stream_id.0);
    let draft = Draft::new(culprit, message, event.fact.start, event.fact.end).told_by(code.to_string());
    verdict.say(draft.frame(EvidenceRole::Cause, side, event.fact.start, event.fact.end, what));
}

fn words(header: &Header, code: ErrorCode, last: u32) -> String {
    format!("{} {code}, last stream {last}", header.kind)
}

/// Signs of the debug data that a message shows.
const SHOWN: usize = 120;

/// The debug data as far as it is text for people.
fn debug(sent: Option<&Goaway>) -> String {
    let text = sent.map(|goaway| String::from_utf8_lossy(&goaway.debug)).unwrap_or_default();
    let printable: String = text.chars().filter(|sign| !sign.is_control()).take(SHOWN).collect();
    match printable.trim() {
        "" => String::new(),
        text => format!(" and said \"{text}\""),
    }
}
