//! Frames that a tunnel does not carry.

use super::head::OddHead;
use super::samples::{last, tunnel};
use crate::base::{Origin, Side};
use crate::conn::{BadPromise, Kind, On, Shape};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::StreamId;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Wire, data, response};

/// HEADERS or other frame on an established CONNECT tunnel.
pub(in crate::rules) static FRAME_ON_CONNECT_TUNNEL: Rule = Rule {
    code: "MSG029",
    name: "frame-on-connect-tunnel",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[rfc9113("8.5", Some(Level::Must)), rfc7540("8.3", Some(Level::Must))],
    summary: "HEADERS or other frame on an established CONNECT tunnel",
    why: "On a tunnel only DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY are sent.",
    meaning: "After a 2xx response to CONNECT a side sends HEADERS, trailers included, or PUSH_PROMISE on that stream. \
        Types that nobody defined are left out, and so is extended CONNECT.",
    harm: "The receiver ends the stream with an error, and what the tunnel carried is lost.",
    doubt: "The server knows its own response: certain. A client is blamed only when it provably read the response \
        (certain), or had it acknowledged two round trips and at least 50 ms before (likely).",
    not_blamed: "To it the stream is a tunnel, since the 2xx response.",
    remedy: &["Close a tunnel with END_STREAM on DATA."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["proof_rtt", "proof_min_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack],
    folds_into: &[],
    fires: || tunnel().server([response(1)]).server([last(&[("x", "1")])]),
    quiet: || tunnel().server([response(1)]).server([data(1, b"x").map(Wire::end_stream)]),
    judges: &[Judge::On(&[On::OddHead], headers_frame), Judge::On(&[On::BadPromise], promise)],
};

/// HEADERS on the tunnel.
fn headers_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::ON_TUNNEL)) else { return };
    let Some(made) = odd.stream.and_then(|stream| stream.tunnel.as_deref()) else { return };
    if let Some(draft) = judge(event, made, "HEADERS", odd.stream.map(|stream| stream.id)) {
        verdict.say(draft);
    }
}

fn promise(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BadPromise { fault: BadPromise::Tunnel(made), .. } = event.fact.kind else { return };
    if let Some(draft) = judge(event, &made, "PUSH_PROMISE", event.header().map(|header| header.stream)) {
        verdict.say(draft);
    }
}

fn judge(event: &Event<'_>, made: &Origin, what: &str, stream: Option<StreamId>) -> Option<Draft> {
    let side = event.side();
    let stream = stream.unwrap_or_default();
    let message = format!(
        "The {} sent {what} on stream {stream}, which is a tunnel since the 2xx response to CONNECT.",
        side.word()
    );
    let draft = Draft::against_block(event, message).without(Need::Hpack).shows(
        EvidenceRole::Proof,
        Side::Server,
        *made,
        "2xx response to CONNECT",
    );
    if side == Side::Server {
        return Some(draft);
    }
    let (confidence, knew) = event.knew(made.tcp_end)?;
    Some(draft.at_most(confidence).proven(event, knew, "the response was received"))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{last, tunnel};
    use super::FRAME_ON_CONNECT_TUNNEL;
    use crate::finding::EvidenceRole;
    use crate::rules::tests::finding;
    use crate::script::{Script, response, settings, settings_ack};

    fn accused(script: &Script) -> bool {
        finding(&FRAME_ON_CONNECT_TUNNEL, script).is_some()
    }

    #[test]
    fn a_client_is_told_only_when_it_knew() {
        let trailers = || last(&[("x", "1")]);
        assert!(!accused(&tunnel().server([response(1)]).client([trailers()])));
        let knew = tunnel().server([response(1), settings(&[])]).client([settings_ack()]);
        let found = finding(&FRAME_ON_CONNECT_TUNNEL, &knew.client([trailers()])).expect("accused");
        let proof = found.evidence.iter().filter(|shown| shown.role == EvidenceRole::Proof);
        assert_eq!(proof.count(), 2, "the response, and what shows that it was read");
    }
}
