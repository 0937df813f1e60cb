//! The link floor: packets of any link type, tunnels in tunnels, fragments in any order.
#![no_main]

use h2lint::capture::{LinkType, Packet};
use h2lint::link::{Links, decode};
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

/// The link types that are decoded, as tcpdump.org numbers them.
const COMMON: [u32; 16] = [0, 1, 7, 9, 50, 101, 104, 105, 107, 108, 113, 127, 228, 229, 239, 276];

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let mut links = Links::default();
    let kind = match choices.below(20) {
        known if known < COMMON.len() => COMMON[known],
        _ => u32::from(choices.short()),
    };
    let mut number = 0;
    while !choices.is_over() && number < 200 {
        number += 1;
        let time = choices.place().time;
        let data = choices.piece();
        let more = u32::from(choices.octet());
        let original_length = u32::try_from(data.len()).expect("short") + more;
        let packet = Packet {
            input: 0,
            number,
            time,
            link: LinkType(kind),
            data,
            original_length,
            interface: 0,
            record: 24,
        };
        if let Ok(datagram) = links.decode(&packet) {
            assert!(datagram.payload.len() <= 1 << 16);
        }
        let _ = decode(packet.link, data).map(|datagram| datagram.encapsulation.names().count());
    }
    links.finish();
});
