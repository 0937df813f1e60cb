//! What is known about the file itself: its format, its extent in time, and where it is cut or damaged.

use std::fmt;

use super::{Compression, LinkType};
use crate::base::{Time, to_u64};
use crate::limits::{MAX_DAMAGE_LISTED, MAX_LINK_TYPES_LISTED};

/// Facts about one capture file. They grow while it is read and are complete at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// The format.
    pub format: Format,
    /// How the file is compressed, where it is. What follows is about what it unpacks to.
    pub compression: Option<Compression>,
    /// The link types of its interfaces, each once, in the order of their declaration.
    pub link_types: Vec<LinkType>,
    /// Packet records, damaged ones included.
    pub packets: u64,
    /// Captured octets of the packets that were delivered.
    pub octets: u64,
    /// Packets that bear no time stamp.
    pub untimed: u64,
    /// The earliest time stamp.
    pub first: Option<Time>,
    /// The latest time stamp.
    pub last: Option<Time>,
    /// True when an interface counts time more finely than in microseconds.
    pub nanoseconds: bool,
    /// Where the file ends in the middle of a record.
    pub truncated_tail: Option<Cut>,
    /// Damaged places, the first ones of [`FileFacts::damage_count`].
    pub damage: Vec<Damage>,
    /// How many damaged places there are.
    pub damage_count: u64,
    /// Octets that were passed over because of damage, in all.
    pub skipped: u64,
    /// Packets that the capture itself says it lost.
    pub dropped: Dropped,
    /// The number that the latest packet has, or anything else that Wireshark numbers as a frame.
    pub(super) number: u64,
}

/// The format of a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A file header, then a record for each packet.
    Pcap,
    /// Blocks: sections, interfaces, packets, secrets, comments.
    Pcapng,
}

/// The end of a file in the middle of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The number of the last packet before it; 0 when there is none.
    pub after: u64,
    /// Where the cut record begins, in octets of the (uncompressed) file.
    pub offset: u64,
    /// How many octets of it there are.
    pub present: u64,
    /// How many it should have, as far as its length is known.
    pub claimed: u64,
}

/// Packets that were never written, as statistics and packet blocks of pcapng count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// By interfaces, for want of resources (`isb_ifdrop`); none where no interface counts them.
    pub by_interface: Option<u64>,
    /// By the operating system (`isb_osdrop`); none where no interface counts them.
    pub by_system: Option<u64>,
    /// In front of single packets (`epb_dropcount`). Of the same losses as the others, where both count.
    pub before_packets: u64,
}

/// A place where the file contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The number of the last packet up to it; 0 when there is none.
    pub after: u64,
    /// Where the damaged record begins, in octets of the (uncompressed) file.
    pub offset: u64,
    /// What is wrong.
    pub fault: Fault,
    /// Octets passed over from there to the next record that was found; 0 when only the record itself is lost.
    pub skipped: u64,
    /// False when no record was found behind it.
    pub resumed: bool,
}

/// What can be wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A packet record claims a length that no packet has, or that no record follows. Reading goes on at the next record found.
    RecordLength(u32),
    /// A pcapng block claims a length that no block has. Reading goes on at the next record found.
    BlockLength(u32),
    /// The two lengths of a pcapng block differ. Reading goes on at the next record found.
    BlockLengths {
        /// The length in front.
        front: u32,
        /// The length at the end.
        back: u32,
    },
    /// A section is of a version that is not known. It is read as version 1.
    Version {
        /// The major version.
        major: u16,
        /// The minor version.
        minor: u16,
    },
    /// The byte-order magic of a section is neither of the two. Reading goes on at the next record found.
    ByteOrder(u32),
    /// A block is too short for what its type requires. It is passed over.
    ShortBlock {
        /// The block's type.
        kind: u32,
    },
    /// A packet is said to be longer than the block that holds it, or than any packet. It is passed over.
    PacketLength(u32),
    /// A packet names an interface that its section does not declare. It is passed over.
    UndeclaredInterface(u32),
    /// A section declares more interfaces than are kept; packets of the others are passed over.
    TooManyInterfaces,
    /// The compressed data contradicts itself, or needs a larger window than it is given. Reading ends here.
    CompressedData,
}

impl FileFacts {
    pub(super) const fn new(format: Format) -> Self {
        Self {
            format,
            compression: None,
            link_types: Vec::new(),
            packets: 0,
            octets: 0,
            untimed: 0,
            first: None,
            last: None,
            nanoseconds: false,
            truncated_tail: None,
            damage: Vec::new(),
            damage_count: 0,
            skipped: 0,
            dropped: Dropped { by_interface: None, by_system: None, before_packets: 0 },
            number: 0,
        }
    }

    /// Counts a packet record; returns its number.
    #[inline]
    pub(super) const fn count_packet(&mut self) -> u64 {
        self.packets = self.packets.saturating_add(1);
        self.skip_number();
        self.number
    }

    /// Leaves out a number, for what is no packet but bears one in Wireshark.
    #[inline]
    pub(super) const fn skip_number(&mut self) {
        self.number = self.number.saturating_add(1);
    }

