//! The streams that the report lists: those that findings name, then the slowest. Bounded, and the same in whatever order the
//! connections conclude.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};

use super::rows::{grpc_row, stream_row};
use crate::base::Place;
use crate::conn::Stream;
use crate::finding::StreamRow;
use crate::grpc::Calls;

/// The streams listed so far.
#[derive(Debug, Default)]
pub(super) struct Listing {
    named: Slowest,
    others: Slowest,
    bar: Bar,
}

/// What a stream must stand above to be listed: the lowest of the highest ones ever told. It never sinks, so that whoever tells of streams
/// may leave out what his own bar is above, and the list is the same.
#[derive(Debug, Default)]
pub(super) struct Bar(BinaryHeap<Reverse<Rank>>);

/// A stream that may be listed.
#[derive(Debug)]
pub(super) struct Listed {
    rank: Rank,
    row: Box<StreamRow>,
}

/// How high a stream stands in the list: slow ones first, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// From its first frame to its end, in nanoseconds.
    time: i64,
    conn: Reverse<u64>,
    stream: Reverse<u32>,
}

/// A bounded number of streams, the lowest one on top, and how many each connection has among them.
#[derive(Debug, Default)]
struct Slowest {
    /// How high each stands, and the place of its row.
    ranks: BinaryHeap<Reverse<(Rank, usize)>>,
    /// The rows, where they stay: they are large.
    rows: Vec<Option<StreamRow>>,
    /// Places without a row.
    free: Vec<usize>,
    conns: HashMap<u64, usize, foldhash::fast::FixedState>,
}

impl Listing {
    /// Takes streams that no finding names.
    pub(super) fn add(&mut self, streams: Vec<Listed>, limit: usize) {
        for listed in streams {
            self.add_other(listed, limit);
        }
    }

    fn add_other(&mut self, listed: Listed, limit: usize) {
        if self.bar.height(limit).is_none_or(|bar| listed.rank > bar) {
            self.bar.raise(std::slice::from_ref(&listed), limit);
            self.others.add(listed, limit);
        }
    }

    /// A connection is over, and findings name these streams of it, each once; `rows` has those of them that are not listed yet,
    /// as far as they are remembered, and perhaps others. At most so many are listed that findings name, and that none does.
    pub(super) fn name(
        &mut self,
        conn: u64,
        mut streams: Vec<u32>,
        rows: Vec<Listed>,
        (limit, slowest): (usize, usize),
    ) {
        if streams.is_empty() {
            return self.add(rows, slowest);
        }
        let named = self.others.of(conn, &streams);
        let mut taken: Vec<u32> = Vec::new();
        for listed in rows.into_iter().chain(named) {
            match streams.iter().position(|stream| *stream == listed.row.stream) {
                Some(at) => {
                    taken.push(streams.swap_remove(at));
                    self.named.add(listed, limit);
                }
                None if taken.contains(&listed.row.stream) => {}
                None => self.add_other(listed, slowest),
            }
        }
    }

    /// The rows, those with findings first, by connection and stream.
    pub(super) fn finish(self, limit: usize) -> Vec<StreamRow> {
        let Self { mut named, mut others, .. } = self;
        named.keep(limit);
        others.keep(limit.saturating_sub(named.ranks.len()));
        let mut rows = filled(others.rows);
        rows.extend(named.rows.into_iter().flatten());
        rows.sort_unstable_by_key(|row| (row.conn, row.stream));
        rows
    }
}

impl Bar {
    /// Where it stands when so many are listed; `None` as long as there is room.
    pub(super) fn height(&self, limit: usize) -> Option<Rank> {
        if limit == 0 {
            return Some(Rank { time: i64::MAX, conn: Reverse(0), stream: Reverse(0) });
        }
        self.0.peek().filter(|_| self.0.len() >= limit).map(|Reverse(lowest)| *lowest)
    }

    /// These streams are told of.
    pub(super) fn raise(&mut self, streams: &[Listed], limit: usize) {
        for listed in streams {
            self.0.push(Reverse(listed.rank));
            if self.0.len() > limit {
                self.0.pop();
            }
        }
    }
}

