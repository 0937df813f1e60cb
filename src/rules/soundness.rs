//! The principles of judging fairly, each as a conversation that is innocent and its neighbour that is not: what is not covered is not
//! known, what is proved is, credit counts most generously, a crossing GOAWAY is a race, and deadlines have no clock.

use crate::base::{Side, Span};
use crate::finding::Confidence;
use crate::frame::{ErrorCode, Setting};
use crate::rules::tests::report;
use crate::script::{
    Octets, Script, data, get, goaway, ping, post, preface, push_promise, response, rst_stream, settings,
    settings_ack, window_update,
};

/// How certain a finding of this name is, if there is one.
fn certainty(name: &str, script: &Script) -> Option<Confidence> {
    let report = report(script);
    report.findings.into_iter().find(|finding| finding.name == name).map(|finding| finding.confidence)
}

fn acknowledged(opaque: u8) -> Octets {
    ping([opaque; 8]).map(|frame| frame.flag(1))
}

/// A request whose content goes on, and the server's reset of it.
fn reset(behind: impl IntoIterator<Item = Octets>) -> Script {
    let uploading = Script::open().client([post(1)]);
    uploading.server([rst_stream(1, ErrorCode::CANCEL)].into_iter().chain(behind))
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
fn deadlines_have_no_clock() {
    let waiting = || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .ack(Side::Client)
    };
    let pinged = || Script::open().server([ping([9; 8])]).ack(Side::Client);
    for (name, owed, answer) in
        [("settings-not-acked", waiting(), settings_ack()), ("ping-not-acked", pinged(), acknowledged(9))]
    {
        let late = owed.clone().wait(Span::seconds(14)).client([answer]);
        assert_eq!(certainty(name, &late.close()), None, "{name}: what comes late withdraws it");
        let open = owed.clone().wait(Span::seconds(14)).client([window_update(0, 1)]);
        assert_eq!(certainty(name, &open), Some(Confidence::Likely), "{name}: the capture ends 14 s later");
        let soon = owed.wait(Span::seconds(4)).client([window_update(0, 1)]);
        assert_eq!(certainty(name, &soon), None, "{name}: the capture ends 4 s later");
    }
}
