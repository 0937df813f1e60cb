//! Octets that cannot be frames.

use crate::base::Origin;
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, Header};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, http1, unknown};

/// Octets that cannot be frames, without any gap.
pub(in crate::rules) static GARBAGE_BETWEEN_FRAMES: Rule = Rule {
    code: "FRM014",
    name: "garbage-between-frames",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc9113("4.1", Some(Level::Must)),
        rfc9113("4.2", Some(Level::Must)),
        rfc7540("4.1", Some(Level::Must)),
        rfc7540("4.2", Some(Level::Must)),
    ],
    summary: "Octets that cannot be frames, without any gap",
    why: "Frames follow each other without anything in between.",
    meaning: "Where a frame should begin, in a stream of octets without a hole, stand nine octets of text, \
        or, twice in a row, a header of an unknown type whose length is above what the receiver ever \
        allowed.",
    harm: "The receiver loses the frame boundary, and ends the connection with FRAME_SIZE_ERROR or \
        PROTOCOL_ERROR.",
    doubt: "Unknown types alone are legal, and one that is too long is told as that. Likely; certain \
        when the receiver answers it with FRAME_SIZE_ERROR or PROTOCOL_ERROR.",
    not_blamed: "It cannot find a frame in what it was sent.",
    remedy: &[
        "Let only one writer at a time write frames: two that share a socket interleave.",
        "Hold the length of the last good frame against what was written behind it.",
    ],
    symptoms: &[
        "any: FRAME_SIZE_ERROR",
        "PROTOCOL_ERROR: frame with unknown type and absurd length",
        "curl: (16) Error in the HTTP2 framing layer",
    ],
    refs: &["nghttp2/nghttp2#1076", "ithewei/libhv#670"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &["http1-answer-to-preface", "plaintext-to-tls-port"],
    fires: || Script::open().client([get(1)]).server([http1("HTTP/1.1 502 Bad Gateway\r\n\r\n")]),
    quiet: || Script::open().client([get(1)]).server([unknown(0xfa, 0, b"HTTP/1.1 502 Bad Gateway")]),
    judges: &[Judge::On(&[On::NotAFrame], judge), Judge::Given(Given::Error, &[On::Goaway], confirm)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header() {
        verdict.say(found(event, &header, event.fact.start).at_most(Confidence::Likely));
    }
}

/// The receiver says that it could not read them either.
fn confirm(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Goaway { code: ErrorCode::FRAME_SIZE_ERROR | ErrorCode::PROTOCOL_ERROR, .. } = event.fact.kind
    else {
        return;
    };
    let side = event.side();
    if let Some((header, start)) = event.conn.sides[side.peer()].not_a_frame.as_deref().copied()
        && start.tcp_end <= event.fact.start.peer_acked
    {
        let what = "GOAWAY: it cannot be read";
        let draft = found(event, &header, start).shows(EvidenceRole::Effect, side, event.fact.start, what);
        verdict.say(draft);
    }
}

fn found(event: &Event<'_>, header: &Header, start: Origin) -> Draft {
    let side = match event.fact.kind {
        Kind::Goaway { .. } => event.side().peer(),
        _ => event.side(),
    };
    let octets = header.octets();
    let shown = if header.is_text() {
        format!("\"{}\"", String::from_utf8_lossy(&octets).escape_debug())
    } else {
        format!("a header of {} with {} octets", header.kind, header.length)
    };
    let message = format!("Where a frame of the {} should begin stands {shown}.", side.word());
    let what = format!("not a frame: {shown}");
    Draft::new(Culprit::of(side), message, start, start).shows(EvidenceRole::Cause, side, start, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{goaway, settings};

    fn confidence(script: &Script) -> Option<Confidence> {
        finding(&GARBAGE_BETWEEN_FRAMES, script).map(|finding| finding.confidence)
    }

    fn garbled() -> Script {
        Script::open().client([get(1)]).server([http1("HTTP/1.1 502 Bad Gateway\r\n\r\n")])
    }

    #[test]
    fn certain_when_the_receiver_cannot_read_it_either() {
        assert_eq!(confidence(&garbled()), Some(Confidence::Likely));
        assert_eq!(
            confidence(&garbled().client([goaway(0, ErrorCode::FRAME_SIZE_ERROR)])),
            Some(Confidence::Certain)
        );
        assert_eq!(confidence(&garbled().client([goaway(0, ErrorCode::NO_ERROR)])), Some(Confidence::Likely));
    }

    #[test]
    fn a_strange_frame_is_none_only_when_another_one_follows() {
        let strange = || unknown(0xee, 1, &[7; 20_000]);
        assert_eq!(confidence(&Script::open().client([strange()])), None);
        assert_eq!(confidence(&Script::open().client([strange(), settings(&[]), strange()])), None);
        assert_eq!(confidence(&Script::open().client([strange(), strange()])), Some(Confidence::Likely));
    }
}
