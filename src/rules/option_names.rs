//! The names under which a person changes the numbers of [`Options`]: those of the catalogue's defaults, and a few more for what
//! is too much. A name that ends in `_s` or `_ms` says its unit; the others count.

use super::options::{IdleTimeout, Options};
use crate::base::Span;
use crate::conn::Rate;

/// A number that can be changed.
#[derive(Clone, Copy)]
pub struct Tunable {
    /// Its name in a configuration file.
    pub name: &'static str,
    number: fn(&mut Options) -> Number<'_>,
}

impl Tunable {
    /// What it is at most, where that is less than any number.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        self.name.ends_with("_percent").then_some(100.0)
    }
}

/// Where a number stands, and in what it is counted.
enum Number<'a> {
    Seconds(&'a mut Span),
    Millis(&'a mut Span),
    Plain(&'a mut i64),
    Count(&'a mut u32),
    Octets(&'a mut u64),
    Rate(&'a mut Rate),
}

impl Options {
    /// Every number that can be changed.
    #[must_use]
    pub const fn tunables() -> &'static [Tunable] {
        TUNABLES
    }

    /// Changes a number; false when it does not fit.
    pub fn tune(&mut self, tunable: &Tunable, number: f64) -> bool {
        let most = tunable.most().unwrap_or(f64::INFINITY);
        number <= most && (tunable.number)(self).set(number).is_some()
    }

    /// A number as it is.
    #[must_use]
    pub fn tuned(mut self, tunable: &Tunable) -> f64 {
        (tunable.number)(&mut self).value()
    }

    /// Adds something that forgets idle connections, or changes how long a known one remembers. What is kept lives as long as the
    /// program: a configuration is read once.
    pub fn remember_idle_timeout(&mut self, name: &str, seconds: u32) {
        let time = Span::seconds(i64::from(seconds));
        let mut known: Vec<IdleTimeout> = self.known_idle_timeouts.to_vec();
        match known.iter_mut().find(|known| known.name == name) {
            Some(known) => known.time = time,
            None => known.push(IdleTimeout { name: Box::leak(name.into()), time }),
        }
        self.known_idle_timeouts = Box::leak(known.into_boxed_slice());
    }
}

impl Number<'_> {
    fn set(self, number: f64) -> Option<()> {
        match self {
            Self::Seconds(span) => *span = Span(nanoseconds(number)?),
            Self::Millis(span) => *span = Span(nanoseconds(number / 1e3)?),
            Self::Plain(plain) => *plain = i64::try_from(whole(number)?).ok()?,
            Self::Count(count) => *count = u32::try_from(whole(number)?).ok()?,
            Self::Octets(octets) => *octets = whole(number)?,
            Self::Rate(rate) => rate.count = u32::try_from(whole(number)?).ok()?,
        }
        Some(())
    }

    fn value(&self) -> f64 {
        match self {
            Self::Seconds(span) => span.as_seconds(),
            Self::Millis(span) => span.as_seconds() * 1e3,
            Self::Plain(plain) => u32::try_from(**plain).map_or(f64::MAX, f64::from),
            Self::Count(count) => f64::from(**count),
            Self::Octets(octets) => u32::try_from(**octets).map_or(f64::MAX, f64::from),
            Self::Rate(rate) => f64::from(rate.count),
        }
    }
}

/// Nanoseconds of a time that is not negative.
fn nanoseconds(seconds: f64) -> Option<i64> {
    let time = jiff::SignedDuration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_negative())?;
    i64::try_from(time.as_nanos()).ok()
}

/// A whole number that is not negative.
fn whole(number: f64) -> Option<u64> {
    let whole = nanoseconds(number).filter(|_| number.fract() == 0.0)?;
    u64::try_from(whole / 1_000_000_000).ok()
}

const TUNABLES: &[Tunable] = &[
    Tunable { name: "preface_wait_s", number: |all| Number::Seconds(&mut all.preface_wait) },
    Tunable { name: "preface_given_up_s", number: |all| Number::Seconds(&mut all.preface_given_up) },
    Tunable { name: "settings_ack_wait_s", number: |all| Number::Seconds(&mut all.settings_ack_wait) },
    Tunable {
        name: "settings_ack_given_up_s",
        number: |all| Number::Seconds(&mut all.settings_ack_given_up),
    },
    Tunable { name: "ping_ack_wait_s", number: |all| Number::Seconds(&mut all.ping_ack_wait) },
    Tunable { name: "reaction_wait_s", number: |all| Number::Seconds(&mut all.reaction_wait) },
    Tunable { name: "reaction_given_up_s", number: |all| Number::Seconds(&mut all.reaction_given_up) },
    Tunable { name: "close_wait_s", number: |all| Number::Seconds(&mut all.close_wait) },
    Tunable { name: "stall_ms", number: |all| Number::Millis(&mut all.thresholds.stall) },
    Tunable { name: "window_wait_s", number: |all| Number::Seconds(&mut all.window_wait) },
    Tunable { name: "window_given_up_s", number: |all| Number::Seconds(&mut all.window_given_up) },
    Tunable { name: "window_blocked_percent", number: |all| Number::Plain(&mut all.window_blocked_percent) },
    Tunable { name: "hung_stream_s", number: |all| Number::Seconds(&mut all.hung_stream) },
    Tunable { name: "idle_gap_s", number: |all| Number::Seconds(&mut all.idle_gap) },
    Tunable { name: "idle_gap_reset_s", number: |all| Number::Seconds(&mut all.idle_gap_reset) },
    Tunable { name: "reorder_slack_ms", number: |all| Number::Millis(&mut all.reorder_slack) },
    Tunable { name: "proof_rtt", number: |all| Number::Plain(&mut all.proof_round_trips) },
    Tunable { name: "proof_min_ms", number: |all| Number::Millis(&mut all.proof_least) },
    Tunable { name: "too_many_resets", number: |all| Number::Rate(&mut all.thresholds.resets) },
    Tunable { name: "too_many_reset_burst", number: |all| Number::Rate(&mut all.thresholds.reset_burst) },
    Tunable {
        name: "too_many_provoked_resets",
        number: |all| Number::Rate(&mut all.thresholds.provoked_resets),
    },
    Tunable { name: "too_many_refusals", number: |all| Number::Rate(&mut all.thresholds.refusals) },
    Tunable { name: "too_many_pings", number: |all| Number::Rate(&mut all.thresholds.pings) },
    Tunable {
        name: "too_many_pings_waiting",
        number: |all| Number::Count(&mut all.thresholds.pings_waiting),
    },
    Tunable { name: "too_many_priorities", number: |all| Number::Rate(&mut all.thresholds.priorities) },
    Tunable {
        name: "too_many_priorities_of_stream",
        number: |all| Number::Count(&mut all.thresholds.priorities_of_stream),
    },
    Tunable { name: "too_many_settings", number: |all| Number::Rate(&mut all.thresholds.settings) },
    Tunable { name: "too_many_parameters", number: |all| Number::Rate(&mut all.thresholds.parameters) },
    Tunable {
        name: "too_many_parameters_of_frame",
        number: |all| Number::Count(&mut all.thresholds.parameters_of_frame),
    },
    Tunable { name: "too_many_empty_frames", number: |all| Number::Count(&mut all.thresholds.empty_frames) },
    Tunable {
        name: "too_many_empty_frames_in_row",
        number: |all| Number::Count(&mut all.thresholds.empty_in_row),
    },
    Tunable {
        name: "too_many_continuations",
        number: |all| Number::Count(&mut all.thresholds.continuations),
    },
    Tunable { name: "too_many_block_octets", number: |all| Number::Octets(&mut all.thresholds.block_octets) },
    Tunable { name: "small_updates", number: |all| Number::Count(&mut all.thresholds.small_updates) },
    Tunable { name: "dribble_octets", number: |all| Number::Count(&mut all.thresholds.dribble) },
    Tunable {
        name: "small_increment_octets",
        number: |all| Number::Count(&mut all.thresholds.small_increment),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_that_a_rule_names_can_be_changed() {
        let known = |name: &str| TUNABLES.iter().any(|tunable| tunable.name == name);
        let named = crate::rules::catalog().iter().flat_map(|rule| rule.options.iter().copied());
        let strays: Vec<&str> = named.filter(|name| !known(name) && *name != "known_idle_timeouts").collect();
        assert_eq!(strays, Vec::<&str>::new());
    }

    #[test]
    fn each_number_is_another_one_and_reads_as_it_was_written() {
        for tunable in TUNABLES {
            let mut changed = Options::default();
            assert!(changed.tune(tunable, 7.0), "{}", tunable.name);
            assert!((changed.tuned(tunable) - 7.0).abs() < 1e-9, "{}", tunable.name);
            let others = TUNABLES.iter().filter(|other| other.name != tunable.name);
            for other in others {
                let before = Options::default().tuned(other);
                assert!((changed.tuned(other) - before).abs() < 1e-9, "{} {}", tunable.name, other.name);
            }
            assert!(!changed.tune(tunable, -1.0) && !changed.tune(tunable, f64::NAN), "{}", tunable.name);
        }
    }

    #[test]
    fn half_a_second_is_a_time_and_half_a_percent_is_none() {
        let mut options = Options::default();
        let tunable = |name| TUNABLES.iter().find(|tunable| tunable.name == name).unwrap();
        assert!(options.tune(tunable("preface_wait_s"), 0.5));
        assert_eq!(options.preface_wait, Span::millis(500));
        assert!(!options.tune(tunable("window_blocked_percent"), 0.5));
    }

    #[test]
    fn a_known_timeout_is_changed_and_a_new_one_added() {
        let mut options = Options::default();
        let count = options.known_idle_timeouts.len();
        options.remember_idle_timeout("AWS NLB", 100);
        options.remember_idle_timeout("our firewall", 900);
        assert_eq!(options.known_idle_timeouts.len(), count + 1);
        assert_eq!(options.known_idle_timeout(Span::seconds(901)).unwrap().name, "our firewall");
        assert!(options.known_idle_timeout(Span::seconds(351)).is_none());
    }
}
