//! Narrow searches for what was doubted once: conversations of one kind only, small, cut and lost in every way, so that many cases look
//! at the same few rules. `PROPTEST_CASES` raises the number of cases.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test"
)]

mod common;

use std::collections::VecDeque;

use common::recut::{changes, hastened, in_segments_of, recut};
use common::{cases, lines, report_on, shown};
use h2lint::base::{PerSide, Side, Span};
use h2lint::finding::Severity;
use h2lint::script::{
    Handshake, Octets, Packet, Script, Wire, data, get, ping, response, settings, settings_ack, trailers,
};
use proptest::prelude::*;

/// Who acts, how, and with what.
type Turn = (bool, u8, u8);

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    prop::collection::vec((any::<bool>(), any::<u8>(), any::<u8>()), 1..24)
}

/// Packets that the capture lost, by either side.
fn lost() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 1_u8..4), 0..5)
}

fn without(packets: &[Packet], lost: &[(prop::sample::Index, u8)]) -> Vec<Packet> {
    let runs: Vec<_> = lost.iter().map(|(at, run)| (at.index(packets.len()), usize::from(*run))).collect();
    let gone = |at: usize| runs.iter().any(|(first, run)| (*first..first + run).contains(&at));
    (0..packets.len()).filter(|at| !gone(*at)).map(|at| packets[at].clone()).collect()
}

/// Both ends, who answer only what has reached them.
struct Ends {
    script: Option<Script>,
    blind: PerSide<bool>,
    /// PINGs that reached a side and are not answered, and those on their way to it.
    owed: PerSide<VecDeque<u8>>,
    afloat: PerSide<VecDeque<u8>>,
}

impl Ends {
    fn of(script: Script) -> Self {
        Self {
            script: Some(script),
            blind: PerSide::default(),
            owed: PerSide::default(),
            afloat: PerSide::default(),
        }
    }

    fn act(&mut self, act: impl FnOnce(Script) -> Script) {
        self.script = self.script.take().map(act);
    }

    fn ping(&mut self, side: Side, octet: u8) -> Octets {
        let peer = side.peer();
        let queue = if self.blind[peer] { &mut self.afloat } else { &mut self.owed };
        queue[peer].push_back(octet);
        ping([octet; 8])
    }

    fn answer(&mut self, side: Side) -> Option<Octets> {
        let octet = self.owed[side].pop_front()?;
        Some(ping([octet; 8]).map(|frame| frame.flag(1)))
    }

    fn see(&mut self, side: Side, blind: bool) {
        self.blind[side] = blind;
        if blind {
            // What has arrived is acknowledged before.
            self.act(|script| script.ack(side).blind(side));
        } else {
            let came = std::mem::take(&mut self.afloat[side]);
            self.owed[side].extend(came);
            self.act(|script| script.sees(side));
        }
    }
}

/// PINGs of both sides, answered in order, and little else.
fn pings(turns: &[Turn], octets: u8) -> Vec<Packet> {
    let mut ends = Ends::of(Script::open());
    for (client, act, value) in turns {
        let side = if *client { Side::Client } else { Side::Server };
        let frames: Vec<Octets> = match act % 16 {
            0..=3 => vec![ends.ping(side, value % octets)],
            4..=6 => ends.answer(side).into_iter().collect(),
            7 => ends.answer(side).into_iter().chain([ends.ping(side, value % octets)]).collect(),
            8 => {
                let asked = ends.ping(side, value % octets);
                [Some(asked), ends.answer(side), ends.answer(side)].into_iter().flatten().collect()
            }
            9 => {
                let span = [1, 4, 30, 1_200][usize::from(value % 4)];
                ends.act(|script| script.wait(Span::millis(span)));
                continue;
            }
            10 => {
                ends.act(|script| script.ack(side));
                continue;
            }
            11 | 12 => {
                ends.see(side, value % 2 == 0);
                continue;
            }
            13 => vec![settings(&[])],
            _ => vec![ends.ping(side, value % octets), ends.ping(side, value % octets)],
        };
        if !frames.is_empty() {
            ends.act(|script| script.send(side, frames));
        }
    }
    ends.script.unwrap().packets().to_vec()
}

