//! Writes a capture again: all packets or some, with comments on them, and with secrets of TLS in front. Pieces of the file that need
//! no change are copied octet for octet; a pcap may become a pcapng, which can carry comments and secrets.

use std::io::{self, Read, Write};
use std::path::Path;

use nom::number::Endianness::{self, Little};
use pcap_parser::pcapng::{DSB_MAGIC, EPB_MAGIC, IDB_MAGIC, OptionCode, SHB_MAGIC, SPB_MAGIC};

use super::fields::{next_option, u32_at};
use super::pieces::{Layout, Piece};
use super::secrets::TLS_KEY_LOG;
use super::{LinkType, Packet, Reader};
use crate::base::to_u32;
use crate::error::Error;

/// What a copy is to be like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rewriting<'a> {
    /// The format of the copy.
    pub form: Form,
    /// A key log of TLS to be put in front of the packets of a pcapng; nothing where it is empty.
    pub secrets: &'a [u8],
    /// What becomes of the key logs that a pcapng has.
    pub embedded: Embedded,
    /// Which of the comments that packets have are left out; none of them where there is no answer.
    pub stale: Option<fn(&str) -> bool>,
}

/// The format of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// That of the file.
    #[default]
    Same,
    /// pcapng.
    Pcapng,
}

/// What becomes of key logs inside a pcapng.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embedded {
    /// They stay where they are.
    #[default]
    Kept,
    /// They are left out.
    LeftOut,
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Packets in it.
    pub packets: u64,
    /// Packets whose comments found no place: a Simple Packet Block takes none.
    pub uncommented: u64,
}

/// Copies a capture. `comments` says of each packet which comments it gets; a packet without an answer is left out.
///
/// # Errors
///
/// When the capture cannot be read on, or the copy, which `name` names, cannot be written.
pub fn rewrite<'c, R: Read>(
    reader: &mut Reader<R>,
    (write, name): (&mut dyn Write, &Path),
    wanted: &Rewriting<'_>,
    comments: &mut dyn FnMut(&Packet<'_>) -> Option<&'c [String]>,
) -> Result<Copied, Error> {
    let cannot_write = |source| Error::Write { path: name.to_owned(), source };
    let mut copy = Copy { write, wanted, given: false, nanoseconds: false, copied: Copied::default() };
    copy.begin(reader).map_err(cannot_write)?;
    while let Some(piece) = reader.next_piece()? {
        copy.piece(&piece, comments).map_err(cannot_write)?;
    }
    copy.write.flush().map_err(cannot_write)?;
    Ok(copy.copied)
}

/// Copies a capture to a pcapng with these secrets, in the place of those that it had.
///
/// # Errors
///
/// When it cannot be read, or the copy cannot be written.
pub fn copy_with_secrets(from: &Path, to: &Path, secrets: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::open(from)?;
    let mut write = create(from, to)?;
    let wanted =
        Rewriting { form: Form::Pcapng, secrets, embedded: Embedded::LeftOut, ..Rewriting::default() };
    rewrite(&mut reader, (&mut write, to), &wanted, &mut |_| Some(&[])).map(|_| ())
}

/// Opens a file for a copy, or anything else that is made of the capture `from`, which must be another one.
///
/// # Errors
///
/// When it is the same file, or cannot be written.
pub fn create(from: &Path, to: &Path) -> Result<io::BufWriter<std::fs::File>, Error> {
    if same_file(from, to) {
        return Err(Error::Usage(format!("{} cannot be read and written at once", from.display())));
    }
    let file = std::fs::File::create(to).map_err(|source| Error::Write { path: to.to_owned(), source })?;
    Ok(io::BufWriter::with_capacity(1 << 16, file))
}

/// True when both paths lead to one file that is there.
#[must_use]
pub fn same_file(one: &Path, other: &Path) -> bool {
    let real = || Some((one.canonicalize().ok()?, other.canonicalize().ok()?));
    real().is_some_and(|(one, other)| one == other)
}

