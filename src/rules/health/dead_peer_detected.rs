//! A PING that is not answered, and the connection is given up.

use crate::base::{Origin, Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, ping};

/// Connection closed after an unanswered PING.
pub(in crate::rules) static DEAD_PEER_DETECTED: Rule = Rule {
    code: "HLT005",
    name: "dead-peer-detected",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Between, Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Timer,
    rfc: &[rfc9113("6.7", None), rfc7540("6.7", None)],
    summary: "Connection closed after an unanswered PING",
    why: "A peer that does not answer PING is gone, or its program is stuck; ending the connection is right.",
    meaning: "A side sent PING, got no acknowledgement for at least 5 s, and then sent GOAWAY or closed.",
    harm: "Requests on the connection waited for all that time.",
    doubt: "Where the peer's TCP has not acknowledged the PING either, the path or the host is dead (culprit \
        between); where it has, the peer's program did not answer. A PING ACK that the capture lacks looks \
        alike: likely. A peer that sent frames in the last 5 s is not dead; see ping-not-acked.",
    not_blamed: "It waited long enough for the answer.",
    remedy: &[
        "TCP silent too: look at the path, see idle-connection-killed.",
        "TCP alive: look for a blocked event loop or a stopped process at the peer.",
    ],
    symptoms: &[
        "grpc-go: keepalive ping failed to receive ACK within timeout",
        "grpc-java: Keepalive failed. The connection is likely gone",
        "grpc-core: keepalive watchdog timeout",
        "Go: http2: client connection lost",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Acks, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([7; 8])])
            .ack(Side::Server)
            .wait(Span::seconds(20))
            .client([goaway(0, ErrorCode::NO_ERROR)])
    },
    quiet: || {
        Script::open()
            .client([ping([7; 8])])
            .ack(Side::Server)
            .wait(Span::seconds(2))
            .client([goaway(0, ErrorCode::NO_ERROR)])
    },
    judges: &[Judge::On(&[On::Goaway, On::Fin, On::Rst], judge)],
};

/// What a PING may take before that is silence.
const PATIENCE: Span = Span::seconds(5);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (side, conn) = (event.side(), event.conn);
    let Some(sent) = conn.sides[side].pings.waiting().next().map(|ping| ping.end) else { return };
    let now = event.fact.start.at.time;
    let heard = conn.sides[side.peer()].last_spoke.max(sent.at.time);
    let waited = now.since(sent.at.time);
    if now.since(heard) < PATIENCE || !event.coverage.sides[side.peer()].whole() {
        return;
    }
    let arrived = conn.sides[side.peer()].knowledge.covered_since(sent.tcp_end);
    let (culprit, why) = match arrived {
        Some(_) => (Culprit::of(side.peer()), "its TCP had acknowledged it, so its program did not answer"),
        None => (Culprit::Between, "its TCP did not acknowledge it either: the path or the host is dead"),
    };
    let peer = side.peer().word();
    let message =
        format!("The {peer} did not answer a PING for {waited}; {why}. The {} gave up.", side.word());
    let draft = Draft::new(culprit, message, sent, event.fact.end)
        .at_most(Confidence::Likely)
        .over(waited)
        .shows(EvidenceRole::Cause, side, sent, "PING, never acknowledged")
        .shows(EvidenceRole::Effect, side, event.fact.end, "gives the connection up");
    let proof = arrived.map(|at| Origin { at, tcp_end: 0, peer_acked: sent.tcp_end });
    verdict.say(match proof {
        Some(proof) => draft.shows(EvidenceRole::Proof, side.peer(), proof, "TCP ACK: the PING arrived"),
        None => draft,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{Wire, get, response};

    #[test]
    fn a_peer_that_goes_on_answering_is_not_dead() {
        let asked = Script::open().client([ping([7; 8])]).ack(Side::Server);
        let answered = [1, 3, 5].into_iter().fold(asked, |script, stream| {
            let script = script.wait(Span::seconds(2)).client([get(stream)]);
            script.server([response(stream).map(Wire::end_stream)])
        });
        let leaves = |script: Script| script.client([goaway(0, ErrorCode::NO_ERROR)]);
        assert!(finding(&DEAD_PEER_DETECTED, &leaves(answered.clone())).is_none());
        let silent = answered.wait(Span::seconds(6));
        assert!(finding(&DEAD_PEER_DETECTED, &leaves(silent)).is_some());
    }
}
