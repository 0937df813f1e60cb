//! What one reader does for all who judge: it finds each packet's connection, and cuts the capture into epochs, whose ends bring about
//! what concerns all connections together. All of that follows from the capture alone, whoever judges and on how many threads.

use std::sync::Arc;

use super::collector::Collector;
use super::decode::Stack;
use super::files::EMBEDDED;
use super::shard::{News, Told, Weighed};
use super::wishes::Wishes;
use super::{hidden, keyring};
use crate::base::{PacketNumber, Place, Span, Time, to_index, to_u32};
use crate::capture::Packet;
use crate::finding::{Comment, Input, Report};
use crate::limits::{self, EPOCH_OCTETS, EPOCH_PACKETS, EPOCHS_AHEAD};
use crate::link::{Datagram, Encapsulation, Links};
use crate::rules::FileView;
use crate::tcp::{Endpoint, Flows, IpHeader, Seat, Segment};
use crate::tls::KeyLog;

/// The reader's part of an analysis.
#[derive(Default)]
pub(super) struct Intake {
    wishes: Wishes,
    flows: Flows,
    /// Out of its place while a packet is at work.
    links: Option<Box<Links>>,
    pub(super) file: FileView,
    comments: Vec<Comment>,
    now: Moment,
    /// What was read in this epoch.
    packets: usize,
    octets: usize,
    /// Epochs that began, and the first one whose weight counts.
    epoch: u64,
    weighed_from: u64,
    passed_by: u64,
    /// The last packet before secrets that came late.
    late_keys: Option<PacketNumber>,
}

/// A moment of a capture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment {
    /// Packets of all files before it.
    pub(super) turn: u64,
    /// The latest time so far: it never runs back.
    pub(super) latest: Time,
    /// The last packet.
    pub(super) last: Place,
}

/// A segment, and the connection that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Seated<'a> {
    pub(super) seat: Seat,
    /// Its sender and its receiver.
    pub(super) ends: &'a (Endpoint, Endpoint),
    pub(super) encapsulation: Encapsulation,
    pub(super) segment: &'a Segment<'a>,
    pub(super) now: &'a Moment,
}

/// A connection that is over: its number, the sender of its first packet, and the other end.
pub(super) struct Ended(u64, (Endpoint, Endpoint));

/// What the reader has to know of an epoch. It counts some epochs later: by then all who judge are done with it, however many.
#[derive(Default)]
pub(super) struct Learnt {
    /// Connections that are over.
    pub(super) ended: Vec<Ended>,
    /// Octets that live connections held at its end.
    pub(super) weight: u64,
}

impl Intake {
    pub(super) fn new(wishes: Wishes) -> Self {
        Self { wishes, ..Self::default() }
    }

