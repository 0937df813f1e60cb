//! PINGs that a gRPC server with the usual settings takes amiss.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::grpc::Keepalive;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, call, ping};

/// PINGs faster than the default server policy allows.
pub(in crate::rules) static GRPC_KEEPALIVE_TOO_AGGRESSIVE: Rule = Rule {
    code: "GRP016",
    name: "grpc-keepalive-too-aggressive",
    since: "0.1.0",
    area: areas::GRPC,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["grpc"],
    view: View::Timer,
    rfc: &[],
    summary: "PINGs faster than the default server policy allows",
    why: "By default a gRPC server takes one PING in 5 minutes, in 2 hours without streams, and forgives \
        two that come sooner.",
    meaning: "On a connection with gRPC calls the client's PINGs are counted as gRFC A8 says: one that follows \
        another by less than 5 minutes with streams open, or by less than 2 hours without, is a strike, \
        and HEADERS or DATA of the server between them wipe the strikes away. Fires at the end when \
        there were more than 2 strikes in a row and the server did not close for it.",
    harm: "A server with the usual settings closes such a connection with too_many_pings, and every call on \
        it fails.",
    doubt: "What this server allows cannot be seen, and it did not complain: likely at most. PINGs that \
        measure bandwidth follow what the server sent and are wiped away with it. A server that closed \
        with too_many_pings is told by grpc-too-many-pings instead. Needs the frames of both sides \
        without a gap.",
    not_blamed: "It answers every PING and has not complained.",
    remedy: &[
        "Set the keepalive time of the client to 5 minutes or more, or agree on MinTime with whoever runs the server.",
    ],
    symptoms: &["grpc-core: Too many pings", "ENHANCE_YOUR_CALM: too_many_pings"],
    refs: &["gRFC A8"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || pings(Span::seconds(10)).close(),
    quiet: || pings(Span::seconds(301)).close(),
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// A call that waits, and four PINGs so far apart.
fn pings(apart: Span) -> Script {
    let script = Script::open().client([call(1, &[])]);
    [(); 4].iter().fold(script, |script, ()| {
        let answer = ping([1; 8]).map(|frame| frame.flag(1));
        script.wait(apart).client([ping([1; 8])]).server([answer])
    })
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let pings = event.grpc.keepalive();
    let Some((strikes, at)) = pings.worst.filter(|(strikes, _)| *strikes > Keepalive::FORGIVEN) else {
        return;
    };
    let goaways = &event.conn.sides.server.goaways;
    let told = goaways.iter().any(|goaway| goaway.code == ErrorCode::ENHANCE_YOUR_CALM);
    if event.grpc.count == 0 || told {
        return;
    }
    let interval = pings.interval().unwrap_or(Span::ZERO);
    let message = format!(
        "The client sent {} PINGs that followed each other after {interval} on average, {strikes} of them in a row too soon for a \
         gRPC server with the usual settings.",
        pings.bare.saturating_add(1)
    );
    let mut draft =
        Draft::new(Culprit::Client, message, at, at).over(Keepalive::LEAST).at_most(Confidence::Likely);
    if let Some(first) = pings.first_bare {
        draft = draft.shows(EvidenceRole::Context, Side::Client, first, "the first PING of the row");
    }
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, at, format!("PING: strike {strikes}")));
}
