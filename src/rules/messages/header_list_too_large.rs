//! Field sections beyond what the receiver asked for.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::frame::Setting;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Field section exceeds the advised maximum.
pub(in crate::rules) static HEADER_LIST_TOO_LARGE: Rule = Rule {
    code: "MSG031",
    name: "header-list-too-large",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Permissive,
    rfc: &[rfc9113("6.5.2", None), rfc9113("10.5.1", None), rfc7540("6.5.2", None), rfc7540("10.5.1", None)],
    summary: "Field section exceeds the advised maximum",
    why: "MAX_HEADER_LIST_SIZE says how large a field section its sender is willing to take.",
    meaning: "The sum of name, value and 32 octets for each field exceeds the receiver's MAX_HEADER_LIST_SIZE: the \
        value acknowledged last, or any larger one that had passed.",
    harm: "The receiver may answer 431, reset the stream, or end the connection; intermediaries often do so without \
        a word of why.",
    doubt: "The setting is advisory. Fields that are not known count as 32 octets, so the sum is never too high.",
    not_blamed: "It had said how much it takes.",
    remedy: &["Shorten cookies and tokens, or raise the limit of the receiver."],
    symptoms: &[
        "grpc-go: header list size to send violates the maximum size (8192 bytes) set by server",
        "grpc-go: peer header list size exceeded limit",
        "grpc-core: received initial metadata size exceeds hard limit (… vs. 16384)",
        "Netty, grpc-java: Header size exceeded max allowed size (8192)",
        "Go: http2: response header list larger than advertised limit",
        "Go: http2: header list too large",
        "nginx: client exceeded http2_max_header_size limit",
        "h2 (Rust): decoded header list size over abuse limit",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack],
    folds_into: &[],
    fires: || Script::open_with(&[], &[(Setting::MAX_HEADER_LIST_SIZE, 100)]).client([get_with(&[])]),
    quiet: || Script::open_with(&[], &[(Setting::MAX_HEADER_LIST_SIZE, 1000)]).client([get_with(&[])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::TOO_LARGE)) {
        let (side, size) = (event.side(), odd.head.block.size);
        let limit = event.conn.sides[side].limits.header_list;
        let words = format!("takes {size} octets, and the {} asked for {limit} at most", side.peer().word());
        verdict.say(odd.draft(event, &words));
    }
}
