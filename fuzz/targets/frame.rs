//! Frames: octets in pieces of any size, with gaps, from the beginning and joined late. However they are cut, the frames are the same.
#![no_main]

use h2lint::base::{LossKind, Origin, Piece};
use h2lint::frame::{Decoder, Header, Output};
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

fn headers(pieces: &[&[u8]]) -> Vec<Header> {
    let (mut decoder, mut found, mut end) = (Decoder::default(), Vec::new(), 0);
    for bytes in pieces {
        end += bytes.len() as u64;
        let origin = Origin { tcp_end: end, ..Origin::default() };
        decoder.push(&Piece::Chunk { bytes, origin }, &mut |output| {
            if let Output::End { header, .. } | Output::Whole { header, .. } = output {
                found.push(*header);
            }
        });
    }
    found
}

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let mut decoder = if choices.below(2) == 0 { Decoder::default() } else { Decoder::joined_late() };
    let (mut pieces, mut end) = (Vec::new(), 0);
    while !choices.is_over() {
        let missing = u64::from(choices.octet() / 240) * 100;
        end += missing;
        let origin = choices.origin(end, 0);
        if missing > 0 {
            let gap = Piece::Gap { length: missing, loss: LossKind::Captured, origin };
            decoder.push(&gap, &mut |_| {});
        }
        let bytes = choices.piece();
        pieces.push(bytes);
        end += bytes.len() as u64;
        let origin = choices.origin(end, 0);
        decoder.push(&Piece::Chunk { bytes, origin }, &mut |_| {});
    }
    decoder.finish(&mut |_| {});
    assert_eq!(headers(&pieces), headers(&[&pieces.concat()]), "cutting changes the frames");
});
