//! Indices that lead nowhere.

use super::fault::{ask, draft, fault};
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::FaultKind;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Indexed field with index 0.
pub(in crate::rules) static HPACK_INDEX_ZERO: Rule = Rule {
    code: "HPK001",
    name: "hpack-index-zero",
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
    summary: "Indexed field representation with index 0",
    why: "Indices begin with 1; an indexed field with index 0 cannot be decoded.",
    meaning: "A field block has the octet 0x80 where a field begins: an indexed field (RFC 7541 6.1) with index 0.",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "Independent of the dynamic table, so it shows behind a gap as well, once a whole field block is there. \
        Behind the first decoding error of a direction its table is unknown, and what depends on it is not judged.",
    not_blamed: "Index 0 has no meaning that it could give it.",
    remedy: &["A mistake of the encoder: indices start at 1."],
    symptoms: &["nghttp2: Header compression/decompression error", "any: COMPRESSION_ERROR"],
    refs: &["RFC 7541 6.1"],
    h2spec: &["hpack/6.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0x80])]),
    quiet: || Script::open().client([ask(&[], &[0x90])]),
    judges: &[Judge::On(&[On::BlockFault], zero)],
};

/// Index beyond the static and dynamic tables.
pub(in crate::rules) static HPACK_INDEX_OUT_OF_RANGE: Rule = Rule {
    code: "HPK002",
    name: "hpack-index-out-of-range",
    since: "0.1.0",
    area: areas::HPACK,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "COMPRESSION_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("4.3", Some(Level::Must)), rfc7540("4.3", Some(Level::Must))],
    summary: "Index beyond the static and dynamic tables",
    why: "An index refers to an entry of the static or of the dynamic table; beyond them there is nothing to refer to.",
    meaning: "An indexed field, or a literal with an indexed name, whose index exceeds 61 plus the entries that the \
        dynamic table can hold then (RFC 7541 2.3.3).",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "Entries count from the newest one, so an exact table needs every block of the direction. Where blocks are \
        missing, or the connection was joined late, an index is only judged when not even a full table of entries of \
        32 octets each would reach it; how large the table may be is then known only from the other side's SETTINGS.",
    not_blamed: "It has only the entries that were sent to it.",
    remedy: &[
        "The tables of encoder and decoder have diverged. Check how table size updates are handled.",
        "Check that field blocks on refused, reset and closed streams still pass through the encoder and the decoder.",
        "Check that SETTINGS_HEADER_TABLE_SIZE takes effect with its acknowledgement.",
    ],
    symptoms: &[
        "Netty: HPACK - illegal index value",
        "nginx: client sent out of bound hpack table index: …",
        "nghttp2: Header compression/decompression error",
        "h2 (Rust): failed HPACK decoding; err=…",
        "hyper-h2: Error decoding header block: …",
        "any: COMPRESSION_ERROR",
        "nginx: upstream sent invalid http2 table index: …",
    ],
    refs: &["RFC 7541 2.3.3"],
    h2spec: &["hpack/2.3.3/1", "hpack/2.3.3/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0xbe])]),
    quiet: || Script::open().client([ask(&[], &[0x40, 1, b'x', 1, b'y', 0xbe])]),
    judges: &[Judge::On(&[On::BlockFault], out_of_range)],
};

fn zero(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some((_, fault)) = fault(event).filter(|(_, fault)| fault.kind == FaultKind::IndexZero) {
        verdict.say(draft(event, fault, "has an indexed field with index 0"));
    }
}

/// The decoder says so only where nothing unseen can stand at the index: the table need not be exact.
fn out_of_range(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((_, fault)) = fault(event) else { return };
    if let FaultKind::IndexOutOfRange { index, largest } = fault.kind {
        let words = format!("refers to index {index}; the largest one that can have an entry is {largest}");
        verdict.say(draft(event, fault, &words).without(Need::Hpack));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::ask_on;
    use crate::frame::Setting;
    use crate::hpack::Encoder;
    use crate::rules::tests::report;
    use crate::script::{Octets, Script, Wire, get, headers, response, settings, settings_ack};

    /// Names and culprits of the findings about HPACK and about fields.
    fn accused(script: &Script) -> Vec<String> {
        let report = report(script);
        let ours = report.findings.iter().filter(|one| matches!(one.area, "hpack" | "messages"));
        ours.map(|one| format!("{}@{}", one.name, one.culprit.role.word())).collect()
    }

    /// A conversation of which the capture sees ten requests, but neither the handshake nor the SETTINGS.
    fn late() -> Script {
        (0..10).fold(Script::open(), |script, number| {
            let stream = number * 2 + 1;
            script.client([ask_on(stream, &[], &[])]).server([answer(stream, &[])])
        })
    }

    fn without_beginning(script: Script) -> Script {
        script.without_first(6)
    }

    fn answer(stream: u32, more: &[u8]) -> Octets {
        headers(stream, &[&[0x88], more].concat()).map(Wire::end_stream)
    }

    #[test]
    fn an_index_into_a_table_joined_late_is_not_judged_in_either_direction() {
        let client = late().client([ask_on(101, &[], &[0xbe])]).server([response(101)]);
        assert!(accused(&without_beginning(client)).is_empty());
        let server = late().client([get(101)]).server([answer(101, &[0xbe])]);
        assert!(accused(&without_beginning(server)).is_empty());
    }

    #[test]
    fn a_literal_name_is_certain_in_a_table_joined_late_in_either_direction() {
        let connection = [0x00, 10, b'C', b'o', b'n', b'n', b'e', b'c', b't', b'i', b'o', b'n', 1, b'x'];
        let client = late().client([ask_on(101, &[], &connection)]).server([response(101)]);
        let named = accused(&without_beginning(client));
        assert!(named.contains(&"connection-specific-field@client".to_owned()), "{named:?}");
        let server = late().client([get(101)]).server([answer(101, &connection)]);
        let named = accused(&without_beginning(server));
        assert!(named.contains(&"connection-specific-field@server".to_owned()), "{named:?}");
    }

    #[test]
    fn a_table_emptied_by_an_update_to_0_is_exact_again() {
        let emptied = [&[0x20][..], Encoder::new().size_update(4096).octets()].concat();
        let client = late().client([ask_on(101, &emptied, &[])]).server([response(101)]).client([ask_on(
            103,
            &[],
            &[0xbe],
        )]);
        assert_eq!(accused(&without_beginning(client)), ["hpack-index-out-of-range@client"]);
        let server = late()
            .client([get(101), get(103)])
            .server([headers(101, &[&emptied[..], &[0x88]].concat()).map(Wire::end_stream)])
            .server([answer(103, &[0xbe])]);
        assert_eq!(accused(&without_beginning(server)), ["hpack-index-out-of-range@server"]);
    }

    #[test]
    fn a_table_filled_by_known_entries_is_exact_again() {
        let small = Encoder::new().size_update(70).octets().to_vec();
        let fill = [0x40, 1, b'x', 1, b'y', 0x40, 1, b'x', 1, b'z'];
        let client = late()
            .client([ask_on(101, &small, &fill)])
            .server([response(101)])
            .client([ask_on(103, &[], &[0xbf])])
            .client([ask_on(105, &[], &[0xc0])]);
        assert_eq!(accused(&without_beginning(client)), ["hpack-index-out-of-range@client"]);
    }

    #[test]
    fn an_index_that_no_table_reaches_is_judged_behind_a_lost_block() {
        let near = late().client([ask_on(101, &[], &[0xbe])]);
        assert!(accused(&near.clone().lose(8)).is_empty());
        let far = near.client([ask_on(103, &[], &[0xff, 0xff, 0x01])]);
        assert_eq!(accused(&far.lose(8)), ["hpack-index-out-of-range@client"]);
    }

    #[test]
    fn a_larger_table_that_was_allowed_out_of_sight_acquits() {
        let script = Script::open_with(&[], &[(Setting::HEADER_TABLE_SIZE, 1 << 20)]);
        let script = (0..10).fold(script, |script, number| script.client([ask_on(number * 2 + 1, &[], &[])]));
        let script = script.server([settings(&[])]).client([settings_ack()]);
        let script = script.client([ask_on(101, &[], &[0xff, 0xff, 0x01])]);
        assert!(accused(&without_beginning(script)).is_empty());
    }

    #[test]
    fn behind_the_first_decoding_error_of_a_direction_its_table_is_unknown() {
        let script = Script::open().client([ask_on(1, &[], &[0x40, 1, b'x', 1, b'y'])]).client([ask_on(
            3,
            &[],
            &[0x80],
        )]);
        let script = script.client([ask_on(5, &[], &[0xff, 0x00])]).client([headers(7, &[0x82, 0x86, 0xbe])]);
        assert_eq!(accused(&script), ["hpack-index-zero@client"]);
    }
}
