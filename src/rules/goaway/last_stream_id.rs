//! What the last stream identifier of GOAWAY may not say.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, StreamId};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, goaway, response};

/// Later GOAWAY raises the last stream identifier.
pub(in crate::rules) static GOAWAY_LAST_STREAM_ID_INCREASED: Rule = Rule {
    code: "GOA003",
    name: "goaway-last-stream-id-increased",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Own,
    rfc: &[rfc9113("6.8", Some(Level::Must)), rfc7540("6.8", Some(Level::Must))],
    summary: "Later GOAWAY raises the last stream identifier",
    why: "A later GOAWAY names the same last stream as an earlier one, or a lower one.",
    meaning: "A GOAWAY frame of a side carries a greater last stream identifier than an earlier one of the \
        same side.",
    harm: "The peer may have sent requests again that are processed now: some clients end the \
        connection at once.",
    doubt: "None: both frames are its own, in its own order.",
    not_blamed: "It relied on the lower identifier.",
    remedy: &["Keep the lowest identifier that was sent, and only lower it."],
    symptoms: &[
        "grpc-go: received goaway with stream id: …, which exceeds stream id of previous goaway: …",
        "nghttp2: GOAWAY: invalid last_stream_id",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([goaway(1, ErrorCode::NO_ERROR)])
            .server([goaway(3, ErrorCode::NO_ERROR)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([goaway(0x7fff_ffff, ErrorCode::NO_ERROR)])
            .server([goaway(1, ErrorCode::NO_ERROR), response(1)])
    },
    judges: &[Judge::On(&[On::Goaway], increased)],
};

/// GOAWAY names a stream the peer cannot have opened.
pub(in crate::rules) static GOAWAY_LAST_STREAM_ID_PARITY: Rule = Rule {
    code: "GOA004",
    name: "goaway-last-stream-id-parity",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("6.8", Some(Level::Must)), rfc7540("6.8", Some(Level::Must))],
    summary: "GOAWAY names a stream the peer cannot have opened",
    why: "GOAWAY names a stream of its receiver: an odd one when a server sends it, an even one when a \
        client does.",
    meaning: "The last stream identifier in GOAWAY of a server is even and not 0, or that of a client odd. \
        2^31-1 from a client is odd too, but meant as no limit at all: told as a fact.",
    harm: "The receiver cannot tell what was processed; nghttp2 and grpc-go end the connection on it.",
    doubt: "None: the frame alone shows it.",
    not_blamed: "Only its own streams can be meant.",
    remedy: &["Name the highest stream that the peer opened and that was handed on, or 0."],
    symptoms: &[
        "grpc-go: received goaway with non-zero even-numbered stream id: …",
        "nghttp2: GOAWAY: invalid last_stream_id",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([goaway(1, ErrorCode::NO_ERROR)]),
    quiet: || Script::open().client([get(1)]).client([goaway(0, ErrorCode::NO_ERROR)]),
    judges: &[Judge::On(&[On::Goaway], parity)],
};

/// GOAWAY denies a stream that was processed.
pub(in crate::rules) static GOAWAY_LAST_STREAM_ID_CONTRADICTED: Rule = Rule {
    code: "GOA006",
    name: "goaway-last-stream-id-contradicted",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("8.7", Some(Level::Must)),
        rfc9113("6.8", Some(Level::Must)),
        rfc7540("8.1.4", Some(Level::Must)),
    ],
    summary: "GOAWAY denies a stream that was processed",
    why: "The last stream identifier in GOAWAY is at least that of every stream that was processed.",
    meaning: "GOAWAY of X names a lower stream than one that X's peer opened, and on which X has sent, or \
        later sends, final response HEADERS or DATA.",
    harm: "The peer may send requests again that were processed: an order is placed twice.",
    doubt: "None: both are X's own frames. Only streams that the peer opened count: a client whose \
        GOAWAY names 0 while its own requests are answered is right. WINDOW_UPDATE and RST_STREAM on \
        such a stream contradict nothing.",
    not_blamed: "It may take its request for not processed.",
    remedy: &["Work the identifier out from the highest stream that was handed to the application."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([goaway(0, ErrorCode::NO_ERROR)]).server([response(1)]),
    quiet: || Script::open().client([get(1)]).client([goaway(0, ErrorCode::NO_ERROR)]).server([response(1)]),
    judges: &[Judge::On(&[On::Goaway, On::AnsweredAfterGoaway], contradicted)],
};

fn increased(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Goaway { last_stream_id, before, .. } = event.fact.kind else { return };
    let side = event.side();
    if last_stream_id <= before {
        return;
    }
    let message = format!(
        "The {} raised the last stream in its GOAWAY from {before} to {last_stream_id}.",
        side.word()
    );
    let mut draft = Draft::against_sender(event, message);
    let earlier = event.conn.sides[side].goaways.iter().find(|goaway| goaway.last_stream_id == before);
    if let Some(goaway) = earlier {
        draft = draft.shows(EvidenceRole::Proof, side, goaway.end, format!("GOAWAY, last stream {before}"));
    }
    verdict.say(draft);
}

fn parity(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Goaway { last_stream_id, .. } = event.fact.kind else { return };
    let side = event.side();
    let own = last_stream_id != StreamId::CONNECTION && last_stream_id.is_odd() == (side == Side::Client);
    if own {
        let peer = side.peer().word();
        let message = format!(
            "GOAWAY of the {} names stream {last_stream_id}, which the {peer} cannot have opened.",
            side.word()
        );
        let draft = Draft::against_sender(event, message);
        verdict.say(if last_stream_id == StreamId::MAX { draft.severity(Severity::Info) } else { draft });
    }
}

fn contradicted(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (side, conn) = (event.side(), event.conn);
    if side == Side::Client {
        return; // Nothing that a client sends on a stream that was pushed to it is an answer.
    }
    let accepts = conn.sides[side].accepts;
    let denied = match event.fact.kind {
        Kind::AnsweredAfterGoaway { stream } => conn.streams.get(stream),
        _ => conn
            .streams
            .iter()
            .filter(|stream| stream.id > accepts && stream.opened_by != side && !stream.irregular)
            .filter(|stream| stream.sent[side].has_answered())
            .max_by_key(|stream| stream.id),
    };
    let Some(stream) = denied else { return };
    let (id, who) = (stream.id, side.word());
    let message =
        format!("GOAWAY of the {who} leaves the streams up to {accepts}, but the {who} answers stream {id}.");
    let mut draft = Draft::against_sender(event, message);
    if let Some(goaway) = conn.sides[side].goaways.iter().find(|goaway| goaway.last_stream_id == accepts) {
        draft = draft.shows(EvidenceRole::Proof, side, goaway.end, format!("GOAWAY, last stream {accepts}"));
    }
    if let Some(answered) = stream.answered {
        draft =
            draft.shows(EvidenceRole::Proof, side, answered, format!("the answer to stream {id} began here"));
    }
    verdict.say(draft);
}

#[cfg(test)]
mod tests {
    use crate::finding::{Finding, Severity};
    use crate::frame::ErrorCode;
    use crate::rules::tests::report;
    use crate::script::{Script, Wire, data, get, goaway, post, response, rst_stream, window_update};

    fn found(script: &Script) -> Vec<Finding> {
        let report = report(script);
        report.findings.into_iter().filter(|finding| finding.name.starts_with("goaway-last-stream")).collect()
    }

    #[test]
    fn an_answer_before_goaway_contradicts_it_as_one_behind_it_does() {
        let asked = Script::open().client([get(1), get(3)]);
        for script in [
            asked.clone().server([response(3)]).server([goaway(1, ErrorCode::NO_ERROR)]),
            asked
                .clone()
                .server([goaway(1, ErrorCode::NO_ERROR)])
                .server([response(3).map(Wire::end_stream)]),
            asked.clone().server([response(3), goaway(1, ErrorCode::NO_ERROR), data(3, b"x")]),
        ] {
            let names: Vec<_> = found(&script).iter().map(|finding| finding.name).collect();
            assert_eq!(names, ["goaway-last-stream-id-contradicted"]);
        }
        assert!(
            found(
                &asked
                    .server([goaway(1, ErrorCode::NO_ERROR)])
                    .server([response(1), rst_stream(3, ErrorCode::REFUSED_STREAM)])
            )
            .is_empty()
        );
    }

    #[test]
    fn credit_and_the_clients_own_streams_contradict_nothing() {
        let upload = Script::open().client([post(1), post(3)]);
        assert!(
            found(&upload.clone().server([goaway(1, ErrorCode::NO_ERROR)]).server([window_update(3, 10)]))
                .is_empty()
        );
        assert!(
            found(
                &upload
                    .client([goaway(0, ErrorCode::NO_ERROR)])
                    .client([data(3, b"x")])
                    .server([response(3)])
            )
            .is_empty()
        );
    }

    #[test]
    fn no_limit_from_a_client_is_told_as_a_fact() {
        let script = Script::open().client([goaway(0x7fff_ffff, ErrorCode::NO_ERROR)]);
        assert_eq!(found(&script).first().map(|finding| finding.severity), Some(Severity::Info));
        let server = Script::open().client([get(1)]).server([goaway(2, ErrorCode::NO_ERROR)]);
        assert_eq!(found(&server).first().map(|finding| finding.severity), Some(Severity::Warning));
    }
}
