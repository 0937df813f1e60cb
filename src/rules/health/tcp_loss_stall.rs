//! One lost segment stops every stream behind it.

use crate::base::Signal;
use crate::base::{Side, Span};
use crate::conn::{Kind, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, data, get, response};

/// TCP loss stops all streams of the connection.
pub(in crate::rules) static TCP_LOSS_STALL: Rule = Rule {
    code: "HLT017",
    name: "tcp-loss-stall",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Between],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[],
    summary: "TCP loss stops all streams of the connection",
    why: "TCP delivers in order: a segment that is lost holds back the octets of all streams behind it.",
    meaning: "Octets that were in the capture had to wait for at least 100 ms (default) for others before them \
        that were lost and sent again. Several streams must have been open then.",
    harm: "All streams of the connection stand still, whichever the loss belongs to.",
    doubt: "That it was lost and sent again is a fact; only what was lost before the tap is seen: behind a loss \
        further on nothing in the capture waits. Likely.",
    not_blamed: "",
    remedy: &[
        "Look at the path.",
        "Spread requests over two connections, or use HTTP/3 where losses are common.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["stall_ms"],
    needs: &[Need::Time, Need::Acks],
    folds_into: &[],
    fires: || {
        let open = Script::open().client([get(1), get(3)]).server([response(1), response(3)]);
        open.server([data(1, b"lost")])
            .overtaken(Span::millis(300), |script| script.server([data(3, b"behind")]))
    },
    quiet: || {
        let open = Script::open().client([get(1), get(3)]).server([response(1), response(3)]);
        open.server([data(1, b"late")])
            .overtaken(Span::millis(20), |script| script.server([data(3, b"behind")]))
    },
    judges: &[Judge::On(&[On::Refilled], judge)],
};

/// A stream alone waits for itself.
const SEVERAL: u32 = 2;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Signal(Signal::Refilled { waited }) = event.fact.kind else { return };
    let streams = event.conn.streams.active(Side::Client);
    if waited < event.options.thresholds.stall || streams < SEVERAL {
        return;
    }
    let side = event.side();
    let message = format!(
        "A segment of the {} was lost; {streams} open streams stood still for {waited} until it was sent again.",
        side.word()
    );
    let draft = Draft::new(Culprit::Between, message, event.fact.start, event.fact.end)
        .at_most(Confidence::Likely)
        .over(waited)
        .shows(
            EvidenceRole::Cause,
            side,
            event.fact.end,
            format!("sent again, {waited} after what lay behind it"),
        );
    verdict.say(draft);
}
