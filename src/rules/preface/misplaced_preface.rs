//! A connection preface in the middle of a connection.

use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, preface, settings};

/// HTTP/2 preface in the middle of a connection.
pub(in crate::rules) static MISPLACED_PREFACE: Rule = Rule {
    code: "PRE008",
    name: "misplaced-preface",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "HTTP/2 preface in the middle of a connection",
    why: "The connection preface stands at the very beginning of a connection, once.",
    meaning: "The preface string appears at a frame boundary after HTTP/2 started, or after an HTTP/1.1 \
        request that was not answered by 101 h2c.",
    harm: "A server reads it as a frame of absurd length, or answers with GOAWAY PROTOCOL_ERROR.",
    doubt: "Frame-boundary test avoids matching payload octets. Connection reuse by a pooling proxy is the \
        usual cause.",
    not_blamed: "It already speaks HTTP/2 on this connection.",
    remedy: &["Open a new connection for HTTP/2, or complete an h2c upgrade first; never write the preface \
        twice."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([preface(), settings(&[])]),
    quiet: || Script::open().client([settings(&[])]),
    judges: &[Judge::On(&[On::PrefaceAgain], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let side = event.side();
    let message =
        format!("The {} sent the connection preface again, where a frame should begin.", side.word());
    let draft = Draft::new(Culprit::of(side), message, event.fact.start, event.fact.end).shows(
        EvidenceRole::Cause,
        side,
        event.fact.end,
        "connection preface",
    );
    verdict.say(draft);
}
