//! Under TLS an acknowledgement counts up to the last whole record: what stands in the record behind it cannot be read yet.

use std::collections::VecDeque;

use crate::limits;

/// The ends of one side's records, as the peer acknowledges them.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Ends of records that are not known to be acknowledged; bounded.
    ends: VecDeque<u64>,
    /// The last end that is.
    covered: u64,
}

impl Records {
    /// A record of this side is complete at `end`.
    pub(super) fn note(&mut self, end: u64) {
        if self.ends.back().is_none_or(|last| *last < end) && end > self.covered {
            if self.ends.len() >= limits::MAX_ACK_HISTORY {
                self.ends.pop_front();
            }
            self.ends.push_back(end);
        }
    }

    /// The end of the last record that an acknowledgement up to `offset` covers.
    pub(super) fn covered(&mut self, offset: u64) -> u64 {
        while let Some(end) = self.ends.front().copied().filter(|end| *end <= offset) {
            self.covered = end;
            self.ends.pop_front();
        }
        self.covered.min(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_counts_up_to_the_last_whole_record() {
        let mut records = Records::default();
        [100, 250, 400].iter().for_each(|end| records.note(*end));
        let covered = [99, 100, 249, 399, 120, 400, 900].map(|offset| records.covered(offset));
        assert_eq!(covered, [0, 100, 100, 250, 120, 400, 400]);
    }
}
