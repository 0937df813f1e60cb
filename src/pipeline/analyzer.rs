//! Packets in, report out: finds each packet's connection, keeps the live ones, concludes those that are over.

use std::collections::{HashMap, VecDeque};

use super::collector::Collector;
use super::decode::{DecodeAs, Stack};
use super::desk::Desk;
use super::files::EMBEDDED;
use super::hidden;
use super::keyring;
use super::session::Session;
use super::weight::{Share, Weight};
use crate::base::{PacketNumber, Place, Span, Time};
use crate::capture::{Packet, Record};
use crate::conn::Interest;
use crate::finding::{Comment, Input, Report};
use crate::limits;
use crate::link::{Datagram, Links};
use crate::rules::{FileView, Options, interest};
use crate::tcp::{Endpoint, Flows, Segment};
use crate::tls::KeyLog;
use crate::views::Observed;

/// What the caller wants.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// The numbers to judge by.
    pub options: Options,
    /// Connections listed in the report.
    pub limit_connections: usize,
    /// Streams listed in the report.
    pub limit_streams: usize,
    /// Which ones.
    pub streams: StreamsListed,
    /// Connections whose keys are listed.
    pub limit_keys: usize,
    /// True when evidence tells how long its records are, which are read again for that.
    pub measures: bool,
    /// Packets with fragments whose connections are listed.
    pub limit_fragments: usize,
    /// Names of servers, for reports and fingerprints.
    pub aliases: &'static [Alias],
    /// What is spoken on ports, in place of what it looks like.
    pub decode_as: &'static [DecodeAs],
    /// Octets that live connections may hold together.
    pub max_memory: u64,
    /// How long a capture is read at most, by the clock on the wall.
    pub timeout: Option<Span>,
    /// The kinds of facts that the observer asks for, besides those that rules wake on. Fewer are faster.
    pub interest: Interest,
}

/// Which streams the report lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamsListed {
    /// Those that findings name.
    Named,
    /// Behind them, as far as there is room, the slowest.
    Slowest,
}

/// The name that somebody gives a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// `address:port`, `name:port` or `name`, the name being SNI or :authority.
    pub endpoint: String,
    /// What it is called.
    pub name: String,
}

impl Wishes {
    /// Streams listed at most though no finding names them.
    pub(super) const fn limit_slowest(&self) -> usize {
        match self.streams {
            StreamsListed::Named => 0,
            StreamsListed::Slowest => self.limit_streams,
        }
    }

    /// The name that was given to this server, whose SNI or :authority is `name`.
    pub(super) fn alias(&self, server: Endpoint, name: Option<&str>) -> Option<&'static str> {
        if self.aliases.is_empty() {
            return None;
        }
        let (address, host, port) =
            (server.to_string(), server.address.to_string(), format!(":{}", server.port));
        let of_name = |endpoint: &str| {
            name.is_some_and(|name| endpoint == name || endpoint.strip_suffix(&port) == Some(name))
        };
        let means = |endpoint: &str| endpoint == address || endpoint == host || of_name(endpoint);
        let found = self.aliases.iter().find(|alias| means(&alias.endpoint));
        found.map(|alias| alias.name.as_str())
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            options: Options::default(),
            limit_connections: limits::MAX_CONNECTIONS_LISTED,
            limit_streams: limits::MAX_STREAMS_LISTED,
            streams: StreamsListed::Slowest,
            limit_keys: 0,
            measures: true,
            limit_fragments: 0,
            aliases: &[],
            decode_as: &[],
            max_memory: limits::MAX_MEMORY,
            timeout: None,
            interest: Interest::ALL,
        }
    }
}

/// The analysis of one capture, packet by packet.
#[derive(Default)]
pub struct Analyzer {
    desk: Desk,
    interest: Interest,
    flows: Flows,
    live: HashMap<u64, Live, foldhash::fast::FixedState>,
    /// Connections that have ended and may still see stragglers, by the time of their end.
    lingering: VecDeque<(u64, Place)>,
    weight: Weight,
    collector: Collector,
    /// The last packet before secrets that came late.
    late_keys: Option<PacketNumber>,
    last: Place,
    latest: Time,
    file: FileView,
    /// Out of its place while a packet is at work.
    links: Option<Box<Links>>,
    comments: Vec<Comment>,
    /// The connection of the last packet.
    belongs: Option<u64>,
    fragments: Vec<(PacketNumber, u64)>,
}

/// A connection that is not concluded.
struct Live {
    session: Box<Session>,
    lingers: bool,
    share: Share,
}

impl Analyzer {
    /// An analysis that has seen nothing, and opens TLS with these keys.
    #[must_use]
    pub fn new(wishes: Wishes, keys: KeyLog) -> Self {
        let desk = Desk { wishes, keys, ..Desk::default() };
        Self { desk, interest: interest(wishes.interest), ..Self::default() }
    }

