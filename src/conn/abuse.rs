//! What costs a peer much work, counted where it happens: resets, refusals, PING, PRIORITY, SETTINGS, frames that carry nothing,
//! credit in small steps. Only rare frames come here; [`Excess`] is told once for each pattern and side.

use super::connection::Connection;
use super::credit::MAX_WINDOW;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::rates::{Excess, Pattern, Rate, Tally};
use super::stream::Stream;
use crate::base::{Side, Span, to_u32, to_u64};
use crate::frame::{ErrorCode, Flags, FrameType, Priority, Settings, StreamId};

/// A response with fewer octets of content than this is little.
const LITTLE: u64 = 1024;

/// A stream that lives shorter than this is short-lived; a stream opened within it after a refusal is opened at once.
const SECOND: Span = Span::seconds(1);

/// Octets of DATA that everybody takes in one frame (RFC 9113 §6.5.2).
const USUAL_DATA: u64 = 16_384;

impl Connection {
    /// RST_STREAM on a stream that is known, which it is about to close.
    pub(super) fn count_reset(
        &mut self,
        seen: &Seen<'_>,
        code: ErrorCode,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let Some(stream) = self.streams.get(seen.header.stream).filter(|stream| !stream.irregular) else {
            return;
        };
        if stream.opened_by != Side::Client || stream.sent[seen.side].reset().is_some() {
            return;
        }
        match (seen.side, code) {
            (Side::Client, _) => {
                let answered = &stream.sent.server;
                if answered.ended.is_none() && answered.reset().is_none() && answered.content < LITTLE {
                    let lived = seen.start.at.time.since(stream.opened.at.time);
                    self.count_cancelled(seen, lived, emit);
                }
            }
            (Side::Server, ErrorCode::REFUSED_STREAM | ErrorCode::ENHANCE_YOUR_CALM) => {
                let before = self.rates.client.as_deref().and_then(|rates| rates.refused);
                let at_once = before.is_some_and(|refused| {
                    let opened = &stream.opened;
                    refused.covered_by(opened) && opened.at.time.since(refused.at.time) <= SECOND
                });
                if at_once {
                    self.tally(Side::Client, seen, Pattern::Refusals, self.thresholds().refusals, emit);
                }
                self.rates.client.get_or_insert_default().refused = Some(*seen.end);
            }
            (Side::Server, ErrorCode::NO_ERROR | ErrorCode::CANCEL) => {}
            (Side::Server, _) if stream.provoked => {
                let limit = self.thresholds().provoked_resets;
                self.tally(Side::Client, seen, Pattern::ProvokedResets, limit, emit);
            }
            (Side::Server, _) => {}
        }
    }

    /// The client gives up a request of its own that was hardly answered.
    fn count_cancelled(&mut self, seen: &Seen<'_>, lived: Span, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let (limit, burst) = (self.thresholds().resets, self.thresholds().reset_burst);
        let opened = self.streams.count();
        let rates = self.rates.client.get_or_insert_default();
        let new = to_u32(crate::base::to_index(opened.saturating_sub(rates.streams)));
        rates.streams = opened;
        let requests = rates.add(Pattern::Requests, new, seen.end, limit.over).count;
        let all = rates.add(Pattern::Resets, 1, seen.end, limit.over);
        let quick = rates.add(Pattern::ResetBurst, 1, seen.end, burst.over);
        let short = rates.add(Pattern::ShortLived, u32::from(lived < SECOND), seen.end, burst.over).count;
        let mostly = all.count.saturating_mul(2) > requests;
        let many = all.count >= limit.count;
        let burst = quick.count >= burst.count && short.saturating_mul(2) > quick.count;
        if mostly && (many || burst) && rates.first_time(Pattern::Resets) {
            let tally = if many { all } else { quick };
            let excess = excess(Pattern::Resets, tally, u64::from(requests));
            emit(self, Fact { side: Side::Client, ..seen.fact(Kind::Excess(excess)) });
        }
    }

    /// The client broke a rule about one of its streams.
    pub(super) fn provoke(&mut self, seen: &Seen<'_>) {
        if seen.side == Side::Client
            && let Some(stream) = self.streams.get_mut(seen.header.stream)
        {
            stream.provoked = true;
        }
    }

