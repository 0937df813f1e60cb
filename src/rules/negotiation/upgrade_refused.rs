//! An upgrade to h2c that was asked for and not granted: passed over, or answered with an error.

use crate::base::Side;
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Reference, Severity};
use crate::http1::{Outcome, Protocol};
use crate::rules::{
    Agreement, Asked, CaptureView, Draft, Event, Given, Judge, Need, Revision, Rule, Scope, Standing,
    Verdict, View, areas, rfc7540, rfc9113,
};
use crate::script::{Script, http1};

use super::words::{OK, SWITCH, UPGRADE, end, upgraded};

/// h2c Upgrade ignored: the answer stays HTTP/1.1.
pub(in crate::rules) static UPGRADE_IGNORED: Rule = Rule {
    code: "NEG014",
    name: "upgrade-ignored",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[
        rfc7540("3.2", Some(Level::May)),
        rfc9113("3.1", None),
        Reference { doc: "RFC 9110", section: "7.8", level: None },
    ],
    summary: "h2c Upgrade ignored: the answer stays HTTP/1.1",
    why: "A server may pass over an upgrade and answer in HTTP/1.1.",
    meaning: "A request asked for an upgrade to h2c, and its final response is an ordinary one of HTTP/1.x: a status below 400, or one that the same server also gives to requests without Upgrade.",
    harm: "None: the connection goes on in HTTP/1.1.",
    doubt: "It is the server's right, and most servers have dropped the mechanism since RFC 9113 withdrew it. Whether an error status is given to other requests as well is looked up among the other connections at the end of the capture.",
    not_blamed: "It asked, and takes no for an answer.",
    remedy: &["Expected with RFC 9113 servers: most removed Upgrade. Use ALPN or prior knowledge."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || Script::connect().client([http1(UPGRADE)]).server([http1(OK)]).close(),
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], ignored), Judge::Capture(ignored_with_error)],
};

/// h2c Upgrade answered with an error status.
pub(in crate::rules) static UPGRADE_REJECTED: Rule = Rule {
    code: "NEG020",
    name: "upgrade-rejected",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[
        rfc7540("3.2", Some(Level::May)),
        rfc9113("3.1", None),
        Reference { doc: "RFC 9110", section: "7.8", level: None },
    ],
    summary: "h2c Upgrade answered with an error status",
    why: "A server that does not want an upgrade treats the field as absent and answers the request.",
    meaning: "A request asked for an upgrade to h2c, its final response is a 4xx or 5xx, and the connection was closed behind it, or the same request without Upgrade succeeded elsewhere in the capture.",
    harm: "Clients that try the upgrade first fail on requests that would succeed without it.",
    doubt: "An error that has nothing to do with Upgrade looks alike, hence likely; certain when the same client got the same resource without Upgrade. Withdrawn when the server gives the same status to requests without Upgrade: then it is upgrade-ignored.",
    not_blamed: "Asking for an upgrade is allowed.",
    remedy: &["Let the server ignore Upgrade: h2c; on the client use ALPN or prior knowledge."],
    symptoms: &[],
    refs: &["apache/trafficserver#3813", "RFC 9110 7.8"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE)])
            .server([http1("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")])
            .fin(Side::Server)
            .close()
    },
    quiet: || Script::connect().client([http1(UPGRADE)]).server([http1(OK)]).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], rejected), Judge::Second(compare)],
};

fn ignored(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(upgrade) = event.http1.upgrade.as_ref().filter(|upgrade| upgrade.outcome == Outcome::Ignored)
    else {
        return;
    };
    let (Some(response), Some(answered)) = (&upgrade.response, upgrade.answered) else { return };
    if response.status < 200 || !event.http1.speaks(Side::Server, Protocol::Http1) {
        return;
    }
    let message = format!("The server passed over the upgrade to h2c and answered {}.", response.status);
    let draft = Draft::new(Culprit::Server, message, upgrade.requested, answered)
        .shows(EvidenceRole::Cause, Side::Client, upgrade.requested, "Upgrade: h2c")
        .shows(EvidenceRole::Effect, Side::Server, answered, response.line.to_string());
    verdict.say(draft);
}

fn rejected(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(upgrade) = event.http1.upgrade.as_ref().filter(|upgrade| upgrade.outcome == Outcome::Rejected)
    else {
        return;
    };
    let (Some(response), Some(answered)) = (&upgrade.response, upgrade.answered) else { return };
    if event.conn.transport.ended().0 == Ended::Open {
        return;
    }
    let message = format!("The server answered the request for an upgrade to h2c with {}.", response.status);
    let draft = Draft::new(Culprit::Server, message, upgrade.requested, answered)
        .at_most(Confidence::Likely)
        .shows(EvidenceRole::Cause, Side::Client, upgrade.requested, "Upgrade: h2c")
        .shows(EvidenceRole::Effect, Side::Server, answered, response.line.to_string());
    verdict.say(end(draft, event));
}

/// The same request without Upgrade: was it answered better, or as badly?
fn compare(standing: &Standing<'_>, capture: &CaptureView<'_>) -> Revision {
    let Some((own, asked)) = asked(capture, standing.number) else { return Revision::default() };
    if likewise(capture, own, asked).is_some() {
        return Revision { withdrawn: true, ..Revision::default() };
    }
    match capture.agreements.repeated(own, &asked) {
        Some(other) => Revision {
            confidence: Some(Confidence::Certain),
            says: Some(format!("The same request without Upgrade succeeded on conn {other}.")),
            ..Revision::default()
        },
        None => Revision::default(),
    }
}

fn asked<'a>(capture: &CaptureView<'a>, number: u64) -> Option<(&'a Agreement, Asked)> {
    let own = capture.agreements.connection(number)?;
    Some((own, own.asked?))
}

/// A connection on which the same server gives the same error to a request without Upgrade.
fn likewise(capture: &CaptureView<'_>, own: &Agreement, asked: Asked) -> Option<u64> {
    let same = |other: &&&Agreement| {
        let status = other.asked.filter(|it| !it.upgrade).and_then(|it| it.status);
        other.server == own.server && status.is_some() && status == asked.status
    };
    capture.agreements.connections().iter().find(same).map(|other| other.number)
}

fn ignored_with_error(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for own in capture.agreements.connections() {
        let Some(asked) = own.asked.filter(|asked| asked.upgrade) else { continue };
        let Some(status) = asked.status.filter(|status| *status >= 400) else { continue };
        let Some(other) = likewise(capture, own, asked) else { continue };
        let message = format!(
            "The server passed over the upgrade to h2c: it answered {status}, as it did without one on conn {other}."
        );
        let draft = Draft::new(Culprit::Server, message, asked.at, asked.at).on(vec![own.number, other]);
        verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, asked.at, "Upgrade: h2c"));
    }
}
