//! Goldens of the text, and what must hold of every text.

use super::text::{
    FrameLines, connection_lines, example, frame_header, rule_page, rule_table, setting_lines, stream_header,
    stream_line,
};
use super::*;
use crate::base::{PerSide, Side, Span, Time};
use crate::finding::{
    BlindSpotKind, Confidence, Direction, Evidence, EvidenceRole, Finding, PacketFilter, Severity,
};
use crate::policy::sample::{blind_spot, clean, connection, empty, finding, hang, no_settings, stream};
use crate::policy::{Policy, Strictness};
use crate::views::{FlagNames, FrameLine, SettingLine, StateMark, StreamLine, connections};

fn judged(mut report: Report) -> Report {
    Policy { level: Strictness::Strict, ..Policy::default() }.apply(&mut report);
    report
}

fn plain(report: &Report) -> String {
    Format::Text.write(report, &Look::default())
}

/// An overrun of a window, as `overrun.pcap` has it.
fn overrun() -> Report {
    let mut report = empty("overrun.pcap");
    report.connections.push(connection(0));
    report.streams.push(stream(0, 1, "/helloworld.Greeter/SayHello"));
    report.totals.connections = 1;
    report.totals.http2_connections = 1;
    let evidence = |role, pkt: u64, dir, what: &str| Evidence {
        role,
        pkt: pkt.into(),
        t: Some(0.001 * f64::from(u32::try_from(pkt).unwrap())),
        dir,
        stream: None,
        what: what.to_owned(),
        input: None,
        file_offset: None,
        file_length: None,
        tcp_seq: None,
        wireshark: PacketFilter(pkt),
    };
    let mut blamed = no_settings(0);
    blamed.culprit.maybe = None;
    blamed.linked.clear();
    report.findings.push(Finding {
        stream: Some(1),
        message: "The server sent 400 octets more than the client's window allowed on stream 0:1.".to_owned(),
        why: "A sender must not send DATA beyond the credit that its peer gave.",
        evidence: vec![
            evidence(EvidenceRole::Cause, 4, Direction::C2s, "SETTINGS INITIAL_WINDOW_SIZE=100"),
            evidence(
                EvidenceRole::Proof,
                6,
                Direction::S2c,
                "SETTINGS ACK — from here the limit binds the server",
            ),
            evidence(EvidenceRole::Effect, 9, Direction::S2c, "DATA 500   window 100 → −400"),
        ],
        evidence_total: 5,
        not_blamed: [("client", "The server acknowledged the limit 3 packets earlier.".into())]
            .into_iter()
            .collect(),
        remedy: vec!["Take credit from both ledgers before writing."].into(),
        ..blamed
    });
    report
}

/// Everything at once: many groups, doubts, blind spots, long names.
fn crowded() -> Report {
    let mut report = overrun();
    report.inputs[0].path =
        "a directory/with a very long name/and a capture in it called so and so.pcapng".to_owned();
    report.connections = (0..40).map(connection).collect();
    for row in &mut report.connections {
        row.client.addr = "2001:db8:85a3:8d3:1319:8a2e:370:7344".parse().unwrap();
        row.server.addr = "2001:db8:85a3:8d3:1319:8a2e:370:7348".parse().unwrap();
    }
    report.findings.extend((2..37).map(no_settings));
    for (number, rule) in ["STS001", "STS002", "FRM001", "CON001", "SID001", "SET001"].into_iter().enumerate()
    {
        let conn = u64::try_from(number).unwrap();
        let one = finding(rule, "a-rule-with-a-remarkably-long-name", "framing", Severity::Warning, conn);
        report.findings.push(Finding { confidence: Confidence::Likely, conns: vec![conn, 7], ..one });
    }
    report.coverage.blind_spots.push(blind_spot(
        BlindSpotKind::Gap,
        &[1, 2, 3, 9],
        "frames of the server are not judged",
    ));
    report.omitted.connections = 3;
    report
}

