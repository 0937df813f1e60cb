//! Capture files in, report out: one file, octets in memory, or several files as one capture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::analyzer::Analyzer;
use super::crew::Crew;
use super::hidden;
use super::rows::stamp;
use super::wishes::Wishes;
use crate::base::{Time, to_index};
use crate::capture::{
    Compression, FileFacts, Format, Joined, ReadBlock, Reader, Record, Records, by_first_packet,
    embedded_secrets, key_log, key_logs_beside, size,
};
use crate::error::Error;
use crate::finding::{Input, Keys, Notice, Report};
use crate::limits::LEAST_SHARED;
use crate::tls::KeyLog;
use crate::views::Observed;

/// The source of keys that a capture carries itself.
pub(super) const EMBEDDED: &str = "embedded";

/// Analyzes a capture file; `-` is standard input. Several files are read as one capture, in the order of their first packets:
/// connections span them. Keys are those in `keys`, in the captures themselves, and in key logs beside them. `observe` hears every
/// fact, in the order of the packets.
///
/// # Errors
///
/// When no file can be opened, or none is a capture. What is wrong inside a capture, and a file among several that cannot be read,
/// is in the report.
pub fn analyze(
    paths: &[PathBuf],
    wishes: &Wishes,
    keys: KeyLog,
    observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
) -> Result<Report, Error> {
    analyze_with_keys(paths, wishes, keys, observe).map(|(report, _)| report)
}

/// As [`analyze`], with all the keys that were found.
///
/// # Errors
///
/// As [`analyze`].
pub fn analyze_with_keys(
    paths: &[PathBuf],
    wishes: &Wishes,
    keys: KeyLog,
    observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
) -> Result<(Report, KeyLog), Error> {
    read(paths, wishes, keys, |keys, _| Work::Watched(Box::new(Analyzer::new(*wishes, keys)), observe))
}

