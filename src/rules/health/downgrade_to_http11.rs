//! A client that spoke HTTP/2 to a server goes back to HTTP/1.1.

use crate::base::{Origin, Side, Span};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::summary::Protocol;
use crate::rules::{CaptureView, Draft, Judge, Need, Rule, Scope, Summary, Verdict, View, areas};
use crate::script::Wire;
use crate::script::{Script, get, goaway, http1, response};

/// Client fell back to HTTP/1.1.
pub(in crate::rules) static DOWNGRADE_TO_HTTP11: Rule = Rule {
    code: "HLT013",
    name: "downgrade-to-http11",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server, Culprit::Unknown],
    tags: &[],
    view: View::Handshake,
    rfc: &[],
    summary: "Client fell back to HTTP/1.1",
    why: "A client that falls back to HTTP/1.1 had a reason, which often is a connection before.",
    meaning: "A connection of the same client to the same server address, port and name uses HTTP/1.1, \
        although its client offered HTTP/2 in TLS and had used it there before; or it begins within 1 s \
        after an HTTP/2 connection had failed.",
    harm: "Requests go one by one again, over more connections; nobody notices but by the latency.",
    doubt: "Different services may share an address, so names are compared where they are known. Clients \
        behind one NAT share an address: likely at most. A client that offers HTTP/1.1 alone may be another program, \
        and one that asks for WebSocket has no choice: neither is told.",
    not_blamed: "The choice is the client's.",
    remedy: &["See the last finding about the HTTP/2 connection that failed."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Time],
    folds_into: &[],
    fires: || {
        let failed = Script::open().client([get(1)]).server([goaway(0, ErrorCode::INTERNAL_ERROR)]).close();
        failed
            .again(Span::millis(100))
            .client([http1("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")])
            .server([http1("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")])
    },
    quiet: || {
        let well = Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close();
        well.again(Span::millis(100))
            .client([http1("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")])
            .server([http1("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")])
    },
    judges: &[Judge::Capture(judge)],
};

/// A connection that begins within this time after another one failed takes its place.
const AFTER: Span = Span::seconds(1);

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for later in capture.summaries.iter().filter(|summary| summary.protocol == Protocol::Http1) {
        let before = |summary: &&Summary| {
            let same = summary.protocol == Protocol::Http2 && summary.same_target(later);
            let gap = later.started.time.since(summary.ended.time);
            let replaced = summary.failed && gap >= Span::ZERO && gap <= AFTER;
            same && (replaced || (later.offered && summary.started.time < later.started.time))
        };
        let Some(earlier) = capture.summaries.iter().rfind(before) else { continue };
        let why = if earlier.failed { "an HTTP/2 connection that failed" } else { "HTTP/2" };
        let message = format!("After {why} the client uses HTTP/1.1 with the same server.");
        let at = |place| Origin { at: place, ..Origin::default() };
        let draft = Draft::new(Culprit::Client, message, at(later.started), at(later.started))
            .at_most(Confidence::Likely)
            .on(vec![later.number, earlier.number])
            .shows(EvidenceRole::Context, Side::Client, at(earlier.ended), "the end of the HTTP/2 connection")
            .shows(EvidenceRole::Cause, Side::Client, at(later.started), "the HTTP/1.1 connection begins");
        verdict.say(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::Octets;

    const PLAIN: &str = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    fn failed() -> Script {
        Script::open().client([get(1)]).server([goaway(0, ErrorCode::INTERNAL_ERROR)]).close()
    }

    fn asks(text: &str) -> [Octets; 1] {
        [http1(text)]
    }

    #[test]
    fn quiet_on_a_websocket_beside_or_after_http2() {
        let websocket = "GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, Upgrade\r\n\
            Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n";
        let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        let script = failed().again(Span::millis(100)).client(asks(websocket)).server(asks(switch));
        assert!(finding(&DOWNGRADE_TO_HTTP11, &script).is_none());
        let fallen = failed().again(Span::millis(100)).client(asks(PLAIN));
        assert!(finding(&DOWNGRADE_TO_HTTP11, &fallen).is_some());
    }
}
