//! Floods: more of one thing than anybody sends, one thing longer than anybody makes it, many connections that hold as much as they can.
//! Each is read to its end, quickly, in the memory that is claimed for it. At a fifty times larger scale, with a table of what each one took:
//! `cargo test --release --test floods -- --ignored --nocapture`.

#![cfg(all(feature = "cli", feature = "compress", unix))]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "a test"
)]

mod common;

use std::io::Write;
use std::time::Duration;

use common::flood::{Flood, Ran, Tap, gibberish, run};
use h2lint::base::Side;
use h2lint::frame::PREFACE;

const CLIENT: Side = Side::Client;
const SERVER: Side = Side::Server;

/// Kibibytes that one connection may make the program take, whatever it does: 160 MiB, most of it streams that are open at once, and some
/// room.
const ONE: u32 = 200_000;

/// What many connections may make it take when told `--max-memory 64MiB`: that, and what the README says comes on top.
const MANY: u32 = 65_536 + 160 * 1_024;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const GET: [u8; 9] = *b"\x82\x86\x84\x41\x04host";

fn preface(settings: &[u8]) -> Vec<u8> {
    [PREFACE.as_slice(), &frame(4, 0, 0, settings)].concat()
}

/// An HPACK integer behind these bits.
fn number(mut value: usize, bits: u32, before: u8) -> Vec<u8> {
    let most = (1 << bits) - 1;
    if value < most {
        return vec![before | value as u8];
    }
    value -= most;
    let mut octets = vec![before | most as u8];
    while value >= 128 {
        octets.push((value % 128) as u8 | 128);
        value /= 128;
    }
    octets.push(value as u8);
    octets
}

fn text(octets: &[u8]) -> Vec<u8> {
    [number(octets.len(), 7, 0), octets.to_vec()].concat()
}

/// HEADERS and CONTINUATION frames of one block.
fn block(stream: u32, flags: u8, block: &[u8]) -> Vec<u8> {
    let last = block.len().div_ceil(16_000) - 1;
    let part = |(at, part): (usize, &[u8])| {
        let ends = if at == last { 4 } else { 0 };
        if at == 0 { frame(1, flags | ends, stream, part) } else { frame(9, ends, stream, part) }
    };
    block.chunks(16_000).enumerate().flat_map(part).collect()
}

/// A connection on which both have said SETTINGS, the server these.
fn opened(tap: &mut Tap<'_>, flow: u32, settings: &[u8]) {
    tap.shake(flow);
    tap.say(flow, CLIENT, &preface(&[]));
    tap.say(flow, SERVER, &[frame(4, 0, 0, settings), frame(4, 1, 0, &[])].concat());
    tap.say(flow, CLIENT, &frame(4, 1, 0, &[]));
}

/// The same many times over, in full segments.
fn repeated(side: Side, first: Vec<u8>, each: impl Fn(u32) -> Vec<u8> + Send + Sync + 'static) -> Flood {
    Flood::new(move |tap, scale| {
        opened(tap, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff]);
        tap.say(0, CLIENT, &first);
        let mut octets = Vec::new();
        for turn in 0..20_000 * scale {
            octets.extend(each(turn));
            if octets.len() > 60_000 {
                tap.say(0, side, &octets);
                octets.clear();
            }
        }
        tap.say(0, side, &octets);
    })
}

fn requests(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|turn| 2 * turn + 1)
}

