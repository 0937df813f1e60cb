//! An end that takes nothing from TCP although it gave credit.

use crate::base::{Origin, Side, Span};
use crate::conn::{Connection, Kind, On, Shut, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response};

/// Endpoint stops reading TCP while HTTP/2 credit is open.
pub(in crate::rules) static TCP_WINDOW_CLOSED_BY_RECEIVER: Rule = Rule {
    code: "FLW010",
    name: "tcp-window-closed-by-receiver",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("5.2.2", Some(Level::Must)), rfc7540("5.2.2", Some(Level::Must))],
    summary: "Endpoint stops reading TCP while HTTP/2 credit is open",
    why: "An end reads frames as soon as they are there, and holds DATA back with flow control, not by \
        leaving it in TCP.",
    meaning: "X announced a TCP receive window of 0 for more than 1 s while the windows that it had given \
        in HTTP/2 still allowed DATA.",
    harm: "PING, WINDOW_UPDATE and RST_STREAM of the peer wait behind the DATA: both ends may wait for \
        each other without end.",
    doubt: "A zero needs no scale to be read. That the window did not open in between rests on segments without \
        octets, whose loss no capture shows: likely at most. Where it had not opened when the capture ended, X \
        must have shown life. A kernel may be full for a moment under load, so it is a warning, from one second \
        on.",
    not_blamed: "It may send as far as the credit goes, and the credit was there.",
    remedy: &["Read the socket all the time, and hold back credit instead of reading."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Acks, Need::Time, Need::Start, Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1), data(1, &[0; 16_384])])
            .takes_nothing(Side::Client)
            .wait(Span::seconds(3))
            .ack(Side::Client)
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1), data(1, &[0; 16_384])])
            .takes_nothing(Side::Client)
            .wait(Span::millis(300))
            .ack(Side::Client)
    },
    judges: &[Judge::On(&[On::Window], judge), Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// A moment that a busy machine may take.
const MOMENT: Span = Span::seconds(1);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let at_end = matches!(event.fact.kind, Kind::End);
    for side in Side::BOTH.into_iter().filter(|side| at_end || *side == event.side()) {
        let Some(shut) = event.conn.transport.shut(side).filter(|shut| shut.until.is_none() == at_end) else {
            continue;
        };
        if let Some(draft) = closed(event, side, &shut) {
            verdict.say(draft);
        }
    }
}

fn closed(event: &Event<'_>, side: Side, shut: &Shut) -> Option<Draft> {
    let (conn, peer) = (event.conn, side.peer());
    let end = conn.transport.ended().1;
    let until = shut.until.unwrap_or_else(|| end.map_or(event.now, |end| end.at));
    let over = until.time.since(shut.since.at.time);
    let lives = shut.until.is_some() || conn.lived(side, shut.since.at.time.after(MOMENT));
    if over <= MOMENT || !lives || !may_send(conn, peer) || conn.sides[side].total() == 0 {
        return None;
    }
    let (who, whom, window) = (side.word(), peer.word(), conn.sides[peer].window);
    let message = format!(
        "The {who} took nothing from TCP for {over} (receive window 0), while its HTTP/2 windows let the {whom} send \
         {window} more octets."
    );
    let draft = Draft::new(Culprit::of(side), message, shut.since, shut.since)
        .at_most(Confidence::Likely)
        .over(over)
        .shows(EvidenceRole::Cause, side, shut.since, "TCP receive window 0");
    Some(match shut.until {
        Some(until) => {
            let opened = Origin { at: until, ..shut.since };
            draft.shows(EvidenceRole::Effect, side, opened, "TCP receive window open again")
        }
        None => draft,
    })
}

/// True when the windows of HTTP/2 still allow DATA of this side.
fn may_send(conn: &Connection, side: Side) -> bool {
    let open = |stream: &Stream| {
        stream.counts() && stream.sent[side].ended.is_none() && stream.sent[side].window > 0
    };
    conn.windows_known() && conn.sides[side].window > 0 && conn.streams.iter().any(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::settings;

    fn found(script: &Script) -> Option<Confidence> {
        finding(&TCP_WINDOW_CLOSED_BY_RECEIVER, script).map(|finding| finding.confidence)
    }

    fn full(content: usize) -> Script {
        Script::open().client([get(1)]).server([response(1), data(1, &vec![0; content])])
    }

    #[test]
    fn a_capture_that_ends_while_nothing_is_taken_needs_a_sign_of_life() {
        let shut = full(10_000).takes_nothing(Side::Client).wait(Span::seconds(3));
        assert_eq!(found(&shut.clone().server([settings(&[])])), None);
        assert_eq!(
            found(&shut.takes_nothing(Side::Client)),
            None,
            "a repetition of what TCP said before is no signal"
        );
    }

    #[test]
    fn quiet_where_http2_gives_no_credit_either() {
        let used_up =
            full(16_384).server([data(1, &[0; 16_384]), data(1, &[0; 16_384]), data(1, &[0; 16_383])]);
        assert_eq!(
            found(&used_up.takes_nothing(Side::Client).wait(Span::seconds(3)).ack(Side::Client)),
            None
        );
    }
}
