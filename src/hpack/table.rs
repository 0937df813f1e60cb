//! The dynamic table of one direction (RFC 7541 §2.3.2), also when its past was never seen.
//!
//! Entries count from the newest, so what was inserted since the capture began always resolves. The table here keeps an
//! entry as long as it *may* exist: sizes are taken as small, the maximum as large as they can be. So it holds at least
//! what the real one holds of what was seen, and what it proves to be gone is gone.

use std::collections::VecDeque;

use crate::base::to_u32;
use crate::limits::MAX_DYNAMIC_TABLE;

use super::static_table::{self, FIXED, Fixed};
use super::{Text, Traits};

/// The static and the dynamic table behind one address space.
pub(super) struct Table {
    fixed: &'static [Fixed; 61],
    /// Oldest first.
    entries: VecDeque<Slot>,
    /// Names and values of the entries, in the same order, from the start of the oldest to the end.
    octets: Vec<u8>,
    /// Sum of the sizes of the entries, unknown names counting as empty.
    size: u32,
    /// The largest size in force (RFC 7541 §4.2), or an upper bound of it.
    maximum: u32,
    maximum_known: bool,
    /// Older entries than those known may exist.
    past: bool,
    /// Entries whose name is not known.
    nameless: u32,
}

/// Where an index leads.
#[derive(Clone, Copy)]
pub(super) enum Found {
    /// To an entry of the static table.
    Fixed(&'static Fixed),
    /// To an entry of the dynamic table.
    Entry(Slot),
    /// Into the part of the dynamic table that was never seen.
    Past,
    /// Nowhere.
    Nothing {
        /// The largest index that may lead somewhere.
        largest: u32,
    },
}

/// An entry of the dynamic table.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) traits: Traits,
    start: u32,
    name: u32,
    value: u32,
    pub(super) nameless: bool,
}

/// The name of an entry to be inserted.
#[derive(Clone, Copy)]
pub(super) enum Name<'a> {
    Octets(&'a [u8]),
    /// The name of another entry.
    Entry(Slot),
    Unknown,
}

/// An entry of the dynamic table, as a view shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its index now; the newest has 62.
    pub index: u32,
    /// Its name, unknown where a literal referred to an entry that was never seen.
    pub name: Text<'a>,
    /// Its value.
    pub value: Text<'a>,
    /// Its size by the measure of RFC 7541 §4.1, in octets; a name that is not known counts as empty.
    pub size: u32,
    /// What is noteworthy about it.
    pub traits: Traits,
}

impl Clone for Table {
    fn clone(&self) -> Self {
        let mut copy = Self::new();
        copy.clone_from(self);
        copy
    }

    fn clone_from(&mut self, source: &Self) {
        self.entries.clear();
        self.octets.clear();
        if !source.entries.is_empty() {
            self.entries.reserve(source.entries.len().max(FIRST_ENTRIES));
            self.octets.reserve(source.octets.len().max(FIRST_OCTETS));
        }
        let (older, newer) = source.entries.as_slices();
        self.entries.extend(older);
        self.entries.extend(newer);
        self.octets.extend_from_slice(&source.octets);
        let Self { fixed, size, maximum, maximum_known, past, nameless, .. } = *source;
        (self.fixed, self.size, self.maximum) = (fixed, size, maximum);
        (self.maximum_known, self.past, self.nameless) = (maximum_known, past, nameless);
    }
}

impl Table {
    /// An empty table of the size that every connection begins with (RFC 9113 §6.5.2).
    pub(super) fn new() -> Self {
        Self {
            fixed: static_table::table(),
            entries: VecDeque::new(),
            octets: Vec::new(),
            size: 0,
            maximum: 4096,
            maximum_known: true,
            past: false,
            nameless: 0,
        }
    }

    /// True for an empty table of the size that every connection begins with.
    pub(super) fn is_new(&self) -> bool {
        self.entries.is_empty() && self.exact() && self.maximum() == Some(4096)
    }