    /// Widens the extent of the file in time.
    #[inline]
    pub(super) fn note_time(&mut self, time: Time) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    #[inline]
    pub(super) const fn note_octets(&mut self, count: u64) {
        self.octets = self.octets.saturating_add(count);
    }

    pub(super) fn note_link_type(&mut self, link: LinkType) {
        if self.link_types.len() < MAX_LINK_TYPES_LISTED && !self.link_types.contains(&link) {
            self.link_types.push(link);
        }
    }

    pub(super) fn note_damage(&mut self, offset: u64, fault: Fault) {
        self.damage_count = self.damage_count.saturating_add(1);
        if self.damage.len() < MAX_DAMAGE_LISTED {
            self.damage.push(Damage { after: self.number, offset, fault, skipped: 0, resumed: true });
        }
    }

    /// The first damaged place, and how many others there are.
    #[must_use]
    pub fn damage_in_words(&self) -> Option<String> {
        let first = self.damage.first()?;
        Some(match self.damage_count {
            0 | 1 => first.to_string(),
            2 => format!("{first}; and 1 more damaged place"),
            count => format!("{first}; and {} more damaged places", count.saturating_sub(1)),
        })
    }

    /// Adds to the latest damage what was passed over because of it, and whether anything was found behind.
    pub(super) fn note_skipped(&mut self, octets: u64, resumed: bool) {
        self.skipped = self.skipped.saturating_add(octets);
        let listed = to_u64(self.damage.len()) == self.damage_count;
        if let Some(damage) = self.damage.last_mut().filter(|_| listed) {
            damage.skipped = octets;
            damage.resumed = resumed;
        }
    }

    pub(super) const fn note_cut(&mut self, offset: u64, present: u64, claimed: u64) {
        self.truncated_tail = Some(Cut { after: self.number, offset, present, claimed });
    }
}

impl Format {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pcap => "pcap",
            Self::Pcapng => "pcapng",
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { after, offset, present, claimed } = self;
        write!(
            f,
            "the record behind packet {after} (at octet {offset}) is cut: {present} of {claimed} octets"
        )
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { after, offset, fault, skipped, resumed } = self;
        write!(f, "at octet {offset}, behind packet {after}: {fault}")?;
        match (skipped, resumed) {
            (0, _) => Ok(()),
            (_, true) => write!(f, "; {skipped} octets passed over"),
            (_, false) => write!(f, "; the remaining {skipped} octets cannot be read"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordLength(length) => write!(f, "a record of {length} octets"),
            Self::BlockLength(length) => write!(f, "a block of {length} octets"),
            Self::BlockLengths { front, back } => {
                write!(f, "a block of {front} octets by its front and {back} by its end")
            }
            Self::Version { major, minor } => write!(f, "a section of version {major}.{minor}"),
            Self::ByteOrder(magic) => write!(f, "a section with the byte-order magic 0x{magic:08x}"),
            Self::ShortBlock { kind } => write!(f, "a block of type 0x{kind:08x} that is too short for it"),
            Self::PacketLength(length) => write!(f, "a packet of {length} octets that its block cannot hold"),
            Self::UndeclaredInterface(id) => write!(f, "a packet of interface {id}, which is not declared"),
            Self::TooManyInterfaces => write!(f, "more interfaces than are kept"),
            Self::CompressedData => write!(f, "damaged compressed data"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_listed_up_to_a_cap_and_counted_beyond_it() {
        let mut facts = FileFacts::new(Format::Pcapng);
        for offset in 0..1_000 {
            facts.note_damage(offset, Fault::UndeclaredInterface(7));
        }
        assert_eq!((facts.damage.len(), facts.damage_count), (MAX_DAMAGE_LISTED, 1_000));
        assert_eq!(
            facts.damage[3].to_string(),
            "at octet 3, behind packet 0: a packet of interface 7, which is not declared"
        );
    }

    #[test]
    fn damage_in_words_is_the_first_place_and_the_number_of_the_others() {
        let mut facts = FileFacts::new(Format::Pcap);
        assert_eq!(facts.damage_in_words(), None);
        let first = "at octet 7, behind packet 0: a record of 9 octets; 30 octets passed over";
        facts.note_damage(7, Fault::RecordLength(9));
        facts.note_skipped(30, true);
        for more in ["", "; and 1 more damaged place", "; and 2 more damaged places"] {
            assert_eq!(facts.damage_in_words(), Some(format!("{first}{more}")));
            facts.note_damage(50, Fault::RecordLength(9));
        }
    }

    #[test]
    fn a_cut_reads_as_a_sentence() {
        let mut facts = FileFacts::new(Format::Pcap);
        facts.count_packet();
        facts.note_cut(100, 10, 60);
        assert_eq!(
            facts.truncated_tail.unwrap().to_string(),
            "the record behind packet 1 (at octet 100) is cut: 10 of 60 octets"
        );
    }

    #[test]
    fn the_extent_in_time_does_not_depend_on_the_order() {
        let mut facts = FileFacts::new(Format::Pcap);
        for time in [5, 3, 9, 4] {
            facts.note_time(Time(time));
        }
        assert_eq!((facts.first, facts.last), (Some(Time(3)), Some(Time(9))));
    }
}
