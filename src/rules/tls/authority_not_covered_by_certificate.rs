//! A request on a connection to somebody else.

use crate::base::Side;
use crate::conn::On;
use crate::conn::{Stream, host_of};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, get, preface, settings};

/// Request for a host that the server certificate does not cover.
pub(in crate::rules) static AUTHORITY_NOT_COVERED_BY_CERTIFICATE: Rule = Rule {
    code: "TLS012",
    name: "authority-not-covered-by-certificate",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["security"],
    view: View::Wire,
    rfc: &[rfc9113("9.1.1", Some(Level::Must)), rfc7540("9.1.1", Some(Level::Must))],
    summary: "Request for a host that the server certificate does not cover",
    why: "A connection is used for another host only if its certificate would do for a new connection to that host.",
    meaning: "The :authority of a request that was decrypted matches neither a DNS name nor an address of the \
        certificate of the server that was seen in the handshake.",
    harm: "The server may answer 421, or serve the wrong site.",
    doubt: "Likely at most: a client may verify by rules of its own, or not at all. A resumed session shows no \
        certificate: not judged. What CONNECT names is for a proxy to reach, not the server of this connection: left out. In TLS 1.3 it takes keys to see the certificate.",
    not_blamed: "It does not choose where requests are sent.",
    remedy: &[
        "Check connection coalescing and the names in the certificate; the server may answer 421 (Misdirected Request).",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext, Need::Hpack],
    folds_into: &[],
    fires: || asked("*.b.example"),
    quiet: || asked("a.example"),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(certificate) = event.tls.and_then(|tls| tls.certificate.as_ref()) else { return };
    let covered = |authority: &&str| host_of(authority).is_empty() || certificate.covers(host_of(authority));
    let Some(stray) = event.conn.authorities().find(|authority| !covered(authority)) else { return };
    let asks = |stream: &&Stream| {
        let request = stream.request.as_ref();
        request.and_then(|request| request.authority.as_deref()) == Some(stray)
            && stream.opened_by == Side::Client
    };
    let shown: String = host_of(stray).chars().take(64).collect();
    let shown = shown.escape_default().to_string();
    let message =
        format!("A request for \"{shown}\" was sent to a server whose certificate does not name it.");
    let stream = event.conn.streams.iter().filter(asks).min_by_key(|stream| stream.id);
    let at = certificate.at;
    let (start, end) = stream.map_or((at.start, at.end), |stream| (stream.opened, stream.opened));
    let mut draft = Draft::new(Culprit::Client, message, start, end).told_by(shown.clone());
    if let Some(stream) = stream {
        let what = format!("request for \"{shown}\"");
        draft = draft.stream(stream.id.0).shows(EvidenceRole::Cause, Side::Client, stream.opened, what);
    }
    let names = certificate.dns_names.iter().chain(&certificate.addresses).chain(&certificate.common_name);
    let names: Vec<String> = names.take(4).map(|name| name.escape_default().to_string()).collect();
    let what =
        format!("certificate for {}", if names.is_empty() { "nobody".to_owned() } else { names.join(", ") });
    verdict.say(draft.shows(EvidenceRole::Context, Side::Server, at.start, what).at_most(Confidence::Likely));
}

/// A request for `a.example`, to a server with a certificate for this host.
fn asked(certified: &str) -> Script {
    let handshake = Handshake::tls13().offers(&["h2"]).answers(&["h2"]).certificate_for(certified);
    Script::tls(&handshake).client([preface(), settings(&[]), get(1)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{block, headers};

    #[test]
    fn quiet_on_what_a_proxy_is_to_connect_to() {
        let handshake = Handshake::tls13().offers(&["h2"]).answers(&["h2"]).certificate_for("proxy.example");
        let connect = block(&[(":method", "CONNECT"), (":authority", "elsewhere.example:443")]);
        let script = Script::tls(&handshake).client([preface(), settings(&[]), headers(1, &connect)]);
        assert!(finding(&AUTHORITY_NOT_COVERED_BY_CERTIFICATE, &script).is_none());
        assert!(finding(&AUTHORITY_NOT_COVERED_BY_CERTIFICATE, &script.client([get(3)])).is_some());
    }
}
