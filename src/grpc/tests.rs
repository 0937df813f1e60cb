//! What the floor says of whole calls, however their octets are cut.

use super::{Call, Calls, Notice, Notices, Shape, Told};
use crate::base::{Origin, PerSide, Piece, Place, Side, Time, to_u64};
use crate::conn::Connection;
use crate::frame::{Decoder, ErrorCode};
use crate::script::{
    Octets, Wire, answer, block, call, continuation, data, finish, headers, message, rst_stream,
};

/// A conversation: who sends what.
type Said = Vec<(Side, Vec<Octets>)>;

const C: Side = Side::Client;
const S: Side = Side::Server;

/// What the floor keeps, and all that it noticed on the way.
fn hear(said: &Said, size: usize) -> (Calls, Vec<Notices>) {
    let (mut connection, mut decoders) = (Connection::default(), PerSide::<Decoder>::default());
    let (mut calls, mut notices) = (Calls::default(), Vec::new());
    let (mut sent, mut pkt) = (PerSide::<u64>::default(), 0);
    for (side, frames) in said {
        let octets: Vec<u8> = frames.iter().flat_map(Octets::octets).collect();
        for bytes in octets.chunks(size) {
            pkt += 1;
            sent[*side] += to_u64(bytes.len());
            let at = Place {
                pkt: pkt.into(),
                time: Time(i64::try_from(pkt).unwrap() * 1_000_000),
                ..Place::default()
            };
            let origin = Origin { at, tcp_end: sent[*side], peer_acked: sent[side.peer()] };
            decoders[*side].push(&Piece::Chunk { bytes, origin }, &mut |output| {
                connection.push(*side, output, &mut |conn, fact| {
                    let brought = calls.hear(&fact, conn);
                    if !brought.is_empty() {
                        notices.push(brought);
                    }
                });
            });
        }
    }
    (calls, notices)
}

/// Ends the stream.
fn last(octets: Octets) -> Octets {
    octets.map(Wire::end_stream)
}

fn messages(contents: &[&[u8]]) -> Vec<u8> {
    contents.iter().flat_map(|content| message(content)).collect()
}

fn shape(said: &Said) -> Shape {
    hear(said, usize::MAX).0.get(1).map(Call::shape).unwrap()
}

#[test]
fn the_same_call_is_heard_however_it_is_cut() {
    let (asked, answered) = (messages(&[b"one", &[7; 400]]), messages(&[b"", b"two"]));
    let said = vec![
        (C, vec![call(1, &[("grpc-timeout", "5S")]), data(1, &asked[..7]), last(data(1, &asked[7..]))]),
        (
            S,
            vec![
                answer(1, &[]),
                data(1, &answered[..2]).map(|frame| frame.padded(9, 0)),
                data(1, &answered[2..]),
            ],
        ),
        (S, vec![finish(1, "5", &[("grpc-message", "no%20such")])]),
    ];
    for size in (1..40).chain([usize::MAX]) {
        let (calls, notices) = hear(&said, size);
        let call = calls.get(1).unwrap();
        let [up, down] = Side::BOTH.map(|side| &call.sides[side].messages);
        assert_eq!((up.count, up.octets, up.missing()), (2, 403, 0), "by {size}");
        assert_eq!((down.count, down.octets, down.missing()), (2, 3, 0), "by {size}");
        assert_eq!(call.status(), Some((Told::Trailers, &b"5"[..])));
        assert_eq!(call.message().as_deref(), Some("no such"));
        assert_eq!(call.method(), Some(("pkg.Greeter", "Hello")));
        assert_eq!(notices.len(), 1, "by {size}: {notices:?}");
        assert!(notices[0].has(Notice::Failed));
    }
}

