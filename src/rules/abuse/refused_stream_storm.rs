//! A client that opens streams again and again although they are turned away.

use super::excess::{self, Bears};
use crate::base::Side;
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, rst_stream};

/// Client keeps opening streams that are refused.
pub(in crate::rules) static REFUSED_STREAM_STORM: Rule = Rule {
    code: "ABU015",
    name: "refused-stream-storm",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "Client keeps opening streams that are refused",
    why: "A stream that is refused is refused because there is too much; a server should watch for clients \
        that do not heed it.",
    meaning: "More than 100 streams are refused (REFUSED_STREAM, ENHANCE_YOUR_CALM), each opened within a second \
        after the client's TCP had acknowledged another refusal.",
    harm: "The server spends on refusals what it meant to save.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Streams of one burst, \
        opened before the first refusal arrived, never count.",
    not_blamed: "It refuses what exceeds its limit.",
    remedy: &["Client: respect MAX_CONCURRENT_STREAMS, and wait before trying again."],
    symptoms: &[
        "any: REFUSED_STREAM",
        "Node: Stream closed with error code NGHTTP2_REFUSED_STREAM",
        "Chrome: ERR_HTTP2_SERVER_REFUSED_STREAM",
        "OkHttp: stream was reset: REFUSED_STREAM",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        (0..110_u32).fold(Script::open(), |script, at| {
            let stream = at.saturating_mul(2).saturating_add(1);
            script.client([get(stream)]).server([rst_stream(stream, ErrorCode::REFUSED_STREAM)])
        })
    },
    quiet: || {
        let ids = || (0..110_u32).map(|at| at.saturating_mul(2).saturating_add(1));
        Script::open()
            .client(ids().map(get))
            .server(ids().map(|stream| rst_stream(stream, ErrorCode::REFUSED_STREAM)))
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[Bears { most: 100, words: "Node (100 refused streams)" }];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::Refusals]) else { return };
    let message = format!(
        "The client went on opening streams while {} of them were refused{}.",
        excess.count,
        excess::reacted(excess.count, BEAR)
    );
    verdict.say(excess::draft(event, excess, Side::Server, message, "refusal"));
}