/// Floods on one connection, and what the report says of each.
fn of_one() -> Vec<(&'static str, Flood, &'static str)> {
    let get = frame(1, 5, 1, &GET);
    let open = frame(1, 4, 1, &GET);
    vec![
        (
            "PING",
            repeated(CLIENT, vec![], |turn| frame(6, 0, 0, &u64::from(turn).to_be_bytes())),
            "ping-flood",
        ),
        (
            "SETTINGS",
            repeated(CLIENT, vec![], |turn| {
                frame(4, 0, 0, &[[0, 4].as_slice(), &turn.to_be_bytes()].concat())
            }),
            "settings-flood",
        ),
        (
            "SETTINGS of 2700 parameters",
            repeated(CLIENT, vec![], |turn| {
                if turn % 100 == 0 { frame(4, 0, 0, &[1, 1, 0, 0, 0, 9].repeat(2_700)) } else { vec![] }
            }),
            "",
        ),
        (
            "RST_STREAM",
            repeated(CLIENT, vec![], |turn| {
                [frame(1, 5, 2 * turn + 1, &GET), frame(3, 0, 2 * turn + 1, &[0, 0, 0, 8])].concat()
            }),
            "rapid-reset",
        ),
        ("WINDOW_UPDATE", repeated(CLIENT, get.clone(), |_| frame(8, 0, 1, &[0, 0, 0, 1])), ""),
        (
            "WINDOW_UPDATE of 0",
            repeated(CLIENT, get.clone(), |_| frame(8, 0, 0, &[0; 4])),
            "zero-window-update-on-connection",
        ),
        (
            "PRIORITY",
            repeated(CLIENT, vec![], |turn| frame(2, 0, 2 * turn + 1, &[0, 0, 0, 0, 1])),
            "priority-churn",
        ),
        (
            "PRIORITY_UPDATE",
            repeated(CLIENT, vec![], |turn| {
                frame(16, 0, 0, &[&(2 * turn + 1).to_be_bytes()[..], b"u=1"].concat())
            }),
            "priority-churn",
        ),
        (
            "CONTINUATION",
            repeated(CLIENT, frame(1, 1, 1, &GET), |_| frame(9, 0, 1, &[])),
            "continuation-flood",
        ),
        ("empty DATA", repeated(CLIENT, open.clone(), |_| frame(0, 0, 1, &[])), "empty-frame-flood"),
        ("GOAWAY", repeated(SERVER, vec![], |_| frame(7, 0, 0, &[&[0; 8][..], &[b'd'; 500]].concat())), ""),
        (
            "PUSH_PROMISE",
            repeated(SERVER, get.clone(), |turn| {
                frame(5, 4, 1, &[&(2 * turn + 2).to_be_bytes()[..], &GET].concat())
            }),
            "",
        ),
        ("unknown frames", repeated(CLIENT, vec![], |_| frame(0xf0, 0, 0, &[])), ""),
        (
            "ALTSVC",
            repeated(SERVER, get.clone(), |turn| {
                frame(10, 0, 0, format!("\0\x05a{:04}h3=\":443\"", turn % 10_000).as_bytes())
            }),
            "",
        ),
        ("identifiers that jump", repeated(CLIENT, vec![], |turn| frame(1, 5, 6 * turn + 1, &GET)), ""),
        (
            "errors on every stream",
            repeated(CLIENT, vec![], |turn| {
                [frame(1, 5, 2 * turn + 1, &GET), frame(0, 1, 2 * turn + 1, b"x")].concat()
            }),
            "data-after-end-stream",
        ),
        (
            "gRPC prefixes of 4 GiB",
            repeated(CLIENT, open, |_| frame(0, 0, 1, b"\0\xff\xff\xff\xffmessage")),
            "",
        ),
        (
            "names of a megabyte",
            repeated(CLIENT, vec![], |turn| {
                if turn % 10_000 > 0 {
                    return vec![];
                }
                block(turn / 5_000 + 1, 1, &[&GET[..], &[0], &text(&[b'a'; 1_000_000]), &text(b"v")].concat())
            }),
            "",
        ),
    ]
}

#[test]
fn floods_of_frames_are_read_in_the_memory_of_one_connection_and_told() {
    for (name, flood, rule) in of_one() {
        let ran = run(&flood, 1, ONE, &[]);
        ran.within(name, Duration::from_secs(60));
        assert!(
            rule.is_empty() || ran.rules().any(|found| found == rule),
            "{name}: {:?}",
            ran.rules().collect::<Vec<_>>()
        );
    }
}

/// Sixty kibibytes of path, and requests that name it by an index, each a little unlike the one before.
fn of_long_texts() -> Flood {
    Flood::new(|tap, scale| {
        opened(tap, 0, &[0, 1, 0, 1, 0, 0]);
        let path = [&[0x3f, 0xe1, 0xff, 0x03, 0x82, 0x86, 0x44][..], &text(&[b'/'; 60_000]), b"\x41\x04host"]
            .concat();
        tap.say(0, CLIENT, &block(1, 1, &path));
        for stream in requests(20_000 * scale.min(5)).skip(1) {
            let method = if stream % 4 == 1 { 0x82 } else { 0x83 };
            tap.add(0, CLIENT, &frame(1, 5, stream, &[method, 0x86, 0xbf, 0xbe]));
        }
        tap.flush(0, CLIENT);
    })
}

/// Behind a gap nothing can be read: octets of which any may begin a frame, or a record of TLS, in segments of this many octets.
fn behind_a_gap(octets: Vec<u8>, segment: usize) -> Flood {
    Flood::new(move |tap, scale| {
        opened(tap, 0, &[0, 5, 0, 0xff, 0xff, 0xff]);
        tap.lose(0, CLIENT, 500);
        for _ in 0..(40_000 * scale as usize / octets.len().min(40_000)).max(1) {
            octets.chunks(segment).for_each(|part| tap.say(0, CLIENT, part));
        }
    })
}