    /// Takes the next record of a capture.
    pub fn record(&mut self, record: &Record<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        match record {
            Record::Packet(packet) => self.push(packet, observe),
            Record::Secrets(text) => self.secrets(text),
            Record::Comment { text, packet } => self.comment(text, *packet),
        }
    }

    /// Keeps a comment that speaks to this program.
    fn comment(&mut self, text: &[u8], packet: Option<u64>) {
        let text = String::from_utf8_lossy(text);
        if text.trim_start().starts_with("h2lint:") && self.comments.len() < limits::MAX_COMMENTS {
            let input = u32::try_from(self.last.pkt.input()).unwrap_or(u32::MAX);
            let pkt = packet.map(|number| PacketNumber::new(input, number));
            self.comments.push(Comment { text: text.chars().take(limits::MAX_COMMENT).collect(), pkt });
        }
    }

    /// Takes secrets that the capture carries. Those that were not known before its first packet open only what is still to come.
    fn secrets(&mut self, text: &[u8]) {
        let before = self.desk.keys.len();
        let _ = self.desk.keys.add(EMBEDDED, text);
        let sessions = || self.live.values().any(|live| live.session.is_secured());
        if self.desk.keys.len() > before && self.late_keys.is_none() && sessions() {
            self.late_keys = Some(self.last.pkt);
        }
    }

    /// Takes the next packet.
    pub fn push(&mut self, packet: &Packet<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        self.note_time(packet.place());
        self.belongs = None;
        let mut links = self.links.take().unwrap_or_default();
        if let Ok(datagram) = links.decode(packet)
            && datagram.protocol == TCP
        {
            self.datagram(packet, &datagram, observe);
        }
        if self.desk.wishes.limit_fragments > 0 {
            self.note_fragments(links.parts(packet.place().pkt));
        }
        self.links = Some(links);
    }

    /// The connection that the last packet belonged to.
    pub(super) const fn belongs(&self) -> Option<u64> {
        self.belongs
    }

    /// Remembers whose the fragments are that the last packet completed.
    fn note_fragments(&mut self, parts: &[PacketNumber]) {
        let Some(conn) = self.belongs else { return };
        let room = self.desk.wishes.limit_fragments.saturating_sub(self.fragments.len());
        self.fragments.extend(parts.iter().take(room).map(|pkt| (*pkt, conn)));
    }

    fn datagram(
        &mut self,
        packet: &Packet<'_>,
        datagram: &Datagram<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let segment = Segment::read(datagram.payload, datagram.length, datagram.ttl, packet.place());
        if let Some(segment) = segment.map(|segment| segment.identified(datagram.identification)) {
            if crate::base::to_u32(packet.data.len()) < packet.original_length {
                let (_, packets) = self.file.cut_packets.get_or_insert((segment.at, 0));
                *packets = packets.saturating_add(1);
            }
            self.segment(datagram, &segment, observe);
        }
        self.retire(observe);
    }

    /// The latest time counts as now: a clock that runs back is noted, not followed.
    fn note_time(&mut self, at: Place) {
        let back = self.latest.since(at.time);
        if !self.file.last.pkt.is_none() && back > self.file.ran_back.map_or(Span::ZERO, |(_, known)| known) {
            self.file.ran_back = Some((at, back));
        }
        self.latest = if self.file.last.pkt.is_none() { at.time } else { self.latest.max(at.time) };
        self.file.last = at;
        self.last = at;
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
        mut self,
        inputs: Vec<Input>,
        truncated: Option<String>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) -> (Report, KeyLog) {
        self.file.truncated = truncated;
        let mut numbers: Vec<u64> = self.live.keys().copied().collect();
        numbers.sort_unstable();
        for number in numbers {
            self.conclude(number, self.last, observe);
        }
        let mut notices = self.collector.keyring.unused(&self.desk.keys);
        notices.extend(self.late_keys.map(keyring::late));
        let mut report = self.collector.report(&self.desk, &self.flows, inputs, &self.file);
        report.comments = self.comments;
        report.fragments = self.fragments;
        report.notices.extend(notices);
        let mut links = self.links.unwrap_or_default();
        let fragments = links.finish();
        report.coverage.blind_spots.extend(hidden::blind_spots(links.covered(), &fragments));
        (report, self.desk.keys)
    }

