//! Connections: frames of both sides in any order and state, with gRPC calls on top, and every kind of fact asked for.
#![no_main]

use h2lint::base::{LossKind, PerSide, Piece, Side};
use h2lint::conn::{Connection, Fact, Interest};
use h2lint::frame::Decoder;
use h2lint::grpc::Calls;
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let late = choices.below(4) == 0;
    let decoder = |_| if late { Decoder::joined_late() } else { Decoder::default() };
    let mut decoders = PerSide::from_fn(decoder);
    let (mut connection, mut calls) = (Connection::new(Interest::ALL), Calls::default());
    let (mut sent, mut known) = (PerSide::<u64>::default(), PerSide::<u64>::default());
    let mut hear = |connection: &Connection, fact: Fact<'_>| {
        calls.hear(&fact, connection);
    };
    while !choices.is_over() {
        let side = choices.side();
        if choices.below(3) > 0 {
            known[side] = sent[side.peer()];
        }
        let missing = u64::from(choices.octet() / 250) * 50;
        let bytes = choices.piece();
        sent[side] += missing;
        let before = choices.origin(sent[side], known[side]);
        sent[side] += bytes.len() as u64;
        let origin = choices.origin(sent[side], known[side]);
        let gap = Piece::Gap { length: missing, loss: LossKind::Captured, origin: before };
        for piece in
            [(missing > 0).then_some(gap), Some(Piece::Chunk { bytes, origin })].into_iter().flatten()
        {
            decoders[side].push(&piece, &mut |output| connection.push(side, output, &mut hear));
        }
    }
    for side in Side::BOTH {
        decoders[side].finish(&mut |output| connection.push(side, output, &mut hear));
    }
    let end = choices.origin(sent.client, sent.server);
    connection.finish(end, &mut hear);
});
