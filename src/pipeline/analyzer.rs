//! Packets in, report out, on one thread, with somebody who observes. See [`super::crew`] for many threads.

use std::collections::VecDeque;
use std::sync::Arc;

use super::collector::Collector;
use super::desk::Desk;
use super::intake::{Intake, Learnt};
use super::shard::Shard;
use super::wishes::Wishes;
use crate::base::PacketNumber;
use crate::capture::{Packet, Record};
use crate::finding::{Input, Report};
use crate::limits::EPOCHS_AHEAD;
use crate::tls::{KeyLog, Shared};
use crate::views::Observed;

/// The analysis of one capture, packet by packet.
#[derive(Default)]
pub struct Analyzer {
    intake: Intake,
    shard: Shard,
    collector: Collector,
    /// What was learnt in this epoch, and in those before it that do not count yet.
    learnt: Learnt,
    lately: VecDeque<Learnt>,
    /// The connection of the last packet.
    belongs: Option<u64>,
    fragments: Vec<(PacketNumber, u64)>,
}

impl Analyzer {
    /// An analysis that has seen nothing, and opens TLS with these keys.
    #[must_use]
    pub fn new(wishes: Wishes, keys: KeyLog) -> Self {
        let desk = Desk::new(wishes, Arc::new(keys), Shared::default());
        Self { intake: Intake::new(wishes), shard: Shard::new(desk), ..Self::default() }
    }

    /// Takes the next record of a capture.
    pub fn record(&mut self, record: &Record<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        match record {
            Record::Packet(packet) => self.push(packet, observe),
            Record::Secrets(text) => {
                let begun = self.shard.is_secured();
                self.intake.secrets(text, &mut self.shard.desk.keys, begun);
            }
            Record::Comment { text, packet } => self.intake.comment(text, *packet),
        }
    }

    /// Takes the next packet.
    pub fn push(&mut self, packet: &Packet<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let Self { intake, shard, belongs, .. } = self;
        *belongs = None;
        intake.push(packet, &mut |seated| {
            *belongs = Some(seated.seat.number);
            shard.push(seated, observe);
        });
        self.note_fragments(packet);
        if self.shard.has_news() {
            self.collect();
        }
        if self.intake.epoch_is_over() {
            self.end_epoch(observe);
        }
    }

    /// The connection that the last packet belonged to.
    pub(super) const fn belongs(&self) -> Option<u64> {
        self.belongs
    }

    /// Remembers whose the fragments are that the last packet completed.
    fn note_fragments(&mut self, packet: &Packet<'_>) {
        let room = self.shard.desk.wishes.limit_fragments.saturating_sub(self.fragments.len());
        if let (Some(conn), 1..) = (self.belongs, room) {
            let parts = self.intake.parts(packet.place().pkt);
            self.fragments.extend(parts.iter().take(room).map(|pkt| (*pkt, conn)));
        }
    }

    fn collect(&mut self) {
        let Self { intake, shard, collector, learnt, .. } = self;
        for told in shard.tells() {
            learnt.ended.extend(intake.collect(told, collector));
        }
    }

    fn end_epoch(&mut self, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let now = self.intake.next_epoch();
        self.shard.end_epoch(now, observe);
        self.collect();
        let weight = self.shard.weight();
        self.lately.push_back(Learnt { weight, ..std::mem::take(&mut self.learnt) });
        let counts = if self.lately.len() > EPOCHS_AHEAD { self.lately.pop_front() } else { None };
        if counts.is_some_and(|learnt| self.intake.learn(learnt)) {
            let aside = self.intake.make_room(self.shard.census());
            self.shard.put_aside(&aside, now, observe);
            self.collect();
        }
    }

