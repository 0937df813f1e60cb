//! `export`: what it writes is read again, by this program and by Wireshark's tools, where they are installed.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::cargo_bin;
use common::{captures, sidecars};
use h2lint::base::Span;
use h2lint::capture::{Reader, Record};
use h2lint::script::{
    Cut, Order, Script, WAYS, Wire, block, capture_over, data, get, headers, post, response, trailers,
};
use serde_json::Value;

fn run(words: &[&str]) -> Output {
    Command::new(cargo_bin("h2lint")).args(words).env_clear().output().expect("the program runs")
}

fn said(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// Runs an export of a file; what it wrote.
fn export(what: &str, file: &Path, words: &[&str], folder: &Path) -> PathBuf {
    let to = folder.join(format!("out.{what}"));
    let mut all = vec!["export", what, file.to_str().unwrap(), "-o", to.to_str().unwrap()];
    all.extend(words);
    let output = run(&all);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{all:?}: {code:?} {}", said(&output.stderr));
    to
}

fn json(words: &[&str]) -> Value {
    let output = run(words);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{words:?}: {}", said(&output.stderr)))
}

fn report(file: &Path) -> Value {
    json(&[file.to_str().unwrap(), "--format", "json", "--isolated", "--no-baseline"])
}

/// Output of a tool of Wireshark; none where it is not installed, which is said.
fn tool(name: &str, words: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(name).args(words).output() else {
        // Not `eprintln!`, which the test harness would keep to itself.
        io::stderr().write_all(format!("skipped: {name} is not installed\n").as_bytes()).unwrap();
        return None;
    };
    assert!(output.status.success(), "{name} {words:?}: {}", said(&output.stderr));
    Some(said(&output.stdout))
}

/// Time, original length and octets of each packet.
fn packets(file: &Path) -> Vec<(i64, u32, Vec<u8>)> {
    let mut reader = Reader::open(file).unwrap();
    let mut packets = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        if let Record::Packet(packet) = record {
            packets.push((packet.time.0, packet.original_length, packet.data.to_vec()));
        }
    }
    packets
}

fn case(name: &str) -> PathBuf {
    captures().join(name).join("capture.pcap")
}

fn written(folder: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, octets).unwrap();
    path
}

#[test]
fn an_annotated_capture_has_the_same_packets_and_the_same_report_and_says_nothing_to_this_program() {
    let folder = tempfile::tempdir().unwrap();
    // A file that is cut says so; its copy is whole. Every third one is enough: each is read four times.
    let cut = |path: &Path| path.to_string_lossy().contains("cut/");
    for (capture, _) in sidecars(&captures()).into_iter().filter(|(path, _)| !cut(path)).step_by(3) {
        let copy = export("annotated", &capture, &["--isolated", "--no-baseline"], folder.path());
        assert_eq!(packets(&copy), packets(&capture), "{}", capture.display());
        let (before, after) = (report(&capture), report(&copy));
        for part in ["findings", "verdict"] {
            let rules = |report: &Value| {
                report[part]
                    .as_array()
                    .map(|all| all.iter().map(|one| one["message"].clone()).collect::<Vec<_>>())
            };
            assert_eq!(rules(&before), rules(&after), "{}", capture.display());
        }
        assert_eq!(before["totals"]["frames"], after["totals"]["frames"], "{}", capture.display());
        let told: Vec<&Value> = after["notices"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|notice| notice["kind"] != "keys_not_used")
            .collect();
        assert!(told.is_empty() || before["notices"] == after["notices"], "{}: {told:?}", capture.display());
        let again = folder.path().join("again.pcapng");
        run(&[
            "export",
            "annotated",
            copy.to_str().unwrap(),
            "--isolated",
            "--no-baseline",
            "-o",
            again.to_str().unwrap(),
        ]);
        assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&copy).unwrap(), "{}", capture.display());
    }
}

