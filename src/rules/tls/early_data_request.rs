//! Requests in 0-RTT data, which an attacker can send again.

use crate::base::Side;
use crate::conn::{On, Stream};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, counted, rfc9113};
use crate::script::{Handshake, Script, get, preface, settings};

/// Requests sent as TLS 1.3 early data.
pub(in crate::rules) static EARLY_DATA_REQUEST: Rule = Rule {
    code: "TLS010",
    name: "early-data-request",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("9.2.3", None)],
    summary: "Requests sent as TLS 1.3 early data",
    why: "A request in 0-RTT data can be sent again by anybody who saw it: only safe methods belong there.",
    meaning: "The server took 0-RTT data, and they held requests. A warning when a method among them is not safe.",
    harm: "A request that is sent again may be carried out twice.",
    doubt: "It takes keys to see it. Methods are those of the streams that are still remembered.",
    not_blamed: "It may answer 425 (Too Early), and need not.",
    remedy: &["Send only safe requests early; a server that is unsure answers 425."],
    symptoms: &[],
    refs: &["RFC 8470"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext],
    folds_into: &[],
    fires: || early(true),
    quiet: || early(false),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(last) = event.tls.and_then(|tls| tls.early_data_end) else { return };
    let early =
        |stream: &&Stream| stream.opened_by == Side::Client && stream.opened.tcp_end <= last.end.tcp_end;
    let mut early: Vec<&Stream> = event.conn.streams.iter().filter(early).collect();
    early.sort_by_key(|stream| stream.id);
    let Some(first) = early.first() else { return };
    let were = counted(early.len(), "request was", "requests were");
    let unsafe_one = early.iter().find(|stream| !is_safe(stream));
    let which = unsafe_one.map_or_else(String::new, |stream| {
        let method = stream.request.as_ref().and_then(|request| request.method.as_deref());
        let method: String = method.unwrap_or_default().chars().take(32).collect();
        format!(", {} on stream {} among them", method.escape_default(), stream.id)
    });
    let message = format!("{were} sent as early data (0-RTT){which}.");
    let draft = Draft::new(Culprit::Client, message, first.opened, last.end).stream(first.id.0);
    let draft = draft.shows(EvidenceRole::Cause, Side::Client, first.opened, "first request in early data");
    verdict.say(if unsafe_one.is_some() { draft.severity(Severity::Warning) } else { draft });
}

/// True for methods that change nothing (RFC 9110 §9.2.1), and where the method is not known.
fn is_safe(stream: &Stream) -> bool {
    let method = stream.request.as_ref().and_then(|request| request.method.as_deref());
    method.is_none_or(|method| matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY" | "PROPFIND"))
}

/// A resumed session whose client sends a request at once, or behind its Finished.
fn early(at_once: bool) -> Script {
    let handshake = Handshake::tls13().offers(&["h2"]).answers(&["h2"]);
    let opening = [preface(), settings(&[])];
    if at_once {
        Script::tls_early(&handshake, opening.into_iter().chain([get(1)])).server([settings(&[])])
    } else {
        Script::tls_early(&handshake, opening).server([settings(&[])]).client([get(1)])
    }
}
