//! Every need from both sides: a conversation in which it is met, where the rule speaks as it is, and the same one with less
//! captured, where the engine mutes the rule or takes one step off its confidence.

use super::coverage::{Coverage, Secrecy};
use super::rule::{Need, Rule};
use super::verdict::Draft;
use super::{catalog, find};
use crate::base::{Origin, PerSide, Side, Span};
use crate::conn::{Connection, Interest};
use crate::finding::{Confidence, Culprit, Severity};
use crate::frame::{ErrorCode, Setting};
use crate::rules::tests::report;
use crate::script::{
    Octets, Script, Wire, data, get, http1, ping, post, preface, response, rst_stream, settings, settings_ack,
};

use Confidence::{Certain, Likely};

/// A need, a rule that has it, the confidence where it is met and where it is not; `None` is silence.
struct Case {
    need: Need,
    rule: &'static str,
    met: fn() -> Script,
    told: Confidence,
    unmet: fn() -> Script,
    left: Option<Confidence>,
}

const CASES: &[Case] = &[
    Case {
        need: Need::Start,
        rule: "stream-id-not-increasing",
        met: || falling(),
        told: Certain,
        unmet: || falling().without_first(6),
        left: None,
    },
    Case {
        need: Need::Start,
        rule: "missing-server-settings",
        met: || unanswered(20).fin(Side::Client),
        told: Certain,
        unmet: || unanswered(20).fin(Side::Client).without_first(3),
        left: None,
    },
    Case {
        need: Need::Frames,
        rule: "data-on-stream-zero",
        met: || pings(Side::Client, 0).client([data(0, b"x")]),
        told: Certain,
        unmet: || lost(pings(Side::Client, 0).client([data(0, b"x")])),
        left: None,
    },
    Case {
        need: Need::Frames,
        rule: "data-on-stream-zero",
        met: || lost(pings(Side::Client, 8).client([data(0, b"x")])),
        told: Certain,
        unmet: || lost(pings(Side::Client, 3).client([data(0, b"x")])),
        left: None,
    },
    Case {
        need: Need::Frames,
        rule: "low-max-concurrent-streams",
        met: || lost(pings(Side::Server, 8).server([one_stream()])),
        told: Certain,
        unmet: || lost(pings(Side::Server, 3).server([one_stream()])),
        left: Some(Likely),
    },
    Case {
        need: Need::PeerFrames,
        rule: "frame-after-rst-stream-received",
        met: || after_reset(true),
        told: Certain,
        unmet: || after_reset(true).lose(7),
        left: None,
    },
    Case {
        need: Need::Acks,
        rule: "frame-after-rst-stream-received",
        met: || after_reset(true),
        told: Certain,
        unmet: || after_reset(false),
        left: None,
    },
    Case {
        need: Need::Payload,
        rule: "settings-bad-max-frame-size",
        met: || bad_value(),
        told: Certain,
        unmet: || bad_value().cut(54 + 9 + 4),
        left: None,
    },
    Case {
        need: Need::Payload,
        rule: "settings-bad-max-frame-size",
        met: || bad_value().cut(54 + 24 + 9 + 6),
        told: Certain,
        unmet: || bad_value().cut(54 + 24 + 9 + 5),
        left: None,
    },
    Case {
        need: Need::Hpack,
        rule: "stream-id-reused",
        met: || twice(),
        told: Certain,
        unmet: || twice().cut(54 + 20),
        left: None,
    },
    Case {
        need: Need::End,
        rule: "missing-server-settings",
        met: || unanswered(20).fin(Side::Client),
        told: Certain,
        unmet: || unanswered(20).client([ping([1; 8])]),
        left: Some(Likely),
    },
    Case {
        need: Need::Time,
        rule: "slow-settings-ack",
        met: || slow(Span::ZERO),
        told: Certain,
        unmet: || slow(Span::seconds(2)),
        left: Some(Likely),
    },
    Case {
        need: Need::Time,
        rule: "slow-settings-ack",
        met: || slow(Span::millis(3)),
        told: Certain,
        unmet: || slow(Span::seconds(1)),
        left: Some(Likely),
    },
];