impl Listed {
    /// The stream of a connection that began at `first`; `lost` when that was over while the stream was open.
    pub(super) fn new(conn: u64, first: Place, stream: &Stream, lost: bool) -> Self {
        Self { rank: Rank::of(conn, stream), row: Box::new(stream_row(conn, first, stream, lost)) }
    }

    /// With the gRPC call that it is, if it is one.
    pub(super) fn of(mut self, calls: &Calls) -> Self {
        self.row.grpc = calls.get(self.row.stream).map(grpc_row).map(Box::new);
        self
    }

    /// Its identifier.
    pub(super) fn stream(&self) -> u32 {
        self.row.stream
    }
}

impl Rank {
    pub(super) fn of(conn: u64, stream: &Stream) -> Self {
        Self { time: time(stream), conn: Reverse(conn), stream: Reverse(stream.id.0) }
    }
}

impl Slowest {
    /// Takes out these streams of a connection. Most connections have none here.
    fn of(&mut self, conn: u64, streams: &[u32]) -> Vec<Listed> {
        if !self.conns.contains_key(&conn) {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.ranks).into_iter();
        let (named, others): (Vec<_>, Vec<_>) =
            held.partition(|Reverse((rank, _))| rank.conn.0 == conn && streams.contains(&rank.stream.0));
        self.ranks = others.into();
        let taken = named.into_iter().filter_map(|Reverse((rank, place))| self.take(rank, place));
        taken.collect()
    }

    fn add(&mut self, Listed { rank, row }: Listed, limit: usize) {
        let count = self.conns.entry(row.conn).or_default();
        *count = count.saturating_add(1);
        if self.rows.is_empty() {
            // Memory that is not written to is only a promise, and to move rows costs more.
            self.rows.reserve_exact(limit.saturating_add(1).min(ROWS));
        }
        let place = self.free.pop().unwrap_or(self.rows.len());
        match self.rows.get_mut(place) {
            Some(free) => *free = Some(*row),
            None => self.rows.push(Some(*row)),
        }
        self.ranks.push(Reverse((rank, place)));
        self.keep(limit);
    }

    /// Keeps so many, the highest ones.
    fn keep(&mut self, limit: usize) {
        while self.ranks.len() > limit
            && let Some(Reverse((rank, place))) = self.ranks.pop()
        {
            self.take(rank, place);
        }
    }

    /// Takes out the row of a stream that has no rank any more.
    fn take(&mut self, rank: Rank, place: usize) -> Option<Listed> {
        let row = self.rows.get_mut(place)?.take()?;
        self.free.push(place);
        self.forget(row.conn);
        Some(Listed { rank, row: Box::new(row) })
    }

    fn forget(&mut self, conn: u64) {
        if let Entry::Occupied(mut known) = self.conns.entry(conn) {
            *known.get_mut() = known.get().saturating_sub(1);
            if *known.get() == 0 {
                known.remove();
            }
        }
    }
}

/// The rows without the empty places between them, in the memory in which they are.
#[expect(
    clippy::filter_map_identity,
    reason = "what is flattened is collected elsewhere: rows are large, and many"
)]
pub(super) fn filled<T>(rows: Vec<Option<T>>) -> Vec<T> {
    rows.into_iter().filter_map(|row| row).collect()
}

/// Rows of a list for which there is room from the first one on.
pub(super) const ROWS: usize = 1 << 14;

