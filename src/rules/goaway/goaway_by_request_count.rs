//! Servers that end a connection after so many requests.

use std::collections::BTreeMap;

use crate::base::{Origin, Side, Span, to_u32, to_u64};
use crate::conn::{Connection, On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::frame::{ErrorCode, StreamId};
use crate::rules::{
    CaptureView, Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113,
};
use crate::script::{Script, Wire, get, goaway, response};

/// Server ends the connection after a fixed number of requests.
pub(in crate::rules) static GOAWAY_BY_REQUEST_COUNT: Rule = Rule {
    code: "GOA011",
    name: "goaway-by-request-count",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("6.8", None), rfc7540("6.8", None)],
    summary: "Server ends the connection after a fixed number of requests",
    why: "A server may end a connection whenever it likes, also after a fixed number of requests.",
    meaning: "GOAWAY NO_ERROR of the server right behind the n-th request, with last stream 2 n - 1, where \
        n is a round number (100, 128, 1000, 10000 …), or the same on two or more connections to \
        this server.",
    harm: "Requests that cross it are refused; a client that does not send them again reports errors \
        every n requests.",
    doubt: "The count is a fact, the policy behind it an inference: likely. An unusual number counts \
        only when several connections end after it; that is compared at the end of the capture. A \
        server that ends a connection because it was idle is another matter: the last request must \
        be open, or over for less than a second.",
    not_blamed: "Its requests were in order.",
    remedy: &[
        "Raise the limit: nginx keepalive_requests, Envoy max_requests_per_connection, gRPC \
        MaxConnectionAge.",
        "Make the client send refused requests again.",
    ],
    symptoms: &[
        "Go: http2: server sent GOAWAY and closed the connection; LastStreamID=1999, ErrCode=NO_ERROR, debug=\"\"",
        "grpc-java: Abrupt GOAWAY closed sent stream. HTTP/2 error code: NO_ERROR",
        "grpc-java: Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR",
    ],
    refs: &["grpc/grpc-java#8310", "kubernetes/ingress-nginx#11118", "alibaba/nacos#12298"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || {
        let asked = |script: Script, n: u32| {
            let stream = n.saturating_mul(2).saturating_add(1);
            script.client([get(stream)]).server([response(stream).map(Wire::end_stream)])
        };
        (0..100).fold(Script::open(), asked).server([goaway(199, ErrorCode::NO_ERROR)])
    },
    quiet: || {
        let asked = |script: Script, n: u32| {
            let stream = n.saturating_mul(2).saturating_add(1);
            script.client([get(stream)]).server([response(stream).map(Wire::end_stream)])
        };
        (0..100)
            .fold(Script::open(), asked)
            .wait(Span::seconds(60))
            .server([goaway(199, ErrorCode::NO_ERROR)])
    },
    judges: &[Judge::On(&[On::End], judge), Judge::Capture(compare)],
};

/// A connection that a server ended right behind a request.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct EndedAfter {
    /// Requests before the end.
    requests: u32,
    /// Requests that crossed the GOAWAY, and may be sent again.
    raced: u32,
    /// The GOAWAY.
    goaway: Origin,
}

/// A request that is over for longer was not the last one because of its number.
const PROMPT: Span = Span::seconds(1);

/// Fewer requests than this are no policy, however many connections end after them.
const FEWEST: u32 = 10;

impl EndedAfter {
    /// Whether the server ended this connection right behind a request, and which one that was.
    pub(in crate::rules) fn of(conn: &Connection) -> Option<Self> {
        let peaceful = |code| code == ErrorCode::NO_ERROR;
        let goaway =
            conn.sides.server.goaways.iter().find(|goaway| goaway.last_stream_id != StreamId::MAX)?;
        let last = goaway.last_stream_id;
        if !peaceful(goaway.code)
            || !last.is_odd()
            || conn.left_unasked(Side::Client, goaway.end.tcp_end)
            || !conn.windows_known()
        {
            return None;
        }
        let requests = last.0.saturating_add(1) / 2;
        let asked = |stream: &&Stream| stream.opened_by == Side::Client;
        let raced = conn.streams.iter().filter(asked).filter(|stream| stream.id > last).count();
        let pushed = u64::from(conn.streams.highest(Side::Server).0 / 2);
        let counted = conn.streams.count().saturating_sub(to_u64(raced)).saturating_sub(pushed);
        let at = goaway.end.at.time;
        let closed = conn.streams.get(last)?.closed.unwrap_or(at);
        let prompt = at.since(closed) < PROMPT;
        let ended = Self { requests, raced: to_u32(raced), goaway: goaway.end };
        (prompt && counted == u64::from(requests)).then_some(ended)
    }

