//! A field block that stays open.

use crate::base::Side;
use crate::conn::{Ended, On, OpenBlock};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, continuation, get};

/// Field block left open.
pub(in crate::rules) static FIELD_BLOCK_NEVER_FINISHED: Rule = Rule {
    code: "CON006",
    name: "field-block-never-finished",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Timer,
    rfc: &[
        rfc9113("6.2", Some(Level::Must)),
        rfc9113("6.10", Some(Level::Must)),
        rfc7540("6.2", Some(Level::Must)),
        rfc7540("6.10", Some(Level::Must)),
    ],
    summary: "Field block left open",
    why: "A field block that was begun is completed by CONTINUATION.",
    meaning: "Block without END_HEADERS and no further frame from the sender to the end, with the wait over \
        (default 10 s, the limit Traffic Server uses) or the connection ended.",
    harm: "The receiver holds memory for the block and can process nothing else from this side.",
    doubt: "End of capture alone proves nothing. Orderly FIN by the sender: certain; RST by the peer: not \
        judged, nor is a block whose sender's peer had said GOAWAY or ended the connection first. A continuation that comes late withdraws the finding.",
    not_blamed: "It can only wait for the rest of the block.",
    remedy: &["Complete the block or close; servers should time out incomplete headers."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["close_wait_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::End, Need::Time],
    folds_into: &[],
    fires: || Script::open().client([get(1).map(Wire::unfinished)]).close(),
    quiet: || Script::open().client([get(1).map(Wire::unfinished)]).client([continuation(1, &[])]).close(),
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        let half = &event.conn.sides[side];
        let goes_on = |open: &OpenBlock| {
            half.recent.newest_first().next().is_some_and(|(last, _)| last.stream == open.stream)
        };
        let Some(open) = half.open_block().filter(goes_on) else { continue };
        let fin = event.conn.transport.fin(side).filter(|(_, complete)| *complete);
        let over = fin.map_or(event.now, |(fin, _)| fin.at).time.since(open.start.at.time);
        let reset = event.conn.transport.rst(side.peer()).is_some();
        if left_alone(event, side) || fin.is_none() && (reset || over < event.options.close_wait) {
            continue;
        }
        let message = format!(
            "The {} never finished the field block that it began on stream {}.",
            side.word(),
            open.stream
        );
        let begun = format!("{} without END_HEADERS", open.kind);
        let mut draft = Draft::new(Culprit::of(side), message, open.start, open.start)
            .stream(open.stream.0)
            .shows(EvidenceRole::Cause, side, open.start, begun);
        draft = match fin {
            Some((fin, _)) => draft.shows(EvidenceRole::Effect, side, fin, "FIN"),
            None => draft.over(over).at_most(Confidence::Likely).without(Need::End),
        };
        verdict.say(draft);
    }
}

/// True when the peer of `side` had parted before: nobody would read the rest of the block.
fn left_alone(event: &Event<'_>, side: Side) -> bool {
    let peer = side.peer();
    let parted = !event.conn.sides[peer].goaways.is_empty();
    parted || matches!(event.conn.transport.ended().0, Ended::Fin(who) | Ended::Rst(who) if who == peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::ErrorCode;
    use crate::rules::tests::finding;
    use crate::script::goaway;

    #[test]
    fn quiet_when_its_peer_had_parted() {
        let begun = || Script::open().client([get(1).map(Wire::unfinished)]);
        let said = |script: Script| finding(&FIELD_BLOCK_NEVER_FINISHED, &script).is_some();
        assert!(said(begun().close()));
        assert!(!said(begun().server([goaway(0, ErrorCode::ENHANCE_YOUR_CALM)]).close()));
        assert!(!said(begun().fin(Side::Server).close()));
    }
}
