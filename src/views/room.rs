//! The rows of `show --as windows` and `--as concurrency`: how much room there was over the life of a connection, in a few steps.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::Observed;
use crate::base::{Side, Time};
use crate::conn::{Interest, Kind, On};
use crate::frame::{FrameType, Setting, StreamId};
use crate::limits;

/// Steps over the life of a connection.
pub const STEPS: usize = 24;

/// A window over the life of its connection.
#[derive(Clone, Debug, Serialize)]
pub struct WindowLine {
    /// The connection.
    pub conn: u64,
    /// The stream; 0 for the connection's own window.
    pub stream: u32,
    /// Whose DATA it bounds.
    pub sender: Side,
    /// The least that was left in each of equal steps of time, in octets; `None` where nothing happened yet.
    pub steps: Vec<Option<i64>>,
    /// The least of all.
    pub minimum: i64,
    /// How long the sender waited for credit, in milliseconds: on all streams for the connection, where credit ended the wait.
    pub blocked_ms: f64,
    /// The window over time, in seconds since the connection's first packet: the least of neighbouring moments.
    #[serde(skip)]
    pub points: Vec<(f64, i64)>,
}

/// How many streams of the client were open over the life of a connection.
#[derive(Clone, Debug, Serialize)]
pub struct ConcurrencyLine {
    /// The connection.
    pub conn: u64,
    /// The most that were open in each of equal steps of time; `None` where nothing happened yet.
    pub steps: Vec<Option<i64>>,
    /// The most of all.
    pub peak: i64,
    /// MAX_CONCURRENT_STREAMS in force for the client at the end; `None` when the server never set one.
    pub limit: Option<u32>,
    /// How long the client was at its limit, in milliseconds.
    pub full_ms: f64,
    /// Open streams over time, in seconds since the connection's first packet: the most of neighbouring moments.
    #[serde(skip)]
    pub points: Vec<(f64, i64)>,
}

/// Values over time: one for each moment at first, and always fewer than twice as many as fit.
#[derive(Debug, Default)]
struct Track(Vec<(Time, i64)>);

/// Moments kept of a track before neighbours are joined.
const MOMENTS: usize = 1024;

/// Points of a track that a diagram gets.
const POINTS: usize = 200;

impl Track {
    /// Adds a value; `worse` of two is kept where moments are joined.
    fn add(&mut self, at: Time, value: i64, worse: fn(i64, i64) -> i64) {
        if self.0.len() >= MOMENTS {
            let joined = self.0.chunks(2).filter_map(|pair| {
                let (time, first) = pair.first()?;
                Some((*time, pair.iter().fold(*first, |kept, (_, value)| worse(kept, *value))))
            });
            self.0 = joined.collect();
        }
        self.0.push((at, value));
    }

    /// The worst value of each step; a step without one has that of the moment before.
    fn steps(&self, first: Time, last: Time, worse: fn(i64, i64) -> i64) -> Vec<Option<i64>> {
        let whole = last.since(first).0.max(1);
        let mut steps: Vec<Option<i64>> = vec![None; STEPS];
        for (time, value) in &self.0 {
            let scaled = i128::from(time.since(first).0).saturating_mul(24);
            let at = scaled.checked_div(i128::from(whole)).unwrap_or_default();
            let at = usize::try_from(at).unwrap_or_default().min(STEPS.saturating_sub(1));
            if let Some(step) = steps.get_mut(at) {
                *step = Some(step.map_or(*value, |kept| worse(kept, *value)));
            }
        }
        let (mut values, mut before) = (self.0.iter().peekable(), None);
        for (at, step) in steps.iter_mut().enumerate() {
            let last_of_step = |time: Time| {
                let scaled = i128::from(time.since(first).0).saturating_mul(24);
                usize::try_from(scaled.checked_div(i128::from(whole)).unwrap_or_default()).unwrap_or_default()
                    <= at
            };
            *step = step.or(before);
            while let Some((_, value)) = values.next_if(|(time, _)| last_of_step(*time)) {
                before = Some(*value);
            }
        }
        steps
    }

    /// The track in few points; of neighbours that are joined the worst value is kept, at the first one's time.
    fn points(&self, first: Time, worse: fn(i64, i64) -> i64) -> Vec<(f64, i64)> {
        let joined = self.0.chunks(self.0.len().div_ceil(POINTS).max(1)).filter_map(|moments| {
            let (time, value) = moments.first()?;
            let worst = moments.iter().fold(*value, |kept, (_, value)| worse(kept, *value));
            Some((time.since(first).as_seconds(), worst))
        });
        joined.collect()
    }

    fn worst(&self, worse: fn(i64, i64) -> i64) -> Option<i64> {
        self.0.iter().map(|(_, value)| *value).reduce(worse)
    }
}

/// Makes [`WindowLine`]s and [`ConcurrencyLine`]s of facts, when a connection is over.
#[derive(Debug, Default)]
pub struct Room {
    windows: HashMap<u64, BTreeMap<(StreamId, Side), Track>, foldhash::fast::FixedState>,
    open: HashMap<u64, Track, foldhash::fast::FixedState>,
}

