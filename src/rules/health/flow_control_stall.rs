//! A transfer stands still until credit comes.

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::{Setting, StreamId};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, data, get, response, window_update};

/// Transfer waits for WINDOW_UPDATE.
pub(in crate::rules) static FLOW_CONTROL_STALL: Rule = Rule {
    code: "HLT007",
    name: "flow-control-stall",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance"],
    view: View::Timer,
    rfc: &[rfc9113("5.2", None), rfc9113("6.9", None), rfc7540("5.2", None), rfc7540("6.9", None)],
    summary: "Transfer waits for WINDOW_UPDATE",
    why: "A sender may not send beyond its credit; a receiver that gives it late makes the transfer wait.",
    meaning: "DATA used the window of its stream or of the connection up, so that no frame like it fitted; the \
        sender was silent there for at least 100 ms (default), and went on within 5 ms after WINDOW_UPDATE \
        had passed. The times of all such waits are added.",
    harm: "The transfer takes longer by as much.",
    doubt: "Once may be a receiver that paused on purpose: possible, and likely when it happens again. That the sender goes on at once tells the wait from an idle program. One round trip is taken off \
        every wait, because a tap near the receiver sees the answer so much later. Where the sender never \
        goes on see stream-window-never-refilled.",
    not_blamed: "It may not send without credit, and went on as soon as it had some.",
    remedy: &[
        "Raise INITIAL_WINDOW_SIZE and the connection's window.",
        "Read the content faster, and send WINDOW_UPDATE when half of the window is used.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["stall_ms"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let open = Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 1000)], &[]).client([get(1)]);
        let full = open.server([response(1), data(1, &[0; 1000])]);
        (0..2).fold(full, |script, _| {
            script.wait(Span::millis(400)).client([window_update(1, 1000)]).server([data(1, &[0; 1000])])
        })
    },
    quiet: || {
        let open = Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 1000)], &[]).client([get(1)]);
        open.server([response(1), data(1, &[0; 1000])])
            .client([window_update(1, 1000)])
            .wait(Span::millis(400))
            .server([data(1, &[0; 1000]).map(Wire::end_stream)])
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for sender in Side::BOTH {
        let stalls = event.conn.stalls(sender);
        let Some(longest) = stalls.longest else { continue };
        let receiver = sender.peer();
        let whose = match longest.stream {
            StreamId::CONNECTION => "the connection".to_owned(),
            stream => format!("stream {stream}"),
        };
        let message = format!(
            "The {} waited {} times for credit of the {}, {} in all; the longest time {} for {whose}.",
            sender.word(),
            stalls.count,
            receiver.word(),
            stalls.stalled,
            longest.span
        );
        let mut draft = Draft::new(Culprit::of(receiver), message, longest.since, longest.credit)
            .at_most(if stalls.count > 1 { Confidence::Likely } else { Confidence::Possible })
            .over(longest.span)
            .shows(EvidenceRole::Cause, sender, longest.since, "DATA that uses the window up")
            .shows(EvidenceRole::Effect, receiver, longest.credit, "WINDOW_UPDATE, upon which it goes on");
        if longest.stream != StreamId::CONNECTION {
            draft = draft.stream(longest.stream.0);
        }
        verdict.say(draft);
    }
}
