//! The capture reader: pcap, pcapng and compressed ones, in reads of any size. Every record lies in the file, and reading ends.
#![no_main]

use std::io::Read;

use h2lint::capture::{Reader, Record};
use libfuzzer_sys::fuzz_target;

/// Reads of at most so many octets.
struct Short<'a>(&'a [u8], usize);

impl Read for Short<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = self.1.min(into.len());
        self.0.read(&mut into[..most])
    }
}

fn records(reader: &mut Reader<impl Read>) -> Vec<(u64, usize)> {
    let mut found = Vec::new();
    while let Ok(Some(record)) = reader.next() {
        match record {
            Record::Packet(packet) => found.push((packet.number, packet.data.len())),
            Record::Secrets(text) | Record::Comment { text, .. } => found.push((0, text.len())),
        }
    }
    found
}

fuzz_target!(|octets: &[u8]| {
    let Ok(mut whole) = Reader::new(octets, "fuzz") else { return };
    let found = records(&mut whole);
    // Packets that lie about their length have a number, and are not delivered.
    assert!(found.iter().filter(|(number, _)| *number > 0).count() as u64 <= whole.facts().packets);
    if octets.len() < 4_096 {
        let mut short = Reader::new(Short(octets, 7), "fuzz").expect("the same octets");
        assert_eq!(records(&mut short), found, "the size of reads changes what is read");
    }
});