#[test]
fn wireshark_finds_the_comments_and_opens_tls_with_the_keys_inside() {
    let folder = tempfile::tempdir().unwrap();
    let copy =
        export("annotated", &case("cmux/hang-grpcgo"), &["--isolated", "--no-baseline"], folder.path());
    let path = copy.to_str().unwrap();
    let filter = "frame.comment contains \"h2lint\"";
    let Some(found) = tool(
        "tshark",
        &["-r", path, "-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "frame.comment"],
    ) else {
        return;
    };
    let numbers: Vec<&str> = found.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(numbers, ["6", "7", "8"], "{found}");
    assert!(
        found.contains("h2lint PRE001 error certain SERVER 127.0.0.1:31050 | proof: TCP ACK only"),
        "{found}"
    );
    let frames = |file: &Path| {
        let words = [
            "-o",
            "tls.keylog_file:",
            "-r",
            file.to_str().unwrap(),
            "-Y",
            "http2",
            "-T",
            "fields",
            "-e",
            "frame.number",
        ];
        tool("tshark", &words).unwrap_or_default().lines().count()
    };
    for tls in ["tls/nginx-curl", "tls/tls12-ecdhe-aes128"] {
        let bare = export("annotated", &case(tls), &["--no-keys"], folder.path());
        assert_eq!(frames(&bare), 0, "{tls}");
        let copy = export("annotated", &case(tls), &[], folder.path());
        assert!(frames(&copy) > 2 || report(&copy)["totals"]["frames"] == 0, "{tls}");
    }
}

#[test]
fn capinfos_opens_every_export_of_packets() {
    let folder = tempfile::tempdir().unwrap();
    let mut all =
        vec![case("cmux/hang-grpcgo"), case("files/gzip"), case("link/nanosecond"), case("link/big-endian")];
    all.extend([captures().join("link/pcapng/capture.pcapng"), case("cut/mid-record")]);
    for capture in all.iter().filter(|capture| capture.exists()) {
        let count = packets(capture).len();
        for (what, words) in [("annotated", vec![]), ("pcap", vec!["--filter", "port>0"])] {
            let copy = export(what, capture, &words, folder.path());
            let Some(told) = tool("capinfos", &["-M", "-c", copy.to_str().unwrap()]) else { return };
            let counted = format!("Number of packets:   {count}");
            assert!(told.contains(&counted), "{what} {}: {told}", capture.display());
        }
    }
}

#[test]
fn only_the_packets_of_chosen_connections_are_left_as_wireshark_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["h2c/h2load-many", "h2c/push", "tls/nginx-curl"] {
        let whole = report(&case(name));
        for conn in 0..whole["connections"].as_array().unwrap().len() {
            let number = conn.to_string();
            let copy = export("pcap", &case(name), &["--conn", &number], folder.path());
            let part = report(&copy);
            let (before, after) = (&whole["connections"][conn], &part["connections"][0]);
            assert_eq!(part["totals"]["connections"], 1, "{name} {conn}");
            let encrypted = name.starts_with("tls");
            // The keys stand beside the capture, not in it.
            let seen = if encrypted { "packets" } else { "streams" };
            for field in ["packets", "bytes", "start", "ended", "encapsulation", seen] {
                assert_eq!(before[field], after[field], "{name} {conn} {field}");
            }
            assert_eq!(std::fs::read(&copy).unwrap()[..24], std::fs::read(case(name)).unwrap()[..24]);
            let filter = format!("tcp.stream == {conn}");
            let path = case(name);
            if let Some(theirs) = tool(
                "tshark",
                &["-n", "-r", path.to_str().unwrap(), "-Y", &filter, "-T", "fields", "-e", "frame.number"],
            ) {
                assert_eq!(theirs.lines().count(), packets(&copy).len(), "{name} {conn}");
            }
        }
    }
}

