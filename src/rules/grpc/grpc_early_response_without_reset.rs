//! Calls that the server has ended and the client goes on with.

use super::words;
use crate::base::{Side, Span, Time};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::grpc::{Call, Notice};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, Wire, answer, call, data, message, rst_stream};

/// Trailers before the request ended and no RST_STREAM NO_ERROR.
pub(in crate::rules) static GRPC_EARLY_RESPONSE_WITHOUT_RESET: Rule = Rule {
    code: "GRP017",
    name: "grpc-early-response-without-reset",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["grpc", "style"],
    view: View::Timer,
    rfc: &[],
    summary: "Trailers before the request ended and no RST_STREAM NO_ERROR",
    why: "A server that answers before the request has ended resets the stream with NO_ERROR, so that it \
        can be freed.",
    meaning: "A gRPC call is a request whose content-type begins with application/grpc, but not with \
        application/grpc-web. Fires when the server ended its side while the client had not, and neither \
        side reset the stream within 1 s: told when the client ends it or a side resets it later, or at \
        the end of the connection.",
    harm: "The stream stays half open and counts towards MAX_CONCURRENT_STREAMS until the client ends it.",
    doubt: "Needs both directions without a gap. Clients usually reset the stream themselves when they see \
        the status, so that little comes of it: information, in the strict level only.",
    not_blamed: "It may still be sending when the status arrives.",
    remedy: &["Send RST_STREAM with NO_ERROR behind early trailers."],
    symptoms: &[],
    refs: &["PROTOCOL-HTTP2 (gRPC over HTTP2)"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi"))])
            .server([answer(1, &[("grpc-status", "5")]).map(Wire::end_stream)])
            .wait(Span::seconds(2))
            .close()
    },
    quiet: || {
        Script::open()
            .client([call(1, &[]), data(1, &message(b"hi"))])
            .server([
                answer(1, &[("grpc-status", "5")]).map(Wire::end_stream),
                rst_stream(1, ErrorCode::NO_ERROR),
            ])
            .wait(Span::seconds(2))
            .close()
    },
    judges: &[Judge::On(&[On::CallNoticed], judge), Judge::Given(Given::Trouble, &[On::End], at_end)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let call = event.grpc.noticed(Notice::AnsweredFirst);
    if let Some(draft) = call.and_then(|call| left_open(call, event.fact.start.at.time)) {
        verdict.say(draft);
    }
}

fn at_end(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for call in event.grpc.all() {
        let open = call.sides.client.ended.is_none()
            && Side::BOTH.iter().all(|side| call.sides[*side].reset.is_none());
        if let Some(draft) = left_open(call, event.now.time).filter(|_| open && call.is_judged()) {
            verdict.say(draft);
        }
    }
}

/// A call whose server had ended it, and that was open until then all the same.
fn left_open(call: &Call, until: Time) -> Option<Draft> {
    let ended = call.sides.server.ended?;
    let over = until.since(ended.at.time);
    let message =
        format!("The server ended {} before the client had, and nobody reset it for {over}.", words(call));
    (over >= LONG).then(|| {
        Draft::new(Culprit::Server, message, ended, ended)
            .stream(call.stream)
            .over(over)
            .without(Need::Hpack)
            .shows(EvidenceRole::Cause, Side::Server, ended, "END_STREAM of the server")
    })
}

/// How long a stream may stay half open behind its status.
const LONG: Span = Span::seconds(1);