    /// Finds the connection of the next packet, and hands its segment on.
    pub(super) fn push(&mut self, packet: &Packet<'_>, take: &mut impl FnMut(&Seated<'_>)) {
        self.note_time(packet.place());
        let mut links = self.links.take().unwrap_or_default();
        if let Ok(datagram) = &links.decode(packet)
            && datagram.protocol == TCP
        {
            self.datagram(packet, datagram, take);
        }
        self.links = Some(links);
        self.now.turn = self.now.turn.saturating_add(1);
        self.packets = self.packets.saturating_add(1);
        self.octets = self.octets.saturating_add(packet.data.len());
    }

    fn datagram(&mut self, packet: &Packet<'_>, datagram: &Datagram<'_>, take: &mut impl FnMut(&Seated<'_>)) {
        let header = IpHeader { ttl: datagram.ttl, identification: datagram.identification };
        let read = Segment::read(datagram.payload, datagram.length, &header, packet.place());
        let Some(segment) = &read else { return };
        if to_u32(packet.data.len()) < packet.original_length {
            let (_, packets) = self.file.cut_packets.get_or_insert((segment.at, 0));
            *packets = packets.saturating_add(1);
        }
        let ends = (
            Endpoint { address: datagram.source, port: segment.source_port },
            Endpoint { address: datagram.destination, port: segment.destination_port },
        );
        let seat = self.flows.seat(&ends, segment);
        if seat.opens && self.wishes.told(ends) == Some(Stack::Nothing) {
            self.passed_by = self.passed_by.saturating_add(1);
            self.flows.conclude(ends, seat.number);
            return;
        }
        let Datagram { encapsulation, .. } = *datagram;
        take(&Seated { seat, ends: &ends, encapsulation, segment, now: &self.now });
    }

    /// The latest time counts as now: a clock that runs back is noted, not followed.
    fn note_time(&mut self, at: Place) {
        let first = self.file.last.pkt.is_none();
        let back = self.now.latest.since(at.time);
        if !first && back > self.file.ran_back.map_or(Span::ZERO, |(_, known)| known) {
            self.file.ran_back = Some((at, back));
        }
        self.now.latest = if first { at.time } else { self.now.latest.max(at.time) };
        self.now.last = at;
        self.file.last = at;
    }

    /// Keeps a comment that speaks to this program.
    pub(super) fn comment(&mut self, text: &[u8], packet: Option<u64>) {
        let text = String::from_utf8_lossy(text);
        if text.trim_start().starts_with("h2lint:") && self.comments.len() < limits::MAX_COMMENTS {
            let input = u32::try_from(self.now.last.pkt.input()).unwrap_or(u32::MAX);
            let pkt = packet.map(|number| PacketNumber::new(input, number));
            self.comments.push(Comment { text: text.chars().take(limits::MAX_COMMENT).collect(), pkt });
        }
    }

    /// Takes secrets that the capture carries; nobody else may hold `keys` meanwhile. Those that were not known before open only what is
    /// still to come, which is said when there are sessions that have begun.
    pub(super) fn secrets(&mut self, text: &[u8], keys: &mut Arc<KeyLog>, begun: bool) {
        let keys = Arc::make_mut(keys);
        let before = keys.len();
        let _ = keys.add(EMBEDDED, text);
        if keys.len() > before && begun {
            self.late_keys.get_or_insert(self.now.last.pkt);
        }
    }

    /// The packets whose fragments this one completed.
    pub(super) fn parts(&self, packet: PacketNumber) -> &[PacketNumber] {
        self.links.as_ref().map(|links| links.parts(packet)).unwrap_or_default()
    }

    /// True when the next packet belongs to another epoch.
    pub(super) fn epoch_is_over(&self) -> bool {
        let octets = to_index(self.wishes.max_memory / limits::EPOCHS_OF_MEMORY).min(EPOCH_OCTETS);
        self.packets >= EPOCH_PACKETS || self.octets >= octets
    }

    /// Begins the next epoch; the moment at which the old one ends.
    pub(super) const fn next_epoch(&mut self) -> Moment {
        (self.packets, self.octets) = (0, 0);
        self.epoch = self.epoch.saturating_add(1);
        self.now
    }

    /// Adds what is told to the report. Of a connection that is over, says which one that is.
    pub(super) fn collect(&mut self, told: Told, collector: &mut Collector) -> Option<Ended> {
        match told.news {
            News::Candidates(streams) => {
                collector.candidates(streams, &self.wishes);
                None
            }
            News::Over(over) => {
                if over.gave_way {
                    collector.put_aside();
                }
                collector.add(over.concluded, &self.wishes);
                self.file.count_copies(over.copies);
                Some(Ended(told.number, over.ends))
            }
        }
    }

    /// What was learnt some epochs ago counts now. True when too much is held, and somebody has to give way.
    pub(super) fn learn(&mut self, learnt: Learnt) -> bool {
        for Ended(number, ends) in learnt.ended {
            self.flows.conclude(ends, number);
        }
        learnt.weight > self.wishes.max_memory && self.epoch > self.weighed_from
    }

    /// Who gives way: those that were silent longest, until an eighth is free.
    pub(super) fn make_room(&mut self, mut live: Vec<Weighed>) -> Vec<Weighed> {
        // What was weighed before is of no meaning now.
        self.weighed_from = self.epoch.saturating_add(crate::base::to_u64(EPOCHS_AHEAD));
        let most = self.wishes.max_memory;
        let mut held = live.iter().fold(0, |sum: u64, one| sum.saturating_add(one.octets));
        live.sort_unstable_by_key(|one| (one.last.pkt, one.number));
        let stay = live.iter().position(|one| {
            let fits = held <= most.saturating_sub(most / 8);
            held = held.saturating_sub(one.octets);
            fits
        });
        live.truncate(stay.unwrap_or(live.len()));
        live
    }

    /// Where the capture ends.
    pub(super) const fn end(&self) -> Moment {
        self.now
    }

    /// The report, once everything is collected.
    pub(super) fn report(self, mut collector: Collector, keys: &KeyLog, inputs: Vec<Input>) -> Report {
        let mut notices = collector.keyring.unused(keys);
        notices.extend(self.late_keys.map(keyring::late));
        collector.pass_by(self.passed_by);
        let mut report = collector.report((&self.wishes, keys), self.flows.count(), inputs, &self.file);
        report.comments = self.comments;
        report.notices.extend(notices);
        let mut links = self.links.unwrap_or_default();
        let fragments = links.finish();
        report.coverage.blind_spots.extend(hidden::blind_spots(links.covered(), &fragments));
        report
    }
}

/// The protocol number of TCP in IP headers.
const TCP: u8 = 6;
