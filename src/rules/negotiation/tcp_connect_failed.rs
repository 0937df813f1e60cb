//! TCP never came to be: refused, or not answered.

use std::collections::BTreeMap;

use crate::base::{Origin, Side, Span};
use crate::conn::Knock;
use crate::finding::{Confidence, Culprit, EvidenceRole, Reference, Severity};
use crate::rules::{Agreement, CaptureView, Draft, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::Script;

/// TCP connection could not be opened.
pub(in crate::rules) static TCP_CONNECT_FAILED: Rule = Rule {
    code: "NEG030",
    name: "tcp-connect-failed",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Unknown, Culprit::Between],
    tags: &[],
    view: View::Timer,
    rfc: &[Reference { doc: "RFC 9293", section: "3.5", level: None }],
    summary: "TCP connection could not be opened",
    why: "Before anything else the server's TCP has to take the connection.",
    meaning: "A SYN is answered by RST, or stays unanswered although it was sent again at least twice. Says which of the two, how often, and for how long the client tried. An error when the port carries HTTP/2 elsewhere in the capture.",
    harm: "The connection does not exist; clients report \"connection refused\" or a timeout.",
    doubt: "An RST is certain: nothing listens there, or a device refuses in its name, which shows when its time to live is not that of the server's packets. Silence is likely, and only when packets of servers were captured at all: a capture of one direction shows no answers. A SYN/ACK that comes late withdraws it, and a capture that stops after the first SYN shows nothing. Connections of one client to one server and port are told together.",
    not_blamed: "",
    remedy: &[
        "Check that the server runs and listens on this address and port (not only on localhost), and that no firewall, security group or network policy drops or rejects the SYN.",
    ],
    symptoms: &[
        "Go: dial tcp …: connect: connection refused",
        "Go: dial tcp …: i/o timeout",
        "Go: dial tcp …: connect: no route to host",
        "grpc-go: connection error: desc = \"transport: Error while dialing: dial tcp …: connect: connection refused\"",
        "grpc-core: failed to connect to all addresses; last error: … Connection refused",
        "grpc-java: UNAVAILABLE: io exception … Connection refused",
        "curl: (7) Failed to connect to … port …: Connection refused",
        "curl: (28) Connection timed out",
        "Node.js: connect ECONNREFUSED …",
        "Node.js: connect ETIMEDOUT …",
        "grpc-node: 14 UNAVAILABLE: No connection established",
    ],
    refs: &["RFC 9293 3.5"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Start],
    folds_into: &[],
    fires: || Script::knock().refuse(),
    quiet: || Script::connect().close(),
    judges: &[Judge::Capture(judge)],
};

/// SYNs without an answer that show something.
const LEAST_TRIES: u32 = 3;

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let all = capture.agreements.connections();
    let heard = all.iter().any(|other| other.failed.is_none());
    let mut targets: BTreeMap<_, Vec<(&Agreement, Knock)>> = BTreeMap::new();
    for own in &all {
        let Some(failed) = own.failed.as_deref().copied() else { continue };
        let silent = failed.refused.is_none();
        if !silent || (heard && failed.tries >= LEAST_TRIES) {
            targets.entry((own.client, own.server, silent)).or_default().push((*own, failed));
        }
    }
    for ((client, server, _), failures) in targets {
        let known = capture.agreements.server(server);
        let http2 = known.http2.is_some() || known.http2_over_tls.is_some();
        let through = all.iter().any(|other| elsewhere(other, client, server, &failures));
        if let Some(draft) = draft(capture, &failures) {
            verdict.say(if http2 && !through { draft.severity(Severity::Error) } else { draft });
        }
    }
}

/// The client got through to the same port at another address, which it tried at the same time.
fn elsewhere(
    other: &Agreement,
    client: u128,
    (address, port): (u128, u16),
    failures: &[(&Agreement, Knock)],
) -> bool {
    let got = other.client == client
        && other.server.1 == port
        && other.server.0 != address
        && other.failed.is_none();
    let near = |own: &Agreement| {
        let (a, b) = (own.started.time, other.started.time);
        a.since(b).max(b.since(a)) <= AT_ONCE
    };
    got && failures.iter().any(|(own, _)| near(own))
}

/// Attempts that begin so close together are attempts at once.
const AT_ONCE: Span = Span::seconds(2);

fn draft(capture: &CaptureView<'_>, failures: &[(&Agreement, Knock)]) -> Option<Draft> {
    let (own, failed) = failures.first()?;
    let over: Span = failed.last_try.time.since(own.started.time);
    let count = failures.len();
    let times = if count > 1 { format!(" on {count} connections") } else { String::new() };
    let syn = Origin { at: own.started, ..Origin::default() };
    let culprit = if between(capture, own, failed) { Culprit::Between } else { Culprit::Unknown };
    let tries = format!("SYN, sent {} times over {over}", failed.tries);
    let numbers = failures.iter().map(|(own, _)| own.number).collect();
    let draft = if let Some(rst) = failed.refused {
        let message = format!("The server's address refused the TCP connection with RST{times}.");
        Draft::new(culprit, message, syn, rst)
            .shows(
                EvidenceRole::Cause,
                Side::Client,
                syn,
                if failed.tries > 1 { tries } else { "SYN".to_owned() },
            )
            .shows(EvidenceRole::Effect, Side::Server, rst, "RST")
    } else {
        let message = format!("The SYN was not answered: {} tries over {over}{times}.", failed.tries);
        let last = Origin { at: failed.last_try, ..Origin::default() };
        Draft::new(culprit, message, syn, last).at_most(Confidence::Likely).shows(
            EvidenceRole::Cause,
            Side::Client,
            syn,
            tries,
        )
    };
    Some(draft.on(numbers))
}

/// The RST came from another distance than the server's packets do.
fn between(capture: &CaptureView<'_>, own: &Agreement, failed: &Knock) -> bool {
    let known = capture.agreements.distance(own.server.0);
    match (failed.refused, own.ttl, known) {
        (Some(_), Some((least, most)), Some((near, far))) => most < near || least > far,
        _ => false,
    }
}
