//! The client sends its first request only after the SETTINGS of the server.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::summary::spoke_after;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, preface, settings, settings_ack};

/// Client sent no request until the server SETTINGS arrived.
pub(in crate::rules) static CLIENT_WAITED_FOR_SERVER_SETTINGS: Rule = Rule {
    code: "PRE005",
    name: "client-waited-for-server-settings",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("3.4", Some(Level::May)), rfc7540("3.5", Some(Level::May))],
    summary: "Client sent no request until the server SETTINGS arrived",
    why: "A client may send its first request right behind its preface, without waiting.",
    meaning: "First client HEADERS comes after the server's SETTINGS passed, with a measurable idle gap after \
        the client's own SETTINGS.",
    harm: "One round trip more before the first request; with a server that waits as well, a deadlock.",
    doubt: "Legal. Useful to explain one extra round trip and interoperability with lazy servers. Requests \
        that the application simply issued later look the same: never more than info.",
    not_blamed: "It answered the preface with its SETTINGS.",
    remedy: &["For lower latency send HEADERS right after the preface."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .wait(Span::millis(30))
            .client([settings_ack(), get(1)])
    },
    quiet: || {
        Script::connect().client([preface(), settings(&[]), get(1)]).server([settings(&[]), settings_ack()])
    },
    judges: &[Judge::On(&[On::FirstHeaders], judge)],
};

/// A pause shorter than this is no waiting.
const PAUSE: Span = Span::millis(1);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    let (Some((_, own)), Some((_, server))) = (conn.sides.client.first_frame, conn.sides.server.first_frame)
    else {
        return;
    };
    let pause = event.fact.start.at.time.since(own.at.time);
    let after_server = spoke_after(&server, &event.fact.start);
    let least = conn.transport.round_trip().unwrap_or(Span::ZERO).max(PAUSE);
    if event.side() != Side::Client || conn.preface.is_none() || !after_server || pause < least {
        return;
    }
    let message = format!(
        "The client sent its first request {pause} after its preface, once the server's SETTINGS had come."
    );
    let draft = Draft::against_sender(event, message)
        .over(pause)
        .shows(EvidenceRole::Context, Side::Client, own, "preface, SETTINGS")
        .shows(EvidenceRole::Context, Side::Server, server, "SETTINGS");
    verdict.say(draft);
}
