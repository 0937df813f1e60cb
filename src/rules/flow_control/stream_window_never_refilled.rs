//! A stream whose credit ran out and was never renewed.

use crate::base::{Origin, Side, Span, Time};
use crate::conn::{Ended, Kind, On, Stall, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response, rst_stream, window_update};

/// Stream window reached zero and was never refilled.
pub(in crate::rules) static STREAM_WINDOW_NEVER_REFILLED: Rule = Rule {
    code: "FLW011",
    name: "stream-window-never-refilled",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("5.2.2", None), rfc9113("6.9", None), rfc7540("5.2.2", None), rfc7540("6.9", None)],
    summary: "Stream window reached zero and was never refilled",
    why: "Flow control must not stop a stream for good: who takes content gives credit for more.",
    meaning: "DATA used up the window of a stream, its sender had not ended it, and the receiver gave no \
        more credit for it while the sender waited for 5 s (default), or for 1 s (default) until the \
        stream or the connection was given up.",
    harm: "The transfer stops, often after exactly 65,535 octets, and ends in a timeout.",
    doubt: "The windows are exact where both directions are whole, and time counts from the receiver's \
        own acknowledgement of the DATA. That it meant to pause, or that there was nothing more to \
        send, cannot be told: likely. Certain when the window of the connection was open and the \
        receiver went on to give credit to other streams. It takes a sign of the receiver's life. \
        Credit that comes late withdraws it.",
    not_blamed: "It may send no more than it was given.",
    remedy: &["Read the content, and send WINDOW_UPDATE as it is read.", "Or raise INITIAL_WINDOW_SIZE."],
    symptoms: &[
        "curl: (28) Operation timed out after … with 65535 bytes received",
        "any: context deadline exceeded while reading the body",
    ],
    refs: &["apache/trafficserver#3536"],
    h2spec: &[],
    options: &["window_wait_s", "window_given_up_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start, Need::Time, Need::End],
    folds_into: &[],
    fires: || {
        full(Script::open().client([get(1), window_update(0, 100_000)]).server([response(1)]))
            .ack(Side::Client)
            .wait(Span::seconds(3))
            .client([rst_stream(1, ErrorCode::CANCEL)])
    },
    quiet: || {
        full(Script::open().client([get(1), window_update(0, 100_000)]).server([response(1)]))
            .ack(Side::Client)
            .wait(Span::seconds(3))
            .client([window_update(1, 65_535)])
            .wait(Span::seconds(3))
            .client([rst_stream(1, ErrorCode::CANCEL)])
    },
    judges: &[Judge::On(&[On::Starved], judge), Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// Content that takes the whole initial window.
fn full(script: Script) -> Script {
    script
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_383])])
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Kind::Starved { sender, stall, stream } = event.fact.kind {
        let waited = Waited { sender, stall, stream, until: event.fact.end.at.time, given_up: true };
        waited.judge(event).into_iter().for_each(|draft| verdict.say(draft));
        return;
    }
    let (ended, end) = event.conn.transport.ended();
    let until = end.map_or(event.now, |end| end.at).time;
    for sender in Side::BOTH {
        for (window, stall) in event.conn.sides[sender].credit.stalls() {
            let stream = event.conn.streams.get(window).filter(|stream| stream.counts());
            if let Some(stream) = stream {
                let waited = Waited { sender, stall, stream, until, given_up: ended != Ended::Open };
                waited.judge(event).into_iter().for_each(|draft| verdict.say(draft));
            }
        }
    }
}

/// A sender that waited for credit.
struct Waited<'a> {
    sender: Side,
    stall: &'a Stall,
    stream: &'a Stream,
    until: Time,
    /// True when the waiting ended with the stream or the connection.
    given_up: bool,
}