/// A copy on its way.
struct Copy<'a> {
    write: &'a mut dyn Write,
    wanted: &'a Rewriting<'a>,
    /// The secrets are written.
    given: bool,
    /// Times of a pcap that becomes a pcapng are in nanoseconds, not microseconds.
    nanoseconds: bool,
    copied: Copied,
}

impl Copy<'_> {
    /// What stands in front of the first record of a pcap.
    fn begin<R: Read>(&mut self, reader: &Reader<R>) -> io::Result<()> {
        let Some((head, snaplen)) = reader.pcap_head() else { return Ok(()) };
        if self.wanted.form == Form::Same {
            return self.write.write_all(head);
        }
        let facts = reader.facts();
        self.nanoseconds = facts.nanoseconds;
        let link = facts.link_types.first().copied().unwrap_or(LinkType::EN10MB);
        let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        self.write.write_all(&block(SHB_MAGIC, &section, Little))?;
        self.give_secrets(Little)?;
        let link = u16::try_from(link.0).unwrap_or(u16::MAX).to_le_bytes();
        let resolution = if self.nanoseconds { 9 } else { 6 };
        let options = [9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0];
        let interface = [&link[..], &[0; 2], &snaplen.to_le_bytes(), &options].concat();
        self.write.write_all(&block(IDB_MAGIC, &interface, Little))
    }

    fn piece<'c>(
        &mut self,
        piece: &Piece<'_>,
        comments: &mut dyn FnMut(&Packet<'_>) -> Option<&'c [String]>,
    ) -> io::Result<()> {
        match (piece.layout, &piece.packet) {
            (layout, Some(packet)) => {
                let Some(comments) = comments(packet) else { return Ok(()) };
                self.copied.packets = self.copied.packets.saturating_add(1);
                match layout {
                    Layout::Record if self.wanted.form == Form::Same => self.write.write_all(piece.octets),
                    Layout::Record => self.write.write_all(&self.enhanced(packet, comments)),
                    Layout::Block { kind, order } => {
                        self.packet_block(piece.octets, (kind, order), packet, comments)
                    }
                }
            }
            (Layout::Block { kind: SHB_MAGIC, order }, None) => self.section(piece.octets, order),
            (Layout::Block { kind: DSB_MAGIC, order }, None)
                if self.wanted.embedded == Embedded::LeftOut
                    && u32_at(piece.octets, 8, order) == Some(TLS_KEY_LOG) =>
            {
                Ok(())
            }
            _ => self.write.write_all(piece.octets),
        }
    }

    /// A section's header, whose length is no longer known; behind the first one stand the secrets.
    fn section(&mut self, octets: &[u8], order: Endianness) -> io::Result<()> {
        let mut octets = octets.to_vec();
        if let Some(length) = octets.get_mut(16..24) {
            length.fill(0xff);
        }
        self.write.write_all(&octets)?;
        self.give_secrets(order)
    }

    fn give_secrets(&mut self, order: Endianness) -> io::Result<()> {
        let secrets = self.wanted.secrets;
        if std::mem::replace(&mut self.given, true) || secrets.is_empty() {
            return Ok(());
        }
        let head = [word(TLS_KEY_LOG, order), word(to_u32(secrets.len()), order)].concat();
        self.write.write_all(&block(DSB_MAGIC, &[&head, secrets].concat(), order))
    }

    /// A packet of a pcap as an Enhanced Packet Block.
    fn enhanced(&self, packet: &Packet<'_>, comments: &[String]) -> Vec<u8> {
        let unit = if self.nanoseconds { 1 } else { 1_000 };
        let stamp = u64::try_from(packet.time.0.checked_div(unit).unwrap_or(0)).unwrap_or(0).to_le_bytes();
        let (low, high) = stamp.split_at(4);
        let lengths = [to_u32(packet.data.len()), packet.original_length].map(u32::to_le_bytes).concat();
        let padding = [0; 3].into_iter().take(padding(packet.data.len())).collect::<Vec<u8>>();
        let options = options(comments, &[], Little);
        let body = [&[0; 4], high, low, &lengths, packet.data, &padding, &options].concat();
        block(EPB_MAGIC, &body, Little)
    }

    /// A packet's block, with further comments, and without stale ones.
    fn packet_block(
        &mut self,
        octets: &[u8],
        (kind, order): (u32, Endianness),
        packet: &Packet<'_>,
        comments: &[String],
    ) -> io::Result<()> {
        let end = octets.len().saturating_sub(4);
        let behind = PACKET_HEAD.saturating_add(packet.data.len().next_multiple_of(4)).min(end);
        let old = octets.get(behind..end).unwrap_or_default();
        let stale = |comment: &str| self.wanted.stale.is_some_and(|stale| stale(comment));
        if kind == SPB_MAGIC || (comments.is_empty() && !has_comment(old, order, &stale)) {
            let lost = u64::from(kind == SPB_MAGIC && !comments.is_empty());
            self.copied.uncommented = self.copied.uncommented.saturating_add(lost);
            return self.write.write_all(octets);
        }
        let kept = without_comments(old, order, &stale);
        let body = [octets.get(8..behind).unwrap_or_default(), &options(comments, &kept, order)].concat();
        self.write.write_all(&block(kind, &body, order))
    }
}

