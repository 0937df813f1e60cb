//! One connection does all the work while others idle.

use crate::base::{Origin, Side, Span};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::summary::Protocol;
use crate::rules::{CaptureView, Draft, Judge, Need, Rule, Scope, Summary, Verdict, View, areas};
use crate::script::{Script, get};

/// One connection carries nearly all requests while others to the same target idle.
pub(in crate::rules) static ONE_CONNECTION_HOT: Rule = Rule {
    code: "HLT019",
    name: "one-connection-hot",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Between],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[],
    summary: "One connection carries nearly all requests while others to the same target idle",
    why: "Requests of one connection go to one server process; what balances connections does not balance \
        requests.",
    meaning: "One client has at least three HTTP/2 connections to the same target at the same time, and one of \
        them carries more than 90 percent of at least 100 requests.",
    harm: "One server is loaded while the others idle.",
    doubt: "The counts are facts. A balancer of connections and a pool that prefers its first connection look \
        alike: likely.",
    not_blamed: "It takes the requests that come.",
    remedy: &["Balance requests, not connections: client-side load balancing, or a proxy that reads HTTP/2."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Time],
    folds_into: &[],
    fires: || {
        let busy = (0..110_u32).map(|at| get(at.saturating_mul(2).saturating_add(1)));
        let idle = Script::open().client([get(1)]).again_open(Span::millis(10)).client([get(1)]);
        idle.again_open(Span::millis(10)).client(busy)
    },
    quiet: || {
        let busy = || (0..60_u32).map(|at| get(at.saturating_mul(2).saturating_add(1)));
        let idle = Script::open().client(busy()).again_open(Span::millis(10)).client(busy());
        idle.again_open(Span::millis(10)).client(busy())
    },
    judges: &[Judge::Capture(judge)],
};

/// So many connections, so many requests, and such a share of one.
const CONNECTIONS: usize = 3;
const REQUESTS: u64 = 100;
const SHARE: u64 = 90;

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for hot in capture.summaries.iter().filter(|summary| summary.protocol == Protocol::Http2) {
        let same = |other: &&Summary| other.number == hot.number || hot.overlaps(other);
        let pool: Vec<&Summary> = capture.summaries.iter().filter(same).collect();
        let all = pool.iter().fold(0_u64, |sum, summary| sum.saturating_add(summary.requests));
        let mostly = hot.requests.saturating_mul(100) > all.saturating_mul(SHARE);
        if pool.len() < CONNECTIONS || all < REQUESTS || !mostly {
            continue;
        }
        let message = format!(
            "Of {} connections to the same server one carries {} of {all} requests.",
            pool.len(),
            hot.requests
        );
        let at = Origin { at: hot.started, ..Origin::default() };
        let rest = pool.iter().map(|summary| summary.number).filter(|number| *number != hot.number);
        let draft = Draft::new(Culprit::Client, message, at, at)
            .at_most(Confidence::Likely)
            .on(std::iter::once(hot.number).chain(rest).collect())
            .shows(EvidenceRole::Cause, Side::Client, at, "the connection that carries them begins");
        verdict.say(draft);
    }
}
