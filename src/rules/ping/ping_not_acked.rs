//! PINGs that are never answered.

use crate::base::{Origin, Place, Side, Span};
use crate::conn::{Ended, On, Ping};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping, settings, settings_ack};

/// PING never answered.
pub(in crate::rules) static PING_NOT_ACKED: Rule = Rule {
    code: "PNG003",
    name: "ping-not-acked",
    since: "0.1.0",
    area: areas::PING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Reaction,
    rfc: &[rfc9113("6.7", Some(Level::Must)), rfc7540("6.7", Some(Level::Must))],
    summary: "PING never answered",
    why: "A PING is answered with a PING of the same 8 octets that has the ACK flag.",
    meaning: "A PING was acknowledged by X's TCP, and to the end X sent no PING ACK with the same octets, \
        although (a) X answered something behind the PING by a later frame other than GOAWAY and RST_STREAM, or (b) X kept \
        the connection open for the wait (default 10 s) and showed life after it. Equal payloads are \
        matched in order.",
    harm: "The sender takes the connection for dead and closes it, with all calls on it.",
    doubt: "Certain with (a) and the end of the connection; (b) alone is likely, and needs a sign of X, \
        an acknowledgement at least, after the wait was over: without one the path may be dead and \
        not X. An error that X raised, a GOAWAY of X before that, or a reset of the connection \
        acquits. An acknowledgement that comes late withdraws it and is slow-ping-ack.",
    not_blamed: "Its PING arrived, and it may expect an answer.",
    remedy: &[
        "Answer PING from the read path, ahead of DATA that waits.",
        "Where a proxy stands between: it answers itself, or not at all; ask there.",
    ],
    symptoms: &[
        "grpc-go: keepalive ping failed to receive ACK within timeout",
        "grpc-java: Keepalive failed. The connection is likely gone",
        "grpc-core: keepalive watchdog timeout",
        "Go: http2: client connection lost",
        ".NET: The HTTP/2 server didn't respond to a ping request within the configured KeepAlivePingDelay.",
        "hyper: keep-alive timed out",
        "Chrome: ERR_HTTP2_PING_FAILED",
    ],
    refs: &[],
    h2spec: &["http2/6.7/1", "client/6.7/1", "generic/3.7/1"],
    options: &["ping_ack_wait_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([1; 8])])
            .client([settings(&[])])
            .server([settings_ack()])
            .wait(Span::seconds(2))
            .close()
    },
    quiet: || {
        Script::open()
            .client([ping([1; 8])])
            .wait(Span::seconds(12))
            .server([ping([1; 8]).map(|frame| frame.flag(1))])
            .close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        if let Some(draft) = owed(event, side) {
            verdict.say(draft);
        }
    }
}

/// What `side` owes for the oldest PING that it did not answer, if it had the time and the life to do so.
fn owed(event: &Event<'_>, side: Side) -> Option<Draft> {
    let conn = event.conn;
    let (own, waiting) = (&conn.sides[side], conn.sides[side.peer()].pings.waiting());
    let missing = waiting.len();
    let ping = conn.sides[side.peer()].pings.waiting().next()?;
    let since = own.knowledge.covered_since(ping.end.tcp_end)?;
    let (ended, end) = conn.transport.ended();
    let gone = own.goaways.first().map(|goaway| goaway.end);
    let raised = own.goaways.iter().any(|goaway| goaway.code != ErrorCode::NO_ERROR);
    if raised || matches!(ended, Ended::Rst(_)) {
        return None;
    }
    let until = [gone, end].into_iter().flatten().map(|end| end.at).min_by_key(|place| place.time);
    let over = until.unwrap_or(event.now).time.since(since.time);
    let (read, proof) = own.knowledge.answered();
    let processed = read > ping.end.tcp_end && gone.is_none_or(|gone| proof.tcp_end <= gone.tcp_end);
    let due = since.time.after(event.options.ping_ack_wait);
    let lives = conn.lived(side, due);
    let waited = over >= event.options.ping_ack_wait && lives;
    if !(processed || waited) {
        return None;
    }
    let draft = draft(event, side, ping, since, (missing, over));
    Some(if processed {
        draft.shows(EvidenceRole::Proof, side, proof, "answers something sent after it")
    } else {
        draft.at_most(Confidence::Likely).without(Need::End)
    })
}