    /// Forgets all entries; any others may exist, in a table of at most `limit` octets.
    pub(super) fn lose(&mut self, limit: u32) {
        self.clear();
        self.past = true;
        self.maximum_known = false;
        self.bound(limit);
    }

    /// Takes `limit` for the largest size that the sender's table may have, unless that is known.
    pub(super) fn bound(&mut self, limit: u32) {
        if !self.maximum_known {
            self.maximum = limit;
            self.evict();
        }
    }

    /// Applies a size update (RFC 7541 §6.3).
    pub(super) fn resize(&mut self, maximum: u32) {
        self.maximum = maximum;
        self.maximum_known = true;
        self.evict();
    }

    /// The maximum in force, where it is known.
    pub(super) fn maximum(&self) -> Option<u32> {
        self.maximum_known.then_some(self.maximum)
    }

    /// True when every entry that may exist is known.
    pub(super) fn exact(&self) -> bool {
        !self.past && self.nameless == 0
    }

    /// Sum of the sizes of the known entries.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// Where `index` leads.
    pub(super) fn find(&self, index: u32) -> Found {
        match index.checked_sub(1) {
            Some(place @ 0..FIXED) => match self.fixed.get(usize_from(place)) {
                Some(fixed) => Found::Fixed(fixed),
                None => Found::Nothing { largest: FIXED },
            },
            Some(place) => self.find_dynamic(place.wrapping_sub(FIXED)),
            None => Found::Nothing { largest: self.largest() },
        }
    }

    /// The entry with `newer` newer ones.
    fn find_dynamic(&self, newer: u32) -> Found {
        let count = self.entries.len();
        let slot = count.checked_sub(1).and_then(|last| last.checked_sub(usize_from(newer)));
        match slot.and_then(|place| self.entries.get(place)) {
            Some(slot) => Found::Entry(*slot),
            None => {
                let largest = self.largest();
                if newer < largest.saturating_sub(FIXED) { Found::Past } else { Found::Nothing { largest } }
            }
        }
    }

    /// The largest index that may lead somewhere: an entry that was never seen takes 32 octets or more.
    fn largest(&self) -> u32 {
        let unseen = if self.past { self.maximum.saturating_sub(self.size) >> 5 } else { 0 };
        FIXED.saturating_add(to_u32(self.entries.len())).saturating_add(unseen)
    }