fn hello() -> Vec<u8> {
    [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0; 506]].concat()
}

/// What is not HTTP/2, or not yet.
fn of_others() -> Vec<(&'static str, Flood)> {
    let tls = |record: &'static [u8]| {
        Flood::new(move |tap, scale| {
            tap.shake(0);
            tap.say(0, CLIENT, &hello());
            (0..20_000 * scale).for_each(|_| tap.add(0, SERVER, record));
            tap.flush(0, SERVER);
        })
    };
    let turns = |client: &'static [u8], server: &'static [u8]| {
        Flood::new(move |tap, scale| {
            tap.shake(0);
            for _ in 0..5_000 * scale {
                tap.say(0, CLIENT, client);
                tap.say(0, SERVER, server);
            }
        })
    };
    let noise = gibberish(40_000);
    vec![
        ("one octet at a time behind a gap", behind_a_gap(vec![b'Z'; 40_000], 1)),
        (
            "what may begin a frame, octet by octet",
            behind_a_gap(b"\0\x01\x01\x01\x01\x01\x01\x01\x01".repeat(4_000), 1),
        ),
        ("noise behind a gap", behind_a_gap(noise.clone(), 1_400)),
        (
            "three frames and no more, over and over",
            behind_a_gap(
                [frame(0, 0, 1, b"x").repeat(3), b"ZZZZZZZZZ".to_vec()].concat().repeat(1_000),
                39_000,
            ),
        ),
        (
            "TLS records that come to nothing",
            Flood::new(|tap, scale| {
                tap.shake(0);
                tap.say(0, CLIENT, &hello());
                tap.lose(0, CLIENT, 50_000);
                let octets = b"\x17\x03\x03\0\x01x\x17\x03\x03\0\x01xzzz".repeat(4_000);
                (0..scale).for_each(|_| tap.say(0, CLIENT, &octets));
            }),
        ),
        ("TLS records of length 0", tls(b"\x16\x03\x03\0\0")),
        ("TLS alerts", tls(b"\x15\x03\x03\0\x02\x01\x5a")),
        ("an HTTP/1 head without end", turns(b"X-a: b\r\n", b"")),
        ("CONNECT in CONNECT", turns(b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")),
        (
            "SOCKS in SOCKS",
            turns(b"\x05\x01\0\x05\x01\0\x01\x01\x02\x03\x04\0\x50", b"\x05\0\x05\0\0\x01\0\0\0\0\0\0"),
        ),
        (
            "octets that nobody knows, one by one",
            Flood::new(move |tap, scale| {
                (0..scale).for_each(|_| noise.chunks(1).for_each(|octet| tap.say(0, CLIENT, octet)));
            }),
        ),
        (
            "eight gigabytes of one stream, cut",
            Flood::new(|tap, _| {
                opened(tap, 0, &[0, 5, 0, 0xff, 0xff, 0xff, 0, 4, 0x7f, 0xff, 0xff, 0xff]);
                tap.say(0, CLIENT, &frame(1, 4, 1, &GET));
                // 16 MiB less one octet to a frame, of which a header is captured.
                for _ in 0..520 {
                    tap.cut(0, CLIENT, b"\xff\xff\xff\0\0\0\0\0\x01", 65_000);
                    (0..257).for_each(|_| tap.cut(0, CLIENT, b"", 65_000));
                    tap.cut(0, CLIENT, b"", 16_777_224 - 258 * 65_000);
                }
                tap.say(0, CLIENT, &frame(0, 1, 1, b"end"));
            }),
        ),
    ]
}

#[test]
fn what_is_searched_or_waited_for_is_read_in_the_memory_of_one_connection_and_in_time() {
    for (name, flood) in of_others() {
        run(&flood, 1, ONE, &[]).within(name, Duration::from_secs(60));
    }
    run(&of_long_texts(), 1, MANY, &["--max-memory", "64MiB"]).within("long texts", Duration::from_secs(60));
}

#[test]
fn a_stream_whose_sequence_numbers_wrap_twice_keeps_its_frames() {
    let (_, flood) = of_others().pop().unwrap();
    let ran = run(&flood, 1, ONE, &[]);
    let frames = ran.report["connections"][0]["frames"]["client"]["DATA"].as_u64().unwrap();
    assert_eq!(frames, 521, "{}", ran.report["connections"][0]["frames"]);
}

/// Many connections, each with as much as one may hold.
fn of_many() -> Vec<(&'static str, Flood)> {
    let each = |count: u32, act: fn(&mut Tap<'_>, u32)| {
        Flood::new(move |tap, scale| (0..count * scale).for_each(|flow| act(tap, flow)))
    };
    vec![
        (
            "open",
            each(10_000, |tap, flow| {
                tap.shake(flow);
                tap.say(flow, CLIENT, &[preface(&[]), frame(1, 5, 1, &GET)].concat());
            }),
        ),
        (
            "what few connections have",
            each(10_000, |tap, flow| {
                opened(tap, flow, &[]);
                tap.say(flow, CLIENT, &[frame(6, 0, 0, &[1; 8]), frame(1, 5, 1, &GET)].concat());
                tap.say(flow, SERVER, &[frame(6, 1, 0, &[1; 8]), frame(6, 0, 0, &[2; 8])].concat());
                tap.say(flow, SERVER, &frame(3, 0, 1, &[0, 0, 0, 8]));
                tap.say(flow, CLIENT, &[frame(6, 1, 0, &[2; 8]), frame(8, 0, 1, &[0, 0, 0, 9])].concat());
                [CLIENT, SERVER].into_iter().for_each(|side| tap.skip(flow, side, 100));
                tap.say(flow, CLIENT, &frame(6, 0, 0, &[3; 8]).repeat(12));
                tap.say(flow, SERVER, &frame(6, 1, 0, &[3; 8]).repeat(12));
                tap.say(flow, SERVER, &frame(7, 0, 0, &[0; 8]));
            }),
        ),
        (
            "a hole and 64 KiB behind it",
            each(1_000, |tap, flow| {
                opened(tap, flow, &[]);
                tap.skip(flow, CLIENT, 100);
                (0..2).for_each(|_| tap.say(flow, CLIENT, &[b'Z'; 32_000]));
            }),
        ),
        (
            "a handshake message without end",
            each(1_000, |tap, flow| {
                tap.shake(flow);
                let body = [&[1, 0, 0xff, 0xff, 3, 3][..], &[0; 60_000]].concat();
                let records = body.chunks(16_000).flat_map(|part| {
                    [&[0x16, 3, 1][..], &u16::try_from(part.len()).unwrap().to_be_bytes(), part].concat()
                });
                tap.say(flow, CLIENT, &records.collect::<Vec<u8>>());
            }),
        ),
        (
            "a record without end",
            each(4_000, |tap, flow| {
                tap.shake(flow);
                tap.say(flow, CLIENT, &[&[0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc][..], &[0; 15_000]].concat());
            }),
        ),
        (
            "SETTINGS that nobody acknowledges",
            each(300, |tap, flow| {
                opened(tap, flow, &[]);
                let settings: Vec<u8> = (0..64_u8).flat_map(|at| [1, at, 0, 0, 0, at]).collect();
                tap.say(flow, CLIENT, &frame(4, 0, 0, &settings).repeat(100));
                tap.say(flow, CLIENT, &frame(4, 0, 0, &settings).repeat(100));
            }),
        ),
        (
            "last words",
            each(1_000, |tap, flow| {
                opened(tap, flow, &[]);
                tap.say(flow, SERVER, &frame(7, 0, 0, &[&[0; 8][..], &[b'd'; 500]].concat()).repeat(64));
            }),
        ),
        (
            "a thousand findings",
            each(100, |tap, flow| {
                opened(tap, flow, &[]);
                let wrong: Vec<u8> = requests(1_000)
                    .flat_map(|stream| [frame(1, 5, stream, &GET), frame(0, 1, stream, b"x")].concat())
                    .collect();
                tap.say(flow, CLIENT, &wrong);
            }),
        ),
        (
            "long texts in turns, more than are known again",
            each(20, |tap, flow| {
                opened(tap, flow, &[0, 1, 0, 1, 0, 0]);
                // More than are known again, all of them in the table.
                for stream in requests(15) {
                    let size: &[u8] = if stream == 1 { b"\x3f\xe1\xff\x03" } else { b"" };
                    let path = [&[b'/', b'a' + (stream / 2) as u8][..], &[b'/'; 3_998]].concat();
                    let line = [size, &[0x82, 0x86, 0x44], &text(&path), b"\x01\x04host"].concat();
                    tap.add(flow, CLIENT, &block(stream, 1, &line));
                }
                for stream in requests(1_900).skip(15) {
                    let line = [&[0x82, 0x86, 0xbe + (stream / 2 % 15) as u8][..], b"\x01\x04host"].concat();
                    tap.add(flow, CLIENT, &frame(1, 5, stream, &line));
                }
                tap.flush(flow, CLIENT);
            }),
        ),
        (
            "long metadata in turns",
            each(20, |tap, flow| {
                opened(tap, flow, &[0, 1, 0, 1, 0, 0]);
                let content = [&b"\x3f\xe1\xff\x03\x83\x86\x84\x5f"[..], &text(b"application/grpc")].concat();
                let [first, second] = [b'a', b'b'].map(|octet| {
                    [&[0x40][..], &text(b"grpc-accept-encoding"), &text(&[octet; 1_000])].concat()
                });
                tap.say(flow, CLIENT, &block(1, 1, &[content, first, second].concat()));
                for stream in requests(1_900).skip(1) {
                    let encodings = [if stream % 4 == 1 { 0xbe } else { 0xbf }; 15];
                    let call = [&[0x83, 0x86, 0x84, 0xc0][..], &encodings].concat();
                    tap.add(flow, CLIENT, &frame(1, 5, stream, &call));
                }
                tap.flush(flow, CLIENT);
            }),
        ),
        (
            "a field block without end",
            each(100, |tap, flow| {
                opened(tap, flow, &[]);
                tap.say(flow, CLIENT, &frame(1, 0, 1, &[b'a'; 16_000]));
                (0..60).for_each(|_| tap.say(flow, CLIENT, &frame(9, 0, 1, &[b'a'; 16_000])));
            }),
        ),
        (
            "nothing that is known",
            each(2_000, |tap, flow| (0..30).for_each(|_| tap.say(flow, CLIENT, &[0; 1_000]))),
        ),
        (
            "an HTTP/1 head without end",
            each(2_000, |tap, flow| {
                tap.shake(flow);
                tap.say(flow, CLIENT, &[&b"GET / HTTP/1.1\r\nX: "[..], &[b'a'; 30_000]].concat());
            }),
        ),
        (
            "a thousand open calls",
            each(100, |tap, flow| {
                opened(tap, flow, &[]);
                let call = [
                    &b"\x83\x86\x44\x06/a.B/c\x41\x04host\x5f\x10application/grpc\0\x0dgrpc-encoding"[..],
                    &text(&[b'e'; 1_000]),
                ]
                .concat();
                requests(1_000).for_each(|stream| tap.add(flow, CLIENT, &frame(1, 4, stream, &call)));
                tap.flush(flow, CLIENT);
            }),
        ),
    ]
}

#[test]
fn connections_that_hold_all_they_can_keep_to_the_memory_that_is_given() {
    for (name, flood) in of_many() {
        run(&flood, 1, MANY, &["--max-memory", "64MiB"]).within(name, Duration::from_secs(120));
    }
}

/// Connections on which one request was answered, and nothing follows; their HPACK tables are empty.
fn idle() -> Flood {
    Flood::new(|tap, scale| {
        for flow in 0..10_000 * scale {
            opened(tap, flow, &[0, 3, 0, 0, 0, 100]);
            tap.say(flow, CLIENT, &frame(1, 5, 1, b"\x82\x86\x84\x01\x04host"));
            tap.say(flow, SERVER, &[frame(1, 4, 1, b"\x88"), frame(0, 1, 1, b"answer")].concat());
        }
    })
}

#[test]
fn an_open_connection_that_is_idle_takes_eight_kibibytes() {
    let [few, many] = [1, 5].map(|scale| run(&idle(), scale, 1 << 20, &["-j", "1"]).peak);
    let each = (many - few) as f64 / 40_000.0;
    assert!(each <= 8.0, "{each} KiB");
}

#[test]
#[ignore = "fifty times as much: a few minutes in release mode"]
fn at_fifty_times_the_scale_memory_is_the_same() {
    let all = of_one().into_iter().map(|(name, flood, _)| (name, flood)).chain(of_others());
    for (name, flood) in all {
        print(name, &run(&flood, 50, ONE, &[]));
    }
    for (name, flood) in of_many().into_iter().chain([("long texts", of_long_texts())]) {
        for threads in ["1", "2"] {
            print(name, &run(&flood, 10, MANY, &["--max-memory", "64MiB", "-j", threads]));
        }
    }
}

fn print(name: &str, ran: &Ran) {
    println!(
        "{name:45} {:7.1} MB {:6} MiB {:7.2} s",
        ran.octets as f64 / 1e6,
        ran.peak >> 10,
        ran.took.as_secs_f64()
    );
    std::io::stdout().flush().unwrap();
}