/// Octets of an Enhanced Packet Block, or an obsolete one, in front of the packet.
const PACKET_HEAD: usize = 28;

/// Comments as options, in front of those that there are.
fn options(comments: &[String], old: &[u8], order: Endianness) -> Vec<u8> {
    let mut octets = Vec::new();
    for comment in comments {
        option(OptionCode::Comment.0, comment.as_bytes(), order, &mut octets);
    }
    octets.extend(old);
    if !comments.is_empty() && old.is_empty() {
        octets.extend([0; 4]);
    }
    octets
}

fn option(code: u16, value: &[u8], order: Endianness, into: &mut Vec<u8>) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    for half in [code, length] {
        into.extend(if order == Little { half.to_le_bytes() } else { half.to_be_bytes() });
    }
    let value = value.get(..usize::from(length)).unwrap_or(value);
    into.extend(value);
    into.extend([0; 3].iter().take(padding(value.len())));
}

fn has_comment(mut octets: &[u8], order: Endianness, wanted: &dyn Fn(&str) -> bool) -> bool {
    while let Some((rest, option)) = next_option(octets, order) {
        if option.code == OptionCode::Comment && wanted(&String::from_utf8_lossy(option.value())) {
            return true;
        }
        octets = rest;
    }
    false
}

/// The options without those comments.
fn without_comments(octets: &[u8], order: Endianness, unwanted: &dyn Fn(&str) -> bool) -> Vec<u8> {
    let (mut kept, mut left) = (Vec::new(), octets);
    while let Some((rest, option)) = next_option(left, order) {
        let goes = option.code == OptionCode::Comment && unwanted(&String::from_utf8_lossy(option.value()));
        if !goes {
            kept.extend(left.get(..left.len().saturating_sub(rest.len())).unwrap_or_default());
        }
        left = rest;
    }
    kept.extend(left);
    kept
}

fn block(kind: u32, body: &[u8], order: Endianness) -> Vec<u8> {
    let padding = vec![0; padding(body.len())];
    let length = body.len().saturating_add(padding.len()).saturating_add(12);
    let length = word(to_u32(length), order);
    [&word(kind, order)[..], &length, body, &padding, &length].concat()
}

/// Octets that are missing to a multiple of 32 bits.
fn padding(length: usize) -> usize {
    length.next_multiple_of(4).saturating_sub(length)
}

