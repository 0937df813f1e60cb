//! The server holds SETTINGS back until a request comes: the cmux bug, latent shape.

use crate::base::{Origin, Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::summary::{HeldBack, held_back};
use crate::rules::{
    CaptureView, Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113,
};
use crate::script::{Script, get, preface, settings, settings_ack};
use std::collections::BTreeMap;

/// Server held back SETTINGS until the client sent a request.
pub(in crate::rules) static SERVER_SETTINGS_ONLY_AFTER_HEADERS: Rule = Rule {
    code: "PRE003",
    name: "server-settings-only-after-headers",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["predict"],
    view: View::Timer,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "Server held back SETTINGS until the client sent a request",
    why: "SETTINGS is the first frame a server sends, and a client may wait for it before its first \
        request.",
    meaning: "The server's first octet (its SETTINGS) comes only after the client's first HEADERS, and the \
        server stayed silent for a quiet interval before: from the TCP acknowledgement of the client's \
        preface and SETTINGS to the moment HEADERS passed, at least max(50 ms, 5 x handshake RTT). Also \
        fires when at least three connections to the same server show it with a quiet interval of at \
        least max(5 ms, 2 x RTT) and differing lengths.",
    harm: "This connection works, but clients that wait for the server's SETTINGS (grpc-go since 1.18, \
        grpc-java) hang here.",
    doubt: "The trap: a client that sends preface and HEADERS in one flight always sees SETTINGS after its \
        HEADERS, whoever the server is; without a quiet interval nothing can be concluded. Latent fault: \
        this connection works, but clients that wait for SETTINGS (grpc-go since 1.18, grpc-java) will \
        hang here. RFC sets no deadline: likely at most; one connection with a quiet interval of only \
        max(5 ms, 2 x RTT): possible. A slow server that happens to answer late looks alike: possible when SETTINGS \
        came more than half of that interval after HEADERS. Counting \
        over three connections is done at the end of the capture over connection summaries.",
    not_blamed: "It sent its preface in full and was free to wait, or not to.",
    remedy: &[
        "Do not sniff the first request before writing SETTINGS; it deadlocks with clients that wait for \
        the server preface. See missing-server-settings for cmux.",
    ],
    symptoms: &[],
    refs: &["soheilhy/cmux#82", "soheilhy/cmux#64", "grpc/grpc-go#2406"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start, Need::Frames, Need::PeerFrames, Need::Acks, Need::Time],
    folds_into: &["http1-answer-to-preface"],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .ack(Side::Server)
            .wait(Span::seconds(1))
            .client([get(1)])
            .server([settings(&[]), settings_ack()])
            .close()
    },
    quiet: || {
        Script::connect()
            .client([preface(), settings(&[]), get(1)])
            .server([settings(&[]), settings_ack()])
            .close()
    },
    judges: &[Judge::On(&[On::FirstFrame], judge), Judge::Capture(compare)],
};

/// Silence that counts on one connection, and the least that counts when several show it.
const QUIET: Span = Span::millis(50);
const LEAST: Span = Span::millis(5);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(held) = held_back(event.conn).filter(|_| event.side() == Side::Server) else { return };
    let (quiet, round_trip) = (held.quiet, held.round_trip);
    let confidence = if is_prompt(&held) && quiet >= QUIET.max(round_trip.times(5)) {
        Confidence::Likely
    } else if quiet >= LEAST.max(round_trip.times(2)) {
        Confidence::Possible
    } else {
        return;
    };
    let message = format!(
        "The server kept silent for {quiet} after the client's preface and sent SETTINGS only after the first request."
    );
    let draft = Draft::new(Culprit::Server, message, event.fact.start, event.fact.end)
        .at_most(confidence)
        .over(quiet)
        .maybe("protocol multiplexer (cmux)")
        .knowing("the server received the preface", format!("pkt {} acknowledges it", held.acked.pkt));
    verdict.say(evidence(event, &held, draft));
}

/// True when SETTINGS came upon HEADERS. What comes long after them comes from a server that is slow, whatever it waits for.
fn is_prompt(held: &HeldBack) -> bool {
    let late = held.spoke.at.time.since(held.headers.at.time).plus(held.round_trip.times(-1));
    late.times(2) <= held.quiet
}

fn evidence(event: &Event<'_>, held: &HeldBack, draft: Draft) -> Draft {
    let preface = event.conn.preface.unwrap_or_default();
    let proof = Origin { at: held.acked, tcp_end: 0, peer_acked: preface.tcp_end };
    draft
        .shows(EvidenceRole::Cause, Side::Client, preface, "preface, SETTINGS")
        .shows(EvidenceRole::Proof, Side::Server, proof, "TCP ACK only: preface and SETTINGS arrived")
        .shows(EvidenceRole::Effect, Side::Client, held.headers, "first HEADERS")
        .shows(EvidenceRole::Effect, Side::Server, held.spoke, "SETTINGS, the server's first octets")
}

/// Three connections to one server with silences of differing length: no coincidence any more.
fn compare(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let mut servers: BTreeMap<(u128, u16), Vec<(u64, HeldBack)>> = BTreeMap::new();
    for summary in capture.summaries {
        let held = summary
            .held_back
            .as_deref()
            .copied()
            .filter(|held| is_prompt(held) && held.quiet >= LEAST.max(held.round_trip.times(2)));
        if let Some(held) = held {
            servers.entry(summary.server).or_default().push((summary.number, held));
        }
    }
    for connections in servers.into_values() {
        let sure = |held: &HeldBack| held.quiet >= QUIET.max(held.round_trip.times(5));
        let differ = connections.windows(2).any(|pair| matches!(pair, [a, b] if a.1.quiet != b.1.quiet));
        if connections.len() < 3 || !differ || connections.iter().any(|(_, held)| sure(held)) {
            continue;
        }
        let Some((_, first)) = connections.first() else { continue };
        let message = format!(
            "On {} connections the server sent SETTINGS only after the client's first request.",
            connections.len()
        );
        let draft = Draft::new(Culprit::Server, message, first.spoke, first.spoke)
            .at_most(Confidence::Likely)
            .on(connections.iter().map(|(number, _)| *number).collect())
            .shows(EvidenceRole::Cause, Side::Client, first.headers, "first HEADERS")
            .shows(EvidenceRole::Effect, Side::Server, first.spoke, "SETTINGS, the server's first octets");
        verdict.say(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;

    #[test]
    fn a_server_that_is_slow_behind_the_request_too_is_not_told_by_default() {
        let asked = || Script::connect().client([preface(), settings(&[])]).ack(Side::Server);
        let answers = |script: Script| script.server([settings(&[]), settings_ack()]).close();
        let told = |script: &Script| {
            let findings = report(script).findings;
            let ours = findings.into_iter().find(|one| one.rule == "PRE003");
            ours.map(|one| one.confidence)
        };
        let prompt = asked().wait(Span::millis(300)).client([get(1)]);
        assert_eq!(told(&answers(prompt.clone())), Some(Confidence::Likely));
        let slow = answers(prompt.ack(Side::Server).wait(Span::seconds(2)));
        assert!(told(&slow).is_none_or(|how| how == Confidence::Possible));
    }
}
