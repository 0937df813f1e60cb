//! Octets that many hold and one counts: texts that streams share, whose sum no list of streams could tell quickly.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is held in all by those who were given a [`Load`]. It costs nothing until the first one.
#[derive(Debug, Default)]
pub struct Scale(Option<Arc<AtomicU64>>);

/// So many octets, counted for as long as this lives. It makes no difference to what it goes with.
#[derive(Debug, Default)]
pub struct Load(Option<(Arc<AtomicU64>, u64)>);

impl Scale {
    /// Octets that are held.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.0.as_ref().map_or(0, |sum| sum.load(Ordering::Relaxed))
    }

    /// Counts so many octets.
    pub fn load(&mut self, octets: u64) -> Load {
        let sum = self.0.get_or_insert_default().clone();
        sum.fetch_add(octets, Ordering::Relaxed);
        Load(Some((sum, octets)))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some((sum, octets)) = &self.0 {
            sum.fetch_sub(*octets, Ordering::Relaxed);
        }
    }
}

impl Clone for Load {
    fn clone(&self) -> Self {
        if let Some((sum, octets)) = &self.0 {
            sum.fetch_add(*octets, Ordering::Relaxed);
        }
        Self(self.0.clone())
    }
}

impl PartialEq for Load {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Load {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_for_as_long_as_it_is_held() {
        let mut scale = Scale::default();
        let (one, other) = (scale.load(10), scale.load(5));
        let copy = one.clone();
        assert_eq!(scale.octets(), 25);
        drop((one, other));
        assert_eq!(scale.octets(), 10);
        drop(copy);
        assert_eq!(scale.octets(), 0);
    }
}
