//! The frame decoder: however the octets are cut, gaps included, the frames are the same.

use super::{Decoder, Output, PREFACE};
use crate::base::{LossKind, Origin, Piece, to_u64};

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("short");
    let mut octets = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
    octets.extend_from_slice(payload);
    octets
}

fn chunk(bytes: &[u8], end: usize) -> Piece<'_> {
    Piece::Chunk { bytes, origin: Origin { tcp_end: to_u64(end), ..Origin::default() } }
}

fn gap(length: u64) -> Piece<'static> {
    Piece::Gap { length, loss: LossKind::Captured, origin: Origin::default() }
}

/// Everything the decoder says about `stream`, cut after every `step` octets; DATA content is joined.
fn said(stream: &[u8], step: usize) -> Vec<String> {
    let mut decoder = Decoder::default();
    let (mut lines, mut content) = (Vec::new(), Vec::new());
    for (turn, bytes) in stream.chunks(step).enumerate() {
        decoder.push(&chunk(bytes, turn * step + bytes.len()), &mut |output| match output {
            Output::Data { content: octets, .. } => content.extend_from_slice(octets),
            Output::Start { header, start } => lines.push(format!("start {header:?} at {}", start.tcp_end)),
            Output::Whole { header, content, payload, start, end } => {
                lines.push(format!("start {header:?} at {}", start.tcp_end));
                lines.push(format!("end {payload:?} {content:?} at {}", end.tcp_end));
            }
            Output::End { payload, end, .. } => {
                lines.push(format!("end {payload:?} {content:?} at {}", end.tcp_end));
                content.clear();
            }
            other => lines.push(format!("{other:?}")),
        });
    }
    lines
}

#[test]
fn however_the_stream_is_cut_the_frames_are_the_same() {
    let mut stream = frame(4, 0, 0, &[0, 4, 0, 0, 0, 9]);
    stream.extend(frame(0, 8, 1, &[2, b'a', b'b', 0, 0]));
    stream.extend(frame(0, 1, 1, b""));
    stream.extend(frame(0x77, 0xff, 9, b"extension"));
    let whole = said(&stream, stream.len());
    assert_eq!(whole.len(), 8);
    for step in 1..stream.len() {
        assert_eq!(said(&stream, step), whole, "cut every {step} octets");
    }
}

/// What is said of frames' beginnings and ends, where what can be passed over is, or is not.
fn said_of_ends(stream: &[u8], step: usize, passes: bool) -> Vec<String> {
    let (mut decoder, mut lines, mut passed) = (Decoder::default(), Vec::new(), 0);
    for (turn, bytes) in stream.chunks(step).enumerate() {
        if passes && decoder.passes(bytes.len()) {
            passed += 1;
            continue;
        }
        decoder.push(&chunk(bytes, turn * step + bytes.len()), &mut |output| match output {
            Output::Data { .. } => {}
            Output::Start { header, start } => lines.push(format!("start {header:?} at {}", start.tcp_end)),
            Output::Whole { header, payload, start, end, .. } => {
                lines.push(format!("start {header:?} at {}", start.tcp_end));
                lines.push(format!("end {payload:?} at {}", end.tcp_end));
            }
            Output::End { payload, end, .. } => lines.push(format!("end {payload:?} at {}", end.tcp_end)),
            other => lines.push(format!("{other:?}")),
        });
    }
    assert!(!passes || step > 8 || passed > 10, "{passed}");
    lines
}

#[test]
fn content_that_is_passed_over_leaves_beginnings_and_ends_as_they_are() {
    let mut stream = frame(0, 0, 1, &[7; 100]);
    stream.extend(frame(0, 8, 1, &[[20_u8].as_slice(), &[7; 60], &[0; 20]].concat()));
    stream.extend(frame(0, 8, 1, &[[0_u8].as_slice(), &[7; 60]].concat()));
    stream.extend(frame(8, 0, 0, &[0, 0, 0, 9]));
    stream.extend(frame(0, 1, 1, &[7; 30]));
    for step in 1..stream.len() {
        assert_eq!(said_of_ends(&stream, step, true), said_of_ends(&stream, step, false), "{step}");
    }
}

#[test]
fn data_with_padding_as_long_as_the_payload_is_malformed() {
    let lines = said(&frame(0, 8, 1, &[5, 0, 0, 0, 0]), 3);
    assert!(lines[1].contains("Padding { claimed: 5, room: 4 }"), "{lines:?}");
}