#[test]
fn nothing_is_noticed_about_calls_as_they_should_be() {
    let fine = |stream| {
        vec![
            (C, vec![call(stream, &[("grpc-accept-encoding", "gzip")]), last(data(stream, &message(b"hi")))]),
            (
                S,
                vec![
                    answer(stream, &[("grpc-encoding", "gzip")]),
                    data(stream, &message(b"ho")),
                    finish(stream, "0", &[]),
                ],
            ),
        ]
    };
    let (calls, notices) = hear(&[fine(1), fine(3), fine(5)].concat(), usize::MAX);
    assert_eq!((calls.count, notices), (3, Vec::new()));
}

#[test]
fn the_shape_of_a_call_is_told_by_its_messages() {
    let (one, three) = (message(b"x"), messages(&[b"x", b"y", b"z"]));
    let talk = |asked: &[u8], answered: &[u8]| -> Said {
        let answer = vec![answer(1, &[]), data(1, answered), finish(1, "0", &[])];
        vec![(C, vec![call(1, &[]), last(data(1, asked))]), (S, answer)]
    };
    assert_eq!(shape(&talk(&one, &one)), Shape::Unary);
    assert_eq!(shape(&talk(&three, &one)), Shape::ClientStreaming);
    assert_eq!(shape(&talk(&one, &three)), Shape::ServerStreaming);
    assert_eq!(shape(&talk(&three, &three)), Shape::BidiStreaming);
    let in_turns = vec![
        (C, vec![call(1, &[]), data(1, &one)]),
        (S, vec![answer(1, &[]), data(1, &one)]),
        (C, vec![data(1, &one)]),
    ];
    assert_eq!(shape(&in_turns), Shape::BidiStreaming);
    let refused = vec![
        (C, vec![call(1, &[]), last(data(1, &one))]),
        (S, vec![last(answer(1, &[("grpc-status", "7")]))]),
    ];
    assert_eq!(shape(&refused), Shape::Unknown);
}

#[test]
fn a_status_is_found_wherever_it_stands() {
    let told = |answer: Vec<Octets>| {
        let (calls, _) = hear(&vec![(C, vec![last(call(1, &[]))]), (S, answer)], usize::MAX);
        calls.get(1).unwrap().status().map(|(told, _)| told)
    };
    assert_eq!(told(vec![answer(1, &[]), finish(1, "0", &[])]), Some(Told::Trailers));
    assert_eq!(told(vec![last(answer(1, &[("grpc-status", "5")]))]), Some(Told::TrailersOnly));
    assert_eq!(told(vec![answer(1, &[("grpc-status", "5")]), data(1, b"")]), Some(Told::Early));
    assert_eq!(told(vec![last(answer(1, &[]))]), None);
    let first = last(headers(1, &[])).map(Wire::unfinished);
    let rest = continuation(1, &block(&[("grpc-status", "0")]));
    assert_eq!(told(vec![answer(1, &[]), first, rest]), Some(Told::Trailers));
}

#[test]
fn the_first_reset_counts_and_none_behind_the_status() {
    let reset = |code| rst_stream(1, code);
    let count = |answer: Vec<Octets>| {
        let (_, notices) = hear(&vec![(C, vec![call(1, &[])]), (S, answer)], usize::MAX);
        notices.iter().filter(|notices| notices.has(Notice::Reset)).count()
    };
    assert_eq!(count(vec![reset(ErrorCode::CANCEL), reset(ErrorCode::CANCEL)]), 1);
    assert_eq!(count(vec![last(answer(1, &[("grpc-status", "0")])), reset(ErrorCode::NO_ERROR)]), 0);
}

#[test]
fn closed_calls_are_forgotten_in_time() {
    let calls = (0..2_000_u32).map(|turn| 2 * turn + 1);
    let said: Said = calls
        .flat_map(|stream| {
            [(C, vec![last(call(stream, &[]))]), (S, vec![last(answer(stream, &[("grpc-status", "0")]))])]
        })
        .collect();
    let (calls, _) = hear(&said, usize::MAX);
    assert_eq!((calls.count, calls.all().len()), (2_000, crate::limits::MAX_CLOSED_CALLS));
    assert!(calls.get(1).is_none() && calls.get(3_999).is_some());
}
