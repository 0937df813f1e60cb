//! The pcapng format: sections of blocks. A section has its byte order and its interfaces, an interface its link type and its
//! clock. `pcap-parser` supplies numbers, options and secrets; packet blocks are read field by field, because its parser
//! collects the options of each packet in a `Vec`, and lengths are checked here, because they decide how far a file can be
//! followed.

use std::io::{self, Read};
use std::ops::Range;

use nom::number::Endianness::{self, Big};
use pcap_parser::pcapng::{
    CB_MAGIC, DCB_MAGIC, DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, ISB_MAGIC, OptionCode, SHB_MAGIC, SJE_MAGIC,
    SPB_MAGIC, SecretsType, parse_decryptionsecretsblock_be, parse_decryptionsecretsblock_le,
};

use super::block::{Block, Blocks};
use super::fields::{
    self, Head, Statistics, declared, enhanced, next_option, obsolete, simple, u64_at, version,
};
use super::interface::Interface;
use super::record::{Found, FoundPacket};
use super::source::Source;
use super::{Fault, FileFacts};
use crate::base::{Time, to_index, to_u32};
use crate::limits::{MAX_INTERFACES, MAX_RECORD};

/// The state of the section that is being read.
#[derive(Debug)]
pub(super) struct Pcapng {
    blocks: Blocks,
    /// Those that are declared; none for one whose declaration cannot be read, which keeps its number.
    interfaces: Vec<Option<Interface>>,
    /// Interfaces of the sections before.
    interfaces_before: u32,
    /// Options of the current block that may still hold comments.
    options: Range<usize>,
    /// The packet that these comments are about.
    about: Option<u64>,
    /// The latest time stamp, for packets that have none.
    latest: Time,
}

impl Pcapng {
    /// Octets by which the format is recognised.
    pub(super) const RECOGNISED_BY: usize = Blocks::RECOGNISED_BY;

