//! Broken files and broken packets in a scan: each is named with the reason, in text and in JSON, and the traffic around it is accused
//! of nothing.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::fs;

use assert_cmd::Command;
use h2lint::script::{Script, Wire, data, get, response};
use serde_json::Value;

/// Where the records of a capture begin, the end included.
fn records(file: &[u8]) -> Vec<usize> {
    let mut at = vec![24];
    while let Some(length) = file.get(at[at.len() - 1] + 8..).and_then(|rest| rest.first_chunk::<4>()) {
        at.push(at[at.len() - 1] + 16 + usize::try_from(u32::from_le_bytes(*length)).unwrap());
    }
    at
}

fn healthy() -> Vec<u8> {
    let answer = |stream| [response(stream), data(stream, b"x").map(Wire::end_stream)];
    Script::open().client([get(1)]).server(answer(1)).client([get(3)]).server(answer(3)).close().pcap()
}

/// The same capture, and what becomes of it.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let whole = healthy();
    let records = records(&whole);
    let (third, last) = (records[2], records[records.len() - 2]);
    let changed = |at: usize, octets: &[u8]| {
        let mut file = whole.clone();
        file[at..at + octets.len()].copy_from_slice(octets);
        file
    };
    // Ethernet of 14 octets stands before the IP header in each record.
    let ip = third + 16 + 14;
    let mut short = whole[..third].to_vec();
    let mut record = whole[third..records[3]].to_vec();
    record[8..12].copy_from_slice(&20_u32.to_le_bytes());
    short.extend_from_slice(&record[..16 + 20]);
    short.extend_from_slice(&whole[records[3]..]);
    vec![
        ("cut.pcap", whole[..last + 20].to_vec(), "the file ends inside a packet"),
        ("headless.pcap", whole[..9].to_vec(), "a pcap file header that is cut short"),
        ("damaged.pcap", changed(third + 8, &[0xff; 4]), "the file is damaged at octet"),
        ("length.pcap", changed(ip + 2, &[0, 5]), "1 packet is not looked into: malformed ipv4 header"),
        ("version.pcap", changed(ip, &[0xe5]), "1 packet is not looked into: IP of version 14"),
        ("snapped.pcap", short, "1 packet is cut inside the ipv4 header"),
        ("empty.pcap", Vec::new(), "empty"),
        ("text.pcap", b"Subject: capture\n".to_vec(), "not a packet capture: text"),
    ]
}

/// Links that lead nowhere, links that lead back, folders that nobody may read.
#[test]
#[cfg(unix)]
fn what_a_walk_cannot_enter_is_named_and_the_rest_is_judged() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("deep")).unwrap();
    fs::create_dir(place("locked")).unwrap();
    for name in ["a.pcap", "deep/b.pcap", "locked/c.pcap"] {
        fs::write(place(name), healthy()).unwrap();
    }
    symlink("/nowhere", place("dangling.pcap")).unwrap();
    symlink("..", place("deep/up")).unwrap();
    fs::set_permissions(place("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    let locked = fs::read_dir(place("locked")).is_err();
    let scan = |words: &[&str]| {
        let mut command = Command::cargo_bin("h2lint").unwrap();
        let output = command.arg("scan").args(words).current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = scan(&[".", "--follow-symlinks", "--all"]);
    assert_eq!(code, Some(3), "{text}");
    let lines = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!(
        (lines("PASS  a.pcap"), lines("PASS  deep/b.pcap"), lines("UNREAD  dangling.pcap")),
        (1, 1, 1)
    );
    assert!(!locked || lines("UNREAD  locked") == 1, "{text}");
    let (_, twice) = scan(&["a.pcap", "./a.pcap", "--all"]);
    assert!(twice.contains("captures 1 "), "{twice}");
    fs::set_permissions(place("locked"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn every_broken_capture_is_named_with_its_reason_and_nobody_is_accused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("healthy.pcap"), healthy()).unwrap();
    let broken = broken();
    for (name, octets, _) in &broken {
        fs::write(folder.path().join(name), octets).unwrap();
    }
    let scan = |words: &[&str]| {
        let mut command = Command::cargo_bin("h2lint").unwrap();
        let output = command.arg("scan").arg(".").args(words).current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        String::from_utf8(output.stdout).unwrap()
    };
    let report: Value = serde_json::from_str(&scan(&["--format", "json"])).unwrap();
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), broken.len() + 1);
    let text = scan(&["--all", "--width", "200"]);
    for (name, _, reason) in &broken {
        let at = inputs.iter().position(|input| input["path"] == *name).unwrap();
        let spots = report["coverage"]["blind_spots"].as_array().unwrap();
        let own = spots.iter().filter(|spot| spot["input"] == at && spot["conns"] == serde_json::json!([]));
        let effects = own.map(|spot| spot["effect"].as_str().unwrap().to_owned());
        let error = inputs[at]["error"].as_str().map(str::to_owned);
        let cut = inputs[at]["truncated_tail"] == true;
        let said: Vec<String> =
            effects.chain(error).chain(cut.then(|| "the file ends inside a packet".to_owned())).collect();
        assert!(said.iter().any(|said| said.contains(reason)), "{name}: {reason:?} not in {said:?}");
        let block: Vec<&str> =
            text.lines().skip_while(|line| line.starts_with(' ') || !line.contains(name)).take(3).collect();
        assert!(block.iter().any(|line| line.contains(reason)), "{name}: {reason:?} not in\n{text}");
    }
    let accused = report["findings"].as_array().unwrap().iter().filter(|finding| {
        finding["severity"] == "error"
            || finding["culprit"]["role"] == "client" && finding["severity"] != "info"
    });
    assert_eq!(accused.collect::<Vec<_>>(), Vec::<&Value>::new());
    assert!(text.contains("captures 9 (4 not read in full, 5 seen in part)"), "{text}");
}
