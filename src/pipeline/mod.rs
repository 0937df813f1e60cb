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
use std::path::{Path, PathBuf};

pub use analyzer::{Analyzer, Seen, Wishes};

use crate::capture::{Compression, FileFacts, Format, Joined, Reader, by_first_packet};
use crate::error::Error;
use crate::finding::{Input, Keys, Report};

/// Analyzes a capture file; `-` is standard input. Several files are read as one capture, in the order of their first packets: connections
/// span them. `observe` hears every fact, in the order of the packets.
///
/// # Errors
///
/// When no file can be opened, or none is a capture. What is wrong inside a capture, and a file among several that cannot be read, is
/// in the report.
pub fn analyze(
    paths: &[PathBuf],
    wishes: &Wishes,
    observe: &mut (impl FnMut(Seen<'_>) + ?Sized),
) -> Result<Report, Error> {
    let mut paths = paths.to_vec();
    if paths.len() > 1 && !paths.iter().any(|path| path == Path::new("-")) {
        paths = by_first_packet(paths);
    }
    let mut joined = Joined::new(paths);
    let mut analyzer = Analyzer::new(*wishes);
    let mut failures: Vec<Option<Error>> = Vec::new();
    loop {
        match joined.next() {
            Ok(Some(record)) => analyzer.record(&record, observe),
            Ok(None) => break,
            Err(error) => {
                failures.resize_with(joined.inputs().count(), || None);
                if let Some(last) = failures.last_mut() {
                    *last = Some(error);
                }
            }
        }
    }
    let opened = joined.inputs().any(|(_, facts)| facts.is_some());
    if !opened && let Some(error) = failures.iter_mut().find_map(Option::take) {
        return Err(error);
    }
    failures.resize_with(joined.inputs().count(), || None);
    let inputs: Vec<Input> = joined
        .inputs()
        .zip(&failures)
        .map(|((path, facts), failure)| {
            let failure = failure.as_ref().map(ToString::to_string);
            let name = path.display().to_string();
            facts.map_or_else(
                || unreadable(&name, failure.as_deref()),
                |facts| input(&name, facts, failure.clone()),
            )
        })
        .collect();
    let cut: Vec<String> =
        joined.inputs().filter_map(|(_, facts)| Some(facts?.truncated_tail.as_ref()?.to_string())).collect();
    Ok(analyzer.finish(inputs, (!cut.is_empty()).then(|| cut.join("; ")), observe))
}

/// Where a file ends inside a record; among several its name stands before it.
fn cut(path: &Path, facts: &FileFacts, several: bool) -> Option<String> {
    let place = facts.truncated_tail.as_ref()?;
    Some(if several { format!("{}: {place}", path.display()) } else { place.to_string() })
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
    let failure = loop {
        match reader.next() {
            Ok(Some(record)) => analyzer.record(&record, observe),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    let input = input(name, reader.facts(), failure);
    let truncated = reader.facts().truncated_tail.as_ref().map(ToString::to_string);
    Ok(analyzer.finish(vec![input], truncated, observe))
}

fn input(name: &str, facts: &FileFacts, error: Option<String>) -> Input {
    let stamp = |time: Option<crate::base::Time>| time.map(|time| rows::stamp(time, facts.nanoseconds));
    let damage = facts.damage.first().map(ToString::to_string);
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

/// A file among several that could not be read.
fn unreadable(name: &str, error: Option<&str>) -> Input {
    Input {
        path: name.to_owned(),
        format: None,
        compression: None,
        linktypes: Vec::new(),
        packets: 0,
        bytes: 0,
        first: None,
        last: None,
        truncated_tail: false,
        sha256: None,
        error: error.map(str::to_owned),
        keys: Keys::default(),
    }
}
