//! What the tap sees, and what it cannot: principles 12 to 18.

use super::{certainty, reset};
use crate::base::{Side, Span};
use crate::finding::{Confidence, Severity};
use crate::rules::tests::report;
use crate::script::{
    Handshake, Octets, Script, Wire, block, continuation, data, get, headers, http1, ping, post, preface,
    response, settings, settings_ack, window_update,
};

const CERTAIN: Option<Confidence> = Some(Confidence::Certain);
const LIKELY: Option<Confidence> = Some(Confidence::Likely);

fn connection(stream: u32) -> Octets {
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "a.example"),
        ("Connection", "x"),
    ];
    headers(stream, &block(&fields)).map(Wire::end_stream)
}

#[test]
fn the_verdict_is_the_same_wherever_the_tap_stands() {
    let name = "connection-window-exceeded";
    let full = |script: Script| {
        let script = script.client([post(1)]);
        let most = (0..3).fold(script, |script, _| script.client([data(1, &[0; 16_384])]));
        most.client([data(1, &[0; 16_383])])
    };
    for script in [Script::open(), Script::open_over(Span::millis(40))] {
        let script = full(script);
        for pause in [Span::millis(1), Span::millis(41)] {
            let credited = script.clone().server([window_update(0, 9), window_update(1, 9)]).wait(pause);
            assert_eq!(certainty(name, &credited.client([data(1, b"x")])), None);
            let early = script.clone().client([data(1, b"x")]).wait(pause).server([window_update(0, 9)]);
            assert_eq!(certainty(name, &early), CERTAIN);
        }
    }
}

#[test]
fn what_two_interfaces_show_in_the_wrong_order_has_passed() {
    let name = "connection-window-exceeded";
    let script =
        (0..3).fold(Script::open().client([post(1)]), |script, _| script.client([data(1, &[0; 16_384])]));
    let full = script.client([data(1, &[0; 16_383])]).ack(Side::Server).wait(Span::millis(5));
    let credited = full
        .server([window_update(0, 9), window_update(1, 9)])
        .wait(Span::millis(-1))
        .client([data(1, b"x")]);
    let mut packets = credited.packets().to_vec();
    packets.sort_by_key(|packet| packet.time);
    assert_eq!(certainty(name, &credited.clone().with_packets(packets.clone())), None);
    if let Some(spent) = packets.iter_mut().rev().nth(1) {
        spent.acknowledged -= 26;
    }
    assert_eq!(certainty(name, &credited.with_packets(packets)), CERTAIN, "it had not received the credit");
}

#[test]
fn of_a_connection_joined_late_the_wire_and_own_order_stay_judged() {
    let pong = || ping([3; 8]).map(|frame| frame.flag(1));
    let pinged = |script: Script, _| script.client([ping([3; 8])]).server([pong()]);
    let asked = || {
        let before = (0..14).fold(Script::open().client([post(41)]), pinged);
        before.client([get(43)]).server([response(43).map(Wire::end_stream)])
    };
    let told = |script: Script| -> Vec<&'static str> {
        let report = report(&script.without_first(8));
        let grave = report.findings.into_iter().filter(|one| one.severity > Severity::Info);
        grave.map(|finding| finding.name).collect()
    };
    let quiet =
        asked().client([data(41, b"x"), settings_ack(), get(7)]).server([data(3, b"y"), settings_ack()]);
    assert_eq!(told(quiet), [""; 0], "nothing that rests on the beginning");
    let wire = asked().client([ping([1; 8]).map(|frame| frame.on(3))]);
    assert_eq!(told(wire), ["ping-on-stream"]);
    let own = asked().client([data(41, b"x").map(Wire::end_stream)]).client([data(41, b"y")]);
    assert_eq!(told(own), ["data-after-end-stream"]);
}

#[test]
fn a_hole_inside_data_keeps_the_boundary_and_others_lower() {
    let bad = || ping([1; 8]).map(|frame| frame.on(3));
    let begun =
        Script::open().client([post(1)]).client([data(1, &[7; 500]).map(|frame| frame.claiming(900))]);
    let inside = begun.client([http1([7; 400])]).client([bad()]);
    let packet = inside.packets().len() - 2;
    let acked = |script: Script| script.ack(Side::Server).client([ping([2; 8])]).server([ping([2; 8])]);
    let holed = acked(inside).lose(packet);
    assert!(certainty("ping-on-stream", &holed) >= LIKELY, "the boundary behind the hole is exact");
    let outside = Script::open().client([post(1)]).client([data(1, &[7; 900])]).client([bad()]);
    let packet = outside.packets().len() - 2;
    assert!(
        certainty("ping-on-stream", &acked(outside).lose(packet)) < CERTAIN,
        "where frames begin is lost"
    );
    let whole = Script::open().client([post(1)]).client([bad()]);
    assert_eq!(certainty("ping-on-stream", &whole), CERTAIN);
}

