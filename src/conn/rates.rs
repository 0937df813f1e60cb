//! How often a side does what costs its peer work: sliding windows of sixteen slots, kept only for what occurs. The slot that
//! begins the window is left out, so a count never says more than happened within its time. When a threshold is passed, one
//! [`Excess`] says so, and no second one.

use crate::base::{Origin, Span, Time};
use crate::frame::StreamId;
use crate::limits;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// RST_STREAM of the client on its own streams, before much of a response came.
    Resets,
    /// The same, within a shorter time.
    ResetBurst,
    /// Of a burst, those on streams that lived less than a second.
    ShortLived,
    /// Streams opened between resets.
    Requests,
    /// RST_STREAM of the server on streams on which the client had broken a rule.
    ProvokedResets,
    /// RST_STREAM of the server that turns away a stream opened although another one had just been turned away.
    Refusals,
    /// PING frames that no DATA of the peer went before.
    Pings,
    /// PING frames without their acknowledgement.
    PingsWaiting,
    /// PRIORITY and PRIORITY_UPDATE.
    Priorities,
    /// The same, for one stream.
    PrioritiesOf(StreamId),
    /// SETTINGS.
    Settings,
    /// SETTINGS within the first second.
    FirstSettings,
    /// Parameters of SETTINGS.
    Parameters,
    /// Parameters of SETTINGS within the first second.
    FirstParameters,
    /// Parameters of one SETTINGS frame.
    ParametersOfFrame,
    /// Frames with an empty payload that end nothing.
    EmptyFrames,
    /// The same, with no other frame between them.
    EmptyInRow,
    /// WINDOW_UPDATE in tiny steps for a stream whose sender waits for them.
    Dribble,
    /// WINDOW_UPDATE frames in all.
    WindowUpdates,
    /// WINDOW_UPDATE in small steps for a stream whose sender waits for them.
    SmallCredit,
}

/// So many within such a time are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The least count that is too high.
    pub count: u32,
    /// Within this time; [`Span`]'s greatest for the whole connection.
    pub over: Span,
}

impl Rate {
    /// So many within so many seconds.
    #[must_use]
    pub const fn within(count: u32, seconds: i64) -> Self {
        Self { count, over: Span::seconds(seconds) }
    }

    /// So many on the whole connection.
    #[must_use]
    pub const fn ever(count: u32) -> Self {
        Self { count, over: Span(i64::MAX) }
    }
}

/// What is too much, by default what servers in the field bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Streams that the client opens and cancels.
    pub resets: Rate,
    /// The same, where more than half live less than a second.
    pub reset_burst: Rate,
    /// Resets of the server that the client provokes.
    pub provoked_resets: Rate,
    /// Streams turned away that the client opens all the same.
    pub refusals: Rate,
    /// PING.
    pub pings: Rate,
    /// PING without acknowledgement.
    pub pings_waiting: u32,
    /// PRIORITY and PRIORITY_UPDATE.
    pub priorities: Rate,
    /// The same, for one stream.
    pub priorities_of_stream: u32,
    /// SETTINGS.
    pub settings: Rate,
    /// Parameters in SETTINGS.
    pub parameters: Rate,
    /// Parameters in one SETTINGS.
    pub parameters_of_frame: u32,
    /// In the first second of a connection so many times more SETTINGS are borne.
    pub first_second: u32,
    /// Frames that carry nothing.
    pub empty_frames: u32,
    /// The same in a row.
    pub empty_in_row: u32,
    /// WINDOW_UPDATE frames from which on their mean increment is looked at.
    pub small_updates: u32,
    /// A mean increment below this, in octets, dribbles.
    pub dribble: u32,
    /// A mean increment below this, in octets, is small.
    pub small_increment: u32,
    /// A wait for credit of at least this is a stall.
    pub stall: Span,
    /// CONTINUATION frames of one field block that do not end it.
    pub continuations: u32,
    /// Octets of one field block, its last fragment not counted.
    pub block_octets: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Thresholds {
    /// What servers in the field bear.
    pub const DEFAULT: Self = Self {
        resets: Rate::within(200, 30),
        reset_burst: Rate::within(100, 1),
        provoked_resets: Rate::within(100, 30),
        refusals: Rate::ever(101),
        pings: Rate::within(61, 60),
        pings_waiting: 101,
        priorities: Rate::within(121, 60),
        priorities_of_stream: 101,
        settings: Rate::within(15, 60),
        parameters: Rate::within(33, 60),
        parameters_of_frame: 33,
        first_second: 4,
        empty_frames: 101,
        empty_in_row: 11,
        small_updates: 50,
        dribble: 256,
        small_increment: 2560,
        stall: Span::millis(100),
        continuations: 9,
        block_octets: (64 << 10) + 1,
    };
}