    /// The capture is over; `truncated` says where, when it ends inside a record.
    pub fn finish(
        self,
        inputs: Vec<Input>,
        truncated: Option<String>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> Report {
        self.finish_with_keys(inputs, truncated, observe).0
    }

    /// As [`Self::finish`], with the keys that were at hand in the end.
    pub(super) fn finish_with_keys(
        self,
        inputs: Vec<Input>,
        truncated: Option<String>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> (Report, KeyLog) {
        let Self { mut intake, mut shard, mut collector, fragments, .. } = self;
        intake.file.truncated = truncated;
        let mut living = shard.living();
        shard.finish((&mut living, u64::MAX), intake.end(), observe, &mut |told| {
            _ = intake.collect(told, &mut collector)
        });
        let keys = std::mem::take(&mut shard.desk.keys);
        let mut report = intake.report(collector, &keys, inputs);
        report.fragments = fragments;
        (report, Arc::unwrap_or_clone(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::capture::Reader;
    use crate::limits;
    use crate::script::{Script, Wire, data, ping, post, response, trailers};

    /// Small calls on one connection, each five frames in two segments.
    fn small_calls(count: u32) -> Script {
        (0..count).map(|call| 2 * call + 1).fold(Script::open(), |script, stream| {
            let request = [post(stream), data(stream, b"question").map(Wire::end_stream)];
            script.client(request).server([response(stream), data(stream, b"answer"), trailers(stream)])
        })
    }

    /// Connections that say nothing any more, and a last one that goes on for long.
    fn silent_ones() -> Vec<u8> {
        let begun = (0..99).fold(small_calls(1), |script, _| script.again_open(Span::millis(10)));
        (0..5000_u64).fold(begun, |script, turn| script.client([ping(turn.to_be_bytes())])).pcap()
    }

    #[test]
    fn beyond_the_cap_the_connection_that_was_silent_longest_gives_way_and_the_report_says_so() {
        let file = silent_ones();
        let report = |max_memory: u64| {
            let mut reader = Reader::new(file.as_slice(), "many connections").expect("a capture");
            let mut analyzer = Analyzer::new(Wishes { max_memory, ..Wishes::default() }, KeyLog::new());
            while let Ok(Some(record)) = reader.next() {
                analyzer.record(&record, &mut |_| {});
            }
            let live: Vec<u64> = analyzer.shard.census().iter().map(|one| one.number).collect();
            (live, analyzer.finish(Vec::new(), None, &mut |_| {}))
        };
        let limited = |report: &Report| {
            let spots = report.coverage.blind_spots.iter();
            spots.filter(|spot| spot.effect.contains("gave way")).count()
        };
        let hundred = 100 * (limits::CONNECTION_OCTETS + limits::STREAM_OCTETS);
        let (live, all) = report(hundred + hundred / 2);
        assert_eq!((live.len(), limited(&all), all.notices.len()), (100, 0, 0));
        let (live, fewer) = report(hundred / 2);
        assert!((30..=50).contains(&live.len()) && live.contains(&99) && !live.contains(&0), "{live:?}");
        assert_eq!((limited(&fewer), fewer.notices[0].kind), (1, "limit_reached"));
        assert_eq!(fewer.totals.connections, 100);
    }

    #[test]
    fn legal_traffic_wakes_fewer_than_two_judges_a_frame() {
        let calls = 300_u32;
        let file = small_calls(calls).close().pcap();
        let mut reader = Reader::new(file.as_slice(), "small calls").expect("a capture");
        let mut analyzer = Analyzer::new(Wishes::default(), KeyLog::new());
        while let Ok(Some(Record::Packet(packet))) = reader.next() {
            analyzer.push(&packet, &mut |_| {});
        }
        let (end, mut living) = (analyzer.intake.end(), analyzer.shard.living());
        analyzer.shard.finish((&mut living, u64::MAX), end, &mut |_| {}, &mut |told| {
            _ = analyzer.intake.collect(told, &mut analyzer.collector)
        });
        let (judges, frames) = (analyzer.collector.judge_calls, u64::from(5 * calls + 4));
        assert!(judges > 0, "nobody was asked");
        assert!(judges < 2 * frames, "{judges} judges for {frames} frames");
    }
}