/// Requests that are answered in parts, among PINGs by which frames are found again.
fn answers(turns: &[Turn]) -> Vec<Packet> {
    let mut script = Script::open();
    let (mut next, mut open): (u32, Vec<(u32, u8)>) = (1, Vec::new());
    for (client, act, value) in turns {
        let side = if *client { Side::Client } else { Side::Server };
        script = match act % 12 {
            0..=2 => {
                open.push((next, 0));
                next += 2;
                script.client([get(next - 2)])
            }
            3..=6 if !open.is_empty() => {
                let at = usize::from(*value) % open.len();
                let (stream, part) = open[at];
                open[at].1 += 1;
                match part {
                    0 => script.server([response(stream)]),
                    1 => script.server([data(stream, b"content")]),
                    _ => {
                        open.remove(at);
                        script.server([trailers(stream)])
                    }
                }
            }
            7 => script.wait(Span::millis([1, 4, 30, 300][usize::from(value % 4)])),
            8 => script.ack(side),
            _ => script.send(side, (0..=value % 5).map(|_| ping([7; 8]).map(|frame| frame.flag(1)))),
        };
    }
    script.packets().to_vec()
}

/// Long silences, broken by PINGs and by requests.
fn silences(turns: &[Turn], sealed: bool) -> Vec<Packet> {
    let open = if sealed {
        let script = Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]));
        let script = script.client([h2lint::script::preface(), settings(&[])]);
        script.server([settings(&[]), settings_ack()]).client([settings_ack()])
    } else {
        Script::open()
    };
    let mut stream = 1;
    turns
        .iter()
        .fold(open, |script, (client, act, value)| {
            let side = if *client { Side::Client } else { Side::Server };
            let octets = [*value; 8];
            let answered = ping(octets).map(|frame| frame.flag(1));
            match act % 8 {
                0..=2 => script.wait(Span::seconds([20, 100, 400, 401][usize::from(value % 4)])),
                3..=5 => script.send(side, [ping(octets)]).send(side.peer(), [answered]).ack(side),
                6 => {
                    stream += 2;
                    let asked = script.client([get(stream), ping(octets)]);
                    asked.server([answered, response(stream).map(Wire::end_stream)]).ack(Side::Client)
                }
                // Nobody acknowledges anything out of the blue: that would be a sign of life which may be lost without a trace.
                _ => script,
            }
        })
        .packets()
        .to_vec()
}

/// No warning or error of these rules, except of a kind that the whole conversation has as well.
fn quiet(whole: &[Packet], left: &[Packet], rules: &[&str]) -> Result<(), TestCaseError> {
    let (before, after) = (report_on(whole), report_on(left));
    let had = |name: &str| before.findings.iter().any(|finding| finding.name == name);
    let new: Vec<_> = after
        .findings
        .iter()
        .filter(|finding| {
            rules.contains(&finding.rule) && finding.severity >= Severity::Warning && !had(finding.name)
        })
        .map(|finding| finding.name)
        .collect();
    prop_assert!(
        new.is_empty(),
        "{new:?}\n{}\nwhole\n{}\nleft\n{}",
        lines(&after).join("\n"),
        shown(whole),
        shown(left)
    );
    Ok(())
}

fn small() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(1_448_usize), 1 => Just(17), 1 => Just(9), 1 => Just(5), 1 => Just(1)]
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_ping_that_the_capture_lost_was_sent_all_the_same(
        turns in turns(),
        octets in 1_u8..5,
        most in small(),
        changes in changes(),
        lost in lost(),
    ) {
        let whole = recut(&in_segments_of(&hastened(&pings(&turns, octets)), most), &changes);
        quiet(&whole, &without(&whole, &lost), &["PNG001", "PNG002", "PNG003", "PNG004", "PNG005"])?;
    }

    #[test]
    fn trailers_behind_a_gap_are_no_response(turns in turns(), most in small(), changes in changes(), lost in lost()) {
        let whole = recut(&in_segments_of(&hastened(&answers(&turns)), most), &changes);
        let left = without(&whole, &lost);
        quiet(&whole, &left, &["MSG016", "MSG010", "MSG011", "MSG012", "MSG013", "MSG014", "MSG015", "STS001", "STS002"])?;
    }

    #[test]
    fn keepalive_is_what_breaks_a_silence_in_clear_and_in_tls(
        turns in turns(),
        sealed in any::<bool>(),
        changes in changes(),
    ) {
        let plain = silences(&turns, sealed);
        let whole = recut(&plain, &changes);
        quiet(&plain, &whole, &["HLT016"])?;
    }
}
