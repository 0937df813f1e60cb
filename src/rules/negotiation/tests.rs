//! What the words of these rules claim beyond their examples: what lowers, what raises, what withdraws, what is left alone.

use super::words::{OK, PLAIN, SWITCH, UPGRADE, opening, upgraded};
use crate::base::{Side, Span};
use crate::finding::{Confidence, Culprit, Finding, Severity};
use crate::frame::ErrorCode;
use crate::rules::tests::report;
use crate::script::{
    Handshake, Script, Wire, alert, get, goaway, http1, preface, response, settings, settings_ack,
};

const BAD: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

fn findings(script: &Script) -> Vec<Finding> {
    report(script).findings
}

fn found(script: &Script, name: &str) -> Option<Finding> {
    findings(script).into_iter().find(|finding| finding.name == name)
}

fn judged(script: &Script, name: &str) -> Option<(Severity, Confidence, Culprit)> {
    found(script, name).map(|finding| (finding.severity, finding.confidence, finding.culprit.role))
}

#[test]
fn a_missing_answer_is_an_error_only_for_clients_that_take_nothing_else() {
    let both = Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"])).close();
    let only = Script::tls(&Handshake::tls12().offers(&["h2", "grpc-exp"])).close();
    let hidden = Script::tls(&Handshake::tls13().without_keys().offers(&["h2"])).close();
    let name = "alpn-not-selected";
    assert_eq!(judged(&both, name), Some((Severity::Warning, Confidence::Certain, Culprit::Server)));
    assert_eq!(judged(&only, name), Some((Severity::Error, Confidence::Certain, Culprit::Server)));
    assert_eq!(judged(&hidden, name), Some((Severity::Error, Confidence::Likely, Culprit::Server)));
    let refused = Script::connect()
        .client([Handshake::tls12().offers(&["h2"]).client_hello()])
        .server([alert(40)])
        .close();
    assert_eq!(judged(&refused, name), None);
}

#[test]
fn variants_of_tls13_hide_the_answer_too() {
    for version in [0x7e01, 0xfb1a, 0x7f0e] {
        let hidden = Script::tls(&Handshake::tls12().version(version).offers(&["h2", "http/1.1"])).close();
        assert!(judged(&hidden, "alpn-not-selected").is_none_or(|(_, how, _)| how < Confidence::Certain));
    }
}

#[test]
fn connections_that_react_differently_stand_side_by_side() {
    let lax = Handshake::tls12().offers(&["h2"]);
    let script = Script::tls(&lax).fin(Side::Client).fin(Side::Server).again(Span::millis(5));
    let script = script
        .client([lax.client_hello()])
        .server([lax.server_flight()])
        .client([lax.client_flight()])
        .server([lax.server_end()])
        .sealed_by(&lax)
        .client([http1("x")])
        .close();
    let first = findings(&script).into_iter().find(|finding| finding.conn == Some(0)).expect("a finding");
    assert_eq!(first.conns, [0, 1]);
    let shown: Vec<&str> = first.evidence.iter().map(|evidence| evidence.what.as_str()).collect();
    assert!(shown.contains(&"client closes"), "{shown:?}");
    assert!(shown.iter().any(|what| what.starts_with("conn 1: goes on")), "{shown:?}");
}

#[test]
fn secrets_that_the_capture_carries_open_its_records() {
    let agreed = Handshake::tls13().offers(&["h2"]).answers(&["h2"]);
    let script = Script::tls(&agreed).client(opening()).server([settings(&[]), settings_ack()]).close();
    let report = report(&script);
    assert_eq!((report.totals.http2_connections, report.totals.frames), (1, 3));
    assert_eq!(report.connections[0].negotiation.via, "h2_alpn");
}

#[test]
fn a_port_that_speaks_http2_with_others_is_to_blame() {
    let failed = Script::connect().client(opening()).server([http1(BAD)]).close();
    let name = "http1-answer-to-preface";
    assert_eq!(judged(&failed, name), Some((Severity::Error, Confidence::Certain, Culprit::Unknown)));
    let both =
        failed.again(Span::millis(9)).client(opening()).server([settings(&[]), settings_ack()]).close();
    let finding = found(&both, name).expect("a finding");
    assert_eq!(finding.culprit.role, Culprit::Server);
    assert!(finding.culprit.endpoint.is_some() && !finding.not_blamed.is_empty());
}

