//! Laws held against real captures: what they say, however they are cut, whatever is missing or spoilt.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;

use super::driver::{Cut, Seen, replay, run};
use super::*;
use crate::base::Side;

/// A connection of a capture, and the keys for it.
struct Case {
    name: String,
    pieces: Vec<(Side, Cut)>,
    keys: KeyLog,
    whole: Seen,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut cases = Vec::new();
    for folder in folders() {
        let (all, ..) = run(&folder.join("capture.pcap"));
        for seen in all {
            let keys = keys_of(&folder);
            let whole = replay(&seen.pieces, &keys);
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            cases.push(Case { name, pieces: seen.pieces, keys, whole });
        }
    }
    cases
});

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures/tls");
    let mut folders: Vec<_> = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn keys_of(folder: &Path) -> KeyLog {
    let mut keys = KeyLog::new();
    if let Ok(octets) = std::fs::read(folder.join("capture.keys")) {
        let bad = keys.add("beside", &octets);
        assert!(bad.iter().all(|bad| bad.why == BadLineKind::PreMaster), "{bad:?}");
    }
    keys
}

#[test]
#[cfg(feature = "decrypt")]
fn every_capture_says_what_its_golden_says() {
    let mut said = String::new();
    for folder in folders() {
        let (all, keys, shared) = run(&folder.join("capture.pcap"));
        for (number, seen) in all.iter().enumerate() {
            let name = folder.file_name().unwrap().to_string_lossy();
            said.push_str(&format!("{name} {number}: {}\n", line(seen, &keys, &shared)));
        }
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/goldens/tls-captures.txt");
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&golden, &said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(golden).unwrap());
}

fn line(seen: &Seen, keys: &KeyLog, shared: &Shared) -> String {
    let negotiation = seen.session.negotiation();
    let alpn = negotiation.alpn();
    let openable = match seen.session.openable(keys, shared) {
        Openable::Missing(lines) => format!("missing {}", lines.len()),
        other => format!("{other:?}"),
    };
    format!(
        "{} {} alpn {} {} resumed {} early {:?} plain {}/{} gaps {}/{} updates {}/{} key {:?} alert {} {openable}",
        negotiation.version().map_or("-".to_owned(), |version| version.to_string()),
        negotiation.suite().map_or("-".to_owned(), |suite| suite.to_string()),
        alpn.selected.map_or("-".to_owned(), |name| name.to_string()),
        alpn.source.word(),
        negotiation.resumed.map_or("-".to_owned(), |resumed| resumed.to_string()),
        negotiation.early_data,
        seen.plain[0].len(),
        seen.plain[1].len(),
        seen.gaps[0].len(),
        seen.gaps[1].len(),
        negotiation.key_updates.client,
        negotiation.key_updates.server,
        negotiation.ephemeral_key.and_then(EphemeralKey::bits),
        negotiation.failure().map_or("-".to_owned(), |seen| seen.alert.description.to_string()),
    )
}

/// What happened, by offsets.
fn facts(seen: &Seen) -> Vec<String> {
    let told = |(side, at, fact): &(Side, Stretch, Fact)| {
        format!("{} {}..{} {fact:?}", side.word(), at.start.tcp_end, at.end.tcp_end)
    };
    seen.facts.iter().map(told).collect()
}

/// The same octets in pieces of other sizes; each keeps the packet it is from.
fn recut(pieces: &[(Side, Cut)], mut sizes: impl FnMut() -> usize) -> Vec<(Side, Cut)> {
    let mut cut = Vec::new();
    for (side, piece) in pieces {
        let Cut::Chunk(octets, origin) = piece else {
            cut.push((*side, piece.clone()));
            continue;
        };
        let mut rest = octets.as_slice();
        while !rest.is_empty() {
            let (part, behind) = rest.split_at(sizes().clamp(1, rest.len()));
            cut.push((*side, Cut::Chunk(part.to_vec(), origin.before(behind.len() as u64))));
            rest = behind;
        }
    }
    cut
}

/// Takes the octets from `from` on, so many of them, out of a side.
fn without(pieces: &[(Side, Cut)], side: Side, from: u64, length: u64) -> Vec<(Side, Cut)> {
    let mut left = Vec::new();
    for (by, piece) in recut(pieces, || 64) {
        match &piece {
            Cut::Chunk(octets, origin) if by == side => {
                let start = origin.tcp_end - octets.len() as u64;
                let missing = start >= from && start < from + length;
                left.push((by, if missing { Cut::Gap(octets.len() as u64, *origin) } else { piece }));
            }
            _ => left.push((by, piece)),
        }
    }
    left
}

/// Plaintext with gaps is the whole plaintext with something left out where a gap is said.
fn is_part_of(seen: &Seen, whole: &Seen) -> Result<(), String> {
    for at in [0, 1] {
        let (plain, all, gaps) = (&seen.plain[at], &whole.plain[at], &seen.gaps[at]);
        let mut ends = gaps.clone();
        ends.push(plain.len());
        let (mut start, mut from) = (0, 0);
        for end in ends {
            let run = &plain[start..end];
            if run.is_empty() {
                continue;
            }
            let found = if start == 0 && gaps.first() != Some(&0) {
                all.starts_with(run).then_some(0)
            } else {
                all[from..].windows(run.len()).position(|window| window == run)
            };
            let Some(found) = found else {
                return Err(format!("{at}: octets {start}..{end} are not where they belong"));
            };
            (start, from) = (end, from + found + run.len());
        }
    }
    Ok(())
}

