//! The decoder of one direction: turns each field block into fields, whatever it consists of, and keeps the dynamic table.

use std::fmt;

use crate::base::to_u32;
use crate::limits::MAX_DECODED_BLOCK;

use super::cursor::Cursor;
use super::names::traits_of_name;
use super::table::{Entry, Found, Name, Table};
use super::values::traits_of_value;
use super::{Block, Fault, FaultKind, Field, Representation, Text, Traits};

/// Decodes the field blocks of one direction of a connection, in their order.
///
/// It never fails: what is wrong is told in [`Block::error`]. An index into a part of the dynamic table that was never
/// seen gives [`Text::Unknown`], and decoding goes on: entries count from the newest, so all that were inserted since
/// resolve.
///
/// A fault inside an integer or a string ends its block, and all entries become unknown: nobody can say what the rest
/// would have done to the table. After any other fault decoding goes on, for the sender's table is still as it says.
pub struct Decoder {
    table: Table,
    limit: u32,
    owed: Option<u32>,
    name: Vec<u8>,
    value: Vec<u8>,
    /// The block decoded last, as long as the same octets mean the same again; else empty.
    last: Vec<u8>,
    /// Octets of the block decoded last.
    length: usize,
}

/// Why a block is not decoded to its end.
enum Stop {
    Fault(Fault),
    Cap,
}

/// The next field's place: where its representation begins, how it is written, the bits of its first octet that begin an
/// integer.
#[derive(Clone, Copy)]
struct Start<'c> {
    at: Cursor<'c>,
    representation: Representation,
    mask: u8,
}

/// What the fields of a block add up to, and who takes them one by one.
struct Receiver<'e, W, E> {
    summary: Block,
    wants: W,
    emit: &'e mut E,
}

impl fmt::Debug for Decoder {
    /// Without its entries: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("exact", &self.exact())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

/// A copy takes the buffers of another decoder for its own, so that many copies cost no allocation.
impl Clone for Decoder {
    fn clone(&self) -> Self {
        let mut copy = Self::new();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, source: &Self) {
        self.table.clone_from(&source.table);
        (self.limit, self.owed, self.length) = (source.limit, source.owed, source.length);
        self.last.clone_from(&source.last);
    }
}

impl Decoder {
    /// A decoder for a direction seen from its first octet: the table is exact, its size and its limit are 4,096 octets
    /// (RFC 9113 §6.5.2).
    #[must_use]
    pub fn new() -> Self {
        Self {
            table: Table::new(),
            limit: 4096,
            owed: None,
            name: Vec::new(),
            value: Vec::new(),
            last: Vec::new(),
            length: 0,
        }
    }

    /// A decoder for a direction whose beginning was not seen: what the table held before, how large it may be and what the
    /// receiver allows is unknown, the latter until [`Self::set_limit`] tells it.
    #[must_use]
    pub fn joined_late() -> Self {
        let mut decoder = Self { limit: u32::MAX, ..Self::new() };
        decoder.lose();
        decoder
    }

    /// True as long as it has decoded nothing, and its table is that with which every connection begins.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.length == 0 && self.owed.is_none() && self.table.is_new()
    }

    /// The largest SETTINGS_HEADER_TABLE_SIZE that the sender may use, as it was told last; `u32::MAX` where that is unknown.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Tells that a field block was lost or could not be assembled: all entries are unknown from here on.
    pub fn lose(&mut self) {
        self.table.lose(self.limit);
        self.owed = None;
        self.last.clear();
    }

    /// True when every entry that the sender can refer to is known.
    ///
    /// After a loss it becomes true again once nothing older than the known entries can be left: after a size update to
    /// 0, or when the known entries alone fill the table. Then some of the oldest known ones may be gone already, where
    /// the sender's size or a name was unknown; an index to them is not told from a right one.
    #[must_use]
    pub fn exact(&self) -> bool {
        self.table.exact()
    }

    /// Sets the largest SETTINGS_HEADER_TABLE_SIZE that the sender may use now, in octets: the largest of the one it
    /// acknowledged last and those it may have seen since; `u32::MAX` where that is unknown. It bounds size updates,
    /// and the table itself as long as its size is unknown; so tell it before [`Self::lose`] where both are due.
    pub fn set_limit(&mut self, octets: u32) {
        self.limit = octets;
        self.last.clear();
    }

    /// Tells that the sender acknowledged a SETTINGS that lowered the limit to `at_most` octets: its next block must begin
    /// with a size update to that or less, unless its table is that small already (RFC 7541 §4.2, RFC 9113 §4.3.1). Told
    /// several times before a block, the smallest counts. Nothing is owed while the size of the table is unknown.
    pub fn require_update(&mut self, at_most: u32) {
        if self.table.maximum().is_some_and(|maximum| maximum > at_most) {
            self.owed = Some(self.owed.map_or(at_most, |owed| owed.min(at_most)));
            self.last.clear();
        }
    }

    /// The size of the sender's table in octets (RFC 7541 §4.2), where it is known.
    #[must_use]
    pub fn maximum(&self) -> Option<u32> {
        self.table.maximum()
    }