    /// None when the octets are not the beginning of a section.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        let blocks = Blocks::recognise(head)?;
        let (interfaces, latest) = (Vec::new(), Time::default());
        Some(Self { blocks, interfaces, interfaces_before: 0, options: 0..0, about: None, latest })
    }

    /// The next thing of interest; none at the end of what can be read.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
    ) -> io::Result<Option<Found>> {
        loop {
            if let Some(comment) = self.comment(source, facts) {
                return Ok(Some(comment));
            }
            match self.step(source, facts)? {
                None => return Ok(None),
                Some((_, Some(found))) => return Ok(Some(found)),
                Some((_, None)) => {}
            }
        }
    }

    /// The next block, whatever it is, and what of interest it holds; its comments are not among that.
    ///
    /// # Errors
    ///
    /// What the reader says.
    #[inline]
    pub(super) fn step<R: Read>(
        &mut self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
    ) -> io::Result<Option<(Block, Option<Found>)>> {
        self.options = 0..0;
        let Some(block) = self.blocks.next(source, facts, self.interfaces.len())? else {
            return Ok(None);
        };
        let body = source.octets(&block.body);
        let found = match block.kind {
            EPB_MAGIC => self.packet(facts, &block, enhanced(body, self.blocks.order)),
            SPB_MAGIC => self.packet(facts, &block, simple(body, self.blocks.order, self.first_snaplen())),
            OBSOLETE_PACKET => {
                let drops = fields::obsolete_drops(body, self.blocks.order);
                facts.dropped.before_packets = facts.dropped.before_packets.saturating_add(drops);
                self.packet(facts, &block, obsolete(body, self.blocks.order))
            }
            SHB_MAGIC => self.section(facts, &block, version(body, self.blocks.order)),
            IDB_MAGIC => self.interface(facts, &block, body),
            DSB_MAGIC => self.secrets(source, facts, &block),
            ISB_MAGIC => {
                let told = fields::statistics(body, self.blocks.order);
                self.count_drops(facts, told);
                None
            }
            CB_MAGIC | DCB_MAGIC | SJE_MAGIC => {
                // Custom blocks and entries of the system's journal: Wireshark shows them as frames.
                facts.skip_number();
                None
            }
            _ => None,
        };
        Ok(Some((block, found)))
    }

    /// The byte order of the section that is being read.
    pub(super) const fn order(&self) -> Endianness {
        self.blocks.order
    }

    /// A new section forgets the interfaces of the one before. Its version is none when the block is too short to have one.
    fn section(
        &mut self,
        facts: &mut FileFacts,
        block: &Block,
        version: Option<(u16, u16)>,
    ) -> Option<Found> {
        match version {
            Some((1, _)) => {}
            Some((major, minor)) => facts.note_damage(block.offset, Fault::Version { major, minor }),
            None => facts.note_damage(block.offset, Fault::ShortBlock { kind: block.kind }),
        }
        self.interfaces_before = self.interfaces_before.saturating_add(to_u32(self.interfaces.len()));
        self.interfaces.clear();
        self.expect_comments(block, SECTION_HEAD, None);
        None
    }

    fn interface(&mut self, facts: &mut FileFacts, block: &Block, body: &[u8]) -> Option<Found> {
        if self.interfaces.len() >= MAX_INTERFACES {
            facts.note_damage(block.offset, Fault::TooManyInterfaces);
            return None;
        }
        let interface = declared(body, self.blocks.order);
        self.interfaces.push(interface);
        match interface {
            Some(interface) => {
                facts.note_link_type(interface.link);
                facts.nanoseconds |= interface.resolution.is_finer_than_micro();
                self.expect_comments(block, INTERFACE_HEAD, None);
            }
            None => facts.note_damage(block.offset, Fault::ShortBlock { kind: block.kind }),
        }
        None
    }

    /// A packet block; `head` is none when the block is too short to be one.
    #[inline]
    fn packet(&mut self, facts: &mut FileFacts, block: &Block, head: Option<Head>) -> Option<Found> {
        let number = facts.count_packet();
        let usable = head.ok_or(Fault::ShortBlock { kind: block.kind });
        let (head, interface, data) = match usable.and_then(|head| self.usable(block, head)) {
            Ok(usable) => usable,
            Err(fault) => {
                facts.note_damage(block.offset, fault);
                return None;
            }
        };
        match head.stamp {
            Some(stamp) => {
                self.latest = interface.time(stamp);
                facts.note_time(self.latest);
            }
            None => facts.untimed = facts.untimed.saturating_add(1),
        }
        facts.note_octets(head.captured.into());
        if block.kind != SPB_MAGIC {
            let behind = head.length.saturating_add(to_index(head.captured.into()).next_multiple_of(4));
            self.expect_comments(block, behind, Some(number));
        }
        Some(Found::Packet(FoundPacket {
            number,
            time: self.latest,
            link: interface.link,
            data,
            original_length: head.original,
            interface: self.interfaces_before.saturating_add(head.interface),
            offset: block.offset,
        }))
    }

    /// The packet's interface and octets, if it has both.
    #[inline]
    fn usable(&self, block: &Block, head: Head) -> Result<(Head, Interface, Range<usize>), Fault> {
        let interface = self.interfaces.get(to_index(head.interface.into())).copied().flatten();
        let interface = interface.ok_or(Fault::UndeclaredInterface(head.interface))?;
        let length = to_index(head.captured.into());
        let start = block.body.start.saturating_add(head.length);
        let end = start.saturating_add(length);
        if end > block.body.end || length > MAX_RECORD {
            return Err(Fault::PacketLength(head.captured));
        }
        Ok((head, interface, start..end))
    }

    /// Statistics of an interface count from the beginning of the capture: the latest ones hold.
    fn count_drops(&mut self, facts: &mut FileFacts, told: Option<Statistics>) {
        let Some(told) = told else { return };
        let Some(interface) =
            self.interfaces.get_mut(to_index(told.interface.into())).and_then(Option::as_mut)
        else {
            return;
        };
        for (total, known, now) in [
            (&mut facts.dropped.by_interface, &mut interface.drops.0, told.by_interface),
            (&mut facts.dropped.by_system, &mut interface.drops.1, told.by_system),
        ] {
            let Some(now) = now else { continue };
            *total = Some(total.unwrap_or(0).saturating_add(now.saturating_sub(*known)));
            *known = now.max(*known);
        }
    }

    /// What a Simple Packet Block relies on.
    fn first_snaplen(&self) -> u32 {
        self.interfaces.first().copied().flatten().map_or(0, |interface| interface.snaplen)
    }

    /// The TLS key log of a Decryption Secrets Block, without the padding behind it. Secrets of other kinds are passed over.
    fn secrets<R: Read>(&self, source: &Source<R>, facts: &mut FileFacts, block: &Block) -> Option<Found> {
        let octets = source.octets(&block.whole);
        let parse = if self.blocks.order == Big {
            parse_decryptionsecretsblock_be
        } else {
            parse_decryptionsecretsblock_le
        };
        let Ok((_, secrets)) = parse(octets) else {
            facts.note_damage(block.offset, Fault::ShortBlock { kind: block.kind });
            return None;
        };
        let start = block.body.start.saturating_add(SECRETS_HEAD);
        let end = start.saturating_add(to_index(secrets.secrets_len.into())).min(block.body.end);
        (secrets.secrets_type == SecretsType::TlsKeyLog).then_some(Found::Secrets(start..end))
    }

    fn expect_comments(&mut self, block: &Block, head: usize, about: Option<u64>) {
        self.options = block.body.start.saturating_add(head)..block.body.end;
        self.about = about;
    }

    /// The next comment among the options of the current block, which stands until the next one is taken.
    #[inline]
    fn comment<R: Read>(&mut self, source: &Source<R>, facts: &mut FileFacts) -> Option<Found> {
        while !self.options.is_empty() {
            let Some((rest, option)) = next_option(source.octets(&self.options), self.blocks.order) else {
                self.options = 0..0;
                break;
            };
            let value = self.options.start.saturating_add(4);
            self.options.start = self.options.end.saturating_sub(rest.len());
            if option.code == DROPS && self.about.is_some() {
                let count = u64_at(option.value(), 0, self.blocks.order).unwrap_or(0);
                facts.dropped.before_packets = facts.dropped.before_packets.saturating_add(count);
            }
            if option.code == OptionCode::Comment {
                let text = value..value.saturating_add(option.len.into());
                return Some(Found::Comment { text, packet: self.about });
            }
        }
        None
    }
}

