//! Requests of one connection by what they ask for: how many, how many failed, and how long they took, in bounded room however many
//! there are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::views::StreamLine;

/// Requests by method and path.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<String, Group>,
    others: Group,
}

#[derive(Debug, Default)]
struct Group {
    count: u64,
    failed: u64,
    grpc: bool,
    /// How often a time was within an eighth of an octave.
    times: BTreeMap<u64, u64>,
    longest_ms: f64,
}

impl Groups {
    /// Takes a stream that is over.
    pub(super) fn add(&mut self, line: &StreamLine) {
        let asked = line.request.split_once('?').map_or(line.request.as_str(), |(path, _)| path);
        let asked = super::cut(asked, LONGEST);
        let known = self.groups.len() < MOST || self.groups.contains_key(&asked);
        let group = if known { self.groups.entry(asked).or_default() } else { &mut self.others };
        group.add(line);
    }

    /// As rows, the most frequent first: request, gRPC or not, count, failed, p50, p90, p99 and longest in milliseconds.
    pub(super) fn rows(&self) -> Vec<Value> {
        let mut groups: Vec<(&str, &Group)> =
            self.groups.iter().map(|(asked, group)| (asked.as_str(), group)).collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        groups.extend((self.others.count > 0).then_some(("(others)", &self.others)));
        groups.iter().map(|(asked, group)| group.row(asked)).collect()
    }
}

impl Group {
    fn add(&mut self, line: &StreamLine) {
        self.count = self.count.saturating_add(1);
        let refused =
            line.grpc_status.map_or(line.status.is_some_and(|status| status >= 400), |status| status > 0);
        if refused || !matches!(line.end, "closed" | "open") {
            self.failed = self.failed.saturating_add(1);
        }
        self.grpc |= line.grpc_status.is_some();
        if let Some((first, last)) = line.states.first().zip(line.states.last())
            && last.state == "closed"
        {
            let ms = (last.t - first.t) * 1000.0;
            let count = self.times.entry(bucket(ms)).or_default();
            *count = count.saturating_add(1);
            self.longest_ms = self.longest_ms.max(ms);
        }
    }

    fn row(&self, asked: &str) -> Value {
        let part = |percent| self.percentile(percent).map(super::micros);
        let longest = (!self.times.is_empty()).then(|| super::micros(self.longest_ms));
        json!([asked, self.grpc, self.count, self.failed, part(50), part(90), part(99), longest])
    }

    /// The time that so many percent of the requests needed at most, as near as the buckets tell.
    fn percentile(&self, percent: u64) -> Option<f64> {
        let all = self.times.values().copied().fold(0, u64::saturating_add);
        let mut below = 0_u64;
        self.times.iter().find_map(|(bucket, count)| {
            below = below.saturating_add(*count);
            (below.saturating_mul(100) >= all.saturating_mul(percent))
                .then(|| middle(*bucket).min(self.longest_ms))
        })
    }
}

/// Exponent and three bits of the fraction: eight buckets an octave.
const fn bucket(ms: f64) -> u64 {
    ms.max(0.0).to_bits() >> 49
}

const fn middle(bucket: u64) -> f64 {
    f64::from_bits((bucket << 49) | (1 << 48))
}

/// Kinds of requests that are told apart on a connection.
const MOST: usize = 40;
/// Characters of a request.
const LONGEST: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_near_the_truth() {
        let mut group = Group { count: 1000, ..Group::default() };
        for ms in 1..=1000_u32 {
            *group.times.entry(bucket(f64::from(ms))).or_default() += 1;
        }
        group.longest_ms = 1000.0;
        for (percent, truth) in [(50, 500.0), (90, 900.0), (99, 990.0)] {
            let told = group.percentile(percent).unwrap();
            assert!((told - truth).abs() / truth < 0.08, "{percent}: {told}");
        }
        assert_eq!(Group::default().percentile(50), None);
    }
}
