//! The first frame of a side is not SETTINGS.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, ping, preface, settings, settings_ack};

/// First frame from the server is not SETTINGS.
pub(in crate::rules) static SERVER_FIRST_FRAME_NOT_SETTINGS: Rule = Rule {
    code: "PRE002",
    name: "server-first-frame-not-settings",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "First frame from the server is not SETTINGS",
    why: "The server's connection preface is a SETTINGS frame, and nothing may come before it.",
    meaning: "First complete HTTP/2 frame in the server's byte stream is of another type, or is SETTINGS with \
        the ACK flag.",
    harm: "Clients reject the connection: they cannot tell such a peer from one that does not speak HTTP/2.",
    doubt: "Own-stream fact: needs the first server octets (no mid-stream start, no gap). After an invalid \
        client preface a lone GOAWAY is tolerated (RFC 9113 3.4 even allows to omit it).",
    not_blamed: "What the server sends first does not depend on the client.",
    remedy: &[
        "Queue SETTINGS before anything else, also before the ACK of the client's SETTINGS and before \
        GOAWAY on overload.",
    ],
    symptoms: &[
        "nghttp2: SETTINGS expected",
        "Go: protocol error: received *http2.… before a SETTINGS frame",
        "grpc-go: initial http2 frame from server is not a settings frame: *http2.…",
        "Netty: First received frame was not SETTINGS. Hex dump for first 5 bytes: …",
        "nghttp2, curl: Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, \
        peer does not support HTTP/2 properly.",
    ],
    refs: &[],
    h2spec: &["http2/3.5/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &["http1-answer-to-preface", "plaintext-to-tls-port"],
    fires: || Script::connect().client([preface(), settings(&[])]).server([ping([1; 8]), settings(&[])]),
    quiet: || Script::connect().client([preface(), settings(&[])]).server([settings(&[]), settings_ack()]),
    judges: &[Judge::On(&[On::WrongFirstFrame], server)],
};

/// Client preface not followed by SETTINGS.
pub(in crate::rules) static MISSING_CLIENT_SETTINGS: Rule = Rule {
    code: "PRE007",
    name: "missing-client-settings",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "Client preface not followed by SETTINGS",
    why: "The client's connection preface ends with a SETTINGS frame, which may be empty but not absent.",
    meaning: "First frame after the 24 octets is not SETTINGS or is SETTINGS with ACK; or the connection ends \
        after the preface alone with the server having sent SETTINGS.",
    harm: "Servers answer with GOAWAY PROTOCOL_ERROR or wait for SETTINGS until a timeout.",
    doubt: "Own-stream fact. For the \"ends after the preface\" variant an orderly FIN without loss is needed.",
    not_blamed: "It may send its own SETTINGS at any time; it need not wait for the client's.",
    remedy: &["Send a SETTINGS frame (it may be empty) in the same write as the preface."],
    symptoms: &[
        "grpc-go: transport: http2Server.HandleStreams saw invalid preface type … from client",
        "grpc-go: transport: http2Server.HandleStreams failed to read initial settings frame: …",
        "Go: timeout waiting for SETTINGS frames from …",
        "Netty: First received frame was not SETTINGS. Hex dump for first 5 bytes: …",
        "nghttp2: SETTINGS expected",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Start],
    folds_into: &[],
    fires: || Script::connect().client([preface(), get(1)]),
    quiet: || Script::connect().client([preface(), settings(&[]), get(1)]),
    judges: &[
        Judge::On(&[On::WrongFirstFrame], client),
        Judge::Given(Given::Trouble, &[On::End], preface_alone),
    ],
};

fn server(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let lone_goaway = event.conn.preface.is_none() && event.frame() == Some(FrameType::GOAWAY);
    if event.side() == Side::Server && !lone_goaway {
        verdict.say(Draft::against_sender(event, message(event)));
    }
}

fn client(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.side() == Side::Client {
        verdict.say(Draft::against_sender(event, message(event)));
    }
}

/// The client closed in order behind the 24 octets, although the server had sent SETTINGS.
fn preface_alone(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    let (Some(preface), None) = (conn.preface, conn.sides.client.first_frame) else { return };
    let Some((fin, true)) = conn.transport.fin(Side::Client) else { return };
    if fin.tcp_end != preface.tcp_end || conn.sides.server.settings.sent() == 0 {
        return;
    }
    let message = "The client closed right behind its connection preface, without SETTINGS.".to_owned();
    let draft = Draft::new(Culprit::Client, message, preface, fin)
        .shows(EvidenceRole::Cause, Side::Client, preface, "connection preface")
        .shows(EvidenceRole::Proof, Side::Client, fin, "FIN: no octet between");
    verdict.say(draft);
}

fn message(event: &Event<'_>) -> String {
    let who = event.side().word();
    match (event.frame(), event.header()) {
        (Some(FrameType::SETTINGS), _) => {
            format!(
                "The first frame of the {who} is the ACK of its peer's SETTINGS, not SETTINGS of its own."
            )
        }
        (_, Some(header)) => format!("The first frame of the {who} is {}, not SETTINGS.", header.kind),
        _ => format!("The first frame of the {who} is not SETTINGS."),
    }
}