/// The Packet Block of the first drafts, type 2, which `pcap-parser` does not name.
const OBSOLETE_PACKET: u32 = 2;

/// The option `epb_dropcount`.
const DROPS: OptionCode = OptionCode(4);

/// Octets in front of the options of a section header: magic, version, section length.
const SECTION_HEAD: usize = 16;

/// Octets in front of the options of an interface: link type, snapshot length.
const INTERFACE_HEAD: usize = 8;

/// Octets in front of the secrets: their kind and length.
const SECRETS_HEAD: usize = 8;

#[cfg(test)]
mod tests {
    use super::super::sample::{Everything, Owned, Pcapng as File, packets, read_all};
    use super::super::{Dropped, LinkType};
    use super::*;

    const MICROS: u64 = 1_700_000_000_123_456;

    fn faults(read: &Everything) -> Vec<Fault> {
        read.facts.damage.iter().map(|damage| damage.fault).collect()
    }

    #[test]
    fn both_byte_orders_give_the_same_records() {
        let [little, big] = [false, true].map(|big| {
            let file = File::new(big).interface(1, 0, &[(9, &[9]), (14, &[0; 8])]).packet(0, 5, b"odd");
            read_all(&file.secrets(0x544c_534b, b"KEYS").packet(0, 6, b"even").octets())
        });
        assert_eq!(packets(&little), [(1, Time(5), b"odd".to_vec()), (2, Time(6), b"even".to_vec())]);
        assert_eq!(little, big);
        assert!(little.facts.nanoseconds);
    }