impl Room {
    /// The facts that windows need.
    pub const WINDOWS_INTEREST: Interest = Interest::NONE.with(On::Frame).with(On::End);
    /// The facts that concurrency needs.
    pub const CONCURRENCY_INTEREST: Interest = Interest::NONE.with(On::Opened).with(On::Closed).with(On::End);

    /// Takes a fact, and says the windows of a connection that is over.
    pub fn windows(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(WindowLine)) {
        let (fact, conn) = (seen.fact, seen.connection);
        if matches!(fact.kind, Kind::End) {
            let tracks = self.windows.remove(&seen.conn).unwrap_or_default();
            for ((stream, sender), track) in tracks {
                emit(window_line(seen, stream, sender, &track));
            }
            return;
        }
        let (Some(header), Kind::Frame(_)) = (fact.header, fact.kind) else { return };
        let sender = match header.kind {
            FrameType::DATA => fact.side,
            FrameType::WINDOW_UPDATE => fact.side.peer(),
            _ => return,
        };
        let tracks = self.windows.entry(seen.conn).or_default();
        let stream = conn.streams.get(header.stream).map(|stream| stream.sent[sender].window);
        for (id, window) in [(StreamId::CONNECTION, Some(conn.sides[sender].window)), (header.stream, stream)]
        {
            let room = tracks.len() < limits::MAX_TIMED_WAITS || tracks.contains_key(&(id, sender));
            if let Some(window) = window.filter(|_| room) {
                tracks.entry((id, sender)).or_default().add(fact.end.at.time, window, i64::min);
            }
        }
    }

    /// Takes a fact, and says how many streams a connection that is over had open.
    pub fn concurrency(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(ConcurrencyLine)) {
        let conn = seen.connection;
        match seen.fact.kind {
            Kind::Opened(_) | Kind::Closed(_) => {
                let open = i64::from(conn.streams.active(Side::Client));
                self.open.entry(seen.conn).or_default().add(seen.fact.end.at.time, open, i64::max);
            }
            Kind::End => {
                let Some(track) = self.open.remove(&seen.conn) else { return };
                let (first, last) = (seen.first.time, seen.fact.end.at.time);
                let limit = conn.sides.server.settings.announced(Setting::MAX_CONCURRENT_STREAMS);
                emit(ConcurrencyLine {
                    conn: seen.conn,
                    steps: track.steps(first, last, i64::max),
                    peak: track.worst(i64::max).unwrap_or_default(),
                    limit: Some(limit).filter(|limit| *limit != u32::MAX),
                    full_ms: conn
                        .crowding()
                        .map_or(0.0, |crowding| crowding.until(seen.fact.end.at).as_millis()),
                    points: track.points(first, i64::max),
                });
            }
            _ => {}
        }
    }
}

fn window_line(seen: &Observed<'_>, stream: StreamId, sender: Side, track: &Track) -> WindowLine {
    let blocked = match stream {
        StreamId::CONNECTION => seen.connection.stalls(sender).blocked.as_millis(),
        id => seen.connection.streams.get(id).map_or(0.0, |stream| stream.blocked.as_millis()),
    };
    WindowLine {
        conn: seen.conn,
        stream: stream.0,
        sender,
        steps: track.steps(seen.first.time, seen.fact.end.at.time, i64::min),
        minimum: track.worst(i64::min).unwrap_or_default(),
        blocked_ms: blocked,
        points: track.points(seen.first.time, i64::min),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    #[test]
    fn steps_keep_the_worst_and_hold_it_until_something_happens() {
        let mut track = Track::default();
        let at = |ms| Time(0).after(Span::millis(ms));
        for (ms, value) in [(0, 9), (5, 3), (500, 7), (999, 8)] {
            track.add(at(ms), value, i64::min);
        }
        let steps = track.steps(at(0), at(1000), i64::min);
        assert_eq!(
            (steps[0], steps[1], steps[12], steps[13], steps[23]),
            (Some(3), Some(3), Some(7), Some(7), Some(8))
        );
    }

    #[test]
    fn a_diagram_gets_few_points_and_the_worst_of_each() {
        let mut track = Track::default();
        for ms in 0..1000 {
            track.add(Time(0).after(Span::millis(ms)), if ms == 501 { 1 } else { 9 }, i64::min);
        }
        let points = track.points(Time(0), i64::min);
        assert_eq!((points.len(), points[0]), (200, (0.0, 9)));
        assert_eq!(points.iter().map(|(_, value)| *value).min(), Some(1));
    }

    #[test]
    fn a_long_track_stays_short() {
        let mut track = Track::default();
        for ms in 0..10_000 {
            track.add(Time(ms), 10_000 - ms, i64::min);
        }
        assert!(track.0.len() <= MOMENTS);
        assert_eq!(track.worst(i64::min), Some(1));
    }
}