/// The golden of a text, in `snapshots/`.
fn golden(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_clean_capture_passes_with_its_connections() {
    golden("clean", &plain(&judged(clean())));
}

#[test]
fn a_hang_is_told_with_blame_evidence_and_next_step() {
    golden("hang", &plain(&judged(hang())));
}

#[test]
fn an_overrun_names_the_stream() {
    golden("overrun", &plain(&judged(overrun())));
}

#[test]
fn many_findings_are_grouped_and_the_worst_come_first() {
    golden("crowded", &plain(&judged(crowded())));
}

#[test]
fn full_detail_leaves_nothing_out() {
    let look = Look { detail: Detail::Full, ..Look::default() };
    golden("hang-full", &Format::Text.write(&judged(hang()), &look));
}

#[test]
fn brief_and_quiet_say_less() {
    let say = |detail| Format::Text.write(&judged(crowded()), &Look { detail, ..Look::default() });
    golden("crowded-brief", &say(Detail::Brief));
    assert_eq!(say(Detail::Verdict).lines().count(), 1);
}

#[test]
fn ascii_is_ascii() {
    for report in [clean(), hang(), overrun(), crowded()] {
        let look = Look { charset: Charset::Ascii, detail: Detail::Full, ..Look::default() };
        let text = Format::Text.write(&judged(report), &look);
        assert!(text.is_ascii(), "{text}");
    }
    golden(
        "hang-ascii",
        &Format::Text.write(&judged(hang()), &Look { charset: Charset::Ascii, ..Look::default() }),
    );
}

#[test]
fn moments_are_told_by_the_clock_that_is_asked_for() {
    let say = |clock| Format::Text.write(&judged(hang()), &Look { clock, ..Look::default() });
    assert!(say(Clock::Utc).contains("pkt 6  2026-11-02T09:14:23.125000Z  C→S  FIN"), "{}", say(Clock::Utc));
    assert!(say(Clock::Epoch).contains("pkt 6  1793610863.125000  C→S  FIN"), "{}", say(Clock::Epoch));
}

#[test]
fn a_capture_without_http2_is_told_with_what_it_holds() {
    let mut report = empty("other.pcap");
    let mut row = connection(0);
    (row.http2, row.negotiation.via) = (false, "unknown");
    report.connections.push(row);
    report.totals.connections = 1;
    golden("nothing", &plain(&judged(report)));
}

#[test]
fn a_capture_that_was_cut_off_says_so() {
    let mut report = clean();
    report.inputs[0].truncated_tail = true;
    assert!(plain(&judged(report)).contains("15 packets, 0.02 s, cut off at the end"));
}

/// Lines may pass the width only for what cannot be broken: a command's argument.
fn too_wide(text: &str, limit: usize) -> Vec<&str> {
    let wide = |line: &&str| line.chars().count() > limit && !line.contains(".pcap");
    text.lines().filter(wide).collect()
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for report in [clean(), hang(), overrun(), crowded()] {
        let report = judged(report);
        for width in [60, 80, 100, 132] {
            for detail in [Detail::Brief, Detail::Normal, Detail::Full] {
                for charset in [Charset::Unicode, Charset::Ascii] {
                    for clock in [Clock::Relative, Clock::Utc] {
                        let look = Look { width, detail, charset, clock, ..Look::default() };
                        let text = Format::Text.write(&report, &look);
                        assert_eq!(too_wide(&text, width), Vec::<&str>::new(), "{look:?}\n{text}");
                    }
                }
            }
        }
    }
}

#[test]
fn no_line_ends_in_a_blank() {
    for report in [clean(), hang(), overrun(), crowded()] {
        let text = plain(&judged(report));
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
    }
}

/// Puts an escape sequence and a mark that turns the reading order into every text that may stem from traffic.
fn hostile() -> Report {
    let poison = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\r\n";
    let mut report = crowded();
    report.inputs[0].path.push_str(poison);
    report.inputs[0].error = Some(poison.to_owned());
    for finding in &mut report.findings {
        finding.message.push_str(poison);
        finding.culprit.maybe = Some(poison.to_owned());
        finding.culprit.endpoint = Some(poison.to_owned());
        for evidence in &mut finding.evidence {
            evidence.what.push_str(poison);
        }
        let reasons =
            finding.not_blamed.iter().map(|(side, reason)| (side, format!("{reason}{poison}").into()));
        finding.not_blamed = reasons.collect();
    }
    for row in &mut report.streams {
        row.request.path = Some(poison.into());
        row.request.method = Some(poison.into());
    }
    for row in &mut report.connections {
        row.client.alias = Some(poison.to_owned());
        row.calls.failed.insert(poison.to_owned(), 1);
    }
    report.coverage.blind_spots[0].effect = poison.to_owned();
    report
}

#[test]
fn nothing_of_the_traffic_reaches_the_terminal_as_it_was() {
    for detail in [Detail::Verdict, Detail::Brief, Detail::Normal, Detail::Full] {
        let text = Format::Text.write(&judged(hostile()), &Look { detail, all: true, ..Look::default() });
        let odd: Vec<char> = text.chars().filter(|char| char.is_control() && *char != '\n').collect();
        assert_eq!((odd, text.contains('\u{202e}')), (Vec::new(), false));
        assert!(text.contains(r"\x1b]0;owned\x07"));
    }
    let mut failed = clean();
    failed.connections[0].calls.failed.insert("\u{1b}[31m".to_owned(), 1);
    failed.connections[0].client.alias = Some("\u{1b}[31m".to_owned());
    assert!(!plain(&judged(failed)).contains('\u{1b}'));
}

#[test]
fn colours_are_there_when_asked_for_and_change_no_text() {
    let report = judged(crowded());
    let coloured = Format::Text.write(&report, &Look { paint: Paint::Colour, ..Look::default() });
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(stripped + rest, plain(&report));
}

#[test]
fn connections_fit_the_page_whatever_their_addresses() {
    let report = judged(crowded());
    let lines: Vec<_> = connections(&report).collect();
    assert_eq!((lines[0].via, lines[0].failed), ("h2c_prior_knowledge", 0));
    let text = connection_lines(&lines, &Look::default());
    assert_eq!(too_wide(&text, 80), Vec::<&str>::new(), "{text}");
    assert!(text.contains("]:31050"), "the port stays: {text}");
}

/// A frame as a view tells it.
fn frame(kind: &str, flags: FlagNames, state: Option<&'static str>, note: &str) -> FrameLine {
    FrameLine {
        conn: 0,
        stream: 1,
        pkt: 11.into(),
        t: 0.000_552,
        dir: Direction::C2s,
        kind: kind.to_owned().into(),
        flags,
        length: 1085,
        state,
        stream_window: None,
        connection_window: None,
        note: note.to_owned(),
        time: Time(1_700_000_000_000_000_000),
        since: Span(552_000),
    }
}

#[test]
fn a_frame_is_one_line_under_its_header() {
    let frame_line = |line: &FrameLine, look: &Look| {
        let mut written = Vec::new();
        FrameLines::new(*look).write(line, &mut written);
        String::from_utf8(written).unwrap()
    };
    let headers = frame("HEADERS", FlagNames::new(1, 0x05), Some("half_closed_local"), "POST /\u{1b}a\nb");
    let data = FrameLine {
        stream_window: Some(-400),
        connection_window: Some(65_035),
        ..frame("DATA", FlagNames::new(0, 0x48), Some("open"), "")
    };
    let preface = frame("preface", FlagNames::NONE, None, "connection preface");
    let look = Look::default();
    let lines = [frame_line(&headers, &look), frame_line(&data, &look), frame_line(&preface, &look)];
    let told = format!("{}\n{}\n", frame_header(&look), lines.join("\n"));
    golden("frames", &told);
    let utc = frame_line(&headers, &Look { clock: Clock::Utc, ..look });
    assert!(utc.contains("2023-11-14T22:13:20.000000Z"), "{utc}");
}

#[test]
fn a_stream_is_one_line_with_a_column_for_each_state() {
    let mark = |t, by, state| StateMark { pkt: 4.into(), t, by, state };
    let line = StreamLine {
        conn: 0,
        stream: 1,
        opened_by: Side::Client,
        request: "POST /pkg.Service/Method".to_owned(),
        status: Some(200),
        grpc_status: Some(14),
        states: vec![
            mark(0.5, Side::Client, "open"),
            mark(0.5, Side::Client, "half_closed_local"),
            mark(1.5, Side::Server, "closed"),
        ],
        end_stream_pkt: PerSide { client: Some(4.into()), server: None },
        end: "reset_server",
        error_code: Some("CANCEL".to_owned()),
        frames: PerSide { client: 1, server: 2 },
        first_pkt: 4.into(),
        last_pkt: 9.into(),
        connection_s: 2.0,
    };
    let still_open = StreamLine {
        stream: 3,
        states: vec![mark(1.9, Side::Client, "open")],
        end_stream_pkt: PerSide::default(),
        end: "open",
        error_code: None,
        ..line.clone()
    };
    let look = Look::default();
    let lines = [stream_header(&look), stream_line(&line, &look), stream_line(&still_open, &look)];
    golden("streams", &format!("{}\n", lines.join("\n")));
    for states in [Vec::new(), vec![mark(9.0, Side::Client, "open"); 40]] {
        let odd = stream_line(&StreamLine { states, connection_s: 0.0, ..line.clone() }, &look);
        assert!(odd.contains("POST"), "{odd}");
    }
}

#[test]
fn values_are_told_with_acknowledgement_and_successor() {
    let line = SettingLine {
        conn: 0,
        by: Side::Server,
        parameter: Some("INITIAL_WINDOW_SIZE".to_owned()),
        value: Some(65_535),
        pkt: 4.into(),
        t: 0.25,
        upgrade: false,
        acked_pkt: Some(6.into()),
        ack_ms: Some(0.7),
        replaced_pkt: Some(31.into()),
        time: Time(0),
    };
    let none = SettingLine {
        parameter: None,
        value: None,
        acked_pkt: None,
        ack_ms: None,
        replaced_pkt: None,
        ..line.clone()
    };
    golden("settings", &setting_lines(&[line, none], &Look::default()));
}

#[test]
fn an_example_is_told_without_commands_that_need_a_file() {
    let text = example(&judged(hang()), &Look::default());
    assert!(text.contains("pkt 6  20.005 s  C→S  FIN") && !text.contains("tshark"), "{text}");
}

#[test]
fn rules_fit_the_page() {
    let rules = crate::rules::catalog();
    let look = Look::default();
    assert_eq!(too_wide(&rule_table(rules, &look), 80), Vec::<&str>::new());
    for rule in rules {
        let page = rule_page(rule, &look);
        assert_eq!(too_wide(&page, 80), Vec::<&str>::new());
        for text in [rule.code, rule.name, rule.severity.word()] {
            assert!(page.contains(text), "{text} in {page}");
        }
    }
}

#[test]
fn rules_as_markdown_are_a_table_and_as_json_an_array() {
    let rules = crate::rules::catalog();
    let page = rules_as_markdown(rules);
    assert_eq!(page.lines().count(), rules.len() + 2);
    let value: serde_json::Value = serde_json::from_str(&rules_as_json(rules)).unwrap();
    assert_eq!(value.as_array().unwrap().len(), rules.len());
    assert_eq!(value[0]["code"], rules[0].code);
}

#[test]
fn formats_are_read_by_their_words() {
    for format in Format::ALL {
        assert_eq!(Format::read(format.word()).unwrap(), *format);
    }
    assert_eq!(
        Format::read("yaml").unwrap_err().to_string(),
        "unknown format `yaml`; there are text, json, html, ndjson, junit, sarif, github, gitlab, md, csv"
    );
}