    #[test]
    fn each_interface_has_its_own_link_type_clock_and_offset() {
        let file = File::new(false).interface(1, 0, &[]).interface(113, 0, &[(9, &[0x80 | 10])]).interface(
            101,
            0,
            &[(9, &[12]), (14, &(-1_i64).to_le_bytes())],
        );
        let file = file.packet(0, MICROS, b"a").packet(1, 1_536, b"b").packet(2, 2_000_000_000_500, b"c");
        let read = read_all(&file.octets());
        let times: Vec<_> = packets(&read).iter().map(|packet| packet.1.0).collect();
        assert_eq!(times, [1_700_000_000_123_456_000, 1_500_000_000, 1_000_000_000]);
        let links: Vec<_> = read.facts.link_types.iter().map(LinkType::to_string).collect();
        assert_eq!(links, ["EN10MB", "LINUX_SLL", "RAW"]);
    }

    #[test]
    fn a_section_has_its_own_byte_order_and_interfaces() {
        let file = File::new(false).interface(1, 0, &[]).interface(101, 0, &[(9, &[9])]).packet(1, 7, b"one");
        let file = file.section(true).interface(276, 0, &[(14, &3_i64.to_be_bytes())]).packet(0, 7, b"two");
        let read = read_all(&file.packet(1, 7, b"whose?").octets());
        assert_eq!(
            packets(&read),
            [(1, Time(7), b"one".to_vec()), (2, Time(3_000_007_000), b"two".to_vec())]
        );
        let seen = |record: &Owned| match record {
            Owned::Packet { link, interface, .. } => Some((*link, *interface)),
            _ => None,
        };
        assert_eq!(read.records.iter().filter_map(seen).collect::<Vec<_>>(), [(101, 1), (276, 2)]);
        assert_eq!(faults(&read), [Fault::UndeclaredInterface(1)]);
    }