    /// The name of an entry, which stands at `index`.
    pub(super) fn name(&self, slot: Slot, index: u32) -> Text<'_> {
        if slot.nameless { Text::Unknown(index) } else { Text::Known(self.octets_of(slot.start, slot.name)) }
    }

    /// The value of an entry.
    pub(super) fn value(&self, slot: Slot) -> &[u8] {
        self.octets_of(slot.start.wrapping_add(slot.name), slot.value)
    }

    fn octets_of(&self, start: u32, length: u32) -> &[u8] {
        let start = usize_from(start);
        self.octets.get(start..start.wrapping_add(usize_from(length))).unwrap_or_default()
    }

    /// The entries, newest first.
    pub(super) fn rows(&self) -> impl Iterator<Item = Entry<'_>> {
        (FIXED.saturating_add(1)..).zip(self.entries.iter().rev()).map(|(index, slot)| Entry {
            index,
            name: self.name(*slot, index),
            value: Text::Known(self.value(*slot)),
            size: slot.size(),
            traits: slot.traits,
        })
    }

    /// Inserts an entry (RFC 7541 §4.4): older ones make room for it, all of them if it is too large.
    pub(super) fn insert(&mut self, name: Name<'_>, value: &[u8], traits: Traits) {
        let length = match name {
            Name::Octets(octets) => to_u32(octets.len()),
            Name::Entry(slot) => slot.name,
            Name::Unknown => 0,
        };
        let nameless = match name {
            Name::Octets(_) => false,
            Name::Entry(slot) => slot.nameless,
            Name::Unknown => true,
        };
        let mut slot = Slot { traits, start: 0, name: length, value: to_u32(value.len()), nameless };
        if slot.size() > self.kept() {
            // Too large for the sender's table it empties it; too large only for this one it becomes unseen past.
            self.clear();
            self.past = slot.size() <= self.maximum;
            return;
        }
        // The name may be that of an entry which is about to be evicted: it is copied first.
        let moved = self.make_room(slot.name.saturating_add(slot.value));
        slot.start = to_u32(self.octets.len());
        match name {
            Name::Octets(octets) => self.octets.extend_from_slice(octets),
            Name::Entry(other) => self.repeat(other.start.wrapping_sub(moved), other.name),
            Name::Unknown => {}
        }
        self.octets.extend_from_slice(value);
        self.size = self.size.saturating_add(slot.size());
        self.nameless = self.nameless.saturating_add(u32::from(nameless));
        if self.entries.is_empty() {
            self.entries.reserve(FIRST_ENTRIES);
        }
        self.entries.push_back(slot);
        self.evict();
    }

    fn repeat(&mut self, start: u32, length: u32) {
        let start = usize_from(start);
        let end = start.saturating_add(usize_from(length)).min(self.octets.len());
        self.octets.extend_from_within(start.min(end)..end);
    }

    /// Moves the live octets to the front rather than growing, once as many are dead; tells by how far.
    fn make_room(&mut self, more: u32) -> u32 {
        let used = self.octets.len();
        if used.saturating_add(usize_from(more)) <= self.octets.capacity() {
            return 0;
        }
        let dead = self.entries.front().map_or(to_u32(used), |oldest| oldest.start);
        let live = used.saturating_sub(usize_from(dead));
        if usize_from(dead) < live {
            self.octets.reserve(usize_from(more).max(FIRST_OCTETS));
            return 0;
        }
        self.octets.copy_within(usize_from(dead).., 0);
        self.octets.truncate(live);
        for slot in &mut self.entries {
            slot.start = slot.start.wrapping_sub(dead);
        }
        self.octets.reserve(usize_from(more).max(FIRST_OCTETS));
        dead
    }

    /// Drops the oldest entries until the rest fits.
    fn evict(&mut self) {
        while self.size > self.kept() {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.size = self.size.saturating_sub(oldest.size());
            self.nameless = self.nameless.saturating_sub(u32::from(oldest.nameless));
            // What the maximum drives out is gone, and all that was older with it; what only the cap drives out is not.
            self.past = self.maximum > self.kept();
        }
        // An unseen entry would be older than all of these, and takes 32 octets or more.
        if self.past && self.maximum.saturating_sub(self.size) < 32 {
            self.past = false;
        }
    }

    /// Octets, by the measure of RFC 7541 §4.1, that are kept here.
    fn kept(&self) -> u32 {
        self.maximum.min(MAX_DYNAMIC_TABLE)
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.octets.clear();
        self.size = 0;
        self.nameless = 0;
        self.past = false;
    }
}

impl Slot {
    /// RFC 7541 §4.1.
    pub(super) fn size(&self) -> u32 {
        self.name.saturating_add(self.value).saturating_add(32)
    }
}

fn usize_from(number: u32) -> usize {
    crate::base::to_index(u64::from(number))
}

/// Octets asked for at least: the names and values of a small request.
const FIRST_OCTETS: usize = 256;

/// Entries for which there is room from the first one on: what one block of a short connection inserts.
const FIRST_ENTRIES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_do_not_grow_with_the_number_of_entries() {
        let mut table = Table::new();
        for number in 0..50_000_u32 {
            let value = vec![b'v'; (number % 97) as usize];
            table.insert(Name::Octets(&number.to_be_bytes()), &value, Traits::NONE);
            let newest = table.rows().next().unwrap();
            assert_eq!(newest.name, Text::Known(&number.to_be_bytes()));
            assert!(table.octets.capacity() <= 4 * 4096, "after {number} entries");
        }
        let live: u32 = table.entries.iter().map(|slot| slot.name + slot.value).sum();
        assert_eq!(table.size(), live + 32 * to_u32(table.entries.len()));
    }
}
