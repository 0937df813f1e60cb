//! HPACK: field blocks one after another, with tables of any size, whole and joined late. What was decoded can be encoded, and is the
//! same when decoded again; the table keeps to its size.
#![no_main]

use h2lint::hpack::{Decoder, Encoder, Text};
use h2lint::limits;
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

fn known(text: &Text<'_>) -> Option<Vec<u8>> {
    match text {
        Text::Known(octets) => Some(octets.to_vec()),
        Text::Unknown { .. } => None,
    }
}

fn fields(decoder: &mut Decoder, block: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let (mut all, mut whole, mut size) = (Vec::new(), true, 0);
    let read = decoder.decode(block, &mut |field| {
        size += field.size();
        match (known(&field.name), known(&field.value)) {
            (Some(name), Some(value)) => all.push((name, value)),
            _ => whole = false,
        }
    });
    assert!(size <= limits::MAX_DECODED_BLOCK + u64::from(limits::MAX_DYNAMIC_TABLE), "{size} octets");
    (whole && read.error.is_none()).then_some(all)
}

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let mut decoder = if choices.below(4) == 0 { Decoder::joined_late() } else { Decoder::new() };
    let mut turn = 0;
    while !choices.is_over() && turn < 64 {
        turn += 1;
        match choices.below(12) {
            0 => decoder.set_limit(choices.word()),
            1 => decoder.require_update(u32::from(choices.short())),
            2 => decoder.lose(),
            _ => {}
        }
        let block = choices.piece();
        let repeats = decoder.repeats(block);
        let read = fields(&mut decoder, block);
        assert!(decoder.size() <= limits::MAX_DYNAMIC_TABLE);
        let sum: usize = decoder.table().map(|entry| entry.size as usize).sum();
        assert_eq!(sum, decoder.size() as usize);
        if let Some(read) = read.filter(|_| !repeats) {
            let mut encoder = Encoder::new();
            read.iter().for_each(|(name, value)| {
                encoder.field(name, value);
            });
            assert_eq!(fields(&mut Decoder::new(), encoder.octets()), Some(read));
        }
    }
});
