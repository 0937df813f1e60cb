//! Streams wait through long silences, and nobody checks that the connection is still there.

use crate::base::Signal;
use crate::base::{Side, Span};
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, counted, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, get, response};

/// Long idle periods with open streams and no PING.
pub(in crate::rules) static KEEPALIVE_MISSING: Rule = Rule {
    code: "HLT004",
    name: "keepalive-missing",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["predict"],
    view: View::Timer,
    rfc: &[rfc9113("6.7", None), rfc9113("8.7", None), rfc7540("6.7", None)],
    summary: "Long idle periods with open streams and no PING",
    why: "RFC 9113 section 6.7 lets either end check a connection that has fallen silent with PING.",
    meaning: "With at least one stream open, nothing passed on the connection for more than 60 s: no frame, no \
        PING, no TCP keepalive.",
    harm: "Load balancers and NAT that forget idle connections cut the waiting streams, and neither end hears \
        of it.",
    doubt: "A fact, and harmless on paths that forget nothing. Silence of both ends is what counts: as long as \
        segments pass nothing on the path forgets.",
    not_blamed: "It may wait for as long as it likes.",
    remedy: &[
        "Configure keepalive PING below the idle limits of the path (AWS ALB 60 s, Azure 240 s, AWS NLB 350 \
        s).",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .ack(Side::Server)
            .wait(Span::seconds(90))
            .server([response(1).map(Wire::end_stream)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .ack(Side::Server)
            .wait(Span::seconds(50))
            .server([response(1).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::Resumed], judge)],
};

/// The shortest idle limit that is common on paths.
const LONG: Span = Span::seconds(60);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Signal(Signal::Resumed { silent, .. }) = event.fact.kind else { return };
    let open = event.conn.streams.active(Side::Client);
    if silent > LONG && open > 0 {
        let message = format!(
            "Nothing passed for {silent} while {} open; no PING kept the path alive.",
            counted(open, "stream was", "streams were")
        );
        let draft = Draft::new(Culprit::Client, message, event.fact.start, event.fact.end)
            .at_most(Confidence::Likely)
            .over(silent)
            .shows(
                EvidenceRole::Cause,
                event.side(),
                event.fact.start,
                format!("the first segment after {silent}"),
            );
        verdict.say(draft);
    }
}
