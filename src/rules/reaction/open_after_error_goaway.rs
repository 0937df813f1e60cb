//! A connection that lives on behind its own error.

use crate::base::{Origin, Side, Span};
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::ledger::Late;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, goaway, response};

/// TCP connection kept open after an error GOAWAY.
pub(in crate::rules) static OPEN_AFTER_ERROR_GOAWAY: Rule = Rule {
    code: "REA005",
    name: "open-after-error-goaway",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Reaction,
    rfc: &[rfc9113("5.4.1", Some(Level::Must)), rfc7540("5.4.1", Some(Level::Must))],
    summary: "TCP connection kept open after an error GOAWAY",
    why: "Behind a GOAWAY for a connection error the endpoint closes the TCP connection.",
    meaning: "X sent GOAWAY with an error code and to the end neither FIN nor RST, although the wait (default 10 s) was over; \
        or X answered with HEADERS a stream that its peer opened when it had already received that GOAWAY.",
    harm: "The peer holds a connection that is dead by declaration; requests on it have no certain fate.",
    doubt: "GOAWAY with NO_ERROR is graceful and exempt. Queued DATA and acknowledgements behind the error GOAWAY are \
        normal flushing. The RFC gives no time: by time alone only likely, and a close that comes late withdraws \
        it. Certain when a stream is answered whose opener's TCP had acknowledged the GOAWAY.",
    not_blamed: "The connection error ends the connection, and who raised it closes.",
    remedy: &["Close the TCP connection once GOAWAY is flushed."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/5.4.1/1", "client/5.4.1/1"],
    options: &["close_wait_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::End, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream), goaway(1, ErrorCode::INTERNAL_ERROR)])
            .client([get(3)])
            .server([response(3).map(Wire::end_stream)])
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .blind(Side::Client)
            .server([response(1).map(Wire::end_stream), goaway(3, ErrorCode::INTERNAL_ERROR)])
            .client([get(3)])
            .server([response(3).map(Wire::end_stream)])
            .fin(Side::Server)
            .sees(Side::Client)
            .fin(Side::Client)
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let Some(farewell) = event.ledger.farewell(side) else { continue };
        let answered = event.ledger.late().find_map(|late| Some((late, late.answer(event.conn)?)));
        match answered.filter(|_| side == Side::Server) {
            Some((late, answer)) => verdict.say(went_on(farewell, late, answer)),
            None => verdict.drafts.extend(left_open(event, side, farewell)),
        }
    }
}

/// The server answered a stream that was opened behind its GOAWAY.
fn went_on(farewell: (Origin, ErrorCode), late: &Late, answer: Origin) -> Draft {
    let (sent, code) = farewell;
    let message = format!(
        "The server sent GOAWAY {code} in pkt {}, and answered stream {} in pkt {}, which the client opened behind it, in pkt {}.",
        sent.at.pkt, late.stream, late.opened.at.pkt, answer.at.pkt
    );
    Draft::new(Culprit::Server, message, answer, answer)
        .stream(late.stream)
        .knowing("the GOAWAY was received", format!("pkt {} acknowledges it", late.opened.at.pkt))
        .shows(EvidenceRole::Cause, Side::Server, sent, format!("GOAWAY {code}"))
        .shows(
            EvidenceRole::Proof,
            Side::Client,
            late.opened,
            "HEADERS of a new stream, acknowledges the GOAWAY",
        )
        .shows(EvidenceRole::Effect, Side::Server, answer, "HEADERS: the answer")
}

/// Neither FIN nor RST of `side`, for too long.
fn left_open(event: &Event<'_>, side: Side, farewell: (Origin, ErrorCode)) -> Option<Draft> {
    let (sent, code) = farewell;
    let transport = &event.conn.transport;
    let open = transport.fin(side).is_none() && transport.rst(side).is_none();
    let (ended, end) = transport.ended();
    let over: Span = end.map_or(event.now, |end| end.at).time.since(sent.at.time);
    if !open || over < event.options.close_wait {
        return None;
    }
    let until = match ended {
        Ended::Open => "the capture ends there",
        Ended::Fin(_) | Ended::Rst(_) => "then its peer closed",
    };
    let message = format!(
        "The {} sent GOAWAY {code} in pkt {} and kept the TCP connection open for {over}; {until}.",
        side.word(),
        sent.at.pkt
    );
    let draft = Draft::new(Culprit::of(side), message, sent, sent)
        .at_most(Confidence::Likely)
        .over(over)
        .shows(EvidenceRole::Cause, side, sent, format!("GOAWAY {code}"));
    let closes = |draft: Draft, end| {
        draft.shows(EvidenceRole::Effect, side.peer(), end, "the peer ended the connection")
    };
    Some(end.into_iter().fold(draft, closes))
}
