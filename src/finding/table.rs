//! A few values by name, in the order of the names: a map for reports, in one piece of memory, because a report may hold thousands.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<V>(Vec<(&'static str, V)>);

impl<V> Table<V> {
    /// These entries, with no room for more.
    #[must_use]
    pub fn exact(entries: impl Iterator<Item = (&'static str, V)> + Clone) -> Self {
        Self::within(entries.clone().count(), entries)
    }

    /// These entries, with room for so many.
    #[must_use]
    pub fn within(room: usize, entries: impl Iterator<Item = (&'static str, V)>) -> Self {
        let mut table = Self(Vec::with_capacity(room));
        entries.for_each(|(name, value)| table.insert(name, value));
        table
    }

    /// One entry, with no room for more.
    #[must_use]
    pub fn of(name: &'static str, value: V) -> Self {
        Self(vec![(name, value)])
    }

    /// Gives a name a value.
    #[inline]
    pub fn insert(&mut self, name: &'static str, value: V) {
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, value));
            return;
        }
        match self.0.binary_search_by_key(&name, |(known, _)| *known) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = value;
                }
            }
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        let at = self.0.binary_search_by_key(&name, |(known, _)| *known).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// True without any entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &V)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> FromIterator<(&'static str, V)> for Table<V> {
    fn from_iter<T: IntoIterator<Item = (&'static str, V)>>(entries: T) -> Self {
        let mut table = Self::default();
        for (name, value) in entries {
            table.insert(name, value);
        }
        table
    }
}

impl<V: Serialize> Serialize for Table<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de: 'static, V: Deserialize<'de>> Deserialize<'de> for Table<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<&'static str, V>::deserialize(deserializer).map(|map| map.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_a_map_by_name() {
        let mut table: Table<u32> = [("b", 2), ("a", 1), ("b", 3)].into_iter().collect();
        table.insert("c", 4);
        let written = serde_json::to_string(&table).ok();
        assert_eq!(written.as_deref(), Some(r#"{"a":1,"b":3,"c":4}"#));
        assert_eq!(serde_json::to_string(&Table::<u32>::default()).ok().as_deref(), Some("{}"));
    }
}
