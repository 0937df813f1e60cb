//! What the file itself shows: cut packets, a torn end, a clock that ran back.

use crate::base::{Origin, Place, Side, Span};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{CaptureView, Draft, Judge, Rule, Scope, Verdict, View, areas, counted};
use crate::script::{Script, Wire, data, get, post, response};

/// Packets are cut by the snapshot length.
pub(in crate::rules) static SNAPLEN_CUT: Rule = Rule {
    code: "CAP001",
    name: "snaplen-cut",
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
    summary: "Packets are cut by the snapshot length",
    why: "A packet that was cut holds less than was sent.",
    meaning: "At least one TCP packet of an HTTP/2 or TLS connection has fewer captured than original octets.",
    harm: "Payloads and field blocks that were cut cannot be judged.",
    doubt: "Fact of the file. Frame sync survives as long as frame headers are captured; payload and HPACK \
        rules are silent about the frames concerned, which are listed as blind spots.",
    not_blamed: "",
    remedy: &["Capture whole packets (tcpdump -s 0)."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([data(1, &[7; 400])]).close().cut(100),
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Capture(snaplen)],
};

/// The capture file ends in the middle of a record.
pub(in crate::rules) static TRUNCATED_FILE: Rule = Rule {
    code: "CAP004",
    name: "truncated-file",
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
    summary: "The capture file ends in the middle of a record",
    why: "A capture file ends with a whole record.",
    meaning: "The last record of a pcap or block of a pcapng file is shorter than its header says.",
    harm: "The last packet is missing, and perhaps more: the end of the capture is no close.",
    doubt: "Fact of the file, typical when the capture tool was killed. Everything before is judged; the end \
        of the capture is no close.",
    not_blamed: "",
    remedy: &["Stop the capture tool with SIGINT, or let it flush (tcpdump -U)."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close().torn(),
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Capture(truncated)],
};

/// Time stamps run backwards or jump.
pub(in crate::rules) static CLOCK_JUMPS: Rule = Rule {
    code: "CAP007",
    name: "clock-jumps",
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
    summary: "Time stamps run backwards or jump",
    why: "Time runs forward in a capture.",
    meaning: "A packet's time stamp lies before that of an earlier record by more than the reorder slack, or \
        acknowledgement and data show an impossible order.",
    harm: "Intervals that are short against the inversion cannot be trusted.",
    doubt: "Fact. The largest inversion is the measure: rules that need time lower their confidence only for \
        intervals shorter than 10 x the inversion; longer ones stay as they are. Merged files with \
        different clocks are the usual cause.",
    not_blamed: "",
    remedy: &["Merge with synchronised clocks, or analyse the files one by one."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .wait(Span::seconds(-3))
            .server([response(1).map(Wire::end_stream)])
            .close()
    },
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::Capture(clock)],
};

fn snaplen(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let Some((first, packets)) = capture.file.cut_packets else { return };
    let packets = counted(packets, "packet was", "packets were");
    let message = format!("{packets} cut by the snapshot length, first pkt {}.", first.pkt);
    verdict.say(at(first, message, "packet with fewer captured than original octets"));
}

fn truncated(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let Some(cut) = &capture.file.truncated else { return };
    let message = format!("The capture file ends in the middle of a record: {cut}.");
    verdict.say(at(capture.file.last, message, "the last whole packet"));
}

fn clock(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let Some((place, back)) = capture.file.ran_back.filter(|(_, back)| *back > capture.options.reorder_slack)
    else {
        return;
    };
    let message = format!("Time stamps run back by up to {back}, at pkt {}.", place.pkt);
    verdict.say(at(place, message, "packet stamped before an earlier one").told_by("clock"));
}

fn at(place: Place, message: String, what: &str) -> Draft {
    let origin = Origin { at: place, ..Origin::default() };
    if place.pkt.is_none() {
        return Draft::new(Culprit::Capture, message, origin, origin);
    }
    Draft::new(Culprit::Capture, message, origin, origin).shows(
        EvidenceRole::Cause,
        Side::Client,
        origin,
        what,
    )
}
