//! Dynamic table size updates: too large, out of place, missing.

use super::fault::{ask, ask_on, draft, fault};
use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::hpack::{Encoder, FaultKind};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, preface, settings, settings_ack};

/// Dynamic table size update above the limit.
pub(in crate::rules) static HPACK_SIZE_UPDATE_TOO_LARGE: Rule = Rule {
    code: "HPK008",
    name: "hpack-size-update-too-large",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[
        rfc9113("4.3.1", Some(Level::Must)),
        rfc7540("4.3", Some(Level::Must)),
        rfc7540("6.5.2", Some(Level::Must)),
    ],
    summary: "Dynamic table size update above the limit",
    why: "An encoder's table is never larger than the decoder's SETTINGS_HEADER_TABLE_SIZE.",
    meaning: "A size update (RFC 7541 6.3) asks for more than the decoder can have granted: the value acknowledged last, \
        or 4096 before any, or any larger one that had passed by then.",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "A larger value counts from the moment it passes, a smaller one only with the sender's acknowledgement. The \
        decoder's SETTINGS must be known from the start; otherwise nothing is said.",
    not_blamed: "It never allowed a table of that size.",
    remedy: &["Take the smaller of your own size and the peer's SETTINGS_HEADER_TABLE_SIZE."],
    symptoms: &["Go: dynamic table size update too large", "Netty: HPACK - invalid max dynamic table size"],
    refs: &["RFC 7541 6.3"],
    h2spec: &["hpack/6.3/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([ask(&update(8192), &[])]),
    quiet: || {
        Script::open()
            .server([settings(&[(Setting::HEADER_TABLE_SIZE, 8192)])])
            .client([ask(&update(8192), &[])])
    },
    judges: &[Judge::On(&[On::BlockFault], too_large)],
};

/// Dynamic table size update not at the start of a block, or repeated.
pub(in crate::rules) static HPACK_SIZE_UPDATE_MISPLACED: Rule = Rule {
    code: "HPK009",
    name: "hpack-size-update-misplaced",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("4.3.1", Some(Level::Must)), rfc7540("4.3", Some(Level::Must))],
    summary: "Dynamic table size update not at the start of a block, or repeated",
    why: "Size updates stand at the beginning of a field block, before its first field.",
    meaning: "A size update follows a field in the same block. Or more than two updates open a block, where the smallest and \
        the last value would do (RFC 7541 4.2): a warning.",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost. Many updates cost it time.",
    doubt: "It shows in one block alone.",
    not_blamed: "It must not accept an update there.",
    remedy: &[
        "Write pending updates before the first field: the smallest value since the last block, then the last one.",
    ],
    symptoms: &[],
    refs: &["RFC 7541 4.2"],
    h2spec: &["hpack/4.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &update(100))]),
    quiet: || Script::open().client([ask(&[update(0), update(4096)].concat(), &[])]),
    judges: &[Judge::On(&[On::BlockFault], misplaced)],
};

/// No size update after acknowledging a smaller table.
pub(in crate::rules) static HPACK_SIZE_UPDATE_MISSING: Rule = Rule {
    code: "HPK010",
    name: "hpack-size-update-missing",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("4.3.1", Some(Level::Must)),
        rfc7540("4.3", Some(Level::Must)),
        rfc7540("6.5.2", Some(Level::Must)),
    ],
    summary: "No size update after acknowledging a smaller table",
    why: "Once a smaller SETTINGS_HEADER_TABLE_SIZE is acknowledged, the next field block begins with an update to it or less.",
    meaning: "X acknowledged a SETTINGS_HEADER_TABLE_SIZE below the size that its table may have, and its next field block does \
        not begin with a size update to that value or less; after several changes the smallest one counts.",
    harm: "Decoders that hold to it end the connection with COMPRESSION_ERROR; with others the two tables may differ, and \
        fields come out wrong.",
    doubt: "Acknowledgement and block are both X's own, so their order is exact. If the table was that small already nothing is \
        owed. RFC 7541 4.2 asks for an update on any change; only reductions are judged.",
    not_blamed: "Its SETTINGS had been acknowledged.",
    remedy: &["Queue a size update when SETTINGS are applied, before the acknowledgement is sent."],
    symptoms: &[],
    refs: &["RFC 7541 4.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || small_table().client([settings_ack()]).client([ask(&[], &[])]),
    quiet: || small_table().client([ask(&[], &[]), settings_ack()]).client([ask_on(3, &update(100), &[])]),
    judges: &[Judge::On(&[On::BlockFault], missing)],
};

fn too_large(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((_, fault)) = fault(event) else { return };
    if let FaultKind::SizeUpdateTooLarge { asked, limit } = fault.kind {
        let words = format!(
            "asks for a dynamic table of {asked} octets; the {} allows {limit}",
            event.side().peer().word()
        );
        verdict.say(draft(event, fault, &words));
    }
}

fn misplaced(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BlockFault(block) = event.fact.kind else { return };
    match block.error {
        Some(fault) if fault.kind == FaultKind::SizeUpdateNotFirst => {
            verdict.say(draft(event, fault, "has a table size update behind a field"));
        }
        None => {
            let message = format!(
                "The {} opened a field block with {} table size updates; two are always enough.",
                event.side().word(),
                block.updates.count()
            );
            verdict.say(Draft::against_block(event, message).severity(Severity::Warning));
        }
        Some(_) => {}
    }
}

fn missing(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((_, fault)) = fault(event) else { return };
    let FaultKind::SizeUpdateMissing { owed, signalled } = fault.kind else { return };
    let words = match signalled {
        None => format!("has no table size update, although {owed} octets or less had been acknowledged"),
        Some(size) => {
            format!("updates the table size to {size}, although {owed} octets or less had been acknowledged")
        }
    };
    let draft = draft(event, fault, &words);
    let acknowledged = event.conn.sides[event.side().peer()]
        .settings
        .listed()
        .filter(|sent| sent.values.get(Setting::HEADER_TABLE_SIZE) == Some(owed) && sent.acked.is_some());
    let at = acknowledged.last().and_then(|sent| sent.acked.filter(|_| !sent.upgrade));
    verdict.say(match at {
        Some(ack) => draft.shows(
            EvidenceRole::Proof,
            event.side(),
            ack,
            format!("SETTINGS ACK of HEADER_TABLE_SIZE {owed}"),
        ),
        None => draft,
    });
}

/// A connection whose server announces a small table, which the client has not acknowledged yet.
fn small_table() -> Script {
    Script::connect()
        .client([preface(), settings(&[])])
        .server([settings(&[(Setting::HEADER_TABLE_SIZE, 100)]), settings_ack()])
        .ack(Side::Client)
}

fn update(octets: u32) -> Vec<u8> {
    Encoder::new().size_update(octets).octets().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;

    fn names(script: &Script) -> Vec<String> {
        let report = report(script);
        let ours = report.findings.iter().filter(|one| one.area == "hpack");
        ours.map(|one| format!("{} {}", one.severity.word(), one.name)).collect()
    }

    #[test]
    fn a_smaller_limit_binds_only_from_its_acknowledgement() {
        let asks = |script: Script| script.client([ask_on(3, &update(4096), &[])]);
        assert!(names(&asks(small_table())).is_empty());
        let bound = asks(small_table().client([settings_ack()]).client([ask(&update(100), &[])]));
        assert_eq!(names(&bound), ["error hpack-size-update-too-large"]);
    }

    #[test]
    fn of_several_limits_the_smallest_is_owed() {
        let twice = small_table()
            .server([settings(&[(Setting::HEADER_TABLE_SIZE, 4096)])])
            .client([settings_ack(), settings_ack()]);
        assert_eq!(
            names(&twice.clone().client([ask(&update(4096), &[])])),
            ["error hpack-size-update-missing"]
        );
        assert!(names(&twice.client([ask(&[update(100), update(4096)].concat(), &[])])).is_empty());
    }

    #[test]
    fn a_table_that_is_small_already_owes_nothing() {
        let script = Script::open().client([ask(&update(50), &[])]);
        let script = script.server([settings(&[(Setting::HEADER_TABLE_SIZE, 100)])]).client([settings_ack()]);
        assert!(names(&script.client([ask_on(3, &[], &[])])).is_empty());
    }

    #[test]
    fn three_updates_are_a_warning() {
        let script = Script::open().client([ask(&[update(9), update(0), update(9)].concat(), &[])]);
        assert_eq!(names(&script), ["warning hpack-size-update-misplaced"]);
    }

    #[test]
    fn limits_that_may_have_been_granted_out_of_sight_are_not_judged() {
        let script = Script::open().server([settings(&[(Setting::HEADER_TABLE_SIZE, 8192)])]);
        let granted = script.packets().len().saturating_sub(1);
        let script = script.client([settings_ack(), ask(&update(8192), &[])]).server([settings(&[])]);
        assert!(names(&script.lose(granted)).is_empty());
    }
}
