//! Two HTTP/2 stacks answer on one connection: the cmux bug, the work-around's own fault.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, Flags, FrameType, Setting};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, preface, settings, settings_ack};

/// Two HTTP/2 stacks answer on one connection and contradict each other.
pub(in crate::rules) static TWO_HTTP2_STACKS: Rule = Rule {
    code: "PRE010",
    name: "two-http2-stacks",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Processed,
    rfc: &[
        rfc9113("3.4", Some(Level::Must)),
        rfc9113("6.5.3", Some(Level::Must)),
        rfc7540("3.5", Some(Level::Must)),
        rfc7540("6.5.3", Some(Level::Must)),
    ],
    summary: "Two HTTP/2 stacks answer on one connection and contradict each other",
    why: "Each SETTINGS frame is acknowledged exactly once, and an acknowledgement that is owed is no \
        error.",
    meaning: "After second-initial-settings the client acknowledged each SETTINGS once, and the server (a) \
        sends GOAWAY or closes with PROTOCOL_ERROR because of an acknowledgement that was owed, or (b) \
        acknowledges the client's single SETTINGS twice.",
    harm: "The connection dies with PROTOCOL_ERROR although the client did everything right.",
    doubt: "Both directions complete from the start: certain for (b) and, when the client's acknowledgements \
        match the server's SETTINGS one by one and such an acknowledgement is the last frame that had reached the \
        server, for (a), else likely; once the server has answered a request (a) is not told. The client is correct: it must acknowledge \
        every SETTINGS.",
    not_blamed: "It must acknowledge every SETTINGS frame, and acknowledged each one once.",
    remedy: &[
        "Do not let a multiplexer write SETTINGS for a server that counts acknowledgements (Go's net/http \
        and x/net do): give gRPC its own port, or select by TLS ALPN. MatchWithWriters with \
        HTTP2MatchHeaderFieldSendSettings is safe only in front of servers that tolerate a surplus ACK.",
    ],
    symptoms: &[
        "grpc-go: error reading from server: connection error: PROTOCOL_ERROR",
        "Go: http2: Transport received GOAWAY from server ErrCode:PROTOCOL_ERROR",
    ],
    refs: &["soheilhy/cmux#96"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[])])
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]), settings_ack()])
            .client([settings_ack(), settings_ack()])
            .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .close()
    },
    quiet: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[])])
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]), settings_ack()])
            .client([settings_ack(), settings_ack()])
            .server([goaway(0, ErrorCode::NO_ERROR)])
            .close()
    },
    judges: &[Judge::Given(Given::Error, &[On::Goaway], judge), Judge::On(&[On::SurplusAck], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let server = &event.conn.sides.server;
    if event.side() != Side::Server || server.settings_before_headers < 2 || event.offences.client > 0 {
        return;
    }
    let sent = server.settings.sent();
    let message = match event.fact.kind {
        Kind::Goaway { code: ErrorCode::PROTOCOL_ERROR, .. }
            if server.settings.unacknowledged() == 0 && server.first_headers.is_none() =>
        {
            format!(
                "The server ended the connection with PROTOCOL_ERROR although the client owed each of its {sent} SETTINGS acknowledgements."
            )
        }
        Kind::SurplusAck if event.conn.sides.client.settings.sent() == 1 => {
            format!(
                "The server acknowledged the client's SETTINGS twice and sent {} SETTINGS of its own before any response.",
                server.settings_before_headers
            )
        }
        _ => return,
    };
    let sure = matches!(event.fact.kind, Kind::SurplusAck) || answers_an_ack(event);
    let mut draft = Draft::against_sender(event, message)
        .at_most(if sure { Confidence::Certain } else { Confidence::Likely })
        .maybe("a multiplexer that writes SETTINGS for the server behind it (cmux SendSettings)")
        .knowing("each SETTINGS was acknowledged once", format!("{sent} SETTINGS, {sent} acknowledgements"));
    for (turn, announcement) in server.settings.listed().enumerate().take(2) {
        let what = if turn == 0 { "first SETTINGS" } else { "second SETTINGS" };
        draft = draft.shows(EvidenceRole::Proof, Side::Server, announcement.start, what);
        if let Some(acked) = announcement.acked {
            draft = draft.shows(EvidenceRole::Proof, Side::Client, acked, "its acknowledgement");
        }
    }
    verdict.say(draft);
}

/// True when the last frame of the client that had reached the server is an acknowledgement of SETTINGS.
fn answers_an_ack(event: &Event<'_>) -> bool {
    let mut received = event.conn.sides.client.recent.newest_first();
    let last = received.find(|(_, start)| start.tcp_end < event.fact.start.peer_acked);
    last.is_some_and(|(header, _)| header.kind == FrameType::SETTINGS && header.flags.has(Flags::ACK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{Wire, get, response};

    #[test]
    fn an_error_behind_an_answer_has_another_reason() {
        let opened = Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]), settings_ack()])
            .client([settings_ack(), settings_ack(), get(1)]);
        let error = || goaway(1, ErrorCode::PROTOCOL_ERROR);
        let at_once = finding(&TWO_HTTP2_STACKS, &opened.clone().server([error()]).close());
        assert_eq!(at_once.map(|found| found.confidence), Some(Confidence::Likely));
        let later = opened.server([response(1).map(Wire::end_stream)]).client([get(3)]).server([error()]);
        assert!(finding(&TWO_HTTP2_STACKS, &later.close()).is_none());
    }
}
