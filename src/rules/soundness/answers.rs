//! What is owed, answered, or left unsaid: principles 19 to 25.

use super::{acknowledged, certainty};
use crate::base::{Side, Span};
use crate::finding::{Confidence, Culprit};
use crate::frame::ErrorCode;
use crate::rules::tests::report;
use crate::script::{
    Script, Wire, get, goaway, headers, ping, preface, response, settings, settings_ack, window_update,
};

const CERTAIN: Option<Confidence> = Some(Confidence::Certain);
const LIKELY: Option<Confidence> = Some(Confidence::Likely);

fn waiting() -> Script {
    Script::connect().client([preface(), settings(&[])]).ack(Side::Server)
}

#[test]
fn silence_is_judged_as_far_as_it_was_measured() {
    let name = "missing-server-settings";
    let said = |script: Script| certainty(name, &script);
    assert_eq!(said(waiting().wait(Span::seconds(20)).fin(Side::Client)), CERTAIN);
    let cleared = waiting().wait(Span::seconds(20)).blind(Side::Client).rst(Side::Client);
    assert!(said(cleared) >= LIKELY, "the client gave up");
    assert_eq!(said(waiting().wait(Span::millis(500)).fin(Side::Client)), None, "no time was given");
    assert_eq!(said(waiting().wait(Span::seconds(12)).ack(Side::Client)), LIKELY, "the capture ends");
    assert_eq!(
        said(waiting().wait(Span::seconds(3)).ack(Side::Client)),
        None,
        "the end of a capture is no close"
    );
    let late =
        waiting().wait(Span::seconds(7)).server([settings(&[])]).wait(Span::seconds(13)).fin(Side::Client);
    assert_eq!(said(late), None, "what comes late withdraws it");
    let unheard = Script::connect().blind(Side::Server).client([preface(), settings(&[])]);
    assert_eq!(
        said(unheard.wait(Span::seconds(20)).fin(Side::Client)),
        None,
        "the preface may have been lost"
    );
    let holed = waiting().server([settings(&[])]).wait(Span::seconds(20)).fin(Side::Client);
    let packet = holed.packets().len() - 2;
    assert_eq!(said(holed.lose(packet)), None, "more was acknowledged than is there");
}

#[test]
fn a_reaction_is_owed_for_what_arrived_and_was_passed_over() {
    let name = "connection-error-ignored";
    let bad = || ping([7; 8]).map(|frame| frame.on(3));
    let said = |script: Script| certainty(name, &script);
    let answered =
        Script::open().client([bad()]).client([get(1)]).server([response(1).map(Wire::end_stream)]);
    assert_eq!(said(answered.clone().close()), CERTAIN);
    let owned_up = answered.server([goaway(1, ErrorCode::PROTOCOL_ERROR)]).fin(Side::Server).close();
    assert_eq!(said(owned_up), None, "a late reaction is one");
    let silent = || Script::open().client([bad()]).ack(Side::Server);
    let credited = Script::open().client([bad()]).server([window_update(0, 1)]).wait(Span::millis(300));
    assert_eq!(said(credited.close()), None, "WINDOW_UPDATE proves nothing");
    assert_eq!(said(silent().wait(Span::seconds(2)).close()), LIKELY, "the offender waited and gave up");
    assert_eq!(said(silent().wait(Span::millis(300)).close()), None);
    let first = silent().wait(Span::seconds(2)).fin(Side::Server).fin(Side::Client).ack(Side::Server);
    assert_eq!(said(first), None, "a FIN before the offender's own is a reaction");
    let lost = Script::open().blind(Side::Server).client([bad()]).client([get(1)]).server([ping([1; 8])]);
    assert_eq!(said(lost.wait(Span::seconds(9)).close()), None, "what did not arrive obliges nobody");
}

#[test]
fn one_root_has_one_finding() {
    let broken =
        Script::open().client([headers(1, &[0x80])]).server([goaway(1, ErrorCode::COMPRESSION_ERROR)]);
    let findings = report(&broken.fin(Side::Server).close()).findings;
    let against =
        |role| findings.iter().filter(|one| one.culprit.role == role && one.rule != "REA008").count();
    assert_eq!((against(Culprit::Client), against(Culprit::Server)), (1, 0), "{findings:#?}");
    let sound = Script::open().client([get(1)]).server([goaway(1, ErrorCode::COMPRESSION_ERROR)]);
    assert_eq!(certainty("error-not-justified", &sound.fin(Side::Server).close()), LIKELY);
}

#[test]
fn a_reset_from_another_distance_belongs_to_neither_end() {
    let role = |script: &Script| {
        let found = report(script)
            .findings
            .into_iter()
            .find(|finding| finding.name == "connection-lost-with-open-streams");
        found.map(|finding| finding.culprit.role)
    };
    let open = || Script::open().client([get(1)]).server([response(1)]).wait(Span::seconds(1));
    assert_eq!(role(&open().rst_from_between(Side::Server)), Some(Culprit::Between));
    assert_eq!(role(&open().rst(Side::Server)), Some(Culprit::Server));
}

#[test]
fn late_settings_prove_nothing_by_themselves() {
    let name = "server-settings-only-after-headers";
    let flight = Script::connect().client([preface(), settings(&[]), get(1)]);
    assert_eq!(certainty(name, &flight.server([settings(&[]), settings_ack(), response(1)])), None);
    let waited = waiting().wait(Span::millis(300)).client([get(1)]).wait(Span::millis(1));
    let held = waited.server([settings(&[]), settings_ack(), response(1)]);
    assert_eq!(certainty(name, &held), LIKELY);
}

#[test]
fn two_acknowledgements_for_two_settings_are_right() {
    let twice = |acknowledgements: usize| {
        let script =
            Script::connect().client([preface(), settings(&[])]).server([settings(&[]), settings(&[])]);
        script.client((0..acknowledgements).map(|_| settings_ack())).server([settings_ack()])
    };
    let refused = |script: Script| script.server([goaway(0, ErrorCode::PROTOCOL_ERROR)]).close();
    let roles = |script: Script| -> Vec<Culprit> {
        let grave =
            report(&script).findings.into_iter().filter(|one| one.severity > crate::finding::Severity::Info);
        grave.map(|finding| finding.culprit.role).collect()
    };
    assert!(certainty("two-http2-stacks", &refused(twice(2))).is_some());
    assert!(!roles(refused(twice(2))).contains(&Culprit::Client));
    assert_eq!(certainty("unexpected-settings-ack", &twice(3)), CERTAIN);
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
