//! An encoder that never uses the dynamic table.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas};
use crate::script::{Script, get};

/// Encoder makes no use of the dynamic table.
pub(in crate::rules) static HPACK_UNUSED: Rule = Rule {
    code: "HLT020",
    name: "hpack-unused",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance", "style"],
    view: View::Own,
    rfc: &[],
    summary: "Encoder makes no use of the dynamic table",
    why: "A field line that is inserted once costs one or two octets from then on.",
    meaning: "At least 50 field blocks of one side look like the one before it (as long, as many fields, as \
        large decoded) and carry literals of 20 octets and more, while nothing was ever inserted into the \
        dynamic table although its size is not 0. Blocks with secrets are left out: those are best never \
        indexed.",
    harm: "Every request pays for its fields in full.",
    doubt: "Blocks that look alike are taken for the same, so a field that changes and keeps its length counts \
        too: likely. Small encoders do without a table on purpose.",
    not_blamed: "It announced a table that may be used.",
    remedy: &["Switch on indexing in the sender's HPACK encoder."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Hpack, Need::Start],
    folds_into: &[],
    fires: || {
        (0..60_u32)
            .fold(Script::open(), |script, at| script.client([get(at.saturating_mul(2).saturating_add(1))]))
    },
    quiet: || {
        (0..40_u32)
            .fold(Script::open(), |script, at| script.client([get(at.saturating_mul(2).saturating_add(1))]))
    },
    judges: &[Judge::On(&[On::End], judge)],
};

/// So many blocks.
const MANY: u64 = 50;

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let repeats = event.conn.repeats(side);
        let half = &event.conn.sides[side];
        if repeats.inserted > 0 || repeats.blocks < MANY || half.limits.table_size == 0 {
            continue;
        }
        let message = format!(
            "The {} wrote {} field blocks like the one before in full, {} octets, and never used the dynamic table.",
            side.word(),
            repeats.blocks,
            repeats.octets
        );
        let first = half.first_headers.unwrap_or(event.fact.start);
        let draft = Draft::new(Culprit::of(side), message, first, event.fact.end)
            .at_most(Confidence::Likely)
            .shows(EvidenceRole::Context, side, first, "its first field block");
        verdict.say(draft);
    }
}