/// As [`analyze_with_keys`] without anybody who observes, on as many threads as are wished for, besides this one which reads. The report
/// is the same. Short captures are not worth threads.
///
/// # Errors
///
/// As [`analyze`].
pub fn judge(paths: &[PathBuf], wishes: &Wishes, keys: KeyLog) -> Result<(Report, KeyLog), Error> {
    let threads = wishes.threads;
    // Whose a fragment is, only one thread tells.
    let shared = threads > 1 && wishes.limit_fragments == 0;
    read(paths, wishes, keys, |keys, octets| {
        let keys = Arc::new(keys);
        let crew = (shared && octets >= LEAST_SHARED).then(|| Crew::hire(*wishes, &keys, threads)).flatten();
        let alone = || {
            Work::Watched(Box::new(Analyzer::new(*wishes, Arc::unwrap_or_clone(keys))), |_: Observed<'_>| {})
        };
        crew.map_or_else(alone, |crew| Work::Shared(Box::new(crew)))
    })
}

/// Who analyzes what is read.
enum Work<O: FnMut(Observed<'_>)> {
    Watched(Box<Analyzer>, O),
    Shared(Box<Crew>),
}

impl<O: FnMut(Observed<'_>)> Work<O> {
    fn record(&mut self, record: &Record<'_>, block: &ReadBlock) {
        match self {
            Self::Watched(analyzer, observe) => analyzer.record(record, observe),
            Self::Shared(crew) => crew.record(record, block),
        }
    }

    fn finish(self, inputs: Vec<Input>, truncated: Option<String>) -> (Report, KeyLog) {
        match self {
            Self::Watched(analyzer, mut observe) => {
                analyzer.finish_with_keys(inputs, truncated, &mut observe)
            }
            Self::Shared(crew) => crew.finish(inputs, truncated),
        }
    }
}

/// Reads captures for those whom `begin` calls, given the keys and how many octets there are.
fn read<O: FnMut(Observed<'_>)>(
    paths: &[PathBuf],
    wishes: &Wishes,
    mut keys: KeyLog,
    begin: impl FnOnce(KeyLog, u64) -> Work<O>,
) -> Result<(Report, KeyLog), Error> {
    let mut notices = Vec::new();
    for path in paths {
        gather(path, &mut keys, &mut notices);
    }
    let mut paths = paths.to_vec();
    if paths.len() > 1 && !paths.iter().any(|path| path == Path::new("-")) {
        paths = by_first_packet(paths);
    }
    let octets = paths.iter().map(|path| size(path)).fold(0, u64::saturating_add);
    let mut work = begin(keys, octets);
    let mut joined = Joined::new(paths).within(wishes.timeout);
    let mut failures: BTreeMap<usize, Error> = BTreeMap::new();
    loop {
        match joined.next_in_block() {
            Ok(Some((ref record, block))) => work.record(record, block),
            Ok(None) => break,
            Err(error) => _ = failures.insert(joined.inputs().count(), error),
        }
    }
    let unopened = joined.inputs().all(|(_, facts)| facts.is_none());
    if unopened && let Some((_, error)) = failures.pop_first() {
        return Err(error);
    }
    let inputs = (1..).zip(joined.inputs()).map(|(number, (path, facts))| {
        let failure = failures.get(&number).map(Error::cause);
        input(&path.display().to_string(), facts, failure)
    });
    let inputs: Vec<Input> = inputs.collect();
    let several = inputs.len() > 1;
    let cuts: Vec<String> = joined.inputs().filter_map(|(path, facts)| cut(path, facts?, several)).collect();
    let (mut report, keys) = work.finish(inputs, (!cuts.is_empty()).then(|| cuts.join("; ")));
    report.notices.extend(notices);
    let spots = (0..).zip(joined.inputs()).filter_map(|(input, (_, facts))| hidden::damaged(input, facts?));
    report.coverage.blind_spots.extend(spots);
    if wishes.measures {
        measure(&mut report);
    }
    Ok((report, keys))
}

/// Says how long the records are that findings name.
fn measure(report: &mut Report) {
    let mut files: BTreeMap<u64, Option<Records>> = BTreeMap::new();
    let Report { inputs, findings, .. } = report;
    let mut shown: Vec<_> = findings.iter_mut().flat_map(|finding| &mut finding.evidence).collect();
    shown.sort_unstable_by_key(|evidence| evidence.pkt);
    for evidence in shown {
        let input = evidence.input.unwrap_or(evidence.pkt.input());
        let open = || Records::open(Path::new(&inputs.get(to_index(input))?.path));
        let Some(offset) = evidence.file_offset else { continue };
        let file = files.entry(input).or_insert_with(open);
        evidence.file_length = file.as_mut().and_then(|file| file.length(offset));
    }
}

/// Takes the keys that a capture carries, and those in key logs beside it.
fn gather(path: &Path, keys: &mut KeyLog, notices: &mut Vec<Notice>) {
    if let Ok(secrets) = embedded_secrets(path)
        && !secrets.is_empty()
    {
        keys.add(EMBEDDED, &secrets);
    }
    for beside in key_logs_beside(path) {
        match add_keys(keys, &beside) {
            Ok(notice) => notices.extend(notice),
            Err(error) => notices.push(Notice { kind: "keys_not_used", text: error.to_string() }),
        }
    }
}

/// Takes the lines of a key log, and says what is wrong with it, if anything is.
///
/// # Errors
///
/// When it cannot be read.
pub fn add_keys(keys: &mut KeyLog, path: &Path) -> Result<Option<Notice>, Error> {
    let source = path.display().to_string();
    let mut lines = keys.lines(&source);
    key_log(path, &mut |line| lines.add(line))?;
    let bad = lines.bad();
    let Some(first) = bad.first() else { return Ok(None) };
    let others = match bad.len().saturating_sub(1) {
        0 => String::new(),
        1 => " (and 1 more line)".to_owned(),
        others => format!(" (and {others} more lines)"),
    };
    let help = if keys.is_empty() {
        "; no key was read: a key log holds lines such as CLIENT_RANDOM 0123… 4567…"
    } else {
        ""
    };
    let text = format!("{source}, line {}: {}{others}{help}", first.number, first.why.word());
    Ok(Some(Notice { kind: "keys_not_used", text }))
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
    observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
) -> Result<Report, Error> {
    let mut reader = Reader::new(octets, name)?;
    let mut analyzer = Analyzer::new(*wishes, KeyLog::new());
    let failure = loop {
        match reader.next() {
            Ok(Some(record)) => analyzer.record(&record, observe),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    let inputs = vec![input(name, Some(reader.facts()), failure)];
    let mut report = analyzer.finish(inputs, cut(Path::new(name), reader.facts(), false), observe);
    report.coverage.blind_spots.extend(hidden::damaged(0, reader.facts()));
    Ok(report)
}

/// Where a file ends inside a record; among several its name stands before it.
fn cut(path: &Path, facts: &FileFacts, several: bool) -> Option<String> {
    let place = facts.truncated_tail.as_ref()?;
    Some(if several { format!("{}: {place}", path.display()) } else { place.to_string() })
}

/// What is known of a file; without facts it could not be opened.
fn input(name: &str, facts: Option<&FileFacts>, error: Option<String>) -> Input {
    let of = |time: fn(&FileFacts) -> Option<Time>| {
        facts.and_then(|facts| Some(stamp(time(facts)?, facts.nanoseconds)))
    };
    let damage = facts.and_then(FileFacts::damage_in_words);
    Input {
        path: name.to_owned(),
        format: facts.map(|facts| match facts.format {
            Format::Pcap => "pcap",
            Format::Pcapng => "pcapng",
        }),
        compression: facts.and_then(|facts| facts.compression).map(Compression::word),
        linktypes: facts.iter().flat_map(|facts| &facts.link_types).map(ToString::to_string).collect(),
        packets: facts.map_or(0, |facts| facts.packets),
        bytes: facts.map_or(0, |facts| facts.octets),
        first: of(|facts| facts.first),
        last: of(|facts| facts.last),
        truncated_tail: facts.is_some_and(|facts| facts.truncated_tail.is_some()),
        sha256: None,
        error: error.or(damage),
        keys: Keys::default(),
        scan: None,
    }
}
