//! A field block that ends too early.

use super::fault::{ask, draft, fault};
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::FaultKind;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Field block ends inside a representation.
pub(in crate::rules) static HPACK_TRUNCATED_BLOCK: Rule = Rule {
    code: "HPK007",
    name: "hpack-truncated-block",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("4.3", Some(Level::Must)), rfc7540("4.3", Some(Level::Must))],
    summary: "Field block ends inside a representation",
    why: "A field block is complete with END_HEADERS; what it cuts off cannot be decoded.",
    meaning: "A name, a value, a length or an index runs past the end of a field block whose END_HEADERS was seen.",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "Octets that the capture lacks would look the same: a block is only decoded when all its fragments are there in \
        full, else nothing is said about it.",
    not_blamed: "END_HEADERS told it that nothing more would come.",
    remedy: &[
        "Check how the encoder splits blocks into HEADERS and CONTINUATION.",
        "Check that padding is added behind the fragment and counted in the frame's length.",
    ],
    symptoms: &["nghttp2: Header compression/decompression error", "any: COMPRESSION_ERROR"],
    refs: &[],
    h2spec: &["http2/4.3/1", "client/4.3/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0x00, 5, b'x'])]),
    quiet: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0])]),
    judges: &[Judge::On(&[On::BlockFault], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((_, fault)) = fault(event) else { return };
    if let FaultKind::Truncated { missing } = fault.kind {
        let words = format!("ends inside a field: at least {missing} more octets are announced");
        verdict.say(draft(event, fault, &words));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::ask;
    use crate::rules::tests::report;
    use crate::script::{Script, Wire, continuation};

    fn names(script: &Script) -> Vec<&'static str> {
        let report = report(script);
        report.findings.iter().filter(|one| one.area == "hpack").map(|one| one.name).collect()
    }

    #[test]
    fn the_rest_of_a_field_may_come_in_continuation() {
        let cut = ask(&[], &[0x00, 5, b'x']).map(Wire::unfinished);
        assert!(names(&Script::open().client([cut, continuation(1, b"yyyy\0")])).is_empty());
    }

    #[test]
    fn a_block_that_the_capture_cuts_is_not_judged() {
        let script = Script::open().client([ask(&[], &[0x00, 5, b'x', b'x', b'x', b'x', b'x', 0])]);
        assert!(names(&script.cut(54 + 9 + 6 + 3)).is_empty());
    }
}
