//! Reactions in both directions: what is owed and ignored, and the nearest conversations in which nothing is.

use crate::base::{Side, Span};
use crate::finding::{Confidence, Finding, Report, Severity};
use crate::frame::{ErrorCode, Flags, Setting};
use crate::pipeline::{Wishes, analyze_octets};
use crate::rules::{Options, Spec};
use crate::script::{
    Octets, Script, Wire, block, data, get, goaway, headers, ping, post, preface, push_promise, response,
    rst_stream, settings, settings_ack, unknown, window_update,
};

const CERTAIN: Confidence = Confidence::Certain;
const LIKELY: Confidence = Confidence::Likely;

fn report(script: &Script, spec: Spec) -> Report {
    let wishes = Wishes { options: Options { spec, ..Options::default() }, ..Wishes::default() };
    analyze_octets("test", &script.pcap(), &wishes, &mut |_| {}).expect("a capture")
}

/// What the area says of a conversation: rule, culprit, confidence.
fn said(script: &Script) -> Vec<(String, &'static str, Confidence)> {
    let told = |finding: &Finding| (finding.rule.to_owned(), finding.culprit.role.word(), finding.confidence);
    let report = report(script, Spec::Rfc9113);
    report.findings.iter().filter(|finding| finding.rule.starts_with("REA")).map(told).collect()
}

fn one(rule: &str, culprit: &'static str, confidence: Confidence) -> Vec<(String, &'static str, Confidence)> {
    vec![(rule.to_owned(), culprit, confidence)]
}

/// A connection error by the client.
fn bad() -> Octets {
    settings(&[(Setting::ENABLE_PUSH, 7)])
}

fn pong(opaque: [u8; 8]) -> Octets {
    ping(opaque).map(|frame| frame.flag(Flags::ACK.0))
}

#[test]
fn an_answer_to_a_later_request_shows_that_the_error_was_ignored() {
    let script = Script::open().client([bad(), get(1)]).server([response(1).map(Wire::end_stream)]);
    assert_eq!(said(&script.clone().close()), one("REA001", "server", CERTAIN));
    let raised = script.server([goaway(1, ErrorCode::PROTOCOL_ERROR)]).fin(Side::Server);
    assert_eq!(said(&raised), one("REA008", "client", CERTAIN));
}

#[test]
fn credit_is_no_proof_and_giving_up_takes_a_second() {
    let silent = || Script::open().client([bad()]).server([window_update(0, 100)]);
    assert_eq!(said(&silent().wait(Span::seconds(2)).close()), one("REA001", "server", LIKELY));
    assert_eq!(said(&silent().wait(Span::millis(300)).close()), []);
}

#[test]
fn a_fin_before_the_offender_s_own_is_a_reaction_and_one_behind_it_is_none() {
    let silent = || Script::open().client([bad()]).ack(Side::Server).wait(Span::seconds(2));
    assert_eq!(said(&silent().close()), one("REA001", "server", LIKELY));
    let closed = silent().fin(Side::Server).fin(Side::Client).ack(Side::Server);
    assert_eq!(said(&closed), one("REA004", "server", LIKELY));
    let answered = Script::open().client([bad(), ping([1; 8])]).server([pong([1; 8])]).wait(Span::seconds(2));
    let closed = answered.fin(Side::Server).fin(Side::Client).ack(Side::Server);
    assert_eq!(said(&closed), one("REA004", "server", CERTAIN));
    let done = |wait| Script::open().server([bad()]).ack(Side::Client).wait(wait);
    assert_eq!(said(&done(Span::millis(5)).close()), [], "a client that is done");
    assert_eq!(said(&done(Span::seconds(2)).close()), one("REA004", "client", LIKELY));
}

#[test]
fn a_late_reaction_withdraws() {
    let late = Script::open()
        .client([bad(), ping([1; 8])])
        .server([pong([1; 8])])
        .wait(Span::seconds(8))
        .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
        .close();
    assert_eq!(said(&late), one("REA008", "client", CERTAIN));
}

#[test]
fn a_fault_that_never_arrived_makes_nothing_owed() {
    let lost = Script::open().blind(Side::Server).client([bad()]).server([window_update(0, 100)]);
    assert_eq!(said(&lost.wait(Span::seconds(8)).fin(Side::Client)), []);
}

#[test]
fn a_connection_left_open_is_judged_once_the_wait_is_over() {
    let open = |wait| Script::open().client([bad()]).ack(Side::Server).wait(wait).ack(Side::Client);
    assert_eq!(said(&open(Span::seconds(4))), []);
    let told = said(&open(Span::seconds(6)));
    assert!(told.iter().all(|(rule, who, how)| rule == "REA001" && *who == "server" && *how < CERTAIN));
}

