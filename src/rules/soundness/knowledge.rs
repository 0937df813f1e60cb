//! What an end knew when it spoke: principles 1 to 11.

use super::{acknowledged, certainty, reset, severity};
use crate::base::{Side, Span};
use crate::finding::{Confidence, Severity};
use crate::frame::{ErrorCode, Setting};
use crate::script::{
    Octets, Script, Wire, data, get, goaway, ping, post, priority, push_promise, response, rst_stream,
    settings, settings_ack, unknown, window_update,
};

const CERTAIN: Option<Confidence> = Some(Confidence::Certain);

#[test]
fn own_order_is_exact() {
    let ended = Script::open().client([get(1)]);
    let blind = Script::open().blind(Side::Server).client([get(1), data(1, b"x")]);
    assert_eq!(certainty("data-after-end-stream", &ended.clone().client([data(1, b"x")])), CERTAIN);
    assert_eq!(
        certainty("data-after-end-stream", &blind.server([response(1)])),
        CERTAIN,
        "whatever the server did"
    );
    let open = Script::open().client([post(1)]).client([data(1, b"x")]);
    assert_eq!(certainty("data-after-end-stream", &open), None);
}

#[test]
fn not_covered_is_not_guilty() {
    let crossing =
        Script::open().client([post(1)]).blind(Side::Client).server([rst_stream(1, ErrorCode::CANCEL)]);
    let late = crossing.wait(Span::seconds(30)).client([data(1, b"x")]);
    assert_eq!(certainty("frame-after-rst-stream-received", &late), None);
}

#[test]
fn guilty_only_with_proof() {
    let name = "frame-after-rst-stream-received";
    let proved = reset([settings(&[])]).client([settings_ack()]).client([data(1, b"x")]);
    assert_eq!(certainty(name, &proved), Some(Confidence::Certain));
    let covered = reset([]).ack(Side::Client);
    assert_eq!(certainty(name, &covered.clone().wait(Span::millis(40)).client([data(1, b"x")])), None);
    let likely = covered.wait(Span::millis(60)).client([data(1, b"x")]);
    assert_eq!(certainty(name, &likely), Some(Confidence::Likely));
    let credited = reset([]).client([window_update(0, 1)]).client([data(1, b"x")]);
    assert_eq!(certainty(name, &credited), None, "WINDOW_UPDATE proves nothing");
}

#[test]
fn what_comes_behind_octets_sent_again_may_have_been_said_before() {
    let covered = reset([]).ack(Side::Client).wait(Span::millis(60)).client([settings(&[])]);
    let (last, said) = (covered.packets().len() - 1, covered.client([data(1, b"x")]));
    let name = "frame-after-rst-stream-received";
    assert_eq!(certainty(name, &said), Some(Confidence::Likely));
    assert_eq!(certainty(name, &said.repeat_with(last, 0)), None);
}

#[test]
fn an_increase_counts_at_once_and_a_decrease_after_the_acknowledgement() {
    let sizes = |size| settings(&[(Setting::MAX_FRAME_SIZE, size)]);
    let large = || data(1, &[0; 20_000]);
    let room = Script::open()
        .client([post(1), window_update(0, 1)])
        .server([window_update(0, 99_999), window_update(1, 99_999)]);
    let raised = room.server([sizes(32_768)]).client([large()]);
    let lowered = raised.client([settings_ack()]).server([sizes(16_384)]).client([large()]);
    assert_eq!(certainty("frame-too-large", &lowered), None);
    let known = lowered.client([settings_ack()]).client([large()]);
    assert_eq!(certainty("frame-too-large", &known), Some(Confidence::Certain));
}