impl Waited<'_> {
    fn judge(&self, event: &Event<'_>) -> Option<Draft> {
        let (conn, receiver) = (event.conn, self.sender.peer());
        let since = conn.sides[receiver].knowledge.covered_since(self.stall.end.tcp_end)?;
        let over = self.until.since(since.time);
        let options = event.options;
        let long = if self.given_up { options.window_given_up } else { options.window_wait };
        if over < long || !conn.lived(receiver, since.time.after(options.window_given_up)) {
            return None;
        }
        let credit = &conn.sides[self.sender].credit;
        let elsewhere = credit.credited.as_deref().is_some_and(|(stream, given)| {
            *stream != self.stream.id && given.peer_acked >= self.stall.end.tcp_end
        });
        let sure = elsewhere && conn.sides[self.sender].window > 0 && self.given_up;
        let confidence = if sure { Confidence::Certain } else { Confidence::Likely };
        let arrived = Origin { at: since, tcp_end: 0, peer_acked: self.stall.end.tcp_end };
        let draft =
            Draft::new(Culprit::of(receiver), self.message(event, over), self.stall.start, event.fact.end)
                .stream(self.stream.id.0)
                .over(over)
                .at_most(confidence)
                .without(Need::End)
                .shows(EvidenceRole::Cause, self.sender, self.stall.start, "DATA that used up the window")
                .shows(EvidenceRole::Proof, receiver, arrived, "TCP ACK: the DATA arrived");
        Some(if event.fact.header.is_some() {
            draft.shows(EvidenceRole::Effect, event.side(), event.fact.end, "RST_STREAM")
        } else {
            draft
        })
    }

    fn message(&self, event: &Event<'_>, over: Span) -> String {
        let (receiver, id) = (self.sender.peer().word(), self.stream.id);
        let octets = self.stream.sent[self.sender].content;
        let end = match (event.fact.kind, event.conn.transport.ended().0) {
            (Kind::Starved { .. }, _) => format!("; then the {} reset it", event.side().word()),
            (_, Ended::Fin(side)) => format!("; then the {} closed the connection", side.word()),
            (_, Ended::Rst(side)) => format!("; then the {} reset the connection", side.word()),
            (_, Ended::Open) => String::new(),
        };
        format!("The {receiver} gave no more credit for stream {id} after {octets} octets, for {over}{end}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Setting;
    use crate::rules::tests::finding;
    use crate::script::{Wire, settings};

    fn found(script: &Script) -> Option<Confidence> {
        finding(&STREAM_WINDOW_NEVER_REFILLED, script).map(|finding| finding.confidence)
    }

    fn stalled() -> Script {
        full(Script::open().client([get(1), get(3), window_update(0, 100_000)]).server([response(1)]))
            .ack(Side::Client)
    }

    #[test]
    fn judged_after_the_wait_while_open_and_sooner_when_given_up() {
        let open = |wait: Span| found(&stalled().wait(wait).client([settings(&[])]));
        assert_eq!(open(Span::seconds(4)), None);
        assert_eq!(open(Span::seconds(6)), Some(Confidence::Likely));
        assert_eq!(found(&stalled().wait(Span::millis(900)).close()), None);
        assert_eq!(found(&stalled().wait(Span::seconds(2)).close()), Some(Confidence::Likely));
    }

    #[test]
    fn credit_that_comes_late_withdraws_it() {
        let late = stalled().wait(Span::seconds(60)).client([window_update(1, 1)]);
        assert_eq!(found(&late.close()), None);
        let raised =
            stalled().wait(Span::seconds(60)).client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 100_000)])]);
        assert_eq!(found(&raised.close()), None);
    }

    #[test]
    fn certain_when_other_streams_are_given_credit() {
        let others = stalled().client([window_update(3, 1)]).wait(Span::seconds(2));
        assert_eq!(found(&others.close()), Some(Confidence::Certain));
    }

    #[test]
    fn quiet_when_the_content_ends_with_the_window() {
        let exact = Script::open()
            .client([get(1), window_update(0, 100_000)])
            .server([response(1), data(1, &[0; 16_384]), data(1, &[0; 16_384])])
            .server([data(1, &[0; 16_384]), data(1, &[0; 16_383]).map(Wire::end_stream)]);
        assert_eq!(found(&exact.ack(Side::Client).wait(Span::seconds(9)).close()), None);
        let ended = stalled().server([data(1, b"").map(Wire::end_stream)]);
        assert_eq!(found(&ended.wait(Span::seconds(9)).close()), None);
    }

    #[test]
    fn quiet_when_the_data_may_not_have_arrived() {
        let lost = full(
            Script::open()
                .client([get(1), window_update(0, 100_000)])
                .server([response(1)])
                .blind(Side::Client),
        );
        assert_eq!(found(&lost.wait(Span::seconds(9)).fin(Side::Client)), None);
    }
}
