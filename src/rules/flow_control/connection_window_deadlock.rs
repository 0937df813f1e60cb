//! Streams that nobody reads hold all credit of the connection, and the others starve.

use crate::base::{Origin, Side, Span};
use crate::conn::{On, Stall, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::{Setting, StreamId};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response, window_update};

/// Connection window used up by streams nobody reads: the others starve.
pub(in crate::rules) static CONNECTION_WINDOW_DEADLOCK: Rule = Rule {
    code: "FLW012",
    name: "connection-window-deadlock",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("5.2.2", None), rfc9113("6.9", None), rfc7540("5.2.2", None), rfc7540("6.9", None)],
    summary: "Connection window used up by streams nobody reads: the others starve",
    why: "Flow control must not let one stream stop the others for good.",
    meaning: "The window of the connection was used up for 5 s (default) to the end, all credit of live \
        streams that is outstanding belongs to streams for which the receiver gives none, and at \
        least one other stream, whose own window is open, waits for a response or for content.",
    harm: "Every other call on the connection hangs until its deadline; new ones hang too.",
    doubt: "Which streams hold the credit is exact. That the others have something to send is inferred \
        from requests that are complete and responses that are not: likely at most. Credit for the \
        connection that comes late withdraws it. It takes a sign of the receiver's life, and both \
        directions without a hole.",
    not_blamed: "It may send no more than it was given.",
    remedy: &[
        "Give connection credit back when DATA arrives or is thrown away, not only when the \
        application reads it.",
        "Read or cancel the streams that are idle; make the window of the connection larger than that \
        of a stream.",
    ],
    symptoms: &[
        "grpc-go: context deadline exceeded (channel READY)",
        "grpc-java: DEADLINE_EXCEEDED: … remote_addr=… (stream open)",
    ],
    refs: &["grpc/grpc-go#4722", "grpc/grpc-java#10733", "kumahq/kuma#5373", "curl/curl#16955"],
    h2spec: &[],
    options: &["window_wait_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start, Need::Time],
    folds_into: &[],
    fires: || {
        full(
            Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 100_000)], &[])
                .client([get(1), get(3)])
                .server([response(1), response(3)]),
        )
        .ack(Side::Client)
        .wait(Span::seconds(7))
        .close()
    },
    quiet: || {
        full(
            Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 100_000)], &[])
                .client([get(1), get(3)])
                .server([response(1), response(3)]),
        )
        .ack(Side::Client)
        .wait(Span::seconds(7))
        .client([window_update(0, 65_535)])
        .server([data(1, b"more"), data(3, b"more")])
        .close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// Content that takes the whole window of the connection.
fn full(script: Script) -> Script {
    script
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_383])])
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for sender in Side::BOTH {
        let stall = event.conn.sides[sender].credit.stall(StreamId::CONNECTION);
        if let Some(draft) = stall.and_then(|stall| deadlock(event, sender, stall)) {
            verdict.say(draft);
        }
    }
}

fn deadlock(event: &Event<'_>, sender: Side, stall: &Stall) -> Option<Draft> {
    let (conn, receiver, options) = (event.conn, sender.peer(), event.options);
    let since = conn.sides[receiver].knowledge.covered_since(stall.end.tcp_end)?;
    let end = conn.transport.ended().1;
    let over = end.map_or(event.now, |end| end.at).time.since(since.time);
    let credited = conn.sides[sender]
        .credit
        .credited
        .as_deref()
        .is_some_and(|(_, given)| given.peer_acked >= stall.end.tcp_end);
    if over < options.window_wait
        || credited
        || !conn.lived(receiver, since.time.after(options.window_given_up))
    {
        return None;
    }
    let initial = i64::from(conn.sides[sender].limits.initial_window);
    let live = || conn.streams.iter().filter(|stream| stream.counts() && stream.sent[sender].ended.is_none());
    let holds = |stream: &&Stream| stream.sent[sender].window < initial;
    let held: i64 = live()
        .filter(holds)
        .fold(0, |sum, stream| sum.saturating_add(initial.saturating_sub(stream.sent[sender].window)));
    let holders: Vec<String> = live().filter(holds).map(|stream| stream.id.to_string()).collect();
    let starving = live().filter(|stream| !holds(stream)).filter(|stream| is_waited_for(stream, sender));
    let first = starving.min_by_key(|stream| stream.id)?;
    if held < conn.sides[sender].credit.highest.min(65_535) {
        return None;
    }
    let arrived = Origin { at: since, tcp_end: 0, peer_acked: stall.end.tcp_end };
    Some(draft(event, sender, stall, (arrived, over), (&holders, first)))
}

/// True when something is due on the stream: its request is complete, or it is the request.
fn is_waited_for(stream: &Stream, sender: Side) -> bool {
    let asked = sender == Side::Client || stream.sent.client.ended.is_some();
    asked && stream.sent[sender].window > 0
}

fn draft(
    event: &Event<'_>,
    sender: Side,
    stall: &Stall,
    (arrived, over): (Origin, Span),
    (holders, starving): (&[String], &Stream),
) -> Draft {
    let receiver = sender.peer();
    let (streams, some) = match holders {
        [one] => (format!("stream {one}"), ""),
        several => (
            format!("streams {}", several.get(..5).unwrap_or(several).join(", ")),
            if several.len() > 5 { " …" } else { "" },
        ),
    };
    let message = format!(
        "The {} gives no credit for {streams}{some}, which hold all of the connection's; stream {} starves, for {over}.",
        receiver.word(),
        starving.id
    );
    Draft::new(Culprit::of(receiver), message, stall.start, event.fact.end)
        .over(over)
        .at_most(Confidence::Likely)
        .shows(EvidenceRole::Cause, sender, stall.start, "DATA that used up the window of the connection")
        .shows(EvidenceRole::Proof, receiver, arrived, "TCP ACK: the DATA arrived")
        .shows(
            EvidenceRole::Effect,
            starving.opened_by,
            starving.opened,
            format!("stream {} opened", starving.id),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::Wire;

    fn found(script: &Script) -> bool {
        finding(&CONNECTION_WINDOW_DEADLOCK, script).is_some()
    }

    fn stalled() -> Script {
        let wide = Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 100_000)], &[]);
        full(wide.client([get(1), get(3)]).server([response(1), response(3)])).ack(Side::Client)
    }

    #[test]
    fn judged_after_the_wait_and_only_while_somebody_starves() {
        assert!(!found(&stalled().wait(Span::seconds(4)).close()));
        assert!(found(&stalled().wait(Span::seconds(6)).close()));
        let alone = stalled().server([data(3, b"").map(Wire::end_stream)]);
        assert!(!found(&alone.wait(Span::seconds(6)).close()));
    }

    #[test]
    fn credit_for_the_streams_that_hold_it_shows_that_they_are_read() {
        assert!(!found(&stalled().client([window_update(1, 65_535)]).wait(Span::seconds(6)).close()));
    }
}