    /// Octets that the known entries take by the measure of RFC 7541 §4.1.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.table.size()
    }

    /// The known entries of the dynamic table, newest first. Unless [`Self::exact`], others may follow behind them.
    pub fn table(&self) -> impl Iterator<Item = Entry<'_>> {
        self.table.rows()
    }

    /// True when `block` is known to be the one decoded last, octet for octet, and means the same again: that one had no mistake
    /// and left the table as it was, and nothing was told since. Most blocks of a long connection are like the one before. A
    /// block is kept for this only when the one before it was as long.
    #[must_use]
    pub fn repeats(&self, block: &[u8]) -> bool {
        !block.is_empty() && self.last == block
    }

    /// Decodes a whole field block; `emit` takes each field in turn.
    pub fn decode(&mut self, block: &[u8], emit: &mut impl FnMut(Field<'_>)) -> Block {
        self.decode_where(block, |_| true, emit)
    }

    /// As [`Self::decode`], but `emit` takes only the fields whose traits `wants` accepts. The others count as well, and cost
    /// less: their texts are not looked up.
    pub fn decode_where(
        &mut self,
        block: &[u8],
        wants: impl Fn(Traits) -> bool,
        emit: &mut impl FnMut(Field<'_>),
    ) -> Block {
        let mut cursor = Cursor::new(block);
        let mut receiver = Receiver { summary: Block::default(), wants, emit };
        let outcome = self.begin(&mut cursor, &mut receiver.summary);
        let outcome = outcome.and_then(|()| self.fields(&mut cursor, &mut receiver));
        let mut summary = receiver.summary;
        match outcome {
            Ok(()) => summary.complete = true,
            Err(Stop::Fault(fault)) => summary.note(fault),
            Err(Stop::Cap) => summary.capped = true,
        }
        if !summary.complete {
            self.lose();
        }
        self.last.clear();
        if summary.changes_nothing() && block.len() == self.length && block.len() <= KEPT_BLOCK {
            self.last.extend_from_slice(block);
        }
        self.length = block.len();
        for scratch in [&mut self.name, &mut self.value] {
            if scratch.capacity() > KEPT_SCRATCH {
                *scratch = Vec::new();
            }
        }
        summary
    }

    /// The size updates at the beginning, and whether one was owed.
    fn begin(&mut self, cursor: &mut Cursor<'_>, summary: &mut Block) -> Result<(), Stop> {
        while cursor.peek().is_some_and(|first| first & 0xe0 == 0x20) {
            self.update(cursor, summary)?;
            summary.octets = cursor.offset();
        }
        if summary.updates.count() == 0 {
            self.table.bound(self.limit);
        }
        if let Some(owed) = self.owed.take() {
            let signalled = summary.updates.smallest();
            if signalled.is_none_or(|size| size > owed) {
                summary.note(cursor.fault(FaultKind::SizeUpdateMissing { owed, signalled }));
            }
        }
        Ok(())
    }

    fn fields<W: Fn(Traits) -> bool, E: FnMut(Field<'_>)>(
        &mut self,
        cursor: &mut Cursor<'_>,
        receiver: &mut Receiver<'_, W, E>,
    ) -> Result<(), Stop> {
        while let Some(first) = cursor.peek() {
            let at = *cursor;
            let start = |representation, mask| Start { at, representation, mask };
            let outcome = match first {
                0x80.. => self.indexed(start(Representation::Indexed, 0x7f), cursor, receiver),
                0x40.. => self.literal(start(Representation::IncrementalIndexing, 0x3f), cursor, receiver),
                0x20.. => {
                    receiver.summary.note(at.fault(FaultKind::SizeUpdateNotFirst));
                    self.update(cursor, &mut receiver.summary)
                }
                0x10.. => self.literal(start(Representation::NeverIndexed, 0x0f), cursor, receiver),
                _ => self.literal(start(Representation::WithoutIndexing, 0x0f), cursor, receiver),
            };
            if let Err(stop) = outcome {
                receiver.summary.octets = at.offset();
                return Err(stop);
            }
        }
        receiver.summary.octets = cursor.offset();
        Ok(())
    }

    /// A size update (RFC 7541 §6.3).
    fn update(&mut self, cursor: &mut Cursor<'_>, summary: &mut Block) -> Result<(), Stop> {
        let start = *cursor;
        let asked = cursor.integer(0x1f)?;
        if asked > self.limit {
            summary.note(start.fault(FaultKind::SizeUpdateTooLarge { asked, limit: self.limit }));
        }
        summary.updates.add(asked);
        self.table.resize(asked);
        Ok(())
    }

    /// An indexed field (RFC 7541 §6.1).
    fn indexed<W: Fn(Traits) -> bool, E: FnMut(Field<'_>)>(
        &mut self,
        start: Start<'_>,
        cursor: &mut Cursor<'_>,
        receiver: &mut Receiver<'_, W, E>,
    ) -> Result<(), Stop> {
        let index = cursor.integer(start.mask)?;
        let found = self.table.find(index);
        let (traits, size, unknown) = match found {
            Found::Fixed(fixed) => (fixed.traits, fixed.size, false),
            Found::Entry(slot) => (slot.traits, slot.size(), slot.nameless),
            Found::Past => (Traits::NONE, 32, true),
            Found::Nothing { largest } => {
                receiver.summary.note(start.leads_nowhere(index, largest));
                (Traits::NONE, 32, true)
            }
        };
        if let Some(traits) = receiver.count(traits, size, unknown)? {
            let (name, value) = match found {
                Found::Fixed(fixed) => (Text::Known(fixed.name), Text::Known(fixed.value)),
                Found::Entry(slot) => (self.table.name(slot, index), Text::Known(self.table.value(slot))),
                Found::Past | Found::Nothing { .. } => (Text::Unknown(index), Text::Unknown(index)),
            };
            (receiver.emit)(start.field(index, cursor, (name, false), (value, false), traits));
        }
        Ok(())
    }

    /// A literal (RFC 7541 §6.2).
    fn literal<W: Fn(Traits) -> bool, E: FnMut(Field<'_>)>(
        &mut self,
        start: Start<'_>,
        cursor: &mut Cursor<'_>,
        receiver: &mut Receiver<'_, W, E>,
    ) -> Result<(), Stop> {
        let index = cursor.integer(start.mask)?;
        let mut name_huffman = false;
        let mut nowhere = None;
        let (name, of_name) = if index == 0 {
            let literal = cursor.string(&mut self.name)?;
            name_huffman = literal.huffman;
            (Name::Octets(literal.octets), traits_of_name(literal.octets))
        } else {
            match self.table.find(index) {
                Found::Fixed(fixed) => (Name::Octets(fixed.name), fixed.traits & Traits::OF_NAME),
                Found::Entry(slot) => (Name::Entry(slot), slot.traits & Traits::OF_NAME),
                Found::Past => (Name::Unknown, Traits::NONE),
                Found::Nothing { largest } => {
                    nowhere = Some(start.leads_nowhere(index, largest));
                    (Name::Unknown, Traits::NONE)
                }
            }
        };
        let value = cursor.string(&mut self.value)?;
        let traits = of_name | traits_of_value(of_name, value.octets);
        let text = match name {
            Name::Octets(octets) => Text::Known(octets),
            Name::Entry(slot) => self.table.name(slot, index),
            Name::Unknown => Text::Unknown(index),
        };
        if let Some(fault) = nowhere {
            receiver.summary.note(fault);
        }
        let size = to_u32(text.len()).saturating_add(to_u32(value.octets.len())).saturating_add(32);
        if let Some(traits) = receiver.count(traits, size, matches!(text, Text::Unknown(_)))? {
            let value = (Text::Known(value.octets), value.huffman);
            (receiver.emit)(start.field(index, cursor, (text, name_huffman), value, traits));
        }
        match (start.representation, nowhere) {
            (Representation::IncrementalIndexing, None) => {
                let summary = &mut receiver.summary;
                summary.inserted = summary.inserted.saturating_add(1);
                self.table.insert(name, value.octets, traits);
            }
            // The sender has an entry now that no receiver can have.
            (Representation::IncrementalIndexing, Some(_)) => self.lose(),
            _ => {}
        }
        Ok(())
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Start<'_> {
    fn field<'a>(
        self,
        index: u32,
        end: &Cursor<'_>,
        (name, name_huffman): (Text<'a>, bool),
        (value, value_huffman): (Text<'a>, bool),
        traits: Traits,
    ) -> Field<'a> {
        let (offset, representation) = (self.at.offset(), self.representation);
        let octets = end.offset().wrapping_sub(offset);
        Field { name, value, representation, index, traits, offset, octets, name_huffman, value_huffman }
    }

    fn leads_nowhere(self, index: u32, largest: u32) -> Fault {
        let kind =
            if index == 0 { FaultKind::IndexZero } else { FaultKind::IndexOutOfRange { index, largest } };
        self.at.fault(kind)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<W: Fn(Traits) -> bool, E: FnMut(Field<'_>)> Receiver<'_, W, E> {
    /// Adds a field to the summary, unless the block is too large by now. Its traits, those of its place included, when
    /// somebody wants to see it.
    fn count(&mut self, traits: Traits, size: u32, unknown: bool) -> Result<Option<Traits>, Stop> {
        self.summary.size = self.summary.size.saturating_add(u64::from(size));
        if self.summary.size > MAX_DECODED_BLOCK {
            return Err(Stop::Cap);
        }
        let traits = self.summary.add(traits, unknown);
        Ok((self.wants)(traits).then_some(traits))
    }
}

/// Longest block that is compared with the next one: larger ones carry fresh values.
const KEPT_BLOCK: usize = 256;

/// Octets of scratch that a decoder holds between blocks; fields that need more are rare, and pay for it by their length.
const KEPT_SCRATCH: usize = 4096;
