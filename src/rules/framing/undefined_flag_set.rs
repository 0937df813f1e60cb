//! Flags without a meaning.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping, unknown};

/// Flag without meaning for the frame type is set.
pub(in crate::rules) static UNDEFINED_FLAG_SET: Rule = Rule {
    code: "FRM009",
    name: "undefined-flag-set",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("4.1", Some(Level::Must)), rfc7540("4.1", Some(Level::Must))],
    summary: "Flag without meaning for the frame type is set",
    why: "A flag that a frame type does not define is left unset.",
    meaning: "A flag bit that the frame type does not define is 1 (DATA: 0x01,0x08; HEADERS: \
        0x01,0x04,0x08,0x20; PUSH_PROMISE: 0x04,0x08; CONTINUATION: 0x04; SETTINGS and PING: 0x01; \
        others none). Unknown frame types are exempt.",
    harm: "None today: receivers ignore it. A later extension may give the bit a meaning.",
    doubt: "Certain, but a negotiated extension may define the bit: if unknown settings were exchanged by \
        both sides, info. Receivers must ignore it, hence warning.",
    not_blamed: "It must ignore the flag.",
    remedy: &["Clear unused flag bits."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/4.1/2", "client/4.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([ping([0; 8]).map(|frame| frame.flag(0x10))]),
    quiet: || Script::open().client([unknown(0xfa, 0, b"").map(|frame| frame.flag(0x10))]),
    judges: &[Judge::On(&[On::UndefinedFlags], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::UndefinedFlags { bits }, Some(header)) = (event.fact.kind, event.header()) else { return };
    let extended = |side: Side| event.conn.sides[side].settings.listed().any(|sent| !sent.unknown.is_empty());
    let message =
        format!("The {} set flags 0x{bits:02x}, which {} does not define.", event.side().word(), header.kind);
    let mut draft = Draft::against_sender(event, message);
    if extended(Side::Client) && extended(Side::Server) {
        draft = draft.severity(Severity::Info);
    }
    verdict.say(draft);
}
