//! A client that lets many responses hang for want of credit (CVE-2016-1546).

use crate::base::{Place, Side, Span};
use crate::conn::{Connection, Ended, MessageState, On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Octets, Script, get, response};

/// Client keeps windows so small that responses hang.
pub(in crate::rules) static SLOW_READ: Rule = Rule {
    code: "ABU013",
    name: "slow-read",
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
    summary: "Client keeps windows so small that responses hang",
    why: "A response that waits for credit keeps a worker and its memory; a server should watch for such use \
        and limit it.",
    meaning: "At least 10 responses that have begun wait for stream credit for at least 1 s, because the stream \
        window is used up; and either INITIAL_WINDOW_SIZE is below 1024, or the client gave no credit for \
        30 s.",
    harm: "The workers of the server are all busy waiting.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. A consumer that is \
        slow in earnest looks alike; see flow-control-stall. A response that has not begun is not \
        counted, because HEADERS need no credit and its server may just be slow; but for a client that announced \
        windows of 0, gave no stream any credit, got no answer at all and left: Apache begins no response then.",
    not_blamed: "It may not send without credit.",
    remedy: &["Server: end streams that wait for credit for too long, and free their workers."],
    symptoms: &[],
    refs: &["CVE-2016-1546"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let requests = (0..12_u32).map(|at| get(at.saturating_mul(2).saturating_add(1)));
        Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 0)], &[])
            .client(requests)
            .server(begun())
            .wait(Span::seconds(3))
            .fin(Side::Client)
    },
    quiet: || {
        let requests = (0..12_u32).map(|at| get(at.saturating_mul(2).saturating_add(1)));
        Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 0)], &[])
            .client(requests)
            .ack(Side::Server)
            .wait(Span::seconds(3))
            .ack(Side::Server)
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

/// The responses of the example, none of which is whole.
fn begun() -> impl Iterator<Item = Octets> {
    (0..12_u32).map(|at| response(at.saturating_mul(2).saturating_add(1)))
}

/// So many responses that wait are no accident, each for so long.
const MANY: usize = 10;
const WAITS: Span = Span::seconds(1);
/// A first window below this is tiny, in octets.
const TINY: u32 = 1024;
/// No credit for so long is none.
const NONE: Span = Span::seconds(30);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let until = event.conn.transport.ended().1.map_or(event.now, |end| end.at);
    let tiny = event.conn.sides.server.limits.initial_window < TINY;
    let least = if tiny { WAITS } else { NONE };
    let counted = if starves(event.conn) { MessageState::Nothing } else { MessageState::Head };
    let waited = |stream: &Stream| waited(stream, until).filter(|_| stream.sent.server.message >= counted);
    let waits = |stream: &&Stream| waited(stream).is_some_and(|waited| waited >= least);
    let hanging: Vec<&Stream> = event.conn.streams.iter().filter(waits).collect();
    let first = hanging.iter().min_by_key(|stream| stream.opened.at.pkt);
    let Some(first) = first.filter(|_| hanging.len() >= MANY) else { return };
    let message = format!(
        "The client lets {} responses hang without credit, the longest for {}.",
        hanging.len(),
        hanging.iter().filter_map(|stream| waited(stream)).max().unwrap_or(Span::ZERO)
    );
    let draft = Draft::new(Culprit::Client, message, first.opened, event.fact.end)
        .at_most(Confidence::Likely)
        .over(least)
        .shows(EvidenceRole::Cause, Side::Client, first.opened, "the first request that hangs");
    verdict.say(draft);
}

/// True when the client announced windows of 0, never gave a stream credit, and left without an answer to anything.
fn starves(conn: &Connection) -> bool {
    let server = &conn.sides.server;
    let left = matches!(conn.transport.ended().0, Ended::Fin(Side::Client) | Ended::Rst(Side::Client));
    let nothing = server.first_headers.is_none() && server.credit.credited.is_none();
    left && nothing && server.limits.initial_window == 0
}

/// How long the response has waited for stream credit, where it has none.
fn waited(stream: &Stream, until: Place) -> Option<Span> {
    let sent = &stream.sent.server;
    let over = sent.ended.is_some() || sent.reset().is_some() || stream.opened_by != Side::Client;
    if over || sent.window > 0 {
        return None;
    }
    let since = sent.last.map_or(stream.opened.at.time, |last| last.time);
    Some(stream.closed.unwrap_or(until.time).since(since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::window_update;

    #[test]
    fn a_slow_server_is_not_held_against_a_client_with_windows_of_0() {
        let requests = || (0..12_u32).map(|at| get(at.saturating_mul(2).saturating_add(1)));
        let open = || Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 0)], &[]).client(requests());
        let said = |script: Script| finding(&SLOW_READ, &script).is_some();
        let slow = || open().ack(Side::Server).wait(Span::seconds(3));
        assert!(!said(slow().ack(Side::Server)));
        assert!(!said(slow().fin(Side::Server).close()));
        assert!(!said(slow().server([response(1)]).fin(Side::Client)), "it begins to answer");
        let gave = open().client([window_update(1, 100)]).ack(Side::Server).wait(Span::seconds(3));
        assert!(!said(gave.fin(Side::Client)));
        assert!(said(slow().fin(Side::Client)), "no credit, no answer, and it leaves");
    }
}
