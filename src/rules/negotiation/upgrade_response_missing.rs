//! The request that was upgraded is answered on stream 1.

use crate::base::{Side, Span};
use crate::conn::{Ended, MessageState, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, StreamId};
use crate::http1::Outcome;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::response;

use super::words::{SWITCH, UPGRADE, end, upgraded};

/// Upgraded connection never answers the original request on stream 1.
pub(in crate::rules) static UPGRADE_RESPONSE_MISSING: Rule = Rule {
    code: "NEG017",
    name: "upgrade-response-missing",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Timer,
    rfc: &[rfc7540("3.2", Some(Level::Must)), rfc9113("3.1", None)],
    summary: "Upgraded connection never answers the original request on stream 1",
    why: "The request that asked for the upgrade is answered on stream 1.",
    meaning: "After a 101 to h2c the connection ends without response HEADERS or RST_STREAM on stream 1.",
    harm: "The client waits for an answer that never comes.",
    doubt: "Judged at the end of the connection only, with nothing missing of what the server sent. Likely at most: an end of the client that the capture lacks would acquit. A client that resets the stream or leaves within 5 s, or a GOAWAY of the server that denies the stream or raises an error, acquits. Still open at the end of the capture, it is judged only when its own packets go on for 30 s without the answer, and less certain: a request may take long.",
    not_blamed: "Its request is complete.",
    remedy: &["Register the upgrade request as half-closed (client) stream 1 and answer it there."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["reaction_wait_s", "hung_stream_s"],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::End],
    folds_into: &[],
    fires: || upgraded(UPGRADE, SWITCH).wait(Span::seconds(1)).fin(Side::Server).close(),
    quiet: || upgraded(UPGRADE, SWITCH).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Given(Given::Http1, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(upgrade) = event.http1.upgrade.as_ref().filter(|upgrade| upgrade.outcome == Outcome::Accepted)
    else {
        return;
    };
    let (Some(answered), Some(stream)) = (upgrade.answered, event.conn.streams.get(StreamId(1))) else {
        return;
    };
    let silent = matches!(stream.sent.server.message, MessageState::Nothing | MessageState::Interim);
    let reset = Side::BOTH.into_iter().any(|side| stream.sent[side].reset().is_some());
    let mut goaways = event.conn.sides.server.goaways.iter();
    let denied =
        goaways.any(|goaway| goaway.last_stream_id == StreamId(0) || goaway.code != ErrorCode::NO_ERROR);
    let (ended, at) = event.conn.transport.ended();
    let over = at.map_or(event.conn.transport.last, |end| end.at).time.since(answered.at.time);
    let long = match ended {
        Ended::Fin(Side::Server) | Ended::Rst(Side::Server) => true,
        Ended::Fin(Side::Client) | Ended::Rst(Side::Client) => over >= event.options.reaction_wait,
        Ended::Open => over >= event.options.hung_stream,
    };
    if !silent || reset || denied || !long {
        return;
    }
    let message = format!("The server never answered the upgraded request on stream 1, for {over}.");
    let draft = Draft::new(Culprit::Server, message, upgrade.requested, answered)
        .at_most(Confidence::Likely)
        .stream(1)
        .over(over)
        .shows(EvidenceRole::Cause, Side::Client, upgrade.requested, "Upgrade: h2c")
        .shows(EvidenceRole::Proof, Side::Server, answered, "101, Upgrade: h2c");
    verdict.say(end(draft, event));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;

    #[test]
    fn quiet_while_a_slow_answer_may_still_come() {
        let said = |script| finding(&UPGRADE_RESPONSE_MISSING, &script).is_some();
        let waiting = upgraded(UPGRADE, SWITCH).wait(Span::seconds(12)).ack(Side::Server);
        assert!(!said(waiting.clone()), "the capture is cut");
        assert!(said(waiting.clone().wait(Span::seconds(20)).ack(Side::Server)));
        assert!(said(waiting.fin(Side::Client)));
    }
}