/// A capture with small records, and the offset behind the first one with data of the server.
#[cfg(feature = "decrypt")]
fn small_records(name: &str) -> (&'static Case, u64) {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    let (_, origin) = case.whole.origins.iter().find(|(side, _)| *side == Side::Server).unwrap();
    (case, origin.tcp_end)
}

#[test]
#[cfg(feature = "decrypt")]
fn behind_a_gap_in_data_the_next_record_is_opened() {
    for name in ["tls13-small-records", "tls12-small-records"] {
        let (case, first) = small_records(name);
        for (from, length) in [(20, 64), (300, 64), (600, 900), (1, 2000)] {
            let seen = replay(&without(&case.pieces, Side::Server, first + from, length), &case.keys);
            is_part_of(&seen, &case.whole).unwrap();
            let lost = case.whole.plain[1].len() - seen.plain[1].len();
            assert!(lost > 0 && lost as u64 <= length + 2 * 600, "{name} {from} {length}: {lost} lost");
            assert_eq!(seen.gaps[1].len(), 1, "{name} {from} {length}");
        }
    }
}

#[test]
#[cfg(feature = "decrypt")]
fn behind_a_gap_in_the_handshake_all_data_are_opened() {
    let (case, first) = small_records("tls13-small-records");
    for (before, length) in [(1400, 64), (1400, 200), (1500, 300)] {
        let seen = replay(&without(&case.pieces, Side::Server, first - before, length), &case.keys);
        assert_eq!(seen.plain, case.whole.plain, "{before} {length}");
        assert!(seen.gaps.concat().is_empty(), "{before} {length}: {:?}", seen.gaps);
    }
}

#[test]
#[cfg(feature = "decrypt")]
fn early_data_that_cannot_be_read_leave_a_gap_before_what_follows() {
    let case = CASES.iter().filter(|case| case.name == "tls13-early-data").nth(1).unwrap();
    let mut pieces = case.pieces.clone();
    let Cut::Chunk(octets, _) = &mut pieces[0].1 else { panic!("octets") };
    // The version in the header of the record behind the ClientHello and ChangeCipherSpec.
    octets[420] ^= 0x3d;
    let seen = replay(&pieces, &case.keys);
    assert_eq!(String::from_utf8_lossy(&seen.plain[0]), "GET / HTTP/1.0\r\n\r\n");
    assert_eq!(seen.gaps[0], [0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_says_the_same(case in 0..CASES.len(), seed in any::<u64>(), longest in 1_usize..200) {
        let case = &CASES[case];
        let mut state = seed;
        let sizes = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % longest
        };
        let seen = replay(&recut(&case.pieces, sizes), &case.keys);
        prop_assert_eq!(&seen.plain, &case.whole.plain, "{}", &case.name);
        prop_assert_eq!(&seen.gaps, &case.whole.gaps, "{}", &case.name);
        prop_assert_eq!(facts(&seen), facts(&case.whole), "{}", &case.name);
        prop_assert_eq!(seen.session.negotiation().alpn(), case.whole.session.negotiation().alpn());
    }

    #[test]
    fn a_gap_gives_no_wrong_plaintext(
        case in 0..CASES.len(), client in any::<bool>(), from in 0_u64..9000, length in 1_u64..3000,
    ) {
        let case = &CASES[case];
        let side = if client { Side::Client } else { Side::Server };
        let seen = replay(&without(&case.pieces, side, from, length), &case.keys);
        if let Err(wrong) = is_part_of(&seen, &case.whole) {
            prop_assert!(false, "{}: {wrong}", case.name);
        }
    }

    #[test]
    fn spoilt_octets_give_no_wrong_plaintext(
        case in 0..CASES.len(), spoilt in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6),
    ) {
        let case = &CASES[case];
        let mut pieces = case.pieces.clone();
        for (at, octet) in spoilt {
            let at = usize::from(at) % pieces.len();
            if let Cut::Chunk(octets, _) = &mut pieces[at].1 {
                let place = usize::from(octet) * 7 % octets.len();
                octets[place] ^= octet | 1;
            }
        }
        let seen = replay(&pieces, &case.keys);
        // Spoilt octets of a ServerHello may say that early data was rejected: then nobody has read it.
        let early_data = |seen: &Seen| seen.session.negotiation().early_data;
        prop_assume!(early_data(&seen) == early_data(&case.whole));
        if let Err(wrong) = is_part_of(&seen, &case.whole) {
            prop_assert!(false, "{}: {wrong}", case.name);
        }
    }

    #[test]
    fn no_octets_fail_it(parts in proptest::collection::vec((any::<bool>(), arbitrary()), 0..12)) {
        let mut ends = [0, 0];
        let mut pieces = Vec::new();
        for (client, octets) in parts {
            let side = if client { Side::Client } else { Side::Server };
            let at = usize::from(!client);
            ends[at] += octets.len() as u64;
            let origin = crate::base::Origin { tcp_end: ends[at], ..Default::default() };
            pieces.push((side, if octets.is_empty() { Cut::Gap(3, origin) } else { Cut::Chunk(octets, origin) }));
        }
        replay(&pieces, &KeyLog::new());
    }
}

/// Octets that often look like records.
fn arbitrary() -> impl Strategy<Value = Vec<u8>> {
    let body = proptest::collection::vec(any::<u8>(), 0..80);
    (19_u8..26, 0_u8..90, 0_u8..26, body, any::<bool>()).prop_map(|(kind, length, first, body, record)| {
        if record { [&[kind, 3, 3, 0, length, first, 0, 0, length / 2][..], &body].concat() } else { body }
    })
}
