//! ALTSVC and ORIGIN where they mean nothing.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{FrameType, Header, Payload, StreamId};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, unknown};

/// ALTSVC or ORIGIN frame that must be ignored.
pub(in crate::rules) static INVALID_ALTSVC_OR_ORIGIN: Rule = Rule {
    code: "FRM013",
    name: "invalid-altsvc-or-origin",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("5.5", Some(Level::Must)), rfc7540("5.5", Some(Level::Must))],
    summary: "ALTSVC or ORIGIN frame that must be ignored",
    why: "ALTSVC and ORIGIN come from servers; ALTSVC names an origin on stream 0 and none on another \
        one, ORIGIN stands on stream 0 and speaks for TLS.",
    meaning: "ALTSVC comes from a client, or stands on stream 0 without an origin, or on another stream \
        with one (RFC 7838 §4). ORIGIN comes from a client, stands on another stream than 0, has one \
        of the flags 0x1, 0x2, 0x4 and 0x8, or comes over a connection in the clear (RFC 8336 §2).",
    harm: "The receiver reads over the frame: what it was to tell is not told.",
    doubt: "None: the frame alone shows it. A connection is in the clear for certain when its preface is \
        the first that TCP carries.",
    not_blamed: "It must read over such a frame.",
    remedy: &["Send ALTSVC with an origin on stream 0, or without one on the stream of the request; send \
        ORIGIN on stream 0, over TLS, without flags."],
    symptoms: &[],
    refs: &["RFC 7838 4", "RFC 8336 2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([unknown(0x0a, 0, &[0, 0, b'h', b'2'])]),
    quiet: || Script::open().client([get(1)]).server([unknown(0x0a, 1, &[0, 0, b'h', b'2'])]),
    judges: &[Judge::On(&[On::Advertised, On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header() else { return };
    let fault = match event.fact.kind {
        Kind::Advertised(payload) => fault(event, &header, &payload),
        _ => (header.kind == FrameType::ORIGIN).then_some(("on another stream than 0", "stream")),
    };
    if let Some((fault, told_by)) = fault {
        let message = format!("The {} sent {} {fault}.", event.side().word(), header.kind);
        verdict.say(Draft::against_sender(event, message).told_by(told_by));
    }
}

/// Why the frame is read over, and what tells this reason from another one.
fn fault(event: &Event<'_>, header: &Header, payload: &Payload<'_>) -> Option<(&'static str, &'static str)> {
    let connection = header.stream == StreamId::CONNECTION;
    match payload {
        _ if event.side() == Side::Client => Some(("as a client", "client")),
        Payload::AltSvc { origin: [], .. } if connection => {
            Some(("on stream 0 without an origin", "no origin"))
        }
        Payload::AltSvc { origin: [_, ..], .. } if !connection => {
            Some(("with an origin on the stream of a request", "origin"))
        }
        Payload::Origin(_) if header.flags.0 & 0x0f != 0 => Some(("with flags", "flags")),
        Payload::Origin(_) if event.conn.in_the_clear() => Some(("on a connection in the clear", "clear")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::report;
    use crate::script::Octets;

    fn found(side: Side, frame: Octets) -> Option<String> {
        let script = Script::open().client([get(1)]).send(side, [frame]);
        let report = report(&script);
        let mut found =
            report.findings.into_iter().filter(|finding| finding.name == INVALID_ALTSVC_OR_ORIGIN.name);
        found.next().map(|finding| finding.message)
    }

    #[test]
    fn each_reason_is_named() {
        let altsvc = |stream, origin: &[u8]| unknown(0x0a, stream, &[&[0, 1], origin, b"h2"].concat());
        let named =
            |side, frame, words: &str| found(side, frame).is_some_and(|message| message.contains(words));
        assert!(named(Side::Client, altsvc(0, b"a"), "as a client"));
        assert!(named(Side::Server, altsvc(1, b"a"), "with an origin"));
        assert!(named(Side::Server, unknown(0x0c, 0, &[]), "in the clear"));
        assert!(named(Side::Server, unknown(0x0c, 1, &[]), "another stream"));
        assert!(named(Side::Server, unknown(0x0c, 0, &[]).map(|frame| frame.flag(2)), "with flags"));
        assert_eq!(found(Side::Server, altsvc(0, b"a")), None);
    }
}
