//! The peer says that it has too much to bear.

use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, Severity};
use crate::frame::{ErrorCode, FrameType};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, ping};

/// Peer complained about excessive load.
pub(in crate::rules) static ENHANCE_YOUR_CALM: Rule = Rule {
    code: "HLT009",
    name: "enhance-your-calm",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("7", None), rfc7540("7", None)],
    summary: "Peer complained about excessive load",
    why: "ENHANCE_YOUR_CALM says that the peer behaves in a way that may generate too much load.",
    meaning: "A GOAWAY or RST_STREAM with ENHANCE_YOUR_CALM; what its receiver had sent by then is counted.",
    harm: "The connection ends, or requests fail, until the pattern changes.",
    doubt: "The complaint is a fact; what it complains about has to be inferred, so the culprit is likely. \
        Software also uses the code for limits of its own.",
    not_blamed: "It says so instead of breaking down.",
    remedy: &[
        "Compare the counts with the limits of the peer's software; the rules about abuse name them.",
        "gRPC: the usual cause is keepalive PING below the interval that the server permits.",
    ],
    symptoms: &[
        "any: ENHANCE_YOUR_CALM",
        "any: HTTP/2 error code 11",
        "Netty: Maximum number of RST frames reached",
        ".NET: The HTTP/2 server closed the connection. HTTP/2 error code 'ENHANCE_YOUR_CALM' (0xb).",
        "Node: Session closed with error code NGHTTP2_ENHANCE_YOUR_CALM",
        "Node: Session closed with error code NGHTTP2_ENHANCE_YOUR_CALM",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([1; 8]), ping([2; 8]), ping([3; 8])])
            .server([goaway(0, ErrorCode::ENHANCE_YOUR_CALM)])
    },
    quiet: || {
        Script::open()
            .client([ping([1; 8]), ping([2; 8]), ping([3; 8])])
            .server([goaway(0, ErrorCode::NO_ERROR)])
    },
    judges: &[Judge::Given(Given::Error, &[On::Goaway, On::Reset], judge)],
};

/// What servers limit.
const COUNTED: [FrameType; 6] = [
    FrameType::PING,
    FrameType::SETTINGS,
    FrameType::RST_STREAM,
    FrameType::HEADERS,
    FrameType::WINDOW_UPDATE,
    FrameType::PRIORITY,
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::Goaway { code, .. } | Kind::Reset { code, .. }) = event.fact.kind else { return };
    if code != ErrorCode::ENHANCE_YOUR_CALM {
        return;
    }
    let (side, peer) = (event.side(), event.side().peer());
    let sent: Vec<String> = COUNTED
        .iter()
        .map(|kind| (kind, event.conn.sides[peer].count(*kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let sent = if sent.is_empty() { "nothing that is counted".to_owned() } else { sent.join(", ") };
    let goaway = event.conn.sides[side].goaways.last().filter(|goaway| goaway.end == event.fact.end);
    let debug = goaway.map(|goaway| String::from_utf8_lossy(&goaway.debug));
    let debug = debug.filter(|text| !text.is_empty()).map(|text| format!(" (\u{201c}{text}\u{201d})"));
    let message = format!(
        "The {} complained about excessive load{}; the {} had sent {sent}.",
        side.word(),
        debug.unwrap_or_default(),
        peer.word()
    );
    let mut draft = Draft::against_sender(event, message);
    draft.culprit = Culprit::of(peer);
    verdict.say(draft.at_most(Confidence::Likely));
}
