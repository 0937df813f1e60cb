//! A handshake that an alert ended.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, alert, preface};
use crate::tls::{AlertDescription, AlertLevel, ClientHello, Negotiation, SeenAlert, Version};

/// TLS handshake ended with a fatal alert.
pub(in crate::rules) static TLS_HANDSHAKE_FAILED: Rule = Rule {
    code: "TLS011",
    name: "tls-handshake-failed",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server, Culprit::Between],
    tags: &[],
    view: View::Handshake,
    rfc: &[rfc9113("3.2", None), rfc7540("3.3", None)],
    summary: "TLS handshake ended with a fatal alert",
    why: "Without a handshake there is no HTTP/2; the alert says what one side did not accept.",
    meaning: "A fatal alert before application data. An error when h2 was offered and no application data followed: \
        the connection could not work for a reason that is shown. Else info. Alert 120 of the server is \
        no-application-protocol.",
    harm: "No request can be sent.",
    doubt: "In TLS 1.3 an alert behind the ServerHello is encrypted: without keys only a record of the size of an \
        alert, and then the end, is seen where a Finished is due; info and likely. The side that sent the alert is \
        named; what it did not accept may be the fault of either.",
    not_blamed: "It sent no alert; whether what it offered was right the alert does not say.",
    remedy: &["Compare versions, suites, certificates and ALPN lists of both sides."],
    symptoms: &[
        "Go: remote error: tls: handshake failure",
        "Go: remote error: tls: bad certificate",
        "Java: Received fatal alert: handshake_failure",
        "OpenSSL: sslv3 alert handshake failure",
        "grpc-go: transport: authentication handshake failed: …",
        "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to …",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &["no-application-protocol"],
    fires: || {
        Script::connect()
            .client([Handshake::tls12().offers(&["h2"]).client_hello()])
            .server([alert(40)])
            .close()
    },
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])).client([preface()]).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    match tls.alerts.iter().find(|seen| is_fatal(tls, seen)) {
        Some(failure) => told(tls, failure, verdict),
        None => hidden(event, tls, verdict),
    }
}

/// An alert that can be read.
fn told(tls: &Negotiation, failure: &SeenAlert, verdict: &mut Verdict<'_>) {
    let description = failure.alert.description;
    let not_application_protocol = failure.by == Side::Server && description == AlertDescription(120);
    let before = |side: Side| {
        tls.application_data[side].is_none_or(|data| data.start.at.pkt >= failure.at.start.at.pkt)
    };
    if not_application_protocol || !Side::BOTH.into_iter().all(before) {
        return;
    }
    let went_on = Side::BOTH.into_iter().any(|side| tls.application_data[side].is_some());
    let h2 = tls.offer().is_some_and(|hello| hello.alpn.has("h2"));
    let offered = tls.offer().map_or_else(String::new, |hello| format!("; {}", offer(hello)));
    let message =
        format!("The {} ended the TLS handshake with the alert {description}{offered}.", failure.by.word());
    let at = failure.at;
    let mut draft = Draft::new(Culprit::of(failure.by), message, at.start, at.end);
    if let Some(hello) = tls.offer() {
        draft = draft.shows(
            EvidenceRole::Context,
            Side::Client,
            hello.at.start,
            format!("ClientHello: {}", offer(hello)),
        );
    }
    let draft = draft.shows(EvidenceRole::Cause, failure.by, at.start, format!("alert {description}"));
    let draft = draft.told_by(description.to_string()).maybe(EITHER);
    verdict.say(if h2 && !went_on { draft } else { draft.severity(Severity::Info) });
}

/// Up to TLS 1.2 there are warnings; in TLS 1.3 every error is fatal, whatever its level says (RFC 8446 §6).
fn is_fatal(tls: &Negotiation, seen: &SeenAlert) -> bool {
    let tls13 = tls.version().is_some_and(Version::is_tls13);
    !seen.alert.description.is_closure() && (tls13 || seen.alert.level == AlertLevel::FATAL)
}

/// What looks like an alert where the client's Finished is due, and then the end.
fn hidden(event: &Event<'_>, tls: &Negotiation, verdict: &mut Verdict<'_>) {
    let nothing = Side::BOTH.into_iter().all(|side| tls.application_data[side].is_none());
    let tls13 = tls.version().is_some_and(Version::is_tls13);
    let only = tls.sealed_records.client == 1;
    let Some(at) = tls.sealed_alert.client.filter(|_| nothing && tls13 && only) else { return };
    if event.conn.transport.fin(Side::Client).is_none() && event.conn.transport.rst(Side::Client).is_none() {
        return;
    }
    let message = "The client seems to have ended the TLS handshake with an alert; it is encrypted, and its reason not shown.";
    let draft = Draft::new(Culprit::Client, message.to_owned(), at.start, at.end).maybe(EITHER);
    let draft = draft.severity(Severity::Info).at_most(Confidence::Likely);
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, at.start, "record of the size of an alert"));
}

/// What the client offered.
fn offer(hello: &ClientHello) -> String {
    let names: Vec<String> = hello.alpn.names().iter().take(4).map(ToString::to_string).collect();
    let alpn = if names.is_empty() { "no ALPN".to_owned() } else { format!("ALPN {}", names.join(", ")) };
    format!("offered up to {}, {alpn}", hello.highest_version())
}

const EITHER: &str = "or the other side, for what it sent before";