#[test]
fn a_good_answer_to_the_faulty_field_block_is_processing_it() {
    let padded = get(1).map(|frame| frame.flag(Flags::PADDED.0).payload(&[200, 0x82, 0x86, 0x84]));
    let script = Script::open().client([padded]).server([response(1).map(Wire::end_stream)]).close();
    assert_eq!(said(&script), one("REA001", "server", CERTAIN));
}

#[test]
fn nothing_is_owed_on_a_stream_that_the_receiver_had_reset() {
    let reset = Script::open()
        .client([get(1)])
        .blind(Side::Client)
        .server([rst_stream(1, ErrorCode::CANCEL)])
        .client([data(1, b"late"), get(3)])
        .sees(Side::Client)
        .server([response(3).map(Wire::end_stream)])
        .wait(Span::seconds(2))
        .close();
    assert_eq!(said(&reset), []);
}

#[test]
fn nothing_is_owed_on_a_stream_that_the_receiver_had_finished() {
    let script = |server: &[Octets]| {
        Script::open()
            .client([get(1)])
            .server(server.to_vec())
            .client([data(1, b"late"), ping([1; 8])])
            .server([pong([1; 8])])
            .wait(Span::seconds(2))
            .close()
    };
    assert_eq!(said(&script(&[response(1).map(Wire::end_stream)])), []);
    assert_eq!(said(&script(&[response(1)])), one("REA002", "server", CERTAIN));
}

#[test]
fn a_fault_that_may_be_borne_makes_nothing_owed() {
    let surplus = Script::open().client([settings_ack(), ping([1; 8])]).server([pong([1; 8])]).close();
    assert_eq!(said(&surplus), []);
}

#[test]
fn an_error_is_explained_by_the_fault_before_it() {
    let script = |offence: Octets| {
        Script::open().client([offence]).server([goaway(0, ErrorCode::PROTOCOL_ERROR)]).fin(Side::Server)
    };
    assert_eq!(said(&script(bad())), one("REA008", "client", CERTAIN));
    assert_eq!(said(&script(ping([1; 8]))), one("REA009", "server", LIKELY));
}

#[test]
fn a_fault_that_had_not_arrived_explains_nothing() {
    let crossing = Script::open()
        .client([get(1)])
        .ack(Side::Server)
        .blind(Side::Server)
        .client([bad()])
        .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
        .fin(Side::Server);
    assert!(said(&crossing).iter().all(|(rule, _, _)| rule != "REA008"), "{:?}", said(&crossing));
}

#[test]
fn a_promise_on_a_stream_in_flight_to_its_reset_is_no_reason_for_goaway() {
    let reset = || {
        Script::open()
            .client([get(1)])
            .ack(Side::Server)
            .blind(Side::Server)
            .client([rst_stream(1, ErrorCode::CANCEL)])
            .server([push_promise(1, 2)])
            .sees(Side::Server)
    };
    let punished = reset().client([goaway(0, ErrorCode::PROTOCOL_ERROR)]).fin(Side::Client).fin(Side::Server);
    assert_eq!(said(&punished), one("REA006", "client", LIKELY));
    let right = reset().client([rst_stream(2, ErrorCode::CANCEL)]).fin(Side::Client).fin(Side::Server);
    assert_eq!(said(&right), []);
}

#[test]
fn two_acknowledgements_for_two_settings_are_right() {
    let stacks = |acks: &[Octets]| {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[])])
            .server([settings(&[(Setting::MAX_FRAME_SIZE, 16_384)]), settings_ack()])
            .client(acks.to_vec())
            .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .close()
    };
    let owed = report(&stacks(&[settings_ack(), settings_ack()]), Spec::Rfc9113);
    let root = owed.findings.iter().find(|finding| finding.name == "two-http2-stacks").expect("found");
    assert!(root.linked.iter().any(|linked| linked.rule == "REA009"));
    assert!(owed.findings.iter().all(|finding| finding.culprit.role.word() != "client"));
    let surplus = said(&stacks(&[settings_ack(), settings_ack(), settings_ack()]));
    assert_eq!(surplus, one("REA008", "client", CERTAIN));
}

#[test]
fn the_exact_code_is_asked_for_by_rfc_7540_only() {
    let script = Script::open()
        .client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 1 << 31)])])
        .server([goaway(0, ErrorCode::PROTOCOL_ERROR)])
        .fin(Side::Server);
    assert_eq!(said(&script), one("REA008", "client", CERTAIN));
    let strict = report(&script, Spec::Rfc7540);
    let code = strict.findings.iter().find(|finding| finding.rule == "REA003").expect("found");
    assert_eq!(code.severity, Severity::Warning);
}

