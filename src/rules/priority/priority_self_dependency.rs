//! A stream that depends on itself.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540};
use crate::script::{Script, get, priority};

/// Stream depends on itself.
pub(in crate::rules) static PRIORITY_SELF_DEPENDENCY: Rule = Rule {
    code: "PRI003",
    name: "priority-self-dependency",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Info,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Wire,
    rfc: &[rfc7540("5.3.1", Some(Level::Must))],
    summary: "Stream depends on itself",
    why: "By RFC 7540 a stream cannot depend on itself; RFC 9113 gave these fields up.",
    meaning: "A PRIORITY frame, or HEADERS with priority fields, names its own stream as the one it \
        depends on.",
    harm: "A receiver that goes by RFC 7540 resets the stream with PROTOCOL_ERROR; one that goes by RFC \
        9113 reads over it.",
    doubt: "None: the frame alone shows it. An error by RFC 7540, told as a fact by RFC 9113, which has \
        no such rule any more.",
    not_blamed: "The dependency is its sender's to choose.",
    remedy: &[
        "Name another stream, or 0.",
        "Better leave the priorities of RFC 7540 out: few receivers still heed them.",
    ],
    symptoms: &[
        "h2 (Rust): invalid HEADERS dependency ID",
        "h2 (Rust): PRIORITY invalid dependency ID; stream=…",
    ],
    refs: &[],
    h2spec: &["http2/5.3.1/1", "http2/5.3.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([priority(1, 1)]),
    quiet: || Script::open().client([get(1)]).client([priority(1, 3)]),
    judges: &[Judge::On(&[On::SelfDependency], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header() {
        let (who, kind, stream) = (event.side().word(), header.kind, header.stream);
        let message = format!("The {who} sent {kind} that makes stream {stream} depend on itself.");
        verdict.say(Draft::against_sender(event, message));
    }
}
