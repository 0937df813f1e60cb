//! PING acknowledgements that nobody asked for.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping};

/// PING ACK whose payload was never asked for.
pub(in crate::rules) static UNSOLICITED_PING_ACK: Rule = Rule {
    code: "PNG004",
    name: "unsolicited-ping-ack",
    since: "0.1.0",
    area: areas::PING,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Permissive,
    rfc: &[rfc9113("6.7", Some(Level::Must)), rfc7540("6.7", Some(Level::Must))],
    summary: "PING ACK whose payload was never asked for",
    why: "A PING ACK carries the 8 octets of the PING that it answers.",
    meaning: "A PING ACK carries octets of which no unanswered PING of the peer passed before. When \
        exactly one PING of the peer is unanswered it is named as answered with other octets: then \
        an error.",
    harm: "The peer reads over it. Where it was meant as an answer the peer goes on waiting for one.",
    doubt: "Every PING that passed counts, whether or not it had arrived, so this needs the peer's \
        direction without a hole from the start. Acknowledgements beyond the number of PINGs that \
        are tracked are not judged.",
    not_blamed: "It had sent no PING with these octets.",
    remedy: &["Copy the 8 octets of the PING unchanged; send no PING ACK on your own."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.7/2", "client/6.7/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ping([1; 8]).map(|frame| frame.flag(1))]),
    quiet: || Script::open().server([ping([1; 8])]).client([ping([1; 8]).map(|frame| frame.flag(1))]),
    judges: &[Judge::On(&[On::UnsolicitedPingAck], unsolicited)],
};

/// PING ACK answered with another PING ACK.
pub(in crate::rules) static PING_ACK_ANSWERED: Rule = Rule {
    code: "PNG005",
    name: "ping-ack-answered",
    since: "0.1.0",
    area: areas::PING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc9113("6.7", Some(Level::Must)), rfc7540("6.7", Some(Level::Must))],
    summary: "PING ACK answered with another PING ACK",
    why: "A PING that has the ACK flag is not answered.",
    meaning: "A PING ACK carries octets that its peer had sent only in a PING ACK, not in a PING, since \
        this side last used them.",
    harm: "Two ends that do so answer each other without end.",
    doubt: "Equal octets, and no PING with them in between, make it certain; that takes both directions \
        without a hole.",
    not_blamed: "What it sent was an acknowledgement, and asked for nothing.",
    remedy: &["Look at the ACK flag before answering."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.7/2", "client/6.7/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Payload],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([ping([1; 8]).map(|frame| frame.flag(1))])
            .server([ping([1; 8]).map(|frame| frame.flag(1))])
    },
    quiet: || Script::open().client([ping([1; 8])]).server([ping([1; 8]).map(|frame| frame.flag(1))]),
    judges: &[Judge::On(&[On::UnsolicitedPingAck], answered)],
};

fn unsolicited(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::UnsolicitedPingAck { opaque, answers_ack: false } = event.fact.kind else { return };
    let (who, peer) = (event.side().word(), event.side().peer());
    let mut waiting = event.conn.sides[peer].pings.waiting();
    let only = waiting.next().filter(|_| waiting.next().is_none());
    let octets = hex(opaque);
    let draft = match only {
        Some(ping) => {
            let asked = hex(ping.opaque);
            let message =
                format!("The {who} answered the PING {asked} of the {} with {octets}.", peer.word());
            Draft::against_sender(event, message).severity(Severity::Error).shows(
                EvidenceRole::Cause,
                peer,
                ping.start,
                format!("PING {asked}"),
            )
        }
        None => {
            let message =
                format!("The {who} sent PING ACK {octets}, which no PING of the {} asked for.", peer.word());
            Draft::against_sender(event, message)
        }
    };
    verdict.say(draft);
}

fn answered(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::UnsolicitedPingAck { opaque, answers_ack: true } = event.fact.kind else { return };
    let (who, peer, octets) = (event.side().word(), event.side().peer().word(), hex(opaque));
    let message = format!("The {who} answered the PING ACK {octets} of the {peer} with another one.");
    verdict.say(Draft::against_sender(event, message));
}

/// The octets as Wireshark writes them.
fn hex(opaque: [u8; 8]) -> String {
    format!("{:016x}", u64::from_be_bytes(opaque))
}

#[cfg(test)]
mod tests {
    use crate::base::Side;
    use crate::finding::Severity;
    use crate::rules::tests::report;
    use crate::script::{Octets, Script, ping};

    fn found(script: &Script) -> Vec<(&'static str, &'static str, Severity)> {
        let report = report(script);
        let about = report.findings.iter().filter(|finding| finding.area == "ping");
        about.map(|finding| (finding.name, finding.culprit.role.word(), finding.severity)).collect()
    }

    fn ack(octet: u8) -> Octets {
        ping([octet; 8]).map(|frame| frame.flag(1))
    }

    #[test]
    fn an_answer_with_other_octets_to_the_only_ping_is_an_error() {
        let altered = Script::open().client([ping([1; 8])]).server([ack(2)]);
        assert_eq!(found(&altered), [("unsolicited-ping-ack", "server", Severity::Error)]);
        let several = Script::open().client([ping([1; 8]), ping([3; 8])]).server([ack(2)]);
        assert_eq!(found(&several), [("unsolicited-ping-ack", "server", Severity::Warning)]);
    }

    #[test]
    fn a_ping_counts_from_the_moment_it_passes() {
        assert!(
            found(&Script::open().blind(Side::Server).client([ping([1; 8])]).server([ack(1)])).is_empty()
        );
    }

    #[test]
    fn a_second_answer_is_unsolicited_and_no_answer_to_an_acknowledgement() {
        let doubled = Script::open()
            .client([ping([1; 8])])
            .server([ack(1)])
            .server([ping([1; 8])])
            .client([ack(1)])
            .client([ack(1)]);
        assert_eq!(found(&doubled), [("unsolicited-ping-ack", "client", Severity::Warning)]);
    }

    #[test]
    fn an_acknowledgement_of_an_acknowledgement_is_told_once() {
        let looped = Script::open().client([ping([1; 8])]).server([ack(1)]).client([ack(1)]);
        assert_eq!(found(&looped), [("ping-ack-answered", "client", Severity::Error)]);
    }

    #[test]
    fn quiet_where_more_pings_wait_than_are_kept() {
        let many = (0..200).fold(Script::open(), |script, octet| script.client([ping([octet; 8])]));
        let answered = (0..200).fold(many, |script, octet| script.server([ack(octet)]));
        assert!(found(&answered).is_empty());
    }

    #[test]
    fn quiet_where_the_ping_may_be_in_a_hole() {
        let script =
            Script::open().server([ping([1; 8])]).client([ack(1)]).server([ping([2; 8])]).client([ack(2)]);
        assert!(found(&script.lose(7)).iter().all(|(_, _, severity)| *severity < Severity::Error));
        assert!(found(&Script::open().only(Side::Client).client([ack(1)])).is_empty());
    }
}