/// Time from the first frame to the end, in nanoseconds.
pub(super) fn time(stream: &Stream) -> i64 {
    let last = stream.sent.server.last.map(|last| last.time);
    let end = stream.closed.or(last).unwrap_or(stream.opened.at.time);
    end.since(stream.opened.at.time).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Origin, PerSide, Side, Time};
    use crate::conn::{Interest, Kind};
    use crate::frame::Decoder;
    use crate::script::{Wire, data, get, response};

    /// Streams of a connection that took so many milliseconds, in order of their numbers.
    fn streams(conn: u64, times: &[i64]) -> Vec<Listed> {
        let mut connection = crate::conn::Connection::new(Interest::NONE);
        let mut decoders: PerSide<Decoder> = PerSide::default();
        let mut listed = Vec::new();
        for (turn, time) in times.iter().enumerate() {
            let stream = u32::try_from(turn).unwrap() * 2 + 1;
            let answer = [response(stream), data(stream, b"x").map(Wire::end_stream)];
            let spoken = [(Side::Client, 0, vec![get(stream)]), (Side::Server, *time, answer.to_vec())];
            for (side, time, frames) in spoken {
                let octets: Vec<u8> = frames.iter().flat_map(|frame| frame.octets()).collect();
                let at = Place { time: Time(time * 1_000_000), ..Place::default() };
                let piece =
                    crate::base::Piece::Chunk { bytes: &octets, origin: Origin { at, ..Origin::default() } };
                decoders[side].push(&piece, &mut |output| {
                    connection.push(side, output, &mut |_, fact| {
                        if let Kind::Closed(stream) = fact.kind {
                            listed.push(Listed::new(conn, Place::default(), stream, false));
                        }
                    });
                });
            }
        }
        listed
    }

    fn numbers(listing: Listing, limit: usize) -> Vec<(u64, u32)> {
        listing.finish(limit).iter().map(|row| (row.conn, row.stream)).collect()
    }

    #[test]
    fn the_slowest_are_listed_in_whatever_order_they_come() {
        let (mut forth, mut back) = (Listing::default(), Listing::default());
        forth.add(streams(0, &[5, 40, 1]), 3);
        forth.add(streams(1, &[30, 40]), 3);
        back.add(streams(1, &[30, 40]).into_iter().rev().collect(), 3);
        back.add(streams(0, &[5, 40, 1]).into_iter().rev().collect(), 3);
        let slowest = [(0, 3), (1, 1), (1, 3)];
        assert_eq!([numbers(forth, 3), numbers(back, 3)], [slowest, slowest]);
    }

    #[test]
    fn the_bar_is_the_lowest_of_the_highest_once_there_is_no_room() {
        let mut bar = Bar::default();
        bar.raise(&streams(0, &[10]), 2);
        assert_eq!(bar.height(2), None);
        bar.raise(&streams(1, &[20]), 2);
        let above = |time| streams(2, &[time])[0].rank > bar.height(2).unwrap();
        assert!(above(11) && !above(9));
        assert!(Bar::default().height(0).is_some_and(|bar| streams(2, &[9_000_000])[0].rank < bar));
    }

    #[test]
    fn what_stands_below_the_bar_of_its_teller_is_not_listed_though_others_were_named_away() {
        let told = |third: bool| {
            let mut listing = Listing::default();
            listing.add(streams(0, &[20]), 2);
            listing.add(streams(1, &[10]), 2);
            listing.name(0, vec![1], Vec::new(), (2, 2));
            if third {
                listing.add(streams(2, &[5]), 2);
            }
            numbers(listing, 2)
        };
        assert_eq!(told(true), told(false));
    }

    #[test]
    fn a_stream_that_was_listed_before_a_finding_named_it_is_listed_once() {
        let mut listing = Listing::default();
        listing.add(streams(0, &[50, 60]), 5);
        listing.name(0, vec![1], streams(0, &[50]), (5, 5));
        assert_eq!(numbers(listing, 5), [(0, 1), (0, 3)]);
    }

    #[test]
    fn streams_that_findings_name_come_before_slower_ones() {
        let mut listing = Listing::default();
        listing.add(streams(0, &[50, 60, 70]), 3);
        listing.add(streams(1, &[90, 80]), 3);
        // Stream 1 was too fast but is remembered, stream 5 is listed already, stream 99 nobody remembers.
        listing.name(0, vec![1, 5, 99], streams(0, &[50]), (3, 3));
        assert_eq!(numbers(listing, 3), [(0, 1), (0, 5), (1, 1)]);
    }
}
