//! Pseudo-header fields that nobody defined.

use super::head::OddHead;
use super::samples::{get_with, request};
use crate::base::Side;
use crate::conn::{Connection, On, Shape};
use crate::finding::{Confidence, Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Pseudo-header field that is not defined.
pub(in crate::rules) static UNKNOWN_PSEUDO_HEADER: Rule = Rule {
    code: "MSG005",
    name: "unknown-pseudo-header",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.3", Some(Level::Must)), rfc7540("8.1.2.1", Some(Level::Must))],
    summary: "Pseudo-header field that is not defined",
    why: "Only pseudo-header fields that are defined may be sent.",
    meaning: "A field name begins with a colon and is none of :method, :scheme, :authority, :path, :status and \
        :protocol. :protocol without leave has a rule of its own, and so have pseudo-header fields in trailers.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged. An \
        extension may define more: where both sides announced the same unknown parameter in SETTINGS, likely.",
    not_blamed: "It never agreed to an extension that would define the field.",
    remedy: &["Send private data in ordinary fields."],
    symptoms: &["Go: invalid pseudo-header …", "Envoy: http2.violation.of.messaging.rule"],
    refs: &[],
    h2spec: &["http2/8.1.2.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a"),
            (":x", "1"),
        ])])
    },
    quiet: || Script::open().client([get_with(&[("x", "1")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let unknown = |odd: &OddHead<'_>| odd.has(Traits::OTHER_PSEUDO) && !odd.is(Shape::PSEUDO_IN_TRAILERS);
    if let Some(odd) = OddHead::of(event).filter(unknown) {
        let name = odd.name(Traits::OTHER_PSEUDO);
        let draft = odd
            .draft(event, &format!("has the pseudo-header field {name}, which is not defined"))
            .told_by(name);
        verdict.say(if extension_agreed(event.conn) { draft.at_most(Confidence::Likely) } else { draft });
    }
}

/// True when both sides announced the same parameter that nobody here knows: an extension may define more fields.
fn extension_agreed(conn: &Connection) -> bool {
    let unknown = |side: Side| conn.sides[side].settings.listed().flat_map(|sent| &sent.unknown);
    unknown(Side::Client).any(|(ours, _)| unknown(Side::Server).any(|(theirs, _)| ours == theirs))
}

#[cfg(test)]
mod tests {
    use super::super::samples::get_with;
    use crate::finding::Confidence;
    use crate::frame::Setting;
    use crate::rules::tests::report;
    use crate::script::Script;

    #[test]
    fn a_parameter_that_both_sides_announce_makes_it_likely() {
        let parameter = [(Setting(0xf123), 1)];
        for (server, expected) in [(&[][..], Confidence::Certain), (&parameter, Confidence::Likely)] {
            let script = Script::open_with(&parameter, server).client([get_with(&[])]);
            let bad = super::super::samples::request(&[
                (":method", "GET"),
                (":scheme", "http"),
                (":path", "/"),
                (":authority", "a"),
                (":x", "1"),
            ]);
            let script = script.client([bad.map(|frame| frame.on(3))]);
            let report = report(&script);
            let found = report.findings.iter().find(|one| one.rule == "MSG005").unwrap();
            assert_eq!(found.confidence, expected);
        }
    }
}