    #[test]
    fn a_packet_of_an_undeclared_interface_is_counted_but_not_delivered() {
        let file =
            File::new(false).interface(1, 0, &[]).packet(0, 1, b"a").packet(3, 2, b"b").packet(0, 3, b"c");
        let read = read_all(&file.octets());
        assert_eq!(packets(&read).iter().map(|packet| packet.0).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((read.facts.packets, read.facts.damage_count), (3, 1));
        assert_eq!(read.facts.octets, 2);
    }

    #[test]
    fn secrets_come_without_their_padding_and_only_those_of_tls() {
        for big in [false, true] {
            let file =
                File::new(big).secrets(0x544c_534b, b"CLIENT_RANDOM 01 02\n").secrets(0x5747_4b4c, b"wire");
            let read = read_all(&file.secrets(0x544c_534b, b"").octets());
            let expected = [Owned::Secrets(b"CLIENT_RANDOM 01 02\n".to_vec()), Owned::Secrets(vec![])];
            assert_eq!(read.records, expected);
        }
    }

    #[test]
    fn comments_of_sections_interfaces_and_packets_are_delivered() {
        let file = File::new(true).interface(1, 0, &[(9, &[6]), (1, b"an interface")]);
        let file = file.packet_with(
            0,
            1,
            b"odd",
            &[(2, &[0; 4]), (1, b"first"), (1, b"second"), (0, b""), (1, b"no")],
        );
        let read = read_all(&file.packet(0, 2, b"b").octets());
        let comment = |text: &[u8], packet| Owned::Comment { text: text.to_vec(), packet };
        assert_eq!(read.records[0], comment(b"an interface", None));
        assert_eq!(read.records[2..4], [comment(b"first", Some(1)), comment(b"second", Some(1))]);
        assert_eq!(read.records.len(), 5);
    }

    #[test]
    fn simple_packets_have_no_time_of_their_own() {
        let file = File::new(false).interface(1, 4, &[]).packet(0, 9, b"abc");
        let body = [&file.u32(6)[..], b"defg"].concat();
        let read = read_all(&file.block(3, &body).octets());
        assert_eq!(packets(&read)[1], (2, Time(9_000), b"defg".to_vec()));
        assert!(matches!(read.records[1], Owned::Packet { original: 6, .. }));
        assert_eq!((read.facts.untimed, read.facts.last), (1, Some(Time(9_000))));
    }

    #[test]
    fn the_obsolete_packet_block_is_read() {
        for big in [false, true] {
            let file = File::new(big).interface(1, 0, &[]).interface(101, 0, &[]);
            let interface_and_drops = if big { [0, 1, 0, 7] } else { [1, 0, 7, 0] };
            let fields = [0, 5, 3, 3].map(|field| file.u32(field)).concat();
            let read =
                read_all(&file.block(2, &[&interface_and_drops[..], &fields, b"old\0"].concat()).octets());
            assert_eq!(packets(&read), [(1, Time(5_000), b"old".to_vec())]);
        }
    }

    #[test]
    fn unknown_blocks_are_passed_over_even_with_an_unpadded_length() {
        let file = File::new(false)
            .interface(1, 0, &[])
            .block(0x0bad, b"custom")
            .block_saying(0x99, b"abcde", 17, 17);
        let read = read_all(&file.packet(0, 1, b"x").octets());
        assert_eq!((packets(&read).len(), read.facts.damage_count), (1, 0));
    }

    #[test]
    fn packets_are_numbered_as_wireshark_numbers_frames() {
        let file = File::new(false).interface(1, 0, &[]).packet(0, 1, b"x").block(0x0bad, b"custom");
        let file = file.block(0x4000_0bad, b"custom").block(9, b"journal").block(5, b"statistics");
        let read = read_all(&file.packet(0, 1, b"x").octets());
        assert_eq!(packets(&read).iter().map(|packet| packet.0).collect::<Vec<_>>(), [1, 5]);
        assert_eq!(read.facts.packets, 2);
    }

    #[test]
    fn a_section_of_another_version_is_read_and_told() {
        let mut octets = File::new(true).interface(1, 0, &[]).packet(0, 1, b"x").octets();
        octets[13] = 2;
        let read = read_all(&octets);
        assert_eq!((packets(&read).len(), faults(&read)), (1, vec![Fault::Version { major: 2, minor: 0 }]));
    }

    #[test]
    fn blocks_that_cannot_hold_what_they_claim_are_passed_over() {
        let file = File::new(false).block(1, b"IDB").interface(1, 0, &[]).block(6, b"too short");
        let claims = [1, 0, 0, 100, 100].map(|field| file.u32(field)).concat();
        let read = read_all(&file.block(6, &claims).packet(0, 1, b"whose?").packet(1, 1, b"good").octets());
        assert_eq!(packets(&read), [(4, Time(1_000), b"good".to_vec())]);
        let expected = [
            Fault::ShortBlock { kind: 1 },
            Fault::ShortBlock { kind: 6 },
            Fault::PacketLength(100),
            Fault::UndeclaredInterface(0),
        ];
        assert_eq!(faults(&read), expected);
    }

    #[test]
    fn losses_that_the_capture_counts_are_facts() {
        let counts = |file: &File, id: u32, drops: u64, system: u64| {
            let options = [
                file.option(5, &drops.to_be_bytes()),
                file.option(4, &[9; 8]),
                file.option(7, &system.to_be_bytes()),
            ];
            [&file.u32(id)[..], &[0; 8], &options.concat()].concat()
        };
        let file = File::new(true).interface(1, 0, &[]).interface(1, 0, &[]);
        let [first, latest, other] =
            [(0, 3, 1), (0, 5, 1), (1, 2, 0)].map(|(id, drops, system)| counts(&file, id, drops, system));
        let file = file.block(5, &first).packet_with(0, 1, b"x", &[(4, &7_u64.to_be_bytes())]);
        let old = [0, 0, 0, 6].iter().copied().chain([0; 16]).collect::<Vec<_>>();
        let read = read_all(&file.block(5, &latest).block(5, &other).block(2, &old).octets());
        let expected = Dropped { by_interface: Some(7), by_system: Some(1), before_packets: 13 };
        assert_eq!(read.facts.dropped, expected);
        assert_eq!(read_all(&File::new(false).octets()).facts.dropped, Dropped::default());
    }

    #[test]
    fn interfaces_beyond_the_cap_are_a_fact() {
        let mut file = File::new(false);
        for _ in 0..=MAX_INTERFACES {
            file = file.interface(1, 0, &[]);
        }
        let read = read_all(&file.packet(4_095, 1, b"x").packet(4_096, 1, b"y").octets());
        assert_eq!(packets(&read).len(), 1);
        assert_eq!(faults(&read), [Fault::TooManyInterfaces, Fault::UndeclaredInterface(4_096)]);
    }
}