#[test]
fn credit_is_counted_most_generously_and_the_debt_stays() {
    let used_up = Script::open()
        .client([post(1), data(1, &[0; 16_384])])
        .client([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
        .client([data(1, &[0; 16_383])]);
    let credit = || [window_update(0, 1000), window_update(1, 1000)];
    let crossing = used_up.clone().blind(Side::Client).server(credit()).client([data(1, &[0; 1000])]);
    for name in ["stream-window-exceeded", "connection-window-exceeded"] {
        assert_eq!(certainty(name, &crossing), None, "what passed may have arrived");
        let early =
            used_up.clone().client([data(1, &[0; 100])]).server(credit()).client([data(1, &[0; 900])]);
        assert_eq!(certainty(name, &early), Some(Confidence::Certain));
    }
}

#[test]
fn a_crossing_goaway_is_a_race() {
    let name = "new-stream-after-goaway";
    let gone = |behind: Option<Octets>| {
        Script::open().client([get(1)]).server([goaway(1, ErrorCode::NO_ERROR)].into_iter().chain(behind))
    };
    let crossing =
        Script::open().client([get(1)]).blind(Side::Client).server([goaway(1, ErrorCode::NO_ERROR)]);
    assert_eq!(certainty(name, &crossing.wait(Span::seconds(5)).client([get(3)])), None);
    let proved = gone(Some(ping([1; 8]))).client([acknowledged(1)]).wait(Span::millis(5)).client([get(3)]);
    assert_eq!(certainty(name, &proved), Some(Confidence::Certain));
    let covered = gone(None).ack(Side::Client).wait(Span::millis(60)).client([get(3)]);
    assert_eq!(certainty(name, &covered), Some(Confidence::Likely));
    let own = Script::open().client([get(1), get(3)]).client([goaway(0, ErrorCode::NO_ERROR)]);
    let answered = own.server([response(1), response(3)]);
    assert_eq!(certainty("goaway-last-stream-id-contradicted", &answered), None, "the client's own streams");
}

#[test]
fn an_answer_behind_a_promise_proves_that_the_promise_was_read() {
    let promised = Script::open()
        .client([get(1), post(3)])
        .server([rst_stream(3, ErrorCode::CANCEL), push_promise(1, 2)]);
    let refused = promised.client([rst_stream(2, ErrorCode::CANCEL)]).client([data(3, b"x")]);
    assert_eq!(certainty("frame-after-rst-stream-received", &refused), Some(Confidence::Certain));
}

#[test]
fn a_window_overflows_only_behind_what_the_peer_may_have_sent() {
    let said = |script: Script| certainty("stream-window-overflow", &script.ack(Side::Client));
    let most = 0x7fff_ffff - 65_535;
    let used = Script::open().client([post(1)]).server([window_update(1, most)]);
    assert_eq!(said(used.clone().server([window_update(1, 1)])), CERTAIN);
    let spent = used.client([data(1, &[0; 1000])]);
    assert_eq!(said(spent.clone().server([window_update(1, 1000)])), None, "what was used is given back");
    assert_eq!(said(spent.clone().server([window_update(1, 1001)])), CERTAIN);
    let crossing = spent.blind(Side::Client).server([window_update(1, 1001)]).client([data(1, b"x")]);
    assert_eq!(said(crossing.sees(Side::Client)), None, "it may have been used before the credit came");
}

#[test]
fn padding_takes_credit_and_empty_data_needs_none() {
    let full = || {
        let script = Script::open().client([post(1)]);
        let most = (0..3).fold(script, |script, _| script.client([data(1, &[0; 16_384])]));
        most.client([data(1, &[0; 16_383])])
    };
    let padded = full().client([data(1, b"").map(|frame| frame.padded(0, 0))]);
    assert_eq!(certainty("connection-window-exceeded", &padded), CERTAIN);
    let empty = full().client([data(1, b"").map(Wire::end_stream)]);
    assert_eq!(certainty("connection-window-exceeded", &empty), None);
}

#[test]
fn half_closed_is_per_sender() {
    let ended = || Script::open().client([post(1)]).client([data(1, b"x").map(Wire::end_stream)]);
    let allowed = ended().client([window_update(1, 5), priority(1, 0)]).server([response(1), data(1, b"y")]);
    let accused = |script: &Script| severity(script).is_some_and(|severity| severity > Severity::Info);
    assert!(!accused(&allowed.client([rst_stream(1, ErrorCode::CANCEL)])));
    let both = ended().server([response(1).map(Wire::end_stream)]).server([window_update(1, 5)]);
    assert!(!accused(&both), "at most info");
    assert!(accused(&ended().client([data(1, b"z")])));
}

#[test]
fn closed_is_remembered_and_idle_is_proven() {
    let name = "data-on-idle-stream";
    let skipped = Script::open().client([get(7)]).client([data(3, b"x")]);
    assert_eq!(certainty(name, &skipped), CERTAIN);
    let holed = Script::open().client([get(3)]).client([get(7)]).client([data(3, b"x")]);
    let packet = holed.packets().len() - 3;
    assert_eq!(
        certainty(name, &holed.server([response(7)]).lose(packet)),
        None,
        "HEADERS may be in the hole"
    );
    let closed = Script::open().client([get(3)]).server([response(3).map(Wire::end_stream)]);
    assert_eq!(certainty(name, &closed.client([data(3, b"x")])), None, "it was open once");
}

#[test]
fn priority_and_unknown_frames_move_nothing() {
    let quiet = Script::open().client([priority(99, 0), unknown(0xee, 45, b"x"), get(7)]);
    assert_eq!(
        severity(&quiet.clone().server([response(7).map(Wire::end_stream)]).client([priority(7, 0)])),
        None
    );
    assert_eq!(certainty("stream-id-not-increasing", &quiet.client([get(5)])), CERTAIN);
    let inside = get(1).map(Wire::unfinished);
    assert_eq!(
        certainty("extension-frame-in-field-block", &Script::open().client([inside, unknown(0xee, 1, b"")])),
        CERTAIN
    );
}

#[test]
fn a_promise_on_a_stream_in_flight_to_its_reset_is_legal() {
    let crossing =
        Script::open().client([get(1)]).blind(Side::Server).client([rst_stream(1, ErrorCode::CANCEL)]);
    let promised = crossing.server([push_promise(1, 2)]).sees(Side::Server);
    let refused = promised.clone().client([rst_stream(2, ErrorCode::CANCEL)]).server([ping([1; 8])]);
    assert_eq!(severity(&refused.client([acknowledged(1)])), None);
    let name = "legal-behaviour-rejected";
    let rejected = promised.client([goaway(0, ErrorCode::PROTOCOL_ERROR)]).close();
    assert_eq!(certainty(name, &rejected), Some(Confidence::Likely));
    let off = || Script::open().client([get(1), settings(&[(Setting::ENABLE_PUSH, 0)])]);
    assert_eq!(certainty("push-while-disabled", &off().server([push_promise(1, 2)])), None);
    assert_eq!(
        certainty("push-while-disabled", &off().server([settings_ack(), push_promise(1, 2)])),
        CERTAIN
    );
}

#[test]
fn before_the_first_settings_only_defaults_bind() {
    let name = "max-concurrent-streams-exceeded";
    let burst = Script::connect().client([crate::script::preface(), settings(&[])]);
    let burst = burst.client((0..150).map(|number| get(number * 2 + 1)));
    let told = burst.server([settings(&[(Setting::MAX_CONCURRENT_STREAMS, 100)]), settings_ack()]);
    assert_eq!(certainty(name, &told.clone().ack(Side::Client)), None);
    assert_eq!(certainty(name, &told.client([settings_ack()]).client([get(301)])), CERTAIN);
}
