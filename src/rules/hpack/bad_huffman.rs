//! Strings in the Huffman code that do not end as they must.

use super::fault::{ask, draft, fault};
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::FaultKind;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Huffman string padded with more than 7 bits.
pub(in crate::rules) static HPACK_HUFFMAN_PADDING_TOO_LONG: Rule = Rule {
    code: "HPK004",
    name: "hpack-huffman-padding-too-long",
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
    summary: "Huffman string padded with more than 7 bits",
    why: "Padding fills a Huffman string up to its next octet and no further.",
    meaning: "Behind the last symbol of a Huffman string eight or more bits are left (RFC 7541 5.2).",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "It shows in one string alone: neither the dynamic table nor other blocks matter.",
    not_blamed: "It must not decode such a string.",
    remedy: &["Pad only up to the next octet."],
    symptoms: &[],
    refs: &["RFC 7541 5.2"],
    h2spec: &["hpack/5.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x82, 0x1f, 0xff])]),
    quiet: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x81, 0x1f])]),
    judges: &[Judge::On(&[On::BlockFault], too_long)],
};

/// Huffman padding is not the EOS prefix.
pub(in crate::rules) static HPACK_HUFFMAN_PADDING_NOT_EOS: Rule = Rule {
    code: "HPK005",
    name: "hpack-huffman-padding-not-eos",
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
    summary: "Huffman padding is not the EOS prefix",
    why: "A Huffman string is padded with the first bits of EOS, which are all ones.",
    meaning: "The bits behind the last symbol of a Huffman string, fewer than eight, contain a 0 (RFC 7541 5.2).",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "It shows in one string alone: neither the dynamic table nor other blocks matter.",
    not_blamed: "It must not decode such a string.",
    remedy: &["Pad with 1 bits."],
    symptoms: &[],
    refs: &["RFC 7541 5.2"],
    h2spec: &["hpack/5.2/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x81, 0x18])]),
    quiet: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x81, 0x1f])]),
    judges: &[Judge::On(&[On::BlockFault], not_eos)],
};

/// Huffman string contains the EOS symbol.
pub(in crate::rules) static HPACK_HUFFMAN_EOS: Rule = Rule {
    code: "HPK006",
    name: "hpack-huffman-eos",
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
    summary: "Huffman string contains the EOS symbol",
    why: "EOS never occurs inside a Huffman string; only its first bits serve as padding.",
    meaning: "The 30 ones that stand for EOS occur in a Huffman string (RFC 7541 5.2).",
    harm: "The receiver ends the connection with COMPRESSION_ERROR, and every stream on it is lost.",
    doubt: "It shows in one string alone: neither the dynamic table nor other blocks matter.",
    not_blamed: "It must not decode such a string.",
    remedy: &["Never write EOS: the length of the string says where it ends."],
    symptoms: &["Netty: HPACK - EOS Decoded"],
    refs: &["RFC 7541 5.2"],
    h2spec: &["hpack/5.2/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x85, 0x1f, 0xff, 0xff, 0xff, 0xff])]),
    quiet: || Script::open().client([ask(&[], &[0x00, 1, b'x', 0x81, 0x1f])]),
    judges: &[Judge::On(&[On::BlockFault], eos)],
};

fn too_long(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(
        event,
        verdict,
        FaultKind::HuffmanPaddingTooLong,
        "has a Huffman string with eight or more bits of padding",
    );
}

fn not_eos(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(
        event,
        verdict,
        FaultKind::HuffmanPaddingNotOnes,
        "has a Huffman string whose padding is not all ones",
    );
}

fn eos(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, FaultKind::HuffmanEos, "has a Huffman string that contains the EOS symbol");
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, kind: FaultKind, words: &str) {
    if let Some((_, fault)) = fault(event).filter(|(_, fault)| fault.kind == kind) {
        verdict.say(draft(event, fault, words));
    }
}
