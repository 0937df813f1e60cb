//! An error for a frame that had to be tolerated.

use super::showing::error_words;
use crate::base::{Origin, Side};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::{ErrorCode, Header};
use crate::rules::ledger::{Complaint, Reason, Tolerated, accuses};
use crate::rules::verdict::header_words;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, ping, unknown};

/// Peer punished for legal behaviour.
pub(in crate::rules) static LEGAL_BEHAVIOUR_REJECTED: Rule = Rule {
    code: "REA006",
    name: "legal-behaviour-rejected",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Reaction,
    rfc: &[
        rfc9113("4.1", Some(Level::Must)),
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("5.5", Some(Level::Must)),
        rfc9113("6.9", Some(Level::Must)),
        rfc9113("7", Some(Level::Must)),
        rfc7540("4.1", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("5.5", Some(Level::Must)),
        rfc7540("6.9", Some(Level::Must)),
        rfc7540("7", Some(Level::Must)),
    ],
    summary: "Peer punished for legal behaviour",
    why: "What HTTP/2 tells a receiver to ignore is no reason for an error.",
    meaning: "X sent GOAWAY or RST_STREAM with a code that accuses its peer, no rule accuses the peer, shown or muted, and \
        among the last frames of the peer that had reached X is one that must be tolerated: of an unknown type, with an \
        unknown setting, an undefined flag or the reserved bit, PRIORITY, WINDOW_UPDATE or RST_STREAM on a \
        stream that is over, an empty frame, DATA beyond a window that was only just made smaller, or a \
        frame that was on its way when X reset its stream.",
    harm: "Connections die, or requests fail, for frames that any client or server may send.",
    doubt: "That no fault was found is only as good as the capture: the direction of the peer must be complete from its \
        start, and its field blocks readable. Likely at best. ENHANCE_YOUR_CALM, REFUSED_STREAM, CANCEL, \
        INTERNAL_ERROR and NO_ERROR accuse nobody.",
    not_blamed: "What it sent is legal, and its peer has to bear it.",
    remedy: &["Relax the check for the frame that is named."],
    symptoms: &[],
    refs: &[],
    h2spec: &[
        "http2/4.1/1",
        "http2/4.1/2",
        "http2/4.1/3",
        "http2/4.2/1",
        "http2/5.5/1",
        "http2/6.5.2/5",
        "http2/6.5.3/1",
        "http2/6.10/1",
        "http2/7/1",
        "http2/7/2",
        "client/1/1",
        "client/4.1/1",
        "client/4.1/2",
        "client/4.1/3",
        "client/4.2/1",
        "client/5.5/1",
        "client/6.5.2/4",
        "client/6.10/1",
        "generic/1/1",
        "generic/2/1",
        "generic/2/2",
        "generic/2/3",
        "generic/2/4",
        "generic/2/5",
        "generic/3.1/1",
        "generic/3.1/2",
        "generic/3.1/3",
        "generic/3.2/1",
        "generic/3.2/2",
        "generic/3.2/3",
        "generic/3.3/1",
        "generic/3.3/2",
        "generic/3.3/3",
        "generic/3.3/4",
        "generic/3.3/5",
        "generic/3.4/1",
        "generic/3.5/1",
        "generic/3.7/1",
        "generic/3.8/1",
        "generic/3.9/1",
        "generic/3.9/2",
        "generic/3.10/1",
        "generic/3.10/2",
        "generic/4/1",
        "generic/4/2",
        "generic/4/3",
        "generic/4/4",
        "generic/5/1",
        "generic/5/2",
        "generic/5/3",
        "generic/5/4",
        "generic/5/5",
        "generic/5/6",
        "generic/5/7",
        "generic/5/8",
        "generic/5/9",
        "generic/5/10",
        "generic/5/11",
        "generic/5/12",
        "generic/5/13",
        "generic/5/14",
        "generic/5/15",
    ],
    options: &[],
    needs: &[
        Need::Plaintext,
        Need::Frames,
        Need::PeerFrames,
        Need::Acks,
        Need::End,
        Need::Start,
        Need::Hpack,
    ],
    folds_into: &["two-http2-stacks"],
    fires: || {
        Script::open()
            .client([unknown(0xbe, 0, b"grease"), ping([1; 8])])
            .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .fin(Side::Server)
    },
    quiet: || {
        Script::open()
            .client([unknown(0xbe, 0, b"grease"), ping([1; 8])])
            .server([ping([1; 8]).map(|frame| frame.flag(1)), goaway(0, ErrorCode::NO_ERROR)])
            .fin(Side::Server)
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for complaint in event.ledger.complaints().filter(|complaint| accuses(complaint.code)) {
        let innocent = complaint.fields_known && matches!(event.ledger.reason(complaint), Reason::None);
        if let Some(tolerated) = complaint.tolerated.filter(|_| innocent) {
            verdict.say(draft(complaint, tolerated));
        }
    }
}

fn draft(complaint: &Complaint, (why, header, start): (Tolerated, Header, Origin)) -> Draft {
    let (side, peer) = (complaint.side, complaint.side.peer());
    let message = format!(
        "The {} sent {} in pkt {}, and nothing that the {} sent deserves it; its {} in pkt {} {}.",
        side.word(),
        error_words(complaint.stream, complaint.code),
        complaint.start.at.pkt,
        peer.word(),
        header_words(&header),
        start.at.pkt,
        why.words()
    );
    let mut draft = Draft::new(Culprit::of(side), message, complaint.start, complaint.end)
        .told_by(format!("{} {}", complaint.code, header.kind))
        .at_most(Confidence::Likely)
        .shows(EvidenceRole::Cause, peer, start, format!("{}: {}", header_words(&header), why.words()))
        .error(complaint);
    draft.stream = complaint.stream;
    draft
}