#[test]
fn an_error_for_an_upgrade_is_held_against_other_requests() {
    let refused = Script::connect().client([http1(UPGRADE)]).server([http1(BAD)]).close();
    let again = |answer: &str| {
        refused.clone().again(Span::millis(9)).client([http1(PLAIN)]).server([http1(answer)]).close()
    };
    let name = "upgrade-rejected";
    assert_eq!(judged(&refused, name).map(|it| it.1), Some(Confidence::Likely));
    assert_eq!(judged(&again(OK), name).map(|it| it.1), Some(Confidence::Certain));
    assert_eq!(judged(&again(BAD), name), None);
    assert_eq!(judged(&again(BAD), "upgrade-ignored").map(|it| it.0), Some(Severity::Info));
}

#[test]
fn a_request_that_was_lost_is_an_error_and_one_that_was_repeated_is_not() {
    let lost = Script::connect()
        .client([http1(PLAIN)])
        .server([settings(&[]), goaway(0, ErrorCode::PROTOCOL_ERROR)])
        .fin(Side::Server)
        .close();
    let repeated = lost
        .clone()
        .again(Span::millis(9))
        .client([preface(), settings(&[]), get(1)])
        .server([settings(&[]), settings_ack(), response(1).map(Wire::end_stream)])
        .close();
    let name = "http1-request-to-h2-only";
    assert_eq!(judged(&lost, name).map(|it| it.0), Some(Severity::Error));
    assert_eq!(judged(&repeated, name).map(|it| it.0), Some(Severity::Warning));
}

#[test]
fn a_close_without_an_octet_counts_only_beside_connections_of_the_other_kind() {
    let bare = Script::connect().client(opening()).ack(Side::Server).fin(Side::Server).close();
    let name = "plaintext-to-tls-port";
    assert_eq!(judged(&bare, name), None);
    let agreed = Handshake::tls12().offers(&["h2"]).answers(&["h2"]);
    let beside = bare
        .again(Span::millis(9))
        .client([agreed.client_hello()])
        .server([agreed.server_flight()])
        .client([agreed.client_flight()])
        .close();
    assert_eq!(judged(&beside, name), Some((Severity::Error, Confidence::Likely, Culprit::Client)));
    assert_eq!(judged(&beside, "missing-server-settings"), None, "folded");
    // Without the server's SYN, which is the second packet, nobody knows what it sent before.
    assert_eq!(judged(&beside.lose(1), name), None);
    let hello = Script::connect().client([agreed.client_hello()]).ack(Side::Server).rst(Side::Server);
    let name = "tls-to-plaintext-port";
    assert_eq!(judged(&hello, name), None);
    let beside = hello.again(Span::millis(9)).client([http1(PLAIN)]).server([http1(OK)]).close();
    assert_eq!(judged(&beside, name), Some((Severity::Error, Confidence::Likely, Culprit::Client)));
    assert_eq!(judged(&beside.lose(1), name), None);
}

#[test]
fn a_server_that_answered_before_the_capture_began_did_not_close_without_an_octet() {
    let asked = Script::connect().client([http1(PLAIN)]).server([http1(OK)]).ack(Side::Client);
    let before = asked.packets().len();
    let closed = asked.client([http1(PLAIN)]).ack(Side::Server).fin(Side::Server).close();
    let beside = closed.again(Span::millis(9)).client([Handshake::tls12().client_hello()]);
    let beside = beside.server([Handshake::tls12().server_flight()]).close();
    let joined = (0..before).rev().fold(beside, Script::lose);
    assert_eq!(judged(&joined, "plaintext-to-tls-port"), None);
}

#[test]
fn a_text_that_names_https_tells_the_wrong_port() {
    let text = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    let script = Script::connect().client(opening()).server([http1(text)]).close();
    assert_eq!(judged(&script, "plaintext-to-tls-port").map(|it| it.1), Some(Confidence::Certain));
    assert_eq!(judged(&script, "http1-answer-to-preface"), None);
}

#[test]
fn a_syn_without_an_answer_counts_when_it_was_sent_again_and_servers_are_heard() {
    let name = "tcp-connect-failed";
    let alone = Script::knock().wait(Span::seconds(1)).knock_again().wait(Span::seconds(2)).knock_again();
    assert_eq!(judged(&alone, name), None);
    let beside = alone.clone().again(Span::seconds(1)).client([http1(PLAIN)]).server([http1(OK)]).close();
    assert_eq!(judged(&beside, name), Some((Severity::Info, Confidence::Likely, Culprit::Unknown)));
    let once = Script::knock().again(Span::seconds(1)).client([http1(PLAIN)]).server([http1(OK)]).close();
    assert_eq!(judged(&once, name), None);
    let refused = Script::knock().refuse().again(Span::seconds(9));
    let refused = refused.client(opening()).server([settings(&[]), settings_ack()]).close();
    assert_eq!(judged(&refused, name).map(|it| it.0), Some(Severity::Error));
}

