//! A connection that was idle is gone when it is used again: load balancers, NAT and firewalls forget.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::summary::{Died, died_idle};
use crate::rules::{
    Draft, Event, Given, IdleTimeout, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113,
};
use crate::script::Wire;
use crate::script::{Script, get, response};

/// Idle connection was silently dropped.
pub(in crate::rules) static IDLE_CONNECTION_KILLED: Rule = Rule {
    code: "HLT003",
    name: "idle-connection-killed",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Between, Culprit::Client, Culprit::Server, Culprit::Unknown],
    tags: &[],
    view: View::Timer,
    rfc: &[rfc9113("8.7", None), rfc7540("8.1.4", None)],
    summary: "Idle connection was silently dropped",
    why: "What sits on the path forgets connections that are idle, and tells nobody.",
    meaning: "No segment passed for at least 30 s (default), and what came next was answered by RST, or by \
        nothing but its own repetition until the connection failed. One second is enough where the RST is \
        that of an end that does not know the connection: no FIN and no GOAWAY before, no ACK flag, and \
        the sequence number that was acknowledged.",
    harm: "The next request fails, or hangs until TCP gives up.",
    doubt: "A RST that travelled another distance than the segments of the end whose name it bears was sent on \
        the path; else that end itself, or something next to it, has dropped the connection, and the \
        culprit is unknown. Whatever the other end says in between, an ACK or the answer to a probe, shows that \
        the connection is not forgotten. At most likely.",
    not_blamed: "It used a connection that nobody had closed.",
    remedy: &[
        "Send keepalive PING more often than the idle limit of the path.",
        "Raise the idle limit of the load balancer or NAT, or let the server end idle connections with \
        GOAWAY before.",
    ],
    symptoms: &[
        "read: connection reset by peer",
        "write: broken pipe",
        "read: connection timed out",
        "grpc-core: Socket closed",
        "grpc-java: UNAVAILABLE: io exception",
        "grpc-core: keepalive watchdog timeout",
        "Envoy: upstream connect error or disconnect/reset before headers. reset reason: connection \
        termination",
    ],
    refs: &["grpc/grpc-go#2443", "grpc/grpc#24069", "grpc/grpc-go#536"],
    h2spec: &[],
    options: &["idle_gap_s", "idle_gap_reset_s", "known_idle_timeouts"],
    needs: &[Need::Acks, Need::Time],
    folds_into: &[],
    fires: || {
        let open =
            Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).ack(Side::Client);
        open.wait(Span::seconds(351)).client([get(3)]).rst_from_between(Side::Server)
    },
    quiet: || {
        let open =
            Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).ack(Side::Client);
        open.wait(Span::seconds(351)).client([get(3)]).server([response(3).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::Rst], judge), Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let conn = event.conn;
    let http2 = conn.preface.is_some() || conn.sides.client.total() > 0;
    let Some(died) = died_idle(conn, event.options, event.now).filter(|_| http2) else { return };
    let end = event.fact.kind.on() == On::End;
    // The RST that shows it has spoken already, or is still to come.
    if end == died.rst.is_some() || (!end && died.rst.is_some_and(|rst| rst.at.pkt != event.fact.end.at.pkt))
    {
        return;
    }
    let (by, silent) = (died.resumed.by, died.resumed.silent);
    let limit = event.options.known_idle_timeout(silent);
    let known = limit.map(|limit| format!(", the idle limit of {limit}")).unwrap_or_default();
    let answer = match died.rst {
        Some(_) => "was answered by RST".to_owned(),
        None => format!("was sent again {} times and never answered", died.resumed.resent),
    };
    let message =
        format!("The connection was silent for {silent}{known}; what the {} sent then {answer}.", by.word());
    let draft = Draft::new(culprit(&died, limit), message, died.resumed.at, event.fact.end)
        .at_most(Confidence::Likely)
        .at(died.resumed.at.at)
        .over(silent)
        .maybe("idle timeout of a load balancer, NAT or firewall")
        .shows(EvidenceRole::Cause, by, died.resumed.at, format!("the first segment after {silent}"));
    verdict.say(effect(&died, draft));
}

