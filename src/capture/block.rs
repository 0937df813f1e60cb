//! Blocks of pcapng: each states its length in front and at its end, and a section header its byte order too. Where the two
//! lengths disagree, reading goes on at the next block that is whole and followed by another one.

use std::io::{self, Read};
use std::ops::Range;

use nom::number::Endianness;
use pcap_parser::pcapng::{CB_MAGIC, DCB_MAGIC, EPB_MAGIC, SHB_MAGIC};

use super::fields::{byte_order, enhanced, u32_at};
use super::source::Source;
use super::{Fault, FileFacts, resync};
use crate::base::to_index;
use crate::limits::{MAX_BLOCK, MAX_RECORD};

/// Finds one block after another.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The byte order of the section that is being read.
    pub(super) order: Endianness,
}

/// Why there is no next block.
enum Trouble {
    Fault(Fault),
    /// The octets end before a block of `need` octets; `claimed` is the length it states, as far as it is there.
    Ended {
        need: usize,
        claimed: u32,
    },
}

/// A block whose two lengths agree, by its place in the source's block of octets.
pub(super) struct Block {
    pub(super) kind: u32,
    /// Where in the file it begins.
    pub(super) offset: u64,
    pub(super) whole: Range<usize>,
    /// What is between its lengths.
    pub(super) body: Range<usize>,
}

impl Blocks {
    /// Octets by which the format is recognised.
    pub(super) const RECOGNISED_BY: usize = SHORTEST_BLOCK;

    /// None when the octets are not the beginning of a section.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        let order = byte_order(head).ok().filter(|_| is_section(head))?;
        Some(Self { order })
    }

    /// Takes the next block whose lengths are possible and agree, passing over what lies before it; none at the end of what can
    /// be read. `interfaces` is how many the section has declared so far.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
        interfaces: usize,
    ) -> io::Result<Option<Block>> {
        loop {
            let fault = match self.next_block(source)? {
                Ok(block) => return Ok(Some(block)),
                Err(Trouble::Fault(fault)) => fault,
                Err(Trouble::Ended { need, claimed }) => {
                    let found =
                        resync::find_in_rest(source.available(), |octets| self.begins(octets, interfaces));
                    if found.is_none() {
                        source.note_end(need, facts);
                        return Ok(None);
                    }
                    Fault::BlockLength(claimed)
                }
            };
            facts.note_damage(source.offset(), fault);
            if !resync::resume(source, facts, WINDOW, |octets| self.begins(octets, interfaces))? {
                source.note_broken(facts);
                return Ok(None);
            }
        }
    }

    #[inline]
    fn next_block<R: Read>(&mut self, source: &mut Source<R>) -> io::Result<Result<Block, Trouble>> {
        if !source.fill(SHORTEST_BLOCK)? {
            return Ok(Err(Trouble::Ended { need: SHORTEST_BLOCK, claimed: 0 }));
        }
        let (kind, length) = match self.head(source.available()) {
            Ok(head) => head,
            Err(fault) => return Ok(Err(Trouble::Fault(fault))),
        };
        // Some writers leave the padding to 32 bits out of the length, yet not out of the block.
        let padded = to_index(length.into()).next_multiple_of(4);
        if !source.fill(padded)? {
            return Ok(Err(Trouble::Ended { need: padded, claimed: length }));
        }
        let back = u32_at(source.available(), padded.saturating_sub(4), self.order).unwrap_or(0);
        if back != length {
            return Ok(Err(Trouble::Fault(Fault::BlockLengths { front: length, back })));
        }
        let offset = source.offset();
        let whole = source.take(padded);
        let body = whole.start.saturating_add(8)..whole.end.saturating_sub(4);
        Ok(Ok(Block { kind, offset, whole, body }))
    }

    /// True when a block seems to begin here: of a known type, with lengths that agree, and behind it the head of another one or
    /// the end.
    fn begins(&self, octets: &[u8], interfaces: usize) -> bool {
        let Some((order, kind, length)) = likely_head(octets, self.order) else { return false };
        let Some((block, rest)) = octets.split_at_checked(length) else { return false };
        let agrees = u32_at(block, length.saturating_sub(4), order).map(|back| to_index(back.into()));
        let fits = kind != EPB_MAGIC
            || enhanced(block.get(8..).unwrap_or_default(), order).is_some_and(|head| {
                to_index(head.captured.into()) <= length.saturating_sub(32)
                    && to_index(head.interface.into()) < interfaces
            });
        agrees == Some(length) && fits && (rest.is_empty() || likely_head(rest, order).is_some())
    }

    /// Type and length of the block that begins here. A section header tells its byte order before its length can be read.
    fn head(&mut self, octets: &[u8]) -> Result<(u32, u32), Fault> {
        if is_section(octets) {
            self.order = byte_order(octets).map_err(Fault::ByteOrder)?;
        }
        let kind = u32_at(octets, 0, self.order).unwrap_or(0);
        let length = u32_at(octets, 4, self.order).unwrap_or(0);
        let possible = SHORTEST_BLOCK..=MAX_BLOCK;
        possible
            .contains(&to_index(length.into()))
            .then_some((kind, length))
            .ok_or(Fault::BlockLength(length))
    }
}