#[test]
fn a_connection_that_stays_open_behind_its_error_is_told_after_the_wait() {
    let open = |wait| {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream), goaway(1, ErrorCode::INTERNAL_ERROR)])
            .ack(Side::Client)
            .wait(wait)
    };
    let rules = |script: &Script| said(script).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
    assert_eq!(rules(&open(Span::seconds(12)).ack(Side::Client)), ["REA005"]);
    assert_eq!(rules(&open(Span::seconds(5)).ack(Side::Client)), [""; 0]);
    assert_eq!(rules(&open(Span::seconds(12)).fin(Side::Server).fin(Side::Client)), [""; 0]);
}

#[test]
fn an_unknown_frame_is_no_reason_and_codes_that_accuse_nobody_need_none() {
    let script =
        |code| Script::open().client([unknown(0xbe, 0, b"x")]).server([goaway(0, code)]).fin(Side::Server);
    assert_eq!(said(&script(ErrorCode::FRAME_SIZE_ERROR)), one("REA006", "server", LIKELY));
    assert_eq!(said(&script(ErrorCode::ENHANCE_YOUR_CALM)), []);
    assert_eq!(said(&script(ErrorCode::INTERNAL_ERROR)), []);
}

#[test]
fn a_capture_that_joined_late_finds_no_error_without_a_reason() {
    let script = Script::open().client([post(1)]).server([rst_stream(1, ErrorCode::PROTOCOL_ERROR)]).close();
    assert_eq!(said(&script), one("REA009", "server", LIKELY));
    for packets in 4..7 {
        assert_eq!(said(&script.clone().without_first(packets)), []);
    }
}

#[test]
fn a_malformed_request_that_is_refused_was_reacted_to() {
    let request = block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "example.com"),
        ("transfer-encoding", "chunked"),
    ]);
    let answer = |status: &str| {
        Script::open()
            .client([headers(1, &request).map(Wire::end_stream)])
            .server([headers(1, &block(&[(":status", status)])).map(Wire::end_stream)])
            .close()
    };
    assert_eq!(said(&answer("200")), one("REA007", "server", CERTAIN));
    assert_eq!(said(&answer("400")), []);
}

#[test]
fn an_answer_that_may_not_have_seen_the_end_of_its_request_accepted_nothing() {
    let request = block(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "example.com"),
        ("content-length", "7"),
    ]);
    let asked = Script::open().client([headers(1, &request)]).client([data(1, b"x").map(Wire::end_stream)]);
    let answer = || response(1).map(Wire::end_stream);
    assert_eq!(said(&asked.clone().server([answer()]).close()), []);
    let slow = asked.clone().ack(Side::Server).wait(Span::millis(200));
    assert_eq!(said(&slow.server([answer()]).close()), one("REA007", "server", LIKELY));
    let later = asked.client([get(3)]).server([answer(), response(3).map(Wire::end_stream)]);
    assert_eq!(said(&later.close()), one("REA007", "server", CERTAIN));
}

#[test]
fn to_say_of_a_stream_that_is_over_that_it_is_closed_accuses_nobody() {
    let closed = |answer: Octets| {
        let answered = Script::open().client([get(1)]).server([response(1), answer]);
        said(&answered.client([rst_stream(1, ErrorCode::STREAM_CLOSED)]).close())
    };
    assert_eq!(closed(data(1, b"x").map(Wire::end_stream)), []);
    assert_eq!(closed(data(1, b"x")), one("REA009", "client", LIKELY));
}

#[test]
fn what_is_lost_of_a_stream_that_is_over_makes_no_accusation_of_its_reset() {
    let answered = Script::open().client([get(1)]).server([response(1), data(1, b"x").map(Wire::end_stream)]);
    let whole = answered.client([rst_stream(1, ErrorCode::STREAM_CLOSED)]).close();
    for packet in 0..whole.packets().len() {
        assert_eq!(said(&whole.clone().lose(packet)), [], "without packet {packet}");
    }
}

#[test]
fn a_second_reset_of_a_stream_that_is_over_rejects_nothing() {
    let upload = Script::open()
        .client([post(1)])
        .blind(Side::Client)
        .server([response(1).map(Wire::end_stream), rst_stream(1, ErrorCode::NO_ERROR)])
        .client([data(1, b"late")])
        .sees(Side::Client);
    assert_eq!(said(&upload.server([rst_stream(1, ErrorCode::STREAM_CLOSED)]).close()), []);
}
