//! Views ask for few facts, since each costs time. Here each hears all of them as well, for the examples of every rule and both legs of a
//! proxy, and must say the same.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod common;

use common::{captures, examples};
use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::report::{element, har_entry, qlog_event};
use h2lint::script::capture;
use h2lint::views::{
    CallList, Events, Frames, HANDSHAKE_INTEREST, HEADERS_INTEREST, Interest, LATENCY_INTEREST, Ladder, Legs,
    Observed, PINGS_INTEREST, Room, SETTINGS_INTEREST, Secrets, Streams, Tables, Transactions, handshake,
    headers, latency, pings, settings,
};

/// What it asks for, and how it is told a fact: it returns its rows.
#[allow(clippy::type_complexity, reason = "said once")]
struct View {
    name: &'static str,
    interest: Interest,
    hear: Box<dyn FnMut(&Observed<'_>) -> Vec<String>>,
}

fn view(
    name: &'static str,
    interest: Interest,
    mut hear: impl FnMut(&Observed<'_>, &mut Vec<String>) + 'static,
) -> View {
    let hear = move |seen: &Observed<'_>| {
        let mut rows = Vec::new();
        hear(seen, &mut rows);
        rows
    };
    View { name, interest, hear: Box::new(hear) }
}

fn views() -> Vec<View> {
    let (mut frames, mut ladder) = (Frames::default(), Ladder::new(None));
    let (mut streams, mut calls, mut legs) = (Streams::default(), CallList::default(), Legs::default());
    let (mut windows, mut concurrency) = (Room::default(), Room::default());
    let mut tables = Tables::new(None, Secrets::Shown);
    let (mut events, mut exchanges) = (Events::new(Secrets::Shown), Transactions::new(Secrets::Shown));
    vec![
        view("frames", Frames::INTEREST, move |seen, rows| {
            frames.push(seen, &mut |row| rows.push(element(row)));
        }),
        view("ladder", Ladder::INTEREST, move |seen, rows| {
            ladder.push(seen, &mut |row| rows.push(element(&row)));
        }),
        view("streams", Streams::INTEREST, move |seen, rows| {
            streams.push(seen, &mut |row| rows.push(element(&row)));
        }),
        view("grpc", CallList::INTEREST, move |seen, rows| {
            calls.push(seen, &mut |lines| rows.push(element(&lines)));
        }),
        view("legs", Legs::INTEREST, move |seen, rows| {
            legs.push(seen, &mut |row| rows.push(element(&row)));
        }),
        view("windows", Room::WINDOWS_INTEREST, move |seen, rows| {
            windows.windows(seen, &mut |row| rows.push(element(&row)));
        }),
        view("concurrency", Room::CONCURRENCY_INTEREST, move |seen, rows| {
            concurrency.concurrency(seen, &mut |row| rows.push(element(&row)));
        }),
        view("hpack", Tables::INTEREST, move |seen, rows| {
            tables.push(seen, &mut |row| rows.push(element(&row)));
        }),
        view("qlog", Events::INTEREST, move |seen, rows| {
            events.push(seen, &mut |event| rows.push(qlog_event(&event, seen.first.time)));
        }),
        view("har", Transactions::INTEREST, move |seen, rows| {
            exchanges.push(seen, &mut |exchange| rows.push(har_entry(&exchange)));
        }),
        view("headers", HEADERS_INTEREST, |seen, rows| {
            headers(seen, Secrets::Shown, &mut |row| rows.push(element(&row)));
        }),
        view("handshake", HANDSHAKE_INTEREST, |seen, rows| rows.extend(handshake(seen).iter().map(element))),
        view("pings", PINGS_INTEREST, |seen, rows| rows.extend(pings(seen).iter().map(element))),
        view("settings", SETTINGS_INTEREST, |seen, rows| rows.extend(settings(seen).iter().map(element))),
        view("latency", LATENCY_INTEREST, |seen, rows| rows.extend(latency(seen).iter().map(element))),
    ]
}

/// What each of these says of a capture when they hear the facts of this interest.
fn said(file: &[u8], interest: Interest, views: &mut [View]) -> Vec<Vec<String>> {
    let mut said = vec![Vec::new(); views.len()];
    let wishes = Wishes { interest, ..Wishes::default() };
    analyze_octets("example", file, &wishes, &mut |seen| {
        for (view, said) in views.iter_mut().zip(&mut said) {
            said.extend((view.hear)(&seen));
        }
    })
    .unwrap();
    said
}

#[test]
fn views_that_hear_all_facts_say_what_they_say_of_those_that_they_ask_for() {
    let mut rows = [0; 15];
    let files = examples().into_iter().map(|example| (example.rule.name, capture(&example.packets)));
    let proxy = captures().join("h2c/proxy-nghttpx/capture.pcap");
    for (rule, file) in files.chain([("no rule", std::fs::read(proxy).unwrap())]) {
        let all = said(&file, Interest::ALL, &mut views());
        for ((view, all), rows) in views().into_iter().zip(all).zip(&mut rows) {
            let (name, interest) = (view.name, view.interest);
            let few = said(&file, interest, &mut [view]).concat();
            assert_eq!(few, all, "{name} of {rule}");
            *rows += few.len();
        }
    }
    assert!(rows.iter().all(|rows| *rows > 0), "{rows:?}");
}