/// Byte order, type and length of what may well be a block: one of the types that files are made of, no longer than a packet.
fn likely_head(octets: &[u8], order: Endianness) -> Option<(Endianness, u32, usize)> {
    let order = if is_section(octets) { byte_order(octets).ok()? } else { order };
    let kind = u32_at(octets, 0, order)?;
    let known = matches!(kind, 1..=10 | SHB_MAGIC | CB_MAGIC | DCB_MAGIC);
    let length = to_index(u32_at(octets, 4, order)?.into());
    let possible = (SHORTEST_BLOCK..=LONGEST_LIKELY).contains(&length) && length.is_multiple_of(4);
    (known && possible).then_some((order, kind, length))
}

fn is_section(block: &[u8]) -> bool {
    block.starts_with(&SHB_MAGIC.to_be_bytes())
}

/// Type, length, length.
const SHORTEST_BLOCK: usize = 12;

/// Longest block that is looked for behind damage: a packet with some options.
const LONGEST_LIKELY: usize = MAX_RECORD + (1 << 12);

/// Octets that the search looks at: such a block and the head of the next one.
const WINDOW: usize = LONGEST_LIKELY + SHORTEST_BLOCK;

#[cfg(test)]
mod tests {
    use super::super::Damage;
    use super::super::sample::{Everything, Pcapng as File, packets, read_all};
    use super::*;
    use crate::base::Time;

    fn faults(read: &Everything) -> Vec<Fault> {
        read.facts.damage.iter().map(|damage| damage.fault).collect()
    }

    #[test]
    fn lengths_that_cannot_be_are_passed_over_to_the_next_block() {
        let start = || File::new(false).interface(1, 0, &[]).packet(0, 1, b"good");
        let offset = crate::base::to_u64(start().octets().len());
        let cases = [
            (8, 8, Fault::BlockLength(8)),
            (u32::MAX, 0, Fault::BlockLength(u32::MAX)),
            (24, 28, Fault::BlockLengths { front: 24, back: 28 }),
        ];
        for (front, back, fault) in cases {
            let file = start().block_saying(0x99, &[0; 12], front, back).packet(0, 2, b"found");
            let read = read_all(&file.octets());
            assert_eq!(packets(&read)[1], (2, Time(2_000), b"found".to_vec()));
            assert_eq!(read.facts.damage, [Damage { after: 1, offset, fault, skipped: 24, resumed: true }]);
            assert_eq!((read.facts.truncated_tail, read.facts.skipped), (None, 24));
        }
    }

    #[test]
    fn a_section_without_byte_order_leads_to_the_next_one() {
        let mut octets = File::new(false).interface(1, 0, &[]).packet(0, 1, b"good").octets();
        let second = octets.len();
        octets.extend(File::new(false).octets());
        octets[second + 8] = 0;
        let read = read_all(&octets);
        assert_eq!(faults(&read), [Fault::ByteOrder(0x1a2b_3c00)]);
        assert_eq!((read.facts.damage[0].skipped, read.facts.damage[0].resumed), (28, false));
        octets.extend(File::new(true).interface(1, 0, &[]).packet(0, 2, b"found").octets());
        assert_eq!(packets(&read_all(&octets)).len(), 2);
    }

    #[test]
    fn a_block_that_claims_more_than_the_file_holds_is_damage_when_others_follow() {
        let start = || File::new(false).interface(1, 0, &[]).packet(0, 1, b"good");
        let mut octets = start().packet(0, 2, b"bad").packet(0, 3, b"found").packet(0, 4, b"last").octets();
        let bad = start().octets().len();
        octets[bad + 6] = 0x50;
        let read = read_all(&octets);
        assert_eq!(
            packets(&read).iter().map(|packet| packet.2.as_slice()).collect::<Vec<_>>(),
            [&b"good"[..], b"found", b"last"]
        );
        assert_eq!(faults(&read), [Fault::BlockLength(0x50_0024)]);
        assert_eq!(read.facts.truncated_tail, None);
    }
}