#[test]
fn where_a_need_is_met_the_rule_speaks_and_where_it_is_not_the_engine_lowers_or_mutes() {
    let mut wrong = Vec::new();
    for (number, Case { need, rule, met, told, unmet, left }) in CASES.iter().enumerate() {
        assert!(find(rule).is_some_and(|rule| rule.needs.contains(need)), "{rule} needs {}", need.word());
        for (what, script, expected) in [("met", met, Some(*told)), ("unmet", unmet, *left)] {
            let said = confidence(&script(), rule);
            if said != expected {
                wrong.push(format!("{number}: {} of {rule} {what}: {said:?}, not {expected:?}", need.word()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_muted_is_a_blind_spot() {
    for case in CASES.iter().filter(|case| case.left.is_none() && case.need != Need::Acks) {
        let report = report(&(case.unmet)());
        assert!(!report.coverage.blind_spots.is_empty(), "{} of {}", case.need.word(), case.rule);
    }
}

/// What each need does by itself to a certain draft against the client, on a connection about which nothing else is known.
#[test]
fn each_need_looks_at_its_own_part_of_the_coverage() {
    let whole = Coverage::default();
    let with = |change: fn(&mut Coverage)| {
        let mut coverage = whole.clone();
        change(&mut coverage);
        coverage
    };
    let no_keys = with(|coverage| coverage.no_keys = Some((4.into(), Secrecy::NoKeys)));
    let midstream = with(|coverage| coverage.sides.client.start_missing = true);
    let peer_midstream = with(|coverage| coverage.sides.server.start_missing = true);
    let lost = with(|coverage| coverage.sides.client.lost_mut().unsynchronised = Some(4.into()));
    let holed = with(|coverage| coverage.sides.client.lost_mut().gap = Some(4.into()));
    let peer_holed = with(|coverage| coverage.sides.server.lost_mut().gap = Some(4.into()));
    let peer_absent = with(|coverage| coverage.sides.server.absent = true);
    let peer_cut = with(|coverage| coverage.sides.server.lost_mut().snaplen = Some(4.into()));
    let ran_back = with(|coverage| coverage.ran_back = Span::seconds(1));
    let guessed = with(|coverage| coverage.roles_guessed = true);
    let table = [
        (Need::Plaintext, &whole, Some(Certain)),
        (Need::Plaintext, &no_keys, None),
        (Need::Plaintext, &guessed, None),
        (Need::Start, &whole, Some(Certain)),
        (Need::Start, &midstream, None),
        (Need::Start, &peer_midstream, None),
        (Need::Frames, &whole, Some(Certain)),
        (Need::Frames, &holed, Some(Certain)),
        (Need::Frames, &lost, None),
        (Need::Frames, &peer_holed, Some(Certain)),
        (Need::PeerFrames, &whole, Some(Certain)),
        (Need::PeerFrames, &holed, Some(Certain)),
        (Need::PeerFrames, &peer_holed, None),
        (Need::PeerFrames, &peer_absent, None),
        (Need::PeerFrames, &peer_midstream, None),
        (Need::PeerFrames, &peer_cut, None),
        (Need::Payload, &whole, Some(Certain)),
        (Need::Handshake, &whole, Some(Certain)),
        (Need::Hpack, &whole, Some(Certain)),
        (Need::Acks, &whole, None),
        (Need::Time, &whole, Some(Certain)),
        (Need::Time, &ran_back, Some(Likely)),
        (Need::End, &whole, Some(Likely)),
    ];
    let (conn, origin) = (Connection::new(Interest::ALL), Origin::default());
    for (need, coverage, left) in table {
        let needs: &'static [Need] = Box::leak(Box::new([need]));
        let rule = Rule { needs, ..*find("data-on-stream-zero").expect("a rule") };
        let draft = Draft::new(Culprit::Client, String::new(), origin, origin).over(Span::seconds(9));
        assert_eq!(coverage.allow(&rule, &draft, &conn), left, "{}: {coverage:?}", need.word());
        let waived = coverage.allow(&rule, &draft.without(need), &conn);
        assert_eq!(waived, (!coverage.roles_guessed).then_some(Certain), "{} waived", need.word());
    }
}

/// An interval ten times as long as the clock ran back stands.
#[test]
fn a_clock_that_ran_back_concerns_short_intervals_only() {
    let coverage = Coverage { ran_back: Span::seconds(1), sides: PerSide::default(), ..Coverage::default() };
    let rule = Rule { needs: &[Need::Time], ..*find("slow-settings-ack").expect("a rule") };
    let left = |interval| {
        let draft = Draft::new(Culprit::Client, String::new(), Origin::default(), Origin::default());
        coverage.allow(&rule, &draft.over(interval), &Connection::new(Interest::ALL))
    };
    assert_eq!([left(Span::millis(9_999)), left(Span::seconds(10))], [Some(Likely), Some(Certain)]);
}

/// The lowered confidence falls out below "possible".
#[test]
fn a_step_below_possible_is_silence() {
    let rule = Rule { needs: &[Need::End, Need::Time], ..*find("data-on-stream-zero").expect("a rule") };
    let coverage = Coverage { ran_back: Span::seconds(1), ..Coverage::default() };
    let draft = Draft::new(Culprit::Client, String::new(), Origin::default(), Origin::default());
    let left = |confidence| {
        let draft = draft.clone().over(Span::millis(1)).at_most(confidence);
        coverage.allow(&rule, &draft, &Connection::new(Interest::ALL))
    };
    assert_eq!([left(Certain), left(Likely)], [Some(Confidence::Possible), None]);
}

#[test]
fn every_need_that_a_rule_has_is_tested() {
    for rule in catalog() {
        for need in rule.needs {
            let direct = matches!(need, Need::Plaintext | Need::Handshake);
            assert!(
                direct || CASES.iter().any(|case| case.need == *need),
                "{} of {}",
                need.word(),
                rule.name
            );
        }
    }
}

/// What the report says of a rule.
fn confidence(script: &Script, rule: &str) -> Option<Confidence> {
    let report = report(script);
    report.findings.iter().find(|finding| finding.name == rule).map(|finding| finding.confidence)
}

fn falling() -> Script {
    Script::open().client([ping([1; 8]), ping([2; 8]), get(5)]).client([get(3)])
}

/// Behind the handshake a packet of this side with two PINGs, and so many PINGs more.
fn pings(side: Side, more: usize) -> Script {
    let begun = Script::open().send(side, [ping([1; 8]), ping([2; 8])]);
    let sent = (0..more).fold(begun, |script, _| script.send(side, [ping([3; 8])]));
    sent.ack(side.peer()).wait(Span::seconds(1))
}

/// Without the packet with two PINGs, of which the receiver acknowledges everything.
fn lost(script: Script) -> Script {
    script.ack(Side::Server).ack(Side::Client).wait(Span::seconds(1)).close().lose(6)
}

fn one_stream() -> Octets {
    settings(&[(Setting::MAX_CONCURRENT_STREAMS, 1)])
}

/// DATA on a stream that the server reset, from a client whose TCP acknowledges what comes, or never anything.
fn after_reset(acknowledging: bool) -> Script {
    let connected = Script::connect();
    let connected = if acknowledging { connected } else { connected.blind(Side::Client) };
    connected
        .client([preface(), settings(&[])])
        .server([settings(&[]), settings_ack()])
        .client([settings_ack(), post(1)])
        .server([rst_stream(1, ErrorCode::CANCEL), settings(&[])])
        .client([settings_ack()])
        .client([data(1, b"x")])
        .close()
}

fn bad_value() -> Script {
    Script::connect()
        .client([preface(), settings(&[(Setting::MAX_FRAME_SIZE, 16_383)])])
        .server([settings(&[])])
        .close()
}

fn twice() -> Script {
    let answer = || response(1).map(Wire::end_stream);
    Script::open().client([get(1)]).server([answer()]).client([get(1)]).close()
}

/// A client that waits so many seconds for the server's SETTINGS.
fn unanswered(seconds: i64) -> Script {
    Script::connect().client([preface(), settings(&[])]).ack(Side::Server).wait(Span::seconds(seconds))
}

/// An acknowledgement of SETTINGS that takes seven seconds, behind a clock that runs back.
fn slow(back: Span) -> Script {
    Script::connect()
        .client([preface(), settings(&[])])
        .wait(back.times(-1))
        .server([settings(&[])])
        .ack(Side::Client)
        .wait(Span::seconds(7))
        .client([settings_ack()])
        .server([settings_ack()])
        .close()
}

/// Severities decide what is told right behind a gap.
#[test]
fn of_the_rules_that_are_tested_behind_a_gap_one_is_an_error_and_one_is_not() {
    let severity = |name| find(name).expect("a rule").severity;
    assert_eq!(severity("data-on-stream-zero"), Severity::Error);
    assert!(severity("low-max-concurrent-streams") < Severity::Error);
}

/// Of a frame whose payload was not captured the header still tells what becomes of the stream: a client that may have one stream
/// open opens the next one after the first has ended.
#[test]
fn streams_end_by_the_headers_of_frames_whose_payload_is_missing() {
    let limited = || Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 1)]);
    let in_two = |octets: Octets| {
        let octets = octets.octets();
        let (head, tail) = octets.split_at(12);
        (http1(head), http1(tail))
    };
    let (head, tail) = in_two(get(1));
    let answered =
        limited().client([head]).client([tail]).server([response(1).map(Wire::end_stream)]).client([get(3)]);
    let (head, tail) = in_two(rst_stream(1, ErrorCode::CANCEL));
    let reset = limited().client([post(1)]).client([head]).client([tail]).ack(Side::Server).client([get(3)]);
    for (script, lost) in [(answered, 7), (reset, 8)] {
        let script = script.wait(Span::seconds(1)).close();
        for script in [script.clone(), script.lose(lost)] {
            assert_eq!(confidence(&script, "max-concurrent-streams-exceeded"), None);
        }
    }
}