/// A threshold was passed.
#[derive(Clone, Copy, Debug)]
pub struct Excess {
    /// What was counted.
    pub pattern: Pattern,
    /// How many there were.
    pub count: u64,
    /// What they are held against: requests, streams, DATA frames, octets; 0 where there is no such thing.
    pub of: u64,
    /// The first one that is counted.
    pub first: Origin,
    /// The time that they took.
    pub over: Span,
    /// The time that they might have taken and still be too many.
    pub within: Span,
}

/// The counts of one side.
#[derive(Debug, Default)]
pub(super) struct Rates {
    counters: Vec<Counter>,
    /// PRIORITY by stream, as far as there is room: a count never says more than there were.
    reprioritized: Vec<(StreamId, u32)>,
    /// Streams of the connection when a reset was last counted.
    pub(super) streams: u64,
    /// DATA frames of the peer when a PING was last counted.
    pub(super) data: u64,
    /// Frames of this side when it last sent one that was empty.
    pub(super) empty_at: u64,
    /// Octets granted in tiny steps, and in small ones.
    pub(super) dribbled: u64,
    pub(super) granted: u64,
    /// Octets of DATA that the peer had sent when the small steps began.
    pub(super) carried: u64,
    /// Where the server last turned a stream away.
    pub(super) refused: Option<Origin>,
}

/// One count.
#[derive(Debug)]
struct Counter {
    pattern: Pattern,
    slots: [u16; SLOTS],
    /// The slot that time stands in.
    now: i64,
    first: Origin,
    told: bool,
}

const SLOTS: usize = 16;

/// What a count stands at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    pub count: u32,
    pub first: Origin,
    pub over: Span,
    pub within: Span,
}

impl Rates {
    /// Counts `weight` more.
    pub(super) fn add(&mut self, pattern: Pattern, weight: u32, at: &Origin, over: Span) -> Tally {
        let known = self.counters.iter().position(|counter| counter.pattern == pattern);
        let place = known.unwrap_or_else(|| {
            self.counters.push(Counter::new(pattern, at));
            self.counters.len().saturating_sub(1)
        });
        let none = Tally { count: 0, first: *at, over: Span::ZERO, within: over };
        self.counters.get_mut(place).map_or(none, |counter| counter.add(weight, at, over))
    }

    /// Counts PRIORITY for a stream. When the list is full everyone gives way by one, so that a stream which takes more than its
    /// share stays.
    pub(super) fn reprioritize(&mut self, stream: StreamId) -> u32 {
        let counts = &mut self.reprioritized;
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == stream) {
            *count = count.saturating_add(1);
            return *count;
        }
        if counts.len() < limits::MAX_REPRIORITIZED {
            counts.push((stream, 1));
            return 1;
        }
        counts.iter_mut().for_each(|(_, count)| *count = count.saturating_sub(1));
        counts.retain(|(_, count)| *count > 0);
        0
    }

    /// Begins a count anew.
    pub(super) fn restart(&mut self, pattern: Pattern) {
        for counter in self.counters.iter_mut().filter(|counter| counter.pattern == pattern) {
            counter.slots = [0; SLOTS];
        }
    }

    /// One fewer of what is counted over the whole connection.
    pub(super) fn take_back(&mut self, pattern: Pattern) {
        if let Some(counter) = self.counters.iter_mut().find(|counter| counter.pattern == pattern)
            && let Some(slot) = counter.slots.iter_mut().find(|slot| **slot > 0)
        {
            *slot = slot.saturating_sub(1);
        }
    }

    /// True the first time that it is asked for a pattern.
    pub(super) fn first_time(&mut self, pattern: Pattern) -> bool {
        let counter = self.counters.iter_mut().find(|counter| counter.pattern == pattern);
        counter.is_some_and(|counter| !std::mem::replace(&mut counter.told, true))
    }
}

