//! Connection credit that never comes back.

use crate::base::{Side, Span};
use crate::conn::{Connection, Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post, rst_stream, window_update};

/// Receiver does not return connection credit.
pub(in crate::rules) static CONNECTION_WINDOW_LEAK: Rule = Rule {
    code: "FLW009",
    name: "connection-window-leak",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[
        rfc9113("6.9", Some(Level::Must)),
        rfc9113("6.9.1", Some(Level::Must)),
        rfc9113("8.1", Some(Level::Must)),
        rfc7540("6.9", Some(Level::Must)),
        rfc7540("6.9.1", Some(Level::Must)),
    ],
    summary: "Receiver does not return connection credit",
    why: "Every DATA frame counts for the window of the connection, also one that is thrown away, and \
        what was taken is given back.",
    meaning: "DATA on streams that were reset, refused or closed, and padding, took more than half of the \
        connection's window, and to the end that much was never given back, although those streams \
        are over: less than one frame is left, or all streams are closed.",
    harm: "The window shrinks with every stream that is cancelled, until no DATA passes on the \
        connection at all.",
    doubt: "What was given and taken is exact; that it never will be given back is not: likely, and only \
        when a second passed after the last such DATA and X still showed life. Certain when nothing \
        is left at the end of the connection.",
    not_blamed: "It may send no more than it was given.",
    remedy: &["Give the credit of DATA that is thrown away back to the connection, padding included."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["window_given_up_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1), data(1, &[0; 16_384])])
            .client([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
            .server([rst_stream(1, ErrorCode::CANCEL)])
            .wait(Span::seconds(2))
            .close()
    },
    quiet: || {
        Script::open()
            .client([post(1), data(1, &[0; 16_384])])
            .client([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
            .server([rst_stream(1, ErrorCode::CANCEL), window_update(0, 49_152)])
            .wait(Span::seconds(2))
            .close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// Octets of a frame of common size: with less than that a sender waits.
const ONE_FRAME: i64 = 16_384;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for sender in Side::BOTH {
        if let Some(draft) = leak(event, sender) {
            verdict.say(draft);
        }
    }
}

fn leak(event: &Event<'_>, sender: Side) -> Option<Draft> {
    let (conn, receiver) = (event.conn, sender.peer());
    let own = &conn.sides[sender];
    let (highest, window) = (own.credit.highest, own.window);
    let missing = highest.saturating_sub(window);
    let lost = i64::try_from(own.credit.discarded().octets).unwrap_or(i64::MAX);
    let last = own.credit.discarded().last?;
    let (ended, end) = conn.transport.ended();
    let over = end.map_or(event.now, |end| end.at).time.since(last);
    let given_up = event.options.window_given_up;
    let due = over >= given_up && conn.lived(receiver, last.after(given_up));
    let used_up = window < ONE_FRAME;
    let much = lost.saturating_mul(2) > highest && missing >= lost;
    if !(due && much && (used_up || is_idle(conn))) {
        return None;
    }
    let (who, peer) = (receiver.word(), sender.word());
    let message = format!(
        "The {who} never gave back the credit of {lost} octets that the {peer} sent on streams that are over, or as \
         padding; {window} of {highest} octets are left on the connection."
    );
    let stalled = window <= 0 && ended != Ended::Open;
    let confidence = if stalled { Confidence::Certain } else { Confidence::Likely };
    let at = end.unwrap_or(event.fact.end);
    let draft = Draft::new(Culprit::of(receiver), message, at, at).over(over).at_most(confidence);
    Some(draft.shows(EvidenceRole::Effect, receiver, at, "the end, without WINDOW_UPDATE for the connection"))
}

/// True when no stream is left that could take or give credit.
fn is_idle(conn: &Connection) -> bool {
    conn.streams.iter().all(|stream| !stream.counts())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{Wire, response};

    fn found(script: &Script) -> bool {
        finding(&CONNECTION_WINDOW_LEAK, script).is_some()
    }

    fn cancelled(wait: Span) -> Script {
        Script::open()
            .client([post(1), data(1, &[0; 16_384])])
            .client([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
            .server([rst_stream(1, ErrorCode::CANCEL)])
            .wait(wait)
            .close()
    }

    #[test]
    fn quiet_when_there_was_no_time_to_give_it_back() {
        assert!(found(&cancelled(Span::seconds(2))));
        assert!(!found(&cancelled(Span::millis(500))));
    }

    #[test]
    fn quiet_on_content_that_was_read_before_a_connection_ends() {
        let read = Script::open()
            .client([post(1), data(1, &[0; 16_384])])
            .client([data(1, &[0; 16_384]), data(1, &[0; 16_384]).map(Wire::end_stream)])
            .server([response(1).map(Wire::end_stream)]);
        assert!(!found(&read.wait(Span::seconds(2)).close()));
    }
}