const fn word(value: u32, order: Endianness) -> [u8; 4] {
    match order {
        Little => value.to_le_bytes(),
        _ => value.to_be_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{Everything, Owned, Pcap, Pcapng, packets, read_all};
    use super::*;
    use crate::base::to_index;

    fn copied(file: &[u8], wanted: &Rewriting<'_>, comments: &[Option<Vec<String>>]) -> (Vec<u8>, Copied) {
        let mut reader = Reader::new(file, "sample").unwrap();
        let mut to = Vec::new();
        let mut answer =
            |packet: &Packet<'_>| comments.get(to_index(packet.number) - 1).and_then(|some| some.as_deref());
        let told = rewrite(&mut reader, (&mut to, Path::new("copy")), wanted, &mut answer).unwrap();
        (to, told)
    }

    fn comments(read: &Everything) -> Vec<(Option<u64>, String)> {
        let comment = |record: &Owned| match record {
            Owned::Comment { text, packet } => Some((*packet, String::from_utf8(text.clone()).unwrap())),
            _ => None,
        };
        read.records.iter().filter_map(comment).collect()
    }

    fn all(count: usize) -> Vec<Option<Vec<String>>> {
        vec![Some(Vec::new()); count]
    }

    #[test]
    fn a_copy_without_changes_has_the_same_octets() {
        for big in [false, true] {
            let pcap = Pcap::new(big, 0xa1b2_3c4d).packet(5, 1, b"first").packet(6, 2, b"").octets();
            assert_eq!(copied(&pcap, &Rewriting::default(), &all(2)).0, pcap);
            let file = Pcapng::new(big).interface(1, 0, &[(1, b"eth0")]).packet(0, 5, b"first");
            let file = file.secrets(TLS_KEY_LOG, b"KEYS").packet_with(0, 6, b"second", &[(1, b"look")]);
            let file = file.section(!big).interface(113, 96, &[(9, &[9])]).block(0x99, b"unknown");
            let file = file.packet(0, 7, &[9; 300]).octets();
            assert_eq!(copied(&file, &Rewriting::default(), &all(3)).0, file);
        }
    }

    #[test]
    fn packets_that_are_left_out_are_gone_and_all_else_stays() {
        let pcap = Pcap::new(true, 0xa1b2_c3d4).packet(5, 1, b"first").packet(6, 2, b"second").octets();
        let (copy, told) = copied(&pcap, &Rewriting::default(), &[None, Some(Vec::new())]);
        let read = read_all(&copy);
        assert_eq!(
            (packets(&read)[0].2.as_slice(), packets(&read).len(), told.packets),
            (&b"second"[..], 1, 1)
        );
        let file = Pcapng::new(true).interface(1, 7, &[]).packet(0, 5, b"first").secrets(TLS_KEY_LOG, b"K");
        let (copy, _) =
            copied(&file.packet(0, 6, b"second").octets(), &Rewriting::default(), &[None, Some(Vec::new())]);
        let read = read_all(&copy);
        assert_eq!((packets(&read).len(), &read.records[0]), (1, &Owned::Secrets(b"K".to_vec())));
    }

    #[test]
    fn a_pcap_becomes_a_pcapng_with_secrets_comments_and_the_same_times() {
        let wanted = Rewriting { form: Form::Pcapng, secrets: b"KEYS\n", ..Rewriting::default() };
        let said = Some(vec!["h2lint one".to_owned(), "h2lint für zwei".to_owned()]);
        for (big, magic) in [(false, 0xa1b2_c3d4), (true, 0xa1b2_3c4d), (false, 0xa1b2_cd34)] {
            let file = Pcap::new(big, magic).packet(5, 1, b"first").record(6, 2, 4, 1_500, b"seco").octets();
            let (copy, _) = copied(&file, &wanted, &[said.clone(), Some(Vec::new())]);
            let (read, before) = (read_all(&copy), read_all(&file));
            assert_eq!(packets(&read), packets(&before));
            assert_eq!(read.records[0], Owned::Secrets(b"KEYS\n".to_vec()));
            assert_eq!(comments(&read)[1], (Some(1), "h2lint für zwei".to_owned()));
            assert_eq!((read.facts.damage_count, read.facts.nanoseconds), (0, magic == 0xa1b2_3c4d));
            assert!(matches!(read.records[4], Owned::Packet { original: 1_500, .. }));
        }
    }

    #[test]
    fn comments_join_those_that_there_are_and_stale_ones_go() {
        let stale: fn(&str) -> bool = |comment| comment.starts_with("old");
        let wanted = Rewriting { stale: Some(stale), ..Rewriting::default() };
        for big in [false, true] {
            let file = Pcapng::new(big).interface(1, 0, &[]);
            let file =
                file.packet_with(0, 5, b"first", &[(2, &[1; 4]), (1, b"old news"), (1, b"mine"), (0, b"")]);
            let file = file.packet_with(0, 6, b"odd", &[(1, b"old too")]).packet(0, 7, b"none");
            let said = [Some(vec!["new".to_owned()]), Some(Vec::new()), Some(vec!["x".to_owned()])];
            let (copy, _) = copied(&file.octets(), &wanted, &said);
            let read = read_all(&copy);
            let expected = [(1, "new"), (1, "mine"), (3, "x")].map(|(n, text)| (Some(n), text.to_owned()));
            assert_eq!((comments(&read), packets(&read).len()), (expected.to_vec(), 3));
            assert_eq!(read.facts.damage_count, 0);
        }
    }

    #[test]
    fn a_simple_packet_takes_no_comment_and_secrets_can_be_replaced() {
        let file = Pcapng::new(false).interface(1, 0, &[]).secrets(TLS_KEY_LOG, b"OLD").secrets(7, b"other");
        let body = [&file.u32(4)[..], b"defg"].concat();
        let file = file.block(3, &body).octets();
        let wanted = Rewriting { secrets: b"NEW", embedded: Embedded::LeftOut, ..Rewriting::default() };
        let (copy, told) = copied(&file, &wanted, &[Some(vec!["said".to_owned()])]);
        assert_eq!((told.packets, told.uncommented), (1, 1));
        assert_eq!(read_all(&copy).records[0], Owned::Secrets(b"NEW".to_vec()));
        assert!(
            copy.windows(5).any(|window| window == b"other")
                && !copy.windows(3).any(|window| window == b"OLD")
        );
    }

    #[test]
    fn what_is_damaged_is_passed_over_and_the_rest_is_copied() {
        let start = || Pcapng::new(false).interface(1, 0, &[]).packet(0, 1, b"good");
        let file = start().block_saying(0x99, &[0; 12], 8, 8).packet(0, 2, b"found").octets();
        let (copy, told) = copied(&file, &Rewriting::default(), &all(2));
        assert_eq!((copy, told.packets), (start().packet(0, 2, b"found").octets(), 2));
    }

    #[test]
    fn a_file_is_not_written_over_itself() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(create(file.path(), file.path()).is_err());
    }

    fn pcapng() -> Vec<u8> {
        let file = Pcapng::new(false).interface(1, 0, &[(1, b"eth0")]).packet(0, 5, b"first");
        let file = file.secrets(TLS_KEY_LOG, b"KEYS").packet_with(0, 6, b"second", &[(1, b"look"), (0, b"")]);
        file.section(true).interface(113, 96, &[(9, &[9])]).packet(0, 7, &[9; 300]).octets()
    }

    proptest! {
        #[test]
        fn whatever_the_octets_a_copy_holds_the_packets_that_were_counted(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            is_pcap in any::<bool>(),
            form in proptest::sample::select(&[Form::Same, Form::Pcapng][..]),
        ) {
            let pcap = Pcap::new(true, 0xa1b2_3c4d).packet(5, 1, b"first").packet(6, 2, &[7; 300]).octets();
            let mut file = if is_pcap { pcap } else { pcapng() };
            for (place, value) in changes {
                let place = place.index(file.len());
                file[place] = value;
            }
            if Reader::new(file.as_slice(), "sample").is_ok() {
                let wanted = Rewriting { form, secrets: b"KEYS\n", ..Rewriting::default() };
                let (copy, told) = copied(&file, &wanted, &vec![Some(vec!["said".to_owned()]); 8]);
                prop_assert!(told.packets <= 8);
                let length = copy.len();
                prop_assert!(length <= file.len() + 8 * 64 + 128, "{length}");
            }
        }
    }
}
