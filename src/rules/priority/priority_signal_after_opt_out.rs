//! Priorities of RFC 7540 for a server that does not want them.

use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, priority, settings};

/// RFC 7540 priority signals although the server opted out.
pub(in crate::rules) static PRIORITY_SIGNAL_AFTER_OPT_OUT: Rule = Rule {
    code: "PRI004",
    name: "priority-signal-after-opt-out",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["should", "style"],
    view: View::Processed,
    rfc: &[rfc9113("5.3.2", Some(Level::Should)), rfc7540("5.3", Some(Level::Should))],
    summary: "RFC 7540 priority signals although the server opted out",
    why: "A client that learnt of NO_RFC7540_PRIORITIES = 1 stops sending the priority fields of RFC \
        7540.",
    meaning: "The client acknowledged SETTINGS of the server with NO_RFC7540_PRIORITIES = 1, and still \
        sends PRIORITY, or HEADERS with priority fields.",
    harm: "None but wasted octets: the server does not read them.",
    doubt: "The acknowledgement stands in the client's own order, so nothing can have been in flight. \
        Whether the client knows the parameter at all is not seen: told as a fact.",
    not_blamed: "It had said that it reads no such fields.",
    remedy: &["Send the priority field of RFC 9218 or PRIORITY_UPDATE instead."],
    symptoms: &[],
    refs: &["RFC 9218 2.1.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || Script::open_with(&[], &[(Setting::NO_RFC7540_PRIORITIES, 1)]).client([priority(1, 0)]),
    quiet: || {
        Script::open()
            .blind(crate::base::Side::Client)
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 20_000)])])
            .client([priority(1, 0)])
    },
    judges: &[Judge::On(&[On::PriorityAfterOptOut], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header() else { return };
    let server = &event.conn.sides.server.settings;
    let told = server
        .listed()
        .find(|sent| sent.acked.is_some() && sent.values.get(Setting::NO_RFC7540_PRIORITIES) == Some(1));
    let (kind, stream) = (header.kind, header.stream);
    let message = format!(
        "The client sent {kind} with priority fields on stream {stream} after it had acknowledged \
         NO_RFC7540_PRIORITIES = 1."
    );
    let mut draft = Draft::against_sender(event, message);
    if let Some(told) = told {
        draft = draft.shows(
            EvidenceRole::Context,
            event.side().peer(),
            told.start,
            "SETTINGS NO_RFC7540_PRIORITIES = 1",
        );
        if let Some(acked) = told.acked {
            draft = draft.shows(EvidenceRole::Proof, event.side(), acked, "SETTINGS ACK");
        }
    }
    verdict.say(draft);
}
