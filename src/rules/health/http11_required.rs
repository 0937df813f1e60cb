//! The peer wants HTTP/1.1 for a resource.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, rst_stream};

/// Peer demands HTTP/1.1.
pub(in crate::rules) static HTTP11_REQUIRED: Rule = Rule {
    code: "HLT012",
    name: "http11-required",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server, Culprit::Client],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("7", None), rfc9113("9.2.1", None), rfc7540("7", None), rfc7540("9.2.1", None)],
    summary: "Peer demands HTTP/1.1",
    why: "HTTP_1_1_REQUIRED asks to use HTTP/1.1 instead.",
    meaning: "A GOAWAY or RST_STREAM with HTTP_1_1_REQUIRED.",
    harm: "Clients that do not fall back fail; those that do need another connection.",
    doubt: "A fact.",
    not_blamed: "It may use HTTP/2 until it is told otherwise.",
    remedy: &["Usually client certificates, or NTLM behind IIS: use HTTP/1.1 for this resource."],
    symptoms: &[
        "any: HTTP_1_1_REQUIRED",
        "curl: HTTP/2 stream 1 was not closed cleanly: HTTP_1_1_REQUIRED (err 13)",
        "Chrome: ERR_HTTP_1_1_REQUIRED",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::HTTP_1_1_REQUIRED)]),
    quiet: || Script::open().client([get(1)]).server([rst_stream(1, ErrorCode::REFUSED_STREAM)]),
    judges: &[Judge::Given(Given::Error, &[On::Goaway, On::Reset], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::Goaway { code, .. } | Kind::Reset { code, .. }) = event.fact.kind else { return };
    if code == ErrorCode::HTTP_1_1_REQUIRED {
        let message = format!("The {} demands HTTP/1.1.", event.side().word());
        verdict.say(Draft::against_sender(event, message));
    }
}
