//! More streams than the peer allows.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, response};

/// More streams open than the peer allows.
pub(in crate::rules) static MAX_CONCURRENT_STREAMS_EXCEEDED: Rule = Rule {
    code: "STS013",
    name: "max-concurrent-streams-exceeded",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR or REFUSED_STREAM",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc9113("5.1.2", Some(Level::Must)), rfc7540("5.1.2", Some(Level::Must))],
    summary: "More streams open than the peer allows",
    why: "No more streams are open at once than the peer's MAX_CONCURRENT_STREAMS allows.",
    meaning: "At X's HEADERS (or first pushed HEADERS) the number of X-initiated streams that X must still \
        count as open exceeds the limit. Count minimally: a stream is gone as soon as X ended or reset \
        it and the peer's END_STREAM or RST_STREAM passed the tap. Limit maximally: no limit before the \
        peer's SETTINGS passed; after X's SETTINGS ACK the acknowledged value; increases at once. \
        Reserved streams do not count.",
    harm: "The peer refuses the stream with REFUSED_STREAM or ends the connection with PROTOCOL_ERROR.",
    doubt: "Own SETTINGS ACK fixes the limit exactly; needs all streams from the start (mid-stream start: \
        not judged). A late END_STREAM only lowers the count, so permissive counting cannot blame \
        falsely.",
    not_blamed: "The limit was its own to set, and had been acknowledged.",
    remedy: &["Queue requests until a stream closes; apply the limit before acknowledging SETTINGS."],
    symptoms: &[
        "any: REFUSED_STREAM",
        "Netty: Maximum active streams violated for this endpoint: …",
        "nginx: concurrent streams exceeded 128",
        "Node: Stream closed with error code NGHTTP2_REFUSED_STREAM",
        "Envoy: upstream reset before response started: remote refused stream reset",
        "hyper-h2: Max inbound streams is 100, 101 open",
    ],
    refs: &[],
    h2spec: &["http2/5.1.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || {
        Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 1)]).client([get(1)]).client([get(3)])
    },
    quiet: || {
        Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 1)])
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .client([get(3)])
    },
    judges: &[Judge::On(&[On::TooManyStreams], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::TooManyStreams { open, limit } = event.fact.kind else { return };
    let side = event.side();
    let peer = side.peer();
    let message = format!("The {} has {open} streams open; the {} allows {limit}.", side.word(), peer.word());
    let mut draft = Draft::against_sender(event, message);
    let settings = &event.conn.sides[peer].settings;
    let set = settings
        .listed()
        .filter(|sent| sent.values.get(Setting::MAX_CONCURRENT_STREAMS) == Some(limit))
        .last();
    if let Some(set) = set {
        draft = draft.shows(
            EvidenceRole::Cause,
            peer,
            set.start,
            format!("SETTINGS MAX_CONCURRENT_STREAMS = {limit}"),
        );
        if let Some(acked) = set.acked {
            draft = draft
                .knowing("the limit was acknowledged", format!("pkt {} is the SETTINGS ACK", acked.at.pkt))
                .shows(EvidenceRole::Proof, side, acked, "SETTINGS ACK: from here the limit binds");
        }
    }
    verdict.say(draft);
}
