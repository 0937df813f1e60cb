//! The bare walk over the records of a capture, with the reader of h2lint's capture floor and nothing else: what reading alone costs.
//! `benches/run` compares with it: `walk FILE` prints packets and octets.

#![allow(missing_docs, clippy::print_stdout, clippy::arithmetic_side_effects)]

use std::path::Path;

use h2lint::capture::{Reader, Record};
use h2lint::error::Error;

fn main() -> Result<(), Error> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "-".to_string());
    let mut reader = Reader::open(Path::new(&path))?;
    let (mut packets, mut octets) = (0_u64, 0);
    while let Some(record) = reader.next()? {
        if let Record::Packet(packet) = record {
            packets += 1;
            octets += packet.data.len();
        }
    }
    println!("{packets} packets, {octets} octets");
    Ok(())
}