    /// PING, or its acknowledgement.
    pub(super) fn count_ping(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        if seen.header.flags.has(Flags::ACK) {
            if let Some(rates) = &mut self.rates[seen.side.peer()] {
                rates.take_back(Pattern::PingsWaiting);
            }
            return;
        }
        let data = self.sides[seen.side.peer()].count(FrameType::DATA);
        let probes = std::mem::replace(&mut self.rates[seen.side].get_or_insert_default().data, data) != data;
        if !probes {
            self.tally(seen.side, seen, Pattern::Pings, self.thresholds().pings, emit);
        }
        let waiting = Rate::ever(self.thresholds().pings_waiting);
        self.tally(seen.side, seen, Pattern::PingsWaiting, waiting, emit);
    }

    /// PRIORITY.
    pub(super) fn count_priority(
        &mut self,
        seen: &Seen<'_>,
        priority: Priority,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if priority.dependency == seen.header.stream {
            self.provoke(seen);
        }
        self.count_priority_of(seen, seen.header.stream, emit);
    }

    /// PRIORITY or PRIORITY_UPDATE for `stream`.
    pub(super) fn count_priority_of(
        &mut self,
        seen: &Seen<'_>,
        stream: StreamId,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        self.tally(seen.side, seen, Pattern::Priorities, self.thresholds().priorities, emit);
        let count = self.rates[seen.side].get_or_insert_default().reprioritize(stream);
        if count == self.thresholds().priorities_of_stream {
            let limit = Rate::ever(0);
            self.tally(seen.side, seen, Pattern::PrioritiesOf(stream), limit, emit);
        }
    }

    /// SETTINGS, no acknowledgement.
    pub(super) fn count_settings(
        &mut self,
        seen: &Seen<'_>,
        settings: &Settings<'_>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let parameters = to_u32(settings.iter().count());
        let begin = self.sides[seen.side].first_frame.map_or(*seen.start, |(_, start)| start);
        let early = seen.start.at.time.since(begin.at.time) < SECOND;
        let single = self.sides[seen.side].settings.sent() == 0;
        let limits = self.thresholds();
        let factor = if early { limits.first_second } else { 1 };
        let of_frame = limits.parameters_of_frame.saturating_mul(factor);
        if single && parameters < of_frame {
            return;
        }
        let more = |rate: Rate| Rate { count: rate.count.saturating_mul(factor), ..rate };
        let (frames, values) = (more(limits.settings), more(limits.parameters));
        let patterns = if early {
            (Pattern::FirstSettings, Pattern::FirstParameters)
        } else {
            (Pattern::Settings, Pattern::Parameters)
        };
        self.tally(seen.side, seen, patterns.0, frames, emit);
        self.tally_by(seen.side, seen, patterns.1, parameters, values, emit);
        if parameters >= of_frame {
            let limit = Rate::ever(0);
            self.rates[seen.side].get_or_insert_default().restart(Pattern::ParametersOfFrame);
            self.tally_by(seen.side, seen, Pattern::ParametersOfFrame, parameters, limit, emit);
        }
    }

