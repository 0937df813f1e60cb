//! The server never sends its SETTINGS: the cmux bug, deadlock shape.

use crate::base::{Origin, Place, Side, Span};
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, preface, settings};

/// Server never sent its SETTINGS preface.
pub(in crate::rules) static MISSING_SERVER_SETTINGS: Rule = Rule {
    code: "PRE001",
    name: "missing-server-settings",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Timer,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "Server never sent its SETTINGS preface",
    why: "A server must send SETTINGS as its first frame, whatever the client does after its preface.",
    meaning: "Connection is HTTP/2 by client preface; the server's TCP acknowledged the 24-octet preface and \
        the client's SETTINGS; the server sent no HTTP/2 octet to the end, and (a) the client ended the \
        connection at least 1 s (default) after that acknowledgement, or (b) the configured wait \
        (default 5 s) was over when the connection or the capture ended. (c) The server itself closed \
        without an HTTP/2 octet before that, and before any end of the client: a warning, for it refused the connection. The finding tells the \
        elapsed time, who closed, and whether the client had sent HEADERS.",
    harm: "Clients that wait for the server's SETTINGS (grpc-go since 1.18, grpc-java, Netty) hang until \
        their connect timeout.",
    doubt: "Certain when the connection's end was captured, the acknowledging segment was seen, and no \
        server octet can have been lost: the client's last segment acknowledges exactly the server's \
        first octet (ISN + 1; under TLS nothing beyond the captured server octets), or the server's FIN \
        carries that number. A client RST without ACK proves nothing. An acknowledgement beyond that \
        shows server octets that the capture lacks: not judged. Else, also when still open at the end of \
        the capture: likely. SETTINGS that come late withdraw the finding; see \
        server-settings-only-after-headers. No acknowledgement of the preface: not judged (network \
        loss). Under TLS decrypted application octets count, handshake and NewSessionTicket records do not. \
        RFC sets no deadline, therefore the elapsed time is evidence, not the rule; a client that leaves \
        within 1 s (port check, cancelled dial) gave the server no time: not judged. What the server \
        sent before the preface arrived counts, a FIN that it sent before that is (c). A server that \
        closes at once without any octet because the client preface was invalid is acquitted.",
    not_blamed: "Its preface is complete; waiting for SETTINGS is allowed.",
    remedy: &[
        "Go with cmux: use MatchWithWriters and HTTP2MatchHeaderFieldSendSettings, or better give gRPC its own port.",
        "Send SETTINGS as soon as the connection is accepted, before reading any request: a multiplexer that waits for \
         HEADERS hangs every client that waits for SETTINGS (grpc-java, Netty, grpc-go).",
        "In front of Go's net/http or x/net server the SendSettings matchers break in another way: see two-http2-stacks.",
    ],
    symptoms: &[
        "grpc-go: failed to receive server preface within timeout",
        "grpc-go (old): timed out waiting for server handshake",
        "grpc-go: error reading server preface: …",
        "grpc-go: context deadline exceeded",
        "grpc-core: connection attempt timed out before receiving SETTINGS frame",
        "grpc-java: DEADLINE_EXCEEDED: … waiting_for_connection",
        ".NET: An HTTP/2 connection could not be established because the server did not complete the \
        HTTP/2 handshake.",
    ],
    refs: &[
        "soheilhy/cmux#22",
        "soheilhy/cmux#64",
        "grpc/grpc-java#2862",
        "grpc/grpc-go#2406",
        "grpc/grpc-go#2636",
    ],
    h2spec: &["http2/3.5/1", "client/1/1", "generic/1/1"],
    options: &["preface_wait_s", "preface_given_up_s"],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::Acks, Need::End],
    folds_into: &["http1-answer-to-preface", "plaintext-to-tls-port"],
    fires: || {
        Script::connect().client([preface(), settings(&[])]).ack(Side::Server).wait(Span::seconds(20)).close()
    },
    quiet: || {
        Script::connect().client([preface(), settings(&[])]).ack(Side::Server).wait(Span::millis(300)).close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// How the waiting ended.
struct Wait {
    acked: Place,
    over: Span,
    ended: Ended,
    end: Option<Origin>,
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(wait) = waited(event) else { return };
    let given_up = wait.over >= event.options.preface_given_up && is_by(wait.ended, Side::Client);
    let expired = wait.over >= event.options.preface_wait;
    let alone = event.coverage.sides.client.whole();
    let innocent = event.offences.client == 0;
    let refused = is_by(wait.ended, Side::Server) && !expired && alone && innocent;
    if !(given_up || expired || refused) {
        return;
    }
    let message = if refused { REFUSED.to_owned() } else { message(&wait) };
    let mut draft = Draft::new(Culprit::Server, message, event.fact.start, event.fact.end)
        .over(wait.over)
        .knowing("the server received the preface", format!("pkt {} acknowledges it", wait.acked.pkt));
    draft = evidence(event, &wait, draft);
    if expired {
        draft = draft.without(Need::End);
    }
    if refused {
        draft = draft.severity(Severity::Warning);
    } else if event.conn.sides.client.first_headers.is_none() {
        draft = draft.maybe("protocol multiplexer (cmux)");
    }
    verdict.say(draft.at_most(confidence(event, &wait)));
}

/// The silence after the server's TCP acknowledged preface and SETTINGS; `None` when it said anything, or may have.
fn waited(event: &Event<'_>) -> Option<Wait> {
    let conn = event.conn;
    conn.preface?;
    let (settings, _) = conn.sides.client.settings.oldest()?;
    let silent = conn.spoke.server.is_none() && conn.sides.client.knowledge.covered() == 0;
    let acked = conn.sides.server.knowledge.covered_since(settings.end.tcp_end)?;
    let (ended, end) = conn.transport.ended();
    let until = end.map_or(event.now, |end| end.at);
    silent.then_some(Wait { acked, over: until.time.since(acked.time), ended, end })
}

/// Certain only when the end itself shows that no octet of the server can have been lost.
fn confidence(event: &Event<'_>, wait: &Wait) -> Confidence {
    let transport = &event.conn.transport;
    let shown = match wait.ended {
        Ended::Fin(Side::Client) => true,
        Ended::Fin(Side::Server) => transport.fin(Side::Server).is_some_and(|(fin, _)| fin.tcp_end == 0),
        Ended::Rst(Side::Client) => transport.rst(Side::Client).is_some_and(|(_, acknowledges)| acknowledges),
        Ended::Rst(Side::Server) => transport.rst(Side::Server).is_some_and(|(rst, _)| rst.tcp_end == 0),
        Ended::Open => false,
    };
    if shown { Confidence::Certain } else { Confidence::Likely }
}

fn is_by(ended: Ended, side: Side) -> bool {
    ended == Ended::Fin(side) || ended == Ended::Rst(side)
}

const REFUSED: &str = "The server closed the connection without having sent its SETTINGS frame.";

fn message(wait: &Wait) -> String {
    let over = wait.over;
    match wait.ended {
        Ended::Fin(Side::Client) | Ended::Rst(Side::Client) => {
            format!("The server never sent its SETTINGS frame; the client waited {over} and gave up.")
        }
        Ended::Fin(Side::Server) | Ended::Rst(Side::Server) => {
            format!("The server never sent its SETTINGS frame and closed after {over}.")
        }
        Ended::Open => {
            format!("The server has not sent its SETTINGS frame for {over}; the capture ends there.")
        }
    }
}

fn evidence(event: &Event<'_>, wait: &Wait, draft: Draft) -> Draft {
    let conn = event.conn;
    let Some((settings, _)) = conn.sides.client.settings.oldest() else { return draft };
    let octets = settings.end.tcp_end;
    let proof = Origin { at: wait.acked, tcp_end: 0, peer_acked: octets };
    let sent = if settings.values.iter().next().is_some() {
        "preface, SETTINGS"
    } else {
        "preface, SETTINGS (empty)"
    };
    let what = format!("{sent}, {octets} octets");
    let draft = draft.shows(EvidenceRole::Cause, Side::Client, settings.start, what).shows(
        EvidenceRole::Proof,
        Side::Server,
        proof,
        format!("TCP ACK only: all {octets} octets arrived"),
    );
    match (wait.ended, wait.end) {
        (Ended::Fin(side), Some(end)) => draft.shows(EvidenceRole::Effect, side, end, "FIN"),
        (Ended::Rst(side), Some(end)) => draft.shows(EvidenceRole::Effect, side, end, "RST"),
        _ => draft,
    }
}
