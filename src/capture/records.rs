//! How long a packet record is: read again from the file, for the few packets that findings name.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// A capture file whose records can be looked up by their offset.
#[derive(Debug)]
pub struct Records {
    /// What is asked for in the order of the file is rarely far from what was read before.
    file: BufReader<File>,
    /// Where the next octet stands in the file.
    next: u64,
    layout: Layout,
}

/// How a record says its length.
#[derive(Clone, Copy, Debug)]
enum Layout {
    /// pcap: the octets captured stand 8 octets behind the start; the header has 16.
    Pcap(fn([u8; 4]) -> u32),
    /// pcapng: the whole length stands 4 octets behind the start.
    Pcapng(fn([u8; 4]) -> u32),
}

impl Records {
    /// A plain file; `None` for any other: compressed, standard input, gone.
    #[must_use]
    pub fn open(path: &Path) -> Option<Self> {
        let file = std::fs::metadata(path).ok()?.is_file().then(|| File::open(path).ok())??;
        let mut file = Self { file: BufReader::new(file), next: 0, layout: Layout::Pcap(u32::from_le_bytes) };
        file.layout = match file.word(0)? {
            [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => Layout::Pcap(u32::from_le_bytes),
            [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => Layout::Pcap(u32::from_be_bytes),
            [0x0a, 0x0d, 0x0d, 0x0a] => match file.word(8)? {
                [0x1a, 0x2b, 0x3c, 0x4d] => Layout::Pcapng(u32::from_be_bytes),
                _ => Layout::Pcapng(u32::from_le_bytes),
            },
            _ => return None,
        };
        Some(file)
    }

    /// The octets of the record that begins at an offset, its header among them.
    pub fn length(&mut self, offset: u64) -> Option<u64> {
        match self.layout {
            Layout::Pcap(read) => {
                let captured = read(self.word(offset.checked_add(8)?)?);
                Some(u64::from(captured).saturating_add(PCAP_HEADER))
            }
            Layout::Pcapng(read) => Some(u64::from(read(self.word(offset.checked_add(4)?)?))),
        }
    }

    fn word(&mut self, offset: u64) -> Option<[u8; 4]> {
        let (to, from) = (i64::try_from(offset).ok()?, i64::try_from(self.next).ok()?);
        self.file.seek_relative(to.checked_sub(from)?).ok()?;
        let mut octets = [0; 4];
        match self.file.read_exact(&mut octets) {
            Ok(()) => self.next = offset.saturating_add(4),
            Err(_) => {
                self.next = self.file.stream_position().ok()?;
                return None;
            }
        }
        Some(octets)
    }
}

/// Octets of the header of a pcap record.
const PCAP_HEADER: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Script, get};

    #[test]
    fn records_of_pcap_follow_each_other_by_their_lengths() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcap");
        let octets = Script::open().client([get(1)]).close().pcap();
        std::fs::write(&path, &octets).unwrap();
        let (mut records, mut at, mut count) = (Records::open(&path).unwrap(), 24, 0);
        while let Some(length) = records.length(at) {
            (at, count) = (at + length, count + 1);
        }
        assert_eq!((at, count > 4), (octets.len() as u64, true));
    }

    #[test]
    fn blocks_of_pcapng_say_their_length_in_the_order_of_their_section() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pcapng");
        for (head, length) in [
            ([0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a], 28),
            ([0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 32, 0x1a, 0x2b, 0x3c, 0x4d], 32),
        ] {
            std::fs::write(&path, head).unwrap();
            assert_eq!(Records::open(&path).unwrap().length(0), Some(length));
        }
        std::fs::write(&path, b"neither").unwrap();
        assert!(Records::open(&path).is_none() && Records::open(folder.path()).is_none());
    }
}