    /// A frame without payload begins.
    pub(super) fn count_empty(&mut self, seen: &Seen<'_>, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let ends = match seen.header.kind {
            FrameType::DATA => seen.header.ends_stream(),
            FrameType::HEADERS => seen.header.ends_stream() || seen.header.ends_block(),
            FrameType::CONTINUATION | FrameType::PUSH_PROMISE => seen.header.ends_block(),
            _ => true,
        };
        if ends {
            return;
        }
        let frames = self.sides[seen.side].total();
        let rates = self.rates[seen.side].get_or_insert_default();
        if std::mem::replace(&mut rates.empty_at, frames).saturating_add(1) != frames {
            rates.restart(Pattern::EmptyInRow);
        }
        let (ever, row) = (self.thresholds().empty_frames, self.thresholds().empty_in_row);
        self.tally(seen.side, seen, Pattern::EmptyFrames, Rate::ever(ever), emit);
        self.tally(seen.side, seen, Pattern::EmptyInRow, Rate::ever(row), emit);
    }

    /// WINDOW_UPDATE, before its credit counts.
    pub(super) fn count_credit(
        &mut self,
        seen: &Seen<'_>,
        increment: u32,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let (side, peer) = (seen.side, seen.side.peer());
        let credit = self.streams.get(seen.header.stream).map_or(0, |stream| stream.sent[peer].window);
        if increment == 0 || credit.saturating_add(i64::from(increment)) > MAX_WINDOW {
            self.provoke(seen);
        }
        let updates = self.sides[side].count(FrameType::WINDOW_UPDATE);
        let data = self.sides[peer].count(FrameType::DATA);
        // A large frame is worth as much credit as the frames of usual size that it stands for.
        let large = self.sides[peer].carried / USUAL_DATA;
        let worth = self.streams.count().saturating_add(data.saturating_add(large).saturating_mul(10));
        if updates > worth.saturating_mul(2).saturating_add(5) {
            let rates = self.rates[side].get_or_insert_default();
            let tally = rates.add(Pattern::WindowUpdates, 1, seen.end, Span(i64::MAX));
            if rates.first_time(Pattern::WindowUpdates) {
                let excess = Excess { count: updates, ..excess(Pattern::WindowUpdates, tally, data) };
                emit(self, seen.fact(Kind::Excess(excess)));
            }
        }
        let initial = i64::from(self.sides[peer].limits.initial_window);
        if let Some(stream) = self.streams.get(seen.header.stream)
            && let Some(left) = waited_for(stream, peer, initial)
        {
            self.count_small_credit(seen, increment, left, emit);
        }
    }

    /// Credit for a stream whose sender has only `left` octets of it left, or hardly more.
    fn count_small_credit(
        &mut self,
        seen: &Seen<'_>,
        increment: u32,
        left: i64,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let limits = *self.thresholds();
        let carried = self.sides[seen.side.peer()].carried;
        let ever = Span(i64::MAX);
        let rates = self.rates[seen.side].get_or_insert_default();
        if left < i64::from(limits.dribble) {
            rates.dribbled = rates.dribbled.saturating_add(u64::from(increment));
            let tally = rates.add(Pattern::Dribble, 1, seen.end, ever);
            let least = u64::from(tally.count).saturating_mul(u64::from(limits.dribble));
            let tiny = tally.count >= limits.small_updates && rates.dribbled < least;
            if tiny && rates.first_time(Pattern::Dribble) {
                let excess = excess(Pattern::Dribble, tally, rates.dribbled);
                return emit(self, seen.fact(Kind::Excess(excess)));
            }
        }
        let rates = self.rates[seen.side].get_or_insert_default();
        if rates.granted == 0 {
            rates.carried = carried;
        }
        rates.granted = rates.granted.saturating_add(u64::from(increment));
        let tally = rates.add(Pattern::SmallCredit, 1, seen.end, ever);
        let least = u64::from(tally.count).saturating_mul(u64::from(limits.small_increment));
        let small = tally.count >= limits.small_updates && rates.granted < least;
        let ahead = rates.granted > carried.saturating_sub(rates.carried);
        if small && ahead && rates.first_time(Pattern::SmallCredit) {
            let excess = excess(Pattern::SmallCredit, tally, rates.granted);
            emit(self, seen.fact(Kind::Excess(excess)));
        }
    }

    fn tally(
        &mut self,
        of: Side,
        seen: &Seen<'_>,
        pattern: Pattern,
        limit: Rate,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        self.tally_by(of, seen, pattern, 1, limit, emit);
    }

    /// Counts, and tells the first time that it is too much.
    fn tally_by(
        &mut self,
        of: Side,
        seen: &Seen<'_>,
        pattern: Pattern,
        weight: u32,
        limit: Rate,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let rates = self.rates[of].get_or_insert_default();
        let tally = rates.add(pattern, weight, seen.end, limit.over);
        if tally.count >= limit.count && rates.first_time(pattern) {
            let fact = seen.fact(Kind::Excess(excess(pattern, tally, 0)));
            emit(self, Fact { side: of, ..fact });
        }
    }
}

fn excess(pattern: Pattern, tally: Tally, of: u64) -> Excess {
    Excess {
        pattern,
        count: to_u64(crate::base::to_index(u64::from(tally.count))),
        of,
        first: tally.first,
        over: tally.over,
        within: tally.within,
    }
}

/// The credit left of a sender that waits for more, or soon will: less than half of the first window, and something was sent or
/// nothing could be.
fn waited_for(stream: &Stream, sender: Side, initial: i64) -> Option<i64> {
    let sent = &stream.sent[sender];
    let open = !stream.is_closed() && sent.ended.is_none();
    let waits = open && sent.window.saturating_mul(2) < initial.max(1);
    waits.then_some(sent.window)
}