#[test]
fn a_continuation_behind_a_hole_is_not_judged() {
    let name = "unexpected-continuation";
    let fields =
        block(&[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")]);
    let alone = Script::open().client([continuation(9, &fields)]);
    assert_eq!(certainty(name, &alone), CERTAIN);
    let head = headers(9, &fields).map(Wire::end_stream).map(Wire::unfinished);
    let script = Script::open().client([ping([1; 8])]).client([head]).client([continuation(9, b"")]);
    let packet = script.packets().len() - 2;
    let holed =
        script.ack(Side::Server).client([ping([2; 8]), ping([3; 8])]).server([ping([2; 8])]).lose(packet);
    assert_eq!(certainty(name, &holed), None);
}

#[test]
fn behind_a_lost_field_block_only_literals_stay_judged() {
    let dynamic = || headers(5, &[0x82, 0x86, 0x84, 0xbe]).map(Wire::end_stream);
    let script = |last: Octets| {
        let asked = Script::open().client([get(1)]).client([get(3)]);
        let pinged = asked.client((0..8).map(|number| ping([number; 8]))).client([last]);
        pinged.ack(Side::Server).server([ping([1; 8])])
    };
    let lost = |last: Octets| {
        let script = script(last);
        let packet = script.packets().len() - 5;
        script.lose(packet)
    };
    assert_eq!(certainty("hpack-index-out-of-range", &script(dynamic())), CERTAIN);
    assert_eq!(certainty("hpack-index-out-of-range", &lost(dynamic())), None);
    assert_eq!(certainty("missing-request-pseudo-header", &lost(dynamic())), None);
    assert!(certainty("hpack-index-zero", &lost(headers(5, &[0x80]))).is_some());
    assert!(
        certainty("uppercase-field-name", &lost(connection(5))).is_some()
            || certainty("connection-specific-field", &lost(connection(5))).is_some()
    );
}

#[test]
fn a_short_snaplen_keeps_frame_headers_judged() {
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "a.example"),
        ("x", &*"y".repeat(900)),
    ];
    let long = || headers(1, &block(&fields)).map(Wire::end_stream);
    let seen = |script: Script| {
        let grave =
            report(&script.cut(54 + 60)).findings.into_iter().filter(|one| one.severity > Severity::Info);
        grave.map(|finding| (finding.name, finding.confidence)).collect::<Vec<_>>()
    };
    assert_eq!(seen(Script::open().client([long()]).server([response(1).map(Wire::end_stream)])), []);
    let after = Script::open().client([long()]).client([data(1, b"x")]);
    assert_eq!(seen(after), [("data-after-end-stream", Confidence::Certain)]);
}

#[test]
fn of_one_direction_only_the_wire_and_own_order_stay_judged() {
    let own = Script::open().client([get(1)]).client([data(1, b"x")]).only(Side::Client);
    assert_eq!(certainty("data-after-end-stream", &own), CERTAIN);
    let proved = reset([settings(&[])]).client([settings_ack()]).client([data(1, b"x")]).only(Side::Client);
    assert_eq!(certainty("frame-after-rst-stream-received", &proved), None);
    let alone =
        Script::connect().client([preface(), settings(&[])]).client([settings_ack()]).only(Side::Client);
    assert_eq!(
        certainty("missing-server-settings", &alone.wait(Span::seconds(20)).fin(Side::Client)),
        None,
        "its SETTINGS were acknowledged"
    );
    assert_eq!(
        certainty("unexpected-settings-ack", &Script::open().client([settings_ack()]).only(Side::Client)),
        None
    );
    assert_eq!(certainty("unexpected-settings-ack", &Script::open().client([settings_ack()])), CERTAIN);
}

#[test]
fn without_keys_an_answer_is_never_called_refused() {
    let hidden = Handshake::tls13().without_keys().offers(&["h2", "http/1.1"]);
    let sealed =
        |handshake: &Handshake| Script::tls(handshake).client([http1("x")]).server([http1("y")]).close();
    let refusals = ["alpn-not-selected", "alpn-other-selected", "no-application-protocol"];
    let answered = sealed(&hidden.clone().answers(&["h2"]));
    assert!(refusals.iter().all(|name| certainty(name, &answered).is_none()));
    assert!(certainty("alpn-inferred", &answered).is_some());
    let silent = sealed(&hidden);
    assert!(refusals.iter().all(|name| certainty(name, &silent) < CERTAIN));
    let shown = Script::tls(&Handshake::tls12().offers(&["h2", "http/1.1"])).close();
    assert_eq!(certainty("alpn-not-selected", &shown), CERTAIN);
}

#[test]
fn a_clock_that_runs_back_lowers_short_intervals_only() {
    let owed = |wait: Span| {
        let script = Script::connect().client([preface(), settings(&[])]).ack(Side::Server);
        script.wait(wait).fin(Side::Client)
    };
    let back = |wait: Span| {
        let mut packets = owed(wait).packets().to_vec();
        if let Some(packet) = packets.get_mut(1) {
            packet.time = packet.time.after(Span::millis(3));
        }
        owed(wait).with_packets(packets)
    };
    let name = "missing-server-settings";
    assert_eq!(
        certainty(name, &back(Span::seconds(20))),
        certainty(name, &owed(Span::seconds(20))),
        "20 s stand"
    );
    assert!(certainty("clock-jumps", &back(Span::seconds(20))).is_some());
    let late = |script: Script| certainty("server-settings-only-after-headers", &script);
    let held = || {
        let script = Script::connect().client([preface(), settings(&[])]).ack(Side::Server);
        script.wait(Span::millis(300)).client([get(1)]).server([settings(&[]), settings_ack()])
    };
    assert_eq!(late(held()), LIKELY);
    let mut packets = held().packets().to_vec();
    packets.iter_mut().take(3).for_each(|packet| packet.time = packet.time.after(Span::millis(60)));
    assert!(late(held().with_packets(packets)) < LIKELY, "300 ms do not, where time ran back by 60");
}