#[test]
fn secrets_inside_a_capture_stay_with_the_connections_that_are_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let whole = export("annotated", &case("tls/nginx-curl"), &[], folder.path());
    let part = export("pcap", &whole, &["--conn", "1"], folder.path());
    let connection = &report(&part)["connections"][0];
    assert_eq!(connection["negotiation"]["tls"]["decrypted"], true);
    assert_eq!(connection["frames"], report(&whole)["connections"][1]["frames"]);
    let words = [
        "-o",
        "tls.keylog_file:",
        "-r",
        part.to_str().unwrap(),
        "-Y",
        "http2",
        "-T",
        "fields",
        "-e",
        "frame.number",
    ];
    if let Some(frames) = tool("tshark", &words) {
        assert!(frames.lines().count() > 2, "{frames}");
    }
    let none = folder.path().join("none");
    let clean = case("h2c/nghttp-nghttpd");
    let words = [
        "export",
        "pcap",
        clean.to_str().unwrap(),
        "--findings",
        "--isolated",
        "--no-baseline",
        "--select",
        "PRE",
    ];
    let output = run(&words.iter().copied().chain(["-o", none.to_str().unwrap()]).collect::<Vec<_>>());
    assert_eq!((output.status.code(), none.exists()), (Some(4), false), "{}", said(&output.stderr));
}

/// Two connections that end at different ports.
fn two() -> Script {
    Script::open()
        .client([get(1)])
        .server([response(1), data(1, &[b'.'; 900]), trailers(1)])
        .close()
        .again_open(Span::millis(5))
        .client([post(1), data(1, &[b'?'; 700]).map(Wire::end_stream)])
        .client([data(1, b"late")])
        .server([response(1), trailers(1)])
        .close()
}

#[test]
fn fragments_and_tunnels_belong_to_the_connection_inside() {
    let folder = tempfile::tempdir().unwrap();
    for way in WAYS {
        for layer in [None, Some(0), Some(1)] {
            let cut = |_| layer.map(|layer| Cut { layer, octets: 256, order: Order::Reversed, again: None });
            let file = written(folder.path(), "two.pcap", &capture_over(two().packets(), way, cut));
            let whole = report(&file);
            let mut counts = Vec::new();
            for words in [["--conn", "0"], ["--filter", "conn==1"]] {
                let copy = export("pcap", &file, &words, folder.path());
                let part = report(&copy);
                let conn = counts.len();
                assert_eq!(part["totals"]["connections"], 1, "{} {layer:?}", way.name);
                for field in ["packets", "bytes", "frames", "ended"] {
                    let (before, after) =
                        (&whole["connections"][conn][field], &part["connections"][0][field]);
                    assert_eq!(before, after, "{} {layer:?} {field}", way.name);
                }
                counts.push(packets(&copy).len());
            }
            assert_eq!(counts.iter().sum::<usize>(), packets(&file).len(), "{} {layer:?}", way.name);
            let copy = export(
                "pcap",
                &file,
                &["--findings", "--fail-on", "never", "--select", "STS"],
                folder.path(),
            );
            assert_eq!(packets(&copy).len(), counts[1], "{} {layer:?}", way.name);
        }
    }
}

/// One request with secrets in it and its answer, and one that is never answered.
fn secrets() -> Script {
    let fields = block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "a.test"),
        (":path", "/search?q=1&x"),
        ("authorization", "Bearer abc"),
        ("x-plain", "seen"),
    ]);
    Script::open()
        .client([headers(1, &fields).map(Wire::end_stream)])
        .wait(Span::millis(30))
        .server([headers(1, &block(&[(":status", "302"), ("location", "/b"), ("set-cookie", "s=1")]))])
        .wait(Span::millis(10))
        .server([data(1, b"moved").map(Wire::end_stream)])
        .client([get(3)])
        .close()
}

fn har(file: &Path, words: &[&str], folder: &Path) -> Value {
    let to = export("har", file, words, folder);
    serde_json::from_slice(&std::fs::read(to).unwrap()).expect("JSON")
}

