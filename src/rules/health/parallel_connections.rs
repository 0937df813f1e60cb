//! A client opens several connections where one is meant to do.

use crate::base::{Origin, Side, Span};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::summary::Protocol;
use crate::rules::{
    CaptureView, Draft, Judge, Need, Rule, Scope, Summary, Verdict, View, areas, rfc7540, rfc9113,
};
use crate::script::{Script, get};

/// Several HTTP/2 connections to the same target.
pub(in crate::rules) static PARALLEL_CONNECTIONS: Rule = Rule {
    code: "HLT015",
    name: "parallel-connections",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Handshake,
    rfc: &[rfc9113("9.1", None), rfc7540("9.1", None)],
    summary: "Several HTTP/2 connections to the same target",
    why: "A client should not open more than one HTTP/2 connection to a target at once.",
    meaning: "One client address has more than one HTTP/2 connection to the same server address, port and name \
        at the same time. It is said whether the earlier one was at its concurrency limit when the next \
        was opened.",
    harm: "Each connection has its own windows, tables and congestion control; priorities hold within one \
        only.",
    doubt: "Clients behind one NAT share an address, and programs on one host do: likely at most.",
    not_blamed: "It takes the connections that it is offered.",
    remedy: &["Use one connection, unless MAX_CONCURRENT_STREAMS forces more."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Time],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).again_open(Span::millis(10)).client([get(1)]),
    quiet: || Script::open().client([get(1)]).close().again_open(Span::millis(10)).client([get(1)]),
    judges: &[Judge::Capture(judge)],
};

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let mut told: Vec<u64> = Vec::new();
    for first in capture.summaries.iter().filter(|summary| summary.protocol == Protocol::Http2) {
        if told.contains(&first.number) {
            continue;
        }
        let beside: Vec<&Summary> = capture.summaries.iter().filter(|other| first.beside(other)).collect();
        let Some(next) = beside.first() else { continue };
        told.extend(beside.iter().map(|other| other.number));
        let full = beside.iter().any(|other| first.full_at(other.started.time));
        let why = if full { "; the first one was at its limit of streams then" } else { "" };
        let count = beside.len().saturating_add(1);
        let message =
            format!("The client has {count} HTTP/2 connections to the same server at the same time{why}.");
        let at = |place| Origin { at: place, ..Origin::default() };
        let conns =
            std::iter::once(first).chain(beside.iter().copied()).map(|summary| summary.number).collect();
        let draft = Draft::new(Culprit::Client, message, at(next.started), at(next.started))
            .at_most(Confidence::Likely)
            .on(conns)
            .shows(EvidenceRole::Context, Side::Client, at(first.started), "the first connection begins")
            .shows(EvidenceRole::Cause, Side::Client, at(next.started), "another one begins");
        verdict.say(draft);
    }
}
