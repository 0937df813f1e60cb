//! TCP: segments in any order, with any numbers. Octets are passed or told missing, each once and in order.
#![no_main]

use h2lint::base::Piece;
use h2lint::tcp::{Connection, Direction, Flags, Output, PerDirection, Segment};
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

static OCTETS: [u8; 4_096] = [0x5a; 4_096];

fn segment(choices: &mut Choices<'_>) -> Segment<'static> {
    let number = |choices: &mut Choices<'_>| match choices.below(8) {
        0 => choices.word(),
        _ => u32::from(choices.short()) << 2,
    };
    let kept = usize::from(choices.short()) % OCTETS.len();
    Segment {
        source_port: 40_001,
        destination_port: 80,
        sequence: number(choices),
        acknowledgement: number(choices),
        flags: Flags(choices.octet()),
        window: u16::from(choices.octet()),
        payload: &OCTETS[..kept],
        length: kept as u64 + u64::from(choices.octet() / 200) * 700,
        checksum: choices.short(),
        ttl: 64,
        largest: None,
        identification: std::num::NonZeroU16::new(u16::from(choices.octet())),
        at: choices.place(),
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let (mut connection, mut reached) = (Connection::default(), PerDirection::<u64>::default());
    let mut hear = |direction: Direction, output: Output<'_>| {
        let (length, origin) = match output {
            Output::Piece(Piece::Chunk { bytes, origin }) => (bytes.len() as u64, origin),
            Output::Piece(Piece::Gap { length, origin, .. }) => (length, origin),
            Output::Signal(..) => return,
        };
        reached[direction] += length;
        assert_eq!(reached[direction], origin.tcp_end, "octets passed twice, or not told");
    };
    while !choices.is_over() {
        let direction = [Direction::Forward, Direction::Backward][choices.below(2)];
        let segment = segment(&mut choices);
        connection.push(direction, &segment, &mut hear);
    }
    connection.finish(&mut hear);
});