    /// True for a number that people set as a limit.
    fn is_round(&self) -> bool {
        let tens = [100, 1_000, 10_000, 100_000, 1_000_000].into_iter().any(|step: u32| {
            let digits = step..step.saturating_mul(10);
            digits.contains(&self.requests) && self.requests.is_multiple_of(step)
        });
        tens || (self.requests >= 128 && self.requests.is_power_of_two())
    }

    fn draft(&self, connections: usize) -> Draft {
        let Self { requests, raced, goaway } = *self;
        let again = match raced {
            0 => String::new(),
            1 => "; 1 request crossed it and may be sent again".to_owned(),
            raced => format!("; {raced} requests crossed it and may be sent again"),
        };
        let on = if connections > 1 { format!(" on {connections} connections") } else { String::new() };
        let message =
            format!("The server ended the connection after exactly {requests} requests{on}{again}.");
        Draft::new(Culprit::Server, message, goaway, goaway)
            .at_most(Confidence::Likely)
            .told_by("count")
            .shows(EvidenceRole::Cause, Side::Server, goaway, "GOAWAY NO_ERROR")
    }
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(ended) = EndedAfter::of(event.conn).filter(EndedAfter::is_round) {
        verdict.say(ended.draft(1));
    }
}

/// The same number of requests on several connections to one server.
fn compare(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let mut alike: BTreeMap<_, Vec<(u64, EndedAfter)>> = BTreeMap::new();
    for summary in capture.summaries {
        let ended =
            summary.ended_after.as_deref().filter(|ended| ended.requests >= FEWEST && !ended.is_round());
        if let Some(ended) = ended {
            alike.entry((summary.server, ended.requests)).or_default().push((summary.number, *ended));
        }
    }
    for ended in alike.into_values().filter(|ended| ended.len() > 1) {
        if let Some((_, first)) = ended.first() {
            let conns = ended.iter().map(|(number, _)| *number).collect();
            verdict.say(first.draft(ended.len()).on(conns));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::rules::tests::report_on;
    use crate::script::{Packet, capture};

    fn found(packets: &[Packet]) -> Vec<Finding> {
        let report = report_on(&capture(packets));
        report.findings.into_iter().filter(|finding| finding.name == GOAWAY_BY_REQUEST_COUNT.name).collect()
    }

    /// So many requests, and a server that names the last of them while more are on their way.
    fn ended(requests: u32, more: u32) -> Script {
        let stream = |number: u32| number.saturating_mul(2).saturating_add(1);
        let asked = |script: Script, number: u32| {
            script.client([get(stream(number))]).server([response(stream(number)).map(Wire::end_stream)])
        };
        let all = (0..requests).fold(Script::open(), asked).blind(Side::Client);
        let last = stream(requests.saturating_sub(1));
        let told = all.server([goaway(last, ErrorCode::NO_ERROR)]);
        (requests..requests.saturating_add(more))
            .fold(told, |script, number| script.client([get(stream(number))]))
    }

    #[test]
    fn a_round_number_is_a_policy_and_what_crossed_it_is_counted() {
        let found = found(ended(128, 2).packets());
        assert!(
            found
                .first()
                .is_some_and(|finding| finding.message.contains("128 requests; 2 requests crossed it"))
        );
    }

    #[test]
    fn another_number_is_none_unless_several_connections_end_after_it() {
        assert!(found(ended(37, 0).packets()).is_empty());
        let two = [ended(37, 0).pcap(), elsewhere(&ended(37, 0))].concat();
        let report = report_on(&two);
        let found = report.findings.iter().find(|finding| finding.name == GOAWAY_BY_REQUEST_COUNT.name);
        assert_eq!(found.map(|finding| finding.conns.len()), Some(2));
    }

    /// The records of a conversation over another connection: the client's port is another one.
    fn elsewhere(script: &Script) -> Vec<u8> {
        let mut octets = script.pcap().split_off(24);
        let port = 40_001_u16.to_be_bytes();
        for at in 0..octets.len().saturating_sub(1) {
            if octets.get(at..at.saturating_add(2)) == Some(port.as_slice())
                && let Some(low) = octets.get_mut(at.saturating_add(1))
            {
                *low = 0x77;
            }
        }
        octets
    }

    #[test]
    fn quiet_on_idle_connections_and_on_errors() {
        let idle = |script: Script| script.wait(Span::seconds(5)).server([goaway(199, ErrorCode::NO_ERROR)]);
        let stream = |number: u32| number.saturating_mul(2).saturating_add(1);
        let asked = (0..100).fold(Script::open(), |script, number| {
            script.client([get(stream(number))]).server([response(stream(number)).map(Wire::end_stream)])
        });
        assert!(found(idle(asked.clone()).packets()).is_empty());
        assert!(found(asked.server([goaway(199, ErrorCode::INTERNAL_ERROR)]).packets()).is_empty());
    }
}
