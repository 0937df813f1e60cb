//! A request for an upgrade to h2c that is not as RFC 7540 has it.

use crate::base::{Origin, Side};
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Level, Reference, Severity};
use crate::http1::{RequestHead, SettingsFault};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, http1};

use super::words::{OK, SWITCH, UPGRADE, upgraded};

/// h2c Upgrade request without exactly one HTTP2-Settings field.
pub(in crate::rules) static UPGRADE_SETTINGS_HEADER_COUNT: Rule = Rule {
    code: "NEG010",
    name: "upgrade-settings-header-count",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc7540("3.2", Some(Level::Must)), rfc7540("3.2.1", Some(Level::Must)), rfc9113("3.1", None)],
    summary: "h2c Upgrade request without exactly one HTTP2-Settings field",
    why: "A request that asks for an upgrade to h2c carries exactly one HTTP2-Settings field.",
    meaning: "A cleartext HTTP/1.1 request lists \"h2c\" in Upgrade and has no HTTP2-Settings field, or several.",
    harm: "A server must not upgrade such a request: the connection stays HTTP/1.1, or is refused.",
    doubt: "The whole head of the request is read. A proxy in front may have removed the field, which is meant for one hop; the finding is about this hop. RFC 9113 knows no upgrade any more, so that it is a warning there.",
    not_blamed: "It did not write the request.",
    remedy: &["Send one HTTP2-Settings field, or use prior knowledge (RFC 9113 3.3) instead of Upgrade."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE.replace("HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n", ""))])
            .server([http1(OK)])
            .close()
    },
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], count)],
};

/// Upgrade to h2c without naming Upgrade and HTTP2-Settings in Connection.
pub(in crate::rules) static UPGRADE_NOT_IN_CONNECTION: Rule = Rule {
    code: "NEG011",
    name: "upgrade-not-in-connection",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc7540("3.2.1", Some(Level::Must)),
        rfc9113("3.1", None),
        Reference { doc: "RFC 9110", section: "7.8", level: None },
    ],
    summary: "Upgrade to h2c without naming Upgrade and HTTP2-Settings in Connection",
    why: "A request that asks for an upgrade to h2c names Upgrade and HTTP2-Settings in Connection, so that nobody forwards them.",
    meaning: "A request lists \"h2c\" in Upgrade, and the tokens of its Connection fields lack \"Upgrade\" or \"HTTP2-Settings\". Case does not matter, nor over how many fields they are spread.",
    harm: "Proxies forward the fields, and the upgrade can be smuggled past them to a server behind.",
    doubt: "One head shows it.",
    not_blamed: "It did not write the request.",
    remedy: &[
        "Send \"Connection: Upgrade, HTTP2-Settings\"; otherwise intermediaries forward the fields and the upgrade can be smuggled past them.",
    ],
    symptoms: &[],
    refs: &["RFC 9110 7.8"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        upgraded(&UPGRADE.replace("Connection: Upgrade, HTTP2-Settings", "Connection: Upgrade"), SWITCH)
            .close()
    },
    quiet: || {
        upgraded(
            &UPGRADE.replace(
                "Connection: Upgrade, HTTP2-Settings",
                "connection: http2-settings\r\nConnection: upgrade",
            ),
            SWITCH,
        )
        .close()
    },
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], connection)],
};

/// HTTP2-Settings value is not a base64url SETTINGS payload.
pub(in crate::rules) static UPGRADE_SETTINGS_UNDECODABLE: Rule = Rule {
    code: "NEG012",
    name: "upgrade-settings-undecodable",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: Some(Severity::Error),
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc7540("3.2.1", Some(Level::Must)),
        rfc9113("3.1", None),
        Reference { doc: "RFC 4648", section: "5", level: None },
    ],
    summary: "HTTP2-Settings value is not a base64url SETTINGS payload",
    why: "HTTP2-Settings carries the payload of a SETTINGS frame in base64url, without padding.",
    meaning: "The value of HTTP2-Settings has characters that base64url does not have, a length that no octets have, or octets that are no whole number of parameters. Padding at the end alone is a warning under either RFC. What the values say is judged by the rules about SETTINGS.",
    harm: "A server that reads strictly ends the connection or does not upgrade; another one starts with other settings than the client meant.",
    doubt: "One head shows it.",
    not_blamed: "It did not write the request.",
    remedy: &[
        "Encode the raw SETTINGS payload (6 octets per parameter, no frame header) with base64url and no padding.",
    ],
    symptoms: &[],
    refs: &["RFC 4648 5"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE.replace("AAMAAABkAAQCAAAAAAIAAAAA", "AAMAAABk+w"))])
            .server([http1(OK)])
            .close()
    },
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], value)],
};

/// The request for an upgrade, where it was made in clear.
fn request<'a>(event: &'a Event<'_>) -> Option<(&'a RequestHead, Origin)> {
    let upgrade = event.http1.upgrade.as_ref().filter(|_| event.tls.is_none())?;
    Some((&upgrade.request, upgrade.requested))
}

fn say(verdict: &mut Verdict<'_>, at: Origin, message: String, what: String) {
    let draft = Draft::new(Culprit::Client, message, at, at);
    verdict.say(draft.shows(EvidenceRole::Cause, Side::Client, at, what));
}

fn count(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((head, at)) = request(event) else { return };
    let many = head.http2_settings.len();
    if many != 1 {
        let words = if many == 0 {
            "no HTTP2-Settings field".to_owned()
        } else {
            format!("{many} HTTP2-Settings fields")
        };
        let message = format!("The client asks for an upgrade to h2c with {words} instead of one.");
        say(verdict, at, message, format!("Upgrade: h2c with {words}"));
    }
}

fn connection(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((head, at)) = request(event) else { return };
    let lacks = |token: &&str| !head.connection.iter().any(|named| **named == **token);
    let missing: Vec<&str> = ["upgrade", "http2-settings"].into_iter().filter(lacks).collect();
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        let message =
            format!("The client asks for an upgrade to h2c without naming {missing} in Connection.");
        say(verdict, at, message, format!("Connection lacks {missing}"));
    }
}

fn value(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some((head, at)) = request(event) else { return };
    let Some(fault) = head.settings_fault() else { return };
    let what = match fault {
        SettingsFault::Alphabet => "has characters that base64url does not have",
        SettingsFault::Length => "has a length that no octets have in base64url",
        SettingsFault::Parameters => "is no whole number of parameters",
        SettingsFault::Padding => "ends with padding, which is to be left out",
    };
    let message = format!("The value of the client's HTTP2-Settings {what}.");
    let draft = Draft::new(Culprit::Client, message, at, at).told_by(if fault == SettingsFault::Padding {
        "padding"
    } else {
        ""
    });
    let draft = draft.shows(EvidenceRole::Cause, Side::Client, at, format!("HTTP2-Settings {what}"));
    verdict.say(if fault == SettingsFault::Padding { draft.severity(Severity::Warning) } else { draft });
}
