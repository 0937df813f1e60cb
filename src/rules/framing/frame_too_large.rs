//! Frames longer than the receiver allows.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post};

/// Frame longer than the receiver allows.
pub(in crate::rules) static FRAME_TOO_LARGE: Rule = Rule {
    code: "FRM001",
    name: "frame-too-large",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[
        rfc9113("4.1", Some(Level::Must)),
        rfc9113("4.2", Some(Level::Must)),
        rfc7540("4.1", Some(Level::Must)),
        rfc7540("4.2", Some(Level::Must)),
    ],
    summary: "Frame longer than the receiver allows",
    why: "A frame is at most as long as the receiver's MAX_FRAME_SIZE allows.",
    meaning: "Payload length exceeds the largest MAX_FRAME_SIZE that the receiver may have granted: 16384 \
        until a larger value passed the tap; after X acknowledged a smaller value only that value \
        counts. Stream error for DATA and other stream frames, connection error for HEADERS, \
        PUSH_PROMISE, CONTINUATION, SETTINGS and anything on stream 0.",
    harm: "The receiver ends the connection or the stream with FRAME_SIZE_ERROR.",
    doubt: "Permissive ledger: max(last acknowledged, all outstanding values that passed). Needs the \
        receiver's SETTINGS: with the receiver's direction missing only lengths above 16777215 are \
        impossible and nothing else is judged. Header octets alone suffice.",
    not_blamed: "The limit is its own to set, and it had not granted more.",
    remedy: &[
        "Split the payload at the peer's SETTINGS_MAX_FRAME_SIZE; use CONTINUATION for long field blocks.",
    ],
    symptoms: &[
        "nghttp2: too large frame size",
        "Go: http2: frame too large",
        "any: FRAME_SIZE_ERROR",
        "nginx: upstream sent too large http2 frame: …",
        "curl: (16) Error in the HTTP2 framing layer",
    ],
    refs: &[],
    h2spec: &["http2/4.2/2", "http2/4.2/3", "client/4.2/2", "client/4.2/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([data(1, &[0; 16_385])]),
    quiet: || {
        Script::open_with(&[], &[(Setting::MAX_FRAME_SIZE, 20_000)])
            .client([post(1)])
            .client([data(1, &[0; 16_385])])
    },
    judges: &[Judge::On(&[On::Oversized], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::Oversized { limit }, Some(header)) = (event.fact.kind, event.header()) else { return };
    let side = event.side();
    let message = format!(
        "The {} sent {} of {} octets; the {} allows {limit}.",
        side.word(),
        header.kind,
        header.length,
        side.peer().word()
    );
    let peer = &event.conn.sides[side.peer()].settings;
    let set = peer.listed().filter(|sent| sent.values.get(Setting::MAX_FRAME_SIZE) == Some(limit)).last();
    let mut draft = Draft::against_sender(event, message);
    if let Some(set) = set {
        draft = draft.shows(
            EvidenceRole::Context,
            side.peer(),
            set.start,
            format!("SETTINGS MAX_FRAME_SIZE = {limit}"),
        );
    }
    verdict.say(draft);
}