    fn segment(
        &mut self,
        datagram: &Datagram<'_>,
        segment: &Segment<'_>,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let source = Endpoint { address: datagram.source, port: segment.source_port };
        let destination = Endpoint { address: datagram.destination, port: segment.destination_port };
        let seat = self.flows.seat(source, destination, segment);
        self.belongs = Some(seat.number);
        if let Some(old) = seat.replaces {
            self.conclude(old, self.last, observe);
        }
        if seat.opens {
            if let Some(Stack::Nothing) = self.desk.wishes.told((source, destination)) {
                self.collector.pass_by();
                self.flows.conclude((source, destination), seat.number);
                return;
            }
            let session = Session::new(
                seat.number,
                (source, destination),
                segment,
                datagram.encapsulation,
                &self.desk,
                self.interest,
            );
            self.live.insert(
                seat.number,
                Live { session: Box::new(session), lingers: false, share: Share::default() },
            );
        }
        // Stragglers of a connection that is reported have no session.
        let Some(live) = self.live.get_mut(&seat.number) else {
            return;
        };
        live.session.push(seat.direction, segment, &self.desk, observe);
        self.weight.segment(&mut live.share, &live.session);
        let candidates = live.session.candidates(self.collector.bar(&self.desk.wishes));
        if !candidates.is_empty() {
            self.collector.candidates(candidates, &self.desk.wishes);
        }
        if live.session.is_closed() {
            self.conclude(seat.number, self.last, observe);
        } else if !live.lingers && live.session.is_over() {
            live.lingers = true;
            self.lingering.push_back((seat.number, segment.at));
        }
        if self.weight.exceeds(self.desk.wishes.max_memory) {
            self.make_room(observe);
        }
    }

    /// Concludes connections whose stragglers are no longer waited for.
    fn retire(&mut self, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        while let Some((number, ended)) = self.lingering.front().copied() {
            let old = self.last.time.since(ended.time) > Span::seconds(limits::LINGER_S);
            if !old && self.lingering.len() <= limits::MAX_LINGERING {
                break;
            }
            self.lingering.pop_front();
            self.conclude(number, self.last, observe);
        }
    }

    /// When live connections hold too much, those that were silent longest are judged as if the capture had ended with the last packet
    /// of each, until an eighth is free: what follows on them may silence, never accuse.
    fn make_room(&mut self, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let most = self.desk.wishes.max_memory;
        let last = |(number, live): (&u64, &Live)| (live.session.last(), *number);
        let mut silent: Vec<(Place, u64)> = self.live.iter().map(last).collect();
        silent.sort_unstable_by_key(|(last, _)| last.pkt);
        for (last, number) in silent {
            if !self.weight.exceeds(most.saturating_sub(most / 8)) {
                break;
            }
            self.collector.put_aside();
            self.conclude(number, last, observe);
        }
    }

    /// A connection is over, or nothing more is heard of it; `until` is the last packet of the capture so far.
    fn conclude(&mut self, number: u64, until: Place, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        if let Some(Live { mut session, share, .. }) = self.live.remove(&number) {
            self.weight.forget(&share);
            let concluded = session.finish(until, &self.desk, observe);
            self.collector.add(concluded, &self.desk.wishes);
            self.file.count_copies(session.copies());
            self.flows.conclude(session.ends(), number);
        }
    }
}

/// The protocol number of TCP in IP headers.
const TCP: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Reader;
    use crate::script::{Script, Wire, data, post, response, trailers};

    /// Small calls on one connection, each five frames in two segments.
    fn small_calls(count: u32) -> Script {
        (0..count).map(|call| 2 * call + 1).fold(Script::open(), |script, stream| {
            let request = [post(stream), data(stream, b"question").map(Wire::end_stream)];
            script.client(request).server([response(stream), data(stream, b"answer"), trailers(stream)])
        })
    }

    #[test]
    fn beyond_the_cap_the_connection_that_was_silent_longest_gives_way_and_the_report_says_so() {
        let apart = Span::seconds(1);
        let file = small_calls(2).again(apart).client([post(1)]).again(apart).client([post(1)]).pcap();
        let three = 3 * limits::CONNECTION_OCTETS + 2 * limits::STREAM_OCTETS;
        let report = |max_memory: u64| {
            let mut reader = Reader::new(file.as_slice(), "three connections").expect("a capture");
            let mut analyzer = Analyzer::new(Wishes { max_memory, ..Wishes::default() }, KeyLog::new());
            while let Ok(Some(Record::Packet(packet))) = reader.next() {
                analyzer.push(&packet, &mut |_| {});
            }
            (analyzer.live.contains_key(&0), analyzer.finish(Vec::new(), None, &mut |_| {}))
        };
        let limited = |report: &Report| {
            let spots = report.coverage.blind_spots.iter();
            spots.filter(|spot| spot.kind == crate::finding::BlindSpotKind::LimitReached).count()
        };
        let (lives, all) = report(three + three / 2);
        assert!(lives && limited(&all) == 0 && all.notices.is_empty());
        let (lives, fewer) = report(three - limits::CONNECTION_OCTETS);
        assert!(!lives && limited(&fewer) == 1);
        assert_eq!(fewer.notices[0].kind, "limit_reached");
        assert_eq!(fewer.totals.connections, 3);
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
        analyzer.conclude(0, analyzer.last, &mut |_| {});
        let (judges, frames) = (analyzer.collector.judge_calls, u64::from(5 * calls + 4));
        assert!(judges > 0, "nobody was asked");
        assert!(judges < 2 * frames, "{judges} judges for {frames} frames");
    }
}
