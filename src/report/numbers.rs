//! Numbers as a person reads them.

use std::fmt::Write;

/// `1 packet`, `15 packets`, `4 210 packets`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(count))
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut said = String::with_capacity(digits.len().saturating_add(6));
    for (place, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        said.push(digit);
        if place > 0 && place.is_multiple_of(3) {
            said.push(' ');
        }
    }
    said
}

/// A length of time in seconds: `20.0 s`, `0.02 s`, `1.5 ms`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds.abs() {
        s if s >= 0.995 => format!("{seconds:.1} s"),
        s if s >= 0.00995 => format!("{seconds:.2} s"),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}

/// A length of time in milliseconds: `3.1 ms`, `250 ms`, `2.5 s`.
pub(super) fn millis(millis: f64) -> String {
    match millis.abs() {
        ms if ms >= 999.5 => format!("{:.1} s", millis / 1e3),
        ms if ms >= 9.95 => format!("{millis:.0} ms"),
        _ => format!("{millis:.1} ms"),
    }
}

/// Numbers in ascending order, neighbours joined: `0, 1, 4–9`; beyond `limit` parts the rest is counted.
pub(super) fn ranges(numbers: &[u64], dash: &str, limit: usize) -> String {
    let runs = runs(numbers);
    let mut said = String::new();
    for (first, last) in runs.iter().take(limit) {
        let comma = if said.is_empty() { "" } else { ", " };
        let written = match last.saturating_sub(*first) {
            0 => write!(said, "{comma}{first}"),
            1 => write!(said, "{comma}{first}, {last}"),
            _ => write!(said, "{comma}{first}{dash}{last}"),
        };
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    let left = runs.iter().skip(limit).map(|(first, last)| last.saturating_sub(*first).saturating_add(1));
    match left.fold(0_u64, u64::saturating_add) {
        0 => said,
        more => format!("{said} and {more} more"),
    }
}

fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.saturating_add(1) == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_and_one_is_singular() {
        let said =
            [plural(1, "packet"), plural(0, "packet"), plural(4210, "packet"), plural(1_234_567, "octet")];
        assert_eq!(said, ["1 packet", "0 packets", "4 210 packets", "1 234 567 octets"]);
    }

    #[test]
    fn neighbours_are_joined_and_what_is_too_many_is_counted() {
        assert_eq!(ranges(&[4, 1, 0, 5, 6, 9], "–", 9), "0, 1, 4–6, 9");
        assert_eq!(ranges(&[4, 5, 6], "..", 9), "4..6");
        assert_eq!(ranges(&[1, 3, 5, 6, 7], "–", 2), "1, 3 and 3 more");
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        assert_eq!([seconds(20.005), seconds(0.02), seconds(0.0015)], ["20.0 s", "0.02 s", "1.5 ms"]);
        assert_eq!([millis(3.12), millis(250.0), millis(2500.0)], ["3.1 ms", "250 ms", "2.5 s"]);
    }
}
