//! Servers that had enough of PINGs.

use crate::base::{Side, Span};
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, call, goaway, ping};

/// Server closed with too_many_pings.
pub(in crate::rules) static GRPC_TOO_MANY_PINGS: Rule = Rule {
    code: "GRP015",
    name: "grpc-too-many-pings",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["grpc"],
    view: View::Own,
    rfc: &[],
    summary: "Server closed with too_many_pings",
    why: "A server may close the connection of a client that sends PINGs more often than it allows.",
    meaning: "Fires on GOAWAY of the server with ENHANCE_YOUR_CALM and the debug data too_many_pings, and \
        tells how often the client sent PINGs and whether streams were open.",
    harm: "Every call on the connection fails with UNAVAILABLE, and the client starts again with the same \
        rate.",
    doubt: "A fact: the server says so. What it allows is not on the wire; by default it is one PING in 5 \
        minutes, in 2 hours without streams, and two are forgiven.",
    not_blamed: "It may bound the rate of PINGs, and says why it closes.",
    remedy: &[
        "Raise the keepalive time of the client to what the server allows (by default one PING in 5 minutes, in 2 hours without streams).",
        "Or allow more on the server: lower MinTime, or permit PINGs without streams.",
    ],
    symptoms: &[
        "grpc-go: received prior goaway: code: ENHANCE_YOUR_CALM, debug data: \"too_many_pings\"",
        "grpc-go: Client received GoAway with error code ENHANCE_YOUR_CALM and debug data equal to ASCII \"too_many_pings\".",
        "grpc-go server: got too many pings from the client",
        "grpc-java: Bandwidth exhausted HTTP/2 error code: ENHANCE_YOUR_CALM Received Goaway too_many_pings",
        "grpc-core: Received a GOAWAY with error code ENHANCE_YOUR_CALM and debug data equal to \"too_many_pings\"",
        "grpc-core: Too many pings",
    ],
    refs: &["gRFC A8"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || {
        let ping = || [ping([1; 8])];
        let refusal = b"\x00\x00\x00\x01\x00\x00\x00\x0btoo_many_pings";
        let refusal = goaway(1, ErrorCode::ENHANCE_YOUR_CALM).map(|frame| frame.payload(refusal));
        let script = Script::open().client([call(1, &[])]);
        let script = [(); 4].iter().fold(script, |script, ()| script.wait(Span::seconds(1)).client(ping()));
        script.server([refusal])
    },
    quiet: || {
        Script::open().client([call(1, &[]), ping([1; 8])]).server([goaway(1, ErrorCode::ENHANCE_YOUR_CALM)])
    },
    judges: &[Judge::Given(Given::Error, &[On::Goaway], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Goaway { code: ErrorCode::ENHANCE_YOUR_CALM, .. } = event.fact.kind else { return };
    let Some(goaway) = event.conn.sides.server.goaways.last() else { return };
    if event.side() != Side::Server || !goaway.debug.starts_with(TOO_MANY_PINGS) {
        return;
    }
    let message = format!("The server closed the connection with too_many_pings: {}.", observed(event));
    let (start, end) = (event.fact.start, event.fact.end);
    let pings = event.grpc.keepalive();
    let mut draft = Draft::new(Culprit::Client, message, start, end);
    for (ping, what) in [(pings.first_bare, "the first PING of the row"), (pings.last, "the last PING")] {
        if let Some(ping) = ping {
            draft = draft.shows(EvidenceRole::Cause, Side::Client, ping, what);
        }
    }
    verdict.say(draft.shows(
        EvidenceRole::Effect,
        Side::Server,
        end,
        "GOAWAY ENHANCE_YOUR_CALM too_many_pings",
    ));
}

/// How often the client sent PINGs.
fn observed(event: &Event<'_>) -> String {
    let pings = event.grpc.keepalive();
    match pings.interval() {
        None => format!("the capture has {} PINGs of the client", pings.pings),
        Some(interval) => {
            let streams = match pings.streamless {
                0 => "with streams open",
                some if some == pings.bare => "without a stream open",
                _ => "partly without a stream open",
            };
            let row = pings.bare.saturating_add(1);
            format!(
                "the client sent {row} PINGs, one every {interval}, {streams} and no HEADERS or DATA of the server between them"
            )
        }
    }
}

/// What servers write into GOAWAY (gRFC A8).
const TOO_MANY_PINGS: &[u8] = b"too_many_pings";