/// Something on the path, where the RST is from elsewhere, or where nobody answers and the silence is that of a known device.
const fn culprit(died: &Died, known: Option<IdleTimeout>) -> Culprit {
    match died.rst {
        Some(_) if died.foreign => Culprit::Between,
        None if known.is_some() => Culprit::Between,
        _ => Culprit::Unknown,
    }
}

fn effect(died: &Died, draft: Draft) -> Draft {
    let by = died.resumed.by;
    match (died.rst, died.resumed.last_resent) {
        (Some(rst), _) => {
            let from =
                if died.foreign { "RST, from another distance than its other segments" } else { "RST" };
            draft.shows(EvidenceRole::Effect, by.peer(), rst, from)
        }
        (None, Some(last)) => draft.shows(EvidenceRole::Effect, by, last, "sent again for the last time"),
        (None, None) => draft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::health::connection_lost_with_open_streams::CONNECTION_LOST_WITH_OPEN_STREAMS as LOST;
    use crate::rules::tests::finding;
    use crate::script::Packet;

    /// A connection that has been silent for so long.
    fn silent(seconds: i64) -> Script {
        let open =
            Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).ack(Side::Client);
        open.wait(Span::seconds(seconds))
    }

    fn only_lost(script: &Script) {
        assert!(finding(&IDLE_CONNECTION_KILLED, script).is_none());
        assert!(finding(&LOST, script).is_some());
    }

    #[test]
    fn a_probe_that_was_answered_shows_that_the_connection_lives() {
        let asked = |script: Script| script.probe(Side::Client).ack(Side::Server);
        let dies =
            |script: Script| script.wait(Span::millis(500)).client([get(3)]).rst_from_between(Side::Server);
        only_lost(&dies(asked(silent(351))));
        // Each one breaks a silence, and each one is answered.
        only_lost(&dies(asked(asked(asked(silent(45)).wait(Span::seconds(45))).wait(Span::seconds(45)))));
        // A silence behind the last answer is one.
        let later = asked(silent(45)).wait(Span::seconds(351)).client([get(3)]);
        let found = finding(&IDLE_CONNECTION_KILLED, &later.rst_from_between(Side::Server));
        assert!(found.is_some_and(|found| found.message.contains("351")));
    }

    #[test]
    fn an_answer_that_the_capture_lacks_is_one() {
        let answered = silent(351).client([get(3)]).server([response(3).map(Wire::end_stream)]);
        let lacking = answered.packets().len() - 1;
        let answered = answered.ack(Side::Client).lose(lacking);
        let dies = answered.client([get(5)]).rst_from_between(Side::Server);
        assert!(finding(&IDLE_CONNECTION_KILLED, &dies).is_none());
    }

    #[test]
    fn an_end_that_takes_nothing_is_alive() {
        let full = silent(0).full(Side::Server).wait(Span::seconds(40)).blind(Side::Server);
        let script = full.client([get(3)]).ack(Side::Server).wait(Span::seconds(200)).fin(Side::Client);
        let (last, packets) = script.packets().split_last().expect("packets");
        let (talk, both) = packets.split_at(packets.len() - 2);
        let probes = (0..5).flat_map(|turn| {
            let later = Span::seconds(40 * turn);
            both.iter().cloned().map(move |packet| Packet { time: packet.time.after(later), ..packet })
        });
        let said = |probes: Vec<Packet>| {
            let packets = talk.iter().cloned().chain(probes).chain([last.clone()]).collect();
            finding(&IDLE_CONNECTION_KILLED, &script.clone().with_packets(packets))
        };
        assert!(said(probes.clone().collect()).is_none());
        let unanswered = probes.filter(|packet| packet.side == Side::Client).collect();
        assert!(said(unanswered).is_some());
    }

    #[test]
    fn an_end_that_speaks_while_the_request_is_on_its_way_is_not_forgotten() {
        let asked = silent(351).blind(Side::Server).client([get(3)]);
        let dies = |script: Script| script.rst_from_between(Side::Server);
        only_lost(&dies(asked.clone().ack(Side::Server).probe(Side::Server).ack(Side::Client)));
        only_lost(&dies(asked.clone().probe(Side::Server)));
        only_lost(&dies(asked.clone().ack(Side::Server)));
        // What the client says besides proves nothing.
        assert!(finding(&IDLE_CONNECTION_KILLED, &dies(asked.ack(Side::Client))).is_some());
    }
}
