//! What the capture lacks of a connection: octets, a direction, the beginning; or has twice and not alike.

use crate::base::{Origin, Side, Span};
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, data, get, ping, post, response, trailers};

/// Segments that were acknowledged are not in the capture.
pub(in crate::rules) static PACKETS_MISSING: Rule = Rule {
    code: "CAP002",
    name: "packets-missing",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "Segments that were acknowledged are not in the capture",
    why: "What a receiver acknowledged was on the wire.",
    meaning: "A TCP sequence range was never seen although the other side acknowledged it (or acknowledged \
        beyond it).",
    harm: "What depends on the missing octets is not judged.",
    doubt: "The acknowledgement shows that the receiver had the octets: they are missing in the capture, not \
        on the network. Say which direction, how many octets, and which rules are muted there. Without \
        the acknowledgement it is network loss and no matter of the capture.",
    not_blamed: "",
    remedy: &["Capture on the host itself or on a less loaded mirror port; look at the drop counter of the \
        capture tool."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1)])
            .client([data(1, &[7; 400])])
            .server([response(1)])
            .client([data(1, b"x").map(Wire::end_stream)])
            .server([trailers(1)])
            .wait(Span::seconds(1))
            .close()
            .lose(7)
    },
    quiet: || Script::open().client([post(1)]).client([data(1, b"x").map(Wire::end_stream)]).close(),
    judges: &[Judge::Given(Given::Trouble, &[On::End], missing)],
};

/// Only one direction of the connection was captured.
pub(in crate::rules) static ONE_DIRECTION: Rule = Rule {
    code: "CAP003",
    name: "one-direction",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "Only one direction of the connection was captured",
    why: "A TCP connection has two directions.",
    meaning: "Payload or acknowledgements of one side prove that the other side sent, but none of its segments \
        are in the capture.",
    harm: "What one side answers to is not judged.",
    doubt: "Fact. Wire and own rules of the visible side stay; what it says about the other side only \
        acquits.",
    not_blamed: "",
    remedy: &["Check asymmetric routing and the mirror port's direction setting."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close().only(Side::Client)
    },
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Given(Given::Trouble, &[On::End], one_direction)],
};

/// The capture starts in the middle of the connection.
pub(in crate::rules) static JOINED_MIDSTREAM: Rule = Rule {
    code: "CAP005",
    name: "joined-midstream",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "The capture starts in the middle of the connection",
    why: "A connection begins with a handshake and a preface.",
    meaning: "First segment of the connection is not a SYN and the first octets are neither a preface nor a \
        TLS hello. Told of HTTP/2 and of TLS, which may hold it.",
    harm: "Windows, concurrency, identifier order and older HPACK entries are not judged.",
    doubt: "Fact. Nothing is said of windows, concurrency, identifier order, idle or closed states, unexpected \
        acknowledgements, HPACK entries from before, and preface rules. Limits become known again by a \
        SETTINGS and its ACK inside the capture.",
    not_blamed: "",
    remedy: &["Start the capture before the connection is opened; restart the client."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([1; 8]), ping([2; 8]), get(1)])
            .server([response(1).map(Wire::end_stream)])
            .close()
            .without_first(6)
    },
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[
        Judge::Given(Given::Trouble, &[On::End], midstream),
        Judge::Given(Given::Tls, &[On::Negotiated], joined_tls),
    ],
};