#[test]
fn a_preface_that_passed_before_the_101_came_too_early() {
    let early = Script::connect()
        .client([http1(UPGRADE)])
        .client(opening())
        .server([http1(SWITCH), settings(&[]), settings_ack()])
        .client([settings_ack()])
        .close();
    let name = "upgrade-preface-too-early";
    assert_eq!(judged(&early, name).map(|it| it.2), Some(Culprit::Client));
    let with_content =
        UPGRADE.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbody");
    assert_eq!(judged(&upgraded(&with_content, SWITCH).close(), name), None);
}

#[test]
fn who_answers_with_an_alert_to_octets_that_are_lost_accuses_nobody() {
    let plaintext = Script::connect().client([preface(), settings(&[])]).server([alert(40)]).close();
    let name = "plaintext-to-tls-port";
    assert_eq!(judged(&plaintext, name).map(|it| it.2), Some(Culprit::Client));
    assert_eq!(judged(&plaintext.lose(3), name), None, "the client's octets may have been a ClientHello");
}

#[test]
fn a_preface_that_comes_late_is_not_missing() {
    let waits = Script::connect()
        .client([http1(UPGRADE)])
        .server([http1(SWITCH), settings(&[])])
        .ack(Side::Client)
        .wait(Span::seconds(7));
    let name = "preface-missing-after-upgrade";
    let open = judged(&waits.clone().ack(Side::Server), name);
    assert_eq!(open.map(|it| it.1), Some(Confidence::Likely));
    assert_eq!(judged(&waits.clone().fin(Side::Server), name).map(|it| it.1), Some(Confidence::Certain));
    let late = waits.client([preface(), settings(&[]), settings_ack()]).server([settings_ack()]).close();
    assert_eq!(judged(&late, name), None);
}

#[test]
fn padding_of_http2_settings_is_a_warning_and_nothing_more() {
    let padded = UPGRADE.replace("AAMAAABkAAQCAAAAAAIAAAAA", "AAMAAABk==");
    let finding = judged(&upgraded(&padded, SWITCH).close(), "upgrade-settings-undecodable");
    assert_eq!(finding.map(|it| it.0), Some(Severity::Warning));
}

#[test]
fn without_keys_nothing_is_said_of_what_is_inside() {
    let blind = Handshake::tls13().without_keys().offers(&["h2"]);
    let script = Script::tls(&blind).client(opening()).server([settings(&[]), settings_ack()]).close();
    assert_eq!(judged(&script, "preface-without-alpn"), None);
    assert!(found(&script, "alpn-inferred").is_some());
}

#[test]
fn a_clear_answer_to_tls_is_held_against_the_client_only_as_far_as_it_is_clear() {
    let name = "tls-to-plaintext-port";
    let answered = |offers: &[&str], octets: &[u8]| {
        let hello = Handshake::tls12().offers(offers).client_hello();
        judged(&Script::connect().client([hello]).server([http1(octets)]).close(), name)
    };
    let client = |severity, confidence| Some((severity, confidence, Culprit::Client));
    let certain = client(Severity::Error, Confidence::Certain);
    assert_eq!(answered(&["h2"], b"<!DOCTYPE HTML>\n"), certain);
    assert_eq!(answered(&["h2"], b"220 mail.example ESMTP\r\n"), certain);
    assert_eq!(answered(&["h2"], &[0, 0, 0, 4, 0, 0, 0, 0, 0]), certain);
    let greeting = b"\x4a\0\0\0\x0a8.0.36\0";
    assert_eq!(answered(&["h2"], greeting), client(Severity::Error, Confidence::Likely));
    assert_eq!(answered(&["h2"], &[0, 0, 0, 0, 2, 0, 40]), None, "an alert with neither type nor version");
    assert_eq!(answered(&["imap"], b"* OK ready\r\n"), client(Severity::Info, Confidence::Certain));
}

#[test]
fn octets_of_another_protocol_in_a_connection_joined_late_are_no_frames() {
    let client = [0x84, 0, 0, 0, 2, 0x88, 0x27, 0, 0xc8, 0, 5, 9, 0x0e, 8];
    let server = [0x0d, 0, 0, 0, 2, 0x89, 0x27, 0, 0xc8, 0, 0x0e, 1, 0];
    let script = Script::connect().client([http1(client)]).server([http1(server)]).server([http1([0; 900])]);
    let unopened = script.close().lose(1).lose(2);
    assert!(findings(&unopened).is_empty(), "{:?}", findings(&unopened));
}
