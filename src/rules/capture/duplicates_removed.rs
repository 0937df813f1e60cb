//! The capture saw packets twice: on two interfaces, or on both sides of a mirror. TCP has put the second copies aside.

use crate::base::{Origin, Side};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{CaptureView, Draft, Judge, Rule, Scope, Verdict, View, areas, counted};
use crate::script::{Script, get, response};

/// The same packets were captured twice and counted once.
pub(in crate::rules) static DUPLICATES_REMOVED: Rule = Rule {
    code: "CAP006",
    name: "duplicates-removed",
    since: "0.1.0",
    area: areas::CAPTURE,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Capture],
    tags: &["capture"],
    view: View::Wire,
    rfc: &[],
    summary: "The same packets were captured twice and counted once",
    why: "A packet that is sent once passes a tap once.",
    meaning: "TCP packets repeat shortly after one another with the same numbers, flags, length and IP \
        identification, and with the same time to live or, behind a router, a smaller one: the device \"any\", \
        loopback, or a mirror of both sides of a router shows each packet twice.",
    harm: "None for the judgement: the first copy counts, the others are put aside. The file is larger than it \
        needs to be, and counts of packets in other tools are too high.",
    doubt: "Fact. A segment that TCP sends again has another identification. Where a host does not number its \
        packets, as in IPv6, a copy must have the same checksum, which covers TCP time stamps, and come within \
        a millisecond or from behind a router; bare acknowledgements, which may be repeated word for word, are \
        then left alone. Timing rests on the first copy.",
    not_blamed: "",
    remedy: &["Capture on one interface only."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || answered().numbered().routed(7).routed(6).routed(0),
    quiet: || answered().repeat_with(6, 0).numbered(),
    judges: &[Judge::Capture(copies)],
};

fn answered() -> Script {
    Script::open().client([get(1)]).server([response(1).map(crate::script::Wire::end_stream)]).close()
}

fn copies(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let Some((first, count)) = capture.file.copies else { return };
    let packets = counted(count, "packet was", "packets were");
    let message = format!("{packets} captured twice and counted once, first pkt {}.", first.pkt);
    let origin = Origin { at: first, ..Origin::default() };
    let draft = Draft::new(Culprit::Capture, message, origin, origin);
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, origin, "copy of a packet shortly before it"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, Report};
    use crate::rules::tests::report;

    fn found(report: &Report) -> Option<&Finding> {
        report.findings.iter().find(|finding| finding.rule == DUPLICATES_REMOVED.code)
    }

    #[test]
    fn copies_are_counted_and_change_nothing_else() {
        let (whole, doubled) =
            (report(&answered().numbered()), report(&answered().numbered().routed(7).routed(6).routed(0)));
        let said = &found(&doubled).expect("a finding").message;
        assert_eq!(said, "3 packets were captured twice and counted once, first pkt 2.");
        assert_eq!(
            (whole.totals.frames, whole.totals.streams),
            (doubled.totals.frames, doubled.totals.streams)
        );
        assert_eq!(whole.findings.len() + 1, doubled.findings.len());
    }

    #[test]
    fn what_tcp_sends_again_is_no_copy() {
        assert!(found(&report(&answered().repeat_with(6, 0).numbered())).is_none());
        assert!(found(&report(&answered().numbered().repeat_with(6, 0x5a))).is_none(), "other octets");
    }
}