/// Two copies of the same TCP octets differ.
pub(in crate::rules) static CONFLICTING_RETRANSMISSION: Rule = Rule {
    code: "CAP008",
    name: "conflicting-retransmission",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Between, Culprit::Client, Culprit::Server, Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "Two copies of the same TCP octets differ",
    why: "A retransmission carries the octets that were sent first.",
    meaning: "A retransmitted or overlapping segment carries other octets than the first copy at the same \
        sequence numbers.",
    harm: "Which copy the receiver took cannot be seen; the first one is judged.",
    doubt: "The receiver's choice cannot be seen: the first copy is used, and findings that rest on the \
        differing octets are possible at most. A failing network card, an inserting middlebox or a \
        capture fault look alike.",
    not_blamed: "",
    remedy: &["Compare a capture from the other end; look for devices that rewrite or inject TCP."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || Script::open().client([ping([1; 8])]).repeat_with(6, 0x5a).close(),
    quiet: || Script::open().client([ping([1; 8])]).repeat_with(6, 0).close(),
    judges: &[Judge::Given(Given::Trouble, &[On::End], conflicting)],
};

/// HTTP/2 frame boundaries were lost after a gap and found again.
pub(in crate::rules) static FRAME_BOUNDARIES_LOST: Rule = Rule {
    code: "CAP009",
    name: "frame-boundaries-lost",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "HTTP/2 frame boundaries were lost after a gap and found again",
    why: "Frames follow each other without a gap.",
    meaning: "After a gap the next frame header had to be searched for. Told are the octet offset, the octets skipped \
        and where synchronisation was regained.",
    harm: "Findings behind the gap are less certain until eight frames followed.",
    doubt: "Fact about the analysis of this capture. Findings after it are likely at most until eight \
        plausible frames follow one another. Without a gap see garbage-between-frames.",
    not_blamed: "",
    remedy: &["Capture without loss."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([1; 8])])
            .client([ping([2; 8]), ping([3; 8]), ping([4; 8])])
            .ack(Side::Server)
            .wait(Span::seconds(1))
            .close()
            .lose(6)
    },
    quiet: || {
        Script::open().client([ping([1; 8])]).client([ping([2; 8]), ping([3; 8]), ping([4; 8])]).close()
    },
    judges: &[Judge::On(&[On::Resynchronised], boundaries)],
};

fn missing(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let seen = event.coverage.sides[side].lost();
        let Some(at) = seen.gap_at.filter(|_| seen.missing > 0) else { continue };
        let message = format!(
            "{} octets of the {} are not in the capture, although the {} acknowledged them.",
            seen.missing,
            side.word(),
            side.peer().word()
        );
        verdict.say(
            note(side, at, message, "acknowledges or follows octets that the capture lacks")
                .told_by(side.word()),
        );
    }
}

fn one_direction(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let heard = event.conn.sides[side.peer()].total() > 0;
        if event.coverage.sides[side].absent && heard {
            let message = format!("No packet of the {} is in the capture.", side.word());
            let first = Origin { at: event.conn.transport.first, ..Origin::default() };
            verdict.say(note(side.peer(), first, message, "the only direction that was captured"));
        }
    }
}

fn midstream(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let transport = &event.conn.transport;
    let handshake = transport.syn.client.is_some() || transport.syn.server.is_some();
    if !handshake && event.conn.preface.is_none() {
        let message = "The capture starts in the middle of the connection.".to_owned();
        let first = Origin { at: transport.first, ..Origin::default() };
        verdict.say(note(Side::Client, first, message, "first packet: neither SYN nor preface"));
    }
}

/// TLS of which the hellos are missing is never known to be HTTP/2.
fn joined_tls(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.tls.is_some_and(|seen| seen.client_hello.is_none()) {
        midstream(event, verdict);
    }
}

fn conflicting(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let Some(at) = event.coverage.sides[side].lost().differs else { continue };
        let message =
            format!("Octets of the {} were sent twice and differ; the first copy is judged.", side.word());
        let origin = Origin { at, ..Origin::default() };
        let draft = Draft::new(Culprit::Between, message, origin, origin)
            .shows(EvidenceRole::Cause, side, origin, "repeats octets with another content")
            .told_by(side.word());
        verdict.say(draft);
    }
}

fn boundaries(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Resynchronised { skipped } = event.fact.kind else { return };
    let side = event.side();
    let Some(lost) = event.coverage.sides[side].lost().unsynchronised else { return };
    let message = format!(
        "Frame boundaries of the {} were lost at pkt {lost} and found again {skipped} octets behind the gap.",
        side.word()
    );
    verdict.say(note(side, event.fact.start, message, "frames are found again here").told_by(side.word()));
}

fn note(side: Side, at: Origin, message: String, what: &str) -> Draft {
    Draft::new(Culprit::Capture, message, at, at).shows(EvidenceRole::Cause, side, at, what)
}
