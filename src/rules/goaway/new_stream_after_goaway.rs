//! Streams that are opened after GOAWAY was read.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, goaway, settings, settings_ack};

/// New stream opened after receiving GOAWAY.
pub(in crate::rules) static NEW_STREAM_AFTER_GOAWAY: Rule = Rule {
    code: "GOA005",
    name: "new-stream-after-goaway",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[rfc9113("6.8", Some(Level::Must)), rfc7540("6.8", Some(Level::Must))],
    summary: "New stream opened after receiving GOAWAY",
    why: "Who received GOAWAY opens no more streams on the connection.",
    meaning: "X opens a stream, by HEADERS or PUSH_PROMISE, after it had provably processed the first \
        GOAWAY of its peer.",
    harm: "The new request is not processed, and is lost for a client that does not send it again.",
    doubt: "A request on its way is innocent, the RFC names this race. What X's TCP had not acknowledged \
        it cannot have known. Acknowledged without proof that it was read: likely, when two round \
        trips and 50 ms are over since. Certain with X's SETTINGS ACK, or an answer of X on a stream \
        that the peer opened later, for something sent behind the GOAWAY, or a PING ACK for such a \
        PING at least one round trip before. X's own GOAWAY proves it only when it names such a \
        stream; WINDOW_UPDATE proves nothing.",
    not_blamed: "It had said that it takes no more streams, and that was read.",
    remedy: &["Send new requests on a new connection as soon as GOAWAY is read."],
    symptoms: &["Netty: Cannot create stream … greater than Last-Stream-ID … from GOAWAY."],
    refs: &[],
    h2spec: &[],
    options: &["proof_rtt", "proof_min_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([goaway(1, ErrorCode::NO_ERROR), settings(&[])])
            .client([settings_ack()])
            .client([get(3)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .blind(Side::Client)
            .server([goaway(1, ErrorCode::NO_ERROR)])
            .client([get(3)])
    },
    judges: &[Judge::On(&[On::OpenedAfterGoaway], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::OpenedAfterGoaway { opened, goaway } = event.fact.kind else { return };
    let Some((confidence, knew)) = event.knew(goaway.end.tcp_end) else { return };
    let (side, peer) = (event.side(), event.side().peer());
    let message = format!(
        "The {} opened stream {opened} although it had received the GOAWAY of the {}.",
        side.word(),
        peer.word()
    );
    let draft = Draft::against_sender(event, message).at_most(confidence).shows(
        EvidenceRole::Cause,
        peer,
        goaway.end,
        format!("GOAWAY {}, last stream {}", goaway.code, goaway.last_stream_id),
    );
    verdict.say(draft.proven(event, knew, "the GOAWAY was received"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::finding::Confidence;
    use crate::rules::tests::finding;
    use crate::script::{Wire, ping, post, push_promise, response, window_update};

    fn confidence(script: &Script) -> Option<Confidence> {
        finding(&NEW_STREAM_AFTER_GOAWAY, script).map(|finding| finding.confidence)
    }

    fn told() -> Script {
        Script::open().client([get(1)]).server([goaway(1, ErrorCode::NO_ERROR)])
    }

    #[test]
    fn covered_without_proof_is_likely_only_when_the_grace_is_over() {
        assert_eq!(confidence(&told().ack(Side::Client).wait(Span::millis(40)).client([get(3)])), None);
        assert_eq!(
            confidence(&told().ack(Side::Client).wait(Span::millis(60)).client([get(3)])),
            Some(Confidence::Likely)
        );
    }

    #[test]
    fn a_ping_ack_proves_it_a_round_trip_later_and_credit_never() {
        let pinged = told().server([ping([1; 8])]).client([ping([1; 8]).map(|frame| frame.flag(1))]);
        assert_eq!(confidence(&pinged.wait(Span::millis(1)).client([get(3)])), Some(Confidence::Certain));
        let credited = told().client([window_update(0, 10)]);
        assert_eq!(confidence(&credited.wait(Span::millis(1)).client([get(3)])), None);
    }

    #[test]
    fn a_server_is_held_to_it_when_it_pushes() {
        let gone = Script::open().client([get(1)]).client([goaway(0, ErrorCode::NO_ERROR), post(3)]);
        assert_eq!(
            confidence(&gone.clone().server([response(3)]).server([push_promise(1, 2)])),
            Some(Confidence::Certain)
        );
        assert_eq!(confidence(&gone.server([response(1).map(Wire::end_stream)])), None);
    }
}
