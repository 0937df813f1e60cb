//! A malformed message that was taken as if it were good: the entry of request smuggling.

use crate::base::{Origin, Place, Side};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::ledger::{Due, Outcome};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, block, get, headers, response};

/// Malformed message answered as if it were good.
pub(in crate::rules) static MALFORMED_MESSAGE_ACCEPTED: Rule = Rule {
    code: "REA007",
    name: "malformed-message-accepted",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Reaction,
    rfc: &[rfc9113("8.1.1", Some(Level::Must)), rfc7540("8.1.2.6", Some(Level::Must))],
    summary: "Malformed message answered as if it were good",
    why: "A malformed request or response is a stream error, and an intermediary does not forward it.",
    meaning: "A request with a certain fault that makes it malformed got a 2xx or 3xx final response that began after \
        the server's TCP had acknowledged the octets which prove the fault; or a client took a malformed \
        response to its end, without RST_STREAM, GOAWAY or close.",
    harm: "Two ends that read one message differently are how requests are smuggled: CR, LF or NUL in values, \
        transfer-encoding, a content-length that does not fit, pseudo-header fields twice or out of place.",
    doubt: "A server need not detect everything; only what RFC 9113 makes a duty counts: field names and values, \
        connection-specific fields, pseudo-header fields, content-length. A response that began before \
        the proving octets were acknowledged was given to a request that still looked good: not judged. Where the fault shows only behind the first HEADERS, \
        the server may not have read that far: it takes two round trips and 50 ms to be likely, and to be certain an \
        answer to something later. \
        Client side likely at most, and only for responses that went on behind the fault: one that ends with it \
        may have failed inside the client without a frame.",
    not_blamed: "Its message is a finding of its own; not to take it is the receiver's part.",
    remedy: &["Validate messages before forwarding them: this is where HTTP/2 turns into smuggled HTTP/1.1."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["reaction_wait_s", "reaction_given_up_s", "proof_rtt", "proof_min_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End, Need::Hpack],
    folds_into: &[],
    fires: || {
        let request = block(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "example.com"),
            ("transfer-encoding", "chunked"),
        ]);
        Script::open()
            .client([headers(1, &request).map(Wire::end_stream)])
            .server([response(1).map(Wire::end_stream)])
            .close()
    },
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for due in event.ledger.dues() {
        if let Outcome::Accepted { at, status, since, confidence } = due.outcome(event) {
            verdict.say(draft(due, at, status, since).at_most(confidence));
        }
    }
}

fn draft(due: &Due, at: Origin, status: Option<u16>, since: Place) -> Draft {
    let (side, rule) = (due.debtor, due.cause.rule);
    let stream = due.cause.stream.unwrap_or_default();
    let fault =
        format!("{} in pkt {} (TCP acknowledged in pkt {})", rule.name, due.cause.start.at.pkt, since.pkt);
    let message = match status.filter(|_| side == Side::Server) {
        Some(status) => format!(
            "The server owed a stream error of type {} for {fault}, and answered stream {stream} with {status} in pkt {}.",
            rule.error_code, at.at.pkt
        ),
        None => format!(
            "The client owed a stream error of type {} for {fault}, and took the response on stream {stream} to its end in pkt {}.",
            rule.error_code, at.at.pkt
        ),
    };
    let mut draft = Draft::new(Culprit::of(side), message, due.cause.start, due.cause.end).told_by(rule.name);
    draft.stream = due.cause.stream;
    let draft = draft.at(at.at).caused_by(&due.cause).covered(due, since);
    match (side, status) {
        (Side::Server, Some(status)) => {
            draft.shows(EvidenceRole::Effect, side, at, format!(":status {status}"))
        }
        _ => draft
            .shows(EvidenceRole::Effect, side.peer(), at, "END_STREAM: taken without RST_STREAM")
            .at_most(Confidence::Likely),
    }
}