#[test]
fn a_gap_inside_data_is_stepped_over_and_counted() {
    let mut decoder = Decoder::default();
    let stream = [frame(0, 0, 1, b"abcdef"), frame(6, 0, 0, b"12345678")].concat();
    let mut ends = Vec::new();
    let mut note = |output: Output<'_>| {
        if let Output::End { payload, .. } | Output::Whole { payload, .. } = output {
            ends.push(format!("{payload:?}"));
        }
    };
    decoder.push(&chunk(&stream[..11], 11), &mut note);
    decoder.push(&gap(4), &mut note);
    decoder.push(&chunk(&stream[15..], stream.len()), &mut note);
    assert_eq!(ends.len(), 2);
    assert!(ends[0].contains("missing: 4"), "{ends:?}");
    assert!(ends[1].starts_with("Ping"), "{ends:?}");
}

#[test]
fn a_gap_over_a_frame_boundary_loses_synchronisation() {
    let mut decoder = Decoder::default();
    let mut lost = 0;
    let stream = frame(0, 0, 1, b"abc");
    decoder.push(&chunk(&stream[..10], 10), &mut |_| {});
    decoder.push(&gap(3), &mut |output| lost += u32::from(matches!(output, Output::Lost { .. })));
    assert_eq!(lost, 1);
    assert!(!decoder.synchronised());
}

#[test]
fn behind_a_gap_the_next_chain_of_frames_is_found_and_read() {
    let mut decoder = Decoder::default();
    let frames = [frame(6, 0, 0, &[1; 8]), frame(6, 0, 0, &[2; 8]), frame(6, 1, 0, &[1; 8])].concat();
    let mut said = Vec::new();
    let mut note = |output: Output<'_>| match output {
        Output::Lost { .. } => said.push("lost".to_owned()),
        Output::Resynchronised { skipped, .. } => said.push(format!("found behind {skipped}")),
        Output::End { payload, .. } | Output::Whole { payload, .. } => said.push(format!("{payload:?}")),
        _ => {}
    };
    decoder.push(&gap(100), &mut note);
    decoder.push(&chunk(b"tail of a payload", 117), &mut note);
    decoder.push(&chunk(&frames, 117 + frames.len()), &mut note);
    assert_eq!(said[..3], ["lost", "found behind 17", "Ping([1, 1, 1, 1, 1, 1, 1, 1])"]);
    assert_eq!(said.len(), 5);
}

#[test]
fn frames_found_inside_a_payload_are_given_up_where_the_payload_ends() {
    let inner = [frame(6, 0, 0, &[1; 8]), frame(6, 0, 0, &[2; 8]), frame(6, 1, 0, &[1; 8])].concat();
    let outer = [inner, b"and so on".to_vec()].concat();
    let frames = [frame(8, 0, 0, &[0, 0, 0, 9]), frame(4, 1, 0, b""), frame(6, 1, 0, &[3; 8])].concat();
    for step in [1, 7, 1000] {
        let mut decoder = Decoder::default();
        let mut said = Vec::new();
        let mut note = |output: Output<'_>| match output {
            Output::Lost { .. } => said.push("lost"),
            Output::Resynchronised { .. } => said.push("found"),
            Output::End { header, .. } | Output::Whole { header, .. } => {
                said.push(header.kind.name().unwrap_or("?"))
            }
            _ => {}
        };
        decoder.push(&gap(100), &mut note);
        for bytes in [outer.clone(), frames.clone()].concat().chunks(step) {
            decoder.push(&chunk(bytes, 0), &mut note);
        }
        let inner = ["lost", "found", "PING", "PING", "PING", "lost", "found"];
        assert_eq!(said, [&inner[..], &["WINDOW_UPDATE", "SETTINGS", "PING"]].concat(), "cut every {step}");
    }
}

#[test]
fn a_second_preface_at_a_frame_boundary_is_seen_and_frames_go_on_behind_it() {
    let stream = [frame(4, 0, 0, b""), PREFACE.to_vec(), frame(4, 1, 0, b"")].concat();
    let lines = said(&stream, 5);
    assert!(lines[2].starts_with("Preface"), "{lines:?}");
    assert_eq!(lines.len(), 5);
}

#[test]
fn the_frame_that_the_end_cuts_is_known() {
    let mut decoder = Decoder::default();
    decoder.push(&chunk(&frame(0, 0, 1, b"abcdef")[..12], 12), &mut |_| {});
    let (header, left) = decoder.unfinished().expect("inside a frame");
    assert_eq!((header.map(|h| h.length), left), (Some(6), 3));
}
