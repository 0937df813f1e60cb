//! Content that is longer or shorter than was said.

use super::samples::{asked, head};
use crate::base::Side;
use crate::conn::{Kind, OddContent, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Wire, data};

/// content-length differs from the DATA sent.
pub(in crate::rules) static CONTENT_LENGTH_MISMATCH: Rule = Rule {
    code: "MSG023",
    name: "content-length-mismatch",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.1.1", Some(Level::Must)), rfc7540("8.1.2.6", Some(Level::Must))],
    summary: "content-length differs from the DATA sent",
    why: "content-length is the number of octets that DATA carries on the stream.",
    meaning: "A message is complete (END_STREAM) and its DATA, padding not counted, has fewer octets than its \
        content-length says; or it has more already. Responses to HEAD, with 1xx, 204 or 304, and 2xx to CONNECT \
        are left out.",
    harm: "The receiver treats the message as malformed: downloads fail at their end, and behind an HTTP/1.1 hop \
        the rest becomes another message (request smuggling).",
    doubt: "The sender's own order is exact. The method of the request must be known. A stream that is reset is not \
        judged for too little, nor is a response to a client that had left, and one with lost DATA is not judged at all.",
    not_blamed: "It can only count what arrives.",
    remedy: &[
        "Compute the length after content coding.",
        "When a response cannot be finished, reset the stream instead of ending it.",
    ],
    symptoms: &[
        "h2 (Rust): recv_trailers: content-length is not zero; stream=…",
        "h2 (Rust): recv_headers with END_STREAM: content-length is not zero; stream=…",
        "nghttp2: Violation in HTTP messaging rule",
        "Chrome: ERR_HTTP2_PROTOCOL_ERROR",
    ],
    refs: &[],
    h2spec: &["http2/8.1.2.6/1", "http2/8.1.2.6/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack],
    folds_into: &[],
    fires: || {
        asked().server([
            head(&[(":status", "200"), ("content-length", "5")]),
            data(1, b"abc").map(Wire::end_stream),
        ])
    },
    quiet: || {
        asked().server([
            head(&[(":status", "200"), ("content-length", "3")]),
            data(1, b"abc").map(Wire::end_stream),
        ])
    },
    judges: &[Judge::On(&[On::OddContent], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::OddContent { fault, stream } = event.fact.kind else { return };
    let side = event.side();
    let content = stream.sent[side].content;
    // Who has left reads no response to its end, and its sender may know that.
    let cut = matches!(fault, OddContent::TooLittle { .. }) && side == Side::Server;
    if cut && event.conn.transport.has_left(side.peer()) {
        return;
    }
    let words = match fault {
        OddContent::TooMuch { length } => {
            format!("{content} octets of content so far, and content-length {length}")
        }
        OddContent::TooLittle { length } => {
            format!("{content} octets of content at its end, and content-length {length}")
        }
        OddContent::BeforeHead | OddContent::Forbidden => return,
    };
    let what = if side == Side::Client { "request" } else { "response" };
    let message = format!("The {}'s {what} on stream {} has {words}.", side.word(), stream.id);
    let draft = Draft::against_block(event, message).without(Need::Hpack);
    verdict.say(if cut { draft.given_all_of(side.peer()) } else { draft });
}

#[cfg(test)]
mod tests {
    use super::super::samples::{asked, asked_with, get_with, head, last, tunnel};
    use crate::base::Side;
    use crate::frame::ErrorCode;
    use crate::rules::tests::report;
    use crate::script::{Script, Wire, continuation, data, headers, rst_stream};

    fn accused(script: &Script) -> Vec<(&'static str, u64)> {
        let report = report(script);
        let ours = report.findings.iter().filter(|one| one.area == "messages");
        ours.map(|one| (one.rule, one.evidence_total)).collect()
    }

    fn long(status: &'static str, length: &'static str) -> Vec<(&'static str, &'static str)> {
        vec![(":status", status), ("content-length", length)]
    }

    #[test]
    fn padding_is_no_content() {
        let padded = data(1, b"xyz").map(|frame| frame.padded(9, 0)).map(Wire::end_stream);
        assert!(accused(&asked().server([head(&long("200", "3")), padded])).is_empty());
    }

    #[test]
    fn the_response_to_head_and_304_may_say_a_length_that_does_not_come() {
        assert!(accused(&asked_with("HEAD").server([last(&long("200", "5"))])).is_empty());
        assert!(accused(&asked().server([last(&long("304", "5"))])).is_empty());
        assert_eq!(accused(&asked().server([last(&long("200", "5"))])), [("MSG023", 1)]);
    }

    #[test]
    fn too_much_is_told_once_and_at_once() {
        let script =
            asked().server([head(&long("200", "1")), data(1, b"ab"), data(1, b"cd").map(Wire::end_stream)]);
        assert_eq!(accused(&script), [("MSG023", 1)]);
    }

    #[test]
    fn who_has_left_gets_no_response_to_its_end() {
        let begun = || asked().server([head(&long("200", "100")), data(1, b"ab")]);
        let ends = || data(1, b"").map(Wire::end_stream);
        assert_eq!(accused(&begun().server([ends()])), [("MSG023", 1)]);
        let fin = begun().packets().len();
        let left = begun().fin(Side::Client).server([ends()]);
        assert!(accused(&left).is_empty());
        assert!(
            accused(&left.lose(fin)).is_empty(),
            "without the FIN nobody knows whether it was still there"
        );
    }

    #[test]
    fn a_stream_that_is_cut_short_is_not_judged() {
        let begun = || asked().server([head(&long("200", "100")), data(1, b"ab")]);
        assert!(accused(&begun().server([rst_stream(1, ErrorCode::CANCEL)])).is_empty());
        assert!(accused(&begun().client([rst_stream(1, ErrorCode::CANCEL)])).is_empty());
        assert!(accused(&begun().close()).is_empty());
    }

    #[test]
    fn trailers_end_the_content_also_over_continuation() {
        let begun = || asked().server([head(&long("200", "3")), data(1, b"ab")]);
        assert_eq!(accused(&begun().server([last(&[("x", "1")])])), [("MSG023", 1)]);
        let cut = headers(1, &[]).map(Wire::end_stream).map(Wire::unfinished);
        let rest = [0, 1, b'x', 1, b'1'];
        assert_eq!(accused(&begun().server([cut, continuation(1, &rest)])).len(), 1);
    }

    #[test]
    fn lost_data_mutes() {
        let script = asked().server([head(&long("200", "3"))]).server([data(1, b"abc")]);
        let lost = script.packets().len() - 1;
        let script = script.server([data(1, b"").map(Wire::end_stream)]).ack(Side::Client);
        assert!(accused(&script.clone()).is_empty());
        assert!(accused(&script.lose(lost)).is_empty());
    }

    #[test]
    fn an_unknown_method_mutes_what_depends_on_it() {
        let unknown = headers(3, &[0xbe, 0x86, 0x84]).map(Wire::end_stream);
        let script = Script::open().client([get_with(&[]), unknown]);
        let answer = last(&long("200", "5")).map(|frame| frame.on(3));
        assert!(accused(&script.server([answer])).is_empty());
    }

    #[test]
    fn a_tunnel_has_no_length() {
        let answer = head(&long("200", "1"));
        let script = tunnel().server([answer, data(1, b"more")]);
        assert_eq!(accused(&script), [("MSG025", 1)]);
    }
}
