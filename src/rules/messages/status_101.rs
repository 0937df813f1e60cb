//! Switching Protocols, which HTTP/2 does not have.

use super::head::OddHead;
use super::samples::{asked, head, last};
use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// 101 Switching Protocols inside HTTP/2.
pub(in crate::rules) static STATUS_101: Rule = Rule {
    code: "MSG017",
    name: "status-101",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("8.6", None), rfc7540("8.1.1", None)],
    summary: "101 Switching Protocols inside HTTP/2",
    why: "HTTP/2 has no 101 (Switching Protocols).",
    meaning: "A response has :status 101. The 101 that answers an upgrade to h2c is HTTP/1.1 and not meant.",
    harm: "The client treats the response as malformed, or waits for a final one that never comes.",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "HTTP/2 gives it no means to ask for a switch.",
    remedy: &[
        "Use extended CONNECT (RFC 8441) to switch protocols, for WebSocket above all.",
        "A gateway that passes on the 101 of an HTTP/1.1 server must refuse it.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([head(&[(":status", "101")])]),
    quiet: || asked().server([head(&[(":status", "103")])]).server([last(&[(":status", "200")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let answers = event.side() == Side::Server;
    if let Some(odd) = OddHead::sent(event).filter(|odd| answers && odd.has(Traits::SWITCHING)) {
        verdict.say(odd.draft(event, "has the :status 101, which HTTP/2 does not have"));
    }
}
