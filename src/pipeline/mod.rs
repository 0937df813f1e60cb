//! Joins the floors: a capture goes in, a report comes out. Nobody else knows the whole building.
//!
//! [`analyze`] reads one capture; [`Analyzer`] takes packets from anywhere. One pass, no clock, the same report every time.

mod analyzer;
mod calls;
mod collector;
mod conclusion;
mod early;
mod hidden;
mod listing;
mod opening;
mod rows;
mod session;
mod upper;

use std::io::Read;
use std::path::Path;

pub use analyzer::{Analyzer, Seen, Wishes};

use crate::base::Place;
use crate::capture::{Compression, FileFacts, Format, Packet, Reader, Record};
use crate::error::Error;
use crate::finding::{Input, Keys, Report};

/// Analyzes a capture file; `-` is standard input. `observe` hears every fact, in the order of the packets.
///
/// # Errors
///
/// When the file cannot be opened or is no capture. What is wrong inside a capture is in the report.
pub fn analyze(
    path: &Path,
    wishes: &Wishes,
    observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
) -> Result<Report, Error> {
    run(Reader::open(path)?, &path.display().to_string(), wishes, observe)
}

/// Analyzes a capture in memory.
///
/// # Errors
///
/// As [`analyze`].
pub fn analyze_octets(
    name: &str,
    octets: &[u8],
    wishes: &Wishes,
    observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
) -> Result<Report, Error> {
    run(Reader::new(octets, name)?, name, wishes, observe)
}

fn run<R: Read>(
    mut reader: Reader<R>,
    name: &str,
    wishes: &Wishes,
    observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
) -> Result<Report, Error> {
    let mut analyzer = Analyzer::new(*wishes);
    let mut failure = None;
    loop {
        match reader.next() {
            Ok(Some(Record::Packet(packet))) => analyzer.push(&packet, observe),
            Ok(Some(Record::Secrets(_) | Record::Comment { .. })) => {}
            Ok(None) => break,
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let input = input(name, reader.facts(), failure.map(|error| error.to_string()));
    let truncated = reader.facts().truncated_tail.as_ref().map(ToString::to_string);
    let mut report = analyzer.finish(input, truncated, observe);
    report.coverage.blind_spots.extend(hidden::damaged(reader.facts()));
    Ok(report)
}

fn input(name: &str, facts: &FileFacts, error: Option<String>) -> Input {
    let stamp = |time: Option<crate::base::Time>| time.map(|time| rows::stamp(time, facts.nanoseconds));
    let damage = facts.damage_in_words();
    Input {
        path: name.to_owned(),
        format: Some(match facts.format {
            Format::Pcap => "pcap",
            Format::Pcapng => "pcapng",
        }),
        compression: facts.compression.map(Compression::word),
        linktypes: facts.link_types.iter().map(ToString::to_string).collect(),
        packets: facts.packets,
        bytes: facts.octets,
        first: stamp(facts.first),
        last: stamp(facts.last),
        truncated_tail: facts.truncated_tail.is_some(),
        sha256: None,
        error: error.or(damage),
        keys: Keys::default(),
    }
}

/// The place of a packet record.
pub(crate) const fn place(packet: &Packet<'_>) -> Place {
    Place { pkt: packet.number, time: packet.time, record: packet.record }
}
