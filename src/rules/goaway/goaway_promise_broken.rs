//! Streams that GOAWAY left, and that the close took away.

use crate::base::Side;
use crate::conn::{Ended, On, Stream};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, data, get, goaway, response};

/// Connection closed with streams open that GOAWAY promised to finish.
pub(in crate::rules) static GOAWAY_PROMISE_BROKEN: Rule = Rule {
    code: "GOA010",
    name: "goaway-promise-broken",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server, Culprit::Client],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("6.8", None), rfc7540("6.8", None)],
    summary: "Connection closed with streams open that GOAWAY promised to finish",
    why: "Streams up to the one that GOAWAY names may still complete; who sent it closes when they \
        have.",
    meaning: "X sends GOAWAY with NO_ERROR, and later the first FIN or a reset, while streams of its peer \
        up to the one named are neither answered to the end nor reset by either side.",
    harm: "The calls are lost, and the peer was told that they would not be: it does not send them \
        again.",
    doubt: "It takes all frames of both sides up to the close. A peer that reset those streams, or \
        closed first, acquits; so does a request that had not arrived. GOAWAY with an error promises nothing.",
    not_blamed: "It waited for streams that it was told to wait for.",
    remedy: &[
        "Wait for the streams up to the identifier that was sent.",
        "Or lower it with a second GOAWAY before closing, so that the peer can send them again.",
    ],
    symptoms: &[
        "Go: http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR, debug=\"\"",
        "Go: unexpected EOF",
        "grpc-go: closing transport due to: …, received prior goaway: …",
        "hyper: hyper::Error(Http2, Error { kind: GoAway(b\"\", NO_ERROR, Remote) })",
    ],
    refs: &["golang/go#18639", "stellar/go-sdk#573"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1), data(1, b"half"), goaway(1, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
            .fin(Side::Client)
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1), data(1, b"whole").map(Wire::end_stream), goaway(1, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
            .fin(Side::Client)
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    let (Ended::Fin(side) | Ended::Rst(side), Some(end)) = conn.transport.ended() else { return };
    let (own, peer) = (&conn.sides[side], side.peer());
    let whole = Side::BOTH.iter().all(|side| event.coverage.sides[*side].whole());
    if !own.leaves_in_peace() || !whole || conn.transport.left_first().is_some_and(|(who, ..)| who == peer) {
        return;
    }
    let kept = |stream: &&Stream| stream.opened_by == peer && stream.id <= own.accepts && stream.counts();
    let unanswered = |stream: &&Stream| stream.sent[Side::Server].ended.is_none();
    // What is on its way to a side that closes is no promise that it breaks knowingly.
    let arrived = |stream: &&Stream| stream.opened_end <= end.peer_acked;
    let open: Vec<&Stream> = conn.streams.iter().filter(kept).filter(unanswered).filter(arrived).collect();
    let (Some(first), Some(goaway)) = (open.iter().min_by_key(|stream| stream.id), own.goaways.last()) else {
        return;
    };
    let (who, accepts, count) = (side.word(), own.accepts, open.len());
    let (streams, were) = if count == 1 { ("stream", "was") } else { ("streams", "were") };
    let message = format!(
        "The {who} announced with GOAWAY that streams up to {accepts} may complete, and closed while {count} {streams} of \
         them {were} not answered."
    );
    let code = ErrorCode::NO_ERROR;
    let draft = Draft::new(Culprit::of(side), message, end, end)
        .shows(EvidenceRole::Cause, side, end, "the close")
        .shows(EvidenceRole::Proof, side, goaway.end, format!("GOAWAY {code}, last stream {accepts}"))
        .shows(EvidenceRole::Context, peer, first.opened, format!("stream {} opened", first.id));
    verdict.say(draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{post, rst_stream};

    fn found(script: &Script) -> bool {
        finding(&GOAWAY_PROMISE_BROKEN, script).is_some()
    }

    fn leaving() -> Script {
        Script::open().client([get(1)]).server([goaway(1, ErrorCode::NO_ERROR)])
    }

    #[test]
    fn what_the_peer_gave_up_or_left_is_not_held_against_anybody() {
        assert!(found(&leaving().fin(Side::Server)));
        assert!(found(&leaving().rst(Side::Server)));
        assert!(!found(&leaving().client([rst_stream(1, ErrorCode::CANCEL)]).fin(Side::Server)));
        assert!(!found(&leaving().close()), "the client closed first");
        assert!(!found(&leaving()), "the end of the capture is no close");
    }

    #[test]
    fn an_error_promises_nothing_and_neither_do_lower_identifiers() {
        assert!(!found(
            &Script::open().client([get(1)]).server([goaway(1, ErrorCode::INTERNAL_ERROR)]).fin(Side::Server)
        ));
        assert!(!found(&leaving().server([goaway(0, ErrorCode::NO_ERROR)]).fin(Side::Server)));
    }

    #[test]
    fn requests_on_their_way_when_the_side_closes_are_not_held_against_it() {
        let shuts_down = Script::open().server([goaway(0x7fff_ffff, ErrorCode::NO_ERROR)]);
        let asked = |script: Script| script.client([get(1)]);
        assert!(!found(&asked(shuts_down.clone().blind(Side::Server)).fin(Side::Server)));
        assert!(!found(&asked(shuts_down.clone().blind(Side::Server)).rst(Side::Server)));
        assert!(found(&asked(shuts_down).fin(Side::Server)), "it had arrived");
    }

    #[test]
    fn an_upload_that_was_answered_is_done() {
        let script = Script::open()
            .client([post(1)])
            .server([response(1).map(Wire::end_stream), goaway(1, ErrorCode::NO_ERROR)]);
        assert!(!found(&script.fin(Side::Server)));
    }
}
