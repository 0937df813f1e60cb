//! Errors that were owed and never raised: of the connection, and of one stream.

use super::showing::{end_words, owed};
use crate::base::{Side, Span};
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::ledger::{Due, Ignored, Outcome, Proof, Reach};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, goaway, ping, response, settings, settings_ack};

/// Connection error not raised.
pub(in crate::rules) static CONNECTION_ERROR_IGNORED: Rule = Rule {
    code: "REA001",
    name: "connection-error-ignored",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Reaction,
    rfc: &[
        rfc9113("5.4", Some(Level::Must)),
        rfc9113("5.4.1", Some(Level::Must)),
        rfc7540("5.4.1", Some(Level::Must)),
    ],
    summary: "Connection error not raised",
    why: "A fault that is a connection error ends the connection: GOAWAY with an error code, then the TCP connection is closed.",
    meaning: "A certain fault of the peer, which the RFC makes a connection error, reached X, and to the end X neither \
        sent GOAWAY nor closed the TCP connection, although (a) it went on processing: it answered something \
        that the peer sent later, or it gave a 2xx or 3xx answer to the very field block that carries the \
        fault; or (b) the wait (default 5 s) was over; or (c) the peer waited at least 1 s (default) and gave up.",
    harm: "The two ends go on with different ideas of the connection: of its streams, its header table, or its windows.",
    doubt: "Certain with (a): a response on a stream opened later, the acknowledgement of a later SETTINGS or PING, \
        and neither GOAWAY nor close to the end; when the peer itself reset the connection, an error may have been \
        on its way, and a limit may have been raised while the fault was on its way: likely. (b) and (c): likely. A \
        FIN of X behind the peer's own FIN is no reaction. WINDOW_UPDATE proves nothing. Any GOAWAY and any close, however late, withdraws the finding; an error code on the stream \
        of the fault is taken for a reaction too. Nothing is owed for faults that are not certain, that a receiver \
        may bear, behind X's own error GOAWAY, or, for STREAM_CLOSED, on a stream that X had reset or finished.",
    not_blamed: "Its fault is a finding of its own; answering it is the receiver's part.",
    remedy: &["Implement the check that the triggering rule names; answer it with GOAWAY and close."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/3.5/2", "http2/5.4.1/1", "client/5.4.1/1"],
    options: &["reaction_wait_s", "reaction_given_up_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 7)]), ping([1; 8])])
            .server([ping([1; 8]).map(|frame| frame.flag(1))])
            .close()
    },
    quiet: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 1)]), ping([1; 8])])
            .server([settings_ack(), ping([1; 8]).map(|frame| frame.flag(1))])
            .client([goaway(0, crate::frame::ErrorCode::NO_ERROR)])
            .close()
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], connection)],
};

/// Stream error not raised.
pub(in crate::rules) static STREAM_ERROR_IGNORED: Rule = Rule {
    code: "REA002",
    name: "stream-error-ignored",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Reaction,
    rfc: &[rfc9113("5.4.2", Some(Level::Must)), rfc7540("5.4.2", Some(Level::Must))],
    summary: "Stream error not raised",
    why: "A fault that is a stream error ends its stream: RST_STREAM with an error code.",
    meaning: "A certain fault of the peer, which the RFC makes a stream error, reached X, and to the end X neither sent \
        RST_STREAM on the stream, nor GOAWAY, nor closed the TCP connection, although (a) it answered something \
        that the peer sent later, (b) the wait (default 5 s) was over, or (c) the peer waited at least 1 s \
        (default) and gave up. A 4xx or 5xx answer to a malformed request is a reaction too.",
    harm: "The stream goes on with a message that one end must not rely on.",
    doubt: "As for connection-error-ignored: (a) is certain, (b) and (c) are likely, and what comes late withdraws the \
        finding. Only the first fault on a stream is held against X, because an error ends the stream. Nothing is \
        owed on a stream that X had reset or finished before the fault passed, that the peer reset itself, or \
        of which nothing is remembered. A good answer to a malformed request is malformed-message-accepted.",
    not_blamed: "Its fault is a finding of its own; answering it is the receiver's part.",
    remedy: &["Reset the stream with the code that the triggering rule names."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["reaction_wait_s", "reaction_given_up_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1), crate::script::data(1, b"late"), ping([1; 8])])
            .server([ping([1; 8]).map(|frame| frame.flag(1))])
            .wait(Span::seconds(2))
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1), ping([1; 8])])
            .server([ping([1; 8]).map(|frame| frame.flag(1)), response(1).map(Wire::end_stream)])
            .client([goaway(0, crate::frame::ErrorCode::NO_ERROR)])
            .wait(Span::seconds(2))
            .close()
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], stream)],
};

