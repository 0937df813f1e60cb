//! A client that breaks the rules about its own streams, so that the server resets them (CVE-2025-8671).

use super::excess::{self, Bears};
use crate::base::Side;
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, rst_stream, window_update};

/// Client provokes server resets with protocol errors.
pub(in crate::rules) static MADE_YOU_RESET: Rule = Rule {
    code: "ABU002",
    name: "made-you-reset",
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
    summary: "Client provokes server resets with protocol errors",
    why: "A stream that the server resets for a fault of the client has cost it the request all the same; a \
        server should watch for such use and limit it.",
    meaning: "The server resets at least 100 streams within 30 s, each with an error code and each after the \
        client broke a rule about that very stream: credit of zero or too much, DATA or HEADERS behind its \
        end, a stream that depends on itself, a malformed request.",
    harm: "As with rapid-reset the server works for nothing, but it sends the resets itself, and limits on \
        resets that clients send never act.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Fault and reset are \
        paired on each stream, which needs both directions. Resets with NO_ERROR, CANCEL or REFUSED_STREAM \
        never count.",
    not_blamed: "Resetting the stream is what the fault asks for.",
    remedy: &["Server: count the resets it sends as well, and stop work on streams that are reset."],
    symptoms: &["h2 (Rust): too_many_internal_resets", "any: ENHANCE_YOUR_CALM"],
    refs: &["CVE-2025-8671", "CVE-2025-55163", "CVE-2019-9514"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let ids = || (0..110_u32).map(|at| at.saturating_mul(2).saturating_add(1));
        Script::open()
            .client(ids().flat_map(|stream| [get(stream), window_update(stream, 0)]))
            .server(ids().map(|stream| rst_stream(stream, ErrorCode::PROTOCOL_ERROR)))
    },
    quiet: || {
        let ids = || (0..110_u32).map(|at| at.saturating_mul(2).saturating_add(1));
        Script::open()
            .client(ids().map(get))
            .server(ids().map(|stream| rst_stream(stream, ErrorCode::INTERNAL_ERROR)))
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[Bears { most: 1024, words: "Rust's h2 (1024 resets of its own)" }];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::ProvokedResets]) else { return };
    let message = format!(
        "The client broke a rule on {} streams within {}, and the server reset each of them{}.",
        excess.count,
        excess.over,
        excess::reacted(excess.count, BEAR)
    );
    verdict.say(excess::draft(event, excess, Side::Server, message, "RST_STREAM that answers a fault"));
}