fn draft(event: &Event<'_>, side: Side, ping: &Ping, since: Place, (missing, over): (usize, Span)) -> Draft {
    let peer = side.peer();
    let more = if missing > 1 { format!(" (and {} more)", missing.saturating_sub(1)) } else { String::new() };
    let echoed = if ping.echoed.is_some() {
        "; it sent one with the same octets, but without the ACK flag"
    } else {
        ""
    };
    let message =
        format!("The {} never answered a PING of the {}{more}, in {over}{echoed}.", side.word(), peer.word());
    let arrived = Origin { at: since, tcp_end: 0, peer_acked: ping.end.tcp_end };
    let mut draft = Draft::new(Culprit::of(side), message, ping.start, ping.end)
        .at(event.now)
        .over(over)
        .knowing("the PING arrived", format!("pkt {} acknowledges it", since.pkt))
        .shows(EvidenceRole::Cause, peer, ping.start, "PING")
        .shows(EvidenceRole::Proof, side, arrived, "TCP ACK: the PING arrived");
    if let Some(echoed) = ping.echoed {
        draft = draft.shows(EvidenceRole::Context, side, echoed, "PING with the same octets, without ACK");
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::PING_NOT_ACKED;
    use crate::base::{Side, Span};
    use crate::finding::Confidence;
    use crate::frame::ErrorCode;
    use crate::rules::tests::finding;
    use crate::script::{Script, get, goaway, ping, response, rst_stream, settings, settings_ack};

    fn judged(script: &Script) -> Option<(Confidence, String)> {
        finding(&PING_NOT_ACKED, script).map(|finding| (finding.confidence, finding.message))
    }

    fn confidence(script: &Script) -> Option<Confidence> {
        judged(script).map(|(confidence, _)| confidence)
    }

    fn asked() -> Script {
        Script::open().client([ping([7; 8])]).ack(Side::Server)
    }

    #[test]
    fn a_late_answer_withdraws_it() {
        let late = asked().wait(Span::seconds(60)).server([ping([7; 8]).map(|frame| frame.flag(1))]);
        assert_eq!(confidence(&late.close()), None);
    }

    #[test]
    fn likely_after_the_wait_only_when_the_other_end_lives() {
        assert_eq!(confidence(&asked().wait(Span::seconds(14)).close()), Some(Confidence::Likely));
        assert_eq!(confidence(&asked().wait(Span::seconds(14)).fin(Side::Client)), None);
        assert_eq!(
            confidence(&asked().wait(Span::seconds(14)).server([settings(&[])])),
            Some(Confidence::Likely)
        );
        assert_eq!(confidence(&asked().wait(Span::seconds(4)).fin(Side::Client).ack(Side::Server)), None);
    }

    #[test]
    fn certain_when_a_later_frame_was_read() {
        let read = asked().client([settings(&[])]).server([settings_ack()]);
        assert_eq!(confidence(&read.clone().close()), Some(Confidence::Certain));
        assert_eq!(confidence(&read), Some(Confidence::Likely), "still open at the end of the capture");
        let answered = asked().client([get(1)]).server([response(1)]).close();
        assert_eq!(confidence(&answered), Some(Confidence::Certain));
    }

    #[test]
    fn quiet_without_an_acknowledgement_by_tcp() {
        let lost = Script::open().blind(Side::Server).client([ping([7; 8])]).wait(Span::seconds(20));
        assert_eq!(confidence(&lost.fin(Side::Server).fin(Side::Client)), None);
    }

    #[test]
    fn an_error_a_farewell_and_a_reset_acquit() {
        let error = asked().server([goaway(0, ErrorCode::PROTOCOL_ERROR)]).wait(Span::seconds(14)).close();
        assert_eq!(confidence(&error), None);
        let farewell = asked().server([goaway(0, ErrorCode::NO_ERROR)]).wait(Span::seconds(14)).close();
        assert_eq!(confidence(&farewell), None);
        assert_eq!(confidence(&asked().wait(Span::seconds(14)).rst(Side::Server)), None);
        let parted = asked().client([get(1)]).server([goaway(1, ErrorCode::NO_ERROR)]).close();
        assert_eq!(confidence(&parted), None, "the farewell itself is all that shows it read");
        let reset = asked().client([get(1)]).server([rst_stream(1, ErrorCode::CANCEL)]);
        assert_eq!(confidence(&reset.rst(Side::Client)), None);
    }

    #[test]
    fn an_answer_without_the_flag_is_named() {
        let echoed = asked().server([ping([7; 8])]).client([ping([7; 8]).map(|frame| frame.flag(1))]);
        let found = judged(&echoed.client([settings(&[])]).server([settings_ack()]).close());
        assert!(found.is_some_and(|(_, message)| message.contains("without the ACK flag")));
    }
}