#[test]
fn an_archive_has_every_request_with_its_times_sizes_and_masked_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "a.pcap", &secrets().pcap());
    let archive = har(&file, &[], folder.path());
    let entries = archive["log"]["entries"].as_array().unwrap();
    assert_eq!((entries.len(), archive["log"]["version"].as_str()), (2, Some("1.2")));
    let (first, second) = (&entries[0], &entries[1]);
    assert_eq!(first["request"]["url"], "http://a.test/search?q=1&x");
    assert_eq!(
        first["request"]["queryString"],
        serde_json::json!([{"name": "q", "value": "1"}, {"name": "x", "value": ""}])
    );
    let value = |part: &str, name: &str| {
        let list = first[part]["headers"].as_array().unwrap();
        list.iter().find(|field| field["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(value("request", "authorization"), "<masked, 10 octets>");
    assert_eq!(value("response", "set-cookie"), "<masked, 3 octets>");
    assert_eq!(value("request", "x-plain"), "seen");
    let response = &first["response"];
    assert_eq!(
        (&response["status"], &response["redirectURL"], &response["bodySize"]),
        (&302.into(), &"/b".into(), &5.into())
    );
    let timings = &first["timings"];
    let ms = |name: &str| timings[name].as_f64().unwrap();
    assert!(ms("wait") >= 30.0 && ms("receive") >= 10.0 && ms("send") < 1.0, "{timings}");
    assert!((first["time"].as_f64().unwrap() - ms("send") - ms("wait") - ms("receive")).abs() < 0.01);
    assert_eq!(
        (&second["response"]["status"], &second["_end"], &second["_stream"]),
        (&0.into(), &"connection_lost".into(), &3.into())
    );
    let shown = har(&file, &["--show-secrets"], folder.path());
    assert!(shown.to_string().contains("Bearer abc") && !archive.to_string().contains("Bearer"));
}

/// What HAR 1.2 demands of an entry.
fn check_entry(entry: &Value) {
    let text = |value: &Value| value.is_string();
    let number = |value: &Value| value.is_number();
    let list = |value: &Value| value.is_array();
    assert!(
        text(&entry["startedDateTime"])
            && entry["time"].as_f64().unwrap() >= 0.0
            && entry["cache"].is_object()
    );
    let (request, response) = (&entry["request"], &entry["response"]);
    for name in ["method", "url", "httpVersion"] {
        assert!(text(&request[name]), "{name}: {request}");
    }
    for name in ["statusText", "httpVersion", "redirectURL"] {
        assert!(text(&response[name]), "{name}: {response}");
    }
    assert!(list(&request["queryString"]) && number(&response["status"]));
    assert!(number(&response["content"]["size"]) && text(&response["content"]["mimeType"]));
    for part in [request, response] {
        assert!(["cookies", "headers"].iter().all(|name| list(&part[*name])), "{part}");
        assert!(["headersSize", "bodySize"].iter().all(|name| number(&part[*name])), "{part}");
        let fields = part["headers"].as_array().unwrap().iter();
        assert!(fields.clone().all(|field| text(&field["name"]) && text(&field["value"])), "{part}");
    }
    for name in ["send", "wait", "receive"] {
        assert!(entry["timings"][name].as_f64().unwrap() >= 0.0, "{entry}");
    }
}

#[test]
fn the_archive_of_every_capture_has_its_streams() {
    let folder = tempfile::tempdir().unwrap();
    for (capture, _) in sidecars(&captures()) {
        let path = capture.to_str().unwrap();
        let to = folder.path().join("a.har");
        let output = run(&["export", "har", path, "-o", to.to_str().unwrap()]);
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{path}: {}", said(&output.stderr));
        let archive: Value = serde_json::from_slice(&std::fs::read(&to).unwrap()).expect("JSON");
        let entries = archive["log"]["entries"].as_array().unwrap();
        entries.iter().for_each(check_entry);
        let mut ours: Vec<_> =
            entries.iter().map(|entry| (entry["_conn"].as_u64(), entry["_stream"].as_u64())).collect();
        let streams = json(&["show", path, "--as", "streams", "--format", "json"]);
        let regular = streams.as_array().unwrap().iter().filter(|row| row["states"][0]["state"] != "idle");
        let mut theirs: Vec<_> = regular.map(|row| (row["conn"].as_u64(), row["stream"].as_u64())).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{path}");
    }
}

#[test]
fn exports_are_narrowed_and_what_cannot_be_done_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "a.pcap", &secrets().pcap());
    let path = file.to_str().unwrap();
    let only = har(&file, &["--filter", "status==302"], folder.path());
    assert_eq!(only["log"]["entries"].as_array().unwrap().len(), 1);
    let out = folder.path().join("never");
    let out = out.to_str().unwrap();
    for (words, code, help) in [
        (vec!["export", "pcap", path, "-o", out], 2, "--conn N, --filter EXPR or --findings"),
        (vec!["export", "pcap", path, "--conn", "9", "-o", out], 4, "nothing is written"),
        (vec!["export", "pcap", path, "--conn", "0", "-o", path], 2, "cannot be read and written at once"),
        (vec!["export", "annotated", path, "-o", path], 2, "cannot be read and written at once"),
        (vec!["export", "annotated", "-", "-o", out], 2, "it needs a file"),
        (vec!["export", "pcap", "-", "--conn", "0", "-o", out], 2, "it needs a file"),
        (vec!["export", "har", "-", "--filter", "conn==0", "-o", out], 2, "it needs a file"),
        (vec!["export", "har", file!(), "-o", out], 3, "not a packet capture"),
        (vec!["export", "annotated", "no-such.pcap", "-o", out], 3, "no-such.pcap"),
        (vec!["export", "har", path, "--filter", "con==0", "-o", out], 2, "did you mean `conn`?"),
        (vec!["export", "qlog", path, "-o", "/no/such/folder/x"], 3, "cannot write"),
    ] {
        let output = run(&words);
        let complained = said(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {complained}");
        assert!(complained.lines().count() == 1 && complained.contains(help), "{words:?}: {complained}");
        assert!(!Path::new(out).exists(), "{words:?}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), secrets().pcap());
}

#[test]
fn standard_input_and_output_serve_where_one_pass_is_enough() {
    let mut command = Command::new(cargo_bin("h2lint"));
    let file = std::fs::File::open(case("grpc/four-kinds")).unwrap();
    let output = command.args(["export", "qlog", "-", "-o", "-"]).env_clear().stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let text = said(&output.stdout);
    assert!(text.split('\u{1e}').count() > 50 && text.ends_with('\n'));
    let from_file = run(&["export", "qlog", case("grpc/four-kinds").to_str().unwrap(), "-o", "-"]);
    let behind = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(behind(&said(&from_file.stdout)), behind(&text));
}

#[test]
fn what_is_damaged_is_said_and_the_rest_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut octets = secrets().pcap();
    let whole = octets.clone();
    octets.extend([0xff; 40]);
    octets.extend(&whole[24..]);
    let file = written(folder.path(), "bad.pcap", &octets);
    for what in ["annotated", "har", "qlog"] {
        let to = folder.path().join(what);
        let output = run(&["export", what, file.to_str().unwrap(), "--isolated", "-o", to.to_str().unwrap()]);
        let output = if what == "annotated" {
            output
        } else {
            run(&["export", what, file.to_str().unwrap(), "-o", to.to_str().unwrap()])
        };
        assert_eq!(output.status.code(), Some(3), "{what}: {}", said(&output.stderr));
        assert_eq!(
            said(&output.stderr).lines().filter(|line| line.contains("was not read in full")).count(),
            1
        );
        assert!(std::fs::metadata(&to).unwrap().len() > 100, "{what}");
    }
}