fn connection(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for (due, ignored) in ignored(event, Reach::Connection) {
        verdict.say(draft(event, due, &ignored));
    }
}

fn stream(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for (due, found) in ignored(event, Reach::Stream) {
        let wider = ignored(event, Reach::Connection)
            .any(|(other, _)| other.debtor == due.debtor && other.cause.start == due.cause.start);
        if !wider {
            verdict.say(draft(event, due, &found));
        }
    }
}

/// What was owed and never came.
fn ignored<'a>(event: &'a Event<'_>, ends: Reach) -> impl Iterator<Item = (&'a Due, Ignored)> {
    event.ledger.dues().filter(move |due| due.ends == ends).filter_map(|due| match due.outcome(event) {
        Outcome::Ignored(ignored) => Some((due, ignored)),
        Outcome::Nothing | Outcome::Done(_) | Outcome::Accepted { .. } => None,
    })
}

fn draft(event: &Event<'_>, due: &Due, ignored: &Ignored) -> Draft {
    let side = due.debtor;
    let seen = match due.ends {
        Reach::Connection => "neither GOAWAY nor close",
        Reach::Stream => "neither RST_STREAM nor GOAWAY nor close",
    };
    let message = format!(
        "The {} owed {} (its TCP acknowledged it in pkt {}); {seen} followed, {}.",
        side.word(),
        owed(due),
        ignored.since.pkt,
        shown(event, due, ignored)
    );
    let (start, end) = (due.cause.start, due.cause.end);
    let mut draft = Draft::new(Culprit::of(side), message, start, end)
        .told_by(due.cause.rule.name)
        .over(ignored.over)
        .caused_by(&due.cause)
        .covered(due, ignored.since);
    draft.stream = due.cause.stream;
    let (confidence, proof) = match ignored.proof {
        Proof::Answered(at) => (Confidence::Certain, Some((at, "answers the faulty field block"))),
        Proof::Processed(at) => (Confidence::Certain, Some((at, "answers something sent behind the fault"))),
        Proof::Unsure(at) => (Confidence::Likely, Some((at, "answers something sent behind the fault"))),
        Proof::Expired | Proof::GivenUp => (Confidence::Likely, None),
    };
    if let Some((at, words)) = proof {
        draft = draft.at(at.at).shows(EvidenceRole::Proof, side, at, words);
    }
    if let (Some(end), (Ended::Fin(who) | Ended::Rst(who), _)) = (ignored.end, event.conn.transport.ended()) {
        draft = draft.shows(EvidenceRole::Effect, who, end, end_words(event.conn));
    }
    draft.at_most(confidence)
}

/// What was seen instead of the error.
fn shown(event: &Event<'_>, due: &Due, ignored: &Ignored) -> String {
    let offender: Side = due.cause.culprit;
    match ignored.proof {
        Proof::Answered(at) => {
            format!("and pkt {} answers the faulty field block as if it were good", at.at.pkt)
        }
        Proof::Processed(at) | Proof::Unsure(at) => {
            format!("although pkt {} answers something sent behind the fault", at.at.pkt)
        }
        Proof::Expired if event.conn.transport.ended().0 == Ended::Open => {
            format!("for {}, until the capture ends", ignored.over)
        }
        Proof::Expired => format!("for {}, until the connection ended", ignored.over),
        Proof::GivenUp => format!("for {}, until the {} gave up", ignored.over, offender.word()),
    }
}