impl Counter {
    const fn new(pattern: Pattern, at: &Origin) -> Self {
        Self { pattern, slots: [0; SLOTS], now: i64::MIN, first: *at, told: false }
    }

    fn add(&mut self, weight: u32, at: &Origin, over: Span) -> Tally {
        self.move_to(at.at.time, over);
        if self.total() == 0 {
            self.first = *at;
        }
        let weight = u16::try_from(weight).unwrap_or(u16::MAX);
        if let Some(slot) = self.slots.get_mut(place(self.now)) {
            *slot = slot.saturating_add(weight);
        }
        let passed = at.at.time.since(self.first.at.time).max(Span::ZERO);
        Tally { count: self.total(), first: self.first, over: passed.min(over), within: over }
    }

    /// Empties the slots that time has passed; a clock that runs back stays where it was.
    fn move_to(&mut self, time: Time, over: Span) {
        let slots = i64::try_from(SLOTS).unwrap_or(i64::MAX);
        let width = over.0.checked_div(slots).unwrap_or_default().max(1);
        let now = time.0.div_euclid(width);
        let passed = now.saturating_sub(self.now);
        if passed >= slots {
            self.slots = [0; SLOTS];
        } else {
            for step in 1..=passed {
                if let Some(slot) = self.slots.get_mut(place(self.now.saturating_add(step))) {
                    *slot = 0;
                }
            }
        }
        self.now = self.now.max(now);
    }

    fn total(&self) -> u32 {
        self.slots.iter().fold(0, |sum, slot| sum.saturating_add(u32::from(*slot)))
    }
}

/// Where a slot number stands in the ring.
fn place(slot: i64) -> usize {
    let slots = i64::try_from(SLOTS).unwrap_or(i64::MAX);
    usize::try_from(slot.rem_euclid(slots)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use proptest::prelude::*;

    fn at(ms: i64) -> Origin {
        let time = Time(1_700_000_000_000_000_000).after(Span::millis(ms));
        Origin { at: Place { time, ..Place::default() }, ..Origin::default() }
    }

    proptest! {
        #[test]
        fn a_count_never_says_more_than_happened_within_its_time(
            steps in proptest::collection::vec(0i64..900, 1..300),
        ) {
            let mut rates = Rates::default();
            let (mut now, mut times) = (0, Vec::new());
            for step in steps {
                now += step;
                times.push(now);
                let tally = rates.add(Pattern::Pings, 1, &at(now), Span::seconds(10));
                let within = times.iter().filter(|time| now - **time <= 10_000).count();
                prop_assert!(usize::try_from(tally.count).unwrap() <= within);
                let surely = times.iter().filter(|time| now - **time <= 9_000).count();
                prop_assert!(usize::try_from(tally.count).unwrap() >= surely);
            }
        }
    }

    #[test]
    fn a_count_over_the_whole_connection_forgets_nothing() {
        let mut rates = Rates::default();
        let counts: Vec<u32> = (0..5)
            .map(|hour| rates.add(Pattern::Refusals, 1, &at(hour * 3_600_000), Rate::ever(9).over).count)
            .collect();
        assert_eq!(counts, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_threshold_is_told_once() {
        let mut rates = Rates::default();
        rates.add(Pattern::Pings, 1, &at(0), Span::seconds(1));
        assert!(rates.first_time(Pattern::Pings) && !rates.first_time(Pattern::Pings));
    }
}
