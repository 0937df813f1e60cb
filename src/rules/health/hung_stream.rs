//! A request that nobody answers, while others are.

use crate::base::{Origin, Place, Side, Span, Time};
use crate::conn::{On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::StreamId;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::Wire;
use crate::script::{Script, get, response};

/// Request without answer.
pub(in crate::rules) static HUNG_STREAM: Rule = Rule {
    code: "HLT011",
    name: "hung-stream",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[],
    summary: "Request without answer",
    why: "A request that is complete waits for its response; the protocol sets no deadline.",
    meaning: "The request had ended and the server's TCP had acknowledged it; for more than 30 s (default) no \
        HEADERS and no RST_STREAM came for it while other streams went on, and the capture of the \
        connection goes on beyond that time.",
    harm: "The caller hangs, often without a deadline of its own.",
    doubt: "Long polling and streams of events look alike: info, and likely at most; for gRPC possible, since \
        a call may be of a streaming kind. A response that waited for stream credit is left out. The end \
        of the capture is no waiting.",
    not_blamed: "Its request was complete and had arrived.",
    remedy: &["Look at the server's handler for this path.", "Give requests a deadline."],
    symptoms: &[
        "Go: http2: timeout awaiting response headers",
        "Envoy: upstream request timeout",
        "Envoy: stream timeout",
    ],
    refs: &[],
    h2spec: &[],
    options: &["hung_stream_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let open = Script::open().client([get(1)]).ack(Side::Server).wait(Span::seconds(40));
        open.client([get(3)]).server([response(3).map(Wire::end_stream)])
    },
    quiet: || {
        let open = Script::open().client([get(1)]).ack(Side::Server).wait(Span::seconds(20));
        open.client([get(3)]).server([response(3).map(Wire::end_stream)])
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let streams = || event.conn.streams.iter();
    let spoke = || streams().filter_map(|stream| stream.sent.server.last.map(|last| (last.time, stream.id)));
    let Some(latest) = spoke().map(|(time, _)| time).max() else { return };
    let long = |(stream, asked): &(&Stream, Place)| {
        answered_by(stream, latest).since(asked.time) > event.options.hung_stream
    };
    let asked = streams().filter_map(|stream| Some((stream, asked(event, stream)?)));
    let mut hung: Vec<(&Stream, Place)> = asked.filter(long).collect();
    if hung.is_empty() {
        return;
    }
    hung.sort_by_key(|(stream, _)| stream.id);
    let mut spoke: Vec<(Time, StreamId)> = spoke().collect();
    spoke.sort_unstable();
    for (stream, asked) in hung {
        let answered = stream.answered.map(|answer| answer.at.time);
        let until = answered_by(stream, latest);
        let waited = until.since(asked.time);
        let due = asked.time.after(event.options.hung_stream);
        let from = spoke.partition_point(|(time, _)| *time <= due);
        let mut later = spoke.iter().skip(from).take(2);
        let others = later.any(|(time, id)| *id != stream.id && (*time <= until || answered.is_some()));
        if !others {
            continue;
        }
        let end = if answered.is_some() { "was answered after" } else { "has not been answered for" };
        let message =
            format!("The request on stream {} {end} {waited}, while other streams went on.", stream.id);
        let confidence = if stream.grpc { Confidence::Possible } else { Confidence::Likely };
        let proof = Origin { at: asked, tcp_end: 0, peer_acked: stream.opened_end };
        let draft = Draft::new(Culprit::Server, message, stream.opened, stream.opened)
            .at_most(confidence)
            .stream(stream.id.0)
            .over(waited)
            .shows(EvidenceRole::Cause, Side::Client, stream.opened, "the request")
            .shows(EvidenceRole::Proof, Side::Server, proof, "TCP ACK: the request arrived");
        verdict.say(draft);
    }
}

/// When the wait for an answer was over, or as late as can be seen.
fn answered_by(stream: &Stream, latest: Time) -> Time {
    stream.answered.map(|answer| answer.at.time).or(stream.closed).unwrap_or(latest)
}

/// Where the server's TCP had acknowledged the whole request, for one that could be answered.
fn asked(event: &Event<'_>, stream: &Stream) -> Option<Place> {
    let ended = stream.sent.client.ended?;
    let free = stream.opened_by == Side::Client && !stream.irregular && stream.sent.server.window > 0;
    let offset = ended.tcp_end.saturating_add(9).max(if stream.opened_end == u64::MAX {
        0
    } else {
        stream.opened_end
    });
    event.conn.sides.server.knowledge.covered_since(offset).filter(|_| free)
}
