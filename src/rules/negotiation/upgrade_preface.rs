//! The preface around an upgrade: too early, or never.

use crate::base::{Side, Span};
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::http1::{Outcome, Upgrade};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, http1, preface, settings, settings_ack};

use super::words::{SWITCH, UPGRADE, end, upgraded};

/// HTTP/2 started before the upgrade was complete.
pub(in crate::rules) static UPGRADE_PREFACE_TOO_EARLY: Rule = Rule {
    code: "NEG016",
    name: "upgrade-preface-too-early",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc7540("3.2", Some(Level::Must)), rfc9113("3.1", None)],
    summary: "HTTP/2 started before the upgrade was complete",
    why: "A client that asks for an upgrade begins HTTP/2 only behind its request's content and after the 101.",
    meaning: "Behind a request for an upgrade to h2c the client sends the connection preface before the content of the request is complete, or before the 101 passed.",
    harm: "A server that does not upgrade reads the preface as the next request, or as content.",
    doubt: "The 101 has to pass before the client can have it, at any tap. Where the capture's clock ran back the order within the slack is not judged.",
    not_blamed: "It had not agreed yet.",
    remedy: &["Wait for 101 before sending the preface; finish the request content first."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE), preface(), settings(&[])])
            .server([http1(SWITCH), settings(&[]), settings_ack()])
            .client([settings_ack()])
            .close()
    },
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], too_early)],
};

/// Client sends no preface after the 101 response.
pub(in crate::rules) static PREFACE_MISSING_AFTER_UPGRADE: Rule = Rule {
    code: "NEG022",
    name: "preface-missing-after-upgrade",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Timer,
    rfc: &[rfc7540("3.2", Some(Level::Must)), rfc7540("3.5", Some(Level::Must)), rfc9113("3.1", None)],
    summary: "Client sends no preface after the 101 response",
    why: "After the 101 the client sends its connection preface, as on any other connection.",
    meaning: "A 101 with Upgrade: h2c passed and the client's TCP acknowledged it; the client sent no octet behind it to the end, and the wait of 5 s was over, or the connection had ended and the client had at least 1 s.",
    harm: "The server waits for the preface and closes with an error, or for ever.",
    doubt: "Certain at the end of the connection when nothing can be missing; with the wait alone it is likely. Octets other than the preface are bad-client-preface. A preface that comes late withdraws it. A client that left within a second of the 101 is not judged.",
    not_blamed: "It switched as it was asked to.",
    remedy: &[
        "After 101 send the 24 octets and a SETTINGS frame (it may be empty), whatever HTTP2-Settings said.",
    ],
    symptoms: &[
        "nghttp2: Received bad client magic byte string",
        "Go: h2c: error reading client preface: …",
        "Go: h2c: invalid client preface",
    ],
    refs: &[],
    h2spec: &[],
    options: &["preface_wait_s", "preface_given_up_s"],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE)])
            .server([http1(SWITCH), settings(&[])])
            .ack(Side::Client)
            .wait(Span::seconds(8))
            .fin(Side::Server)
            .close()
    },
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], missing)],
};

fn too_early(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let http1 = event.http1;
    let (Some(early), Some(upgrade)) = (http1.early_preface.as_deref().copied(), &http1.upgrade) else {
        return;
    };
    if upgrade.answered.is_some_and(|answered| early.peer_acked >= answered.tcp_end) {
        return;
    }
    let content = http1.content_left > 0;
    let before = if content { "before the content of its request" } else { "before the server had agreed" };
    let message = format!("The client began HTTP/2 {before}.");
    let mut draft = Draft::new(Culprit::Client, message, upgrade.requested, early)
        .shows(EvidenceRole::Cause, Side::Client, upgrade.requested, "Upgrade: h2c")
        .shows(EvidenceRole::Effect, Side::Client, early, "HTTP/2 preface");
    if let Some(answered) = upgrade.answered {
        draft = draft.shows(EvidenceRole::Context, Side::Server, answered, "the answer");
    }
    verdict.say(draft);
}

/// An upgrade that was granted, and behind which the client said nothing.
fn granted<'a>(event: &'a Event<'_>) -> Option<&'a Upgrade> {
    let silent = !event.http1.spoke_on && event.conn.preface.is_none();
    event.http1.upgrade.as_deref().filter(|upgrade| upgrade.outcome == Outcome::Accepted && silent)
}

fn missing(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(upgrade) = granted(event) else { return };
    let Some(answered) = upgrade.answered else { return };
    let Some(acked) = event.conn.sides.client.knowledge.covered_since(answered.tcp_end) else { return };
    let (ended, at) = event.conn.transport.ended();
    let over = at.map_or(event.now, |end| end.at).time.since(acked.time);
    let expired = over >= event.options.preface_wait;
    let gone = ended != Ended::Open && over >= event.options.preface_given_up;
    let unsure =
        event.coverage.sides.client.lost().gap.is_some() || event.coverage.sides.server.lost().gap.is_some();
    if !(expired || gone) || unsure {
        return;
    }
    let message = format!("The client sent no HTTP/2 preface after the 101 for {over}.");
    let draft = Draft::new(Culprit::Client, message, upgrade.requested, answered)
        .over(over)
        .shows(EvidenceRole::Cause, Side::Server, answered, "101, Upgrade: h2c")
        .shows(
            EvidenceRole::Proof,
            Side::Client,
            crate::base::Origin { at: acked, ..answered },
            "TCP ACK only",
        )
        .knowing("the client received the 101", format!("pkt {} acknowledges it", acked.pkt));
    let draft = if expired { draft.without(Need::End) } else { draft };
    let certain = ended != Ended::Open;
    verdict.say(end(if certain { draft } else { draft.at_most(Confidence::Likely) }, event));
}
