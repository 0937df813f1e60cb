//! Several files as one capture: what a ring buffer or a rotated capture leaves behind, one file after another. Connections span
//! files; packets are numbered in each file, as Wireshark numbers them there.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::record::Found;
use super::{FileFacts, ReadBlock, Reader, Record};
use crate::base::{Span, Time, to_u32};
use crate::error::Error;

/// Reads files in the order in which they are given, each from its beginning to its end; one at a time is open.
pub struct Joined {
    paths: Vec<PathBuf>,
    reader: Option<Reader<Box<dyn Read + Send>>>,
    /// Of the files before the open one; none of a file that could not be opened.
    facts: Vec<Option<FileFacts>>,
    limit: Option<Limit>,
}

/// A limit to the time that reading takes, by the clock on the wall.
struct Limit {
    span: Span,
    end: Option<Instant>,
    /// Records until the clock is looked at again.
    records: u16,
    over: bool,
}

impl Limit {
    fn new(span: Span) -> Self {
        let length = Duration::from_nanos(u64::try_from(span.0).unwrap_or(0));
        Self { span, end: Instant::now().checked_add(length), records: 0, over: false }
    }

    fn is_over(&mut self) -> bool {
        if self.records == 0 {
            self.records = RECORDS_BETWEEN_LOOKS;
            self.over |= self.end.is_some_and(|end| Instant::now() >= end);
        }
        self.records = self.records.saturating_sub(1);
        self.over
    }
}

/// A few milliseconds of work.
const RECORDS_BETWEEN_LOOKS: u16 = 1000;

impl Joined {
    /// Nothing is opened yet.
    #[must_use]
    pub const fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, reader: None, facts: Vec::new(), limit: None }
    }

    /// Reads for so long at most, from now on: files that are not read to their end by then fail.
    #[must_use]
    pub fn within(self, span: Option<Span>) -> Self {
        Self { limit: span.map(Limit::new), ..self }
    }

    /// The time is over: what is open, or would be opened next, is given up.
    fn give_up(&mut self) -> Option<Error> {
        let limit = self.limit.as_mut()?;
        if !limit.is_over() {
            return None;
        }
        let span = limit.span;
        limit.records = 0;
        if self.reader.is_none() && self.facts.len() >= self.paths.len() {
            return None;
        }
        let open = self.reader.take().map(|reader| reader.facts().clone());
        self.facts.push(open);
        Some(Error::Bad(format!("not read to its end within {span} (--timeout)")))
    }

    /// The next record; none at the end of the last file. A packet knows its file by [`super::Packet::input`].
    ///
    /// # Errors
    ///
    /// As [`Reader::open`] and [`Reader::next`]. The next call goes on with the file behind the one that failed.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        Ok(self.next_in_block()?.map(|(record, _)| record))
    }

    /// As [`Self::next`], with the block that the record stands in, for those who want to keep it without a copy.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    #[inline]
    pub fn next_in_block(&mut self) -> Result<Option<(Record<'_>, &ReadBlock)>, Error> {
        let ready = match (&self.limit, &mut self.reader) {
            (None, Some(reader)) => reader.ready(),
            _ => None,
        };
        let found = match ready {
            None => self.search()?,
            ready => ready,
        };
        let Some(found) = found else { return Ok(None) };
        Ok(self.reader.as_ref().map(|reader| (reader.record(found), reader.block())))
    }

    /// The next record, wherever it is.
    fn search(&mut self) -> Result<Option<Found>, Error> {
        if let Some(error) = self.give_up() {
            return Err(error);
        }
        loop {
            if let Some(reader) = &mut self.reader {
                if let Some(found) = reader.find()? {
                    return Ok(Some(found));
                }
                self.facts.push(Some(reader.facts().clone()));
                self.reader = None;
            }
            let Some(path) = self.paths.get(self.facts.len()) else { return Ok(None) };
            match Reader::open(path) {
                Ok(reader) => self.reader = Some(reader.numbered(self.input())),
                Err(error) => {
                    self.facts.push(None);
                    return Err(error);
                }
            }
        }
    }

    /// The index of the file that is read now.
    #[must_use]
    pub fn input(&self) -> u32 {
        to_u32(self.facts.len())
    }

    /// The files that were opened so far, and what is known about each; none of a file that could not be.
    pub fn inputs(&self) -> impl Iterator<Item = (&Path, Option<&FileFacts>)> {
        let open = self.reader.iter().map(|reader| Some(reader.facts()));
        self.paths.iter().map(PathBuf::as_path).zip(self.facts.iter().map(Option::as_ref).chain(open))
    }
}

