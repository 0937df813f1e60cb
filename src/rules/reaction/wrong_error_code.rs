//! An error that was raised with a code which does not fit.

use super::showing::error_words;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, Level, Severity};
use crate::frame::{ErrorCode, Setting};
use crate::rules::ledger::{Cause, Complaint, Reason};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway, settings};

/// Error answered with an unfitting code.
pub(in crate::rules) static WRONG_ERROR_CODE: Rule = Rule {
    code: "REA003",
    name: "wrong-error-code",
    since: "0.1.0",
    area: areas::REACTION,
    severity: Severity::Info,
    severity_rfc7540: Some(Severity::Warning),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["style"],
    view: View::Reaction,
    rfc: &[
        rfc9113("5.4", Some(Level::May)),
        rfc9113("7", None),
        rfc7540("5.4", Some(Level::Must)),
        rfc7540("7", None),
    ],
    summary: "Error answered with an unfitting code",
    why: "The section that makes a fault an error names the code to send with it.",
    meaning: "X raised an error for a certain fault of its peer, but the code in GOAWAY or RST_STREAM is neither \
        the one that the broken rule names nor one that may stand for it.",
    harm: "Operators look for the fault in the wrong place: the code is what they see.",
    doubt: "RFC 9113 allows every code that applies, and always PROTOCOL_ERROR and INTERNAL_ERROR; only RFC 7540 \
        asks for the exact one. STREAM_CLOSED fits every frame in a wrong state. When another fault of the \
        peer deserves the code, X may have meant that one: not judged, nor is an error that came more than 1 s after the \
        fault arrived. Codes that are no verdict on the \
        peer's frames (CANCEL, REFUSED_STREAM, NO_ERROR, ENHANCE_YOUR_CALM) are not judged either.",
    not_blamed: "Its fault is a finding of its own; the code is the receiver's choice.",
    remedy: &["Send the specific code."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 7)])])
            .server([goaway(0, ErrorCode::COMPRESSION_ERROR)])
            .fin(crate::base::Side::Server)
    },
    quiet: || {
        Script::open()
            .client([settings(&[(Setting::ENABLE_PUSH, 1)])])
            .server([crate::script::settings_ack(), goaway(0, ErrorCode::NO_ERROR)])
            .fin(crate::base::Side::Server)
    },
    judges: &[Judge::Given(Given::Owed, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for complaint in event.ledger.complaints() {
        let cause = match event.ledger.reason(complaint) {
            Reason::OtherCode(cause) => cause,
            Reason::Fault(cause) if !cause.fits(complaint.code, event.options.spec) => cause,
            Reason::Fault(_) | Reason::Muted | Reason::Unclear | Reason::None => continue,
        };
        if cause.confidence == Some(Confidence::Certain)
            && !cause.is_absence()
            && is_prompt(event, complaint, cause)
        {
            verdict.say(draft(complaint, cause));
        }
    }
}

fn draft(complaint: &Complaint, cause: &Cause) -> Draft {
    let side = complaint.side;
    let message = format!(
        "The {} answered {} of the {} in pkt {} with {}; {} was owed.",
        side.word(),
        cause.rule.name,
        cause.culprit.word(),
        cause.start.at.pkt,
        error_words(complaint.stream, complaint.code),
        cause.rule.error_code
    );
    Draft::new(Culprit::of(side), message, complaint.start, complaint.end)
        .told_by(format!("{} {}", cause.rule.name, complaint.code))
        .caused_by(cause)
        .error(complaint)
}

/// True when the error followed upon the fault: one that comes late may have another reason.
fn is_prompt(event: &Event<'_>, complaint: &Complaint, cause: &Cause) -> bool {
    let knowledge = &event.conn.sides[complaint.side].knowledge;
    let arrived = knowledge.covered_since(cause.end.tcp_end).map_or(cause.end.at.time, |since| since.time);
    complaint.start.at.time.since(arrived) <= event.options.reaction_given_up
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::rules::tests::finding;

    #[test]
    fn quiet_on_an_error_long_after_the_fault() {
        let raised = |wait| {
            Script::open()
                .client([settings(&[(Setting::ENABLE_PUSH, 7)])])
                .ack(crate::base::Side::Server)
                .wait(wait)
                .server([goaway(0, ErrorCode::COMPRESSION_ERROR)])
                .fin(crate::base::Side::Server)
        };
        assert!(finding(&WRONG_ERROR_CODE, &raised(Span::millis(10))).is_some());
        assert!(finding(&WRONG_ERROR_CODE, &raised(Span::seconds(60))).is_none());
    }
}
