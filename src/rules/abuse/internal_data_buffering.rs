//! A client that asks for more and more while its TCP takes nothing (CVE-2019-9517).

use crate::base::{Side, Span};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response};

/// Window open in HTTP/2, closed in TCP.
pub(in crate::rules) static INTERNAL_DATA_BUFFERING: Rule = Rule {
    code: "ABU009",
    name: "internal-data-buffering",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "Window open in HTTP/2, closed in TCP",
    why: "What TCP does not take stays in the server's memory, however wide the windows of HTTP/2 are; a \
        server should watch for such use and limit it.",
    meaning: "The client's TCP receive window is closed for more than 10 s while the connection window of HTTP/2 \
        is open, and the client sends further requests meanwhile.",
    harm: "The server generates and keeps responses that cannot leave.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. A client that is only \
        slow to read closes the window too, but sends no further requests. A window of zero is zero \
        whatever the window scale.",
    not_blamed: "HTTP/2 told it that there is room.",
    remedy: &["Server: bound the octets of responses that it keeps for each connection."],
    symptoms: &[],
    refs: &["CVE-2019-9517"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::Time, Need::Start],
    folds_into: &[],
    fires: || {
        let open =
            Script::open().client([get(1)]).server([response(1), data(1, &[0; 1000])]).full(Side::Client);
        open.client([get(3), get(5)]).wait(Span::seconds(12)).room(Side::Client)
    },
    quiet: || {
        let open =
            Script::open().client([get(1)]).server([response(1), data(1, &[0; 1000])]).full(Side::Client);
        open.wait(Span::seconds(12)).room(Side::Client)
    },
    judges: &[Judge::On(&[On::Window], judge), Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// A window that is closed for longer is no hiccup.
const LONG: Span = Span::seconds(10);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let transport = &event.conn.transport;
    let over = event.fact.kind.on() == On::End;
    if !over && event.side() != Side::Client {
        return;
    }
    let Some(shut) = transport.shut(Side::Client).filter(|shut| !over || shut.until.is_none()) else {
        return;
    };
    let until = shut.until.unwrap_or(event.now);
    let (closed, requests) = (until.time.since(shut.since.at.time), event.conn.streams.count());
    let more = requests.saturating_sub(shut.streams);
    if closed <= LONG || more == 0 || event.conn.sides.server.window <= 0 {
        return;
    }
    let message = format!(
        "The client kept its TCP window closed for {closed} and sent {more} further requests, the HTTP/2 window open."
    );
    let draft = Draft::new(Culprit::Client, message, shut.since, shut.since).over(closed).shows(
        EvidenceRole::Cause,
        Side::Client,
        shut.since,
        "TCP receive window of 0",
    );
    verdict.say(draft);
}