/// Sorts files by the time of their first packet. Files without any, and those that cannot be read, come last; files of the same time
/// stay in their order. What cannot be read twice must not be among them.
#[must_use]
pub fn by_first_packet(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut timed: Vec<_> = paths.into_iter().map(|path| (first_time(&path).ok().flatten(), path)).collect();
    timed.sort_by_key(|(time, _)| (time.is_none(), *time));
    timed.into_iter().map(|(_, path)| path).collect()
}

/// Octets of a file; as many as there can be of anything else, such as standard input.
#[must_use]
pub fn size(path: &Path) -> u64 {
    let file = path.metadata().ok().filter(std::fs::Metadata::is_file);
    file.map_or(u64::MAX, |file| file.len())
}

/// The time of the first packet in a file; none where there is no packet.
///
/// # Errors
///
/// As [`Reader::open`] and [`Reader::next`].
pub fn first_time(path: &Path) -> Result<Option<Time>, Error> {
    let mut reader = Reader::open(path)?;
    while let Some(record) = reader.next()? {
        if let Record::Packet(packet) = record {
            return Ok(Some(packet.time));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn folder(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, octets): &(&str, Vec<u8>)| {
            let path = folder.path().join(name);
            std::fs::write(&path, octets).unwrap();
            path
        };
        let paths = files.iter().map(write).collect();
        (folder, paths)
    }

    fn pcap(seconds: &[u32]) -> Vec<u8> {
        let file = sample::Pcap::new(false, 0xa1b2_c3d4);
        seconds.iter().fold(file, |file, second| file.packet(*second, 0, b"x")).octets()
    }

    fn seen(joined: &mut Joined) -> Vec<(u32, u64, i64)> {
        let mut seen = Vec::new();
        while let Some(record) = joined.next().unwrap() {
            if let Record::Packet(packet) = record {
                seen.push((packet.input, packet.number, packet.time.0 / 1_000_000_000));
            }
        }
        seen
    }

    #[test]
    fn packets_come_file_by_file_with_numbers_of_their_own() {
        let ng = sample::Pcapng::new(true).interface(1, 0, &[(9, &[0])]).packet(0, 7, b"x").octets();
        let (_folder, paths) = folder(&[("0", pcap(&[1, 2])), ("1", pcap(&[])), ("2", ng)]);
        let mut joined = Joined::new(paths);
        assert_eq!(seen(&mut joined), [(0, 1, 1), (0, 2, 2), (2, 1, 7)]);
        let packets = joined.inputs().map(|(_, facts)| facts.unwrap().packets).collect::<Vec<_>>();
        assert_eq!(packets, [2, 0, 1]);
        assert!(joined.next().unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_no_capture_is_an_error_and_the_next_one_is_read() {
        let (_folder, paths) = folder(&[("0", pcap(&[1])), ("1", b"text".to_vec()), ("2", pcap(&[3]))]);
        let mut joined = Joined::new(paths);
        assert!(joined.next().unwrap().is_some());
        assert!(joined.next().unwrap_err().to_string().contains("not a packet capture"));
        assert_eq!(seen(&mut joined), [(2, 1, 3)]);
        assert!(joined.inputs().nth(1).unwrap().1.is_none());
    }

    #[test]
    fn when_the_time_is_over_what_is_left_is_given_up_file_by_file() {
        let (_folder, paths) = folder(&[("0", pcap(&[1, 2])), ("1", pcap(&[3]))]);
        let mut joined = Joined::new(paths.clone()).within(Some(Span::seconds(3600)));
        assert_eq!(seen(&mut joined).len(), 3);
        let mut joined = Joined::new(paths).within(Some(Span::ZERO));
        for _ in 0..2 {
            assert_eq!(joined.next().unwrap_err().to_string(), "not read to its end within 0 µs (--timeout)");
        }
        assert!(joined.next().unwrap().is_none());
        assert_eq!(joined.inputs().count(), 2);
    }

    #[test]
    fn files_can_be_put_in_the_order_of_their_first_packets() {
        let (_folder, paths) =
            folder(&[("0", pcap(&[5])), ("1", pcap(&[])), ("2", pcap(&[3, 9])), ("3", pcap(&[4]))]);
        let names: Vec<_> = by_first_packet(paths);
        let names: Vec<_> = names.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["2", "3", "0", "1"]);
    }
}
