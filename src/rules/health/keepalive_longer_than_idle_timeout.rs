//! Keepalive that is slower than what it is to prevent.

use crate::base::{Origin, Side, Span};
use crate::conn::{Connection, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{
    CaptureView, Draft, Event, Given, Judge, Need, Rule, Scope, Summary, Verdict, View, areas,
};
use crate::script::Wire;
use crate::script::{Script, get, ping, response};

/// Keepalive interval longer than an idle timeout that was seen or is known.
pub(in crate::rules) static KEEPALIVE_LONGER_THAN_IDLE_TIMEOUT: Rule = Rule {
    code: "HLT016",
    name: "keepalive-longer-than-idle-timeout",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["predict"],
    view: View::Timer,
    rfc: &[],
    summary: "Keepalive interval longer than an idle timeout that was seen or is known",
    why: "Keepalive helps only when it is sent more often than the path forgets.",
    meaning: "PINGs with nothing between them but their acknowledgements come at an interval longer than the \
        silence after which another connection to the same server was dropped in this capture, or than an \
        idle limit that is known.",
    harm: "Idle connections will be dropped between two PINGs, and the next request fails.",
    doubt: "With a connection that was dropped: likely. With a known limit alone: possible, since nothing \
        shows that such a device is on the path. The interval is the shortest one seen.",
    not_blamed: "It answers the PINGs that come.",
    remedy: &[
        "Set the keepalive time below the idle limit (AWS NLB 350 s, ALB 60 s), and permit it on the server \
        (MinTime, PermitWithoutStream).",
    ],
    symptoms: &[],
    refs: &["grpc/grpc-go#2443"],
    h2spec: &[],
    options: &["known_idle_timeouts"],
    needs: &[Need::Plaintext, Need::Time],
    folds_into: &[],
    fires: || {
        let ask = |script: Script, at: u8| {
            let asked = script.wait(Span::seconds(400)).client([ping([at; 8])]);
            asked.server([ping([at; 8]).map(|frame| frame.flag(1))]).ack(Side::Client)
        };
        let died =
            Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).ack(Side::Client);
        let died = died.wait(Span::seconds(351)).client([get(3)]).rst_from_between(Side::Server);
        (0..3_u8).fold(died.again_open(Span::seconds(1)), ask)
    },
    quiet: || {
        let ask = |script: Script, at: u8| {
            let asked = script.wait(Span::seconds(30)).client([ping([at; 8])]);
            asked.server([ping([at; 8]).map(|frame| frame.flag(1))]).ack(Side::Client)
        };
        (0..3_u8).fold(Script::open(), ask)
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], by_known_limit), Judge::Capture(by_another)],
};

/// An interval counts when it was seen so often.
const OFTEN: u32 = 2;

fn by_known_limit(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let Some((interval, at)) = regular(event.conn, side) else { continue };
        let Some(limit) = event.options.shortest_idle_timeout().filter(|limit| interval > limit.time) else {
            continue;
        };
        let message = format!(
            "The {} sends keepalive PING every {interval}; {limit} forgets idle connections before that.",
            side.word()
        );
        let draft = Draft::new(Culprit::of(side), message, at, at)
            .at_most(Confidence::Possible)
            .over(interval)
            .shows(EvidenceRole::Cause, side, at, format!("PING, {interval} after the one before"));
        verdict.say(draft);
    }
}

fn by_another(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for summary in capture.summaries {
        let Some((side, interval, at)) = summary.keepalive else { continue };
        let died = |other: &&Summary| {
            let silent = other.died_after.filter(|silent| *silent < interval);
            silent.is_some() && other.server == summary.server && other.number != summary.number
        };
        let Some(other) = capture.summaries.iter().find(died) else { continue };
        let silent = other.died_after.unwrap_or_default();
        let message = format!(
            "The {} sends keepalive PING every {interval}, but another connection to this server was gone after \
             {silent} of silence.",
            side.word()
        );
        let draft = Draft::new(Culprit::of(side), message, at, at)
            .at_most(Confidence::Likely)
            .over(interval)
            .on(vec![summary.number, other.number])
            .shows(EvidenceRole::Cause, side, at, format!("PING, {interval} after the one before"));
        verdict.say(draft);
    }
}

/// The interval of the PINGs of a side that nothing else goes between.
fn regular(conn: &Connection, side: Side) -> Option<(Span, Origin)> {
    conn.keepalive(side).filter(|keepalive| keepalive.count >= OFTEN)?.interval
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;

    fn says(script: &Script) -> usize {
        let name = KEEPALIVE_LONGER_THAN_IDLE_TIMEOUT.name;
        report(script).findings.iter().filter(|finding| finding.name == name).count()
    }

    #[test]
    fn whatever_is_lost_of_pings_that_once_came_sooner_accuses_nobody() {
        let ask = |script: Script, (at, seconds): (u8, i64)| {
            let asked = script.wait(Span::seconds(seconds)).client([ping([at; 8])]);
            asked.server([ping([at; 8]).map(|frame| frame.flag(1))]).ack(Side::Client)
        };
        let slow = [(0, 400), (1, 400), (2, 400), (3, 400), (4, 400)];
        assert_eq!(says(&slow.into_iter().fold(Script::open(), ask)), 1);
        // The second one comes sooner; one or two packets are lost, or the capture begins behind it.
        let whole = [(0, 400), (1, 30), (2, 400), (3, 400), (4, 400)].into_iter().fold(Script::open(), ask);
        let packets = whole.packets().len();
        assert_eq!(says(&whole), 0);
        for first in 0..packets {
            assert_eq!(says(&whole.clone().without_first(first)), 0, "without the first {first}");
            for second in first..packets {
                let left = whole.clone().lose(second).lose(first);
                assert_eq!(says(&left), 0, "without {first} and {second}");
            }
        }
    }

    #[test]
    fn a_ping_whose_segments_changed_places_breaks_the_silence_all_the_same() {
        let ask = |script: Script, at: u8| {
            let asked = script.wait(Span::seconds(400)).client([ping([at; 8])]);
            asked.server([ping([at; 8]).map(|frame| frame.flag(1))]).ack(Side::Client)
        };
        let whole = (0..3_u8).fold(Script::open(), ask);
        let mut packets = Vec::new();
        for packet in whole.packets() {
            if packet.side == Side::Client && packet.payload.len() == 17 {
                let (mut first, mut second) = (packet.clone(), packet.clone());
                second.payload = first.payload.split_off(1);
                second.offset = second.offset.saturating_add(1);
                first.time = first.time.after(Span(1_000));
                packets.extend([second, first]);
            } else {
                packets.push(packet.clone());
            }
        }
        let swapped = whole.clone().with_packets(packets);
        for script in [whole, swapped] {
            assert_eq!(says(&script), 1);
        }
    }
}
