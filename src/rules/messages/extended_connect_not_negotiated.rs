//! Extended CONNECT without leave, or with too little.

use super::head::OddHead;
use super::samples::head;
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Extended CONNECT without the server setting, or malformed.
pub(in crate::rules) static EXTENDED_CONNECT_NOT_NEGOTIATED: Rule = Rule {
    code: "MSG030",
    name: "extended-connect-not-negotiated",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[
        rfc9113("8.5", Some(Level::Must)),
        rfc9113("5.5", Some(Level::Must)),
        rfc7540("5.5", Some(Level::Must)),
    ],
    summary: "Extended CONNECT without the server setting, or malformed",
    why: "Extended CONNECT is used only after the server's SETTINGS allowed it, and carries :scheme, :path and \
        :authority.",
    meaning: "A request has :protocol and no server SETTINGS with ENABLE_CONNECT_PROTOCOL = 1 had passed. Or it has \
        :protocol with a method other than CONNECT, or without :scheme, :path or :authority.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "A setting that had passed counts even when it was not acknowledged. The server must have been seen from \
        its first octet on.",
    not_blamed: "It had not allowed it.",
    remedy: &["Wait for the server's SETTINGS with 0x8 = 1, and send :scheme, :path and :authority too."],
    symptoms: &["h2 (Rust): cannot use :protocol if extended connect protocol is disabled; stream=…"],
    refs: &["RFC 8441 3", "RFC 8441 4"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([head(EXTENDED)]),
    quiet: || Script::open_with(&[], &[(Setting::ENABLE_CONNECT_PROTOCOL, 1)]).client([head(EXTENDED)]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::sent(event).filter(|_| event.side() == Side::Client) else { return };
    let words = if odd.is(Shape::NOT_NEGOTIATED) {
        "has :protocol, although no SETTINGS of the server had allowed extended CONNECT"
    } else if odd.is(Shape::BAD_EXTENDED_CONNECT) && odd.has(Traits::METHOD) && !odd.has(Traits::CONNECT) {
        "has :protocol and a method other than CONNECT"
    } else if odd.is(Shape::BAD_EXTENDED_CONNECT) {
        "has :protocol, but not all of :scheme, :path and :authority"
    } else {
        return;
    };
    verdict.say(odd.draft(event, words));
}

const EXTENDED: &[(&str, &str)] = &[
    (":method", "CONNECT"),
    (":protocol", "websocket"),
    (":scheme", "http"),
    (":path", "/chat"),
    (":authority", "a.example"),
];
