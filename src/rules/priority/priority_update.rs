//! PRIORITY_UPDATE where it does not belong, and what does not fit into it.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{FrameType, StreamId};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, unknown};

/// Server sends PRIORITY_UPDATE.
pub(in crate::rules) static PRIORITY_UPDATE_FROM_SERVER: Rule = Rule {
    code: "PRI005",
    name: "priority-update-from-server",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Wire,
    rfc: &[rfc9113("5.3.2", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "Server sends PRIORITY_UPDATE",
    why: "Only clients send PRIORITY_UPDATE.",
    meaning: "A frame of type 0x10 comes from the server.",
    harm: "A client that knows the type ends the connection with PROTOCOL_ERROR.",
    doubt: "An end that does not implement RFC 9218 reads over the type.",
    not_blamed: "It is the one that may send it.",
    remedy: &["Leave PRIORITY_UPDATE to the client; order what is sent without a word about it."],
    symptoms: &["nghttp2: PRIORITY_UPDATE is received from server"],
    refs: &["RFC 9218 7.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([unknown(0x10, 0, &[0, 0, 0, 1])]),
    quiet: || Script::open().client([get(1)]).client([unknown(0x10, 0, &[0, 0, 0, 1])]),
    judges: &[Judge::On(&[On::PriorityUpdate, On::WrongStream, On::Malformed], from_server)],
};

/// PRIORITY_UPDATE malformed.
pub(in crate::rules) static BAD_PRIORITY_UPDATE: Rule = Rule {
    code: "PRI006",
    name: "bad-priority-update",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must", "tolerable"],
    view: View::Wire,
    rfc: &[rfc9113("5.3.2", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "PRIORITY_UPDATE malformed",
    why: "PRIORITY_UPDATE stands on stream 0 and names, in 4 octets, a request or a push that there is \
        or may be.",
    meaning: "A PRIORITY_UPDATE frame of the client stands on a stream other than 0; or is shorter than 4 \
        octets (then FRAME_SIZE_ERROR); or prioritizes stream 0; or a push that was never promised; \
        or makes the idle streams with a priority and the active streams together more than \
        MAX_CONCURRENT_STREAMS allows.",
    harm: "The server ends the connection.",
    doubt: "The first three stand in the frame alone. The last two need all frames of the server: \
        streams are not held against it where some are missing, and the limit is the greatest that \
        may be in force.",
    not_blamed: "The frame is its sender's doing.",
    remedy: &["Prioritize streams that are open or about to be opened, and count those that wait."],
    symptoms: &["nghttp2: PRIORITY_UPDATE: stream_id == 0"],
    refs: &["RFC 9218 7.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([unknown(0x10, 0, &[0, 0, 0, 0])]),
    quiet: || Script::open().client([unknown(0x10, 0, &[0, 0, 0, 1]), get(1)]),
    judges: &[Judge::On(&[On::PriorityUpdate, On::WrongStream, On::Malformed], malformed)],
};

fn is_priority_update(event: &Event<'_>, side: Side) -> bool {
    event.side() == side && event.frame() == Some(FrameType::PRIORITY_UPDATE)
}

fn from_server(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if is_priority_update(event, Side::Server) {
        verdict.say(Draft::against_sender(event, "The server sent PRIORITY_UPDATE.".to_owned()));
    }
}

fn malformed(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header().filter(|_| is_priority_update(event, Side::Client)) else { return };
    let whole = event.coverage.sides.server.whole();
    let (fault, told_by) = match event.fact.kind {
        Kind::WrongStream => (format!("on stream {}", header.stream), "stream"),
        Kind::Malformed(_) => (format!("of {} octets", header.length), "length"),
        Kind::PriorityUpdate { prioritized: StreamId::CONNECTION, .. } => ("for stream 0".to_owned(), "zero"),
        Kind::PriorityUpdate { prioritized, unpromised: true, .. } if whole => {
            (format!("for stream {prioritized}, which was never promised"), "push")
        }
        Kind::PriorityUpdate { waiting, limit, .. } if waiting > limit && whole => (
            format!("with which {waiting} streams are active or waiting; the server allows {limit}"),
            "limit",
        ),
        _ => return,
    };
    verdict.say(
        Draft::against_sender(event, format!("The client sent PRIORITY_UPDATE {fault}.")).told_by(told_by),
    );
}

#[cfg(test)]
mod tests {
    use super::BAD_PRIORITY_UPDATE;
    use crate::frame::Setting;
    use crate::rules::tests::finding;
    use crate::script::{Script, get, response, unknown};

    fn found(script: &Script) -> bool {
        finding(&BAD_PRIORITY_UPDATE, script).is_some()
    }

    fn ahead(limit: u32, streams: &[u8]) -> Script {
        let opened = Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, limit)]);
        streams.iter().fold(opened, |script, stream| script.client([unknown(0x10, 0, &[0, 0, 0, *stream])]))
    }

    #[test]
    fn fires_when_more_streams_wait_than_may_be_open_and_not_before() {
        assert!(!found(&ahead(2, &[1, 3])));
        assert!(!found(&ahead(2, &[1, 3, 3])));
        assert!(found(&ahead(2, &[1, 3, 5])));
    }

    #[test]
    fn quiet_when_those_that_waited_were_opened_and_are_over() {
        let over = ahead(2, &[1, 3]).client([get(1), get(3)]);
        let answered =
            over.server([1, 3].map(|stream| response(stream).map(crate::script::Wire::end_stream)));
        assert!(!found(&answered.client([unknown(0x10, 0, &[0, 0, 0, 5])])));
    }

    #[test]
    fn fires_on_a_push_that_nobody_promised() {
        assert!(found(&Script::open().client([unknown(0x10, 0, &[0, 0, 0, 2])])));
    }
}
