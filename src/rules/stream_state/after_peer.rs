//! Frames that were allowed only as long as the end of the stream by the peer was on its way.

use crate::base::Side;
use crate::conn::{Input, Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{
    Script, Wire, data, get, post, response, rst_stream, settings, settings_ack, window_update,
};

/// Frame on a stream after processing the peer's RST_STREAM.
pub(in crate::rules) static FRAME_AFTER_RST_STREAM_RECEIVED: Rule = Rule {
    code: "STS008",
    name: "frame-after-rst-stream-received",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "STREAM_CLOSED",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("6.4", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("6.4", Some(Level::Must)),
    ],
    summary: "Frame on a stream after processing the peer's RST_STREAM",
    why: "An endpoint that received RST_STREAM sends no more frames on the stream, PRIORITY excepted.",
    meaning: "The peer reset the stream; X sends DATA, HEADERS, WINDOW_UPDATE or PUSH_PROMISE on it although X \
        had provably processed the reset before.",
    harm: "The peer must discard the frames; DATA still takes connection credit.",
    doubt: "Innocent while in flight: RST_STREAM not covered by X's TCP ACK on the blamed segment = X could \
        not know. Covered without proof = likely after 2 RTT and at least 50 ms (defaults), \
        else silent: uploads go on for a moment after an early response, and what comes behind octets sent again may have been said before. Certain with X's SETTINGS ACK, \
        answer to a later request, or PING ACK at least one RTT earlier, for a frame the peer sent after \
        the RST_STREAM. WINDOW_UPDATE proves nothing.",
    not_blamed: "It had reset the stream, and its RST_STREAM had been read.",
    remedy: &["Cancel the writer when RST_STREAM is read; frames already queued for that stream should be \
        dropped, DATA credit returned."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["proof_rtt", "proof_min_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1)])
            .server([rst_stream(1, ErrorCode::CANCEL), settings(&[])])
            .client([settings_ack()])
            .client([data(1, b"x")])
    },
    quiet: || {
        Script::open()
            .client([post(1)])
            .blind(Side::Client)
            .server([rst_stream(1, ErrorCode::CANCEL)])
            .client([data(1, b"x")])
    },
    judges: &[Judge::On(&[On::Race], after_reset)],
};

/// RST_STREAM sent in response to RST_STREAM.
pub(in crate::rules) static RST_STREAM_ANSWERED_WITH_RST_STREAM: Rule = Rule {
    code: "STS009",
    name: "rst-stream-answered-with-rst-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[rfc9113("5.4.2", Some(Level::Must)), rfc7540("5.4.2", Some(Level::Must))],
    summary: "RST_STREAM sent in response to RST_STREAM",
    why: "RST_STREAM is never sent in answer to RST_STREAM.",
    meaning: "X sends RST_STREAM on a stream after it had provably processed the peer's RST_STREAM for it, and \
        no other frame of the peer on that stream came in between.",
    harm: "Two ends that do it reset each other without end.",
    doubt: "Crossing resets are common and legal: both flights may overlap. Only the processed view of \
        frame-after-rst-stream-received counts; otherwise at most info.",
    not_blamed: "It had reset the stream first, and its RST_STREAM had been read.",
    remedy: &["Mark the stream closed on receipt; do not reply."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["proof_rtt", "proof_min_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1)])
            .server([rst_stream(1, ErrorCode::CANCEL), settings(&[])])
            .client([settings_ack()])
            .client([rst_stream(1, ErrorCode::CANCEL)])
    },
    quiet: || {
        Script::open()
            .client([post(1)])
            .server([rst_stream(1, ErrorCode::CANCEL)])
            .client([rst_stream(1, ErrorCode::CANCEL)])
    },
    judges: &[Judge::On(&[On::Race], answered)],
};

/// WINDOW_UPDATE on a stream closed in both directions.
pub(in crate::rules) static WINDOW_UPDATE_ON_CLOSED_STREAM: Rule = Rule {
    code: "STS014",
    name: "window-update-on-closed-stream",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["style"],
    view: View::Processed,
    rfc: &[rfc9113("5.1", Some(Level::Must)), rfc7540("5.1", Some(Level::Must))],
    summary: "WINDOW_UPDATE on a stream closed in both directions",
    why: "On a stream that is closed both ways no credit is sent any more; receivers must bear it for a \
        while.",
    meaning: "X sent END_STREAM, had provably processed the peer's END_STREAM, and still sends WINDOW_UPDATE \
        for that stream.",
    harm: "None: receivers ignore it.",
    doubt: "Very common and harmless; RFC 9113 6.9 forbids receivers to treat it as an error. Never above \
        info. Credit on the stream is no proof that its end was read.",
    not_blamed: "The stream was over, and its end had been read.",
    remedy: &["Skip stream credit once END_STREAM was received."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream), settings(&[])])
            .client([settings_ack()])
            .client([window_update(1, 10)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .blind(Side::Client)
            .server([response(1).map(Wire::end_stream)])
            .client([window_update(1, 10)])
    },
    judges: &[Judge::On(&[On::Race], credit)],
};

fn after_reset(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Race { input, stream } = event.fact.kind else { return };
    let side = event.side();
    let peer = side.peer();
    let (Some((reset, code)), Some(header)) = (stream.sent[peer].reset(), event.header()) else { return };
    if input == Input::RstStream {
        return;
    }
    let Some((confidence, knew)) = event.knew(reset.tcp_end) else { return };
    let message = format!(
        "The {} sent {} on stream {} although it had received the {}'s RST_STREAM {code}.",
        side.word(),
        header.kind,
        header.stream,
        peer.word()
    );
    let draft = Draft::against_sender(event, message).at_most(confidence).shows(
        EvidenceRole::Cause,
        peer,
        reset,
        format!("RST_STREAM {code}"),
    );
    verdict.say(draft.proven(event, knew, "the RST_STREAM was received"));
}

fn answered(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Race { input: Input::RstStream, stream } = event.fact.kind else { return };
    let side = event.side();
    let peer = side.peer();
    let Some((reset, code)) = stream.sent[peer].reset() else { return };
    let spoke_since = stream.sent[peer].last.is_some_and(|last| last.offset >= reset.tcp_end);
    let Some((Confidence::Certain, knew)) = event.knew(reset.tcp_end).filter(|_| !spoke_since) else {
        return;
    };
    let message = format!(
        "The {} answered the {}'s RST_STREAM on stream {} with RST_STREAM.",
        side.word(),
        peer.word(),
        stream.id
    );
    let draft = Draft::against_sender(event, message).shows(
        EvidenceRole::Cause,
        peer,
        reset,
        format!("RST_STREAM {code}"),
    );
    verdict.say(draft.proven(event, knew, "the RST_STREAM was received"));
}

fn credit(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Race { input: Input::WindowUpdate, stream } = event.fact.kind else { return };
    let side = event.side();
    let (Some(_), Some(ended), None) =
        (stream.sent[side].ended, stream.sent[side.peer()].ended, stream.sent[side.peer()].reset())
    else {
        return;
    };
    let Some((Confidence::Certain, knew)) = event.knew(ended.tcp_end.saturating_add(9)) else { return };
    let message =
        format!("The {} sent credit for stream {}, which both sides had ended.", side.word(), stream.id);
    let draft = Draft::against_sender(event, message).shows(
        EvidenceRole::Cause,
        side.peer(),
        ended,
        "END_STREAM of the peer",
    );
    verdict.say(draft.proven(event, knew, "the END_STREAM was received"));
}
